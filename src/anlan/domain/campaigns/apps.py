from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "anlan.domain.campaigns"
    label = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.campaigns import (  # noqa: F401  declares them
            ticks,
        )
        from anlan.domain.campaigns.below import jobs as jobs_below  # noqa: F401  declares them
        from anlan.domain.campaigns.checklists import jobs as jobs_lists  # noqa: F401  declares them
        from anlan.domain.campaigns.ending import jobs as jobs_ending  # noqa: F401  declares them
        from anlan.domain.campaigns.intake import jobs as jobs_intake  # noqa: F401  declares them
