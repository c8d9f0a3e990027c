"""What the codes of this capability are called on the record of what was done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.accounts.words import Words

WORDS = Words(
    nouns={
        "acceptance": _("acceptance"),
        "acceptances": _("acceptance"),
        "nilrule": _("rule for nil reports"),
        "remote": _("remote check"),
        "remoteplans": _("sampling plan"),
        "selfcheck": _("own checks"),
        "sweep": _("sweep"),
        "target": _("subjects of sweeps"),
    },
    verbs={
        "team": _("team set"),
    },
    objects={
        "acceptance": _("acceptance"),
        "inspections.check": _("own checks"),
        "inspections.checkplan": _("plan of own checks"),
        "inspections.nilrule": _("rule for nil reports"),
        "inspections.sweep": _("sweep"),
        "inspections.visit": _("visit"),
        "remote_look": _("remote check"),
        "remote_pick": _("enterprise drawn by lot"),
        "remote_plan": _("sampling plan"),
    },
    fields={
        "by": pgettext_lazy("field", "by whom"),
        "draw": pgettext_lazy("field", "draw"),
        "every": pgettext_lazy("field", "how often"),
        "found_min": pgettext_lazy("field", "least number found"),
        "met": pgettext_lazy("field", "met"),
        "pick": pgettext_lazy("field", "object drawn"),
        "received_by": pgettext_lazy("field", "signed for by"),
        "rest": pgettext_lazy("field", "days of rest after a draw"),
        "told_to": pgettext_lazy("field", "told to"),
        "way": pgettext_lazy("field", "way of checking"),
    },
)
