"""Lengths of time as people say them."""

from __future__ import annotations

from datetime import timedelta

Parts = tuple[tuple[int, str], ...]
"""At most two parts, largest first: ((1, 'hour'), (20, 'minute'))."""


def parts(span: timedelta) -> Parts:
    """The two largest neighbouring units of an absolute span, rounded down to minutes; under a minute: ((0,
    'minute'),).

    A remaining time rounds down, so that it never promises more than there is.
    """
    minutes = int(abs(span.total_seconds()) // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        found = [(days, "day"), (hours, "hour")]
    elif hours:
        found = [(hours, "hour"), (minutes, "minute")]
    else:
        found = [(minutes, "minute")]
    return tuple(item for index, item in enumerate(found) if item[0] or index == 0)
