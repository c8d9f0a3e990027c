from django.apps import AppConfig

from anlan.base.planner import teach_after_migrations


class AccidentsConfig(AppConfig):
    name = "anlan.domain.accidents"
    label = "accidents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.accidents import tasks, ticks  # noqa: F401  declares them
        from anlan.domain.accidents.plans import PLANS

        teach_after_migrations(self, PLANS)
