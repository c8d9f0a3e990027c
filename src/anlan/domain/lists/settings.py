"""What the topmost office sets: age bands, when a list is stale, tags of the case library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.domain.lists.models import TAG_CHARS_MAX, Setting
from anlan.domain.lists.refusals import Incomplete
from anlan.kernel.accounts.models import UnitKind
from anlan.kernel.accounts.office_settings import OfficeSettings

AGES, FRESHNESS, TAGS = "ages", "freshness", "tags"
BANDS_MAX, DAYS_MAX = 8, 3_650
#: Words that an office offers as tags of one sort.
WORDS_OFFERED_MAX = 100
#: In force until an office sets its own.
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    AGES: {"ends": [7, 30, 90]},
    FRESHNESS: {"days": 30, "kinds": [UnitKind.COMMITTEE_OFFICE.value, UnitKind.DEPARTMENT.value]},
    # No document names any: an office writes its own.
    TAGS: {"hazard_kinds": [], "tags": []},
}


def _check_ages(data: Mapping[str, Any]) -> None:
    ends = data.get("ends", [])
    good = 1 <= len(ends) < BANDS_MAX and all(
        isinstance(end, int) and 0 <= end <= DAYS_MAX for end in ends
    )
    if not good or list(ends) != sorted(set(ends)):
        raise Incomplete(
            field="ends",
            reason=gettext_lazy(
                "Enter up to seven numbers of days, each larger than the one before."
            ),
        )


def _check_freshness(data: Mapping[str, Any]) -> None:
    days = data.get("days")
    if not isinstance(days, int) or not 1 <= days <= DAYS_MAX:
        raise Incomplete(
            field="days", reason=gettext_lazy("Enter a number of days from 1 to 3650.")
        )
    if not set(data.get("kinds", ())) <= set(UnitKind.values):
        raise Incomplete(
            field="kinds", reason=gettext_lazy("Choose the kinds of units from the list.")
        )


def _check_tags(data: Mapping[str, Any]) -> None:
    for field in DEFAULTS[TAGS]:
        words = list(data.get(field, ()))
        if len(words) > WORDS_OFFERED_MAX:
            raise Incomplete(
                field=field,
                reason=gettext_lazy("Enter at most %(n)d of them.") % {"n": WORDS_OFFERED_MAX},
            )
        for word in words:
            if not word.strip() or "," in word or len(word) > TAG_CHARS_MAX:
                raise Incomplete(
                    field=field,
                    reason=gettext_lazy(
                        "“%(word)s”: write one to %(n)d characters without commas."
                    ) % {"word": word[:TAG_CHARS_MAX], "n": TAG_CHARS_MAX},
                )  # fmt: skip


_CHECKS = {AGES: _check_ages, FRESHNESS: _check_freshness, TAGS: _check_tags}


def check(code: str, data: Mapping[str, Any]) -> None:
    _CHECKS[code](data)


OFFICE = OfficeSettings(Setting, "listsettings.edit", "list_setting", DEFAULTS, check)
current = OFFICE.current


@dataclass(frozen=True)
class Band:
    """Open since so many days, both ends included; ``high`` is None for the last."""

    low: int
    high: int | None

    @property
    def label(self) -> str:
        if self.high is None:
            return _("over %(days)d days") % {"days": self.low - 1}
        if self.low == 0:
            return _("up to %(days)d days") % {"days": self.high}
        return _("%(low)d to %(high)d days") % {"low": self.low, "high": self.high}

    def days(self, today: date) -> tuple[date | None, date]:
        """The first and the last day on which something of this age was found."""
        first = None if self.high is None else today - timedelta(days=self.high)
        return first, today - timedelta(days=self.low)

    def query(self, today: date) -> str:
        first, last = self.days(today)
        return f"{f'found_from={first}&' if first else ''}found_to={last}"


def bands() -> list[Band]:
    return bands_of(current(AGES)[1]["ends"])


def bands_of(ends: Sequence[int]) -> list[Band]:
    lows = [0, *(end + 1 for end in ends)]
    return [Band(low, high) for low, high in zip(lows, [*ends, None], strict=True)]


@dataclass(frozen=True)
class Freshness:
    days: int
    kinds: tuple[str, ...]


def freshness() -> Freshness:
    data = current(FRESHNESS)[1]
    return Freshness(int(data["days"]), tuple(data["kinds"]))


@dataclass(frozen=True)
class Tags:
    """What an office offers as tags of the case library."""

    hazard_kinds: tuple[str, ...]
    tags: tuple[str, ...]


def tags() -> Tags:
    data = current(TAGS)[1]
    return Tags(tuple(data["hazard_kinds"]), tuple(data["tags"]))
