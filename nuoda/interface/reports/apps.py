from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "nuoda.interface.reports"
    label = "reports"
    verbose_name = _("reports")

    def ready(self) -> None:
        from nuoda.foundation.journal.pure import kinds

        from . import events  # noqa: F401 — importing registers them
        from .actions import bundles  # noqa: F401 — its check registers by import
        from .web import menu, panels, words

        kinds.register("bundle", prefix="ZL", label=_("bundle"), inward=True)
        kinds.address("bundle", "reports:bundle")
        words.install()
        menu.fill()
        panels.install()
