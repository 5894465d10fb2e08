"""A company for the API's tests: everybody with a token, and for each operation a situation in which it can be done."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from nuoda.domain.care.models import FollowUp
from nuoda.domain.customers.actions import contacts
from nuoda.domain.customers.tests import factories as customers
from nuoda.domain.service import queries
from nuoda.domain.service.actions import closures, complaints, tickets
from nuoda.domain.service.models import Ticket, WorkOrder
from nuoda.domain.service.tests.stage import Stage
from nuoda.engine.approvals.actions import approvals
from nuoda.engine.approvals.models import Approval, Seat
from nuoda.engine.duties.actions import sweeps as duties
from nuoda.engine.duties.models import Obligation
from nuoda.engine.papers.actions import attachments
from nuoda.engine.papers.models import Attachment, Paper
from nuoda.foundation.base.access import now, scoped, system
from nuoda.foundation.base.pure.operations import OPERATIONS
from nuoda.foundation.orgs.actions import tokens
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories as people
from nuoda.interface.api.api.root import declared
from nuoda.interface.api.pure.scopes import SCOPES

declared()
TEXT = "第一行\n第二行\n".encode()


@dataclass(frozen=True)
class Sending:
    """One request: by whom it is usually made, where to, with what."""

    who: str
    path: str
    body: dict[str, Any] | None = None
    query: str = ""
    file: bytes | None = None


@dataclass
class World:
    """The stage of the service stories with tokens. The matters belong to the dealer 华东 and to the customer 恒力."""

    stage: Stage
    people: dict[str, Person]
    tokens: dict[str, str] = field(default_factory=dict)

    @classmethod
    def set(cls) -> World:
        stage = Stage.set(now())
        cast = stage.cast
        with stage.acting(cast.wang) as (actor, at):
            other = customers.kit(actor, "无锡永信", at=at)
            dealt = customers.customers
            dealt.link_dealer(stage.kit.customer.pk, dealer_id=cast.east.pk, actor=actor, at=at)
        found = {
            "agent": cast.lin, "service_manager": cast.wang, "technician": cast.wu, "other_technician": cast.sun,
            "quality_supervisor": cast.chen, "hq_support": cast.zhou, "director": cast.shen, "dealer_manager": cast.ma,
            "other_dealer": cast.he_ping, "system_admin": cast.system, "security_admin": cast.security,
            "audit_admin": cast.audit,
            "customer": people.contact(stage.kit.customer.pk, of=cast.company),
            "other_customer": people.contact(other.customer.pk, "齐工", of=cast.company),
        }  # fmt: skip
        world = cls(stage, found)
        with stage.acting(cast.wang) as (actor, at):
            contacts.attach(stage.kit.contact.pk, person_id=found["customer"].pk, actor=actor, at=at)
        for name, person in found.items():
            world.tokens[name] = world.token(person)
        return world

    def token(self, person: Person, *scopes: str, days: int | None = None) -> str:
        actor = people.actor(person)
        with scoped(actor) as at:
            ends = at + timedelta(days=days) if days is not None else None
            return tokens.issue(name="test", scopes=scopes or list(SCOPES), expires_at=ends, actor=actor, at=at)[1]

    # -- sending

    def send(
        self,
        sending: Sending,
        who: str | None = None,
        *,
        method: str = "",
        key: str | None = None,
        token: str = "",
        **headers: str,
    ) -> HttpResponse:
        """Send as a person (by name; '' for nobody). A changing request gets a fresh key unless told."""
        name = sending.who if who is None else who
        held = token or self.tokens.get(name, "")
        told = {f"HTTP_{item.upper()}": value for item, value in headers.items()}
        if held:
            told["HTTP_AUTHORIZATION"] = f"Bearer {held}"
        writes = (method or ("POST" if sending.body is not None else "GET")) == "POST"
        if writes and key != "":
            told["HTTP_IDEMPOTENCY_KEY"] = key or uuid4().hex
        url = f"/api/v1{sending.path}" + (f"?{sending.query}" if sending.query else "")
        client = Client(raise_request_exception=True)
        if not writes:
            return client.get(url, **told)  # type: ignore[arg-type]
        if sending.file is not None:
            data = {**(sending.body or {}), "file": SimpleUploadedFile("notes.txt", sending.file, "text/plain")}
            return client.post(url, data, **told)  # type: ignore[arg-type]
        text = json.dumps(sending.body if sending.body is not None else {})
        return client.post(url, text, content_type="application/json", **told)  # type: ignore[arg-type]

    # -- what there is

    @property
    def cast(self) -> people.Cast:
        return self.stage.cast

    def later(self, **span: float) -> str:
        return (self.stage.now + timedelta(**span)).isoformat()

    def ticket(self, *, answered: bool = True, **told: Any) -> Ticket:
        """A press of the customer stands still; the dealer 华东 answers for it."""
        values = {"channel": "api", "answered": answered, "dealer_id": self.cast.east.pk} | told
        return self.stage.report(self.cast.lin, **values)

    def reported(self) -> Ticket:
        return self.ticket(answered=False)

    def do(self, run: Callable[..., Any], row: Ticket, person: Person | None = None, **more: Any) -> Ticket:
        with self.stage.acting(person or self.cast.ma) as (actor, at):
            held = queries.hold(actor, id=row.pk)
            run(held, actor=actor, at=at, **more)
            return held

    def solved(self) -> Ticket:
        row = self.ticket(production_stopped=False)
        return self.do(tickets.solve, row, solution="请按手册第 12 页校准。", customer_confirmed=True)

    def closed(self) -> Ticket:
        return self.do(closures.close, self.solved(), customer_confirmed=True)

    def complaint(self, amount: int | None = None) -> Ticket:
        row = self.ticket(kind="complaint", production_stopped=False, apologised=True)
        if amount is None:
            return row
        return self.do(complaints.propose_settlement, row, amount_fen=amount, text="赔偿误工损失")

    def job(self, state: str = "assigned", **more: Any) -> WorkOrder:
        """A job of 吴迪, as far as `state`: assigned, contacted, appointed, on_site, noted, signed."""
        job = self.stage.dispatch(self.ticket(), self.cast.wu, self.cast.ma, **more)
        ways = ("assigned", "contacted", "appointed", "on_site", "noted", "signed")
        for step in ways[1 : ways.index(state) + 1]:
            if step == "contacted":
                self.stage.work(job, "contact")
            elif step == "appointed":
                span = {
                    "starts_at": self.stage.now + timedelta(hours=1),
                    "ends_at": self.stage.now + timedelta(hours=2),
                }
                self.stage.work(job, "appoint", **span)
                self.stage.work(job, "prepare")
            elif step == "on_site":
                self.stage.work(job, "arrive")
            elif step == "noted":
                self.stage.note(job)
            else:
                self.stage.sign(job)
        return job

    def follow_up(self, *, dissatisfied: bool = False) -> FollowUp:
        row = self.closed()
        actor = system(self.cast.company.pk)
        with scoped(actor):
            found = FollowUp.objects.select_related("dossier").get(ticket_id=row.pk, state="planned")
        if dissatisfied:
            from nuoda.domain.care.actions import followups

            with self.stage.acting(self.cast.ma) as (who, at):
                held = FollowUp.objects.select_related("dossier", "ticket").get(pk=found.pk)
                followups.record(held, score=1, answers=["否"] * len(held.script), actor=who, at=at)
        return found

    def approval(self) -> Approval:
        row = self.complaint(900_000)
        with self.stage.acting(self.cast.ma) as (actor, at):
            return approvals.submit(
                matter=complaints.SETTLEMENT, about=row.dossier, actor=actor, at=at, comment="请审批"
            )

    def asked(self, row: Approval) -> str:
        """Name of somebody who has to decide now."""
        with scoped(system(self.cast.company.pk)):
            seat = Seat.objects.filter(approval=row, step__state="open").first()
        assert seat is not None
        return next(name for name, person in self.people.items() if person.pk == seat.person_id)

    def duty(self) -> Obligation:
        """Archives that the company's service manager has to put in order."""
        duties.sweep(self.cast.company.pk, at=self.stage.now)
        with scoped(system(self.cast.company.pk)):
            rows = Obligation.objects.select_related("dossier").filter(ref="DL-3.5c/archives", unit_id=None)
            return rows.latest("due_at")

    def paper(self) -> Paper:
        job = self.job("signed")
        with scoped(system(self.cast.company.pk)):
            return Paper.objects.select_related("dossier").filter(case_id=job.case_id).latest("created_at")

    def file(self) -> Attachment:
        import io

        row = self.ticket()
        with self.stage.acting(self.cast.ma) as (actor, at):
            return attachments.attach(io.BytesIO(TEXT), name="notes.txt", dossier=row.dossier, actor=actor, at=at)


Situation = Callable[[World], Sending]
SITUATIONS: dict[str, Situation] = {}
"""For each operation, a situation in which the one named may do it, once."""


def situation(name: str) -> Callable[[Situation], Situation]:
    def declare(make: Situation) -> Situation:
        SITUATIONS[name] = make
        return make

    return declare


def on_ticket(
    name: str, verb: str, make: Callable[[World], Ticket], body: Any = None, who: str = "dealer_manager"
) -> None:
    """A verb of a ticket; `body` is a dict or made by the world."""

    def build(world: World) -> Sending:
        told = body(world) if callable(body) else body or {}
        return Sending(who, f"/tickets/{make(world).number}/{verb}", told)

    SITUATIONS[name] = build


def on_job(name: str, verb: str, state: str, body: Any = None, who: str = "technician", **more: Any) -> None:
    def build(world: World) -> Sending:
        told = body(world) if callable(body) else body or {}
        return Sending(who, f"/work-orders/{world.job(state, **more).number}/{verb}", told)

    SITUATIONS[name] = build


def seen(name: str, path: Callable[[World], str], who: str = "dealer_manager", query: str = "") -> None:
    SITUATIONS[name] = lambda world: Sending(who, path(world), query=query)


def uncovered() -> set[str]:
    """Operations without a situation."""
    return set(OPERATIONS) - set(SITUATIONS)
