from django.apps import AppConfig


class StatesConfig(AppConfig):
    name = "nuoda.engine.states"
    label = "states"

    def ready(self) -> None:
        from .actions import proofs  # noqa: F401 — its check registers by import
