from django.apps import AppConfig


class LoopConfig(AppConfig):
    name = "anlan.kernel.loop"
    label = "loop"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.kernel.loop import ticks  # noqa: F401  declares them
