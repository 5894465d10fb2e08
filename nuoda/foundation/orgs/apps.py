from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "nuoda.foundation.orgs"
    label = "orgs"

    def ready(self) -> None:
        from . import events, reactions  # noqa: F401
        from .actions import proofs  # noqa: F401
        from .web import menu

        menu.fill()
