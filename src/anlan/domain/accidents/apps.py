from django.apps import AppConfig


class AccidentsConfig(AppConfig):
    name = "anlan.domain.accidents"
    label = "accidents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.accidents import tasks, ticks  # noqa: F401  declares them
