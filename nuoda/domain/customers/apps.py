from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.journal.pure import kinds, words


class CustomersConfig(AppConfig):
    name = "nuoda.domain.customers"
    label = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from nuoda.foundation.orgs.pure import skills

        from . import events, facts, queries  # noqa: F401 — declared by import
        from .actions import imports, tables
        from .models.customers import known_to
        from .web import menu
        from .web.words import EVENTS

        kinds.register("customer", prefix="KH", label=_("customer"))
        kinds.register("installed_product", prefix="SB", label=_("installed product"))
        kinds.widen("customer", known_to)
        kinds.widen("installed_product", known_to)
        kinds.address("customer", "customers:customer")
        kinds.address("installed_product", "customers:installed_product")
        words.register(EVENTS)
        skills.register(queries.category_names)
        menu.register()
        for table in tables.TABLES:
            imports.register(table)
