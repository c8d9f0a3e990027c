"""The standard loop: found → assigned → rectified → verified → closed, with all its side doors.

A capability takes it as it is, or writes a table of its own in the same form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.facts.kinds import FactKind, Measure
from anlan.kernel.loop.machine import Machine, Step

_OPEN = "found,assigned,rectified,verified"
_ANY = _OPEN + ",closed"

#: Steps that are work; nobody passes judgement on their own.
_WORK = ("rectify", "fix_on_spot")

STEPS = (
    #    step                source                  target       deadline   counts          undoes
    Step("assign",           "found",                "assigned",  "rectify", ("assigned",)),
    Step("hand_over",        "assigned",             "assigned"),
    Step("rectify",          "assigned",             "rectified", "",        ("rectified",)),
    Step("fix_on_spot",      "found",                "rectified", "",        ("rectified",)),
    Step("reject",           "rectified,verified",   "assigned",  "rectify", ("rejected",),
         ("rectified",), not_by=_WORK),
    # Returned or broken out again, and no unit answers for it: it waits to be assigned.
    Step("release",          "assigned",             "found"),
    Step("verify",           "rectified",            "verified",  "",        ("verified",),
         not_by=_WORK),
    Step("review",           "verified"),
    Step("second",           "verified",             not_by=_WORK),
    Step("close",            "verified",             "closed",    "",        ("closed",),
         not_by=_WORK),
    Step("look_back",        "closed",               "",          "",        ("looked_back",)),
    Step("reopen",           "closed",               "assigned",  "rectify", ("rebound",)),
    Step("void",             _OPEN,                  "void",      "",        ("voided",)),
    Step("merge",            _OPEN,                  "void"),
    # What leaves the state as it is.
    Step("receive",          _OPEN),
    Step("suspend",          "found,assigned"),
    Step("resume",           "found,assigned",       redates=True),
    Step("move",             _ANY),
    Step("amend",            _ANY),
    Step("split",            "found,assigned"),
    Step("extension_asked",  "assigned"),
    Step("extension_refused", "assigned"),
    Step("extend",           "assigned",             "",          "",        ("extended",)),
    # Nobody waits for more time with what is rectified or taken out.
    Step("extension_withdrawn", "assigned"),
    Step("urge",             "assigned"),
    Step("recount",          "found,assigned"),
    Step("rung",             _OPEN),
    Step("list",             _OPEN,                  "",          "",        ("listing",)),
    Step("delisting_asked",  _ANY),
    # The first of two signatures under what makes a grave case less grave, or none.
    Step("downgrade_asked",  _OPEN),
    Step("void_asked",       _OPEN),
    Step("merge_asked",      _OPEN),
    Step("delist",           _ANY,                   "",          "",        ("delisting",)),
    # A level above takes the listing over: it stays listed, and no figure changes.
    Step("escalate",         _OPEN),
    # A source's claim moves a case forward, marked 台账申报; its withdrawal moves it back.
    Step("declare_rectified", "found,assigned",      "rectified", "",        ("rectified",)),
    Step("withdraw_closed",  "closed",               "rectified", "",        (), ("closed",)),
    Step("withdraw_rectified", "rectified",          "found",     "",        (), ("rectified",)),
    Step("declare_closed",   "rectified,verified",   "closed",    "",        ("closed",)),
)  # fmt: skip


def machine(kind: str, noun: str | Promise, page: str = "", prefix: str = "") -> Machine:
    return Machine(
        kind=kind,
        initial="found",
        final=frozenset({"closed", "void"}),
        unsettled=frozenset({"found", "assigned"}),
        order=("found", "assigned", "rectified", "verified", "closed"),
        steps=STEPS,
        kinds=kinds(kind, noun),
        page=page,
        prefix=prefix,
    )


def kinds(
    kind: str, noun: str | Promise, told: Mapping[str, tuple[str | Promise, str | Promise]] = {}
) -> tuple[FactKind, ...]:
    """The facts of a standard loop, each with its basis (口径).

    told: by code, label and basis of those that a loop calls otherwise.
    """

    def flow(name: str, label: str | Promise, basis: str | Promise) -> FactKind:
        return FactKind(f"{kind}.{name}", label, noun, basis)

    def stock(name: str, label: str | Promise, basis: str | Promise) -> FactKind:
        return FactKind(f"{kind}.{name}", label, noun, basis, Measure.STOCK)

    def cohort(name: str, of: str, label: str | Promise, basis: str | Promise) -> FactKind:
        return FactKind(f"{kind}.{name}", label, noun, basis, cohort_of=f"{kind}.{of}")

    found = (
        flow(
            "found",
            pgettext_lazy("figure", "found"),
            _("By the day found; once per case, whoever reported it."),
        ),
        flow(
            "assigned",
            pgettext_lazy("figure", "assigned"),
            _("By the day it was assigned here to a unit."),
        ),
        flow(
            "rectified",
            pgettext_lazy("figure", "rectified"),
            _("By the day of rectification. One that was returned no longer counts."),
        ),
        flow(
            "verified",
            pgettext_lazy("figure", "verified"),
            _("Verified here by somebody who did not rectify it."),
        ),
        flow("closed", pgettext_lazy("figure", "closed"), _("By the day it was closed.")),
        flow(
            "rejected",
            pgettext_lazy("figure", "returned"),
            _("Rectifications returned; each return counts."),
        ),
        flow(
            "voided",
            pgettext_lazy("figure", "void"),
            _("Taken out with a reason; still among those found."),
        ),
        flow("rebound", _("rebounds"), _("Found again after closing, at a look-back.")),
        flow("looked_back", _("looked back at"), _("Looked at after closing; still in order.")),
        flow("extended", _("extensions"), _("Extensions granted.")),
        flow("due", pgettext_lazy("figure", "due"), _("By the day of the deadline in force.")),
        flow("reminded", _("reminders"), _("Cases that reached the rung 提示.")),
        flow("warned", _("warnings"), _("Cases that reached the rung 预警.")),
        flow("talked", _("admonitory talks"), _("By the day the talk was held.")),
        flow("circulated", _("circulars"), _("By the day the circular was issued.")),
        flow("accounted", _("accountability"), _("By the day the decision was issued.")),
        flow("listing", _("put under listed supervision"), _("By the day of listing.")),
        flow("delisting", _("delisted"), _("By the day of delisting.")),
        stock("open", pgettext_lazy("figure", "open"), _("Not closed at the end of the day.")),
        stock(
            "overdue",
            pgettext_lazy("figure", "overdue"),
            _("Not rectified at the end of a day after the deadline, and not suspended."),
        ),
        stock("listed", _("under listed supervision"), _("Open and listed at the day's end.")),
        cohort(
            "found_settled",
            "found",
            _("of those found, rectified"),
            _("Of those found in the period, the ones rectified by now."),
        ),
        cohort(
            "due_met",
            "due",
            _("of those due, in time"),
            _("Of those due in the period, the ones rectified by their deadline."),
        ),
    )

    def renamed(each: FactKind) -> FactKind:
        label, basis = told.get(each.code, (each.label, each.basis))
        return replace(each, label=label, basis=basis)

    return tuple(map(renamed, found))


#: The flow that a rung counts, by rung.
RUNG_FLOWS = {1: "reminded", 2: "warned", 3: "talked", 4: "circulated", 5: "accounted"}
