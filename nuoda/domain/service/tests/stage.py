"""The stage on which service stories play: a company with its people, its book in force, its calendar, and one customer.

    stage = Stage.set()
    with stage.lin as (actor, at): ...            # 林晓 acts at the stage's time
    stage.after(minutes=7)

Time on the stage is told, never read: every action gets `at`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from nuoda.domain.customers.tests import factories as customers
from nuoda.domain.service import queries
from nuoda.domain.service.actions import closures, complaints, dispatch, records, reports, tickets, work
from nuoda.domain.service.models import Ticket, WorkOrder
from nuoda.engine.clocks.actions import seeds
from nuoda.engine.clocks.actions.sweeps import sweep
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.notices.actions import notices
from nuoda.engine.notices.models import Notice
from nuoda.engine.rulebook.actions import packs
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories as people

SHANGHAI = ZoneInfo("Asia/Shanghai")
FRIDAY_EVENING = datetime(2026, 3, 6, 17, 50, tzinfo=SHANGHAI)
STROKES = [[[1.0, 1.0], [4.0, 8.0], [9.0, 3.0]], [[2.0, 6.0], [8.0, 6.5]]]


@dataclass
class Stage:
    cast: people.Cast
    now: datetime
    kit: Any = None
    _fanned: int = 0

    @classmethod
    def set(cls, now: datetime = FRIDAY_EVENING) -> Stage:
        """A company whose regulations are in force, with the customer 恒力 and its press, for which 赵磊 is qualified."""
        cast = people.cast()
        company = cast.company
        before = now - timedelta(days=30)
        with scoped(system(company.pk)) as _at:
            packs.load(actor=system(company.pk), at=before)
            packs.adopt_all(actor=system(company.pk), at=before)
            seeds.seed(company.pk)
        company.refresh_from_db()
        stage = cls(cast, now)
        with scoped(stage.actor(cast.wang)):
            stage.kit = customers.kit(stage.actor(cast.wang), at=before)
            skill = stage.kit.model.category.code
        people.qualification(cast.zhao, skill)
        people.qualification(cast.wu, skill)
        return stage

    def actor(self, person: Person) -> Actor:
        return people.actor(person)

    @contextmanager
    def acting(self, person: Person) -> Iterator[tuple[Actor, datetime]]:
        """A door: the person's scope, and the time on the stage."""
        actor = self.actor(person)
        with scoped(actor):
            yield actor, self.now

    def after(self, **passed: float) -> datetime:
        self.now += timedelta(**passed)
        return self.now

    def tick(self) -> None:
        """The worker's sweep, now."""
        sweep(self.cast.company.pk, at=self.now)

    # -- what happens often ------------------------------------------------------------------------------

    def report(self, person: Person | None = None, **told: Any) -> Ticket:
        """A press has stopped, and the customer calls (or what `told` says instead)."""
        values: dict[str, Any] = {
            "kind": "fault",
            "channel": "phone",
            "subject": "压力机停机",
            "problem": "主油泵异响后停机，产线停了",
            "contact": self.kit.contact,
            "site": self.kit.site,
            "product": self.kit.machine,
            "production_stopped": True,
        } | told
        answered = values.pop("answered", None)
        with self.acting(person or self.cast.lin) as (actor, at):
            return reports.report(reports.Report(**values), actor=actor, at=at, answered=answered)

    def ticket(self, ticket: Ticket, person: Person | None = None) -> Ticket:
        """The ticket as it is now."""
        with self.acting(person or self.cast.wang) as (actor, _at):
            return queries.ticket(actor, id=ticket.pk)

    def job(self, work_order: WorkOrder, person: Person | None = None) -> WorkOrder:
        with self.acting(person or self.cast.wang) as (actor, _at):
            return queries.work_order(actor, id=work_order.pk)

    def dispatch(self, ticket: Ticket, technician: Person, manager: Person | None = None, **more: Any) -> WorkOrder:
        with self.acting(manager or self.cast.wang) as (actor, at):
            return dispatch.assign(
                queries.hold(actor, id=ticket.pk),
                technician=technician,
                task=more.pop("task", "检修主油泵"),
                starts_at=more.pop("starts_at", at + timedelta(minutes=30)),
                ends_at=more.pop("ends_at", at + timedelta(minutes=150)),
                actor=actor,
                at=at,
                **more,
            )

    def act(self, person: Person, verb: str, ticket: Ticket, **more: Any) -> Ticket:
        """Somebody does a verb on the ticket: `stage.act(cast.lin, "promise", ticket, due_at=…)`."""
        module = next(found for found in (tickets, closures, complaints) if hasattr(found, verb))
        with self.acting(person) as (actor, at):
            row = queries.hold(actor, id=ticket.pk)
            getattr(module, verb)(row, actor=actor, at=at, **more)
            return row

    def work(self, job: WorkOrder, verb: str, technician: Person | None = None, **more: Any) -> WorkOrder:
        """The technician does a verb on his job."""
        with self.acting(technician or job.technician) as (actor, at):
            row = queries.hold_work_order(actor, id=job.pk)
            getattr(work, verb)(row, actor=actor, at=at, **more)
            return row

    def note(self, job: WorkOrder, **more: Any) -> WorkOrder:
        """The record of a repair that went well."""
        values: dict[str, Any] = {
            "symptom": "主油泵异响、停机",
            "cause": "泵轴承磨损",
            "measure": "更换轴承并校准压力",
            "resolution": "part_replaced",
            "explained": True,
            "tested": True,
            "site_cleaned": True,
            "parts": [records.Line(quantity=1, name="油泵轴承 6204")],
        } | more
        with self.acting(job.technician) as (actor, at):
            row = queries.hold_work_order(actor, id=job.pk)
            records.note(row, actor=actor, at=at, **values)
            return row

    def sign(self, job: WorkOrder, score: int = 5) -> WorkOrder:
        with self.acting(job.technician) as (actor, at):
            row = queries.hold_work_order(actor, id=job.pk)
            records.sign(row, score=score, name="王芳", strokes=STROKES, actor=actor, at=at)
            return row

    def repaired(self, ticket: Ticket, technician: Person, manager: Person | None = None) -> WorkOrder:
        """A visit from dispatch to the signed record, within two hours."""
        job = self.dispatch(ticket, technician, manager)
        self.work(job, "contact")
        if self.ticket(ticket).severity != "urgent":
            self.work(job, "appoint", starts_at=self.now + timedelta(minutes=30), ends_at=self.now + timedelta(hours=2))
        self.work(job, "prepare")
        self.after(minutes=30)
        self.work(job, "arrive")
        self.after(minutes=60)
        self.note(job)
        self.sign(job)
        self.work(job, "complete")
        return self.job(job)

    def entries(self, ticket: Ticket, *types: str) -> list[Entry]:
        """What the journal holds of the case, in the order of recording; only of these types, if any are named."""
        with self.acting(self.cast.wang):
            rows = Entry.objects.filter(case_id=ticket.pk).order_by("recorded_at", "chain_seq")
            return list(rows.filter(type__in=types) if types else rows)

    def told(self) -> set[tuple[str, str]]:
        """The worker fans out what waits for it; (name, template) of everybody told so far."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, args FROM procrastinate_jobs WHERE task_name = 'notices.fan' AND id > %s ORDER BY id",
                [self._fanned],
            )
            jobs = cursor.fetchall()
        worker = system(self.cast.company.pk)
        with scoped(worker):
            for number, args in jobs:
                job = json.loads(args) if isinstance(args, str) else args
                self._fanned = number
                notices.fan_action(
                    case_id=UUID(job["case"]) if job["case"] else None,
                    entry_id=UUID(job["entry"]),
                    recorded_at=datetime.fromisoformat(job["recorded_at"]),
                    told=job.get("told") or [],
                    fan=job.get("fan", True),
                    actor=worker,
                    at=self.now,
                )
            return set(Notice.objects.values_list("person__name", "template"))

    def clocks(self, ticket: Ticket, person: Person | None = None) -> dict[str, Deadline]:
        """Deadlines of the case by rule and round: 'MN-3.2.1b/on_site#1'."""
        with self.acting(person or self.cast.wang) as (actor, _at):
            rows = Deadline.visible_to(actor).filter(case_id=ticket.pk)
            return {f"{row.ref}#{row.round}": row for row in rows}


def local(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """A moment of 2026 in Chinese time."""
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)
