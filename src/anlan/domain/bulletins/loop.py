"""The loop of a paper: 拟稿 → 核稿 → 会签 → 签发 → 编号 → 用印 → 分发, and 签收 by each unit.

Who wrote it neither reviews nor signs it. From its number on its text stands; what was wrong is
put right by another paper (更正), or revoked (作废) with its number.
"""

from __future__ import annotations

from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.facts.kinds import FactKind
from anlan.kernel.loop import standard
from anlan.kernel.loop.machine import Machine, Step

KIND = "bulletin"
_WRITING = "drafting,reviewing,countersigning,signing"
_UNSIGNED = ("drafting", "reviewing", "countersigning", "signing")
#: Steps by which somebody is an author of what it says.
_WROTE = ("find", "edit", "refresh")

STEPS = (
    #    step        source                          target            deadline  counts
    Step("submit",   "drafting",                     "reviewing"),
    Step("review",   "reviewing",                    "signing",        not_by=_WROTE),
    Step("ask",      "reviewing",                    "countersigning", not_by=_WROTE),
    Step("agreed",   "countersigning",               "signing"),
    Step("sign",     "signing",                      "signed",         "", ("rectified",),
         not_by=_WROTE),
    Step("number",   "signed",                       "numbered"),
    Step("seal",     "numbered",                     "sealed"),
    Step("give_out", "numbered,sealed",              "given_out",      "", ("closed",)),
    Step("send_back", "reviewing,countersigning,signing", "drafting"),
    Step("decline",   "countersigning",             "drafting"),
    Step("revoke",   "numbered,sealed,given_out",    "revoked",        "", ("revoked",)),
    Step("void",     _WRITING + ",signed",           "void",           "", ("voided",)),
    # What leaves the state as it is.
    Step("edit",     "drafting"),
    Step("refresh",  "drafting"),
    Step("agree",    "countersigning"),
    Step("receive",  "given_out"),
    Step("instruct", "given_out"),
    Step("correct",  "given_out"),
    Step("recount",  _WRITING),
    Step("rung",     _WRITING),
)  # fmt: skip

STATES: dict[str, str | Promise] = {
    "drafting": pgettext_lazy("paper", "draft"),
    "reviewing": pgettext_lazy("paper", "being reviewed"),
    "countersigning": pgettext_lazy("paper", "out for countersigning"),
    "signing": pgettext_lazy("paper", "to be signed"),
    "signed": pgettext_lazy("paper", "signed, without a number"),
    "numbered": pgettext_lazy("paper", "numbered"),
    "sealed": pgettext_lazy("paper", "sealed"),
    "given_out": pgettext_lazy("paper", "given out"),
    "revoked": pgettext_lazy("paper", "revoked"),
    "void": pgettext_lazy("paper", "dropped"),
}
LOOKS = {
    "drafting": "draft", "reviewing": "review", "countersigning": "review", "signing": "assigned",
    "signed": "rectified", "numbered": "rectified", "sealed": "verified", "given_out": "closed",
    "revoked": "void", "void": "void",
}  # fmt: skip
WORDS: dict[str, str | Promise] = {
    **{state: label for state, label in STATES.items() if state != "void"},
    "submit": pgettext_lazy("paper", "hand in for review"),
    "review": pgettext_lazy("paper", "pass the review"),
    "ask": pgettext_lazy("paper", "send out for countersigning"),
    "agree": pgettext_lazy("paper", "countersign"),
    "agreed": pgettext_lazy("paper", "countersigned by all"),
    "decline": pgettext_lazy("paper", "decline to countersign"),
    "sign": pgettext_lazy("paper", "sign"),
    "number": pgettext_lazy("paper", "number"),
    "seal": pgettext_lazy("paper", "seal"),
    "give_out": pgettext_lazy("paper", "give out"),
    "send_back": pgettext_lazy("paper", "send back"),
    "revoke": pgettext_lazy("paper", "revoke"),
    "correct": pgettext_lazy("paper", "begin a correction"),
    "edit": pgettext_lazy("paper", "change the text"),
    "refresh": pgettext_lazy("paper", "read the figures anew"),
    "instruct": pgettext_lazy("paper", "enter a leader's instruction"),
}

_TOLD: dict[str, tuple[str | Promise, str | Promise]] = {
    "found": (pgettext_lazy("paper", "drafted"), _("By the day on which it was begun.")),
    "rectified": (pgettext_lazy("paper", "signed"), _("By the day of signing.")),
    "closed": (pgettext_lazy("paper", "given out"), _("By the day on which it was given out.")),
    "open": (pgettext_lazy("paper", "being written"), _("Not given out at the end of the day.")),
    "overdue": (
        pgettext_lazy("paper", "behind time"),
        _("Not signed at the end of a day after the one set for it."),
    ),
}


def _told(kind: FactKind) -> FactKind:
    name = kind.code.partition(".")[2]
    label, basis = _TOLD.get(name, (kind.label, kind.basis))
    return replace(kind, label=label, basis=basis)


KINDS = (
    *map(_told, standard.kinds(KIND, _("papers"))),
    FactKind("bulletin.revoked", pgettext_lazy("paper", "revoked"), _("papers"),
             _("By the day on which it was revoked with its number.")),
)  # fmt: skip

PAPER = Machine(
    kind=KIND,
    initial="drafting",
    final=frozenset({"given_out", "revoked", "void"}),
    unsettled=frozenset(_UNSIGNED),
    order=(*_UNSIGNED, "signed", "numbered", "sealed", "given_out", "revoked"),
    steps=STEPS,
    kinds=KINDS,
    page="bulletins:page",
    prefix="GW",
    words=WORDS,
)


def state_label(state: str) -> str:
    return str(STATES.get(state, state))
