"""What the codes of this capability are called on the record of what was done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.accounts.words import Words

WORDS = Words(
    nouns={
        "hazard": _("hazard"),
        "problem": _("problem"),
    },
    objects={
        "hazard.overview": _("overview"),
        "hazards.hazard": _("hazard"),
    },
    fields={
        "row": pgettext_lazy("field", "row"),
        "sheet": pgettext_lazy("field", "sheet"),
    },
)
