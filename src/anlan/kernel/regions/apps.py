from django.apps import AppConfig


class RegionsConfig(AppConfig):
    name = "anlan.kernel.regions"
    label = "regions"
    default_auto_field = "django.db.models.BigAutoField"
