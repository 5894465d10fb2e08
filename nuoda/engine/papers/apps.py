from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PapersConfig(AppConfig):
    name = "nuoda.engine.papers"
    label = "papers"
    verbose_name = _("papers")

    def ready(self) -> None:
        from nuoda.engine.states.actions import moves

        from . import queries

        moves.register_hold(queries.hold)
