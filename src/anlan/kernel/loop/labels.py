"""What the states and steps of a standard loop are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.loop.machine import word_of


def state_label(state: str) -> str:
    return str(STATES.get(state) or word_of(state) or state)


def step_label(step: str) -> str:
    return str(STEPS.get(step) or word_of(step) or step)


STATES = {
    "found": pgettext_lazy("state", "found"),
    "assigned": pgettext_lazy("state", "being rectified"),
    "rectified": pgettext_lazy("state", "to be verified"),
    "verified": pgettext_lazy("state", "to be closed"),
    "closed": pgettext_lazy("state", "closed"),
    "void": pgettext_lazy("state", "void"),
}
STEPS = {
    "find": pgettext_lazy("step", "find"),
    "backfill": pgettext_lazy("step", "fill in history"),
    "assign": pgettext_lazy("step", "assign"),
    "hand_over": pgettext_lazy("step", "hand over"),
    "succeed": pgettext_lazy("step", "pass on to the successor"),
    "rectify": pgettext_lazy("step", "rectify"),
    "fix_on_spot": pgettext_lazy("step", "rectify on the spot"),
    "reject": pgettext_lazy("step", "return"),
    "release": _("left to be assigned"),
    "verify": pgettext_lazy("step", "verify"),
    "review": pgettext_lazy("step", "review"),
    "close": pgettext_lazy("step", "close"),
    "second": pgettext_lazy("step", "confirm closing"),
    "look_back": pgettext_lazy("step", "look back"),
    "reopen": pgettext_lazy("step", "rebound"),
    "void": pgettext_lazy("step", "void"),
    "suspend": pgettext_lazy("step", "suspend"),
    "resume": pgettext_lazy("step", "resume"),
    "merge": pgettext_lazy("step", "merge"),
    "split": pgettext_lazy("step", "split"),
    "move": pgettext_lazy("step", "move"),
    "extend": pgettext_lazy("step", "extend"),
    "rung": pgettext_lazy("step", "ladder"),
    "list": pgettext_lazy("step", "list"),
    "delist": pgettext_lazy("step", "delist"),
    "amend": pgettext_lazy("step", "amend"),
    "declare": pgettext_lazy("step", "declare"),
    "declare_rectified": pgettext_lazy("step", "declare rectified"),
    "declare_closed": pgettext_lazy("step", "declare closed"),
    "withdraw": pgettext_lazy("step", "withdraw"),
    "withdraw_rectified": pgettext_lazy("step", "withdraw a declared rectification"),
    "withdraw_closed": pgettext_lazy("step", "withdraw a declared closing"),
    "receive": pgettext_lazy("step", "sign for receipt"),
    "extension_asked": pgettext_lazy("step", "ask for an extension"),
    "extension_refused": pgettext_lazy("step", "refuse an extension"),
    "extension_withdrawn": _("wish for an extension withdrawn"),
    "urge": _("urge"),
    "delisting_asked": pgettext_lazy("step", "ask for delisting"),
    "downgrade_asked": pgettext_lazy("step", "ask for a lower grade"),
    "void_asked": pgettext_lazy("step", "ask for voiding"),
    "merge_asked": pgettext_lazy("step", "ask for merging"),
    "recount": pgettext_lazy("step", "count the deadline again"),
}
