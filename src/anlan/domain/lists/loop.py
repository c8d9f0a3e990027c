"""The loop of an item on a problem list: the six steps of the “6+1” mechanism as states.

found → assigned → rectified → applied elsewhere → accepted → evaluated → analysed → closed. Which
of the later steps an item takes, and what they are called, its kind of list says (rules.py); the
table holds every way that some kind may go.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.loop import standard
from anlan.kernel.loop.machine import Machine, Step

KIND = "list_item"
_OPEN = "found,assigned,rectified,applied,verified,evaluated,analysed"
_DONE = ("rectify",)

STEPS = (
    #    step        source                         target       deadline   counts
    Step("assign",   "found",                       "assigned",  "rectify", ("assigned",)),
    Step("rectify",  "assigned",                    "rectified", "",        ("rectified",)),
    Step("apply",    "rectified",                   "applied"),
    Step("reject",   "rectified,applied",           "assigned",  "rectify", ("rejected",),
         ("rectified",), not_by=_DONE),
    Step("verify",   "rectified,applied",           "verified",  "",        ("verified",),
         not_by=_DONE),
    Step("evaluate", "verified",                    "evaluated", not_by=_DONE),
    Step("analyse",  "verified,evaluated",          "analysed"),
    Step("close",    "verified,evaluated,analysed", "closed",    "",        ("closed",),
         not_by=_DONE),
    Step("void",     _OPEN,                         "void",      "",        ("voided",)),
    # What leaves the state as it is.
    Step("receive",  _OPEN),
    Step("ask_elsewhere", _OPEN),
    Step("answer_elsewhere", _OPEN),
    Step("judge",    "verified"),
    Step("state_three", _OPEN),
    Step("look", _OPEN),
    Step("recount",  "found,assigned"),
    Step("rung",     _OPEN),
)  # fmt: skip

WORDS = {
    "applied": pgettext_lazy("state", "applied elsewhere"),
    "evaluated": pgettext_lazy("state", "evaluated"),
    "analysed": pgettext_lazy("state", "analysed"),
    "apply": pgettext_lazy("step", "apply elsewhere and treat the source"),
    "evaluate": pgettext_lazy("step", "evaluate"),
    "analyse": pgettext_lazy("step", "analyse"),
    "ask_elsewhere": pgettext_lazy("step", "ask others to look for the same"),
    "answer_elsewhere": pgettext_lazy("step", "answer what was found elsewhere"),
    "judge": pgettext_lazy("step", "enter one side's evaluation"),
    "state_three": pgettext_lazy("step", "state the three results"),
    "look": pgettext_lazy("step", "look whether it was carried out"),
}

ITEM = Machine(
    kind=KIND,
    initial="found",
    final=frozenset({"closed", "void"}),
    unsettled=frozenset({"found", "assigned"}),
    order=(
        "found", "assigned", "rectified", "applied", "verified", "evaluated", "analysed", "closed",
    ),
    steps=STEPS,
    kinds=standard.kinds(KIND, _("items")),
    page="lists:item",
    prefix="QD",
    words=WORDS,
)  # fmt: skip
