"""What the codes of this capability are called on the record of what was done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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
    fields={
        "article": pgettext_lazy("field", "article"),
        "articles": pgettext_lazy("field", "articles"),
        "case": pgettext_lazy("field", "matter"),
        "edition": pgettext_lazy("field", "edition"),
        "effective_on": pgettext_lazy("field", "in force from"),
        "ended_on": pgettext_lazy("field", "ended on"),
        "issued_on": pgettext_lazy("field", "issued on"),
        "issuer": pgettext_lazy("field", "issuer"),
        "purpose": pgettext_lazy("field", "purpose"),
        "replaced_by": pgettext_lazy("field", "replaced by"),
    },
)
