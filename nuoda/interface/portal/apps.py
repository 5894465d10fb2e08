from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "nuoda.interface.portal"
    label = "portal"
    verbose_name = _("portal")

    def ready(self) -> None:
        from .web import menu

        menu.install()
