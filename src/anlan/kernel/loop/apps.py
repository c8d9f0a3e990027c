from django.apps import AppConfig


class LoopConfig(AppConfig):
    name = "anlan.kernel.loop"
    label = "loop"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.kernel.loop import notices, ticks  # noqa: F401  declare themselves
