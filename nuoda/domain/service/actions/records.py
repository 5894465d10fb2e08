"""The record of a job: fault, cause, measure, checks, parts; the customer's rating and signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from nuoda.domain.parts.models import Part
from nuoda.engine.papers import queries as papers_queries
from nuoda.engine.papers.actions import papers
from nuoda.engine.papers.models import Paper
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.journal.actions import entries

from .. import access, events, facts
from ..models import PartUsed, WorkOrder
from ..pure.times import ZONE
from . import work as jobs

RESOLUTIONS = ("repaired", "part_replaced", "adjusted", "session", "patch", "explained")
REMOTE_RESULTS = ("session", "patch")
"""Resolutions that are a result of remote work."""
NOTED = (
    "symptom", "cause", "measure", "resolution", "explained", "tested", "site_cleaned", "no_parts", "remote_result",
    "customer_confirmed", "checks",
)  # fmt: skip
"""Fields of a work order that `note` writes."""


@dataclass(frozen=True, slots=True)
class Line:
    """A part that was replaced: from the catalogue, or by name when the catalogue does not know it."""

    quantity: int
    part: Part | None = None
    name: str = ""
    old_serial: str = ""
    new_serial: str = ""


def note(
    row: WorkOrder,
    *,
    actor: Actor,
    at: datetime,
    parts: Sequence[Line] | None = None,
    happened_at: datetime | None = None,
    source: str = "",
    **written: Any,
) -> None:
    """Write down fault, cause, measure, checks and parts. Emits work_order.noted.

    After the customer signed, what was signed stays as it is: the signature no longer covers the job, and it must be signed again.
    """
    access.require_work(actor, "note", row)
    unknown = set(written) - set(NOTED)
    if unknown:
        raise TypeError(f"not a field of the record: {', '.join(sorted(unknown))}")
    if parts is not None:
        _replace_parts(row, parts)
    changes = {name: value.strip() if isinstance(value, str) else value for name, value in written.items()}
    if "resolution" in changes and row.kind != "onsite":
        # What came of a session is said once: by how the matter was resolved (MN-3.2.2b).
        found = changes["resolution"] if changes["resolution"] in REMOTE_RESULTS else ""
        changes.setdefault("remote_result", found)
    if row.signed_at is not None:
        changes["signed_at"] = None
    jobs.change(
        row,
        "note",
        events.WorkOrderNoted(ticket=row.ticket_id, work_order=row.pk),
        actor=actor,
        at=at,
        happened_at=happened_at,
        source=source,
        **changes,
    )


def _replace_parts(row: WorkOrder, lines: Sequence[Line]) -> None:
    wrong = [line for line in lines if line.quantity < 1 or not (line.part or line.name.strip())]
    if wrong:
        raise Invalid(
            _("Every part needs a name and a quantity of at least one."),
            fields={"parts": _("Every part needs a name and a quantity of at least one.")},
        )
    row.parts.all().delete()
    PartUsed.objects.bulk_create(
        PartUsed(
            company_id=row.company_id,
            dealer_id=row.dealer_id,
            customer_id=row.customer_id,
            case_id=row.case_id,
            work_order=row,
            part=line.part,
            name=line.name.strip() or (line.part.name if line.part else ""),
            quantity=line.quantity,
            old_serial=line.old_serial.strip(),
            new_serial=line.new_serial.strip(),
        )
        for line in lines
    )


def sign(
    row: WorkOrder,
    *,
    score: int,
    name: str,
    strokes: Any,
    actor: Actor,
    at: datetime,
    comment: str = "",
    signed_at: datetime | None = None,
    device: str = "",
    place: str = "",
    id: UUID | None = None,  # noqa: A002
    source: str = "",
) -> Paper:
    """The customer rates the work and signs its record on the spot. Emits paper.issued, paper.signed, work_order.signed (DL-3.3f).

    The paper holds the record as it is now; signing again after a change makes an amendment of the earlier paper.
    """
    access.require_work(actor, "sign", row)
    wrong = {}
    if not 1 <= score <= 5:
        wrong["score"] = _("Choose one to five stars.")
    if not name.strip():
        wrong["name"] = _("Write the name of whoever signs.")
    if wrong:
        raise Invalid(_("The record was not signed."), fields=wrong)
    when = signed_at or at
    content = contents(row, actor=actor, when=when, score=score, comment=comment)
    paper = Paper.objects.filter(pk=row.record_paper).first() if row.record_paper else None
    if paper is None:
        paper = papers.issue(form="repair_record", dossier=row.dossier, content=content, actor=actor, at=at, id=id)
    else:
        paper = papers.amend(
            paper, content=content, reason=_("The record was changed after signing."), actor=actor, at=at, id=id
        )
    papers.sign(
        paper,
        role="customer_signature",
        name=name.strip(),
        strokes=strokes,
        actor=actor,
        at=at,
        content_hash=paper.content_hash,
        signed_at=when,
        device=device,
        place=place,
    )
    jobs.change(
        row,
        "sign",
        events.WorkOrderSigned(ticket=row.ticket_id, work_order=row.pk, score=score, paper=paper.pk),
        actor=actor,
        at=at,
        happened_at=when,
        remark=comment,
        source=source,
        score=score,
        signed_at=when,
        record_paper=paper.pk,
    )
    ticket = row.ticket
    ticket.score = score
    type(ticket).objects.filter(pk=ticket.pk).update(score=score)
    entries.record(
        events.TicketRated(ticket=ticket.pk, score=score, channel="on_site"),
        dossier=ticket.dossier,
        actor=actor,
        at=at,
        happened_at=when,
        facts=facts.of_ticket(ticket, ticket.work_orders.all()),
    )
    return paper


def contents(row: WorkOrder, *, actor: Actor, when: datetime, score: int, comment: str = "") -> dict[str, Any]:
    """What the repair record says, as values of its form."""
    ticket = row.ticket
    photos = papers_queries.attachments_of(actor, dossier_id=row.dossier_id)
    return {
        "ticket": ticket.number,
        "work_order": row.number,
        "repaired_at": when.isoformat(),
        "technician": row.technician.name,
        "customer": ticket.customer.name if ticket.customer else ticket.caller_name,
        "phone": ticket.caller_phone_shown,
        "place": row.place,
        "model": str(ticket.product.model) if ticket.product else ticket.model_text,
        "serial": ticket.product.serial if ticket.product else ticket.serial_text,
        "warranty": _warranty(ticket.in_warranty),
        "symptom": row.symptom,
        "cause": row.cause,
        "measure": row.measure,
        "parts": [
            {
                "code": line.part.code if line.part else "",
                "name": line.name,
                "quantity": line.quantity,
                "old_serial": line.old_serial,
                "new_serial": line.new_serial,
            }
            for line in row.parts.select_related("part").order_by("id")
        ],
        "checks": {"explained": row.explained, "tested": row.tested, "site_cleaned": row.site_cleaned},
        "photos": [photo.digest for photo in photos if photo.kind == "photo"],
        "score": score,
        "comment": comment,
    }


def issue_service_order(row: WorkOrder, *, actor: Actor, at: datetime) -> Paper:
    """Issue 售后服务工单 for a job (MN-3.2.1d)."""
    ticket = row.ticket
    return papers.issue(
        form="service_order",
        dossier=row.dossier,
        actor=actor,
        at=at,
        content={
            "ticket": ticket.number,
            "reported_at": ticket.reported_at.isoformat(),
            "kind": ticket.kind,
            "severity": ticket.severity,
            "customer": ticket.customer.name if ticket.customer else ticket.caller_name,
            "contact": ticket.caller_name,
            "phone": ticket.caller_phone_shown,
            "place": row.place,
            "model": str(ticket.product.model) if ticket.product else ticket.model_text,
            "serial": ticket.product.serial if ticket.product else ticket.serial_text,
            "purchase_date": ticket.purchase_date.isoformat() if ticket.purchase_date else None,
            "warranty": _warranty(ticket.in_warranty),
            "problem": ticket.problem or ticket.subject,
            "promised_at": ticket.promised_at.isoformat() if ticket.promised_at else None,
            "technician": row.technician.name,
            "planned": _span(row.planned.lower, row.planned.upper),
            "solution": ticket.solution,
        },
    )


def _span(start: datetime, end: datetime) -> str:
    begins, ends = start.astimezone(ZONE), end.astimezone(ZONE)
    return (
        f"{begins:%Y-%m-%d %H:%M} – {ends:%H:%M}"
        if begins.date() == ends.date()
        else f"{begins:%Y-%m-%d %H:%M} – {ends:%Y-%m-%d %H:%M}"
    )


def _warranty(value: bool | None) -> str:
    if value is None:
        return ""
    return _("in warranty") if value else _("out of warranty")
