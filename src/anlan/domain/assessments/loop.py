"""The loop of an appeal: filed by the scored unit, signed for, answered with a reason.

Upheld, the result is a new version of the score; the appeal closes with the answer either way.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.facts.kinds import FactKind
from anlan.kernel.loop import standard
from anlan.kernel.loop.machine import Machine, Step

KIND = "appeal"

STEPS = (
    #    step       source     target       deadline  counts
    Step("uphold",  "filed",   "upheld",    "",       ("rectified", "closed", "upheld")),
    Step("dismiss", "filed",   "dismissed", "",       ("rectified", "closed")),
    Step("void",    "filed",   "void",      "",       ("voided",)),
    # What leaves the state as it is.
    Step("receive", "filed"),
    Step("recount", "filed"),
    Step("rung",    "filed"),
)  # fmt: skip

STATES: dict[str, str | Promise] = {
    "filed": pgettext_lazy("appeal", "filed, not answered"),
    "upheld": pgettext_lazy("appeal", "upheld"),
    "dismissed": pgettext_lazy("appeal", "dismissed"),
    "void": pgettext_lazy("appeal", "withdrawn"),
}
LOOKS = {"filed": "assigned", "upheld": "verified", "dismissed": "merged", "void": "void"}

UPHELD = FactKind(
    "appeal.upheld", pgettext_lazy("figure", "upheld"), _("appeals"),
    _("By the day of the answer: the score was corrected."),
)  # fmt: skip
_TOLD: dict[str, tuple[str | Promise, str | Promise]] = {
    "appeal.found": (pgettext_lazy("figure", "appeals filed"), _("By the day it was filed.")),
    "appeal.rectified": (pgettext_lazy("figure", "answered"), _("By the day of the answer.")),
}


KINDS = (*standard.kinds(KIND, _("appeals"), _TOLD), UPHELD)

APPEAL = Machine(
    kind=KIND,
    initial="filed",
    final=frozenset({"upheld", "dismissed", "void"}),
    unsettled=frozenset({"filed"}),
    order=("filed", "upheld", "dismissed"),
    steps=STEPS,
    kinds=KINDS,
    page="assessments:appeal",
    prefix="SS",
    words={
        **{state: label for state, label in STATES.items() if state != "void"},
        "uphold": pgettext_lazy("appeal", "uphold"),
        "dismiss": pgettext_lazy("appeal", "dismiss"),
    },
)


def state_label(state: str) -> str:
    return str(STATES.get(state, state))
