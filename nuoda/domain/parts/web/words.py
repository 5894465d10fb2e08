"""Words of the pages about parts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.journal.pure.words import EventWord
from nuoda.foundation.ui.pure.tones import Chip

EVENTS = {"part.changed": EventWord(_("catalogue of parts changed"), "tool")}


def active_chip(active: bool) -> Chip:
    return Chip(_("active"), "kept") if active else Chip(_("not active"), "paused")
