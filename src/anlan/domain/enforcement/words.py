"""What the codes of this capability are called on the record of what was done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.accounts.words import Words

WORDS = Words(
    nouns={"enforcement": _("book of enforcement")},
    verbs={
        "pay": _("payment entered"),
        "unpay": _("payment withdrawn"),
    },
    objects={
        "enforcement.entry": _("entry in the book of enforcement"),
        "enforcement.payment": _("payment of a fine"),
    },
    fields={
        "amount": pgettext_lazy("field", "amount (fen)"),
        "fine": pgettext_lazy("field", "fine (fen)"),
    },
)
