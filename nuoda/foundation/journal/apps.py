from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "nuoda.foundation.journal"
    label = "journal"
