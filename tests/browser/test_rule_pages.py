"""Boards, duties, audits, indicators, findings, evidence: every page in both themes, wide and narrow, as each role sees it; and
the figures beside the text of the regulation are those of the board."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from nuoda.domain.care.tests.test_stories import closed
from nuoda.domain.service import queries as service
from nuoda.domain.service.actions import closures
from nuoda.domain.service.tests.stage import Stage
from nuoda.engine.duties.actions import audits, sweeps
from nuoda.engine.duties.models import Obligation
from nuoda.engine.measures.actions import closings
from nuoda.engine.measures.models import Closing
from nuoda.foundation.base.access import scoped, system
from nuoda.interface.reports.actions import bundles, findings
from nuoda.interface.reports.models import Bundle, Finding

from .hands import DESK, FRIDAY_MORNING, PHONE, Hand, Hands
from .test_director import CLAUSE, FEBRUARY, urgent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VARIANTS = [(DESK, "light", ("everything", "chen", "ma", "lin")), (PHONE, "dark", ("narrow", "wang", "audit", "zhao"))]
"""The director opens everything on the desk, and one page of each kind on the phone; the others what differs for them. Cost:
some two seconds a page."""
DIRECTOR = {"everything": "shen", "narrow": "shen"}
SATISFACTION = "/indicators/DL-5.2a/satisfaction/"


@pytest.fixture
def filled(stage: Stage) -> Stage:
    """A February with a kept and a missed breakdown, then matters of today: duties, an audit, a finding, a pack."""
    urgent(stage, 10, 3)
    urgent(stage, 11, 5)
    stage.now = FRIDAY_MORNING
    closed(stage)
    again = closed(stage)
    stage.after(minutes=1)
    with stage.acting(stage.cast.lin) as (actor, at):
        closures.reopen(service.hold(actor, id=again.pk), reason="又停机", actor=actor, at=at)
    sweeps.sweep(stage.cast.company.pk, at=stage.now)
    closings.close_due(stage.cast.company.pk, at=stage.now)
    stage.after(minutes=1)
    with stage.acting(stage.cast.chen) as (actor, at):
        findings.examine(since=at - timedelta(days=40), until=at, actor=actor, at=at)
        audits.draw_spot(
            clause_id="LC-6.1a",
            since=at - timedelta(days=9),
            until=at,
            dealer_id=None,
            everybody=True,
            actor=actor,
            at=at,
        )
        asked = {"target": CLAUSE, "since": "2026-02-01", "until": "2026-02-28", "sample": 2, "seed": 1}
        bundles.ask(kind="evidence", parameters=asked, actor=actor, at=at)
        made = bundles.ask(kind="evidence", parameters=asked | {"target": "DL-5.2a"}, actor=actor, at=at)
    bundles.make(made.pk, company_id=stage.cast.company.pk)
    return stage


def addresses(stage: Stage) -> dict[str, list[str]]:
    """What each role opens."""
    with scoped(system(stage.cast.company.pk)):
        owed = Obligation.objects.filter(ref="LC-6.2b/management_report", unit_id=None).select_related("dossier")
        duty = owed.latest("due_at").number
        missed = Obligation.objects.filter(state="missed").select_related("dossier").first()
        finding = Finding.objects.get()
        period = Closing.objects.filter(ref="DL-5.2a/satisfaction").latest("starts_on").starts_on
        waiting, ready = Bundle.objects.select_related("dossier").order_by("ready_at", "pk")
        if waiting.ready_at is not None:
            waiting, ready = ready, waiting
    board = [
        f"/compliance/?{FEBRUARY}",
        f"/compliance/?{FEBRUARY}&status=all",
        f"/compliance/clauses/{CLAUSE}/?{FEBRUARY}",
    ]
    lists = [f"/compliance/cases/?{FEBRUARY}&state=missed", f"/compliance/entries/?{FEBRUARY}", "/compliance/process/"]
    figures = ["/indicators/", SATISFACTION, "/indicators/LC-3.2/wait_response/", "/indicators/DL-5.2e/returns_compliant/",
               f"{SATISFACTION}cases/2026-03/company/denominator/"]  # fmt: skip
    duties = ["/duties/", "/duties/all/", "/duties/all/?late=1", "/duties/all/?week=1", f"/duties/{duty}/"]
    checks = ["/audits/", *([f"/duties/{missed.number}/"] if missed is not None else [])]
    supervised = ["/integrity/", "/integrity/people/", f"/integrity/{finding.pk}/"]
    handed = [
        "/bundles/",
        "/bundles/evidence/",
        "/bundles/log/",
        f"/bundles/{ready.dossier.number}/",
        f"/bundles/{waiting.dossier.number}/",
    ]
    texts = ["/", "/rulebook/policies/manual", f"/rulebook/clauses/{CLAUSE}"]
    everything = [*texts, *board, *lists, *figures, *duties, *checks, *supervised, *handed]
    forms = [
        "/audits/draw/",
        f"/integrity/{finding.pk}/look/",
        "/integrity/examine/",
        f"{SATISFACTION}restate/{period:%Y-%m}/",
    ]
    return {
        "everything": [*everything, *forms],
        "narrow": [board[0], board[2], lists[0], lists[2], figures[1], duties[-1], handed[3], forms[0]],
        "chen": [board[0], supervised[0], handed[0]],
        "wang": [texts[0], texts[1], duties[0], f"/duties/{duty}/attest/"],
        "audit": [board[2], lists[0], supervised[2]],
        "ma": [board[0], figures[0], duties[1]],
        "lin": [texts[0], duties[0]],
        "zhao": [texts[0], duties[0]],
    }


@pytest.mark.parametrize(("size", "theme", "names"), VARIANTS)
def test_every_page_of_the_rules_is_sound(
    filled: Stage, hand: Hands, size: tuple[int, int], theme: str, names: tuple[str, ...]
) -> None:
    wrong: list[str] = []
    pages = addresses(filled)
    for name, paths in [(name, pages[name]) for name in names]:
        one: Hand = hand(getattr(filled.cast, DIRECTOR.get(name, name)), size, theme)
        one.page.set_default_timeout(60_000)
        one.least = 24
        for path in paths:
            try:
                one.go(path)
                assert one.page.locator("main.nu-main, main.nu-phone-main").count() == 1, f"{path} is not there"
            except AssertionError as error:
                wrong.append(f"{name}: {error}")
            one.wrongs.clear()
        one.page.context.close()
    assert not wrong, "\n".join(wrong)


def shown(cell: Any) -> tuple[str, ...]:
    """The numbers and the rate of a place, in the order in which they stand."""
    return tuple(re.findall(r"\d[\d.]*%?", cell.inner_text()))


def test_the_figures_beside_the_text_are_those_of_the_board(filled: Stage, hand: Hands) -> None:
    """Both count the latest days: the kept and missed cases of each clause, and its rate with its interval."""
    shen = hand(filled.cast.shen)
    page = shen.page
    shen.go("/compliance/")
    board = {}
    for row in page.locator("tr[data-clause]").all():
        numbers = tuple(cell.inner_text().strip() for cell in row.locator("td.nu-cell-number").all()[:4])
        rate = row.locator(".rp-rate")
        if rate.count():
            board[row.get_attribute("data-clause")] = (*numbers, *shown(rate))
    assert CLAUSE in board, "the breakdowns of February are among the latest days"
    beside = {}
    for name in ("manual", "dealer-service", "service-operations", "service-selling"):
        shen.go(f"/rulebook/policies/{name}")
        for clause in page.locator("section.rb-clause:has(.rp-margin .rp-rate)").all():
            numbers = clause.locator(".rp-margin-line").nth(1).locator(".rp-n, .rp-zero").all()
            said = (*(number.inner_text().strip() for number in numbers), *shown(clause.locator(".rp-rate")))
            beside[clause.get_attribute("id")] = said
    assert beside == board
    kept, missed = (int(number) for number in beside[CLAUSE][:2])
    assert missed == 1 and kept >= 3, "one arrival was late; the other one and both responses were in time"
