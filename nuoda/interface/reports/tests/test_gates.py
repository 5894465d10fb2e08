"""What the gates held back, on the board and behind it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from nuoda.domain.service.models import WorkOrder
from nuoda.domain.service.tests.stage import SHANGHAI, Stage
from nuoda.foundation.base.access import now, scoped, system
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.orgs.tests import factories as people
from nuoda.foundation.ui.tests import kit
from nuoda.interface.reports import queries
from nuoda.interface.reports.actions import bundles
from nuoda.interface.reports.models import Bundle
from nuoda.interface.reports.pure import gates
from nuoda.interface.reports.queries import Scope

pytestmark = pytest.mark.django_db
AGREED = "MN-3.2.2a"
LINK = re.compile(r'href="([^"]*compliance/refusals/[^"]*)" data-n="(\d+)"')

NUMBER = re.compile(r"WO-\d{4}-\d+")


@pytest.fixture
def stage() -> Stage:
    """Three visits whose time was not agreed on: one was agreed and done later, one was cancelled, one waits, at the dealer's."""
    stage = Stage.set(now().astimezone(SHANGHAI) - timedelta(days=2))
    done = held_back(stage)
    stage.work(done, "appoint", starts_at=stage.now + timedelta(hours=1), ends_at=stage.now + timedelta(hours=3))
    stage.after(hours=1)
    stage.work(done, "arrive")
    stage.work(done, "leave_unfinished", reason="part_missing")
    stage.after(hours=3)
    stage.work(held_back(stage), "cancel", technician=stage.cast.wang, reason="customer_cancelled")
    stage.after(hours=3)
    held_back(stage, dealer=True)
    return stage


def held_back(stage: Stage, *, dealer: bool = False) -> WorkOrder:
    """A technician at the door, twice in a row, with nobody told that he comes."""
    told = {"dealer_id": stage.cast.east.pk} if dealer else {}
    ticket = stage.report(production_stopped=False, **told)
    job = stage.dispatch(ticket, stage.cast.wu if dealer else stage.cast.zhao, stage.cast.ma if dealer else None)
    stage.work(job, "contact")
    stage.work(job, "prepare")
    for _try in range(2):
        with pytest.raises(Refused):
            stage.work(job, "arrive")
        stage.after(seconds=10)
    return job


def test_a_clause_says_how_often_it_held_and_what_became_of_it(stage: Stage) -> None:
    client = people.login(Client(), stage.cast.wang)
    shown = client.get(reverse("reports:clause", args=[AGREED])).context["gates"]
    assert (shown.passed.n, shown.held.n, shown.tries) == (1, 3, 6)
    assert [figure.n for figure in shown.outcomes] == [1, 1, 1]
    said = client.get(reverse("reports:clause", args=[AGREED])).content.decode()
    assert "先与客户" in said or "约定" in said
    opened = 0
    for url, n in LINK.findall(said):
        assert len(client.get(unescape(url)).context["lines"]) == int(n), url
        opened += 1
    assert opened == 4, "the number and its three parts each open their cases"


def test_the_list_says_who_when_and_what_was_missing(stage: Stage) -> None:
    client = people.login(Client(), stage.cast.wang)
    answer = client.get(reverse("reports:refusals") + f"?clause={AGREED}")
    said = answer.content.decode()
    assert len(answer.context["lines"]) == 3
    for word in ("赵磊", "吴迪", "后来办成", "未再办理", "待办"):
        assert word in said, word
    exported = client.get(reverse("reports:refusals") + f"?clause={AGREED}&export=csv")
    lines = exported.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 4 and all("吴迪" in line or "赵磊" in line for line in lines[1:]), "the same words as a file"


@pytest.mark.parametrize(
    "page", ["reports:cases", "reports:entries", "reports:refusals", "duties:all", "service:tickets"]
)
def test_what_a_list_shows_beside_its_fields_is_exported_too(stage: Stage, page: str) -> None:
    client = people.login(Client(), stage.cast.wang)
    assert client.get(reverse(page)).context["lines"] or page == "duties:all"
    assert client.get(reverse(page) + "?export=csv").status_code == 200


def test_the_board_counts_it_and_the_link_opens_it(stage: Stage) -> None:
    client = people.login(Client(), stage.cast.wang)
    said = client.get(reverse("reports:board")).content.decode()
    [(url, n)] = [(unescape(url), int(n)) for url, n in LINK.findall(said) if f"clause={AGREED}" in url]
    assert n == 3 == len(client.get(url).context["lines"])


def test_a_dealer_reads_his_own(stage: Stage) -> None:
    for person, n in ((stage.cast.ma, 1), (stage.cast.he_ping, 0), (stage.cast.wang, 3)):
        actor = stage.actor(person)
        with scoped(actor):
            assert queries.held(actor, Scope()).get(AGREED, gates.Held()).n == n, person.name
            assert queries.named_in(actor, Scope()).get(AGREED, {}).get("held", 0) == n


def test_an_auditor_reads_the_number_not_the_matter(stage: Stage) -> None:
    address = reverse("reports:refusals") + f"?clause={AGREED}"
    auditor = people.login(Client(), stage.cast.audit).get(address).content.decode()
    manager = people.login(Client(), stage.cast.wang).get(address).content.decode()
    assert "检修主油泵" in manager and "检修主油泵" not in auditor
    assert set(NUMBER.findall(auditor)) == set(NUMBER.findall(manager)) != set()
    assert "/work-orders/" in manager and "/work-orders/" not in auditor, "nor a door that would not open"


def test_pages_are_sound_and_ask_as_often_for_many(stage: Stage) -> None:
    client = people.login(Client(), stage.cast.wang)
    kit.page_is_sound(client.get(reverse("reports:refusals")))
    kit.page_is_sound(client.get(reverse("reports:clause", args=[AGREED])))

    def another() -> None:
        stage.after(hours=3)
        held_back(stage)

    kit.same_queries(client, reverse("reports:refusals"), another)
    kit.same_queries(client, reverse("reports:clause", args=[AGREED]), another)


def test_an_evidence_pack_holds_every_case_that_was_held_back(stage: Stage) -> None:
    days = {"since": f"{stage.now - timedelta(days=3):%Y-%m-%d}", "until": f"{stage.now + timedelta(days=1):%Y-%m-%d}"}
    asked = days | {"target": AGREED, "sample": 0, "seed": 1, "originals": False}
    with stage.acting(stage.cast.chen) as (actor, at):
        row = bundles.ask(kind="evidence", parameters=asked, actor=actor, at=at)
    bundles.make(row.pk, company_id=row.company_id)
    with scoped(system(row.company_id)):
        made = Bundle.objects.get(pk=row.pk)
    assert made.problem == ""
    with default_storage.open(made.path) as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        assert archive.read("evidence.pdf").startswith(b"%PDF")
        book = CalamineWorkbook.from_filelike(io.BytesIO(archive.read("evidence.xlsx")))
    [counts] = book.get_sheet_by_name("关口").to_python()[1:]
    assert counts == [AGREED, 1, 3, 6, 1, 1, 1]
    cases = book.get_sheet_by_name("被拦下").to_python()[1:]
    assert len(cases) == 3 and {line[2] for line in cases} == {2}
    assert all(NUMBER.fullmatch(str(line[4])) and line[6] and line[7] in ("赵磊", "吴迪") for line in cases)
    assert "检修主油泵" not in str(cases), "numbers, no matters"


def test_rules_that_are_gone_say_nothing() -> None:
    assert gates.missing(None, {"done": ["signed"]}, "en") == []
    assert gates.deed("unheard_of", "do", "en") == "unheard_of do"
