"""What the codes of this capability are called on the record of what was done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.accounts.words import Words

WORDS = Words(
    nouns={
        "escalation": _("listing that goes up a level"),
        "letter": _("Letter of supervision"),
        "listed": _("listed supervision"),
        "paper": _("transfer or letter"),
        "supervision": _("Supervision"),
        "terms": _("terms of supervision"),
        "transfer": _("Transfer of findings"),
    },
    verbs={
        "comment": _("commented"),
        "dual": _("reported to two"),
        "letterhead": _("letterhead set"),
        "log": _("day logged"),
        "member": _("member of the team set"),
        "reply": _("replied"),
        "unlog": _("log entry taken back"),
    },
    objects={
        "terms": _("terms of supervision"),
    },
    fields={
        "accepted": pgettext_lazy("field", "accepted"),
        "action": pgettext_lazy("field", "what was done"),
        "entry": pgettext_lazy("field", "entry"),
        "hours": pgettext_lazy("field", "hours"),
        "late": pgettext_lazy("field", "late"),
        "letter": pgettext_lazy("field", "letter"),
        "moved_out": pgettext_lazy("field", "people moved out"),
        "reply": pgettext_lazy("field", "reply"),
        "side": pgettext_lazy("field", "side"),
        "signed_by": pgettext_lazy("field", "signed by"),
        "transfer": pgettext_lazy("field", "number of the transfer"),
    },
)
