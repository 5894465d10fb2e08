"""Working time over columns of moments: the arithmetic of `clocks.pure.calendars`, many moments at a time.

All moments and amounts are whole microseconds (since 1970, UTC). The intervals are those that the calendar itself
compiled, so that both count the same; what a column cannot say (calendar months) is asked of the calendar one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from nuoda.engine.clocks.pure.calendars import Calendar
from nuoda.engine.rulebook.pure.durations import Duration

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAR = 2**62
"""Stands for 'no moment': later than every moment."""
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_EPOCH_DAY = EPOCH.toordinal()
_ELAPSED = {"min": 60 * _SECOND, "h": 3600 * _SECOND, "d": _DAY}
_COUNTED = {"working_min": 60 * _SECOND, "working_h": 3600 * _SECOND}
_REACH = 60
"""Years past the last moment asked about that are searched, as the calendar itself does."""
_EARLIEST = 1902
"""The first year that is searched going back."""


def micros(moment: datetime) -> int:
    """A moment as microseconds since 1970."""
    passed = moment - EPOCH
    return (passed.days * 86_400 + passed.seconds) * _SECOND + passed.microseconds


def moment_of(value: int) -> datetime | None:
    """The moment of a column's value; None for FAR."""
    return None if value == FAR else EPOCH + timedelta(microseconds=int(value))


def ascending(column: Ints) -> Places:
    """The places of a column in the order of its values; most columns here are in order already, which is seen faster than made."""
    if column.size < 2 or bool((column[1:] >= column[:-1]).all()):
        return np.arange(column.size)
    return np.argsort(column, kind="stable")


def _year(value: int) -> int:
    return (EPOCH + timedelta(microseconds=value)).year


@dataclass(slots=True)
class _Table:
    first: int
    last: int
    low: int
    high: int
    starts: Ints
    before: Ints
    after: Ints
    days: Ints
    closes: Ints
    bounds: Ints
    """Moments from which the offset of the same place holds."""
    offsets: Ints


class Working:
    """One calendar over columns of moments."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._table: _Table | None = None

    def worked(self, table: _Table, now: Ints) -> Ints:
        """Working time from the beginning of the table until each moment."""
        i = np.searchsorted(table.starts, now, side="right") - 1
        held = np.maximum(i, 0)
        return np.where(i < 0, 0, np.minimum(table.before[held] + now - table.starts[held], table.after[held]))

    def count(self, start: Ints, end: Ints) -> Ints:
        """Working time between moments; nothing where the end is not after the start."""
        if not start.size:
            return start
        table = self._covering(start, end)
        return np.where(end <= start, 0, self.worked(table, end) - self.worked(table, start))

    def after(self, moment: Ints, amount: Ints) -> Ints:
        """The earliest moments by which `amount` of working time has passed; the moment itself for none."""
        if not moment.size:
            return moment
        table = self._covering(moment)
        while True:
            wanted = self.worked(table, moment) + amount
            if int(wanted.max()) <= int(table.after[-1]):
                break
            table = self._grown(table, moment)
        i = np.searchsorted(table.after, wanted, side="left")
        return np.where(amount > 0, table.starts[i] + wanted - table.before[i], moment)

    def add(self, moment: Ints, duration: Duration) -> Ints:
        """The moments at which a duration, begun at each moment, is used up."""
        unit, amount = duration.unit, duration.amount
        if unit in _ELAPSED:
            return moment + amount * _ELAPSED[unit]
        if unit in _COUNTED:
            return self.after(moment, np.full(moment.shape, amount * _COUNTED[unit], np.int64))
        if unit == "working_d":
            return self._close_of_day(self._next_working(moment), amount) if moment.size else moment
        begun = (EPOCH + timedelta(microseconds=int(value)) for value in moment)
        return np.fromiter((micros(self.calendar.add(at, duration)) for at in begun), np.int64, moment.size)

    def back(self, moment: Ints, duration: Duration) -> Ints:
        """The latest moments from which a duration leads to each moment."""
        unit, amount = duration.unit, duration.amount
        if not moment.size:
            return moment
        if unit in _ELAPSED:
            return moment - amount * _ELAPSED[unit]
        if unit in _COUNTED:
            return self._before(moment, amount * _COUNTED[unit])
        if unit == "working_d":
            return self._close_before(moment, amount)
        reached = (EPOCH + timedelta(microseconds=int(value)) for value in moment)
        return np.fromiter((micros(self.calendar.back(at, duration)) for at in reached), np.int64, moment.size)

    def _before(self, moment: Ints, amount: int) -> Ints:
        table = self._covering(moment)
        while True:
            wanted = self.worked(table, moment) - amount
            if int(wanted.min()) >= 0:
                break
            table = self._reaching_back(table)
        i = np.searchsorted(table.before, wanted, side="right") - 1
        return table.starts[i] + wanted - table.before[i]

    def _close_before(self, moment: Ints, days: int) -> Ints:
        """The close of the `days`-th working day before each moment's local date."""
        table = self._covering(moment)
        while True:
            i = np.searchsorted(table.days, self._today(table, moment), side="left") - days
            if int(i.min()) >= 0:
                return table.closes[i]
            table = self._reaching_back(table)

    @staticmethod
    def _today(table: _Table, moment: Ints) -> Ints:
        """Ordinals of the local dates."""
        offset = table.offsets[np.searchsorted(table.bounds, moment, side="right") - 1]
        today: Ints = (moment + offset) // _DAY + _EPOCH_DAY
        return today

    def _next_working(self, moment: Ints) -> Ints:
        table = self._covering(moment)
        while True:
            i = np.searchsorted(table.starts, moment, side="right") - 1
            held = np.maximum(i, 0)
            inside = (i >= 0) & (moment < table.starts[held] + table.after[held] - table.before[held])
            if inside.all() or int((i[~inside] + 1).max()) < table.starts.size:
                break
            table = self._grown(table, moment)
        return np.where(inside, moment, table.starts[np.minimum(i + 1, table.starts.size - 1)])

    def _close_of_day(self, moment: Ints, days: int) -> Ints:
        table = self._covering(moment)
        while True:
            i = np.searchsorted(table.days, self._today(table, moment), side="right") - 1 + days
            if int(i.max()) < table.days.size:
                return table.closes[i]
            table = self._grown(table, moment)

    def _covering(self, *moments: Ints) -> _Table:
        """The compiled years, made to hold every moment given, with a year's room behind them."""
        low = min(int(column.min()) for column in moments)
        high = max(int(column.max()) for column in moments)
        table = self._table
        if table is not None and table.low <= low and high < table.high:
            return table
        return self._compile(_year(low), _year(high) + 1)

    def _grown(self, table: _Table, moment: Ints) -> _Table:
        if table.last - _year(int(moment.max())) > _REACH:
            raise OverflowError("no working time within reach of the calendar")
        return self._compile(table.first, table.last + 2)

    def _reaching_back(self, table: _Table) -> _Table:
        if table.first - 2 < _EARLIEST:
            raise OverflowError("no working time within reach of the calendar")
        return self._compile(table.first - 2, table.last)

    def _compile(self, first: int, last: int) -> _Table:
        compiled, stretches = self.calendar.compiled(first, last)
        self._table = _Table(
            first=compiled.first,
            last=compiled.last,
            low=compiled.low,
            high=compiled.high,
            starts=np.array(compiled.starts, np.int64),
            before=np.array(compiled.before, np.int64),
            after=np.array(compiled.after, np.int64),
            days=np.array(compiled.days, np.int64),
            closes=np.array(compiled.closes, np.int64),
            bounds=np.array([begin for begin, _, _ in stretches], np.int64),
            offsets=np.array([offset for _, _, offset in stretches], np.int64),
        )
        return self._table
