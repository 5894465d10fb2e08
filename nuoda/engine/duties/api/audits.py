"""Audits: drawing one, its sample, going through it by the checklist, signing it off; and the cases that were found wanting."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints

from nuoda.foundation.base.pure.operations import (
    Call,
    Day,
    Listing,
    Name,
    Paging,
    Ref,
    Sent,
    Shape,
    Text,
    named,
    read,
    write,
)
from nuoda.foundation.base.pure.rates import wilson
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.ui.api.paging import paged

from .. import queries
from ..access import AUDITORS, WATCHERS
from ..actions import audits
from ..models import Audit, AuditCase

ALL = WATCHERS | {"dealer_manager"}
Verdict = Literal["", "pass", "fail", "na"]
Clause = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[0-9]+(\.[0-9]+)*[a-z]?$")]
Position = Annotated[int, Field(ge=1, le=32767)]
ItemKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class AuditOut(Shape):
    """An audit of a random sample. `share` of the assessed cases keep the clause, with the 95 % Wilson interval; null: not
    assessed (yet). `unit` null: it is about the company itself, or about everybody."""

    id: UUID
    number: str
    title: str
    clause: str
    unit: Ref | None
    state: Literal["drawn", "signed", "withdrawn"]
    auditor_role: str
    period_start: datetime
    period_end: datetime
    size: int
    passed: int
    failed: int
    not_applicable: int
    share: float | None
    low: float | None
    high: float | None
    drawn_at: datetime
    signed_at: datetime | None

    @classmethod
    def of(cls, row: Audit) -> AuditOut:
        return cls(**_told(row))


class ItemOut(Shape):
    """A line of the checklist."""

    key: str
    text: dict[str, str]


class MarkOut(Shape):
    """What was found for one item; `photo` is the id of a file."""

    result: Verdict
    remark: str
    photo: UUID | None


class CaseOfAudit(Shape):
    """A case of the sample, in the order in which it was drawn; '' is the verdict of one that is still to be checked."""

    id: UUID
    position: int
    case: Ref
    verdict: Verdict
    checked_at: datetime | None
    checked_by: Ref | None
    marks: dict[str, MarkOut]

    @classmethod
    def of(cls, row: AuditCase, *, titles: bool) -> CaseOfAudit:
        about, by = row.about, row.checked_by
        return cls(
            id=row.pk,
            position=row.position,
            case=Ref(id=about.pk, number=about.number, name=about.title if titles else ""),
            verdict=row.verdict,  # type: ignore[arg-type]
            checked_at=row.checked_at,
            checked_by=Ref(id=by.pk, name=by.name) if by else None,
            marks={
                mark.item: MarkOut(result=mark.result, remark=mark.remark, photo=mark.photo_id)  # type: ignore[arg-type]
                for mark in row.marks.all()
            },
        )


class AuditWhole(AuditOut):
    """An audit with its checklist, its sample and how that was drawn: whoever sorts the cases by SHA-256 of 'seed:case' finds the
    same sample first. `mine` says whether the caller may go through it now."""

    policy: str
    version: str
    duty: str
    drawn_from: str
    frame: int
    frame_hash: str
    seed: str
    wanted: int
    items: list[ItemOut]
    cases: list[CaseOfAudit]
    left: int
    conclusion: str
    signed_by: Ref | None
    mine: bool


class AuditFindingOut(Shape):
    """An audited case that does not keep the clause, with the items that failed."""

    audit: str
    clause: str
    case: Ref
    checked_at: datetime | None
    failed: dict[str, str]

    @classmethod
    def of(cls, row: AuditCase, *, titles: bool) -> AuditFindingOut:
        about = row.about
        return cls(
            audit=row.audit.dossier.number,
            clause=row.audit.clause_id,
            case=Ref(id=about.pk, number=about.number, name=about.title if titles else ""),
            checked_at=row.checked_at,
            failed={mark.item: mark.remark for mark in row.marks.all() if mark.result == "fail"},
        )


class AuditFilter(Paging):
    state: Literal["drawn", "signed", "withdrawn"] | None = None
    clause: Clause | None = None
    spot: bool = Field(False, description="Only spot checks, which no duty asked for.")
    signed_from: Day | None = None
    signed_until: Day | None = Field(None, description="Included.")


class AuditFindingFilter(Paging):
    clause: Clause | None = None
    signed_from: Day | None = None
    signed_until: Day | None = Field(None, description="Included.")


class DrawAudit(Shape):
    clause: Clause
    since: Day
    until: Day = Field(description="Included; yesterday at the latest.")
    of: Literal["everybody", "company", "dealer"] = Field("everybody", description="Whose cases are drawn from.")
    dealer: UUID | None = Field(None, description="Which dealer's, with of=dealer.")


@read("/audits", scope="duties:read", roles=ALL)
def list_audits(call: Call, query: AuditFilter) -> Listing[AuditOut]:
    """List audits, the newest first."""
    rows = queries.audits(
        call.actor,
        clause_id=query.clause or "",
        since=_begin(call, query.signed_from),
        until=_end(call, query.signed_until),
    )
    if query.state is not None:
        rows = rows.filter(state=query.state)
    if query.spot:
        rows = rows.filter(obligation=None)
    return paged(rows.order_by(), ("-drawn_at",), query, AuditOut.of)


@write("/audits", scope="duties:write", roles=AUDITORS, status=201)
def draw_audit(call: Call, body: DrawAudit) -> AuditWhole:
    """Draw a spot check of a clause's checklist; the cases are drawn at random, how many the clause says."""
    if (body.of == "dealer") != (body.dealer is not None):
        reason = _("Name the dealer together with of=dealer, and only then.")
        raise Invalid(reason, fields={"dealer": reason})
    row = audits.draw_spot(
        clause_id=body.clause,
        since=_midnight(call, body.since),
        until=_midnight(call, body.until + timedelta(days=1)),
        dealer_id=body.dealer,
        everybody=body.of == "everybody",
        actor=call.actor,
        at=call.at,
    )
    return _whole(call, row.pk)


@read("/audits/{audit}", scope="duties:read", roles=ALL)
def get_audit(call: Call, audit: Name) -> AuditWhole:
    """Show an audit with its checklist, its sample and what was found."""
    return _whole(call, queries.audit(call.actor, **named(audit)).pk)


class MarkIn(Shape):
    result: Literal["pass", "fail", "na"]
    remark: Text = Field("", max_length=400, description="What was not right; needed with 'fail'.")
    photo: UUID | None = Field(None, description="A file attached to the audit before (see attach_file).")


class Marks(Shape):
    marks: dict[ItemKey, MarkIn] = Field(
        min_length=1, max_length=200, description="A result for every item of the checklist, by its key."
    )


@write("/audits/{audit}/cases/{position}", scope="duties:write", roles=ALL)
def mark_audit_case(call: Call, audit: Name, position: Position, body: Marks) -> CaseOfAudit:
    """Note what was found in one case of the sample, item by item; a second time replaces the first."""
    row = queries.audit(call.actor, **named(audit))
    marks = {key: audits.Mark(given.result, given.remark, attached=given.photo) for key, given in body.marks.items()}
    case = queries.case_at(row, position)
    audits.mark(row.pk, case.pk, marks=marks, actor=call.actor, at=call.at)
    return CaseOfAudit.of(queries.case_at(row, position), titles=not call.actor.only_administers)


class SignAudit(Sent):
    conclusion: Text = Field(min_length=1, max_length=4000, description="What the audit showed.")


@write("/audits/{audit}/sign", scope="duties:write", roles=ALL)
def sign_audit(call: Call, audit: Name, body: SignAudit) -> AuditWhole:
    """Sign an audit off: its figures are final, and the duty it was drawn for is done."""
    row = queries.audit(call.actor, **named(audit))
    audits.sign(row.pk, conclusion=body.conclusion, happened_at=call.happened_at, actor=call.actor, at=call.at)
    return _whole(call, row.pk)


@read("/audit-findings", scope="duties:read", roles=ALL)
def list_audit_findings(call: Call, query: AuditFindingFilter) -> Listing[AuditFindingOut]:
    """List the audited cases that do not keep their clause, of audits that are signed off, the last checked first."""
    rows = queries.failed_cases(
        call.actor,
        clause_id=query.clause or "",
        since=_begin(call, query.signed_from),
        until=_end(call, query.signed_until),
    )
    titles = not call.actor.only_administers
    return paged(
        rows.prefetch_related("marks").order_by(),
        ("-checked_at",),
        query,
        lambda row: AuditFindingOut.of(row, titles=titles),
    )


def _begin(call: Call, day: date | None) -> datetime | None:
    return _midnight(call, day) if day is not None else None


def _end(call: Call, day: date | None) -> datetime | None:
    return _midnight(call, day + timedelta(days=1)) if day is not None else None


def _midnight(call: Call, day: date) -> datetime:
    """When the day begins where the company is."""
    return datetime.combine(day, time(), orgs.zone(call.actor))


def _whole(call: Call, pk: UUID) -> AuditWhole:
    row = queries.audit(call.actor, id=pk)
    cases, titles = queries.cases(row), not call.actor.only_administers
    return AuditWhole(
        **_told(row),
        policy=row.version.policy.name,
        version=row.version.version,
        duty=row.obligation.dossier.number if row.obligation is not None else "",
        drawn_from=row.of,
        frame=len(row.frame),
        frame_hash=row.frame_hash,
        seed=row.seed,
        wanted=row.wanted,
        items=[ItemOut(key=item["key"], text=item["text"]) for item in row.items],
        cases=[CaseOfAudit.of(case, titles=titles) for case in cases],
        left=sum(not case.verdict for case in cases),
        conclusion=row.conclusion,
        signed_by=Ref(id=row.signed_by.pk, name=row.signed_by.name) if row.signed_by else None,
        mine=row.state == "drawn" and queries.holds(call.actor, (row.auditor_role,), row.dealer_id),
    )


def _told(row: Audit) -> dict[str, Any]:
    assessed = row.passed + row.failed
    low, high = wilson(row.passed, assessed) if assessed else (None, None)
    return {
        "id": row.pk,
        "number": row.dossier.number,
        "title": row.dossier.title,
        "clause": row.clause_id,
        "unit": Ref(id=row.unit_id, name=row.unit_name) if row.unit_id is not None else None,
        "state": row.state,
        "auditor_role": row.auditor_role,
        "period_start": row.period_start,
        "period_end": row.period_end,
        "size": row.size,
        "passed": row.passed,
        "failed": row.failed,
        "not_applicable": row.not_applicable,
        "share": row.passed / assessed if assessed else None,
        "low": low,
        "high": high,
        "drawn_at": row.drawn_at,
        "signed_at": row.signed_at,
    }
