"""Calendar arithmetic: 100,000 x 'add 4 working hours' on one core. Prints JSON; limit 0.5 s."""

from __future__ import annotations

import json
import random
import time
from datetime import UTC, date, datetime, timedelta

from nuoda.engine.clocks.pure.calendars import Calendar
from nuoda.engine.rulebook.pure.durations import Duration

LIMIT = 0.5


def measure(times: int = 100_000, seed: int = 7) -> dict[str, object]:
    """Seconds for `times` additions at random moments of ten years, after the calendar was compiled; best of five."""
    draw = random.Random(seed)
    day = ((540, 720), (810, 1080))
    off = {date(2020, 1, 1) + timedelta(days=draw.randrange(3650)): () for _ in range(300)}
    calendar = Calendar("bench", "Asia/Shanghai", (day,) * 5 + ((),) * 2, off)
    start = datetime(2020, 1, 1, tzinfo=UTC)
    moments = [start + timedelta(seconds=draw.randrange(3600 * 24 * 3600)) for _ in range(times)]
    four_hours = Duration.parse("4 working hours")
    calendar.add(moments[0], four_hours)
    calendar.add(max(moments), four_hours)
    calendar.add(min(moments), four_hours)
    runs = []
    for _ in range(5):
        begun = time.perf_counter()
        for moment in moments:
            calendar.add(moment, four_hours)
        runs.append(time.perf_counter() - begun)
    seconds = min(runs)
    return {
        "name": "clocks.add_working_hours",
        "times": times,
        "seconds": round(seconds, 4),
        "limit": LIMIT,
        "ok": seconds < LIMIT,
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
