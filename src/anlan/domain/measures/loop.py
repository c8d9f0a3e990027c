"""The loop of a measure: 立改废释, from a wish on a list to a text in force, and to its end.

The case is the work of making it, with a deadline, and closes on the day it comes into force; the
ladder climbs until it is adopted. What follows (revised, repealed) changes a closed case, as a
look-back does. Its kind (law, rule …) is the case's grade, its level the case's source, so that
each figure can be broken down by them.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.facts.kinds import FactKind, Measure
from anlan.kernel.loop import standard
from anlan.kernel.loop.machine import Machine, Step

KIND = "measure"
_MAKING = "planned,drafting,consulting"
_ALL = _MAKING + ",adopted,in_force,amended,repealed"

STEPS = (
    #    step       source                target        deadline  counts
    Step("draft",   "planned",            "drafting"),
    Step("consult", "planned,drafting",   "consulting"),
    Step("adopt",   _MAKING,              "adopted",    "",       ("rectified",)),
    Step("enforce", "adopted",            "in_force",   "",       ("closed",)),
    Step("revise",  "in_force",           "amended",    "",       ("amended",)),
    Step("repeal",  "adopted,in_force",   "repealed",   "",       ("repealed",)),
    Step("void",    _MAKING,              "void",       "",       ("voided",)),
    # What leaves the state as it is.
    Step("receive", _MAKING),
    Step("extend",  _MAKING,              "",           "",       ("extended",)),
    Step("correct", _ALL),
    Step("link",    _ALL),
    # 审核 of a draft, by somebody who wrote nothing of it.
    Step("examine", "drafting,consulting", not_by=("find", "draft", "correct")),
    Step("object",  "drafting,consulting", not_by=("find", "draft", "correct")),
    Step("take_up", "in_force",           "",           "",       ("taken_up",)),
    Step("recount", _MAKING),
    Step("rung",    _MAKING),
)  # fmt: skip

STATES: dict[str, str | Promise] = {
    "planned": pgettext_lazy("measure", "planned"),
    "drafting": pgettext_lazy("measure", "being drafted"),
    "consulting": pgettext_lazy("measure", "out for comments"),
    "adopted": pgettext_lazy("measure", "adopted, not yet in force"),
    "in_force": pgettext_lazy("measure", "in force"),
    "amended": pgettext_lazy("measure", "revised by a later one"),
    "repealed": pgettext_lazy("measure", "repealed"),
    "void": pgettext_lazy("measure", "dropped"),
}
#: How they look.
LOOKS = {
    "planned": "draft", "drafting": "assigned", "consulting": "review", "adopted": "rectified",
    "in_force": "verified", "amended": "merged", "repealed": "merged", "void": "void",
}  # fmt: skip
WORDS: dict[str, str | Promise] = {
    **{state: label for state, label in STATES.items() if state != "void"},
    "draft": pgettext_lazy("measure", "begin drafting"),
    "consult": pgettext_lazy("measure", "send out for comments"),
    "adopt": pgettext_lazy("measure", "adopt"),
    "enforce": pgettext_lazy("measure", "come into force"),
    "revise": pgettext_lazy("measure", "revise"),
    "repeal": pgettext_lazy("measure", "repeal"),
    "correct": pgettext_lazy("measure", "correct"),
    "link": pgettext_lazy("measure", "link"),
    "examine": pgettext_lazy("measure", "examine: it may be adopted"),
    "object": pgettext_lazy("measure", "examine: to be mended"),
    "take_up": pgettext_lazy("measure", "take up"),
}

IN_FORCE = FactKind(
    "measure.in_force",
    pgettext_lazy("figure", "in force"),
    _("measures"),
    _("In force at the end of the day: neither revised by a later one nor repealed."),
    Measure.STOCK,
)
_OWN = (
    IN_FORCE,
    FactKind("measure.amended", pgettext_lazy("figure", "revised"), _("measures"),
             _("By the day on which a later measure took its place.")),
    FactKind("measure.repealed", pgettext_lazy("figure", "repealed"), _("measures"),
             _("By the day on which it was repealed.")),
    FactKind("measure.taken_up", pgettext_lazy("figure", "taken up"), _("measures"),
             _("Each unit that takes a measure up counts, by the day it was entered.")),
)  # fmt: skip
#: What the standard figures mean for a measure.
_TOLD: dict[str, tuple[str | Promise, str | Promise]] = {
    "measure.found": (
        pgettext_lazy("figure", "on the measure list"),
        _("By the day put on the list; of one that was adopted before, by the day of adoption."),
    ),
    "measure.rectified": (pgettext_lazy("figure", "adopted"), _("By the day of adoption.")),
    "measure.closed": (
        pgettext_lazy("figure", "came into force"),
        _("By the day from which it is in force."),
    ),
    "measure.open": (
        pgettext_lazy("figure", "being made"),
        _("On the list and not in force at the end of the day."),
    ),
    "measure.overdue": (
        pgettext_lazy("figure", "overdue"),
        _("Not adopted at the end of a day after the deadline."),
    ),
}


KINDS = (*standard.kinds(KIND, _("measures"), _TOLD), *_OWN)

MEASURE = Machine(
    kind=KIND,
    initial="planned",
    final=frozenset({"in_force", "amended", "repealed", "void"}),
    unsettled=frozenset({"planned", "drafting", "consulting"}),
    order=("planned", "drafting", "consulting", "adopted", "in_force", "amended", "repealed"),
    steps=STEPS,
    kinds=KINDS,
    page="measures:page",
    prefix="ZD",
    words=WORDS,
)


def state_label(state: str) -> str:
    return str(STATES.get(state, state))
