"""Working calendars: editing and looking ahead."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused, Stale
from nuoda.foundation.journal.actions import entries as journal

from .. import queries
from ..access import may_edit_calendars
from ..events import CalendarChanged
from ..models import CalendarDay, Deadline, WorkingCalendar
from ..pure.calendars import Calendar, Period
from . import cases
from .seeds import Day, fill, raise_revision

log = logging.getLogger(__name__)


def edit(
    calendar: WorkingCalendar,
    *,
    actor: Actor,
    at: datetime,
    week: Sequence[Sequence[Period]] | None = None,
    days: Mapping[date, Day | None] | None = None,
    known_years: Iterable[int] | None = None,
    time_zone: str | None = None,
    name: str | None = None,
    note: str = "",
) -> WorkingCalendar:
    """Change when is worked, by a new version for everything that starts from now on.

    `days` replaces single dates (None: like its weekday again). Deadlines keep the version they started with, but for those
    marked provisional: what is learned of a year that had no data counts them anew, those already kept or missed too.
    Emits calendar.changed. Refuses times out of order, a week without work, and an edit of a superseded version.
    """
    if not may_edit_calendars(actor):
        raise NotYours()
    old_week, old_days = _content(calendar)
    new_week = [list(periods) for periods in (week if week is not None else old_week)]
    new_days = dict(old_days)
    for day, value in (days or {}).items():
        if value is None:
            new_days.pop(day, None)
        else:
            new_days[day] = value
    known = sorted(set(calendar.known_years) if known_years is None else set(known_years))
    zone = time_zone or calendar.time_zone
    _check(calendar, new_week, new_days, zone)
    return _next_version(calendar, new_week, new_days, known, zone, name or calendar.name, note, actor=actor, at=at)


def _check(row: WorkingCalendar, week: list[list[Period]], days: Mapping[date, Day], zone: str) -> None:
    try:
        Calendar(
            str(row.pk), zone, tuple(tuple(periods) for periods in week),
            {day: tuple(week[value.like_weekday]) if value.work else () for day, value in days.items()},
        )  # fmt: skip
    except (ValueError, LookupError, OSError) as problem:
        raise Invalid(
            _("Working times must be in order, inside one day, and there must be some in the week."),
            fields={"week": str(problem)},
        ) from problem


def _content(row: WorkingCalendar) -> tuple[list[list[Period]], dict[date, Day]]:
    week: list[list[Period]] = [[] for _ in range(7)]
    for period in row.periods.order_by("weekday", "starts"):
        week[period.weekday].append((period.starts, period.ends))
    days = {
        day.date: Day(day.date, day.kind == CalendarDay.Kind.WORK, day.name, day.like_weekday, day.official)
        for day in row.days.all()
    }
    return week, days


def _next_version(
    old: WorkingCalendar,
    week: Sequence[Sequence[Period]],
    days: Mapping[date, Day],
    known: list[int],
    zone: str,
    name: str,
    note: str,
    *,
    actor: Actor,
    at: datetime,
) -> WorkingCalendar:
    # A version that only fills years without data (day by day, or as a whole) takes the place of the old one from its
    # beginning: what was counted on plain weeks was marked as provisional for that purpose. Any other edit holds from now on.
    old_week, old_days = _content(old)
    before = set(old.known_years)
    changed_days = {day for day in days.keys() | old_days.keys() if days.get(day) != old_days.get(day)}
    fills = zone == old.time_zone and [list(p) for p in week] == old_week and not old.every_year
    fills = fills and before <= set(known) and (before != set(known) or bool(changed_days))
    fills = fills and all(day.year not in before for day in changed_days)
    since = old.valid_from if fills else at
    if not WorkingCalendar.objects.filter(pk=old.pk, valid_until=None).update(valid_until=since):
        raise Stale(_("Somebody else has just changed this calendar. Look at it again."))
    row = WorkingCalendar.objects.create(
        id=new_id(),
        company_id=old.company_id,
        code=old.code,
        name=name,
        dealer_id=old.dealer_id,
        time_zone=zone,
        version=old.version + 1,
        valid_from=since,
        every_year=old.every_year,
        known_years=known,
        note=note[:200],
        made_by=actor.person_id,
    )
    fill(row, week, days.values())
    raise_revision(old.company_id)
    event = CalendarChanged(calendar=row.pk, code=row.code, version=row.version, dealer=row.dealer_id)
    journal.record(event, dossier=None, actor=actor, at=at, remark=note)
    if fills:
        recount(old.company_id, at=at)
    return row


def recount(company_id: UUID, *, at: datetime) -> int:
    """Count provisional deadlines anew; the number of cases. Results that change are told by the journal as any others."""
    rows = Deadline.objects.filter(company_id=company_id, provisional=True)
    case_ids = list(rows.values_list("case_id", flat=True).distinct())
    for place in range(0, len(case_ids), 200):
        cases.reconcile(case_ids[place : place + 200], actor=system(company_id), at=at)
    return len(case_ids)


def for_dealer(dealer_id: UUID, *, actor: Actor, at: datetime, name: str) -> WorkingCalendar:
    """Give a dealer a calendar of its own, copied from the company's; refuses when it has one."""
    if not may_edit_calendars(actor):
        raise NotYours()
    rows = WorkingCalendar.objects.filter(company_id=actor.company_id, code=queries.STANDARD, valid_until=None)
    if rows.filter(dealer_id=dealer_id).exists():
        raise Refused(_("This dealer has a working calendar of its own already."))
    standard = rows.get(dealer_id=None)
    week, days = _content(standard)
    row = WorkingCalendar.objects.create(
        company_id=actor.company_id, code=queries.STANDARD, name=name[:80], dealer_id=dealer_id,
        time_zone=standard.time_zone, valid_from=at, known_years=standard.known_years, made_by=actor.person_id,
    )  # fmt: skip
    fill(row, week, days.values())
    raise_revision(actor.company_id)
    event = CalendarChanged(calendar=row.pk, code=row.code, version=1, dealer=dealer_id)
    journal.record(event, dossier=None, actor=actor, at=at)
    return row


def unknown_ahead(company_id: UUID, *, at: datetime, months: int = 3) -> list[tuple[WorkingCalendar, int]]:
    """Calendars in force whose official days will be missing within `months`, with the year."""
    found = []
    month = at.year * 12 + at.month - 1 + months
    for row in WorkingCalendar.objects.filter(company_id=company_id, valid_until=None, every_year=False):
        missing = [year for year in range(at.year, month // 12 + 1) if year not in row.known_years]
        if missing:
            found.append((row, missing[0]))
    return found


def look_ahead(company_id: UUID, *, at: datetime) -> int:
    """Write a warning to the log for every calendar whose next months are not known; how many there are."""
    with scoped(system(company_id)):
        found = unknown_ahead(company_id, at=at)
    for row, year in found:
        log.warning("Calendar %s of company %s has no official days for %d", row.code, company_id, year)
    return len(found)
