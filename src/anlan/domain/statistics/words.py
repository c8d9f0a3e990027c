"""What the codes of this capability are called on the record of what was done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.accounts.words import Words

WORDS = Words(
    nouns={
        "draws": _("draw of closed hazards"),
        "savedviews": _("view that is kept"),
        "statistics": _("Analysis"),
        "statistics_setting": _("setting of analyses"),
        "truth": _("Truth checks"),
    },
    verbs={
        "stop_waiting": _("no longer waited for"),
        "unshare": _("no longer shared"),
        "wait": _("waited for"),
    },
    objects={
        "statistics": _("Analysis"),
        "statistics.draw": _("draw of closed hazards"),
        "statistics.flag": _("Truth checks"),
        "statistics.view": _("view that is kept"),
        "statistics_setting": _("setting of analyses"),
    },
    fields={
        "base": pgettext_lazy("field", "least base"),
        "apart": pgettext_lazy("field", "least distance to the others"),
        "closing_days": pgettext_lazy("field", "days of fast closing"),
        "closing_least": pgettext_lazy("field", "least number of closings"),
        "closing_share": pgettext_lazy("field", "share of fast closings"),
        "dimensions": pgettext_lazy("field", "dimensions asked for"),
        "flag": pgettext_lazy("field", "doubt"),
        "least": pgettext_lazy("field", "least number"),
        "nil_least": pgettext_lazy("field", "nil reports in a row"),
        "round_least": pgettext_lazy("field", "least round figures"),
        "round_share": pgettext_lazy("field", "share of round figures"),
        "threshold": pgettext_lazy("field", "threshold"),
        "wording_chars": pgettext_lazy("field", "least characters"),
        "wording_least": pgettext_lazy("field", "equal wordings"),
    },
)
