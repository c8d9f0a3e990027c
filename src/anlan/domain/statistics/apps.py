from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "anlan.domain.statistics"
    label = "statistics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.statistics import ticks  # noqa: F401  declares them
