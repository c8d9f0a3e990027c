from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "anlan.kernel.papers"
    label = "papers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.kernel.papers import ticks  # noqa: F401  declares them
