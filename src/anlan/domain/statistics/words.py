"""What the codes of this capability are called on the record of what was done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

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
)
