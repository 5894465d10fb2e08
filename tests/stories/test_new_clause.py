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


AHEAD = """  - id: MN-9.2
    section: 九（二）
    text:
      zh-hans: 约定的上门时间 4 小时前，维修人员须备好工具和配件。
      zh-hant: 約定的到府時間 4 小時前，維修人員須備好工具與零件。
      en: Four hours before the agreed visit the technician has tools and parts ready.
    source: 2026 年补充规定
    binds: [technician]
    rules:
      - clock: ready
        label:
          zh-hans: 备好工具和配件
          zh-hant: 備好工具與零件
          en: Have tools and parts ready
        start: work_order.appointed
        end: work_order.prepared
        due: starts_at
        ahead: 4 h
        per: work_order
        cancel: [work_order.declined, work_order.cancelled, ticket.cancelled, ticket.merged]
        replace: true
        owner: technician
        warnings:
          - before: 1 h
        missed: [service_manager]
    examples:
      - name:
          zh-hans: 约好次日两点，十点前备好
          zh-hant: 約好隔日兩點，十點前備好
          en: Agreed for two the next day, ready by ten
        events:
          - at: 2026-03-05 10:00
            event: work_order.appointed
            payload: {starts_at: '2026-03-06T14:00:00+08:00', work_order: W1}
          - at: 2026-03-06 10:00
            event: work_order.prepared
            payload: {work_order: W1}
        expect:
          - clock: ready
            due: 2026-03-06 10:00
            state: kept
      - name:
          zh-hans: 两小时后就到，出发前备好即可
          zh-hant: 兩小時後就到，出發前備好即可
          en: The visit is in two hours, ready by then
        events:
          - at: 2026-03-05 10:00
            event: work_order.appointed
            payload: {starts_at: '2026-03-05T12:00:00+08:00', work_order: W1}
        expect:
          - clock: ready
            due: 2026-03-05 12:00
            state: open
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


def adopt(stage: Stage, folder: Path, clause: str = CLAUSE) -> PolicyVersion:
    keeper = system(stage.cast.company.pk)
    with scoped(keeper):
        (version,) = packs.load(actor=keeper, at=stage.now, root=shelf(folder, clause))
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


def test_a_limit_before_an_agreed_visit_is_a_clause_of_a_file_alone(tmp_path: Path) -> None:
    stage = Stage.set(local(5, 9))
    adopt(stage, tmp_path, AHEAD)
    stage.after(minutes=1)
    ticket = stage.report()
    job = stage.dispatch(ticket, stage.cast.zhao)
    visit = local(6, 14)
    stage.work(job, "appoint", starts_at=visit, ends_at=visit + timedelta(hours=1))
    assert stage.clocks(ticket)["MN-9.2/ready#1"].due_at == local(6, 10)

    # Agreed anew for three o'clock: the earlier limit falls away, the new one is warned of, and missed at eleven.
    stage.after(minutes=30)
    stage.work(job, "appoint", starts_at=local(6, 15), ends_at=local(6, 16))
    clocks_now = stage.clocks(ticket)
    assert clocks_now["MN-9.2/ready#1"].state == "withdrawn"
    clock = clocks_now["MN-9.2/ready#2"]
    assert (clock.state, clock.due_at, clock.promised, clock.owner_role) == ("open", local(6, 11), True, "technician")
    stage.now = local(6, 10, 30)
    stage.tick()
    assert "deadline.warned" in {e.type for e in stage.entries(ticket) if e.payload.get("ref") == "MN-9.2/ready"}
    stage.now = local(6, 11, 1)
    stage.tick()
    missed = [entry for entry in stage.entries(ticket, "deadline.missed") if entry.payload["ref"] == "MN-9.2/ready"]
    assert [entry.happened_at for entry in missed] == [local(6, 11)]
    assert ("王强", "deadline_missed") in stage.told()
    stage.work(job, "prepare")
    with stage.acting(stage.cast.lin) as (actor, at):
        found = [item for item in clocks.explanations(actor, at=at, case_id=ticket.pk) if item.row.round == 2]
        [told] = [item for item in found if item.row.ref == "MN-9.2/ready"]
    assert told.stands and told.derivation.agrees and told.derivation.ahead is not None
    assert (told.derivation.ahead.moment, told.derivation.late_by) == (local(6, 11), timedelta(minutes=1))


def test_its_examples_are_its_test(tmp_path: Path) -> None:
    for ahead, right in (("4 h", [True, True]), ("3 h", [False, True]), ("1 h", [False, False])):
        folder = tmp_path / ahead[0]
        folder.mkdir()
        path = shelf(folder, AHEAD.replace("ahead: 4 h", f"ahead: {ahead}")) / "manual" / "2.1.yaml"
        outcomes = situations.run(loading.load(path.read_text("utf-8")), SUBJECTS, OFFICE)
        assert [outcome.right for outcome in outcomes if outcome.clause_id == "MN-9.2"] == right


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
