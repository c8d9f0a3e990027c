"""What the codes of this capability are called on the record of what was done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.accounts.words import Words

WORDS = Words(
    nouns={
        "enterprise": _("register of enterprises"),
        "enterprisebatches": _("import of enterprises"),
        "enterprisemappings": _("mapping of an enterprise import"),
        "enterprises": _("register of enterprises"),
    },
    verbs={
        "changed": _("changed"),
        "industries": _("industries set"),
        "industry_rule": _("sector of an industry set"),
        "merge_proposed": _("merger proposed"),
        "withdrawn": _("withdrawn"),
    },
    objects={
        "enterprise": _("register of enterprises"),
        "enterprise.rule": _("sector of an industry"),
        "enterprise_batch": _("import of enterprises"),
        "enterprise_mapping": _("mapping of an enterprise import"),
    },
    fields={
        "scale": pgettext_lazy("field", "scale"),
    },
)
