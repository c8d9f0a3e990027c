from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "anlan.domain.office"
    label = "office"
    default_auto_field = "django.db.models.BigAutoField"
