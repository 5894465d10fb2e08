from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "nuoda.engine.notices"
    label = "notices"
    verbose_name = _("notices")

    def ready(self) -> None:
        from . import reactions  # noqa: F401 — subscribes
        from .pure import shipped  # noqa: F401 — registers the shipped words
