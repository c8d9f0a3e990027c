"""The loop of a task: given to a unit or taken by one, reported on, reported done, checked, closed.

The standard loop, with progress reports beside it: they leave the state as it is.
"""

from __future__ import annotations

from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.kernel.loop import standard
from anlan.kernel.loop.machine import Step

KIND = "task"
_RUNNING = "assigned,rectified,verified"

_STANDARD = standard.machine(KIND, _("tasks"), page="campaigns:task", prefix="RW")
TASK = replace(
    _STANDARD,
    steps=(
        *_STANDARD.steps,
        Step("report",          "assigned"),
        Step("accept_report",   _RUNNING),
        Step("return_report",   _RUNNING),
        Step("name_person",     "assigned"),
        Step("set_milestones",  "found,assigned"),
        Step("set_quota",       "found,assigned,rectified,verified"),
    ),
    words={
        "report": _("report progress"),
        "accept_report": _("accept a report"),
        "return_report": _("return a report"),
        "name_person": _("name who answers for it"),
        "set_milestones": _("set its milestones"),
        "set_quota": _("set its share"),
    },
)  # fmt: skip

#: What the states of the standard loop mean for a task.
STATES: dict[str, str | Promise] = {
    "found": _("nobody has taken it"),
    "assigned": _("under way"),
    "rectified": _("reported done"),
    "verified": _("checked"),
    "closed": _("finished"),
    "void": _("withdrawn"),
}
#: And what its steps mean.
STEPS: dict[str, str | Promise] = {
    "find": _("publish"),
    "assign": _("give to a unit"),
    "rectify": _("report done"),
    "verify": _("check"),
    "close": _("finish"),
    "reject": _("return"),
    "void": _("withdraw"),
}
