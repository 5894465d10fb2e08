"""Working calendars: which moments count as working time, and arithmetic on them.

A calendar is compiled to sorted working intervals in microseconds since 1970 (UTC) with the time worked
before each of them, so that adding and counting cost one bisection. Wall-clock periods are read in the
calendar's time zone: an hour that a change of summer time skips is not worked, an hour that it repeats is
worked twice.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from nuoda.engine.rulebook.pure.durations import Duration

Period = tuple[int, int]
"""Minutes since local midnight, half-open: (540, 720) is 9:00–12:00; 1440 is the end of the day."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_LENGTHS = {"min": 60, "h": 3600, "d": 86_400, "working_min": 60 * _SECOND, "working_h": 3600 * _SECOND}
"""Seconds of an elapsed unit, microseconds of a counted one."""
_REACH = 60
"""Years past the moment asked about that are searched before giving up."""


def _micros(moment: datetime) -> int:
    """Microseconds since 1970; a third of the time of dividing the difference by a timedelta."""
    passed = moment - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * _SECOND + passed.microseconds


@dataclass(frozen=True, slots=True)
class _Compiled:
    """Working time of the local years `first`..`last`; all times in microseconds."""

    first: int
    last: int
    low: int
    high: int
    starts: list[int]
    before: list[int]
    """Time worked before each interval."""
    after: list[int]
    """Time worked up to and with each interval."""
    days: list[int]
    """Ordinals of the local dates with working time."""
    closes: list[int]
    """End of the last working moment of each of `days`."""


@dataclass(frozen=True)
class Calendar:
    """When an organisation works. Immutable; an edit makes another version.

    `week` has seven tuples of periods, Monday first. `days` overrides single dates: `()` is a day off, periods
    are a make-up or special working day. `years` are those whose official days are known (None: all, for
    calendars without holidays); what touches another year is provisional.
    """

    key: str
    zone: str
    week: tuple[tuple[Period, ...], ...]
    days: Mapping[date, tuple[Period, ...]] = field(default_factory=dict)
    years: frozenset[int] | None = None
    version: int = 1

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError("a week has seven days")
        if not any(self.week):
            raise ValueError("a calendar without working time in its week")
        for periods in (*self.week, *self.days.values()):
            end = 0
            for period in periods:
                if not end <= period[0] < period[1] <= 1440:
                    raise ValueError(f"periods out of order or out of the day: {periods}")
                end = period[1]
        object.__setattr__(self, "_zone", ZoneInfo(self.zone))
        object.__setattr__(self, "_compiled", None)

    def __hash__(self) -> int:
        return hash((self.key, self.version))

    # -- arithmetic ------------------------------------------------------------------------------------

    def add(self, moment: datetime, duration: Duration) -> datetime:
        """The moment at which `duration`, begun at `moment`, is used up.

        Working days end at the close of the N-th working day after the day of the first working moment; months
        clamp to the month's end. Raises OverflowError when no working time is found within sixty years.
        """
        unit, amount = duration.unit, duration.amount
        if unit == "working_h" or unit == "working_min":
            return self._after(moment, amount * _LENGTHS[unit])
        if unit == "working_d":
            return self._close_of_day(self.next_working(moment), amount)
        if unit == "month":
            return self._months(moment, amount)
        return moment + timedelta(seconds=amount * _LENGTHS[unit])

    def back(self, moment: datetime, duration: Duration) -> datetime:
        """The latest moment from which `duration` leads to `moment`; used for 'so long before'."""
        unit, amount = duration.unit, duration.amount
        if unit == "month":
            return self._months(moment, -amount)
        if unit == "working_d":
            return self._close_of_day(moment, -amount)
        if not duration.working:
            return moment - timedelta(seconds=amount * _LENGTHS[unit])
        compiled, now = self._around(moment)
        wanted = self._worked(compiled, now) - amount * _LENGTHS[unit]
        while wanted < 0:
            compiled = self._grow(compiled, years_before=2)
            wanted = self._worked(compiled, now) - amount * _LENGTHS[unit]
        i = bisect_right(compiled.before, wanted) - 1
        return _EPOCH + timedelta(microseconds=compiled.starts[i] + wanted - compiled.before[i])

    def after(self, moment: datetime, working: timedelta) -> datetime:
        """The earliest moment by which `working` time has passed since `moment`; `moment` itself for none."""
        return self._after(moment, working // _MICROSECOND) if working else moment

    def count(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two moments; zero when `end` is not after `start`."""
        if end <= start:
            return timedelta(0)
        compiled, first = self._around(start, end)
        last = _micros(end)
        return timedelta(microseconds=self._worked(compiled, last) - self._worked(compiled, first))

    def next_working(self, moment: datetime) -> datetime:
        """`moment` when it is worked, else the next moment that is."""
        compiled, now = self._around(moment)
        while True:
            i = bisect_right(compiled.starts, now) - 1
            if i >= 0 and now < compiled.starts[i] + compiled.after[i] - compiled.before[i]:
                return moment
            if i + 1 < len(compiled.starts):
                return _EPOCH + timedelta(microseconds=compiled.starts[i + 1])
            compiled = self._grow(compiled, years_after=2, asked=moment)

    def pieces(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The working intervals between two moments, in order; their lengths add up to `count`."""
        if end <= start:
            return []
        compiled, first = self._around(start, end)
        last = _micros(end)
        found = []
        for i in range(max(0, bisect_right(compiled.starts, first) - 1), len(compiled.starts)):
            a = max(first, compiled.starts[i])
            b = min(last, compiled.starts[i] + compiled.after[i] - compiled.before[i])
            if compiled.starts[i] >= last:
                break
            if a < b:
                found.append((_EPOCH + timedelta(microseconds=a), _EPOCH + timedelta(microseconds=b)))
        return found

    def provisional(self, start: datetime, end: datetime) -> bool:
        """Whether the stretch touches a year whose official days are not known."""
        if self.years is None:
            return False
        zone = self._zone  # type: ignore[attr-defined]
        return any(y not in self.years for y in range(start.astimezone(zone).year, end.astimezone(zone).year + 1))

    def periods_on(self, day: date) -> tuple[Period, ...]:
        """The working periods of one local date."""
        special = self.days.get(day)
        return self.week[day.weekday()] if special is None else special

    def compiled(self, first: int, last: int) -> tuple[_Compiled, list[tuple[int, int, int]]]:
        """Working time of at least the local years `first` to `last`, and its stretches of constant offset from UTC as
        (from, to, offset): what a column of moments is counted with."""
        known: _Compiled | None = self._compiled  # type: ignore[attr-defined]
        if known is None:
            known = self._compile(first, last)
        elif first < known.first or last > known.last:
            known = self._compile(min(first, known.first), max(last, known.last))
        return known, self._offsets(known.low - 2 * _DAY, known.high + 2 * _DAY)

    # -- inside ----------------------------------------------------------------------------------------

    def _after(self, moment: datetime, amount: int) -> datetime:
        # The hot path of every replay: written out, because each further call costs a tenth of the whole.
        passed = moment - _EPOCH
        now = (passed.days * 86_400 + passed.seconds) * _SECOND + passed.microseconds
        compiled: _Compiled | None = self._compiled  # type: ignore[attr-defined]
        if compiled is None or not compiled.low <= now < compiled.high:
            compiled, _ = self._around(moment)
        starts, before, after = compiled.starts, compiled.before, compiled.after
        i = bisect_right(starts, now) - 1
        if i < 0:
            wanted = amount
        else:
            worked = before[i] + now - starts[i]
            wanted = (worked if worked < after[i] else after[i]) + amount
        if wanted > after[-1]:
            while after[-1] < wanted:
                compiled = self._grow(compiled, years_after=2, asked=moment)
                after = compiled.after
            starts, before = compiled.starts, compiled.before
        i = bisect_left(after, wanted, max(i, 0))
        return _EPOCH + timedelta(0, 0, starts[i] + wanted - before[i])

    def _close_of_day(self, moment: datetime, days: int) -> datetime:
        """The close of the `days`-th working day after (before, when negative) the moment's local date."""
        today = moment.astimezone(self._zone).toordinal()  # type: ignore[attr-defined]
        compiled, _ = self._around(moment)
        while True:
            i = bisect_right(compiled.days, today) - 1 + days if days > 0 else bisect_left(compiled.days, today) + days
            if i < 0:
                compiled = self._grow(compiled, years_before=2)
            elif i >= len(compiled.days):
                compiled = self._grow(compiled, years_after=2, asked=moment)
            else:
                return _EPOCH + timedelta(microseconds=compiled.closes[i])

    def _months(self, moment: datetime, months: int) -> datetime:
        local = moment.astimezone(self._zone)  # type: ignore[attr-defined]
        years, month = divmod(local.year * 12 + local.month - 1 + months, 12)
        day = min(local.day, monthrange(years, month + 1)[1])
        return local.replace(year=years, month=month + 1, day=day, fold=0).astimezone(UTC)

    @staticmethod
    def _worked(compiled: _Compiled, now: int) -> int:
        """Time worked from the beginning of the compiled years until `now`."""
        i = bisect_right(compiled.starts, now) - 1
        if i < 0:
            return 0
        worked = compiled.before[i] + now - compiled.starts[i]
        limit = compiled.after[i]
        return worked if worked < limit else limit

    def _around(self, moment: datetime, until: datetime | None = None) -> tuple[_Compiled, int]:
        """The compiled years, made to hold `moment` (and `until`), and the moment in microseconds."""
        now = _micros(moment)
        last = now if until is None else _micros(until)
        compiled: _Compiled | None = self._compiled  # type: ignore[attr-defined]
        if compiled is not None and compiled.low <= now and last < compiled.high:
            return compiled, now
        first_year, last_year = moment.year, (until or moment).year
        if compiled is not None:
            first_year, last_year = min(compiled.first, first_year), max(compiled.last, last_year)
        return self._compile(first_year, last_year), now

    def _grow(
        self, compiled: _Compiled, *, years_before: int = 0, years_after: int = 0, asked: datetime | None = None
    ) -> _Compiled:
        if compiled.first - years_before < 1902 or (asked and compiled.last - asked.year > _REACH):
            raise OverflowError("no working time within reach of the calendar")
        return self._compile(compiled.first - years_before, compiled.last + years_after)

    def _compile(self, first: int, last: int) -> _Compiled:
        """Compile and keep whole local years; replacing the reference is atomic, so threads may race here."""
        low = (date(first, 1, 1).toordinal() - _EPOCH_DAY) * _DAY
        high = (date(last + 1, 1, 1).toordinal() - _EPOCH_DAY) * _DAY
        begins: list[int] = []
        ends: list[int] = []
        days: list[int] = []
        closes: list[int] = []
        # Local and UTC dates differ by less than a day: one local date more on either side, each looked at whole,
        # because a date cut off at the edge would answer with too short a day.
        dates = range(low // _DAY - 1, high // _DAY + 1)
        for piece_low, piece_high, offset in self._offsets(low - 2 * _DAY, high + 2 * _DAY):
            first_date = max(dates.start, (piece_low + offset) // _DAY)
            last_date = min(dates.stop - 1, (piece_high - 1 + offset) // _DAY)
            for number in range(first_date, last_date + 1):
                day = date.fromordinal(_EPOCH_DAY + number)
                midnight = number * _DAY - offset
                for period in self.periods_on(day):
                    begin = max(piece_low, midnight + period[0] * 60 * _SECOND)
                    end = min(piece_high, midnight + period[1] * 60 * _SECOND)
                    if begin >= end:
                        continue
                    if ends and ends[-1] == begin:
                        ends[-1] = end
                    else:
                        begins.append(begin)
                        ends.append(end)
                    if days and days[-1] == day.toordinal():
                        closes[-1] = end
                    else:
                        days.append(day.toordinal())
                        closes.append(end)
        before: list[int] = []
        after: list[int] = []
        worked = 0
        for begin, end in zip(begins, ends, strict=True):
            before.append(worked)
            worked += end - begin
            after.append(worked)
        compiled = _Compiled(first, last, low, high, begins, before, after, days, closes)
        object.__setattr__(self, "_compiled", compiled)
        return compiled

    def _offsets(self, low: int, high: int) -> list[tuple[int, int, int]]:
        """Stretches of constant offset from UTC: (from, to, offset), microseconds."""
        zone: ZoneInfo = self._zone  # type: ignore[attr-defined]

        def offset(at: int) -> int:
            found = (_EPOCH + timedelta(microseconds=at)).astimezone(zone).utcoffset()
            return (found or timedelta(0)) // _MICROSECOND

        found = []
        begin, current = low, offset(low)
        for probe in range(low + _DAY, high + _DAY, _DAY):
            if offset(probe) == current:
                continue
            left, right = probe - _DAY, probe
            while right - left > _SECOND:
                middle = (left + right) // 2 // _SECOND * _SECOND
                left, right = (middle, right) if offset(middle) == current else (left, middle)
            found.append((begin, right, current))
            begin, current = right, offset(right)
        found.append((begin, high, current))
        return found


ALWAYS = Calendar("24x7", "UTC", (((0, 1440),),) * 7)
"""Elapsed time as a calendar."""
