from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "nuoda.engine.notices"
    label = "notices"
    verbose_name = _("notices")

    def ready(self) -> None:
        from nuoda.foundation.ui.pure.menu import Item, register
        from nuoda.foundation.ui.pure.shell import shell

        from . import queries, reactions  # noqa: F401 — reactions subscribe
        from .pure import shipped  # noqa: F401 — registers the shipped words

        shell.bell = "notices:inbox"
        shell.unread = queries.unread_count
        register(
            Item(
                "channels",
                _("Message channels"),
                "notices:channels",
                "plug",
                roles=frozenset({"system_admin"}),
                group="admin",
                order=60,
            )  # fmt: skip
        )
