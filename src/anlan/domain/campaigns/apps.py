from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "anlan.domain.campaigns"
    label = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.campaigns import jobs_intake  # noqa: F401  declares them
