from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "anlan.domain.library"
    label = "library"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.library import jobs  # noqa: F401  declares them
