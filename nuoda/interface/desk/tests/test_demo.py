"""The demo's story: the same seed and end tell the same one, and nobody in it leaves a matter lying for months."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from nuoda.domain.service.models import Ticket
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.duties.models import Obligation
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.journal.models import Entry
from nuoda.interface.desk.actions import demo

pytestmark = pytest.mark.django_db

UNTIL = datetime(2026, 11, 20, 6, tzinfo=UTC)
SIZE = demo.Size(tickets=14, customers=8, machines=10, days=30)


def story(seed: int) -> tuple[list[tuple[object, ...]], set[str], list[datetime]]:
    """What happened (type, when, recorded when, number), kinds of tickets, and due times of what is owed; nothing is kept."""
    with transaction.atomic():
        cast = demo.make(size=SIZE, seed=seed, until=UNTIL)
        with scoped(system(cast.company_id)):
            rows = Entry.objects.filter(company_id=cast.company_id).order_by(
                "recorded_at", "type", "happened_at", "dossier__number"
            )
            told = list(rows.values_list("type", "happened_at", "recorded_at", "dossier__number"))
            assert cast.portal is not None and Ticket.objects.filter(customer=cast.portal.customer).exists()
            kinds = set(Ticket.objects.values_list("kind", flat=True))
            states = set(Obligation.objects.values_list("state", flat=True))
            assert {"met", "open"} <= states, "people keep their periodic duties too"
            owed = list(Deadline.objects.filter(done_at=None).values_list("due_at", flat=True))
        transaction.set_rollback(True)
    return told, kinds, owed


def test_a_seed_tells_one_story_and_nobody_stands_still(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "nuoda.demo"):
        first, kinds, owed = story(5)
    assert [record.message for record in caplog.records] == [], "everybody in the story could do what he wanted"
    assert len(kinds) > 1
    assert all(due > UNTIL - timedelta(days=21) for due in owed)
    assert story(5)[0] == first
