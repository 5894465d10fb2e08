from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "nuoda.interface.reports"
    label = "reports"
    verbose_name = _("reports")

    def ready(self) -> None:
        from .web import menu, panels

        menu.fill()
        panels.install()
