"""The sides of duty letters (目标责任书) as those compared: checked at mid-year and at year's end.

A letter counts that everybody has signed and whose days hold the last day that is counted. Its
side's figures are those of the area and the sectors that its unit answers for; a government that
is no unit of ours is told by the area that its name begins with. What neither tells has no figures
of the ledger: points for it are given by hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from anlan.base import bulk, stored
from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.assessments.compared import COMPARED_MAX, Compared, Target
from anlan.domain.assessments.refusals import TooManyCompared
from anlan.domain.assessments.spec import NAME_CHARS_MAX
from anlan.domain.campaigns.models import Letter, LetterTarget, Signatory
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Jurisdiction, Unit, valid_on
from anlan.kernel.calendar.periods import Kind, Period
from anlan.kernel.regions.models import Level, Region

#: Words of a title that are looked for.
WORDS_MAX = 5
_STANDING = ("signed", "ended")
LEVEL = "side"


def sides(area: Region, words: str, office: int | None, day: date) -> list[Compared]:
    """Who undertook something in the letters that ``office`` drew up; of two letters of one side,
    the later one counts."""
    rows = Letter.objects.filter(
        unit=office or 0, case__state__in=_STANDING, starts_on__lte=day, ends_on__gte=day
    )
    for word in words.split()[:WORDS_MAX]:
        rows = rows.filter(title__icontains=word)
    if (count := rows.count()) > COMPARED_MAX:
        raise TooManyCompared(count=count, max=COMPARED_MAX)
    found = list(rows.order_by("pk").values_list("pk", flat=True))
    takers = _takers(found)
    targets = _targets(found)
    sectors = _sectors([one.unit_id for one in takers.values() if one.unit_id], day)
    areas = _Areas(area) if any(one.unit is None for one in takers.values()) else None
    made: dict[int | str, Compared] = {}
    for pk, taker in takers.items():
        place = taker.unit.area if taker.unit else areas.begun(taker.unit_name) if areas else None
        where = place or area
        made[taker.unit_id or taker.unit_name] = Compared(
            str(pk), taker.unit_name, LEVEL, where.pk, where.path,
            ((where.pk, 1),) if place else (), unit=taker.unit_id,
            sectors=sectors.get(taker.unit_id or 0, ()), targets=targets.get(pk, ()),
        )  # fmt: skip
    return sorted(made.values(), key=lambda one: one.key)


def _takers(letters: Sequence[Any]) -> dict[Any, Signatory]:
    """By letter the first who undertakes it."""
    found: dict[Any, Signatory] = {}
    for chunk in bulk.slices(letters):
        rows = Signatory.objects.filter(letter__in=chunk, side=Signatory.Side.TAKES)
        for row in rows.select_related("unit__area").order_by("letter", "place"):
            found.setdefault(row.letter_id, row)
    return found


def _targets(letters: Sequence[Any]) -> dict[Any, tuple[Target, ...]]:
    found: dict[Any, list[Target]] = defaultdict(list)
    for chunk in bulk.slices(letters):
        rows = LetterTarget.objects.filter(letter__in=chunk).exclude(indicator="")
        for row in rows.order_by("letter", "place"):
            mid = None if row.mid is None else Fraction(row.mid)
            found[row.letter_id].append(
                Target(row.indicator, row.at_most, mid, Fraction(row.end))
            )  # fmt: skip
    return {pk: tuple(rows) for pk, rows in found.items()}


def _sectors(units: Sequence[int], day: date) -> dict[int, tuple[str, ...]]:
    """By unit the sectors that it answers for; () is all of them."""
    found: dict[int, set[str | None]] = defaultdict(set)
    for chunk in bulk.slices(list(units)):
        rows = Jurisdiction.objects.filter(valid_on(day), unit__in=chunk, enterprise_id=None)
        for unit, sector in rows.values_list("unit", "sector"):
            found[unit].add(sector)
    return {
        unit: () if None in codes else tuple(sorted(code for code in codes if code))
        for unit, codes in found.items()
    }


class _Areas:
    """The areas below one, townships the lowest, by the names that governments there begin with.

    Read whole, in one statement: of a province some thousand names. One that several areas bear
    tells none of them, unless one of them is of a higher level than the others.
    """

    def __init__(self, area: Region) -> None:
        rows = Region.objects.below(area).filter(valid_to=None, level__lte=Level.TOWNSHIP)
        self.named: dict[str, list[Region]] = defaultdict(list)
        for row in rows.only("pk", "name", "level", "path").order_by("level", "code"):
            self.named[row.name].append(row)

    def begun(self, name: str) -> Region | None:
        """The lowest area that the name leads down to: of 昆明市五华区人民政府 the district."""
        found: Region | None = None
        while below := self._next(name, found):
            found, name = below, name.removeprefix(below.name)
        return found

    def _next(self, name: str, above: Region | None) -> Region | None:
        for end in range(len(name), 1, -1):
            rows = [
                row for row in self.named.get(name[:end], ())
                if above is None or row.path.startswith(above.path)
            ]  # fmt: skip
            if rows:
                alone = len(rows) == 1 or rows[0].level < rows[1].level
                return rows[0] if alone else None
        return None


def due(target: Target, period: Period) -> Fraction | None:
    """What was to be reached by the end of a period: at mid-year the number for it."""
    is_middle = period.kind is Kind.HALF and period.end.month < 12
    return target.mid if is_middle else target.end


# --- a scheme by a letter's targets ----------------------------------------------------------


def asked(by: Actor, pk: str, unit: int) -> Letter | None:
    """The letter that a scheme is to begin with: one that one's own office drew up."""
    if not pk:
        return None
    try:
        key = UUID(pk[:40])
    except ValueError:
        raise NotFound from None
    row: Letter = policy.access(Letter.objects.all(), "duty_letters.view", by, key)
    if row.unit_id != unit:
        raise NotFound
    return row


def drafted(letter: Letter, unit: Unit) -> dict[str, Any]:
    """A draft with an item for each target. What no letter says stays open: weights, and what is
    taken off for each that a number is passed by."""
    rows = list(letter.targets.order_by("place"))
    with stored.house_language():
        items = [_item(n, row, unit) for n, row in enumerate(rows, 1)]
        name = _("Targets undertaken")
    return {
        "group": "letters", "period": "half", "letters": letter.title[:NAME_CHARS_MAX],
        "source": letter.title,
        "dimensions": [{"code": "targets", "name": name}],
        "items": items,
    }  # fmt: skip


def _item(n: int, row: LetterTarget, unit: Unit) -> dict[str, Any]:
    item: dict[str, Any] = {
        "code": f"t{n}", "name": row.name, "dimension": "targets", "weight": "0", "span": "year",
        "source": _("%(name)s, as the letter sets it") % {"name": row.name},
    }  # fmt: skip
    if not row.indicator:
        return item | {"rule": {"kind": "manual", "scorer": unit.code}, "span": "period"}
    item["indicator"] = row.indicator
    if row.at_most:
        return item | {"measure": "miss", "rule": {"kind": "deduct"}}
    share = {"kind": "linear", "none_at": "0", "full_at": "100"}
    return item | {"measure": "share", "rule": share}
