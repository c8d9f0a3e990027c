from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "anlan.kernel.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.kernel.accounts import ticks  # noqa: F401  declares them
