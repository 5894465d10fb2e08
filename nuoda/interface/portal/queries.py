"""承诺: which clauses protect a customer in a matter, in his words, with the clock, and the proof once they were kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise as Lazy

from nuoda.domain.service.models import Ticket
from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.papers import queries as papers
from nuoda.engine.papers.models import Paper
from nuoda.engine.rulebook import queries as rulebook
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import Entry

from .pure.promises import PROMISES


@dataclass(frozen=True, slots=True)
class Promise:
    """A time limit that protects the customer."""

    row: Deadline
    title: Lazy | str
    meaning: Lazy | str
    clause: dict[str, str]
    """The clause as it was in force when the clock began, by language."""
    done: Entry | None
    """What fulfilled it, as the journal holds it; None while it is owed (or nothing is owed any more)."""
    papers: tuple[Paper, ...]
    """Papers that were issued or signed for the deed."""


def promises(actor: Actor, ticket: Ticket) -> list[Promise]:
    """Time limits of a matter that protect its customer, owed ones first; duties inside the house are not among them.

    The number of statements does not grow with the number of promises.
    """
    case_id = ticket.dossier.case_id
    rows = [
        row
        for row in clocks.deadlines_of(actor, case_id)
        if row.ref.rpartition("/")[2] in PROMISES and row.state != "withdrawn"
    ]
    if not rows:
        return []
    book = rulebook.book(actor)
    entries = done(actor, ticket, [row.done_id for row in rows if row.done_id])
    issued = [paper for paper in papers.papers_of(actor, case_id=case_id) if paper.state in ("issued", "signed")]
    found = []
    for row in rows:
        title, meaning = PROMISES[row.ref.rpartition("/")[2]]
        bound = book.clause(row.clause_id, row.started_at) or book.clause(row.clause_id, ticket.dossier.recorded_at)
        deed = entries.get(row.done_id) if row.done_id else None
        proofs = tuple(paper for paper in issued if deed is not None and paper.dossier_id == deed.dossier_id)
        found.append(Promise(row, title, meaning, dict(bound.clause.text) if bound else {}, deed, proofs))
    return found


def missed(entry: Entry) -> Lazy | str:
    """The promise that an entry says was missed, in the customer's words; '' for a duty inside the house."""
    told = PROMISES.get(str(entry.payload.get("ref", "")).rpartition("/")[2])
    return told[0] if told is not None else ""


def done(actor: Actor, ticket: Ticket, ids: list[UUID]) -> dict[UUID, Entry]:
    """The entries by which something was done, as far as the actor sees them; one statement."""
    if not ids:
        return {}
    rows = Entry.visible_to(actor).filter(
        case_id=ticket.dossier.case_id, recorded_at__gte=ticket.dossier.recorded_at, id__in=ids
    )
    return {row.id: row for row in rows}


def moment_of(promise: Promise) -> datetime | None:
    """When it was fulfilled in the world."""
    return promise.done.happened_at if promise.done is not None else promise.row.done_at
