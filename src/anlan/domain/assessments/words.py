"""What the codes of this capability are called on the record of what was done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.accounts.words import Words

WORDS = Words(
    nouns={
        "appeal": _("appeal against a score"),
        "appeals": _("appeal against a score"),
        "ranking": _("ranking"),
        "rankings": _("ranking"),
        "scheme": _("assessment scheme"),
        "schemes": _("assessment scheme"),
        "scores": _("score"),
    },
    verbs={
        "appeal": _("appealed"),
        "dismiss": _("dismissed"),
        "drop_draft": _("draft thrown away"),
        "in_force": _("put in force"),
        "link_tasks": _("tasks linked"),
        "mark": _("marked"),
        "restore": _("in use again"),
        "run": _("worked out as a ranking"),
        "unlink_task": _("task unlinked"),
        "uphold": _("upheld"),
        "work": _("worked out"),
    },
    objects={
        "ranking": _("ranking"),
        "scheme": _("assessment scheme"),
    },
    fields={
        "audience": pgettext_lazy("field", "who may see it"),
        "known_at": pgettext_lazy("field", "figures as known on"),
        "scheme": pgettext_lazy("field", "scheme"),
        "task": pgettext_lazy("field", "task"),
    },
)
