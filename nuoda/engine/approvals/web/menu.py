"""Entries of the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.ui.pure import menu

from ..access import STAFF


def register() -> None:
    menu.register(
        menu.Item("approvals", _("Approvals"), "approvals:mine", "signature", roles=STAFF, group="work", order=40)
    )
    menu.register(
        menu.Item(
            "approvals-phone",
            _("Approvals"),
            "approvals:mine",
            "signature",
            roles=STAFF,
            group="work",
            order=40,
            place="phone",
        )
    )
