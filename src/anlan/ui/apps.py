from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "anlan.ui"
    label = "ui"
