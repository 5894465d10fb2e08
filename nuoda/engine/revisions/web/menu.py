"""Entries of the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.ui.pure import menu

from ..access import SUPERVISORS, WRITERS


def register() -> None:
    menu.register(menu.Item("drafts", _("Revisions"), "revisions:drafts", "edit", WRITERS, "rules", 20))
    menu.register(menu.Item("readings", _("Read confirmations"), "revisions:readings", "eye", SUPERVISORS, "rules", 25))
    menu.register(
        menu.Item("lint", _("Check of the regulations"), "revisions:lint", "list-check", WRITERS, "rules", 30)
    )
