from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "anlan.domain.campaigns"
    label = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.campaigns import (  # noqa: F401  declares them
            jobs_below,
            jobs_intake,
            ticks,
        )
