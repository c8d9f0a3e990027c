from django.apps import AppConfig


class FilingsConfig(AppConfig):
    name = "anlan.domain.filings"
    label = "filings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.filings import jobs, ticks  # noqa: F401  declares them
