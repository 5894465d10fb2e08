from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PapersConfig(AppConfig):
    name = "nuoda.engine.papers"
    label = "papers"
    verbose_name = _("papers")

    def ready(self) -> None:
        from nuoda.engine.states.actions import moves
        from nuoda.foundation.journal.pure import words as event_words

        from . import queries
        from .actions import proofs  # noqa: F401
        from .web.words import EVENTS

        event_words.register(EVENTS)
        moves.register_hold(queries.hold)
