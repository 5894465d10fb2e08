from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeasuresConfig(AppConfig):
    name = "nuoda.engine.measures"
    label = "measures"
    verbose_name = _("indicators")

    def ready(self) -> None:
        from . import events  # noqa: F401 — importing registers them
