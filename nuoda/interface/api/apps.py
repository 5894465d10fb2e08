from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "nuoda.interface.api"
    label = "api"
    verbose_name = _("programming interface")

    def ready(self) -> None:
        from functools import partial

        from nuoda.foundation.orgs.pure.tokens import register_scope

        from .pure.scopes import SCOPES, open_to

        for code, label in SCOPES.items():
            register_scope(code, label, partial(open_to, code))
