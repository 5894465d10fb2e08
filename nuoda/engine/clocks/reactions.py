"""What happens by itself: every entry of a case moves its clocks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from nuoda.foundation.journal.models import Entry
from nuoda.foundation.journal.pure.subscriptions import Context, on
from nuoda.foundation.orgs.models import Company

from .actions import cases, seeds, turning
from .queries import OWN


@on("*")
def move_the_clocks(entry: Entry, context: Context) -> None:
    """Fold the case with the new entry and write what changed."""
    if entry.case_id is not None and entry.type not in OWN:
        cases.follow(entry, context)


@on("policy.adopted")
def turn_the_page(entry: Entry, context: Context) -> None:
    """A version takes effect: at that moment the open deadlines that it changes pass under it. One that held before the company
    was there finds nothing."""
    since = datetime.fromisoformat(str(entry.payload["since"]))
    if since >= entry.happened_at:
        turning.defer(entry.company_id, UUID(str(entry.payload["version_id"])), since)


@on("company.created")
def begin_with_a_calendar(entry: Entry, context: Context) -> None:
    """A company begins with office hours, the official days, and a calendar around the clock."""
    zone = Company.objects.values_list("time_zone", flat=True).get(pk=entry.company_id)
    seeds.seed(entry.company_id, zone=zone)
