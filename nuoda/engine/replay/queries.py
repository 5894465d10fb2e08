"""What a replay reads (cases with what happened in them, and whose they are), and what it found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum, Value

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.pure.values import Happening
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours

from .models import Replay, ReplayChange, ReplayFigure, Shadow, ShadowDeadline
from .models.replays import DEADLINE_STATES
from .pure import wire
from .pure.comparing import KINDS
from .pure.ids import Ids
from .pure.wire import Raw, Wire
from .pure.working import EPOCH, Ints, Places, moment_of

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


_ORIGINS = {False: list(_LIVED), True: list(_WITH_IMPORTS)}
_SPARSE = 3
"""So many times as many cases lie between the first and the last wanted one: they are looked up one by one then, not read through."""


def _arrays(statement: str, values: Mapping[str, object], *, without: str = "") -> list[bytes | None]:
    """The one row of a statement as PostgreSQL sends it, column by column; `without` a way of reading that its planner overrates."""
    connection.ensure_connection()
    cursor = psycopg.Cursor(connection.connection)
    if without:
        cursor.execute(f"SET LOCAL {without} = off".encode())
    # Never a generic plan: how much lies between two ids is what decides.
    cursor.execute(statement.encode(), dict(values), prepare=False, binary=True)
    found = cursor.pgresult
    if found is None:
        raise RuntimeError("the statement answered nothing")
    if without:
        cursor.execute(f"SET LOCAL {without} = on".encode())
    return [found.get_value(0, column) for column in range(found.nfields)]


def candidates(
    company_id: UUID, within: tuple[datetime, datetime], *, at: datetime, imports: bool = False, after: UUID = NO_CASE
) -> Ids:
    """Cases, by id, in which something may have happened in the half-open period, as far as it was recorded by `at`.

    For a period that reaches nearly until `at` these are the cases of which something was recorded since it began, which their dossiers
    know; for an older one the entries themselves are asked.
    """
    since, until = within
    # What happened in the period was not recorded before it: older partitions are left out.
    told = """SELECT case_id FROM journal_entry WHERE company_id = %(company)s AND recorded_at >= %(since)s AND recorded_at <= %(at)s
        AND happened_at >= %(since)s AND happened_at < %(until)s AND case_id > %(after)s"""
    if at - until <= until - since:
        # The chain's clock is the database's; the actions' may go before it.
        told = """SELECT case_id FROM journal_dossier WHERE company_id = %(company)s AND recorded_at <= %(at)s AND case_id > %(after)s
            AND chain_at >= least(%(since)s, now()) - interval '1 hour'"""
    statement = f"""SELECT array_agg(id ORDER BY id) FROM journal_dossier WHERE company_id = %(company)s AND id = case_id
        AND origin = ANY(%(origins)s) AND id IN ({told})"""  # noqa: S608
    values = {"company": company_id, "since": since, "until": until, "at": at, "after": after}
    with connection.cursor() as cursor:
        # A million ids are kept in memory rather than in files; it holds until the transaction ends.
        cursor.execute("SET LOCAL work_mem = '128MB'")
    return wire.ids(_arrays(statement, values | {"origins": _ORIGINS[imports]})[0])


@dataclass(frozen=True, slots=True)
class Owners:
    """Whose each of some cases is, side by side, and since when the first of them has entries."""

    ids: Ids
    dealers: Ids
    """The company's own id for its own cases."""
    teams: Ids
    """The team of whoever owed the latest deadline that a person owed; NO_CASE without one."""
    imported: Ints
    since: datetime
    sparse: bool
    """Many others lie between them."""

    def take(self, places: Places) -> Owners:
        if places.size == self.ids.size:
            return self
        ids, dealers, teams = (column.take(places) for column in (self.ids, self.dealers, self.teams))
        return Owners(ids, dealers, teams, self.imported[places], self.since, self.sparse)


_OWNERS = """SELECT array_agg(id), array_agg(dealer), array_agg(team), array_agg(imported), array_agg(recorded_at),
    ARRAY[(SELECT count(*) FROM journal_dossier WHERE company_id = %(company)s AND id BETWEEN %(low)s AND %(high)s AND id = case_id)]
    FROM (SELECT d.id, coalesce(d.dealer_id, d.company_id) AS dealer, coalesce(p.team_id, %(none)s) AS team,
        (d.origin = 'import')::int::int8 AS imported, d.recorded_at
    FROM journal_dossier d
    LEFT JOIN (SELECT DISTINCT ON (case_id) case_id, owner_person_id FROM clocks_deadline
        WHERE company_id = %(company)s AND case_id = ANY(%(ids)s::uuid[]) AND owner_person_id IS NOT NULL
        ORDER BY case_id, started_at DESC, id DESC) AS o ON o.case_id = d.id
    LEFT JOIN orgs_person p ON p.id = o.owner_person_id
    WHERE d.company_id = %(company)s AND d.id = ANY(%(ids)s::uuid[]) AND d.id = d.case_id AND d.origin = ANY(%(origins)s)
    ORDER BY d.id) AS known"""


def owners(company_id: UUID, ids: Ids, *, imports: bool = False) -> Owners | None:
    """Whose the cases are, in the order of their ids; None when there is none of them."""
    values = {"company": company_id, "none": NO_CASE, "origins": _ORIGINS[imports], **_span(ids)}
    found = _arrays(_OWNERS, values, without="enable_nestloop")
    if found[0] is None:
        return None
    known, recorded = wire.ids(found[0]), moment_of(int(wire.moments(found[4]).min()))
    sparse = int(wire.longs(found[5])[0]) > _SPARSE * known.size
    return Owners(known, wire.ids(found[1]), wire.ids(found[2]), wire.longs(found[3]), recorded or EPOCH, sparse)


def _span(ids: Ids) -> dict[str, object]:
    """The ids, the first and the last of them (they are in order)."""
    return {"low": ids.one(0), "high": ids.one(ids.size - 1), "ids": _list(ids.hexes())}


def entries(company_id: UUID, of: Owners, asked: Wire, *, at: datetime) -> Raw:
    """What happened in the cases, as far as it was recorded by `at`; entries of cases between them may come along."""
    values = {"company": company_id, "since": of.since, "at": at, "own": list(clocks.OWN), **_span(of.ids)}
    cases = "= ANY(%(ids)s::uuid[])" if of.sparse else "BETWEEN %(low)s AND %(high)s"
    which = f"""entry.company_id = %(company)s AND entry.case_id {cases} AND entry.recorded_at >= %(since)s
        AND entry.recorded_at <= %(at)s AND entry.type <> ALL(%(own)s::varchar[])"""
    # Cases overlap in time: a page of the journal holds entries of many of them, and is read once this way.
    return asked.read(_arrays(asked.select(which), values | asked.values, without="enable_indexscan"))


def _list(texts: Iterable[str]) -> str:
    """An array of plain texts as PostgreSQL reads it."""
    return "{" + ",".join(texts) + "}"


def roots(company_id: UUID, case_ids: Sequence[UUID], *, imports: bool = False) -> list[Root]:
    """The roots of these cases, by id."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, number, dealer_id, origin, recorded_at FROM journal_dossier WHERE company_id = %s AND id = case_id
            AND id = ANY(%s) AND origin = ANY(%s) ORDER BY id""",
            [company_id, list(case_ids), list(_WITH_IMPORTS if imports else _LIVED)],
        )
        return [Root(*row) for row in cursor.fetchall()]


def histories(of: Sequence[Root], *, at: datetime | None = None) -> list[History]:
    """What happened in the cases, as far as it was recorded by `at`: one statement."""
    if not of:
        return []
    known = {root.id: History(root, []) for root in of}
    for case_id, _, happening in clocks.happenings(list(known), min(root.recorded_at for root in of)):
        if at is None or happening.recorded_at <= at:
            known[case_id].happenings.append(happening)
    return list(known.values())


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
    changed = dict(row.figures.values_list("ref").annotate(n=sum((Sum(kind) for kind in KINDS), Value(0))).order_by())
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
    sums = row.figures.aggregate(**{f"n_{kind}": Sum(kind) for kind in KINDS})
    found = [(kind, sums[f"n_{kind}"]) for kind in KINDS if sums[f"n_{kind}"]]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


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
    rows = ReplayFigure.objects.filter(replay__in=Replay.visible_to(actor)).filter(ANY_CHANGE)
    return list(rows.order_by("ref").values_list("ref", flat=True).distinct())


ANY_CHANGE = reduce(or_, (Q(**{f"{kind}__gt": 0}) for kind in KINDS))
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
