from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "nuoda.foundation.orgs"
    label = "orgs"
