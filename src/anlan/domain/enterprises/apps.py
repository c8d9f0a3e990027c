from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    name = "anlan.domain.enterprises"
    label = "enterprises"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.domain.enterprises import tasks  # noqa: F401  declares them
        from anlan.domain.enterprises.commands import units_by_code
        from anlan.kernel.accounts import units

        units.found_by_credit_code(units_by_code)
