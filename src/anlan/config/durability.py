"""Will the database still know tomorrow what it says that it has saved? (F04)"""

from __future__ import annotations

import os

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.refusal import Refusal
from anlan.config import home
from anlan.config.cli_say import say

#: Of PostgreSQL; ``synchronous_commit`` has more values than on and off, and all but off will do.
WANTED = ("fsync", "full_page_writes", "synchronous_commit")


class NotDurable(Refusal):
    code = "not_durable"
    message = gettext_lazy(
        "PostgreSQL runs with %(settings)s switched off: after a power cut, what people have saved "
        "could be gone. Switch it on in postgresql.conf. For a trial whose data may be lost, "
        "set ANLAN_UNSAFE=1."
    )


def switched_off() -> list[str]:
    """What the server was told not to do before it calls a transaction saved."""
    if connection.vendor != "postgresql":
        return []  # our own settings say synchronous=FULL
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off'", [list(WANTED)]
        )
        return sorted(row[0] for row in cursor.fetchall())


def demand() -> None:
    """Raises NotDurable; says so and goes on where it is a demo, or was asked for."""
    off = switched_off()
    if not off:
        return
    if os.environ.get("ANLAN_UNSAFE") == "1" or home.is_demo():
        say(_("Warning: PostgreSQL runs without %(settings)s; a power cut may lose what is saved.")
            % {"settings": ", ".join(off)})  # fmt: skip
        return
    raise NotDurable(settings=", ".join(off))
