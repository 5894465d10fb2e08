from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "nuoda.interface.desk"
    label = "desk"
    verbose_name = _("desk")

    def ready(self) -> None:
        from nuoda.foundation.ui.pure.shell import shell

        from .web import menu, panels

        shell.home = "desk:home"
        shell.search = "desk:search"
        menu.install()
        panels.install()
