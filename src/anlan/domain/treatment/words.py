"""What the codes of this capability are called on the record of what was done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.kernel.accounts.words import Words

WORDS = Words(
    nouns={
        "defect": _("defect"),
        "equipment": _("equipment"),
        "levels": _("levels of defects"),
        "remedy": _("plan for an enterprise"),
    },
    verbs={
        "repair": _("repaired"),
    },
    objects={
        "treatment.equipment": _("equipment"),
        "treatment.level": _("levels of defects"),
    },
)
