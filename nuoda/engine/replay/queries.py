"""What a replay reads (cases with what happened in them, and whose they are), and what it found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.clocks.pure.values import Happening
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.orgs.models import Person

from .models import Replay, ReplayChange, ReplayFigure, Shadow, ShadowDeadline
from .models.replays import DEADLINE_STATES

NO_CASE = UUID(int=0)
"""Before every case."""
_LIVED, _WITH_IMPORTS = ("live", "demo"), ("live", "demo", "import")


@dataclass(frozen=True, slots=True)
class Root:
    """The root dossier of a case: its number, whose it is, and since when it has entries."""

    id: UUID
    number: str
    dealer_id: UUID | None
    origin: str
    recorded_at: datetime


@dataclass(slots=True)
class History:
    """A case with what happened in it."""

    root: Root
    happenings: list[Happening]

    def as_of(self, at: datetime) -> datetime:
        """The moment it is judged at: an import's past is still arriving, so it is judged as of its last happening."""
        if self.root.origin == "import" and self.happenings:
            return max(h.happened_at for h in self.happenings)
        return at


_CASES = """FROM journal_dossier d WHERE d.company_id = %(company)s AND d.id = d.case_id AND d.origin = ANY(%(origins)s)
    AND d.id > %(after)s AND EXISTS (SELECT 1 FROM journal_entry e WHERE e.case_id = d.id AND e.recorded_at >= d.recorded_at
    AND e.happened_at >= %(since)s AND e.happened_at < %(until)s)"""


def _values(
    company_id: UUID, within: tuple[datetime, datetime], *, imports: bool, after: UUID, limit: int
) -> dict[str, Any]:
    return {
        "company": company_id,
        "origins": list(_WITH_IMPORTS if imports else _LIVED),
        "after": after,
        "since": within[0],
        "until": within[1],
        "limit": limit,
    }


def count_cases(company_id: UUID, within: tuple[datetime, datetime], *, imports: bool = False) -> int:
    """Cases in which something happened in the half-open period."""
    with connection.cursor() as cursor:
        values = _values(company_id, within, imports=imports, after=NO_CASE, limit=0)
        cursor.execute(f"SELECT count(*) {_CASES}", values)
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def cases(
    company_id: UUID,
    within: tuple[datetime, datetime],
    *,
    imports: bool = False,
    after: UUID = NO_CASE,
    limit: int = 500,
) -> list[Root]:
    """The next cases, by id, in which something happened in the half-open period."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT d.id, d.number, d.dealer_id, d.origin, d.recorded_at {_CASES} ORDER BY d.id LIMIT %(limit)s",
            _values(company_id, within, imports=imports, after=after, limit=limit),
        )
        return [Root(*row) for row in cursor.fetchall()]


def roots(company_id: UUID, case_ids: Sequence[UUID], *, imports: bool = False) -> list[Root]:
    """The roots of these cases, by id."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, number, dealer_id, origin, recorded_at FROM journal_dossier WHERE company_id = %s AND id = case_id
            AND id = ANY(%s) AND origin = ANY(%s) ORDER BY id""",
            [company_id, list(case_ids), list(_WITH_IMPORTS if imports else _LIVED)],
        )
        return [Root(*row) for row in cursor.fetchall()]


def histories(of: Sequence[Root]) -> list[History]:
    """What happened in the cases, two partitions' worth or twenty: one statement."""
    if not of:
        return []
    known = {root.id: History(root, []) for root in of}
    for case_id, _, happening in clocks.happenings(list(known), min(root.recorded_at for root in of)):
        known[case_id].happenings.append(happening)
    return list(known.values())


def teams(case_ids: Sequence[UUID]) -> Mapping[UUID, UUID | None]:
    """The team of whoever owed the latest deadline of each case that a person owed."""
    owners = dict(
        Deadline.objects.filter(case_id__in=case_ids, owner_person_id__isnull=False)
        .order_by("case_id", "started_at", "id")
        .values_list("case_id", "owner_person_id")
    )
    of_person = dict(Person.objects.filter(pk__in=set(owners.values())).values_list("pk", "team_id"))
    found: dict[UUID, UUID | None] = defaultdict(lambda: None)
    found.update({case_id: of_person.get(person_id) for case_id, person_id in owners.items() if person_id is not None})
    return found


# -- what was found --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """Deadlines of one side by their state."""

    open: int = 0
    """Paused ones too."""
    kept: int = 0
    missed: int = 0
    withdrawn: int = 0
    """Waived ones too: nothing is owed."""

    @property
    def opened(self) -> int:
        return self.open + self.kept + self.missed + self.withdrawn

    @classmethod
    def of(cls, states: Mapping[str, int | None]) -> Counts:
        def sum_of(*names: str) -> int:
            return sum(states.get(name) or 0 for name in names)

        return cls(sum_of("open", "paused"), sum_of("kept"), sum_of("missed"), sum_of("withdrawn", "waived"))


Pair = tuple[Counts, Counts]
"""Life and draft."""


def replays(actor: Actor) -> QuerySet[Replay]:
    """Replays, the newest first."""
    return Replay.visible_to(actor).order_by("-asked_at")


def replay(actor: Actor, pk: UUID) -> Replay:
    """One replay; raises NotYours."""
    row = Replay.visible_to(actor).filter(pk=pk).first()
    if row is None:
        raise NotYours()
    return row


def by_clock(row: Replay) -> list[tuple[str, Counts, Counts, int]]:
    """Both sides of every clock, with the number of its deadlines that come out otherwise."""
    changed = dict(row.changes.values_list("ref").annotate(n=Count("pk")).order_by())
    found = _sides(row.figures.all(), "ref")
    return [(ref, *found[ref], changed.get(ref, 0)) for ref in sorted(found)]


def by_group(row: Replay, field: str) -> list[tuple[UUID | None, Counts, Counts]]:
    """Both sides by dealer or team (`dealer_id`, `team_id`), the one with the most deadlines first."""
    found = _sides(row.figures.all(), field)
    return [(key, *found[key]) for key in sorted(found, key=lambda key: (-found[key][0].opened, str(key)))]


def _sides(figures: QuerySet[ReplayFigure], field: str) -> dict[Any, Pair]:
    sums = {f"n_{state}": Sum(state) for state in DEADLINE_STATES}
    found: dict[Any, dict[str, Counts]] = defaultdict(dict)
    for line in figures.values(field, "side").annotate(**sums).order_by():
        found[line[field]][line["side"]] = Counts.of({state: line[f"n_{state}"] for state in DEADLINE_STATES})
    return {key: (sides.get("life", Counts()), sides.get("draft", Counts())) for key, sides in found.items()}


def by_kind(row: Replay) -> list[tuple[str, int]]:
    """How many deadlines change in which way, the most first."""
    return list(row.changes.values_list("kind").annotate(n=Count("pk")).order_by("-n", "kind"))


def changes(actor: Actor, row: Replay) -> QuerySet[ReplayChange]:
    return ReplayChange.visible_to(actor).filter(replay=row)


def change(actor: Actor, row: Replay, pk: UUID) -> ReplayChange:
    """One changed deadline; raises NotYours."""
    found = changes(actor, row).filter(pk=pk).first()
    if found is None:
        raise NotYours()
    return found


def tried_refs(actor: Actor) -> list[str]:
    """Clocks with changed deadlines in any replay."""
    return list(ReplayChange.visible_to(actor).order_by("ref").values_list("ref", flat=True).distinct())


MISSED_IN_SHADOW = Q(draft_state="missed")
DIFFERS = ~Q(life_state=F("draft_state"))


def shadows(actor: Actor) -> QuerySet[Shadow]:
    """Shadow runs, the newest first."""
    return Shadow.visible_to(actor).order_by("-asked_at")


def shadow(actor: Actor, pk: UUID) -> Shadow:
    """One shadow run; raises NotYours."""
    row = Shadow.visible_to(actor).filter(pk=pk).first()
    if row is None:
        raise NotYours()
    return row


def shadow_deadlines(actor: Actor, row: Shadow) -> QuerySet[ShadowDeadline]:
    return ShadowDeadline.visible_to(actor).filter(shadow=row)


def shadowed_refs(actor: Actor) -> list[str]:
    """Clocks with deadlines in any shadow run."""
    return list(ShadowDeadline.visible_to(actor).order_by("ref").values_list("ref", flat=True).distinct())


def shadow_by_clock(row: Shadow) -> list[tuple[str, Counts, Counts, int]]:
    """Both sides of every clock since the shadow run began, with the number of results that differ."""
    sides: list[dict[str, dict[str, int]]] = [defaultdict(dict), defaultdict(dict)]
    for side, name in zip(sides, ("life_state", "draft_state"), strict=True):
        for ref, state, count in row.deadlines.values_list("ref", name).annotate(n=Count("pk")).order_by():
            if state:
                side[ref][state] = count
    differ = dict(row.deadlines.filter(DIFFERS).values_list("ref").annotate(n=Count("pk")).order_by())
    life, draft = sides
    return [
        (ref, Counts.of(life.get(ref, {})), Counts.of(draft.get(ref, {})), differ.get(ref, 0))
        for ref in sorted(life.keys() | draft.keys())
    ]
