from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClocksConfig(AppConfig):
    name = "nuoda.engine.clocks"
    label = "clocks"
    verbose_name = _("clocks")

    def ready(self) -> None:
        from nuoda.foundation.journal.pure import words as event_words

        from . import events, reactions  # noqa: F401 — importing registers them
        from .actions import proofs  # noqa: F401
        from .web import menu
        from .web.words import EVENTS

        event_words.register(EVENTS)
        menu.fill()
