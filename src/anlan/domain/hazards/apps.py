from django.apps import AppConfig


class HazardsConfig(AppConfig):
    name = "anlan.domain.hazards"
    label = "hazards"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.hazards import tasks  # noqa: F401  declares them
