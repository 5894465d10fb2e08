"""Events of the reports in words."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from nuoda.foundation.journal.pure.words import EventWord, register

EVENTS = {
    "finding.looked_at": EventWord(pgettext_lazy("event", "finding about the clock looked at"), "eye"),
    "bundle.asked": EventWord(pgettext_lazy("event", "file to hand on asked for"), "archive"),
    "bundle.made": EventWord(pgettext_lazy("event", "file to hand on made"), "archive", "kept"),
    "bundle.failed": EventWord(pgettext_lazy("event", "file to hand on could not be made"), "alert-triangle", "missed"),
}


def install() -> None:
    register(EVENTS)
