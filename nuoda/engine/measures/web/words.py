"""Figures in words: numbers with their units, how sure they are, and what became of the target."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from nuoda.engine.rulebook.pure.factsets import FACT_SETS
from nuoda.engine.rulebook.pure.rules import IndicatorRule, Text
from nuoda.engine.rulebook.pure.telling import text
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.pure.words import EventWord
from nuoda.foundation.orgs.models import Dealer, Person, Team
from nuoda.foundation.ui.pure.tones import Chip

from ..models.figures import PARTS
from ..pure.rules import Obstacle
from ..pure.spans import Span
from ..queries import Reading

STATUSES: dict[str, Chip] = {
    "met": Chip(pgettext_lazy("indicator", "target met"), "kept"),
    "missed": Chip(pgettext_lazy("indicator", "below target"), "missed"),
    "no_target": Chip(pgettext_lazy("indicator", "no target"), "neutral"),
    "not_assessed": Chip(pgettext_lazy("indicator", "not assessed"), "paused"),
    "not_computed": Chip(pgettext_lazy("indicator", "cannot be computed"), "near", "alert-circle"),
}
UNSURE = Chip(pgettext_lazy("indicator", "too few to tell"), "near", "alert-circle")
WAITING = Chip(pgettext_lazy("indicator", "waits for its data"), "paused")
UNITS: dict[str, str | Promise] = {
    "company": gettext_lazy("Company"),
    "dealer": gettext_lazy("Dealers"),
    "team": gettext_lazy("Teams"),
    "technician": gettext_lazy("Technicians"),
}
PART_CHIPS = {
    "numerator": Chip(PARTS["numerator"], "kept"),
    "rest": Chip(PARTS["rest"], "info"),
    "excluded": Chip(PARTS["excluded"], "neutral"),
    "failed": Chip(PARTS["failed"], "near"),
}
PERIODS: dict[str, str | Promise] = {
    "month": gettext_lazy("every month"),
    "quarter": gettext_lazy("every quarter"),
    "year": gettext_lazy("every year"),
}
AGGREGATES: dict[str, str | Promise] = {
    "mean": gettext_lazy("mean"),
    "median": gettext_lazy("median"),
    "p90": gettext_lazy("90th percentile"),
    "sum": gettext_lazy("sum"),
}
EVENTS = {
    "indicator.closed": EventWord(pgettext_lazy("event", "indicator closed for a period"), "lock"),
    "indicator.restated": EventWord(pgettext_lazy("event", "closed indicator restated"), "refresh"),
}


def language() -> str:
    """The reader's language among those of the rulebook's texts."""
    known = get_language() or "zh-hans"
    return known if known in ("zh-hans", "zh-hant", "en") else "zh-hans"


def said(texts: Text) -> str:
    """A text of the rulebook in the reader's language."""
    return text(texts, language())


def number(rule: IndicatorRule, value: float | None) -> str:
    """A figure with its unit: '92.3%', '1 h 5 min', '4.62'; '' for none."""
    if value is None:
        return ""
    if rule.aggregate is None:
        return f"{value * 100:.1f}%".replace(".0%", "%")
    facts = FACT_SETS.get(rule.facts)
    if facts is not None and rule.of and facts.measured_in.get(rule.of) == "min":
        return minutes(value)
    return f"{value:,.2f}".removesuffix(".00")


def minutes(value: float) -> str:
    """Elapsed minutes as people say them."""
    whole = round(value)
    if whole < 60:
        return _("%(n)s min") % {"n": whole}
    hours, rest = divmod(whole, 60)
    if hours < 48:
        return _("%(h)s h %(m)s min") % {"h": hours, "m": rest} if rest else _("%(h)s h") % {"h": hours}
    days, hours = divmod(hours, 24)
    return _("%(d)s d %(h)s h") % {"d": days, "h": hours} if hours else _("%(d)s d") % {"d": days}


def span(found: Span) -> str:
    """A period as people say it: '2026 年 10 月'."""
    if found.kind == "month":
        return _("%(month)s/%(year)s") % {"month": found.starts.month, "year": found.starts.year}
    if found.kind == "quarter":
        return _("quarter %(n)s of %(year)s") % {"n": (found.starts.month + 2) // 3, "year": found.starts.year}
    return _("year %(year)s") % {"year": found.starts.year}


def figure(reading: Reading) -> str:
    """The figure, or that it is not assessed or cannot be computed."""
    return number(reading.rule, reading.found.value) or str(STATUSES[reading.status].label)


def why(found: Obstacle | None) -> str:
    """Why an indicator cannot be computed, as a sentence; '' when it can."""
    if found is None:
        return ""
    told = _(", ").join(found.names)
    if found.what == "set":
        return _("What this indicator counts is not published; it cannot be computed.")
    if found.what == "facts":
        said = ngettext(
            "Cannot be computed: the fact “%(names)s” is no longer published.",
            "Cannot be computed: the facts “%(names)s” are no longer published.",
            len(found.names),
        )
        return said % {"names": told}
    return _("Cannot be computed: the formula no longer fits its facts (%(reason)s).") % {"reason": told}


def interval(reading: Reading) -> str:
    """'71%–98%', '' without one."""
    low, high = reading.found.low, reading.found.high
    return "" if low is None or high is None else f"{low * 100:.0f}%–{high * 100:.0f}%"


def target(rule: IndicatorRule) -> str:
    """'≥ 95%', '≤ 2 h', '' without one."""
    if rule.target is None:
        return ""
    return f"{'≥' if rule.direction == 'up' else '≤'} {number(rule, rule.target)}"


def chip(reading: Reading) -> Chip:
    """What became of the target."""
    if reading.obstacle is not None and reading.obstacle.what == "set":
        return WAITING
    found = STATUSES[reading.status]
    if reading.status == "missed" and reading.rule.direction == "down":
        return Chip(pgettext_lazy("indicator", "above target"), "missed")
    return found


def units(actor: Actor, unit: str, ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Names of units; None is what belongs to none. One statement."""
    wanted = [item for item in ids if item is not None]
    rows: QuerySet[Any]
    if unit == "dealer":
        rows = Dealer.visible_to(actor).filter(pk__in=wanted)
    elif unit == "team":
        rows = Team.objects.filter(company_id=actor.company_id, pk__in=wanted)
    else:
        rows = Person.visible_to(actor).filter(pk__in=wanted)
    return {None: str(nobody(unit))} | {row.pk: str(row) for row in rows}


def nobody(unit: str) -> str | Promise:
    """Those who belong to no dealer, team or technician."""
    if unit == "dealer":
        return gettext_lazy("the company itself")
    return gettext_lazy("without a team") if unit == "team" else gettext_lazy("without a technician")
