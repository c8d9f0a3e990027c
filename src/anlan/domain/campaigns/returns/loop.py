"""The loop of a return: asked for, filed or nil, read; returned with a reason and filed again.

The standard loop with one step more: what was filed is accepted at once, without a check between.
"""

from __future__ import annotations

from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.kernel.facts.kinds import FactKind
from anlan.kernel.loop import standard
from anlan.kernel.loop.machine import Step

KIND = "return"
_STANDARD = standard.machine(KIND, _("returns"), page="campaigns:return", prefix="BS")
RETURN = replace(
    _STANDARD,
    steps=(
        *_STANDARD.steps,
        Step("accept", "rectified", "closed", "", ("closed",), not_by=("rectify",)),
        # What was accepted turns out wrong: as if it had never been filed.
        Step("recall", "closed", "assigned", "", ("rejected",), ("rectified", "closed"),
             not_by=("rectify",)),
    ),
    words={"accept": _("accept a return"), "recall": _("send an accepted return back")},
)  # fmt: skip
#: A number that a return states; reversed with the return.
FIGURE = FactKind(
    "duty.figure",
    _("figure of a return"),
    _("in the figure's own unit"),
    _("As units filed it, by the day on which the return was due; what was returned is gone."),
)
FIGURE_LABEL = "figure"

STATES: dict[str, str | Promise] = {
    "found": _("being asked for"),
    "assigned": _("to be filed"),
    "rectified": _("filed"),
    "verified": _("filed"),
    "closed": _("accepted"),
    "void": _("not applicable"),
}
STEPS: dict[str, str | Promise] = {
    "find": _("draw up the return"),
    "assign": _("ask for it"),
    "rectify": _("file the return"),
    "reject": _("send the return back"),
    "accept": _("accept a return"),
    "recall": _("send an accepted return back"),
    "void": _("mark as not applicable"),
}
