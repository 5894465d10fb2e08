"""R13: many messages against a receiver that answers badly. None is lost, none tells of what was rolled back, each case stays in order, and
no robot gets more than it takes. 160 messages with every change (four minutes of a robot's share), 10,000 in `make soak`.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from nuoda.engine.notices.actions import egress, sending
from nuoda.engine.notices.models import Delivery
from nuoda.engine.notices.pure.hours import BACKOFF, MOST_A_MINUTE
from nuoda.engine.notices.pure.robots import PER_MINUTE
from nuoda.foundation.base.access import scoped
from nuoda.foundation.journal.models import Entry

from .cast import AT, Cast
from .servers import OK, Receiver, Reply
from .test_sending import cast, channel, happen, inside  # noqa: F401

pytestmark = pytest.mark.django_db
CASES = 20
BAD: tuple[Reply, ...] = ((500, {}, b""), (503, {}, b""), (429, {"Retry-After": "90"}, b""), (429, {}, b""))
TIMEOUT = 0.1  # seconds; the product's own is ten


class Clock:
    """The product's clock, in the test's hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


class Rolled(Exception):
    """What an action runs into at its end."""


def busiest(moments: list[datetime], span: timedelta = timedelta(minutes=1)) -> int:
    """The most that fell into any minute."""
    first = most = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= span:
            first += 1
        most = max(most, last - first + 1)
    return most


def test_nothing_is_lost_doubled_mixed_up_or_too_fast(
    cast: Cast,  # noqa: F811
    inside: Receiver,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    messages = 10_000 if request.config.getoption("--soak") else 160
    events, dice = messages // 2, random.Random(13)
    clock = Clock(AT + timedelta(seconds=events + 1))
    robot, hook = channel(cast, inside, "wecom"), channel(cast, inside, "webhook")
    happen(cast, events, cases=CASES)
    for _ in range(events // 10):
        with pytest.raises(Rolled), scoped(cast.system), transaction.atomic():
            happen(cast, 1)
            raise Rolled
    with scoped(cast.system):
        kept = set(Entry.objects.filter(type="notices_test.happened").values_list("id", flat=True))
        waiting = {str(row.pk): row for row in Delivery.objects.filter(channel__isnull=False)}
    assert len(kept) == events and len(waiting) == messages

    tries: dict[str, list[tuple[datetime, bool]]] = defaultdict(list)
    answered: set[str] = set()
    post = egress.post

    def hear(url: str, body: bytes, headers: dict[str, str], **more: Any) -> egress.Answer:
        """One attempt: bad in every fifth case, and late in a few; no message has bad luck more than three times."""
        key = next(value for name, value in headers.items() if name.lower() == "x-nuoda-id")
        bad = dice.random() < 0.2 and len(tries[key]) < 3
        late = bad and dice.random() < 0.05
        reply = dice.choice(BAD) if bad and not late else OK
        inside.replies.append((lambda: time.sleep(3 * TIMEOUT) or OK) if late else reply)
        answered.add("late" if late else f"{reply[0]} {reply[1]}")
        tries[key].append((clock.at, not bad))
        return post(url, body, headers, **{**more, "timeout": TIMEOUT if late else 5.0})

    monkeypatch.setattr(egress, "post", hear)
    monkeypatch.setattr(sending, "now", clock)
    for _turn in range(messages * 4):
        sending.send_due(cast.company.pk)
        clock.at += timedelta(seconds=7)
        with scoped(cast.system):
            if not Delivery.objects.filter(state__in=["waiting", "sending"]).exists():
                break
    with scoped(cast.system):
        assert set(Delivery.objects.filter(channel__isnull=False).values_list("state", flat=True)) == {"sent"}
    assert set(tries) == set(waiting), "every message was told, and none besides"
    assert all(last for *_earlier, (_at, last) in tries.values())
    assert sum(len(row) for row in tries.values()) > messages, "the receiver did answer badly"
    assert answered == {"late", *(f"{status} {headers}" for status, headers, _body in (*BAD, OK))}, (
        "in every way it can"
    )
    assert {row.entry_id for row in waiting.values()} <= kept, "nothing tells of what was rolled back"
    done = {key: row[-1][0] for key, row in tries.items()}
    for way in (robot, hook):
        moments = sorted(at for key, row in tries.items() if waiting[key].channel_id == way.pk for at, _good in row)
        assert busiest(moments) <= PER_MINUTE[way.kind]
        for case in {row.case_id for row in waiting.values()}:
            keys = sorted(key for key, row in waiting.items() if row.case_id == case and row.channel_id == way.pk)
            assert [done[key] for key in keys] == sorted(done[key] for key in keys), "in the order of what happened"


def test_an_attempt_more_than_the_last_counts() -> None:
    """A message that was tried thrice took three of the robot's twenty: ten, thirty and more seconds lie between."""
    assert [sum(BACKOFF[:number]) for number in range(4)] == [0, 10, 40, 160]
    assert MOST_A_MINUTE == 3


def test_the_counting_notices_a_robot_that_is_too_fast() -> None:
    """Negative control of `busiest`."""
    assert busiest([AT + timedelta(seconds=3 * number) for number in range(100)]) == 20
    assert busiest([AT + timedelta(seconds=2 * number) for number in range(100)]) == 30
