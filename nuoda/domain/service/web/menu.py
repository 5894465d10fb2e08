"""Menu entries of the service desk and the technician's phone."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.ui.pure.menu import Item, register

from .. import access


def install() -> None:
    register(
        Item(
            key="intake", label=_("Take a call"), url_name="service:caller", icon="headset", roles=access.DESK, order=10
        )
    )
    register(
        Item(
            key="tickets",
            label=_("Tickets"),
            url_name="service:tickets",
            icon="inbox",
            roles=access.READERS - {"customer_contact", "technician"},
            order=20,
        )
    )
    register(
        Item(
            key="dispatch",
            label=_("Dispatch board"),
            url_name="service:dispatch_board",
            icon="layout-kanban",
            roles=access.MANAGERS,
            order=30,
        )
    )
    register(
        Item(
            key="jobs",
            label=_("Work orders"),
            url_name="service:work_orders",
            icon="tools",
            roles=access.DESK | {"quality_supervisor", "director"},
            order=40,
        )
    )
    register(
        Item(
            key="my_jobs",
            label=_("My jobs"),
            url_name="service:jobs",
            icon="tools",
            roles=frozenset({"technician"}),
            order=15,
        )
    )
    register(
        Item(
            key="phone_jobs",
            label=_("My jobs"),
            url_name="service:jobs",
            icon="tools",
            roles=frozenset({"technician"}),
            place="phone",
            order=10,
        )
    )
