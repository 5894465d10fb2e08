from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeasuresConfig(AppConfig):
    name = "nuoda.engine.measures"
    label = "measures"
    verbose_name = _("indicators")

    def ready(self) -> None:
        from nuoda.foundation.journal.pure import words as event_words

        from . import events  # noqa: F401 — importing registers them
        from .web import menu, panels, words

        event_words.register(words.EVENTS)
        menu.fill()
        panels.fill()
