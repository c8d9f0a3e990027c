"""The loop of an accident: reported upward level by level, then concluded; or struck off.

The case's deadline is that of the report which is owed now, so that the ladder climbs on what is
late. Its grade is worked out of the numbers by commands, its area the one it is attributed to.
What an accident counts (counting.py) is posted beside the loop's own facts.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.facts.kinds import FactKind
from anlan.kernel.loop import standard
from anlan.kernel.loop.machine import Machine, Step

KIND = "accident"
_OPEN = "reported,known"
_ALL = _OPEN + ",concluded"

STEPS = (
    #    step          source       target       deadline  counts
    Step("pass_up",    "reported"),
    Step("arrive",     "reported",  "known",     "",       ("rectified",)),
    # A graver grade must be known further up.
    Step("owe_again",  "known",     "reported",  "",       (), ("rectified",)),
    Step("conclude",   _OPEN,       "concluded", "",       ("closed",)),
    Step("void",       _OPEN,       "void",      "",       ("voided",)),
    # What leaves the state as it is.
    Step("supplement", _ALL),
    Step("correct",    _ALL),
    Step("move",       _ALL),
    Step("scope_asked", _ALL),
    Step("scope_refused", _ALL),
    Step("scope",      _ALL),
    Step("finding",    _ALL),
    Step("judge",      _ALL),
    Step("person",     _ALL),
    Step("recount",    _OPEN),
    Step("rung",       _OPEN),
)  # fmt: skip

STATES: dict[str, str | Promise] = {
    "reported": pgettext_lazy("accident", "being reported upward"),
    "known": pgettext_lazy("accident", "reported to where it must be known"),
    "concluded": pgettext_lazy("accident", "concluded"),
    "void": pgettext_lazy("accident", "entered by mistake"),
}
LOOKS = {"reported": "assigned", "known": "rectified", "concluded": "closed", "void": "void"}
WORDS: dict[str, str | Promise] = {
    **{state: label for state, label in STATES.items() if state != "void"},
    "pass_up": pgettext_lazy("accident", "report to the level above"),
    "arrive": pgettext_lazy("accident", "reported as far as it must be"),
    "owe_again": pgettext_lazy("accident", "must be reported further up"),
    "conclude": pgettext_lazy("accident", "conclude"),
    "supplement": pgettext_lazy("accident", "report more"),
    "correct": pgettext_lazy("accident", "correct"),
    "scope_asked": _("ask for another statistical scope"),
    "scope_refused": _("another statistical scope refused"),
    "scope": _("statistical scope changed"),
    "finding": _("suspect something about its reporting"),
    "judge": _("decide on what was suspected"),
    "person": _("enter a person concerned"),
}

HAPPENED = FactKind(
    "accident.happened", _("accidents"), pgettext_lazy("unit", "accidents"),
    _("By the day on which it happened, under the grade, scope and area that stand."),
)  # fmt: skip
DEATHS = FactKind(
    "accident.deaths", _("deaths"), _("people"),
    _("By the day of the accident; who died within 30 days, of road traffic and fire within 7."),
)  # fmt: skip
SERIOUS = FactKind(
    "accident.serious", _("serious injuries"), _("people"), _("By the day of the accident.")
)
MISSING = FactKind(
    "accident.missing", _("missing people"), _("people"), _("By the day of the accident.")
)
LOSS = FactKind(
    "accident.loss", _("direct loss"), pgettext_lazy("unit", "fen"),
    _("By the day of the accident."),
)  # fmt: skip
MISREPORTED = FactKind(
    "accident.misreported", _("found to be misreported"), pgettext_lazy("unit", "accidents"),
    _("Each confirmed finding of late, omitted, false or concealed reporting; by the day decided."),
)  # fmt: skip
#: What an accident counts as long as it stands; recounted whole when anything of it changes.
COUNTED = (HAPPENED, DEATHS, SERIOUS, MISSING, LOSS)

#: What the standard figures mean for an accident.
_TOLD: dict[str, tuple[str | Promise, str | Promise]] = {
    "accident.found": (
        _("entered in the register"),
        _("By the day of the accident, once, as it was first reported; whatever its scope."),
    ),
    "accident.rectified": (
        _("reported as far as it must be"),
        _("By the day on which the last level that must know was told."),
    ),
    "accident.closed": (pgettext_lazy("accident", "concluded"), _("By the day of conclusion.")),
    "accident.overdue": (
        pgettext_lazy("accident", "reports overdue"),
        _("A report to the level above is owed since a day before."),
    ),
}


KINDS = (*standard.kinds(KIND, pgettext_lazy("unit", "accidents"), _TOLD), *COUNTED, MISREPORTED)

ACCIDENT = Machine(
    kind=KIND,
    initial="reported",
    final=frozenset({"concluded", "void"}),
    unsettled=frozenset({"reported"}),
    order=("reported", "known", "concluded"),
    steps=STEPS,
    kinds=KINDS,
    page="accidents:page",
    prefix="SG",
    words=WORDS,
)


def state_label(state: str) -> str:
    return str(STATES.get(state, state))
