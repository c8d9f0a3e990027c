"""The loop of what follows an accident: told, answered by its unit, judged by another.

Its case is what puts it into the worklist of the unit that is told and of those who judge, and on
the ladder once its day is past.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.loop import standard
from anlan.kernel.loop.machine import Machine, Step

KIND = "followup"
_OPEN = "told,answered"

STEPS = (
    #    step         source      target      deadline  counts
    Step("answer",   "told",     "answered", "",       ("rectified",)),
    Step("answer_again", "answered"),
    Step("judge",    "answered", "judged",   "",       ("closed",)),
    # Nobody answered, and whoever went there has seen for themselves.
    Step("judge_unanswered", "told", "judged", "",     ("rectified", "closed")),
    Step("judge_again", "judged"),
    Step("void",     _OPEN,      "void",     "",       ("voided",), ("rectified",)),
    Step("void_judged", "judged", "void",    "",       ("voided",), ("rectified", "closed")),
    Step("recount",  _OPEN),
    Step("rung",     _OPEN),
)  # fmt: skip

STATES: dict[str, str | Promise] = {
    "told": pgettext_lazy("followup", "to be answered"),
    "answered": pgettext_lazy("followup", "answered, to be judged"),
    "judged": pgettext_lazy("followup", "judged"),
    "void": pgettext_lazy("followup", "withdrawn"),
}
WORDS: dict[str, str | Promise] = {
    **{state: label for state, label in STATES.items() if state != "void"},
    "answer": pgettext_lazy("followup", "answer"),
    "answer_again": pgettext_lazy("followup", "answer anew"),
    "judge": pgettext_lazy("followup", "judge"),
    "judge_unanswered": pgettext_lazy("followup", "judge without an answer"),
    "judge_again": pgettext_lazy("followup", "judge anew"),
    "void_judged": pgettext_lazy("followup", "withdraw"),
}

_NOUN = pgettext_lazy("unit", "follow-ups of accidents")
_TOLD: dict[str, tuple[str | Promise, str | Promise]] = {
    "followup.found": (_("follow-ups told"), _("By the day on which the unit was told.")),
    "followup.rectified": (_("follow-ups answered"), _("By the day of the first answer.")),
    "followup.closed": (_("follow-ups judged"), _("By the day of the verdict.")),
    "followup.overdue": (
        _("follow-ups overdue"), _("Not answered at the end of a day after the one set."),
    ),
}  # fmt: skip


KINDS = standard.kinds(KIND, _NOUN, _TOLD)
FOLLOWUP = Machine(
    kind=KIND,
    initial="told",
    final=frozenset({"judged", "void"}),
    unsettled=frozenset({"told"}),
    order=("told", "answered", "judged"),
    steps=STEPS,
    kinds=KINDS,
    page="accidents:followup",
    prefix="HX",
    words=WORDS,
)
