"""What the codes of this capability are called on the record of what was done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.kernel.accounts.words import Words

WORDS = Words(
    nouns={
        "area": _("area"),
        "deadlines": _("deadlines and ladder"),
        "retention": _("how long things are kept"),
    },
    verbs={
        "assess": _("assessed"),
        "days": _("days set"),
        "retention": _("keeping time set"),
    },
    objects={
        "office.retention": _("how long things are kept"),
    },
)
