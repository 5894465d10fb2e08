"""Pages of the working calendars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.orgs.models import Dealer
from nuoda.foundation.ui.web.pages import Column, Crumb, Do, Fact, FormPage, Header, ListPage, RecordPage, Section

from .. import queries
from ..access import may_edit_calendars
from ..actions import calendars
from ..actions.seeds import Day
from ..models import CalendarDay, WorkingCalendar
from ..pure import spelling
from . import forms
from .menu import EDITORS, KEEPERS


def _url(row: WorkingCalendar) -> str:
    return reverse("clocks:calendar", args=[row.pk])


def _years(row: WorkingCalendar) -> str:
    if row.every_year:
        return gettext("every year")
    years = sorted(row.known_years)
    return f"{years[0]}–{years[-1]}" if years else gettext("none")


class Calendars(ListPage):
    """The calendars by which working time is counted."""

    access = KEEPERS
    title = _("Working calendars")
    menu = "calendars"
    order = ("code", "pk")
    columns = (
        Column(key="name", label=_("Name"), link=_url, wide=True),
        Column(key="owner", label=_("Of"), value=lambda row: row.owner_name),
        Column(key="time_zone", label=_("Time zone")),
        Column(key="version", label=_("Version"), cell="number"),
        Column(key="years", label=_("Official days known"), value=_years),
        Column(key="valid_from", label=_("Holds since"), cell="moment"),
    )

    def rows(self, actor: Actor) -> Any:
        dealer = Dealer.objects.filter(pk=OuterRef("dealer_id")).values("short_name")[:1]
        name = Coalesce(Subquery(dealer), Value(gettext("the company")), output_field=CharField())
        return queries.calendars_of(actor).annotate(owner_name=name)


class _OfCalendar:
    actor: Actor
    row: Any

    def load(self, **kwargs: Any) -> WorkingCalendar:
        row = WorkingCalendar.visible_to(self.actor).filter(pk=kwargs["id"]).first()
        if row is None:
            raise NotYours()
        return row

    def back(self) -> str:
        return _url(self.row)

    def done(self, result: WorkingCalendar) -> str:
        return _url(result)


class CalendarPage(_OfCalendar, RecordPage):
    """One calendar: its week, its special days, its years."""

    access = KEEPERS
    menu = "calendars"
    place = "calendar"
    sections = (
        Section(key="week", label=_("Working times"), facts="week", icon="clock"),
        Section(key="days", label=_("Days off and make-up days"), template="clocks/_days.html", load="special_days"),
    )
    rail = (Section(key="about", label=_("Overview"), facts="about"),)

    def header(self) -> Header:
        return Header(number=gettext("version %(n)d") % {"n": self.row.version}, title=self.row.name)

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Working calendars"), reverse("clocks:calendars"))]

    def moves(self) -> Sequence[Do]:
        if not may_edit_calendars(self.actor) or self.row.valid_until is not None:
            return ()
        args = [self.row.pk]
        return (
            Do(
                label=_("Change working times"),
                url=reverse("clocks:calendar-week", args=args),
                icon="edit",
                primary=True,
            ),
            Do(label=_("Change a day"), url=reverse("clocks:calendar-day", args=args), icon="calendar"),
            Do(label=_("Confirm a year"), url=reverse("clocks:calendar-year", args=args), icon="check"),
        )

    def week(self) -> list[Fact]:
        times: list[list[tuple[int, int]]] = [[] for _ in range(7)]
        for period in self.row.periods.order_by("weekday", "starts"):
            times[period.weekday].append((period.starts, period.ends))
        return [
            Fact(label=day, value=spelling.write(times[number]) or gettext("day off"))
            for number, day in enumerate(forms.WEEKDAYS)
        ]

    def about(self) -> list[Fact]:
        return [
            Fact(label=_("Time zone"), value=self.row.time_zone),
            Fact(label=_("Official days known"), value=_years(self.row)),
            Fact(label=_("Holds since"), value=self.row.valid_from, cell="moment"),
            Fact(label=_("Replaced"), value=self.row.valid_until, cell="moment"),
            Fact(label=_("Revision note"), value=self.row.note),
        ]

    def special_days(self) -> dict[str, Any] | None:
        years: dict[int, list[CalendarDay]] = {}
        for day in self.row.days.order_by("-date"):
            years.setdefault(day.date.year, []).append(day)
        known = set(self.row.known_years)
        return {"years": [(year, year in known, days) for year, days in years.items()]} if years else None


class EditWeek(_OfCalendar, FormPage):
    """Other working times, from now on."""

    access = EDITORS
    menu = "calendars"
    title = _("Change working times")
    form_class = forms.WeekForm
    wide = True
    intro = _("Deadlines that begin from now on count by the new times; running ones keep the version they began with.")

    def initial(self) -> dict[str, Any]:
        found: dict[str, Any] = {"name": self.row.name, "time_zone": self.row.time_zone}
        times: list[list[tuple[int, int]]] = [[] for _ in range(7)]
        for period in self.row.periods.order_by("weekday", "starts"):
            times[period.weekday].append((period.starts, period.ends))
        return found | {f"day{number}": spelling.write(periods) for number, periods in enumerate(times)}

    def act(self, cleaned: dict[str, Any]) -> WorkingCalendar:
        return calendars.edit(
            self.row,
            actor=self.actor,
            at=self.at,
            week=[cleaned[f"day{number}"] for number in range(7)],
            time_zone=cleaned["time_zone"],
            name=cleaned["name"],
            note=cleaned["note"],
        )


class EditDay(_OfCalendar, FormPage):
    """A day off, a make-up working day, or neither."""

    access = EDITORS
    menu = "calendars"
    title = _("Change a day")
    form_class = forms.DayForm

    def act(self, cleaned: dict[str, Any]) -> WorkingCalendar:
        day = cleaned["date"]
        value = None
        if cleaned["kind"] != "plain":
            value = Day(day, cleaned["kind"] == "work", cleaned["name"], cleaned["like_weekday"] or 0)
        note = f"{day:%Y-%m-%d} {cleaned['kind']}"
        return calendars.edit(self.row, actor=self.actor, at=self.at, days={day: value}, note=note)


class EditYear(_OfCalendar, FormPage):
    """Say that a year is complete: what was counted provisionally is counted anew."""

    access = EDITORS
    menu = "calendars"
    title = _("Confirm a year")
    form_class = forms.YearForm

    def act(self, cleaned: dict[str, Any]) -> WorkingCalendar:
        years = set(self.row.known_years)
        years = years | {cleaned["year"]} if cleaned["known"] else years - {cleaned["year"]}
        return calendars.edit(self.row, actor=self.actor, at=self.at, known_years=years, note=f"{cleaned['year']}")
