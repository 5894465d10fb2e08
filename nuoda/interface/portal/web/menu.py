"""Menu entries of a customer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.ui.pure.menu import Item, Place, register

CUSTOMER = frozenset({"customer_contact"})


def install() -> None:
    places: tuple[Place, ...] = ("side", "phone")
    for place in places:
        register(
            Item(
                key=f"{place}_matters",
                label=_("My matters"),
                url_name="portal:home",
                icon="inbox",
                roles=CUSTOMER,
                place=place,
                order=5,
            )
        )
        register(
            Item(
                key=f"{place}_report",
                label=_("Report"),
                url_name="portal:report",
                icon="plus",
                roles=CUSTOMER,
                place=place,
                order=6,
            )
        )
        register(
            Item(
                key=f"{place}_machines",
                label=_("My machines"),
                url_name="portal:machines",
                icon="device-desktop",
                roles=CUSTOMER,
                place=place,
                order=7,
            )
        )
