from django.apps import AppConfig

from anlan.base.planner import teach_after_migrations


class HazardsConfig(AppConfig):
    name = "anlan.domain.hazards"
    label = "hazards"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.hazards import tasks  # noqa: F401  declares them
        from anlan.domain.hazards.plans import PLANS

        teach_after_migrations(self, PLANS)
