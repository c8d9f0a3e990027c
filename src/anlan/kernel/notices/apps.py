from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "anlan.kernel.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.kernel.notices import ticks  # noqa: F401  declares them
