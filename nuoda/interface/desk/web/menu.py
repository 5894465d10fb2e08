"""Menu entries of the desk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.orgs.pure.roles import ROLES
from nuoda.foundation.ui.pure.menu import Item, register

AT_A_DESK = frozenset(ROLES) - {"technician", "customer_contact"}
"""Technicians and customers have a home of their own: their jobs, their matters."""


def install() -> None:
    register(Item(key="home", label=_("My desk"), url_name="desk:home", icon="home", roles=AT_A_DESK, order=1))
    register(
        Item(
            key="phone_home",
            label=_("My desk"),
            url_name="desk:home",
            icon="home",
            roles=AT_A_DESK,
            place="phone",
            order=20,
        )
    )
    register(
        Item(key="phone_messages", label=_("Messages"), url_name="notices:inbox", icon="bell", place="phone", order=40)
    )
    register(
        Item(key="phone_search", label=_("Search"), url_name="desk:search", icon="search", place="phone", order=30)
    )
