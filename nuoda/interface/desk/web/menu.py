"""Menu entries of the desk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.ui.pure.menu import Item, register


def install() -> None:
    register(Item(key="home", label=_("My desk"), url_name="desk:home", icon="home", order=1))
    register(Item(key="phone_home", label=_("My desk"), url_name="desk:home", icon="home", place="phone", order=20))
    register(
        Item(key="phone_search", label=_("Search"), url_name="desk:search", icon="search", place="phone", order=30)
    )
