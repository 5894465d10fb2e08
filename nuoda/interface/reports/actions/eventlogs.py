"""The journal as an event log for process mining: OCEL 2.0 or CSV, streamed, with ids and codes only."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import IO, Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from nuoda.domain.customers.models import InstalledProduct
from nuoda.domain.service.models import Ticket
from nuoda.engine.papers.models import Paper
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours
from nuoda.foundation.journal.models import Dossier, Entry
from nuoda.foundation.journal.pure.kinds import KINDS as DOSSIERS
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.orgs.models import Dealer
from nuoda.foundation.ui.web.pages.exports import safe

from ..access import may_prove
from ..models import Bundle
from ..pure import ocel
from ..pure.ocel import EPOCH, FIXED, Event, Kind, Object, stamp

CHUNK = 2_000
KINDS: dict[str, Kind] = {"text": "string", "int": "integer", "bool": "boolean", "decimal": "float", "moment": "string"}
PREFIXES = (
    "ticket.",
    "work_order.",
    "follow_up.",
    "complaint.",
    "approval.",
    "paper.",
    "deadline.",
    "customer.contacted",
)
"""Events of cases; what happens to cards, people and settings is no process of a case."""
HEADS = (
    "event_id", "activity", "time", "recorded_at", "case", "number", "object", "customer", "dealer", "role", "person",
    "kind", "severity", "clauses",
)  # fmt: skip


def checked(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The period as it is kept; raises Invalid."""
    since, until = date.fromisoformat(str(parameters["since"])), date.fromisoformat(str(parameters["until"]))
    if until < since:
        raise Invalid(_("The period ends before it begins."), fields={"until": _("The period ends before it begins.")})
    return {"since": since.isoformat(), "until": until.isoformat()}


def parts(bundle: Bundle, actor: Actor, at: datetime) -> Iterator[tuple[str, bytes | IO[bytes]]]:
    """The one file of an event log."""
    zone = orgs.zone(actor)
    since = datetime.combine(date.fromisoformat(bundle.parameters["since"]), time.min, zone)
    last = datetime.combine(date.fromisoformat(bundle.parameters["until"]), time.min, zone)
    write = as_ocel if bundle.kind == "ocel" else as_csv
    with tempfile.TemporaryFile() as file:
        for piece in write(actor, since, last + timedelta(days=1)):
            file.write(piece)
        file.seek(0)
        yield ("events.jsonocel" if bundle.kind == "ocel" else "events.csv"), file


def as_ocel(actor: Actor, since: datetime, until: datetime) -> Iterator[bytes]:
    """The event log of a period as OCEL 2.0 (JSON), piece by piece: memory stays flat whatever its length."""
    rows = entries(actor, since, until)
    names = sorted(set(rows.order_by().values_list("type", flat=True).distinct()))
    event_types = {name: {**FIXED, **_facts_of(name)} for name in names}
    yield from ocel.document(_object_types(), event_types, _objects(actor, rows), _events(rows, event_types))


def as_csv(actor: Actor, since: datetime, until: datetime) -> Iterator[bytes]:
    """One line per event, with the case as tools for single-case logs want it; safe to open as a spreadsheet."""
    yield _line(HEADS).replace("\r\n", "\n").encode("utf-8-sig")
    dealers = _dealers(actor)
    customers: dict[UUID, str] = {}
    rows = entries(actor, since, until).select_related("dossier")
    for chunk in _chunks(rows.iterator(chunk_size=CHUNK)):
        wanted = {key for row in chunk for key in (row.case_id, row.customer_id) if key is not None}
        customers = dict(Dossier.objects.filter(pk__in=wanted).values_list("pk", "number"))
        for row in chunk:
            facts = row.facts or {}
            yield _line(
                [
                    str(row.id), row.type, stamp(row.happened_at), stamp(row.recorded_at),
                    customers.get(row.case_id, ""), row.dossier.number, row.dossier.kind,
                    customers.get(row.customer_id, ""), dealers.get(row.dealer_id, ""), row.actor_role,
                    str(row.actor_id or ""), facts.get("kind", ""), facts.get("severity", ""), " ".join(row.clauses),
                ]
            ).encode()  # fmt: skip


def entries(actor: Actor, since: datetime, until: datetime) -> QuerySet[Entry]:
    """Entries of cases that were recorded in the period, in the order of the world.

    Raises NotYours for whoever may not take logs out.
    """
    if not may_prove(actor):
        raise NotYours()
    kinds = Q()
    for prefix in PREFIXES:
        kinds |= Q(type__startswith=prefix)
    rows = Entry.visible_to(actor).filter(kinds, recorded_at__gte=since, recorded_at__lt=until, dossier__isnull=False)
    return rows.filter(case_id__isnull=False).order_by("happened_at", "recorded_at", "id")


def _facts_of(event_type: str) -> dict[str, Kind]:
    """Typed facts of the event's subject, as attributes."""
    subject = SUBJECTS.get(event_type.partition(".")[0])
    if subject is None:
        return {}
    return {name: KINDS[fact.kind] for name, fact in subject.fields.items() if fact.kind in KINDS and name not in FIXED}


def _events(rows: QuerySet[Entry], types: Mapping[str, Mapping[str, Kind]]) -> Iterator[Event]:
    for row in rows.iterator(chunk_size=CHUNK):
        declared = {name: kind for name, kind in types[row.type].items() if name not in FIXED}
        yield ocel.event(
            id=row.id, type=row.type, happened_at=row.happened_at, recorded_at=row.recorded_at, role=row.actor_role,
            origin=row.origin, clauses=row.clauses, facts=row.facts or {}, payload=row.payload, declared=declared,
            links=(
                (row.dossier_id, "subject"),
                (row.case_id if row.case_id != row.dossier_id else None, "case"),
                (row.customer_id, "customer"),
                (row.dealer_id, "responsible"),
                (row.actor_id, "by"),
            ),
        )  # fmt: skip


# -- objects -----------------------------------------------------------------------------------------------


def _object_types() -> dict[str, dict[str, Kind]]:
    numbered: dict[str, Kind] = {"number": "string"}
    return dict.fromkeys(DOSSIERS, numbered) | {
        "ticket": {**numbered, "kind": "string", "severity": "string", "channel": "string"},
        "product": {**numbered, "model": "string"},
        "paper": {**numbered, "form": "string"},
        "dealer": {"code": "string"},
        "person": {},
    }


def _objects(actor: Actor, rows: QuerySet[Entry]) -> Iterator[Object]:
    """Every object that an event of the period may name: the dossiers and papers of its cases, customers, machines, dealers,
    and people as bare ids."""
    inside = rows.order_by().filter(case_id=OuterRef("case_id")).values("case_id")
    of_cases = Dossier.visible_to(actor).filter(Exists(inside))
    products: set[UUID] = set()
    for chunk in _chunks(of_cases.order_by("pk").iterator(chunk_size=CHUNK)):
        tickets = Ticket.objects.in_bulk([row.pk for row in chunk if row.kind == "ticket"])
        for row in chunk:
            ticket = tickets.get(row.pk)
            if ticket is not None and ticket.product_id:
                products.add(ticket.product_id)
            yield _dossier(row, ticket)
        yield from _papers(actor, [row.case_id for row in chunk if row.case_id == row.pk])
    numbered = Dossier.visible_to(actor)
    buyers = rows.order_by().exclude(customer_id=None).values("customer_id")
    for pk, number in numbered.filter(pk__in=buyers).values_list("pk", "number").iterator(chunk_size=CHUNK):
        yield Object(str(pk), "customer", {"number": (number, EPOCH)})
    machines = InstalledProduct.visible_to(actor).filter(pk__in=products).select_related("model", "dossier")
    for machine in machines.iterator(chunk_size=CHUNK):
        attributes = {"number": (machine.dossier.number, EPOCH), "model": (machine.model.code, EPOCH)}
        yield Object(str(machine.pk), "product", attributes)
    for pk, code in _dealers(actor).items():
        yield Object(str(pk), "dealer", {"code": (code, EPOCH)})
    people = rows.order_by().exclude(actor_id=None).values_list("actor_id", flat=True).distinct()
    for person in people.iterator(chunk_size=CHUNK):
        yield Object(str(person), "person")


def _dossier(row: Dossier, ticket: Ticket | None) -> Object:
    opened = stamp(row.opened_at)
    attributes: dict[str, tuple[Any, str]] = {"number": (row.number, EPOCH)}
    related: list[tuple[str, str]] = []
    if ticket is not None:
        attributes |= {name: (getattr(ticket, name), opened) for name in ("kind", "severity", "channel")}
        if ticket.product_id:
            related.append((str(ticket.product_id), "about"))
    if row.case_id != row.pk:
        related.append((str(row.case_id), "part of"))
    return Object(str(row.pk), row.kind, attributes, tuple(related))


def _papers(actor: Actor, case_ids: Iterable[UUID]) -> Iterator[Object]:
    rows = Paper.visible_to(actor).filter(case_id__in=list(case_ids)).values_list("pk", "number", "form", "case_id")
    for pk, number, form, case_id in rows:
        yield Object(str(pk), "paper", {"number": (number, EPOCH), "form": (form, EPOCH)}, ((str(case_id), "part of"),))


def _dealers(actor: Actor) -> dict[UUID, str]:
    return dict(Dealer.visible_to(actor).values_list("pk", "code"))


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _line(values: Iterable[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([safe(value) for value in values])
    return buffer.getvalue()
