"""A new clause is a change of a file: a clock on an event that exists already runs without a line of code."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from nuoda.domain.service import queries
from nuoda.domain.service.actions import closures
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.pure import situations
from nuoda.engine.clocks.tests.worlds import OFFICE
from nuoda.engine.rulebook.actions import packs, versions
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure import loading
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import Refused

pytestmark = pytest.mark.django_db

CLAUSE = """  - id: MN-9.1
    section: 九（一）
    text:
      zh-hans: 问题解决后 30 分钟内，客服须向客户确认并关闭。
      zh-hant: 問題解決後 30 分鐘內，客服須向客戶確認並結案。
      en: Within 30 minutes after a matter is solved, the agent confirms with the customer and closes it.
    source: 2026 年补充规定
    binds: [agent]
    rules:
      - clock: confirm
        label:
          zh-hans: 确认关闭
          zh-hant: 確認結案
          en: Confirm and close
        start: ticket.solved
        when: severity == "urgent"
        end: ticket.closed
        within: 30 min
        cancel: [ticket.reopened, ticket.cancelled, ticket.merged]
        owner: agent
        missed: [service_manager]
    examples:
      - name:
          zh-hans: 十点解决，十点半前关闭
          zh-hant: 十點解決，十點半前結案
          en: Solved at ten, closed by half past
        events:
          - at: 2026-03-05 10:00
            event: ticket.solved
            facts:
              kind: fault
              severity: urgent
          - at: 2026-03-05 10:31
            event: ticket.closed
        expect:
          - clock: confirm
            due: 2026-03-05 10:30
            state: missed
"""


def shelf(folder: Path, clause: str = CLAUSE) -> Path:
    """The manual's next version: the shipped file with one clause more."""
    text = (packs.folder() / "manual" / "2.0.yaml").read_text(encoding="utf-8")
    text = text.replace("version: '2.0'", "version: '2.1'", 1)
    (folder / "manual").mkdir()
    (folder / "manual" / "2.1.yaml").write_text(
        text.replace("  - id: MN-3.3\n", clause + "  - id: MN-3.3\n", 1), "utf-8"
    )
    return folder


def adopt(stage: Stage, folder: Path) -> PolicyVersion:
    keeper = system(stage.cast.company.pk)
    with scoped(keeper):
        (version,) = packs.load(actor=keeper, at=stage.now, root=shelf(folder))
        return versions.adopt(version, since=stage.now, actor=keeper, at=stage.now)


def solved(stage: Stage):
    ticket = stage.report()
    stage.repaired(ticket, stage.cast.zhao)
    return ticket


def test_a_clock_of_a_new_clause_runs_from_its_adoption_on(tmp_path: Path) -> None:
    stage = Stage.set(local(5, 9))
    before = solved(stage)
    stage.after(hours=1)
    version = adopt(stage, tmp_path)
    stage.after(hours=1)
    after = solved(stage)
    assert "MN-9.1/confirm#1" not in stage.clocks(before)
    clock = stage.clocks(after)["MN-9.1/confirm#1"]
    assert (clock.version_id, clock.owner_role, clock.label["en"]) == (version.pk, "agent", "Confirm and close")
    assert clock.due_at == clock.started_at + timedelta(minutes=30)

    stage.after(minutes=31)
    stage.tick()
    stage.tick()
    missed = [entry for entry in stage.entries(after, "deadline.missed") if entry.payload["ref"] == "MN-9.1/confirm"]
    assert [(entry.happened_at, entry.clauses) for entry in missed] == [(clock.due_at, ["MN-9.1"])]
    assert ("王强", "deadline_missed") in stage.told()

    with stage.acting(stage.cast.lin) as (actor, at):
        closures.close(queries.hold(actor, id=after.pk), actor=actor, at=at, customer_confirmed=True)
        found = {item.row.ref: item for item in clocks.explanations(actor, at=at, case_id=after.pk)}
    assert found["MN-9.1/confirm"].stands
    assert found["MN-9.1/confirm"].row.state == "missed"
    assert found["MN-9.1/confirm"].row.done_at == stage.now


@pytest.mark.parametrize(("within", "right"), [("30 min", True), ("45 min", False)])
def test_its_example_is_its_test(tmp_path: Path, within: str, right: bool) -> None:
    path = shelf(tmp_path, CLAUSE.replace("within: 30 min", f"within: {within}")) / "manual" / "2.1.yaml"
    outcomes = situations.run(loading.load(path.read_text("utf-8")), SUBJECTS, OFFICE)
    assert [outcome.right for outcome in outcomes if outcome.clause_id == "MN-9.1"] == [right]


def test_what_happened_before_the_adoption_is_judged_by_the_version_of_then(tmp_path: Path) -> None:
    stage = Stage.set(local(5, 9))
    ticket = solved(stage)
    ended = stage.now
    stage.after(minutes=10)
    adopt(stage, tmp_path)
    # An entry of the case after the adoption folds it anew; what started before it stays with the old version.
    stage.after(minutes=1)
    stage.act(stage.cast.lin, "rate", ticket, score=5)
    assert "MN-9.1/confirm#1" not in stage.clocks(ticket)
    assert all(row.started_at <= ended for row in stage.clocks(ticket).values())


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('severity == "urgent"', 'severty == "urgent"', "severty"),
        ('severity == "urgent"', "severity > 3", "[MN-9.1]"),
        ("within: 30 min", "within: 30 minuten", "30 minuten"),
    ],
)
def test_a_clause_with_a_mistake_is_refused_with_its_place(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    stage = Stage.set(local(5, 9))
    keeper = system(stage.cast.company.pk)
    assert was in CLAUSE
    with scoped(keeper), pytest.raises(Refused) as refusal:
        packs.load(actor=keeper, at=stage.now, root=shelf(tmp_path, CLAUSE.replace(was, becomes)))
    assert said in str(refusal.value) and "2.1.yaml" in str(refusal.value)
