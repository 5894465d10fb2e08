"""When a message may go out: quiet hours, daily digest, waiting between attempts."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo

BACKOFF = (10, 30, 120, 600, 1_800, 3_600, 21_600)
"""Seconds before the 2nd, 3rd … attempt; after the last one the delivery has failed."""
MOST_A_MINUTE = 1 + sum(sum(BACKOFF[: number + 1]) < 60 for number in range(len(BACKOFF)))
"""How many attempts of one message can lie within a minute."""
LONGEST_WAIT = 6 * 3_600
"""Seconds that a receiver's Retry-After may ask for at most."""


def quiet(moment: datetime, *, start: time | None, end: time | None, zone: tzinfo) -> bool:
    """Whether the moment lies in the quiet hours [start, end); they may pass midnight. None or equal: no quiet
    hours."""
    if start is None or end is None or start == end:
        return False
    now = moment.astimezone(zone).time().replace(tzinfo=None)
    return start <= now < end if start < end else now >= start or now < end


def next_time(moment: datetime, *, at: time, zone: tzinfo) -> datetime:
    """The first moment after `moment` at which the local clock shows `at`."""
    local = moment.astimezone(zone)
    found = datetime.combine(local.date(), at, zone)
    return found if found > moment else datetime.combine(local.date() + timedelta(days=1), at, zone)


def send_at(
    moment: datetime, *, urgent: bool, digest: time | None, start: time | None, end: time | None, zone: tzinfo
) -> datetime:
    """When a message of `moment` goes out: at once, at the end of the quiet hours, or with the daily digest."""
    if urgent:
        return moment
    if digest is not None:
        return next_time(moment, at=digest, zone=zone)
    if quiet(moment, start=start, end=end, zone=zone) and end is not None:
        return next_time(moment, at=end, zone=zone)
    return moment


def wait(attempts: int, *, asked: float | None = None) -> timedelta | None:
    """How long to wait after the given number of failed attempts; None when it was the last one. `asked`:
    Retry-After."""
    if attempts > len(BACKOFF):
        return None
    seconds: float = BACKOFF[attempts - 1]
    if asked is not None:
        seconds = max(seconds, min(asked, LONGEST_WAIT))
    return timedelta(seconds=seconds)
