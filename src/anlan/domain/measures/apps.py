from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "anlan.domain.measures"
    label = "measures"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.measures import ticks  # noqa: F401  declares them
