"""A stored version names a fact or a fact set that nobody publishes any more: everybody is told so, and nothing else stops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.measures import jobs, queries
from nuoda.engine.measures.actions import closings
from nuoda.engine.measures.models import Closing
from nuoda.engine.measures.pure.rules import obstacle, rule_of
from nuoda.engine.revisions import queries as revisions
from nuoda.engine.rulebook.actions import versions
from nuoda.engine.rulebook.models import ClauseError, PolicyVersion
from nuoda.engine.rulebook.pure.facts import FactType
from nuoda.engine.rulebook.pure.factsets import FACT_SETS
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.orgs.tests import factories as people
from nuoda.foundation.ui.tests.kit import page_is_sound

from .test_closings import APRIL, FIRST, HANDLED, LATER, MARCH, ON_TIME, close, reading, repaired

pytestmark = pytest.mark.django_db

GONE = "无法计算：事实“on_time”已不再提供。"
PAGE = reverse("measures:indicator", args=ON_TIME.split("/"))


@pytest.fixture
def stage() -> Stage:
    stage = Stage.set(local(5, 10))
    repaired(stage)
    return stage


@pytest.fixture
def take_away(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """An upgrade of the program publishes repairs without the column that DL-5.2b names."""

    def taken() -> None:
        known = FACT_SETS["repairs"]
        columns = {name: column for name, column in known.columns.items() if name != "on_time"}
        monkeypatch.setitem(FACT_SETS, "repairs", replace(known, columns=columns))
        revisions._linted.cache_clear()

    return taken


def text(browser: Client, url: str, status: int = 200) -> str:
    answer = browser.get(url)
    assert answer.status_code == status, url
    if status == 200:
        page_is_sound(answer)
    return unescape(answer.content.decode())


def shown_for_march(browser: Client) -> str:
    """The figure of March on the indicator's page."""
    lines = browser.get(PAGE).context["lines"]
    return next(str(line["figure"]) for line in lines if line["span"] == MARCH)


def test_every_page_says_why_there_is_no_figure(stage: Stage, take_away: Callable[[], None]) -> None:
    browser = people.login(Client(), stage.cast.chen)
    assert "100%" in text(browser, PAGE)
    take_away()
    for url in (reverse("measures:indicators"), PAGE, reverse("reports:board")):
        assert GONE in text(browser, url), url
    text(browser, reverse("rulebook:clause", args=["DL-5.2b"]))
    text(browser, reverse("rulebook:policy", args=["dealer-service"]))
    cases = reverse("measures:cases", args=[*ON_TIME.split("/"), "2026-03", "company", "denominator"])
    assert GONE in text(browser, cases, 409)
    with stage.acting(stage.cast.chen) as (actor, at):
        [board] = queries.figures(actor, *MARCH.between(at.tzinfo), at=at)["DL-5.2b"]  # type: ignore[arg-type]
        assert (board.status, board.found.value) == ("not_computed", None)
        [other] = queries.figures(actor, *MARCH.between(at.tzinfo), at=at)["DL-5.2c"]  # type: ignore[arg-type]
        assert other.found.value == 1.0


def test_what_was_closed_before_stays_readable(stage: Stage, take_away: Callable[[], None]) -> None:
    close(stage)
    take_away()
    assert reading(stage, ON_TIME).found.value == 1.0
    assert reading(stage, ON_TIME, span=APRIL).status == "not_computed"
    shown = text(people.login(Client(), stage.cast.chen), PAGE)
    assert "100%" in shown and GONE in shown
    with stage.acting(stage.cast.chen) as (actor, at), pytest.raises(Refused):
        closings.restate(ref=ON_TIME, span=MARCH, reason="补录", seen=1, actor=actor, at=at)


def test_the_others_are_closed_and_the_keeper_is_told(
    stage: Stage, take_away: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    take_away()
    assert close(stage) > 0
    assert close(stage) == 0
    with stage.acting(stage.cast.chen):
        assert not Closing.objects.filter(ref=ON_TIME).exists()
        assert Closing.objects.filter(ref=FIRST, starts_on=MARCH.starts).exists()
        told = set(ClauseError.objects.filter(ref=ON_TIME).values_list("reason", flat=True))
        assert "2026-03 cannot be closed: the facts on_time are gone" in told
        assert not ClauseError.objects.exclude(ref=ON_TIME).exists()
    monkeypatch.undo()
    assert close(stage) == len(told), "once the fact is back, its months are closed after all"


def test_one_that_breaks_does_not_hold_up_the_others(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    computed = closings._compute

    def breaks(row: Closing, *more: object) -> None:
        if row.ref == ON_TIME:
            raise ZeroDivisionError("no such number")
        computed(row, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(closings, "_compute", breaks)
    close(stage)
    with stage.acting(stage.cast.chen):
        assert set(Closing.objects.filter(ref__in=[ON_TIME, FIRST, HANDLED]).values_list("ref", flat=True)) == {
            FIRST,
            HANDLED,
        }
        assert ClauseError.objects.filter(ref=ON_TIME, reason__contains="no such number").exists()


def test_one_company_does_not_hold_up_another(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def breaks(company_id: object, **_more: object) -> int:
        asked.append(company_id)
        raise ZeroDivisionError

    other = people.cast().company.pk
    monkeypatch.setattr(closings, "close_due", breaks)
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)
    jobs.close(0)
    assert {stage.cast.company.pk, other} <= set(asked)


def test_a_fact_set_that_is_gone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    close(stage)
    monkeypatch.delitem(FACT_SETS, "repairs")
    revisions._linted.cache_clear()
    browser = people.login(Client(), stage.cast.chen)
    for url in (reverse("measures:indicators"), PAGE, reverse("reports:board")):
        assert "系统没有提供这项指标的数据来源，无法计算。" in text(browser, url), url
    assert "100%" in text(browser, PAGE), "what was closed stays"
    assert close(stage, LATER.replace(month=5)) > 0
    with stage.acting(stage.cast.chen) as (actor, at):
        found = [f for _row, findings in revisions.lint(actor, at) for f in findings if f.code == "lost-facts"]
        assert {(f.clause, f.severity, f.line > 0) for f in found} == {
            ("DL-5.2b", "error", True), ("DL-5.2c", "error", True),
        }  # fmt: skip
        waiting = [
            f.clause for _row, findings in revisions.lint(actor, at) for f in findings if f.code == "unknown-facts"
        ]
        assert {"DL-5.2e", "LC-3.1"} <= {*waiting} and "DL-5.2b" not in waiting, (
            "what was never counted waits, as before"
        )


def test_lint_finds_it_in_force_in_a_draft_and_in_history(stage: Stage, take_away: Callable[[], None]) -> None:
    with scoped(system(stage.cast.company.pk)):
        actor = system(stage.cast.company.pk)
        old = PolicyVersion.objects.select_related("policy").get(policy__name="dealer-service")
        for number in ("1.1", "1.2"):
            made = versions.draft(
                policy=old.policy, content={**old.content, "version": number}, actor=actor, at=stage.now
            )
            if number == "1.1":
                versions.publish(made, actor=actor, at=stage.now)
                versions.adopt(made, since=stage.now, actor=actor, at=stage.now)
    stage.cast.company.refresh_from_db()
    with stage.acting(stage.cast.chen) as (actor, at):
        assert revisions.unfit(actor, at) == []
    take_away()
    with stage.acting(stage.cast.chen) as (actor, at):
        in_force = [f for _row, findings in revisions.lint(actor, at) for f in findings if f.code == "check"]
        assert {(f.clause, f.severity) for f in in_force} == {("DL-5.2b", "error")}
        assert all(f.line and f.column for f in in_force)
        found = {row.version: {(f.code, f.clause) for f in findings} for row, findings in revisions.unfit(actor, at)}
        assert found == {"1.0": {("check", "DL-5.2b")}, "1.2": {("check", "DL-5.2b")}}
    shown = text(people.login(Client(), stage.cast.chen), reverse("revisions:lint"))
    assert "on_time" in shown and "已失效" in shown


def test_a_fact_of_another_kind_is_told_as_such(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    known = FACT_SETS["repairs"]
    columns = dict(known.columns) | {"on_time": FactType("int", known.columns["on_time"].label)}
    monkeypatch.setitem(FACT_SETS, "repairs", replace(known, columns=columns))
    with stage.acting(stage.cast.chen) as (actor, at):
        item = queries.indicator(actor, ON_TIME, at)
        found = obstacle(rule_of(item.bound))
        assert found is not None and found.what == "formula"
        wait = rule_of(queries.indicator(actor, "LC-3.2/wait_answer", at).bound)
        assert obstacle(wait) is None
        for spoilt, what in (({"of": "kind"}, "formula"), ({"dated": "kind"}, "formula"), ({"of": "nothing"}, "facts")):
            hindered = obstacle(replace(wait, **spoilt))  # type: ignore[arg-type]
            assert hindered is not None and hindered.what == what, spoilt
    text(people.login(Client(), stage.cast.chen), PAGE)
