from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "nuoda.foundation.ui"
    label = "ui"
