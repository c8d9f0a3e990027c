"""The loops of who carries a campaign: a hearing that falls due, a duty letter that is signed.

Their cases are what puts both into the worklist and on the ladder once they are late.
"""

from __future__ import annotations

from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.facts.kinds import FactKind
from anlan.kernel.loop import standard
from anlan.kernel.loop.machine import Machine, Step

Told = dict[str, tuple[str | Promise, str | Promise]]


def _kinds(kind: str, noun: str | Promise, told: Told) -> tuple[FactKind, ...]:
    """The standard figures, some in the words of this loop."""
    found = []
    for each in standard.kinds(kind, noun):
        label, basis = told.get(each.code.partition(".")[2], (each.label, each.basis))
        found.append(replace(each, label=label, basis=basis))
    return tuple(found)


# --- hearings ------------------------------------------------------------------------------

HEARING_STATES: dict[str, str | Promise] = {
    "awaited": pgettext_lazy("hearing", "to be held"),
    "held": pgettext_lazy("hearing", "held"),
    "void": pgettext_lazy("hearing", "dropped"),
}
HEARING = Machine(
    kind="hearing",
    initial="awaited",
    final=frozenset({"held", "void"}),
    unsettled=frozenset({"awaited"}),
    order=("awaited", "held"),
    steps=(
        Step("hold",        "awaited",       "held",  "",  ("rectified", "closed")),
        Step("put_off",     "awaited",       "",      "",  ("extended",)),
        Step("void",        "awaited",       "void",  "",  ("voided",)),
        Step("add_papers",  "awaited,held"),
        Step("decide",      "held"),
        Step("recount",     "awaited"),
        Step("rung",        "awaited"),
    ),
    kinds=_kinds("hearing", _("hearings"), {
        "found": (
            pgettext_lazy("hearing", "set down"), _("By the day it was put on the calendar."),
        ),
        "rectified": (pgettext_lazy("hearing", "held"), _("By the day of the meeting.")),
        "closed": (pgettext_lazy("hearing", "held"), _("By the day of the meeting.")),
        "open": (pgettext_lazy("hearing", "to be held"), _("Not held at the end of the day.")),
        "overdue": (
            pgettext_lazy("hearing", "behind time"),
            _("Not held at the end of a day after the one on which it was due."),
        ),
    }),
    page="campaigns:hearing",
    prefix="TQ",
    words={
        **{state: label for state, label in HEARING_STATES.items() if state != "void"},
        "hold": pgettext_lazy("hearing", "hold"),
        "put_off": pgettext_lazy("hearing", "put off"),
        "add_papers": pgettext_lazy("hearing", "add papers"),
        "decide": pgettext_lazy("hearing", "enter decisions"),
    },
)  # fmt: skip
HEARING_LOOKS = {"awaited": "assigned", "held": "closed", "void": "void"}


# --- duty letters --------------------------------------------------------------------------

LETTER_STATES: dict[str, str | Promise] = {
    "drafted": pgettext_lazy("duty letter", "draft"),
    "signing": pgettext_lazy("duty letter", "being signed"),
    "signed": pgettext_lazy("duty letter", "signed, in force"),
    "ended": pgettext_lazy("duty letter", "ended"),
    "void": pgettext_lazy("duty letter", "withdrawn"),
}
LETTER = Machine(
    kind="duty_letter",
    initial="drafted",
    final=frozenset({"ended", "void"}),
    unsettled=frozenset({"drafted", "signing"}),
    order=("drafted", "signing", "signed", "ended"),
    steps=(
        Step("send_out",  "drafted",          "signing"),
        Step("call_back", "signing",          "drafted"),
        Step("sign",      "signing"),
        Step("complete",  "signing",          "signed",  "",  ("rectified",)),
        Step("end",       "signed",           "ended",   "",  ("closed",)),
        Step("void",      "drafted,signing",  "void",    "",  ("voided",)),
        Step("correct",   "drafted"),
        Step("recount",   "drafted,signing"),
        Step("rung",      "drafted,signing"),
    ),
    kinds=_kinds("duty_letter", _("duty letters"), {
        "found": (pgettext_lazy("duty letter", "drawn up"), _("By the day it was entered.")),
        "rectified": (
            pgettext_lazy("duty letter", "signed by all"), _("By the day of the last signature."),
        ),
        "closed": (pgettext_lazy("duty letter", "ended"), _("By the day it was ended.")),
        "open": (pgettext_lazy("duty letter", "not ended"), _("Not ended at the end of the day.")),
        "overdue": (
            pgettext_lazy("duty letter", "not signed in time"),
            _("Not signed by everybody at the end of a day after the one set for signing."),
        ),
    }),
    page="campaigns:letter",
    prefix="ZR",
    words={
        **{state: label for state, label in LETTER_STATES.items() if state != "void"},
        "send_out": pgettext_lazy("duty letter", "send out for signing"),
        "call_back": pgettext_lazy("duty letter", "call back"),
        "sign": pgettext_lazy("duty letter", "sign"),
        "complete": pgettext_lazy("duty letter", "signed by all"),
        "end": pgettext_lazy("duty letter", "end"),
        "correct": pgettext_lazy("duty letter", "correct"),
    },
)  # fmt: skip
LETTER_LOOKS = {"drafted": "draft", "signing": "review", "signed": "verified", "ended": "closed",
                "void": "void"}  # fmt: skip
