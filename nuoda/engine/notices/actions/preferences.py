"""What a person wants to be told, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, Refused

from ..access import MAY
from ..models import Habit, Preference
from ..pure.templates import TOPICS

WAYS = ("inapp", "mail")


def set_topics(wanted: Mapping[tuple[str, str], bool], *, actor: Actor, at: datetime) -> None:
    """Say for topics and ways ('inapp', 'mail') whether they are wanted. Asks: prefer. Refuses: Invalid for unknown
    ones."""
    person_id = _allow(actor)
    for topic, way in wanted:
        if topic not in TOPICS or way not in WAYS:
            raise Invalid(_("There is no such topic."))
    Preference.objects.bulk_create(
        [
            Preference(company_id=actor.company_id, person_id=person_id, topic=topic, way=way, wanted=said)
            for (topic, way), said in wanted.items()
        ],
        update_conflicts=True,
        update_fields=["wanted"],
        unique_fields=["person", "topic", "way"],
    )


def set_hours(
    *,
    quiet_from: time | None,
    quiet_until: time | None,
    digest_at: time | None,
    urgent_anyway: bool,
    actor: Actor,
    at: datetime,
) -> Habit:
    """Set quiet hours and digest. Asks: prefer. Refuses: Invalid for quiet hours with one end only."""
    person_id = _allow(actor)
    if (quiet_from is None) != (quiet_until is None):
        field = "quiet_until" if quiet_until is None else "quiet_from"
        raise Invalid(_("Quiet hours need a beginning and an end."), fields={field: _("This must be filled in.")})
    said = {
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "digest_at": digest_at,
        "urgent_anyway": urgent_anyway,
    }
    habit, _made = Habit.objects.update_or_create(
        person_id=person_id, defaults=said, create_defaults={**said, "company_id": actor.company_id}
    )
    return habit


def _allow(actor: Actor) -> UUID:
    if actor.person_id is None or not MAY["prefer"](actor):
        raise Refused(_("Your roles do not allow this."), code="forbidden")
    return actor.person_id
