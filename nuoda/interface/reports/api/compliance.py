"""What was kept: figures of every clause over periods, and the very time limits that make a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints

from nuoda.engine.clocks.api.clocks import Deadlines, State
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.rulebook.api.policies import ClauseId
from nuoda.engine.rulebook.pure.rules import ClauseStatus
from nuoda.foundation.base.pure.operations import Call, Day, Listing, Paging, Ref, Shape, read
from nuoda.foundation.base.pure.refusals import Invalid, NotYours
from nuoda.foundation.ui.api.paging import paged

from .. import queries
from ..access import WATCHERS
from ..pure import spans
from ..pure.spans import Span
from ..pure.tallies import STATES, Tally, total
from ..queries import OWN, Scope, Worst
from ..web import lines, scoping

MOST_DAYS = 3660
"""Days of a period at most: ten years."""
Letters = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Chapter = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[0-9]+$")]
Role = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]


class TallyOut(Shape):
    """Time limits that began in a period (both days included), as they stand now. `n` were judged; `rate` of them were kept, with
    the 95 % Wilson interval; null: not assessed, because nothing was judged. Withdrawn and waived ones are judged neither way."""

    since: date
    until: date
    kept: int
    missed: int
    open: int
    paused: int
    withdrawn: int
    waived: int
    n: int
    rate: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, tally: Tally, span: Span) -> TallyOut:
        low, high = tally.interval or (None, None)
        counts: dict[str, Any] = {state: tally[state] for state in STATES}
        return cls(
            since=span.first, until=span.last, n=tally.judged, rate=tally.rate, low=low, high=high, **counts
        )  # fmt: skip


class WorstOut(Shape):
    """The case that was missed longest; `late` in seconds counts on while it is not done."""

    case_id: UUID
    number: str
    deadline: UUID
    late: float
    done: bool

    @classmethod
    def of(cls, found: Worst) -> WorstOut:
        about = found.row.dossier
        return cls(
            case_id=found.row.case_id,
            number=about.number,
            deadline=found.row.pk,
            late=found.late.total_seconds(),
            done=found.done,
        )


class ClauseKept(Shape):
    """One clause in the period, then in the periods before it, oldest first. `named` counts entries of the journal that name the
    clause: steps it let through, approvals, papers; null where filters would make them mean something else."""

    clause: str
    status: ClauseStatus | None
    in_force: bool
    owed_by: list[str]
    period: TallyOut
    before: list[TallyOut]
    worst: WorstOut | None
    named: dict[str, int] | None


class ComplianceOut(Shape):
    """What became of the clauses in a period, and of all of them together."""

    total: TallyOut
    total_before: list[TallyOut]
    clauses: list[ClauseKept]


class ShareOut(Shape):
    """What became of a clause where one dealer was responsible; `dealer` null: the company itself."""

    dealer: Ref | None
    tally: TallyOut


class ClauseKeptWhole(ClauseKept):
    """One clause, also by who was responsible, with the cases that were missed longest."""

    shares: list[ShareOut]
    worst_cases: list[WorstOut]


class CaseKept(Deadlines):
    """A time limit of a case. `title` is what the case is about; `late` in seconds, for one that was missed: so far while it is not
    done; `imported`: judged as if the rules had been in force."""

    title: str
    dealer_id: UUID | None
    late: float | None
    imported: bool


class InPeriod(Shape):
    """Filters of the figures; the latest 30 days if no day is named. Repeat a filter for several values."""

    since: Day | None = None
    until: Day | None = Field(None, description="Included.")
    policy: list[Letters] = Field([], max_length=20, description="Letters before the clause ids: 'MN'.")
    chapter: list[Chapter] = Field([], max_length=50)
    dealer: list[UUID | Literal["own"]] = Field([], max_length=50, description="Dealers, or 'own': the company itself.")
    team: list[UUID] = Field([], max_length=50)
    role: list[Role] = Field([], max_length=20, description="Owed by this role.")
    imported: bool = Field(False, description="With what was imported.")


class WithTrend(InPeriod):
    periods: int = Field(
        1, ge=1, le=24, description="How many periods: this one and those of the same length before it."
    )


class AllClauses(WithTrend):
    every: bool = Field(False, description="Also clauses without time limits or figures.")


class CaseFilter(Paging, InPeriod):
    clause: list[ClauseId] = Field([], max_length=50)
    state: list[State] = Field([], max_length=6, description="'missed' for the missed cases.")


@read("/compliance", scope="figures:read", roles=WATCHERS)
def list_compliance(call: Call, query: AllClauses) -> ComplianceOut:
    """Say what became of every clause in a period: kept, missed and undecided time limits with rate, sample size and interval.

    Whoever sees a dealer's matters only gets that dealer's figures.
    """
    asked, run = _asked(call, query)
    found = _Figures(call, asked, run)
    wanted = set(found.tallies) | {
        one
        for one, bound in found.bound.items()
        if query.every or bound.clause.clocks() or (found.named or {}).get(one)
    }
    sums = [total(periods[place] for periods in found.tallies.values()) for place in range(len(run))]
    told = [TallyOut.of(tally, span) for tally, span in zip(sums, run, strict=True)]
    return ComplianceOut(
        total=told[-1],
        total_before=told[:-1],
        clauses=[found.line(one) for one in queries.clause_ids(call.actor) if one in wanted],
    )


@read("/compliance/clauses/{clause}", scope="figures:read", roles=WATCHERS)
def get_compliance(call: Call, clause: ClauseId, query: WithTrend) -> ClauseKeptWhole:
    """Say what became of one clause: over periods, by who was responsible, and the cases that were missed longest."""
    if clause not in queries.clause_ids(call.actor):
        raise NotYours
    asked, run = _asked(call, query)
    asked = replace(asked, clauses=(clause,))
    now = scoping.within(asked, run[-1])
    return ClauseKeptWhole(
        **_Figures(call, asked, run).line(clause).model_dump(),
        shares=[
            ShareOut(
                dealer=None if share.key == OWN else Ref(id=UUID(share.key), name=share.name),
                tally=TallyOut.of(share.tally, run[-1]),
            )
            for share in queries.by_dealer(call.actor, now)
        ],
        worst_cases=[WorstOut.of(one) for one in queries.worst_of(call.actor, now, call.at)],
    )


@read("/compliance/cases", scope="figures:read", roles=WATCHERS)
def list_compliance_cases(call: Call, query: CaseFilter) -> Listing[CaseKept]:
    """List the very time limits that the figures count, the last begun first; state=missed for the missed cases."""
    asked, run = _asked(call, query)
    asked = replace(asked, clauses=query.clause, states=query.state)
    rows = queries.deadlines(call.actor, scoping.within(asked, run[-1])).select_related("dossier")

    def shape(row: Deadline) -> CaseKept:
        missed = row.state == "missed" and row.ended_at is not None
        late = ((row.done_at or call.at) - row.ended_at).total_seconds() if missed and row.ended_at else None
        title = "" if call.actor.only_administers else row.dossier.title
        return CaseKept(
            **Deadlines.of(row).model_dump(), title=title, dealer_id=row.dealer_id, late=late, imported=row.as_if
        )

    return paged(rows, ("-started_at",), query, shape)


class _Figures:
    """The figures of a scope over neighbouring periods, the asked one last."""

    def __init__(self, call: Call, asked: Scope, run: Sequence[Span]) -> None:
        actor = call.actor
        now = scoping.within(asked, run[-1])
        self.run = run
        self.bound = {
            item.clause.id: item
            for item in queries.clauses_in_force(actor, call.at)
            if queries.within(item.clause.id, asked.chapters, asked.policies)
        }
        over = scoping.within(asked, Span(run[0].first, run[-1].last))
        self.tallies = queries.tallies(actor, over, scoping.edges(run))
        self.worst = queries.worst(actor, now, call.at)
        # A person's team or role says nothing about who may open a gate: those counts would mean something else.
        self.named = None if asked.teams or asked.roles else queries.named_in(actor, now)

    def line(self, clause: str) -> ClauseKept:
        bound = self.bound.get(clause)
        tallies = self.tallies.get(clause, [Tally() for _ in self.run])
        told = [TallyOut.of(tally, span) for tally, span in zip(tallies, self.run, strict=True)]
        worst = self.worst.get(clause)
        return ClauseKept(
            clause=clause,
            status=bound.clause.status if bound else None,
            in_force=bound is not None,
            owed_by=lines.owners(bound, {}) if bound else [],
            period=told[-1],
            before=told[:-1],
            worst=WorstOut.of(worst) if worst else None,
            named=self.named.get(clause, {}) if self.named is not None else None,
        )


def _asked(call: Call, query: InPeriod) -> tuple[Scope, list[Span]]:
    """The scope, and its periods, the asked one last; raises Invalid for a period that cannot be."""
    last = query.until or timezone.localdate(call.at)
    first = query.since or last - timedelta(days=scoping.DAYS - 1)
    if first > last or (last - first).days > MOST_DAYS:
        reason = _("The period has to begin before it ends, and to last ten years at most.")
        raise Invalid(reason, fields={"until": reason})
    run = spans.run(Span(first, last), getattr(query, "periods", 1))
    scope = Scope(
        policies=query.policy,
        chapters=query.chapter,
        dealers=[str(one) for one in query.dealer],
        teams=[str(one) for one in query.team],
        roles=query.role,
        imported=query.imported,
    )
    return scope, run
