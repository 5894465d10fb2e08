from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "nuoda.foundation.journal"
    label = "journal"

    def ready(self) -> None:
        from .actions import proofs  # noqa: F401 — registers the checks
