"""Words of care's pages and timelines."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nuoda.domain.service.web.words import state_chip
from nuoda.foundation.journal.pure import words as event_words
from nuoda.foundation.journal.pure.words import EventWord
from nuoda.foundation.ui.pure.tones import Chip

from ..models import FollowUp
from ..models.follow_ups import RESULTS
from ..states import FOLLOW_UP

EVENTS = {
    "follow_up.planned": EventWord(_("follow-up call planned"), "calendar-event"),
    "follow_up.attempted": EventWord(_("customer not reached"), "phone", "near"),
    "follow_up.recorded": EventWord(_("follow-up call recorded"), "phone-call", "kept"),
    "follow_up.unreachable": EventWord(_("follow-up given up: not reached"), "phone", "missed"),
    "follow_up.dissatisfied": EventWord(_("the customer is dissatisfied"), "mood-sad", "missed"),
    "follow_up.cancelled": EventWord(_("follow-up call cancelled"), "circle-x"),
    "follow_up.contact_asked": EventWord(_("the dissatisfied customer is to be contacted"), "bell", "near"),
    "customer.contacted_after_dissatisfaction": EventWord(_("dissatisfied customer contacted"), "messages", "kept"),
}
TONES = {"satisfied": "kept", "dissatisfied": "missed", "unreachable": "near", "declined": "neutral"}


def register() -> None:
    event_words.register(EVENTS)


def chips(row: FollowUp) -> list[Chip]:
    """State, and the result once there is one."""
    found = [state_chip(FOLLOW_UP, row.state)]
    if row.result in TONES and row.state == "done":
        found.append(Chip(RESULTS[row.result], TONES[row.result]))
    if row.owes_contact:
        found.append(Chip(_("contact owed"), "near"))
    return found


def state(row: FollowUp) -> Chip:
    return chips(row)[1] if row.state == "done" and row.result in TONES else chips(row)[0]


def stars(score: int | None) -> str:
    """4 → ★★★★☆"""
    return "★" * score + "☆" * (5 - score) if score else ""


def said(text: Mapping[str, str]) -> str:
    """A text of the book in the reader's language; the authoritative one where that is missing."""
    return text.get(get_language() or "zh-hans") or text.get("zh-hans") or next(iter(text.values()), "")
