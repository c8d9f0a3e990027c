"""What the codes of this capability are called on the record of what was done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.accounts.words import Words

WORDS = Words(
    nouns={
        "makingplans": _("plan of measures to make"),
        "measure": _("measure on a list"),
        "measures": _("measure list"),
        "practice": _("good practice"),
        "practices": _("good practice"),
    },
    verbs={
        "adopt": _("adopted"),
        "consult": _("sent out for comments"),
        "draft": _("drafting begun"),
        "enforce": _("come into force"),
        "examine": _("examined"),
        "object": _("objected to"),
        "repeal": _("repealed"),
        "revise": _("revised"),
        "take_out": _("taken out"),
        "take_up": _("taken up"),
    },
    objects={
        "making_plan": _("plan of measures to make"),
        "measures": _("measure list"),
        "practice": _("good practice"),
    },
    fields={
        "measures": pgettext_lazy("field", "measures"),
    },
)
