from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReplayConfig(AppConfig):
    name = "nuoda.engine.replay"
    label = "replay"
    verbose_name = _("replay")

    def ready(self) -> None:
        from nuoda.foundation.journal.pure import words as event_words

        from . import events  # noqa: F401 — importing registers them
        from .actions import proofs  # noqa: F401
        from .web import menu, panels
        from .web.words import EVENTS

        event_words.register(EVENTS)
        menu.fill()
        panels.fill()
