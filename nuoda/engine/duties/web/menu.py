"""Entries of the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.ui.pure import menu

from ..access import READERS


def register() -> None:
    menu.register(
        menu.Item("duties", _("Duties"), "duties:mine", "calendar-event", roles=READERS, group="work", order=45)
    )
