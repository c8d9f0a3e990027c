from django.apps import AppConfig


class TreatmentConfig(AppConfig):
    name = "anlan.domain.treatment"
    label = "treatment"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.treatment import told  # noqa: F401  declares what people are told
