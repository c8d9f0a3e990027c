from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "anlan.domain.office"
    label = "office"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.office import trail_names

        trail_names.declare()
