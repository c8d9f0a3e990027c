from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    name = "anlan.domain.enterprises"
    label = "enterprises"
    default_auto_field = "django.db.models.BigAutoField"
