from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RulebookConfig(AppConfig):
    name = "nuoda.engine.rulebook"
    label = "rulebook"
    verbose_name = _("rulebook")

    def ready(self) -> None:
        from . import events, reactions  # noqa: F401 — importing registers them
        from .web import menu

        menu.fill()
