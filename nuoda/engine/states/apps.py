from django.apps import AppConfig


class StatesConfig(AppConfig):
    name = "nuoda.engine.states"
    label = "states"
