"""The loop of an inquiry: investigate, hand in, approve, evaluate within a year.

Every state but the last has a deadline, counted by law.toml from the day of the accident, of
handing in and of approval, so that the ladder climbs on whatever of them is late.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.accidents import law
from anlan.kernel.facts.kinds import FactKind
from anlan.kernel.loop import standard
from anlan.kernel.loop.machine import Machine, Step

KIND = "inquiry"
_RUNS = "investigating,submitted,approved"
_ALL = _RUNS + ",evaluated"

STEPS = (
    #    step        source           target        deadline  counts
    Step("submit",   "investigating", "submitted"),
    Step("hand_back", "submitted",    "investigating"),
    Step("approve",  "submitted",     "approved",   "",       ("approved",)),
    Step("evaluate", "approved",      "evaluated",  "",       ("rectified", "closed")),
    Step("void",     "investigating", "void",       "",       ("voided",)),
    # What leaves the state as it is.
    Step("extend",   "investigating,submitted", "", "",       ("extended",)),
    # No day of a technical appraisal counts.
    Step("suspend",  "investigating"),
    Step("resume",   "investigating", redates=True),
    Step("raise",    "investigating", "",           "",       ("raised",)),
    Step("track",    "investigating"),
    # A level above watches over it (挂牌督办), until its report is approved.
    Step("list",     _RUNS,           "",           "",       ("listing",)),
    Step("delisting_asked", _ALL),
    Step("delist",   _ALL,            "",           "",       ("delisting",)),
    Step("move",     _ALL),
    Step("correct",  _ALL),
    Step("receive",  _RUNS),
    Step("recount",  _RUNS),
    Step("rung",     _RUNS),
)  # fmt: skip

STATES: dict[str, str | Promise] = {
    "investigating": pgettext_lazy("inquiry", "being investigated"),
    "submitted": pgettext_lazy("inquiry", "report handed in"),
    "approved": pgettext_lazy("inquiry", "approved, to be evaluated"),
    "evaluated": pgettext_lazy("inquiry", "evaluated"),
    "void": pgettext_lazy("inquiry", "dropped"),
}
LOOKS = {"investigating": "assigned", "submitted": "review", "approved": "verified",
         "evaluated": "closed", "void": "void"}  # fmt: skip
WORDS: dict[str, str | Promise] = {
    **{state: label for state, label in STATES.items() if state != "void"},
    "submit": pgettext_lazy("inquiry", "hand the report in"),
    "hand_back": pgettext_lazy("inquiry", "hand the report back"),
    "approve": pgettext_lazy("inquiry", "approve the report"),
    "evaluate": pgettext_lazy("inquiry", "evaluate what was done"),
    "raise": pgettext_lazy("inquiry", "raise it to a higher level"),
    "track": pgettext_lazy("inquiry", "conclude a side"),
}

_NOUN = pgettext_lazy("unit", "inquiries")
_OWN = (
    FactKind("inquiry.approved", _("inquiries approved"), _NOUN, _("By the day of approval.")),
    FactKind("inquiry.raised", _("inquiries raised a level"), _NOUN,
             _("Led by a higher level than the grade gives; by the day raised.")),
)  # fmt: skip
_TOLD: dict[str, tuple[str | Promise, str | Promise]] = {
    "inquiry.found": (_("inquiries begun"), _("By the day on which it began.")),
    "inquiry.closed": (_("inquiries evaluated"), _("By the day of the evaluation.")),
    "inquiry.rectified": (_("inquiries evaluated in the end"), _("By the day of the evaluation.")),
    "inquiry.overdue": (
        _("inquiries overdue"),
        _("Report, approval or evaluation is owed since a day before."),
    ),
}
KINDS = (
    *standard.kinds(KIND, _NOUN, _TOLD),
    *_OWN,
)  # fmt: skip

INQUIRY = Machine(
    kind=KIND,
    initial="investigating",
    final=frozenset({"evaluated", "void"}),
    unsettled=frozenset({"investigating", "submitted", "approved"}),
    order=("investigating", "submitted", "approved", "evaluated"),
    steps=STEPS,
    kinds=KINDS,
    page="accidents:inquiry",
    prefix="DC",
    words=WORDS,
)


def state_label(state: str) -> str:
    return str(STATES.get(state, state))


def rules() -> dict[str, Any]:
    found: dict[str, Any] = law.law()["inquiry"]
    return found


def report_due(happened_on: date, *, extended: int = 0, appraisal: int = 0) -> date:
    """Until when the report is handed in: appraisal doesn't count, an extension adds days."""
    return happened_on + timedelta(days=rules()["days"] + extended + appraisal)


def approval_due(submitted_on: date, grade: str, extended: int = 0) -> date:
    days = rules()["approval_days_extraordinary" if grade == "extraordinary" else "approval_days"]
    return submitted_on + timedelta(days=days + extended)


def evaluation_due(approved_on: date) -> date:
    """Within a year: the day of the same date, or the last day before it that there is."""
    year = approved_on.year + rules()["evaluation_months"] // 12
    try:
        return approved_on.replace(year=year)
    except ValueError:
        return approved_on.replace(year=year, day=28)
