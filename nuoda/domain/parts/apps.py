from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.journal.pure import words


class PartsConfig(AppConfig):
    name = "nuoda.domain.parts"
    label = "parts"
    verbose_name = _("Parts")

    def ready(self) -> None:
        from nuoda.domain.customers.actions import imports

        from . import events  # noqa: F401 — declared by import
        from .actions import tables
        from .web import menu
        from .web.words import EVENTS

        words.register(EVENTS)
        menu.register()
        imports.register(tables.PARTS)
