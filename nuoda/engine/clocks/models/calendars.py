from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.models import CompanyTable, Table
from nuoda.foundation.base.pure.actors import Actor


class WorkingCalendar(CompanyTable):
    """工作日历: one version of when the company (or one dealer) works. An edit makes the next version.

    A deadline counts by the version that was valid when it started. `standard` is the one that counts; others are
    kept to be chosen.
    """

    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    dealer_id = models.UUIDField(null=True, blank=True)
    """None: the company's own."""
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    version = models.IntegerField(default=1)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    """When the next version took over; None for the one that holds now."""
    every_year = models.BooleanField(default=False)
    """Without official days at all (24x7): no year is provisional."""
    known_years = ArrayField(models.IntegerField(), default=list)
    """Years whose official days and make-up days are known."""
    note = models.CharField(_("revision note"), max_length=200, blank=True)
    made_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "dealer_id", "code", "version"], name="clocks_calendar_version",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["company_id", "dealer_id", "code"],
                condition=Q(valid_until=None),
                name="clocks_calendar_current",
                nulls_distinct=False,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} · {self.version}"

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[WorkingCalendar]:
        rows = WorkingCalendar.objects.filter(company_id=actor.company_id)
        if actor.reach in ("company", "system"):
            return rows
        return rows.filter(Q(dealer_id=None) | Q(dealer_id=actor.dealer_id))


class CalendarPeriod(Table):
    """A working period of a weekday (0 is Monday), in minutes since local midnight, half-open."""

    calendar = models.ForeignKey(WorkingCalendar, on_delete=models.CASCADE, related_name="periods")
    weekday = models.SmallIntegerField()
    starts = models.SmallIntegerField()
    ends = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["calendar", "weekday", "starts"], name="clocks_calendarperiod_once"),
            models.CheckConstraint(
                condition=Q(weekday__gte=0, weekday__lte=6, starts__gte=0, ends__lte=1440, ends__gt=F("starts")),
                name="clocks_calendarperiod_day",
            ),
        ]


class CalendarDay(Table):
    """A date that differs from its weekday: a day off, or a working (make-up) day."""

    class Kind(models.TextChoices):
        OFF = "off", _("day off")
        WORK = "work", _("working day")

    calendar = models.ForeignKey(WorkingCalendar, on_delete=models.CASCADE, related_name="days")
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=80, blank=True)
    like_weekday = models.SmallIntegerField(default=0)
    """A working day has the periods of this weekday."""
    official = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date"], name="clocks_calendarday_once"),
            models.CheckConstraint(
                condition=Q(like_weekday__gte=0, like_weekday__lte=6), name="clocks_calendarday_like"
            ),
        ]
