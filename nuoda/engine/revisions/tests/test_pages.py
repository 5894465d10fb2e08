"""The pages on which regulations are revised."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure import documents
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories
from nuoda.foundation.ui.tests.kit import page_is_sound

from ..models import Draft, Reading
from . import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> factories.Cast:
    return cast.company()


@pytest.fixture
def director(client: Client, own: factories.Cast) -> Client:
    return english(client, own.shen)


def english(client: Client, someone: Person) -> Client:
    """Somebody who reads the pages in English is logged in."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return factories.login(client, someone)


def stored(of: factories.Cast) -> Draft:
    """The one draft there is, with its version."""
    with scoped(system(of.company.pk)):
        return Draft.objects.select_related("dossier", "draft_of").get()


def text(of: factories.Cast) -> Any:
    """Its content as it stands now."""
    version = stored(of).draft_of
    assert version is not None
    return version.content


def fields(page: Any) -> dict[str, Any]:
    """What the form on a page would send, unchanged."""
    form = page.context["form"]
    found: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if value is not None and value is not False:
            found[bound.html_name] = value
    return found | {"_token": page.context["token"]}


def said(page: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def test_a_draft_is_begun_from_the_list(director: Client, own: factories.Cast) -> None:
    page_is_sound(director.get(reverse("revisions:drafts")))
    page = director.get(reverse("revisions:begin"))
    answer = director.post(reverse("revisions:begin"), fields(page) | {"version": cast.manual(own).pk})
    row = stored(own)
    assert answer.status_code == 302 and answer.headers["Location"] == reverse(
        "revisions:draft", args=[row.dossier.number]
    )  # type: ignore[attr-defined]
    page = director.get(answer.headers["Location"])
    page_is_sound(page)
    assert "examples come out as their clauses say" in said(page) and "【" not in said(page)


def test_a_draft_may_begin_empty(director: Client, own: factories.Cast) -> None:
    page = director.get(reverse("revisions:begin"))
    director.post(reverse("revisions:begin"), fields(page) | {"version": cast.manual(own).pk, "empty": "on"})
    assert [clause["id"] for clause in text(own)["clauses"]] == ["MN-1"] and text(own)["version"] == "2.1"


def clause_page(row: Draft, clause: str = cast.ON_SITE) -> str:
    return reverse("revisions:clause", args=[row.dossier.number, clause])


def prefix(page: Any, key: str) -> str:
    """What the names of the fields of a rule or number begin with."""
    return next(part.prefix for part in page.context["form"].parts if part.key == key)


def test_a_limit_is_changed_in_the_form_of_its_clause(director: Client, own: factories.Cast) -> None:
    row = cast.begun(own)
    page = director.get(clause_page(row))
    page_is_sound(page)
    sent = fields(page)
    on_site = prefix(page, "on_site")
    assert sent[f"{on_site}within"] == "4 h"
    answer = director.post(clause_page(row), sent | {f"{on_site}within": "2 h", f"{on_site}transition": "convert"})
    assert answer.status_code == 302, said(answer)[-900:]
    page = director.get(reverse("revisions:draft", args=[row.dossier.number]))
    assert "4 h → 2 h" in said(page) and "counted anew from their start" in said(page)
    assert "do not come out" in said(page) or "does not come out" in said(page)


def test_saving_a_clause_unchanged_changes_nothing_of_its_text(director: Client, own: factories.Cast) -> None:
    row = cast.begun(own)
    assert row.draft_of is not None
    for clause in row.draft_of.content["clauses"]:
        page = director.get(clause_page(row, clause["id"]))
        assert director.post(clause_page(row, clause["id"]), fields(page)).status_code == 302, clause["id"]
    url = reverse("revisions:numbers", args=[row.dossier.number])
    assert director.post(url, fields(director.get(url))).status_code == 302
    assert documents.digest(text(own)) == row.draft_of.hash


def test_a_mistake_is_told_at_its_place_and_the_input_stays(director: Client, own: factories.Cast) -> None:
    row = cast.begun(own)
    page = director.get(clause_page(row))
    sent = fields(page)
    r = prefix(page, "on_site")
    answer = director.post(clause_page(row), sent | {f"{r}when": 'kind == "fault" && severityy == "urgent"'})
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [f"{r}when"] and "Column 20: " in str(errors[f"{r}when"])
    assert "severityy" in answer.content.decode()
    answer = director.post(clause_page(row), sent | {f"{r}when": 'kind == "fault"\r\n  && severityy == "urgent"'})
    assert "Line 2, column 6: " in str(answer.context["form"].errors[f"{r}when"])
    wrong = sent | {f"{r}warnings": "50%; → nobody", f"{r}within": "four hours"}
    assert f"{r}warnings" in director.post(clause_page(row), wrong).context["form"].errors
    wrong = sent | {f"{r}pauses": "?", f"{r}within": "four hours", "p0_value": "many"}
    found = director.post(clause_page(row), wrong).context["form"].errors
    assert set(found) == {f"{r}pauses", f"{r}within", "p0_value"}, "every mistake is told at once"
    assert "“many” is not a whole number" in str(found["p0_value"])
    assert stored(own).edition == 1


def test_the_whole_clause_is_edited_as_text(director: Client, own: factories.Cast) -> None:
    row = cast.begun(own)
    url = reverse("revisions:clause_text", args=[row.dossier.number, cast.ON_SITE])
    page_is_sound(director.get(url))
    sent = fields(director.get(url))
    wrong = director.post(url, sent | {"written": sent["written"].replace("state: kept", "state: held", 1)})
    assert re.search(r"Line \d+, column \d+:", str(wrong.context["form"].errors["written"]))
    assert "not YAML" in str(director.post(url, sent | {"written": "rules: ["}).context["form"].errors["written"])
    renamed = director.post(url, sent | {"written": sent["written"].replace(cast.ON_SITE, "MN-9.9", 1)})
    assert "stays so" in str(renamed.context["form"].errors["written"])
    assert (
        director.post(url, sent | {"written": sent["written"].replace("within: 4 h", "within: 3 h", 1)}).status_code
        == 302
    )
    assert director.post(url, sent | {"_token": ""}).status_code == 409, "somebody else's edition is not written over"


def test_a_stale_form_is_refused_and_keeps_what_was_written(director: Client, own: factories.Cast) -> None:
    row = cast.begun(own)
    assert row.draft_of is not None
    page = director.get(clause_page(row))
    cast.edited(row, cast.limited(row.draft_of.content, "3 h"), own.chen)
    answer = director.post(clause_page(row), fields(page) | {"source": "董事会决议 7 号"})
    assert answer.status_code == 409
    assert "董事会决议 7 号" in answer.content.decode() and "陈静" in said(answer)
    assert stored(own).edition == 2


def test_a_condition_is_checked_as_it_is_typed(director: Client, own: factories.Cast) -> None:
    url = reverse("revisions:condition", args=[cast.begun(own).dossier.number])
    ask = {"subject": "approval", "field": "c0_when"}
    good = director.get(url, ask | {"c0_when": 'matter == "x" && has_due'})
    assert "Reads as: matter is x and the step has a time limit" in said(good)
    choices = director.get(url, {"subject": "ticket", "field": "c0_when", "c0_when": ""})
    assert "kind" in said(choices) and '"fault"' in said(choices).replace("&quot;", '"')
    bad = director.get(url, ask | {"c0_when": 'matter == "x" && round == "two"'})
    assert "Line 1, column" in said(bad) and "<mark>" in bad.content.decode()
    assert "always applies" in said(director.get(url, ask | {"c0_when": " "}))
    assert "cannot be checked" in said(director.get(url, {"subject": "rocket", "field": "c0_when", "c0_when": "x"}))


def test_clauses_are_added_moved_and_removed(director: Client, own: factories.Cast) -> None:
    row = cast.begun(own)
    add = reverse("revisions:add", args=[row.dossier.number])
    answer = director.post(add, fields(director.get(add)) | {"clause": "MN-9.9", "after": cast.ON_SITE})
    assert answer.headers["Location"] == clause_page(row, "MN-9.9")
    assert director.post(add, fields(director.get(add)) | {"clause": "MN-9.9"}).status_code == 422
    move = reverse("revisions:move", args=[row.dossier.number, "MN-9.9"])
    ids = [clause["id"] for clause in text(own)["clauses"]]
    assert ids[ids.index("MN-9.9") - 1] == cast.ON_SITE
    answer = director.post(move, {"by": -1, "edition": stored(own).edition})  # the arrow of the list: no page between
    assert answer.headers["Location"].endswith("#MN-9.9")
    ids = [clause["id"] for clause in text(own)["clauses"]]
    assert ids[ids.index("MN-9.9") + 1] == cast.ON_SITE
    remove = reverse("revisions:remove", args=[row.dossier.number, cast.ON_SITE])
    answer = director.post(remove, fields(director.get(remove)) | {"withdraw": "on"})
    content = text(own)
    if answer.status_code == 302:
        assert f"{cast.ON_SITE}/on_site" in content["withdraws"]
    else:
        assert "Nothing was removed" in said(answer)  # a definition or another clause needs it
    page = director.get(reverse("revisions:draft", args=[row.dossier.number]))
    assert "MN-9.9" in said(page)


def test_a_clause_keeps_the_order_of_its_roles_when_only_its_limit_changes(
    director: Client, own: factories.Cast
) -> None:
    row = cast.begun(own)
    assert row.draft_of is not None
    before = next(clause for clause in row.draft_of.content["clauses"] if clause["id"] == cast.ON_SITE)
    page = director.get(clause_page(row))
    assert (
        director.post(clause_page(row), fields(page) | {f"{prefix(page, 'on_site')}within": "2 h"}).status_code == 302
    )
    after = next(clause for clause in text(own)["clauses"] if clause["id"] == cast.ON_SITE)
    assert after["binds"] == before["binds"]
    assert [rule.get("missed") for rule in after["rules"]] == [rule.get("missed") for rule in before["rules"]]


def test_a_broken_example_is_told_in_the_words_of_its_clause(director: Client, own: factories.Cast) -> None:
    row = cast.begun(own)
    page = director.get(clause_page(row))
    director.post(clause_page(row), fields(page) | {f"{prefix(page, 'on_site')}within": "2 h"})
    page = director.get(reverse("revisions:draft", args=[row.dossier.number]))
    assert "On site · kept · due 2024-03-01 21:50" in said(page), said(page)
    assert "on_site #1" not in said(page)


def test_number_date_and_note_are_edited(director: Client, own: factories.Cast) -> None:
    row = cast.begun(own)
    url = reverse("revisions:head", args=[row.dossier.number])
    page = director.get(url)
    page_is_sound(page)
    answer = director.post(url, fields(page) | {"version": "3.0", "note_zh-hans": "到场时限改为两小时。"})
    assert answer.status_code == 302
    assert (text(own)["version"], text(own)["note"]["zh-hans"]) == ("3.0", "到场时限改为两小时。")
    taken = director.post(url, fields(director.get(url)) | {"version": "2.0"})
    assert "version" in taken.context["form"].errors


def test_the_whole_text_is_edited_with_the_places_of_mistakes(director: Client, own: factories.Cast) -> None:
    row = cast.begun(own)
    url = reverse("revisions:text", args=[row.dossier.number])
    sent = fields(director.get(url))
    wrong = director.post(url, sent | {"text": sent["text"].replace("within: 4 h", "within: 4 hrs", 1)})
    line = sent["text"][: sent["text"].index("within: 4 h")].count("\n") + 1
    assert f"Line {line}, column" in str(wrong.context["form"].errors["text"])
    broken = director.post(url, sent | {"text": "policy: [manual"})
    assert "not YAML" in str(broken.context["form"].errors["text"])
    assert director.post(url, sent | {"text": sent["text"].replace("within: 4 h", "within: 3 h", 1)}).status_code == 302


def test_a_file_comes_back_as_it_went(director: Client, own: factories.Cast) -> None:
    base = cast.manual(own)
    file = director.get(reverse("revisions:download", args=[base.pk]))
    assert (
        file.headers["X-Content-SHA256"]
        == base.hash
        == documents.digest(documents.parse(file.content.decode()).content)
    )
    url = reverse("revisions:upload")
    sent = fields(director.get(url)) | {"file": SimpleUploadedFile("manual.yaml", file.content)}
    assert director.post(url, sent).status_code == 302
    assert text(own)["version"] == "2.1"
    bad = fields(director.get(url)) | {"file": SimpleUploadedFile("x.yaml", b"\xff\xfe")}
    assert "Not UTF-8" in str(director.post(url, bad).context["form"].errors)
    bad = fields(director.get(url)) | {"file": SimpleUploadedFile("x.yaml", b"a: [1")}
    assert "not YAML" in str(director.post(url, bad).context["form"].errors)


def test_a_new_regulation_comes_as_a_file(director: Client, own: factories.Cast) -> None:
    content = cast.manual(own).content | {"policy": "parking", "code": "PK", "definitions": []}
    content["clauses"] = [{**content["clauses"][1], "id": "PK-1"}]
    url = reverse("revisions:upload")
    sent = fields(director.get(url)) | {"file": SimpleUploadedFile("p.yaml", documents.export(content).encode())}
    answer = director.post(url, sent)
    assert answer.status_code == 302, said(answer)[-500:]
    assert "What it brings" in said(director.get(answer.headers["Location"]))


def test_two_versions_stand_beside_each_other(director: Client, own: factories.Cast) -> None:
    row = cast.ready(own, transition="convert")
    url = reverse("revisions:compare")
    page_is_sound(director.get(url))
    page = director.get(url, {"old": cast.manual(own).pk, "new": row.draft_of_id})
    page_is_sound(page)
    html = page.content.decode()
    assert "4 h → 2 h" in said(page) and re.search(r"<del>4</del>\s*<ins>2</ins>", html)
    with scoped(system(own.company.pk)):
        other = PolicyVersion.objects.exclude(policy=row.policy).filter(status="in_force")[0]
    assert "two different regulations" in said(director.get(url, {"old": other.pk, "new": row.draft_of_id}))
    client = factories.login(Client(), own.lin)
    assert client.get(url, {"old": cast.manual(own).pk, "new": row.draft_of_id}).status_code == 404


def test_a_version_tells_what_it_changed(director: Client, own: factories.Cast) -> None:
    version = cast.adopted(own, cast.ready(own))
    page = director.get(reverse("revisions:version", args=[version.pk]))
    page_is_sound(page)
    assert "What changed since version 2.0" in said(page) and version.hash in said(page)
    reader = factories.login(Client(), own.zhao)
    assert reader.get(reverse("revisions:version", args=[version.pk])).status_code == 200


def test_submitting_shows_what_changes_and_who_is_affected(director: Client, own: factories.Cast) -> None:
    row = cast.ready(own, transition="restart")
    url = reverse("revisions:submit", args=[row.dossier.number])
    page = director.get(url)
    page_is_sound(page)
    assert re.search(r"MN-3.2.1b On site: 0 open now", said(page)), said(page)
    assert director.post(url, fields(page) | {"comment": "客户要求"}).status_code == 302
    page = director.get(reverse("revisions:draft", args=[row.dossier.number]))
    assert "SP-" in said(page) and "Take back to change it" in said(page)


def test_whoever_is_bound_reads_and_confirms(own: factories.Cast) -> None:
    version = cast.adopted(own, cast.ready(own))
    client = english(Client(), own.zhao)
    with scoped(system(own.company.pk)):
        row = Reading.objects.get(version=version, person=own.zhao)
    url = reverse("revisions:reading", args=[row.pk])
    page = client.get(url)
    page_is_sound(page)
    assert "MN-3.2.1b" in said(page)
    assert client.post(url, fields(page)).status_code == 422  # the tick is missing
    assert client.post(url, fields(page) | {"read": "on"}).status_code == 302
    with scoped(system(own.company.pk)):
        assert Reading.objects.get(pk=row.pk).confirmed_at is not None
    assert factories.login(Client(), own.sun).get(url).status_code == 404
    boss = english(Client(), own.chen)
    page = boss.get(reverse("revisions:readings"))
    page_is_sound(page)
    page = boss.get(reverse("revisions:readers", args=["manual", version.version]))
    page_is_sound(page)
    assert "赵磊" in said(page) and "not yet" in said(page)
    url = reverse("revisions:remind", args=["manual", version.version])
    assert boss.post(url, fields(boss.get(url))).status_code == 302


def test_the_check_of_the_regulations_is_told_by_kind(director: Client, own: factories.Cast) -> None:
    page = director.get(reverse("revisions:lint"))
    page_is_sound(page)
    assert page.context["total"] == sum(group["count"] for group in page.context["groups"])
    assert len(page.context["groups"]) == 4
