"""How a target stands, in words, and by which rule that is said."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Verdict(StrEnum):
    REACHED = "reached"
    NOT_YET = "not_yet"
    SHORT = "short"
    WITHIN = "within"
    KEPT = "kept"
    OVER = "over"
    ON_COURSE = "on_course"
    FALLING = "falling"
    NOT_FALLING = "not_falling"
    NONE = "none"
    OCCURRED = "occurred"
    TOO_EARLY = "too_early"
    NO_BASE = "no_base"
    NO_SHARE = "no_share"
    NOT_BEGUN = "not_begun"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str | Promise:
        return LABELS[self]

    @property
    def tone(self) -> str:
        return TONES.get(self, "line")


LABELS: dict[Verdict, str | Promise] = {
    Verdict.REACHED: pgettext_lazy("target", "reached"),
    Verdict.NOT_YET: pgettext_lazy("target", "not yet"),
    Verdict.SHORT: pgettext_lazy("target", "missed"),
    Verdict.WITHIN: pgettext_lazy("target", "within the limit so far"),
    Verdict.KEPT: pgettext_lazy("target", "limit kept"),
    Verdict.OVER: pgettext_lazy("target", "over the limit"),
    Verdict.ON_COURSE: pgettext_lazy("target", "on course"),
    Verdict.FALLING: pgettext_lazy("target", "falling every year"),
    Verdict.NOT_FALLING: pgettext_lazy("target", "not falling every year"),
    Verdict.NONE: pgettext_lazy("target", "none has occurred"),
    Verdict.OCCURRED: pgettext_lazy("target", "has occurred"),
    Verdict.TOO_EARLY: pgettext_lazy("target", "too early to tell"),
    Verdict.NO_BASE: pgettext_lazy("target", "no base figure"),
    Verdict.NO_SHARE: pgettext_lazy("target", "no share was set"),
    Verdict.NOT_BEGUN: pgettext_lazy("target", "has not begun"),
    Verdict.UNKNOWN: pgettext_lazy("target", "not known"),
}
TONES = {
    Verdict.REACHED: "green", Verdict.KEPT: "green", Verdict.WITHIN: "green",
    Verdict.ON_COURSE: "green", Verdict.FALLING: "green", Verdict.NONE: "green",
    Verdict.NOT_YET: "blue", Verdict.SHORT: "red", Verdict.OVER: "red",
    Verdict.NOT_FALLING: "red", Verdict.OCCURRED: "red", Verdict.NO_BASE: "amber",
    Verdict.NO_SHARE: "amber", Verdict.UNKNOWN: "amber",
}  # fmt: skip

#: By kind of target, how the verdict comes about: shown wherever one is shown.
RULES: dict[str, str | Promise] = {
    "number": _(
        "Counted from the first day of the line to today; of what stands, what stands today. "
        "It is reached when the count is at least what is wanted, and missed when the deadline "
        "has passed without that. “At most” turns it round."
    ),
    "change": _(
        "This year so far against the same days of the base year. Where the base figure was "
        "declared for the whole year, it is judged when the year is over."
    ),
    "trend": _(
        "It falls if every whole year since the base year is below the year before, and this "
        "year so far is below the same days of last year. Equal is not below."
    ),
    "curb": _("It is kept as long as none has occurred since the first day of the line."),
}
