"""The numbers that a duty letter undertakes, as they are written down: a line for each.

事故起数，不超过，6，12        figure, at most or at least, by mid-year, by the year's end
五华区人民政府，整改率，不低于，90，95    the same for one of the sides alone
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db import connection
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.domain.campaigns.carrying.commands.wanted import lacks
from anlan.domain.campaigns.models import NAME_CHARS_MAX, Letter, LetterTarget
from anlan.kernel.indicators.declare import Distinct, declared

TARGETS_MAX, LINES_MAX = 30, 2_000
#: Digits before and behind the point.
_MOST, _DIGITS = Decimal(10) ** 14, 4
AT_MOST, AT_LEAST = "不超过", "不低于"
_WAYS = {AT_MOST: True, "≤": True, "at most": True, AT_LEAST: False, "≥": False, "at least": False}
_FIELDS = re.compile(r"[,，\t]")


@dataclass(frozen=True)
class NewTarget:
    name: str
    indicator: str
    at_most: bool
    mid: Decimal | None
    end: Decimal
    #: The one side that undertakes it; empty: each.
    unit_name: str = ""


def read(
    text: str, units: Sequence[str] = (), letter: Letter | None = None
) -> tuple[NewTarget, ...]:
    """The targets of some lines. Raises what tells which line is wrong, and how to mend it.

    units:   the sides that a line may begin with.
    letter:  the one that is changed: what it calls a figure stays that figure, in whichever
             language it was drawn up.
    """
    rows = [line for line in text.splitlines() if line.strip()]
    if len(rows) > LINES_MAX:
        raise lacks("targets", _("At most %(n)d lines of targets.") % {"n": LINES_MAX})
    figures = counted() if rows else {}
    figures |= {code: code for code in figures.values()}
    if letter is not None:
        figures |= dict(letter.targets.exclude(indicator="").values_list("name", "indicator"))
    found = tuple(_target(row, figures, frozenset(units)) for row in rows)
    for (unit, name), count in Counter((one.unit_name, one.name) for one in found).items():
        if count > 1:
            who = f"{unit}，{name}" if unit else name
            raise lacks("targets", _("%(who)s stands there twice.") % {"who": who})
    return found


def counted() -> dict[str, str]:
    """By label the code of each figure that can be counted for any period."""
    return {
        str(each.label): code for code, each in declared().items() if not isinstance(each, Distinct)
    }


def _target(row: str, figures: dict[str, str], units: frozenset[str]) -> NewTarget:
    parts = [part.strip() for part in _FIELDS.split(row)]
    unit = parts.pop(0) if parts[0] in units else ""
    if len(parts) != 4 or parts[1] not in _WAYS or not parts[0]:
        reason = _(
            "Write “%(row)s” like: 生产安全事故起数，不超过，6，12 (or 不低于); "
            "after a side’s name, for it alone."
        )
        raise lacks("targets", reason % {"row": row.strip()[:60]})
    name, way, mid, end = parts
    if len(name) > NAME_CHARS_MAX:
        raise lacks("targets", _("Shorten it to %(n)s characters.") % {"n": NAME_CHARS_MAX})
    return NewTarget(
        name, figures.get(name, ""), _WAYS[way], _number(mid, row) if mid else None,
        _number(end, row), unit,
    )  # fmt: skip


def _number(text: str, row: str) -> Decimal:
    try:
        value = Decimal(text.rstrip("%％"))
        if value.is_finite() and abs(value) < _MOST and value == round(value, _DIGITS):
            return value
    except InvalidOperation:
        pass
    reason = _("“%(text)s” in “%(row)s” is no number of at most %(n)d decimals.")
    raise lacks("targets", reason % {"text": text[:20], "row": row.strip()[:60], "n": _DIGITS})


def put(letter: Letter, new: Sequence[NewTarget], side: str = "") -> None:
    """In place of those that stood there: of several of a name, a side's own counts."""
    assert connection.in_atomic_block, "the letter is its caller's"
    mine = [one for one in new if one.unit_name in ("", side)]
    chosen = {one.name: one for one in sorted(mine, key=lambda one: bool(one.unit_name))}
    if len(chosen) > TARGETS_MAX:
        raise lacks("targets", _("A letter has at most %(n)d targets.") % {"n": TARGETS_MAX})
    letter.targets.all().delete()
    bulk.insert([
        bulk.make(LetterTarget, letter_id=letter.pk, place=place, name=one.name,
                  indicator=one.indicator, at_most=one.at_most, mid=one.mid, end=one.end)
        for place, one in enumerate(chosen.values())
    ])  # fmt: skip


def written(letter: Letter) -> str:
    """As it stands in the field in which it is changed."""
    return "\n".join(
        "，".join((one.name, AT_MOST if one.at_most else AT_LEAST, plain(one.mid), plain(one.end)))
        for one in letter.targets.order_by("place")
    )


def plain(number: Decimal | None) -> str:
    """12 and not 12.0000."""
    return "" if number is None else f"{number.normalize():f}"
