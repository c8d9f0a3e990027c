"""What the codes of this capability are called on the record of what was done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.kernel.accounts.words import Words

WORDS = Words(
    nouns={
        "laws": _("library of laws, standards and rules"),
        "rulesets": _("set of items"),
    },
    verbs={
        "hand_in": _("handed in"),
        "new_edition": _("new edition begun"),
        "put_edition": _("draft written"),
        "stand": _("put into the library"),
        "withdraw_item": _("item taken out"),
    },
    objects={
        "library_text": _("text of the library"),
        "rule_set": _("set of items"),
    },
)
