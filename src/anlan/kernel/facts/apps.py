from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FactsConfig(AppConfig):
    name = "anlan.kernel.facts"
    label = "facts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from anlan.kernel.facts import ticks  # noqa: F401  declares them

        post_migrate.connect(_start_afresh, sender=self)


def _start_afresh(**_: Any) -> None:
    """After a migration the database may be another one: a restored copy, or an emptied one."""
    from anlan.kernel.facts import cluster, intern

    intern.forget()
    cluster.adopt()
