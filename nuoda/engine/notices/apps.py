from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

ADMINISTRATORS = frozenset({"system_admin"})


class NoticesConfig(AppConfig):
    name = "nuoda.engine.notices"
    label = "notices"
    verbose_name = _("notices")

    def ready(self) -> None:
        from nuoda.foundation.ui.pure.menu import Item, register
        from nuoda.foundation.ui.pure.shell import shell

        from . import events, queries, reactions  # noqa: F401 — events register, reactions subscribe
        from .actions import proofs  # noqa: F401
        from .pure import shipped  # noqa: F401 — registers the shipped words

        shell.bell = "notices:inbox"
        shell.unread = queries.unread_count
        entry = Item(
            "channels", _("Message channels"), "notices:channels", "plug", ADMINISTRATORS, group="admin", order=60
        )
        register(entry)
