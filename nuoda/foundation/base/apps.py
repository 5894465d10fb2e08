from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "nuoda.foundation.base"
    label = "base"
