"""Entries of the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.ui.pure.menu import Item
from nuoda.foundation.ui.pure.menu import register as add

from ..access import READERS


def register() -> None:
    add(Item("follow_ups", _("Follow-ups"), "care:follow_ups", "phone-call", roles=READERS, group="work", order=30))
    add(Item("dissatisfied", _("Dissatisfied customers"), "care:dissatisfied", "mood-sad", roles=READERS, order=32))
