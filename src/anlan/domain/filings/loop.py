"""The loop of a filing: asked for, submitted, checked level by level, received and locked.

The standard loop, in which "rectified" is submitted, "verified" is under way upward and "closed"
is received. What was received is corrected by a new entry beside the old; the case stays closed.
"""

from __future__ import annotations

from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.facts.kinds import FactKind, Measure
from anlan.kernel.loop import standard
from anlan.kernel.loop.machine import Step

KIND = "filing"
_TOLD: dict[str, tuple[str | Promise, str | Promise]] = {
    f"{KIND}.due": (
        pgettext_lazy("figure", "due"),
        _("By the day by which each was to be filed; days given to mend what was sent back aren't "
          "counted."),
    ),
    f"{KIND}.due_met": (
        _("of those due, in time"),
        _("Of those due in the period, the ones first submitted by their deadline, whether they "
          "were sent back later or not."),
    ),
}  # fmt: skip
_STANDARD = standard.machine(KIND, _("filings"), page="filings:page", prefix="TB")
FILING = replace(
    _STANDARD,
    judges_deadlines=False,  # Once, by the first submission: judging.py.
    kinds=standard.kinds(KIND, _("filings"), told=_TOLD),
    steps=(
        *_STANDARD.steps,
        # The form asks for no check inside the unit: submitted, it goes up at once.
        Step("forward", "rectified", "verified"),
        # What was received turns out wrong: as if it had never been submitted.
        Step("recall", "closed", "assigned", "", ("rejected",),
             ("rectified", "verified", "closed"), not_by=("rectify",)),
        # An exception is entered, be it after the day that it replaces, or after the filing.
        Step("other_day", "assigned,rectified,verified,closed", "", "", ("extended",),
             redates=True),
        Step("correction_asked", "closed"),
        Step("corrected", "closed", not_by=("correction_asked",)),
        Step("correction_refused", "closed"),
    ),
    words={
        "forward": _("pass on upward"),
        "recall": _("send a received filing back"),
        "other_day": _("Another deadline for a period"),
        "correction_asked": _("ask for a correction"),
        "corrected": _("take a correction"),
        "correction_refused": _("refuse a correction"),
    },
)  # fmt: skip

#: A declared number, of a filing in the form's own line: what sums of forms are sums of.
FIGURE = FactKind(
    "filing.figure",
    _("declared on a form"),
    _("in the item's own unit"),
    _("As units of the form's own line submitted it for its period; what was returned is gone."),
)
#: The same of the other line: it stands beside and is never added.
BESIDE = FactKind(
    "filing.beside",
    _("declared in the other line"),
    _("in the item's own unit"),
    _("As units of the other line submitted it, to be compared: it is in no sum."),
)
#: Each listed visit or hazard once, whoever lists it.
VISIT = FactKind(
    "filing.visit",
    _("listed one by one (times)"),
    _("times"),
    _("By the day of each; the same one listed by two units counts once, for whom it says."),
)
#: 家: the different ones among them.
VISITED = FactKind(
    "filing.visited",
    _("listed one by one (different ones)"),
    _("enterprises"),
    _("Each one once a month, however often it is listed in it."),
    Measure.DISTINCT,
    period="month",
)
ITEM = "item"
KINDS = (FIGURE, BESIDE, VISIT, VISITED)

STATES: dict[str, str | Promise] = {
    "found": pgettext_lazy("filing", "being asked for"),
    "assigned": pgettext_lazy("filing", "to be filed"),
    "rectified": pgettext_lazy("filing", "to be checked in the unit"),
    "verified": pgettext_lazy("filing", "on its way up"),
    "closed": pgettext_lazy("filing", "received and locked"),
    "void": pgettext_lazy("filing", "not applicable"),
}
STEPS: dict[str, str | Promise] = {
    "find": pgettext_lazy("filing", "draw it up"),
    "assign": pgettext_lazy("filing", "ask for it"),
    "rectify": pgettext_lazy("filing", "submit"),
    "verify": pgettext_lazy("filing", "check in the unit"),
    "review": pgettext_lazy("filing", "review on the way up"),
    "close": pgettext_lazy("filing", "receive and lock"),
    "reject": pgettext_lazy("filing", "send back"),
    "void": pgettext_lazy("filing", "mark as not applicable"),
}
