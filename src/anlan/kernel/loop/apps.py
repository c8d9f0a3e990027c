from django.apps import AppConfig

from anlan.base.planner import teach_after_migrations


class LoopConfig(AppConfig):
    name = "anlan.kernel.loop"
    label = "loop"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.kernel.loop import (
            naming,
            ticks,  # noqa: F401  declares them
        )
        from anlan.kernel.loop.plans import PLANS

        naming.declare()
        teach_after_migrations(self, PLANS)
