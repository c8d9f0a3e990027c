from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "anlan.domain.inspections"
    label = "inspections"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.inspections import jobs  # noqa: F401  declares them
        from anlan.domain.inspections.remote import told  # noqa: F401  declares notices
