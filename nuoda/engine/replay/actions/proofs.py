"""Replay equals life: what is stored of deadlines, pauses and misses is what the journal folds to, row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.models import Deadline, DeadlinePause
from nuoda.engine.clocks.pure.fold import fold
from nuoda.engine.clocks.pure.values import DeadlineState
from nuoda.foundation.base.access import now, system
from nuoda.foundation.base.pure.checks import check
from nuoda.foundation.orgs.models import Company

from .. import queries

WHOLE = 20_000
"""Cases of a company that `nuoda check` compares; of more, a sample as large (`nuoda replay --live` compares all)."""
_BATCH = 500

_SAME: Mapping[str, Callable[[DeadlineState], object]] = {
    "ref": lambda d: d.ref,
    "version_id": lambda d: d.version_id,
    "correlation": lambda d: d.correlation,
    "round": lambda d: d.round,
    "start_id": lambda d: d.start_id,
    "started_at": lambda d: d.started_at,
    "state": lambda d: d.state,
    "cause": lambda d: d.cause,
    "due_at": lambda d: d.due_at,
    "budget": lambda d: d.budget,
    "remaining": lambda d: d.remaining,
    "counts_from": lambda d: d.cursor,
    "ended_at": lambda d: d.ended_at,
    "end_id": lambda d: d.end_id,
    "done_at": lambda d: d.done_at,
    "done_id": lambda d: d.done_id,
}
"""What a row and the fold must agree on."""


@dataclass(frozen=True, slots=True)
class Unlike:
    """A deadline that is stored otherwise than the journal says."""

    number: str
    deadline_id: UUID
    ref: str
    what: str
    """The column, or 'row', 'pauses', 'miss'."""
    stored: str
    folded: str

    def __str__(self) -> str:
        return f"{self.number}: {self.ref}: {self.what} is {self.stored}, the journal says {self.folded}"


def unlike(
    company_id: UUID, *, at: datetime, most: int | None = None, step: Callable[[int], None] = lambda count: None
) -> Iterator[Unlike]:
    """Differences between the stored deadlines of a company and the fold of its journal.

    `most` cases are looked at, evenly drawn by their ids. `step` hears how many cases were compared. A case that is
    being worked on is looked at once more before it is told.
    """
    for batch in _batches(company_id, most):
        doubtful = {root.id: root for root, found in _compared(company_id, batch, at) if found}
        if doubtful:
            for _root, found in _compared(company_id, list(doubtful.values()), at):
                yield from found
        step(len(batch))


def _batches(company_id: UUID, most: int | None) -> Iterator[list[queries.Root]]:
    everything = "SELECT id, number, dealer_id, origin, recorded_at FROM journal_dossier WHERE company_id = %(c)s AND id = case_id"
    after = queries.NO_CASE
    if most is not None:
        # The end of an id is random: the smallest ones are an even sample, the same every time.
        with connection.cursor() as cursor:
            cursor.execute(f"{everything} ORDER BY right(id::text, 12), id LIMIT %(n)s", {"c": company_id, "n": most})
            rows = [queries.Root(*row) for row in cursor.fetchall()]
        yield from (rows[place : place + _BATCH] for place in range(0, len(rows), _BATCH))
        return
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"{everything} AND id > %(after)s ORDER BY id LIMIT %(n)s",
                {"c": company_id, "after": after, "n": _BATCH},
            )
            rows = [queries.Root(*row) for row in cursor.fetchall()]
        if not rows:
            return
        yield rows
        after = rows[-1].id


def _compared(company_id: UUID, roots: list[queries.Root], at: datetime) -> Iterator[tuple[queries.Root, list[Unlike]]]:
    ids = [root.id for root in roots]
    rows: dict[UUID, dict[UUID, Deadline]] = defaultdict(dict)
    pauses: dict[UUID, set[tuple[object, ...]]] = defaultdict(set)
    for stored in Deadline.objects.filter(case_id__in=ids):
        rows[stored.case_id][stored.pk] = stored
    for pause in DeadlinePause.objects.filter(case_id__in=ids):
        pauses[pause.deadline_id].add((pause.reason, pause.from_at, pause.to_at, pause.limit_at, pause.stops))
    rules = clocks.ruling(system(company_id))
    for history in queries.histories(roots):
        root = history.root
        case = fold(root.id, history.happenings, rules, history.as_of(at))
        found: list[Unlike] = []
        for pk in rows[root.id].keys() | case.deadlines.keys():
            row, state = rows[root.id].get(pk), case.deadlines.get(pk)
            if row is None or state is None:
                ref = row.ref if row is not None else state.ref if state is not None else ""
                kept, said = ("a row", "nothing") if state is None else ("nothing", "a deadline")
                found.append(Unlike(root.number, pk, ref, "row", kept, said))
            elif row.next_action_at is None or row.next_action_at > at:
                # What is due now is the next sweep's; until then the row lags behind time, not behind the journal.
                found += _differences(root, row, state, pauses[pk])
        yield root, found


def _differences(
    root: queries.Root, row: Deadline, state: DeadlineState, pauses: set[tuple[object, ...]]
) -> Iterator[Unlike]:
    for name, folded in _SAME.items():
        if getattr(row, name) != folded(state):
            yield Unlike(root.number, row.pk, row.ref, name, str(getattr(row, name)), str(folded(state)))
    said = {(p.reason[:60], p.from_at, p.to_at, p.limit_at, p.stops) for p in (*state.pauses, *state.held)}
    if pauses != said:
        yield Unlike(root.number, row.pk, row.ref, "pauses", str(len(pauses)), str(len(said)))
    if (row.missed_entry_id is not None) != (state.state == "missed"):
        yield Unlike(root.number, row.pk, row.ref, "miss", str(row.missed_entry_id), state.state)


@check("clocks.deadlines")
def deadlines() -> Iterator[str]:
    """Every stored deadline, pause and miss is what the journal folds to under the book that was in force."""
    at = now()
    for company_id in Company.objects.order_by("created_at").values_list("pk", flat=True):
        yield from map(str, unlike(company_id, at=at, most=WHOLE))
