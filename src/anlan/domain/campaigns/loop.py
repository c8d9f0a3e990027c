"""The loop of a task: given to a unit, reported done, checked, closed. The standard one."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.kernel.loop import standard

TASK = standard.machine("task", _("tasks"), page="campaigns:task", prefix="RW")

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
