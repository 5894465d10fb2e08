"""Reads of the reports: sets of rows and counts over them, nothing that writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Model,
    Q,
    QuerySet,
    Sum,
    Value,
)  # fmt: skip
from django.db.models import DurationField as Duration
from django.db.models.functions import Coalesce
from django.utils.translation import pgettext_lazy

from nuoda.domain.service.models import Ticket
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.book import BoundClause
from nuoda.engine.states import queries as gates
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.orgs.models import Dealer, Person, Team

from .access import may_watch
from .models import Finding
from .pure.gates import Held
from .pure.maps import Follow
from .pure.tallies import Tally, chapter

Row = TypeVar("Row", bound=Model)
OWN = "own"
"""The company itself, where a dealer may be named."""
FAMILIES = {"approvals": "approval.", "papers": "paper."}
"""Entries by the beginning of their type; all others that name a clause are moves that it let through."""
OUTCOMES = {
    "done": pgettext_lazy("refusal", "done later"),
    "waiting": pgettext_lazy("refusal", "still to be done"),
    "dropped": pgettext_lazy("refusal", "not done any more"),
}
"""What became of what a clause held back."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What the figures are about. Moments are half-open; an empty filter takes everything."""

    since: datetime | None = None
    until: datetime | None = None
    clauses: Collection[str] = ()
    chapters: Collection[str] = ()
    policies: Collection[str] = ()
    """Letters before the clause ids: 'MN'."""
    states: Collection[str] = ()
    dealers: Collection[str] = ()
    """Ids, or `OWN`."""
    teams: Collection[str] = ()
    roles: Collection[str] = ()
    imported: bool = False
    """With what an import brought in and was judged as if the rules had been in force."""


def deadlines(actor: Actor, scope: Scope) -> QuerySet[Deadline]:
    """The time limits of a scope, by when they began. Every number of the reports is a count over this set.

    Raises NotYours for whoever does not read figures.
    """
    if not may_watch(actor):
        raise NotYours()
    rows = Deadline.visible_to(actor)
    if not scope.imported:
        rows = rows.filter(as_if=False)
    if scope.since is not None:
        rows = rows.filter(started_at__gte=scope.since)
    if scope.until is not None:
        rows = rows.filter(started_at__lt=scope.until)
    if scope.states:
        rows = rows.filter(state__in=list(scope.states))
    if scope.roles:
        rows = rows.filter(owner_role__in=list(scope.roles))
    if scope.clauses:
        rows = rows.filter(clause_id__in=list(scope.clauses))
    if scope.chapters or scope.policies:
        known = clause_ids(actor)
        rows = rows.filter(
            clause_id__in=[one for one in known if within(one, scope.chapters, scope.policies)],
        )
    if scope.dealers:
        rows = of_dealers(rows, scope.dealers)
    if scope.teams:
        members = Person.visible_to(actor).filter(team_id__in=list(scope.teams))
        rows = rows.filter(owner_person_id__in=members.values("pk"))
    return rows


def of_dealers(rows: QuerySet[Row], wanted: Collection[str]) -> QuerySet[Row]:
    """Rows for which one of these dealers (or the company itself, `OWN`) was responsible."""
    named = Q(dealer_id__in=[UUID(one) for one in wanted if one != OWN])
    return rows.filter(named | Q(dealer_id=None) if OWN in wanted else named)


def within(clause_id: str, chapters: Collection[str], policies: Collection[str]) -> bool:
    """Whether a clause stands in one of the chapters and regulations; none named: in any."""
    return (not chapters or chapter(clause_id) in chapters) and (
        not policies or clause_id.partition("-")[0] in policies
    )


def clause_ids(actor: Actor) -> list[str]:
    """Clauses that are or were in force, in the order of the regulations, each once."""
    found: dict[str, None] = {}
    for tenure in rulebook.book(actor).tenures:
        found |= dict.fromkeys(clause.id for clause in tenure.policy.clauses)
    return list(found)


def clauses_in_force(actor: Actor, at: datetime) -> tuple[BoundClause, ...]:
    return rulebook.book(actor).clauses(at)


@dataclass(frozen=True, slots=True)
class Worst:
    """The longest-missed case of a clause. `late` counts on while it is not done."""

    row: Deadline
    late: timedelta
    done: bool


def tallies(actor: Actor, scope: Scope, edges: Sequence[datetime]) -> dict[str, list[Tally]]:
    """For each clause with time limits between the first and the last edge: one tally per period between two edges.

    One statement, whatever the number of clauses and periods.
    """
    rows = deadlines(actor, scope).filter(started_at__gte=edges[0], started_at__lt=edges[-1])
    place = Func(
        F("started_at"),
        Value(list(edges), output_field=ArrayField(DateTimeField())),
        function="width_bucket",
        output_field=IntegerField(),
    )
    counted = rows.order_by().annotate(place=place).values_list("clause_id", "place", "state").annotate(n=Count("*"))
    found: dict[str, list[dict[str, int]]] = {}
    for clause_id, period, state, count in counted:
        found.setdefault(clause_id, [{} for _ in edges[1:]])[period - 1][state] = count
    return {clause_id: [Tally(counts) for counts in periods] for clause_id, periods in found.items()}


def worst(actor: Actor, scope: Scope, at: datetime) -> dict[str, Worst]:
    """Of each clause the case that was missed longest; one statement."""
    rows = _missed(actor, scope, at).order_by("clause_id", "-late", "pk").distinct("clause_id")
    return {row.clause_id: _worst(row) for row in rows}


def worst_of(actor: Actor, scope: Scope, at: datetime, *, limit: int = 10) -> list[Worst]:
    """The cases of a scope that were missed longest, the worst first."""
    return [_worst(row) for row in _missed(actor, scope, at).order_by("-late", "pk")[:limit]]


def _missed(actor: Actor, scope: Scope, at: datetime) -> Any:
    late = ExpressionWrapper(Coalesce(F("done_at"), Value(at)) - F("ended_at"), output_field=Duration())
    rows = deadlines(actor, scope).filter(state="missed")
    return rows.select_related("dossier").annotate(late=late)


def _worst(row: Any) -> Worst:
    return Worst(row, row.late, row.done_at is not None)


@dataclass(frozen=True, slots=True)
class Share:
    """The tally of one dealer (None: the company itself) or one role."""

    key: str
    name: str
    tally: Tally = field(default_factory=Tally)


def by_dealer(actor: Actor, scope: Scope) -> list[Share]:
    """Tallies by who was responsible, most judged first; the company itself under `OWN`."""
    counts: dict[UUID | None, dict[str, int]] = {}
    rows = deadlines(actor, scope).order_by().values_list("dealer_id", "state").annotate(n=Count("*"))
    for dealer_id, state, count in rows:
        counts.setdefault(dealer_id, {})[state] = count
    names = dict(dealers(actor).values_list("pk", "name"))
    found = [Share(str(key or OWN), names.get(key, "") if key else "", Tally(states)) for key, states in counts.items()]
    return sorted(found, key=lambda share: (-share.tally.total, share.key))


def dealers(actor: Actor) -> QuerySet[Dealer]:
    """Dealers that the actor may compare: all for the company, his own for a dealer."""
    return Dealer.visible_to(actor).order_by("name")


def teams(actor: Actor) -> QuerySet[Team]:
    return orgs.teams(actor).order_by("name")


# -- what else carries a clause: moves it let through, approvals, papers -----------------------------------


def entries(actor: Actor, scope: Scope) -> QuerySet[Entry]:
    """Entries of the journal that name a clause, other than those of the clocks, by when they were recorded (which lets
    the database skip the months outside)."""
    if not may_watch(actor):
        raise NotYours()
    rows = Entry.visible_to(actor).exclude(clauses=[]).exclude(type__startswith="deadline.")
    if not scope.imported:
        rows = rows.exclude(origin="import")
    if scope.since is not None:
        rows = rows.filter(recorded_at__gte=scope.since)
    if scope.until is not None:
        rows = rows.filter(recorded_at__lt=scope.until)
    if scope.dealers:
        rows = of_dealers(rows, scope.dealers)
    if scope.clauses:
        named = Q()
        for clause_id in scope.clauses:
            named |= Q(clauses__contains=[clause_id])
        rows = rows.filter(named)
    return rows


def of_family(rows: QuerySet[Entry], family: str) -> QuerySet[Entry]:
    """Entries of one family: 'approvals', 'papers', or 'moves' (steps of work that the clause allowed)."""
    if family == "moves":
        for prefix in FAMILIES.values():
            rows = rows.exclude(type__startswith=prefix)
        return rows
    return rows.filter(type__startswith=FAMILIES[family])


def named_in(actor: Actor, scope: Scope) -> dict[str, dict[str, int]]:
    """How many entries of each family name a clause, and how often it held somebody back ('held'). Two statements."""
    rows = entries(actor, scope).order_by().annotate(named=_Each("clauses"))
    found: dict[str, dict[str, int]] = {}
    for clause_id, type_, count in rows.values_list("named", "type").annotate(n=Count("*")):
        family = next((name for name, prefix in FAMILIES.items() if type_.startswith(prefix)), "moves")
        counts = found.setdefault(clause_id, {})
        counts[family] = counts.get(family, 0) + count
    for clause_id, count in refusals(actor, scope).order_by().values_list("clause_id").annotate(n=Count("*")):
        found.setdefault(clause_id, {})["held"] = count
    return found


def refusals(actor: Actor, scope: Scope) -> QuerySet[Any]:
    """What the clauses held back, by when it was first tried, with what became of it (`outcome`, `done_at`)."""
    if not may_watch(actor):
        raise NotYours()
    rows = gates.refusals(actor)
    if not scope.imported:
        rows = rows.exclude(origin="import")
    if scope.since is not None:
        rows = rows.filter(first_at__gte=scope.since)
    if scope.until is not None:
        rows = rows.filter(first_at__lt=scope.until)
    if scope.clauses:
        rows = rows.filter(clause_id__in=list(scope.clauses))
    return of_dealers(rows, scope.dealers) if scope.dealers else rows


def held(actor: Actor, scope: Scope) -> dict[str, Held]:
    """Of each clause that held somebody back: how often, and what became of it. One statement."""
    found: dict[str, dict[str, int]] = {}
    rows = refusals(actor, scope).order_by().values_list("clause_id", "outcome")
    for clause_id, outcome, count, tries in rows.annotate(n=Count("*"), tries=Sum("times")):
        counts = found.setdefault(clause_id, {"tries": 0})
        counts[outcome] = count
        counts["tries"] += tries
    return {clause_id: Held(**counts) for clause_id, counts in found.items()}


class _Each(Func):
    """The texts of a JSON list, one row each."""

    function = "jsonb_array_elements_text"
    output_field = CharField()
    set_returning = True


# -- the process: what follows what ------------------------------------------------------------------------


STEPS = ("ticket.", "work_order.", "follow_up.", "complaint.", "approval.decided", "customer.contacted")
"""Entries that are steps of the work; those of clocks, papers and single approvers would hide it."""
ECHOES = ("ticket.dispatched", "ticket.work_started", "ticket.dispatch_withdrawn", "work_order.noted")
"""What a ticket says after its job has said it, and the writing-down of what was done."""


@dataclass(frozen=True, slots=True)
class Process:
    """Steps of cases: what follows what, where each step usually comes (1 is the first), how often it was done, how many
    cases, and the most frequent ways through."""

    follows: list[Follow]
    places: dict[str, float]
    counts: dict[str, int]
    cases: int
    paths: list[tuple[tuple[str, ...], int]]


_FOLLOWS = """SELECT type, coalesce(following, 'end'), count(*),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM next_at - happened_at)) FROM o GROUP BY 1, 2
UNION ALL SELECT 'start', type, count(*), NULL FROM o WHERE place = 1 GROUP BY 2"""
_PLACES = "SELECT type, percentile_cont(0.5) WITHIN GROUP (ORDER BY place), count(*) FROM o GROUP BY 1"
_WAYS = """SELECT way, count(*), sum(count(*)) OVER () FROM (
  SELECT array_agg(type ORDER BY place) AS way FROM o GROUP BY case_id) AS ways
GROUP BY way ORDER BY 2 DESC, 1 LIMIT %s"""


def process(actor: Actor, tickets: QuerySet[Ticket], since: datetime, *, paths: int = 8) -> Process:
    """The process of the tickets' cases by the order of the world; `since` lets older months be skipped. Three statements."""
    if not may_watch(actor):
        raise NotYours()
    steps = Q()
    for prefix in STEPS:
        steps |= Q(type__startswith=prefix)
    rows = (
        Entry.visible_to(actor)
        .filter(steps, recorded_at__gte=since, case_id__in=tickets.values("pk"))
        .exclude(type__in=ECHOES)
    )
    inner, values = (
        rows.order_by().values("case_id", "type", "happened_at", "recorded_at", "id").query.sql_with_params()
    )
    ordered = f"""WITH e AS ({inner}), o AS (SELECT case_id, type, happened_at,
        row_number() OVER w AS place,
        lead(type) OVER w AS following, lead(happened_at) OVER w AS next_at
      FROM e WINDOW w AS (PARTITION BY case_id ORDER BY happened_at, recorded_at, id))"""  # noqa: S608 - made by the ORM
    with connection.cursor() as cursor:
        cursor.execute(ordered + _FOLLOWS, values)
        follows = [
            Follow(one, other, n, timedelta(seconds=float(median)) if median is not None else None)
            for one, other, n, median in cursor.fetchall()
        ]
        cursor.execute(ordered + _PLACES, values)
        known = cursor.fetchall()
        cursor.execute(ordered + _WAYS, [*values, paths])
        ways = cursor.fetchall()
    return Process(
        follows,
        {type_: float(place) for type_, place, _n in known},
        {type_: n for type_, _place, n in known},
        int(ways[0][2]) if ways else 0,
        [(tuple(way), n) for way, n, _all in ways],
    )


# -- clock integrity ---------------------------------------------------------------------------------------


ACTS = {
    "late_pause": ("ticket.paused",),
    "quick_close": ("ticket.solved", "ticket.closed"),
    "lowered": ("ticket.severity_changed",),
    "not_asked": ("ticket.closed",),
}
"""What a person must have done so and so often for a count to mean something; back-dating is set beside everything that he
recorded about cases."""


def findings_by_person(actor: Actor, since: datetime, until: datetime) -> dict[UUID, dict[str, tuple[int, int]]]:
    """For each person who is named in a finding: pattern → (findings, acts of the kind in the period). Two statements."""
    found = Finding.visible_to(actor).filter(happened_at__gte=since, happened_at__lt=until).exclude(person=None)
    counts: dict[UUID, dict[str, int]] = {}
    for person, pattern, n in found.order_by().values_list("person_id", "pattern").annotate(n=Count("*")):
        counts.setdefault(person, {})[pattern] = n
    rows = Entry.visible_to(actor).filter(recorded_at__gte=since, recorded_at__lt=until, actor_id__in=list(counts))
    done: dict[UUID, dict[str, int]] = {}
    of_cases = rows.filter(case_id__isnull=False).exclude(origin="import").order_by()
    for person, type_, n in of_cases.values_list("actor_id", "type").annotate(n=Count("*")):
        if person is not None:
            done.setdefault(person, {})[type_] = n
    return {
        person: {
            pattern: (n, sum(done.get(person, {}).get(one, 0) for one in ACTS.get(pattern, done.get(person, {}))))
            for pattern, n in patterns.items()
        }
        for person, patterns in counts.items()
    }
