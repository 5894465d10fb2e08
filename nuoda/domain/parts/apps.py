from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartsConfig(AppConfig):
    name = "nuoda.domain.parts"
    label = "parts"
    verbose_name = _("Parts")

    def ready(self) -> None:
        from nuoda.domain.customers.actions import imports

        from . import events  # noqa: F401 — declared by import
        from .actions import tables

        imports.register(tables.PARTS)
