"""What a customer was promised in a matter, and what became of it."""

from __future__ import annotations

from nuoda.domain.service import queries as service
from nuoda.engine.clocks.access import READERS
from nuoda.foundation.base.pure.operations import Call, Moment, Name, Shape, named, read

from .. import queries


class PromiseOut(Shape):
    """A time limit that protects the customer. `done` is the event that fulfilled it; `papers` are numbers of papers for it."""

    clause: str
    title: str
    meaning: str
    text: dict[str, str]
    state: str
    started_at: Moment
    due_at: Moment | None
    done: str
    done_at: Moment | None
    papers: list[str]


@read("/tickets/{ticket}/promises", scope="clocks:read", roles=READERS)
def list_promises(call: Call, ticket: Name) -> list[PromiseOut]:
    """List which clauses protect the customer of a ticket: the promise in his words, its clock, and the proof once kept."""
    row = service.ticket(call.actor, **named(ticket))
    return [
        PromiseOut(
            clause=one.row.clause_id,
            title=str(one.title),
            meaning=str(one.meaning),
            text=one.clause,
            state=one.row.state,
            started_at=one.row.started_at,
            due_at=one.row.due_at,
            done=one.done.type if one.done else "",
            done_at=queries.moment_of(one),
            papers=[paper.number for paper in one.papers],
        )
        for one in queries.promises(call.actor, row)
    ]
