from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "anlan.domain.lists"
    label = "lists"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.lists import ticks  # noqa: F401  declares them
