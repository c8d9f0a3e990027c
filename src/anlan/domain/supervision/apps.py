from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "anlan.domain.supervision"
    label = "supervision"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.supervision import jobs, told  # noqa: F401  declares them
