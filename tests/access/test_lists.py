"""Every list asks the database as often for three more rows as before; a list without a maker of rows fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nuoda.domain.care.actions import followups
from nuoda.domain.care.models import FollowUp
from nuoda.domain.care.tests.test_stories import ANSWERS, call_of, closed
from nuoda.domain.customers.models import ImportRun
from nuoda.domain.customers.tests import factories as customers
from nuoda.domain.parts.actions import parts
from nuoda.domain.service import queries
from nuoda.domain.service.actions import complaints
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.approvals.actions import approvals, decisions
from nuoda.engine.clocks.models import LateRecord, WorkingCalendar
from nuoda.engine.duties.actions import audits
from nuoda.engine.duties.actions import sweeps as duties
from nuoda.engine.replay.tests import trying
from nuoda.engine.revisions.actions import drafts
from nuoda.engine.revisions.models import Reading
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.orgs.actions import staffing
from nuoda.foundation.orgs.tests import factories as people
from nuoda.foundation.ui.web.pages import ListPage
from nuoda.foundation.ui.web.pages.base import every_page
from nuoda.interface.reports.actions import bundles

from .world import finding

pytestmark = pytest.mark.django_db
_number = count(1)


def job(stage: Stage) -> None:
    start = stage.now + timedelta(hours=3 * next(_number))
    stage.dispatch(stage.report(), stage.cast.zhao, starts_at=start, ends_at=start + timedelta(hours=2))


def dissatisfied(stage: Stage) -> None:
    row = call_of(stage, closed(stage))
    with stage.acting(stage.cast.lin) as (actor, at):
        held = FollowUp.objects.select_related("dossier", "ticket__dossier").get(pk=row.pk)
        followups.record(held, score=1, answers=ANSWERS, comment="还在漏油", actor=actor, at=at)


def approval(stage: Stage, *, decided: bool = False) -> None:
    """A settlement above the agent's limit, which waits for the manager or was approved by him; the supervisor has a copy."""
    ticket = stage.report(kind="complaint", production_stopped=False, apologised=True)
    with stage.acting(stage.cast.lin) as (actor, at):
        row = queries.hold(actor, id=ticket.pk)
        complaints.propose_settlement(row, amount_fen=80_000, text="免费更换轴承", actor=actor, at=at)
        asked = approvals.submit(
            matter=complaints.SETTLEMENT, about=row.dossier, copies=[stage.cast.chen.pk], actor=actor, at=at
        )
    if decided:
        with stage.acting(stage.cast.wang) as (actor, at):
            decisions.approve(approval_id=asked.pk, actor=actor, at=at)


def held_back(stage: Stage) -> None:
    """A dispatch without a task: the gate refuses it, and that is kept."""
    with suppress(Refused):
        stage.dispatch(stage.report(), stage.cast.zhao, task=" ")


def catalogue(make: Callable[[Any], Any]) -> Callable[[Stage], None]:
    def run(stage: Stage) -> None:
        actor = stage.actor(stage.cast.wang)
        with scoped(actor):
            make(actor)

    return run


def part(actor: Any) -> None:
    parts.add(
        actor=actor, at=customers.AT, code=f"P{next(_number)}", name="件", unit="个",
        model_ids=[customers.model(actor).pk], category_id=customers.category(actor).pk,
    )  # fmt: skip


def late(stage: Stage) -> None:
    ticket = stage.report()
    with scoped(system(stage.cast.company.pk)) as at:
        LateRecord.objects.create(
            entry_id=new_id(), company_id=ticket.company_id, dossier=ticket.dossier, case_id=ticket.pk,
            type="ticket.answered", happened_at=at, recorded_at=at, actor_id=stage.cast.lin.pk,
        )  # fmt: skip


def calendar(stage: Stage) -> None:
    dealer = people.dealer(f"网点{next(_number)}", of=stage.cast.company)
    with scoped(system(stage.cast.company.pk)) as at:
        own = WorkingCalendar.objects.filter(dealer_id=None).order_by("pk")[0]
        own.pk, own.dealer_id, own.code, own.valid_from = new_id(), dealer.pk, f"own-{next(_number)}", at
        own.save(force_insert=True)


def audited(stage: Stage) -> None:
    with stage.acting(stage.cast.zhou) as (actor, at):
        staffing.qualify(person_id=stage.cast.zhao.pk, skill="welding", valid_from=at.date(), actor=actor, at=at)


def delegated(stage: Stage) -> None:
    start = stage.now + timedelta(days=next(_number))
    someone = people.person("", "agent", of=stage.cast.company)
    people.delegation(someone, stage.cast.wang, start, start + timedelta(days=3650))


def packed(stage: Stage) -> None:
    with stage.acting(stage.cast.chen) as (actor, at):
        days = {"since": at.date().isoformat(), "until": at.date().isoformat()}
        bundles.ask(kind="csv", parameters=days, actor=actor, at=at)


def away(stage: Stage) -> None:
    someone = people.person("", "technician", of=stage.cast.company)
    people.leave(someone, stage.now, stage.now + timedelta(days=3650))


def month(stage: Stage) -> None:
    """Another month begins, with its duties."""
    stage.now += timedelta(days=31)
    duties.sweep(stage.cast.company.pk, at=stage.now)


def in_march(stage: Stage) -> None:
    """A ticket of the month that the list is about, whatever other makers made of the time."""
    now, stage.now = stage.now, local(10, 10)
    stage.report(answered="请保持电话畅通")
    stage.now = now


def spot_check(stage: Stage) -> None:
    closed(stage)
    stage.after(minutes=1)
    with stage.acting(stage.cast.chen) as (actor, at):
        audits.draw_spot(
            clause_id="LC-6.1a",
            since=at - timedelta(days=9),
            until=at,
            dealer_id=None,
            everybody=True,
            actor=actor,
            at=at,
        )


def begun(stage: Stage) -> None:
    """Another draft of the manual."""
    with stage.acting(stage.cast.shen) as (actor, at):
        manual = PolicyVersion.objects.select_related("policy").get(policy__name="manual", status="in_force")
        drafts.begin_from(version=manual, actor=actor, at=at)


def to_read(stage: Stage) -> None:
    """One more person who is to read the manual."""
    with scoped(system(stage.cast.company.pk)) as at:
        manual = PolicyVersion.objects.get(policy__name="manual", status="in_force")
        someone = people.person(of=stage.cast.company)
        Reading.objects.create(
            company_id=stage.cast.company.pk, person=someone, version=manual, clauses=["MN-0"], asked_at=at
        )


MAKERS: dict[str, tuple[str, str, Callable[[Stage], Any]]] = {
    "care:follow_ups": ("wang", "?state=planned", closed),
    "care:dissatisfied": ("wang", "", dissatisfied),
    "service:tickets": ("wang", "", lambda stage: stage.report()),
    "service:work_orders": ("wang", "", job),
    "parts:parts": ("wang", "", catalogue(part)),
    "customers:customers": ("wang", "", catalogue(customers.kit)),
    "customers:installed": ("wang", "", catalogue(customers.kit)),
    "customers:models": ("wang", "", catalogue(customers.model)),
    "customers:categories": ("wang", "", catalogue(customers.category)),
    "customers:imports": (
        "wang", "", catalogue(lambda actor: ImportRun.objects.create(
            company_id=actor.company_id, type="customers", file_name="a", content=b"x", started_at=customers.AT)),
    ),
    "approvals:mine": ("wang", "", approval),
    "approvals:submitted": ("lin", "", approval),
    "approvals:decided": ("wang", "", lambda stage: approval(stage, decided=True)),
    "approvals:copies": ("chen", "", approval),
    "approvals:all": ("chen", "", approval),
    "duties:mine": ("wang", "", month),
    "duties:all": ("chen", "", month),
    "duties:audits": ("chen", "", spot_check),
    "measures:cases": ("chen", "", in_march),
    "revisions:drafts": ("chen", "", begun),
    "revisions:readers": ("chen", "", to_read),
    "replay:replays": ("chen", "", trying.another_replay),
    "replay:changes": ("chen", "", trying.changed),
    "replay:shadows": ("chen", "", trying.another_shadow),
    "replay:shadow-deadlines": ("chen", "", trying.in_shadow),
    "clocks:late": ("chen", "", late),
    "clocks:calendars": ("wang", "", calendar),
    "reports:cases": ("wang", "", lambda stage: stage.report()),
    "reports:findings": ("chen", "", lambda stage: finding(stage, stage.report())),
    "reports:bundles": ("chen", "", packed),
    "reports:refusals": ("wang", "", held_back),
    "reports:entries": ("wang", "", lambda stage: stage.report()),
    "orgs:people": ("wang", "", lambda stage: people.person(of=stage.cast.company)),
    "orgs:qualifications": ("wang", "", lambda stage: people.qualification(people.person(of=stage.cast.company), "welding")),
    "orgs:leaves": ("wang", "", away),
    "orgs:delegations": ("wang", "", delegated),
    "orgs:dealers": ("wang", "", lambda stage: people.dealer(f"经销商{next(_number)}", of=stage.cast.company)),
    "orgs:departments": ("wang", "", lambda stage: people.department(f"部门{next(_number)}", of=stage.cast.company)),
    "orgs:teams": ("wang", "", lambda stage: people.team(f"班{next(_number)}", of=stage.cast.company)),
    "orgs:audit": ("audit", "", audited),
}  # fmt: skip
"""List → who looks, with which filter, and what makes one more row."""

ADDRESSES: dict[str, tuple[str, ...]] = {
    "measures:cases": ("LC-3.2", "wait_answer", "2026-03", "company", "denominator"),
    "revisions:readers": ("manual", "2.0"),
    "replay:changes": (str(trying.REPLAY),),
    "replay:shadow-deadlines": (str(trying.SHADOW),),
}
"""Parameters of a list that is about something."""


def lists() -> set[str]:
    return {row.name for row in every_page() if isinstance(row.view, type) and issubclass(row.view, ListPage)}


def test_every_list_has_a_maker() -> None:
    assert lists() == set(MAKERS)


def seen(client: Client, url: str) -> tuple[Counter[str], int]:
    """Statements by their first words, and rows shown."""
    client.get(url)  # caches of the process
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url)
    assert answer.status_code == 200, f"{url} answered {answer.status_code}"
    marks = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO", "BEGIN", "COMMIT")
    shapes = [query["sql"].split(" WHERE ")[0][:160] for query in captured if not query["sql"].startswith(marks)]
    return Counter(shapes), len(answer.context["lines"])


@pytest.mark.parametrize("group", range(3))
def test_a_list_asks_as_often_for_three_rows_as_for_one(group: int) -> None:
    stage, wrong = Stage.set(local(5, 10)), []
    for name in sorted(MAKERS)[group::3]:
        who, query, make = MAKERS[name]
        client = people.login(Client(), getattr(stage.cast, who))
        make(stage)
        one, rows = seen(client, reverse(name, args=ADDRESSES.get(name, ())) + query)
        make(stage)
        make(stage)
        three, more = seen(client, reverse(name, args=ADDRESSES.get(name, ())) + query)
        if rows < 1 or more < min(rows + 2, 50):
            wrong.append(f"{name}: the maker makes no rows that are shown ({rows}, then {more})")
        if one.total() != three.total():
            wrong.append(f"{name}: {one.total()} statements, then {three.total()}; more of {list(three - one)}")
    assert not wrong, "\n".join(wrong)
