"""The loop of a turn at a working list: asked for, and done once every item of it is.

The standard loop, but for who checks: nobody does, for a list says itself what is done. An item
that is found not to be done after all opens it again, as if it had never been done.
"""

from __future__ import annotations

from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.facts.kinds import FactKind
from anlan.kernel.loop import standard
from anlan.kernel.loop.machine import Step

KIND = "checklist_turn"
_STANDARD = standard.machine(
    KIND, _("turns at working lists"), page="campaigns:checklist_turn", prefix="QD"
)
TURN = replace(
    _STANDARD,
    steps=(
        *_STANDARD.steps,
        Step("tick_off", "rectified", "closed", "", ("closed",)),
        Step("untick", "closed", "assigned", "", (), ("rectified", "closed")),
    ),
    words={"tick_off": _("every item is done"), "untick": _("an item isn’t done after all")},
)
#: Items of all turns by the day on which they are due, and those done of them: what doesn't apply
#: is in neither, so the one is part of the other.
DUE = FactKind(
    "checklist.item_due",
    _("items of working lists due"),
    pgettext_lazy("checklist", "items"),
    _("By the day on which they are due; without what doesn’t apply."),
)
DONE = FactKind(
    "checklist.item_done",
    _("items of working lists done"),
    pgettext_lazy("checklist", "items"),
    _("Of those due on the day, the ones done by now."),
)
LIST_LABEL = "checklist"

STATES: dict[str, str | Promise] = {
    "found": _("being asked for"),
    "assigned": pgettext_lazy("checklist", "to be worked through"),
    "rectified": pgettext_lazy("checklist", "done"),
    "verified": pgettext_lazy("checklist", "done"),
    "closed": pgettext_lazy("checklist", "done"),
    "void": pgettext_lazy("checklist", "no longer asked for"),
}
STEPS: dict[str, str | Promise] = {
    "assign": pgettext_lazy("checklist", "ask for it"),
    "rectify": _("every item is done"),
    "tick_off": _("every item is done"),
    "untick": _("an item isn’t done after all"),
    "void": pgettext_lazy("checklist", "no longer asked for"),
}
