"""Rules and numbers are added, changed and taken out on pages, without a line of YAML."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nuoda.engine.rulebook.pure.documents import Content
from nuoda.foundation.orgs.tests import factories
from nuoda.foundation.ui.tests.kit import page_is_sound

from ..models import Draft
from ..pure import figures, ruleforms
from . import cast
from .test_pages import clause_page, director, fields, own, prefix, said, stored, text  # noqa: F401 — two fixtures

pytestmark = pytest.mark.django_db
SIGNED = "DL-3.3f"


def clause(of: factories.Cast, clause_id: str) -> Content:
    [found] = [clause for clause in text(of)["clauses"] if clause["id"] == clause_id]
    return found


def add(director: Client, row: Draft, kind: str, clause_id: str = cast.ON_SITE, **typed: Any) -> Any:  # noqa: F811
    url = reverse("revisions:add_rule", args=[row.dossier.number, clause_id, kind])
    page = director.get(url)
    page_is_sound(page)
    return director.post(url, fields(page) | typed)


def test_every_clause_of_the_manual_is_a_sound_page(director: Client, own: factories.Cast) -> None:  # noqa: F811
    row = cast.begun(own)
    for clause_id in ("MN-0", "MN-2.1.1c", cast.ON_SITE, "MN-3.3", "MN-3.1.1a"):
        page_is_sound(director.get(clause_page(row, clause_id)))


def test_a_time_limit_is_added(director: Client, own: factories.Cast) -> None:  # noqa: F811
    row = cast.begun(own)
    url = reverse("revisions:add", args=[row.dossier.number])
    director.post(url, fields(director.get(url)) | {"clause": "MN-3.9", "after": cast.ON_SITE})
    typed = {
        "label_zh-hans": "报价", "within": "4 hours of sleep", "start0": "ticket.reported", "end0": "ticket.answered",
        "owner": "agent", "missed": ["service_manager"],
    }  # fmt: skip
    wrong = add(director, row, "clock", "MN-3.9", **typed)
    assert wrong.status_code == 422 and "not a duration" in str(wrong.context["form"].errors["within"])
    answer = add(director, row, "clock", "MN-3.9", **typed | {"within": "4 working hours"})
    assert answer.headers["Location"] == f"{clause_page(row, 'MN-3.9')}#clock-limit_1", said(answer)[-600:]
    made = clause(own, "MN-3.9")
    [clock] = made["rules"]
    assert (clock["clock"], clock["within"], clock["owner"]) == ("limit_1", "4 working hours", "agent")
    assert clock["cancel"] == ["ticket.cancelled", "ticket.merged"] and "informative" not in made
    assert clock["label"] == {"zh-hans": "报价", "zh-hant": "报价", "en": "报价"}
    page_is_sound(director.get(clause_page(row, "MN-3.9")))


def test_a_time_limit_before_an_event_is_added_and_changed(director: Client, own: factories.Cast) -> None:  # noqa: F811
    row = cast.begun(own)
    typed = {
        "label_zh-hans": "备好工具", "due": "work_order.appointed/starts_at", "ahead": "4 小时", "start0": "work_order.appointed",
        "end0": "work_order.prepared", "owner": "technician", "missed": ["service_manager"],
    }  # fmt: skip
    page = director.get(reverse("revisions:add_rule", args=[row.dossier.number, cast.ON_SITE, "clock"]))
    assert "the agreed visit" in said(page)
    other = {"due": "ticket.promised/due_at"}
    for wrong, name in (
        (typed | other, "due"),
        (typed | {"due": ""}, "ahead"),
        (typed | {"due": "", "ahead": ""}, "within"),
    ):
        errors = add(director, row, "clock", **wrong).context["form"].errors
        assert name in errors, (name, errors)
    answer = add(director, row, "clock", **typed)
    assert answer.status_code == 302, said(answer)[-600:]
    clock = clause(own, cast.ON_SITE)["rules"][-1]
    assert (clock["due"], clock["ahead"], clock["replace"]) == ("starts_at", "4 h", True) and "within" not in clock
    page = director.get(clause_page(row))
    page_is_sound(page)
    assert "at least 4 h before the agreed visit" in said(page)
    key = prefix(page, clock["clock"])
    sent = fields(page)
    assert (sent[f"{key}due"], sent[f"{key}ahead"]) == ("starts_at", "4 h")
    [part] = [part for part in ruleforms.parts(clause(own, cast.ON_SITE)) if part.key == clock["clock"]]
    shown = {place.name: place.more for place in part.places}
    assert not shown["due"] and not shown["ahead"] and shown["within"]
    assert director.post(clause_page(row), sent | {f"{key}ahead": "2 working hours"}).status_code == 302
    assert clause(own, cast.ON_SITE)["rules"][-1]["ahead"] == "2 working hours"
    page = director.get(clause_page(row))
    answer = director.post(clause_page(row), fields(page) | {f"{key}due": "", f"{key}ahead": "", f"{key}within": "3 h"})
    assert answer.status_code == 302
    after = clause(own, cast.ON_SITE)["rules"][-1]
    assert after["within"] == "3 h" and not {"due", "ahead"} & set(after)
    to_come = director.get(clause_page(row, "MN-2.3.1")).content.decode()
    assert '<option value="ships_at" selected>the planned shipping</option>' in to_come


def test_a_gate_is_added_and_knows_the_facts_that_it_is_about(director: Client, own: factories.Cast) -> None:  # noqa: F811
    row = cast.begun(own)
    typed = {"act": "work_order.complete", "require": "signd && has_place", "otherwise_zh-hans": "须签字并写明地点。"}
    wrong = add(director, row, "gate", **typed)
    assert list(wrong.context["form"].errors) == ["require"]
    assert "Column 1: " in str(wrong.context["form"].errors["require"]) and "signd" in wrong.content.decode()
    assert add(director, row, "gate", **typed | {"require": "signed && has_place"}).status_code == 302
    gate = clause(own, cast.ON_SITE)["rules"][-1]
    assert (gate["gate"], gate["subject"], gate["verb"]) == ("gate_1", "work_order", "complete")
    assert set(gate["fields"]) == {"signed", "has_place"}
    assert "须签字" in said(director.get(clause_page(row))), "the block tells the rule as a sentence"


def test_a_document_an_approval_a_duty_an_indicator_and_a_consequence_are_added(
    director: Client,  # noqa: F811
    own: factories.Cast,  # noqa: F811
) -> None:
    row = cast.begun(own)
    name = {"zh-hans": "甲", "zh-hant": "甲", "en": "One"}
    title, label, duty = (
        {f"{kind}_{code}": text for code, text in name.items()} for kind in ("title", "label", "duty")
    )
    made = {
        "form": title | {"paper": "service_order", "act": "work_order.complete", "state": "signed"},
        "approval": label | {"act": "work_order.complete", "steps0_role": "director", "steps0_mode": "all"},
        "cadence": duty | {"every": "week", "owner": "agent", "met_by0": "ticket.answered", "attest": "word"},
        "indicator": label | {"facts": "tickets", "denominator": "withdrawn", "numerator": "by_dealer", "target": "95 %"},
        "consequence": {"on": "ticket.reported", "tell": ["agent"], "template": "ticket_reported"},
    }  # fmt: skip
    for kind, typed in made.items():
        answer = add(director, row, kind, **typed)
        assert answer.status_code == 302, (kind, answer.context["form"].errors, said(answer)[-900:])
    form, approval, cadence, indicator, consequence = clause(own, cast.ON_SITE)["rules"][-5:]
    assert form["form"] == "service_order" and form["state"] == "signed" and len(form["fields"]) > 3
    assert approval["steps"] == [{"role": "director", "mode": "all"}] and approval["label"] == name
    assert cadence["met_by"] == ["ticket.answered"] and cadence["attest"] == {"evidence": False}
    assert indicator["target"] == 0.95 and indicator["facts"] == "tickets"
    assert consequence == {"consequence": "consequence_1", "on": "ticket.reported", "tell": ["agent"], "template": "ticket_reported"}  # fmt: skip
    page_is_sound(director.get(clause_page(row)))


def test_a_rule_goes_only_after_its_page_said_what_goes_with_it(director: Client, own: factories.Cast) -> None:  # noqa: F811
    row = cast.begun(own)
    url = reverse("revisions:remove_rule", args=[row.dossier.number, cast.ON_SITE, "clock", "on_site"])
    page = director.get(url)
    page_is_sound(page)
    assert "On site" in said(page) and "With it goes what hangs on it" in said(page)
    assert director.post(url, fields(page) | {"withdraw": "on"}).status_code == 302
    assert "on_site" not in [rule.get("clock") for rule in clause(own, cast.ON_SITE)["rules"]]
    assert text(own)["withdraws"] == [f"{cast.ON_SITE}/on_site"]
    assert director.get(url).status_code == 404
    assert (
        director.get(reverse("revisions:add_rule", args=[row.dossier.number, cast.ON_SITE, "poem"])).status_code == 404
    )


def test_a_number_that_a_rule_names_cannot_be_taken_out(director: Client, own: factories.Cast) -> None:  # noqa: F811
    row = cast.begun(own)
    url = reverse("revisions:remove_rule", args=[row.dossier.number, "MN-3.3", "number", "complaint_within"])
    answer = director.post(url, fields(director.get(url)))
    assert answer.status_code == 422 and "because something else needs it" in said(answer) and "MN-3.3" in said(answer)


def test_a_number_is_added_under_a_name_of_its_own(director: Client, own: factories.Cast) -> None:  # noqa: F811
    row = cast.begun(own)
    url = reverse("revisions:add_number", args=[row.dossier.number, cast.ON_SITE])
    page = director.get(url)
    page_is_sound(page)
    sent = fields(page) | {"name": "visit_fee", "kind": "money", "value": "lots", "why_zh-hans": "上门费"}
    assert "not an amount" in str(director.post(url, sent).context["form"].errors["value"])
    sent["value"] = "99.50"
    assert "MN-3.2.1c has a number of this name" in str(
        director.post(url, sent | {"name": "pause_limit"}).context["form"].errors["name"]
    )
    assert director.post(url, sent).status_code == 302
    assert clause(own, cast.ON_SITE)["parameters"][-1]["value"] == 9950


def test_numbers_are_changed_on_one_page(director: Client, own: factories.Cast) -> None:  # noqa: F811
    row = cast.begun(own)
    url = reverse("revisions:numbers", args=[row.dossier.number])
    page = director.get(url)
    page_is_sound(page)
    sent = fields(page)
    assert {figure.name for figure in figures.of(text(own))} == {name.partition(":")[0] for name in sent if ":" in name}
    assert sent["settlement_agent_limit:value"] == "500"
    wrong = director.post(url, sent | {"machines_down_urgent:value": "three", "pause_limit:value": "for ever"})
    errors = wrong.context["form"].errors
    assert "not a whole number" in str(errors["machines_down_urgent:value"])
    assert "not a duration" in str(errors["pause_limit:value"]) and stored(own).edition == 1
    before = text(own)
    changed = {
        "settlement_agent_limit:value": "800",
        "complaint_within:value": "3 working days",
        "pause_limit:why_en": "Long.",
    }
    assert director.post(url, sent | changed).status_code == 302
    [pause] = [one for one in clause(own, "MN-3.2.1c")["parameters"] if one["name"] == "pause_limit"]
    assert pause["why"]["en"] == "Long." and pause["value"] == "30 d"
    after = {item["name"]: item["value"] for one in text(own)["clauses"] for item in one.get("parameters", ())}
    was = {item["name"]: item["value"] for one in before["clauses"] for item in one.get("parameters", ())}
    assert {name: value for name, value in after.items() if value != was[name]} == {
        "settlement_agent_limit": 80000, "complaint_within": "3 working days"
    }  # fmt: skip


def test_pages_of_a_clause_ask_the_database_as_often_for_many_rules_as_for_one(
    director: Client,  # noqa: F811
    own: factories.Cast,  # noqa: F811
) -> None:
    row = cast.begun(own)
    asked = []
    for url in (
        clause_page(row, "MN-3.1.1a"),
        clause_page(row, "MN-3.3"),
        reverse("revisions:numbers", args=[row.dossier.number]),
    ):
        director.get(url)
        with CaptureQueriesContext(connection) as seen:
            director.get(url)
        asked.append(len(seen))
    assert asked[0] == asked[1] and asked[2] <= asked[0], asked


def test_a_targets_number_is_read_as_per_cent() -> None:
    content = {"clauses": [{"rules": [{"indicator": "a", "target": "goal", "numerator": "x"}]}]}
    assert ruleforms.shares(content) == {"goal"}
    content["clauses"][0]["rules"][0] = {"indicator": "a", "target": "goal", "aggregate": "mean"}
    assert ruleforms.shares(content) == frozenset()
