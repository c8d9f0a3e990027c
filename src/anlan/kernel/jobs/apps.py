from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "anlan.kernel.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.kernel.jobs import ticks  # noqa: F401  declares them
