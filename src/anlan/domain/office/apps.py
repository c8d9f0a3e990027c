from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "anlan.domain.office"
    label = "office"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.office import ticks, trail_names  # noqa: F401  ticks declares them

        trail_names.declare()
