from django.apps import AppConfig


class FactsConfig(AppConfig):
    name = "anlan.kernel.facts"
    label = "facts"
    default_auto_field = "django.db.models.BigAutoField"
