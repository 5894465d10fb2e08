"""Everybody who might open a page, and one real thing of every kind that a page may be about.

All things belong to the dealer 华东 and the customer 恒力: whoever belongs to another dealer or customer is a stranger to them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.test import Client

from nuoda.domain.care.models import FollowUp
from nuoda.domain.customers.actions import imports
from nuoda.domain.customers.tests import factories as customers
from nuoda.domain.parts.actions import parts
from nuoda.domain.service import queries
from nuoda.domain.service.actions import closures, complaints
from nuoda.domain.service.models import Ticket, WorkOrder
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.approvals.actions import approvals
from nuoda.engine.approvals.models import Approval
from nuoda.engine.clocks.models import Deadline, WorkingCalendar
from nuoda.engine.duties.actions import attestations, audits
from nuoda.engine.duties.actions import sweeps as duties
from nuoda.engine.duties.models import Audit, Obligation
from nuoda.engine.duties.queries import obligations
from nuoda.engine.notices.models import Channel, Notice
from nuoda.engine.papers.actions import attachments
from nuoda.engine.papers.models import Attachment, Paper
from nuoda.engine.replay.tests import trying
from nuoda.engine.revisions.actions import drafts
from nuoda.engine.revisions.models import Draft, Reading
from nuoda.engine.rulebook.actions import packs
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.orgs.actions import links, tokens
from nuoda.foundation.orgs.models import Delegation, Department, Leave, Outlet, Person, Qualification, Team
from nuoda.foundation.orgs.pure.tokens import SCOPES
from nuoda.foundation.orgs.tests import factories as people
from nuoda.foundation.ui.actions import saved_views
from nuoda.interface.reports.actions import bundles
from nuoda.interface.reports.models import Bundle, Finding

MORNING = local(5, 10)
CAST = ("lin", "wang", "zhao", "chen", "zhou", "shen", "ma", "wu", "he_ping", "system", "security", "audit")
CONTACT, STRANGER, FOREIGNER, NOBODY = "contact", "stranger", "foreigner", "nobody"
EVERYBODY = (*CAST, CONTACT, STRANGER, FOREIGNER, NOBODY)
"""`stranger` is a contact of another customer, `foreigner` the service manager of another company."""

OFFICE = frozenset({"lin", "wang", "chen", "zhou", "shen", "system", "security", "audit"})
"""Who sees the whole company (what his roles let him open, of course)."""
ABOUT_CASE = OFFICE - {"system", "security", "audit"} | {"ma", "wu", CONTACT}
"""Who may know of a case of 华东 for 恒力 on which 吴迪 works; the administrators may not."""


@dataclass
class World:
    stage: Stage
    persons: dict[str, Person]
    reported: Ticket
    """Dispatched to 吴迪."""
    job: WorkOrder
    done: Ticket
    """Closed; its follow-up call is due."""
    follow_up: FollowUp
    paper: Paper
    attachment: Attachment
    complaint: Ticket
    """With a settlement above the agent's own limit, which waits for the manager."""
    approval: Approval
    channel: Channel
    import_run: Any
    part: Any
    notice: Notice
    view: Any
    leave: Leave
    delegation: Delegation
    api_token: Any
    link: str
    department: Department
    team: Team
    duty: Obligation
    """Of the company; its service manager has to attest it."""
    claimed: Obligation
    """Attested by the service manager; the director has to confirm it."""
    audit: Audit
    """Drawn by the quality supervisor."""
    draft: Draft
    reading: Reading
    """Of the service agent."""

    def client(self, who: str) -> Client:
        return Client() if who == NOBODY else people.login(Client(), self.persons[who])

    def contact_of(self) -> Any:
        return self.stage.kit.contact


def world() -> World:
    stage = Stage.set(MORNING)
    cast, kit = stage.cast, stage.kit
    with stage.acting(cast.wang) as (actor, at):
        other = customers.customer(actor, "无锡某某电机", at)
        part = parts.add(actor=actor, at=at, code="P-1", name="滤芯", unit="个", model_ids=[kit.model.pk])
        run = imports.preview(
            actor=actor,
            at=at,
            type="customers",
            file_name="客户.csv",
            content="名称,电话\n新客户,\n,13900001111\n".encode(),
        )
    persons = {name: getattr(cast, name) for name in CAST}
    persons[CONTACT] = people.contact(kit.customer.pk, of=cast.company)
    persons[STRANGER] = people.contact(other.pk, "外人", of=cast.company)
    persons[FOREIGNER] = people.cast("别家公司").wang
    foreign = system(persons[FOREIGNER].company_id)
    with scoped(foreign):
        packs.load(actor=foreign, at=MORNING)
        packs.adopt_all(actor=foreign, at=MORNING)
    reported = stage.report(dealer_id=cast.east.pk)
    _held_back(stage, reported)
    job = stage.dispatch(reported, cast.wu)
    done = _done(stage)
    complaint = _complaint(stage)
    with stage.acting(cast.lin) as (actor, at):
        about = queries.ticket(actor, id=complaint.pk).dossier
        approval = approvals.submit(matter=complaints.SETTLEMENT, about=about, actor=actor, at=at)
        view = saved_views.save(
            page="service:tickets", name="我的", address="?open=1", shared=False, is_default=False, actor=actor, at=at
        )
    with stage.acting(cast.wu) as (actor, at):
        attachment = attachments.attach(
            BytesIO(b"%PDF-1.4\n%%EOF\n"), name="a.pdf", dossier=reported.dossier, actor=actor, at=at
        )
    with scoped(system(cast.company.pk)) as at:
        paper = Paper.objects.filter(case_id=done.pk).order_by("pk").first()
        assert paper is not None
        told = stage.entries(reported, "ticket.reported")[0].id
        notice = Notice.objects.create(
            company_id=cast.company.pk, person=cast.lin, dossier=reported.dossier, case_id=reported.pk, entry_id=told,
            template="ticket.reported", topic="tickets", happened_at=at, created_at=at, origin="live",
        )  # fmt: skip
        channel = Channel(company_id=cast.company.pk, name="值班群", kind="wecom", created_at=at)
        channel.lock(url="https://example.test/hook", secret="s" * 16)
        channel.save(force_insert=True)
        follow_up = FollowUp.objects.get(ticket_id=done.pk)
    Outlet.objects.create(company_id=cast.company.pk, dealer=cast.east, name="昆山网点")
    with scoped(stage.actor(cast.lin)) as at:
        api_token, _secret = tokens.issue(name="脚本", scopes=[next(iter(SCOPES))], actor=stage.actor(cast.lin), at=at)
        link = links.issue(user=cast.lin.user, purpose="password", actor=stage.actor(cast.lin), at=at)
    later = MORNING + timedelta(days=3650)
    return World(
        stage, persons, reported, job, done, follow_up, paper, attachment, complaint, approval, channel, run, part,
        notice, view, people.leave(cast.wu, later, later + timedelta(days=1)),
        people.delegation(cast.lin, cast.zhou, later, later + timedelta(days=1)), api_token, link,
        people.department(of=cast.company), people.team(of=cast.company), *_duties(stage),
        *_revision(stage),
    )  # fmt: skip


def _revision(stage: Stage) -> tuple[Draft, Reading]:
    """A draft of the manual, and what the agent has to read."""
    cast = stage.cast
    with scoped(system(cast.company.pk)):
        versions = PolicyVersion.objects.filter(company_id=cast.company.pk).select_related("policy")
        manual = versions.get(policy__name="manual", status="in_force")
    with stage.acting(cast.shen) as (actor, at):
        draft = drafts.begin_from(version=manual, actor=actor, at=at)
        reading = Reading.objects.create(
            company_id=cast.company.pk, person=cast.lin, version=manual, clauses=["MN-3.2.1a"], asked_at=at
        )
    return draft, reading


def _duties(stage: Stage) -> tuple[Obligation, Obligation, Audit]:
    """Two duties of the service manager, one attested, and a spot check of closed tickets."""
    cast = stage.cast
    duties.sweep(cast.company.pk, at=stage.now)
    with stage.acting(cast.wang) as (actor, at):
        mine = obligations(actor, own=True)
        duty, claimed = mine.filter(ref="DL-3.5c/archives")[0], mine.filter(ref="LC-6.2b/management_report")[0]
        attestations.attest(
            claimed.pk, statement="已提交二月服务报告", files=[("报告.txt", "二月".encode())], actor=actor, at=at
        )
    stage.after(minutes=5)
    with stage.acting(cast.chen) as (actor, at):
        audit = audits.draw_spot(
            clause_id="LC-6.1a", since=MORNING, until=at, dealer_id=None, everybody=True, actor=actor, at=at
        )
    return duty, claimed, audit


def _held_back(stage: Stage, ticket: Ticket) -> None:
    """A dispatch without a task: the gate refuses it, and that is kept (DL-3.2b)."""
    with suppress(Refused):
        stage.dispatch(ticket, stage.cast.wu, task=" ")


def _done(stage: Stage) -> Ticket:
    """A job of 吴迪 from the visit to the closing."""
    cast = stage.cast
    ticket = stage.report(production_stopped=False, dealer_id=cast.east.pk)
    starts = stage.now + timedelta(hours=4)
    job = stage.dispatch(ticket, cast.wu, starts_at=starts, ends_at=starts + timedelta(hours=2))
    stage.work(job, "contact")
    stage.work(job, "appoint", starts_at=starts, ends_at=starts + timedelta(hours=2))
    stage.work(job, "prepare")
    stage.work(job, "arrive")
    stage.note(job)
    stage.sign(job)
    stage.work(job, "complete")
    with stage.acting(cast.lin) as (actor, at):
        closures.close(queries.hold(actor, id=ticket.pk), actor=actor, at=at, customer_confirmed=True)
    return ticket


def _complaint(stage: Stage) -> Ticket:
    ticket = stage.report(kind="complaint", production_stopped=False, apologised=True, dealer_id=stage.cast.east.pk)
    with stage.acting(stage.cast.lin) as (actor, at):
        row = queries.hold(actor, id=ticket.pk)
        complaints.propose_settlement(row, amount_fen=300_000, text="免费更换轴承", actor=actor, at=at)
    return ticket


@dataclass(frozen=True)
class Thing:
    """What a page is about: its address's arguments, and who may know of it."""

    args: Callable[[World], tuple[Any, ...]]
    known_to: frozenset[str]


def finding(stage: Stage, ticket: Ticket) -> Finding:
    """A place to look at, which names 林晓."""
    with scoped(system(stage.cast.company.pk)) as at:
        row, _new = Finding.objects.get_or_create(
            pattern="quick_close", dossier=ticket.dossier, company_id=ticket.company_id,
            defaults={"happened_at": at, "found_at": at, "person": stage.cast.lin, "facts": {"after": 60}},
        )  # fmt: skip
    return row


def bundle(stage: Stage) -> str:
    """An event log that was made; its number."""
    with scoped(system(stage.cast.company.pk)):
        made = Bundle.objects.select_related("dossier").first()
    if made is None:
        with stage.acting(stage.cast.chen) as (actor, at):
            days = {"since": at.date().isoformat(), "until": at.date().isoformat()}
            made = bundles.ask(kind="csv", parameters=days, actor=actor, at=at)
        bundles.make(made.pk, company_id=made.company_id)
    return str(made.dossier.number)


STAFF = frozenset(CAST)
WATCHING = frozenset({"lin", "wang", "chen", "zhou", "shen", "audit"})
"""Who may know of the company's duties; what he may do with them his roles say."""
KEEPERS = frozenset({"ma", "zhou", "system"})
"""Who enters qualifications and leave of 吴迪: his dealer's manager, and who does so for everybody."""
MEASURED = STAFF | {FOREIGNER}
"""Everybody knows that an indicator exists, another company its own of the same name; whose cases its figures hold is told apart by scope."""
TRYING = frozenset({"wang", "chen", "shen"})
"""Who may know of replays and shadow runs."""

THINGS: dict[str, Thing] = {
    "ticket": Thing(lambda w: (w.reported.number,), ABOUT_CASE),
    "work order": Thing(lambda w: (w.job.number,), ABOUT_CASE),
    "follow-up": Thing(lambda w: (w.follow_up.number,), ABOUT_CASE),
    "approval": Thing(lambda w: (w.approval.dossier.number,), ABOUT_CASE - {"wu"}),
    "customer": Thing(lambda w: (w.stage.kit.customer.number,), ABOUT_CASE),
    "contact": Thing(lambda w: (w.stage.kit.customer.number, w.stage.kit.contact.pk), ABOUT_CASE),
    "site": Thing(lambda w: (w.stage.kit.customer.number, w.stage.kit.site.pk), ABOUT_CASE),
    "machine": Thing(lambda w: (w.stage.kit.machine.number,), ABOUT_CASE),
    "model": Thing(lambda w: (w.stage.kit.model.pk,), STAFF),
    "category": Thing(lambda w: (w.stage.kit.model.category_id,), STAFF),
    "part": Thing(lambda w: (w.part.pk,), STAFF),
    "import run": Thing(lambda w: (w.import_run.pk,), OFFICE),
    "table": Thing(lambda w: ("customers",), frozenset(EVERYBODY)),
    "submission": Thing(
        lambda w: (complaints.SETTLEMENT, w.complaint.number), frozenset({"lin", "wang", "zhou", "ma"})
    ),
    "duty": Thing(lambda w: (w.duty.number,), WATCHING),
    "duty to attest": Thing(lambda w: (w.duty.number,), frozenset({"wang"})),
    "duty to confirm": Thing(lambda w: (w.claimed.number,), frozenset({"shen"})),
    "audit": Thing(lambda w: (w.audit.number,), WATCHING),
    "audit to sign": Thing(lambda w: (w.audit.number,), frozenset({"chen"})),
    "audited case": Thing(lambda w: (w.audit.number, 1), frozenset({"chen"})),
    "indicator": Thing(lambda w: ("DL-5.2b", "on_time_repair"), MEASURED),
    "cases of an indicator": Thing(
        lambda w: ("DL-5.2b", "on_time_repair", "2026-03", "company", "denominator"), MEASURED
    ),
    "period of an indicator": Thing(lambda w: ("DL-5.2b", "on_time_repair", "2026-03"), MEASURED),
    "paper": Thing(lambda w: (w.paper.pk,), ABOUT_CASE),
    "verify token": Thing(lambda w: (w.paper.token,), frozenset(EVERYBODY)),
    "attachment": Thing(lambda w: (w.attachment.pk,), ABOUT_CASE),
    "notice": Thing(lambda w: (w.notice.pk,), frozenset({"lin"})),
    "channel": Thing(lambda w: (w.channel.pk,), frozenset({"system"})),
    "deadline": Thing(lambda w: (Deadline.objects.filter(case_id=w.reported.pk).order_by("pk")[0].pk,), ABOUT_CASE),
    "calendar": Thing(
        lambda w: (WorkingCalendar.objects.filter(company_id=w.stage.cast.company.pk).order_by("pk")[0].pk,), OFFICE
    ),
    "policy": Thing(lambda w: ("manual",), frozenset(EVERYBODY)),
    "finding": Thing(lambda w: (finding(w.stage, w.reported).pk,), OFFICE),
    "bundle": Thing(lambda w: (bundle(w.stage),), OFFICE),
    "regulation file": Thing(lambda w: ("manual", "docx"), frozenset(EVERYBODY)),
    "clause": Thing(lambda w: ("MN-3.2.1a",), frozenset(EVERYBODY)),
    "version of a regulation": Thing(lambda w: (w.reading.version_id,), frozenset(EVERYBODY) - {FOREIGNER}),
    "numbered version": Thing(lambda w: ("manual", "2.0"), frozenset(EVERYBODY)),
    "numbered version to remind of": Thing(lambda w: ("manual", "2.0"), frozenset(EVERYBODY) - {"audit"}),
    "draft": Thing(lambda w: (w.draft.dossier.number,), OFFICE),
    "clause of a draft": Thing(lambda w: (w.draft.dossier.number, "MN-3.2.1b"), OFFICE),
    "rule to add to a draft": Thing(lambda w: (w.draft.dossier.number, "MN-3.2.1b", "gate"), OFFICE),
    "rule of a draft": Thing(lambda w: (w.draft.dossier.number, "MN-3.2.1b", "clock", "on_site"), OFFICE),
    "reading": Thing(lambda w: (w.reading.pk,), frozenset({"lin"})),
    "replay": Thing(lambda w: (trying.replayed(w.stage).pk,), TRYING),
    "change of a replay": Thing(lambda w: (trying.REPLAY, trying.changed(w.stage, w.reported).pk), TRYING),
    "shadow run": Thing(lambda w: (trying.shadowed(w.stage).pk,), TRYING),
    "person": Thing(lambda w: (w.persons["wu"].pk,), OFFICE | {"ma", "wu"}),
    "role": Thing(lambda w: (w.persons["wu"].pk, "technician"), OFFICE | {"ma", "wu"}),
    "dealer": Thing(lambda w: (w.stage.cast.east.pk,), OFFICE | {"ma", "wu"}),
    "department": Thing(lambda w: (w.department.pk,), OFFICE),
    "team": Thing(lambda w: (w.team.pk,), OFFICE),
    "account": Thing(lambda w: (w.persons["wu"].user.pk,), OFFICE),
    "member": Thing(lambda w: (w.persons["wu"].pk,), frozenset({"ma", "system"})),
    "staff": Thing(lambda w: (w.persons["wu"].pk,), KEEPERS | {"wu"}),
    "qualification": Thing(lambda w: (Qualification.objects.get(person=w.persons["wu"]).pk,), KEEPERS),
    "leave": Thing(lambda w: (w.leave.pk,), KEEPERS | {"wu"}),
    "first steps": Thing(lambda w: (), frozenset({"system"})),
    "delegation": Thing(lambda w: (w.delegation.pk,), frozenset({"lin", "zhou", "security"})),
    "api token": Thing(lambda w: (w.api_token.pk,), frozenset({"lin", "security"})),
    "saved view": Thing(lambda w: (w.view.pk,), frozenset({"lin"})),
    "link": Thing(lambda w: (w.link,), frozenset(EVERYBODY)),
    "piece": Thing(lambda w: ("list",), frozenset(EVERYBODY)),
}
