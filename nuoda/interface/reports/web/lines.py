"""What board and clause page show of figures: every number with the address of the cases that make it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from nuoda.engine.clocks.web.words import STATES as STATE_WORDS
from nuoda.engine.clocks.web.words import amount
from nuoda.engine.rulebook.pure.book import BoundClause
from nuoda.engine.rulebook.pure.policies import Policy
from nuoda.engine.rulebook.pure.telling import text
from nuoda.engine.rulebook.web.views import STATUSES, language
from nuoda.foundation.orgs.pure.roles import ROLES
from nuoda.foundation.ui.pure.tones import Chip

from ..pure import charts
from ..pure.tallies import Tally
from ..queries import FAMILIES, Worst
from . import scoping

TONES = {
    "kept": "kept",
    "missed": "missed",
    "open": "info",
    "paused": "paused",
    "withdrawn": "neutral",
    "waived": "neutral",
}
COLUMNS = ("kept", "missed", "open", "paused")
"""States with a column of their own; the two that are judged neither way share one."""
OTHER = ("withdrawn", "waived")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and the list of exactly what it counts ('' where there is nothing to open)."""

    n: int
    url: str
    tone: str = "neutral"
    label: Any = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as it is read: '92.3%', its interval, and n; empty texts when nothing was judged."""

    n: Figure
    share: str = ""
    low: str = ""
    high: str = ""

    @property
    def assessed(self) -> bool:
        return bool(self.share)


@dataclass(slots=True)
class Line:
    """One clause on the board."""

    id: str
    url: str
    text: str
    owners: str
    status: Chip | None
    in_force: bool
    figures: list[Figure]
    other: Figure
    rate: Rate
    trend: list[charts.Bar] = field(default_factory=list)
    trend_words: str = ""
    worst: Worst | None = None
    late: str = ""
    worst_url: str = ""
    marks: list[Figure] = field(default_factory=list)


def percent(share: float) -> str:
    return f"{share * 100:.1f}%"


def figure(tally: Tally, states: Sequence[str], parameters: Mapping[str, list[str]], **more: str) -> Figure:
    """How many deadlines stand in these states, with their list."""
    n = sum(tally[state] for state in states)
    url = scoping.address(reverse("reports:cases"), dict(parameters), state=list(states), **more) if n else ""
    return Figure(n, url, TONES[states[0]], STATE_WORDS[states[0]])


def rate(tally: Tally, parameters: Mapping[str, list[str]], **more: str) -> Rate:
    n = figure(tally, ("kept", "missed"), parameters, **more)
    if tally.rate is None or tally.interval is None:
        return Rate(n)
    low, high = tally.interval
    return Rate(n, percent(tally.rate), percent(low), percent(high))


def line(
    clause_id: str, bound: BoundClause | None, periods: Sequence[Tally], parameters: Mapping[str, list[str]],
    worst: Worst | None, marks: Mapping[str, int] | None, names: Mapping[str, str],
) -> Line:  # fmt: skip
    """A clause with what became of its time limits in the last of the periods."""
    now = periods[-1] if periods else Tally()
    rates = [tally.rate for tally in periods]
    found = Line(
        id=clause_id,
        url=scoping.address(reverse("reports:clause", args=[clause_id]), dict(parameters)),
        text=text(bound.clause.text, language()) if bound else "",
        owners=_(", ").join(owners(bound, names)) if bound else "",
        status=STATUSES[bound.clause.status] if bound else None,
        in_force=bound is not None,
        figures=[figure(now, (state,), parameters, clause=clause_id) for state in COLUMNS],
        other=figure(now, OTHER, parameters, clause=clause_id),
        rate=rate(now, parameters, clause=clause_id),
        worst=worst,
    )
    if any(share is not None for share in rates):
        found.trend = charts.spark(rates)
        found.trend_words = _("Rate of the last periods: %(rates)s") % {"rates": rates_in_words(rates)}
    if worst is not None:
        found.late = lateness(worst.late, done=worst.done)
        found.worst_url = explanation(worst)
    if marks is not None:
        for family in ("moves", "held", *FAMILIES):
            n = marks.get(family, 0)
            url = (
                scoping.address(reverse("reports:refusals"), dict(parameters), clause=clause_id)
                if family == "held"
                else scoping.address(reverse("reports:entries"), dict(parameters), clause=clause_id, family=family)
            )
            found.marks.append(Figure(n, url if n else "", label=family))
    return found


def rates_in_words(rates: Sequence[float | None]) -> str:
    return ", ".join("—" if share is None else percent(share) for share in rates)


def lateness(late: timedelta, *, done: bool) -> str:
    """How late: in whole minutes, so that a column reads."""
    whole = int(late.total_seconds()) // 60
    said = amount(timedelta(minutes=whole)) if whole else _("under 1 min")
    return said if done else _("%(late)s, not done") % {"late": said}


def most_missed(tallies: Mapping[str, Sequence[Tally]], most: int) -> list[str]:
    """Clauses by how often they were missed in the last of the periods, the most missed first; none that never was."""
    counts = {clause_id: periods[-1]["missed"] for clause_id, periods in tallies.items()}
    return sorted((one for one in counts if counts[one]), key=lambda one: (-counts[one], one))[:most]


def explanation(worst: Worst) -> str:
    return f"{reverse('clocks:explanation', args=[worst.row.dossier.number])}#d-{worst.row.pk}"


def owners(bound: BoundClause, names: Mapping[str, str]) -> list[str]:
    """Who owes it: the owners of its clocks, else whom the clause binds."""
    codes = dict.fromkeys(rule.owner for rule in bound.clause.clocks() if rule.owner) or dict.fromkeys(
        bound.clause.binds
    )
    return [names.get(code, code) for code in codes]


def role_names(policies: Sequence[Policy]) -> dict[str, str]:
    """Roles as the regulations and the house call them."""
    found = {code: str(role.label) for code, role in ROLES.items()}
    for policy in policies:
        found |= {role.code: text(role.name, language()) for role in policy.roles}
    return found
