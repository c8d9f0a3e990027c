"""From the form of the confirming page to the fields of a figure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.intake.fields import Posted, TaskIncomplete
from anlan.domain.campaigns.intake.figures import CHARS, DIGITS_MAX, Fields, places, written
from anlan.domain.campaigns.models import Intake
from anlan.kernel.calendar.periods import SPAN_DAYS_MAX, YEAR_MAX, YEAR_MIN
from anlan.kernel.facts.kinds import declared
from anlan.kernel.regions.models import Region

#: What a person may say a figure is; the reader's finer sorts stay as they are.
SORTS = (
    ("count", _("a number of things")), ("money", _("an amount of money")),
    ("physical", _("a length, area or weight")), ("rate", _("a share")),
    ("change", _("a change against another time")), ("target", _("a target, not a result")),
    ("duration", _("a stretch of time")), ("zero_in_words", _("none, in words")),
    ("universal_in_words", _("all, in words")),
)  # fmt: skip
BOUNDS = (
    ("", _("exactly")), (">=", _("at least (余, 多, 以上)")), (">", _("more than (超, 逾)")),
    ("<=", _("at most (以内, 以下)")), ("<~", _("nearly (近)")), ("~", _("about (约)")),
)  # fmt: skip
DIRECTIONS = (
    ("", _("no direction")), ("up", _("up")), ("down", _("down")),
)  # fmt: skip
#: Every other field that is a line of text, and may be empty.
_TEXTS = ("unit", "region", "actor", "baseline")
_DIGITS_MAX = 4


def posted(form: Posted, before: Fields, intake: Intake) -> Fields:
    """What the form holds, over what was there before. Raises TaskIncomplete."""
    told: Fields = dict(before)
    told["indicator"] = _line(form, "indicator", before["indicator"])
    if not told["indicator"]:
        raise TaskIncomplete(field="indicator", reason=_("Say what is counted."))
    for name in _TEXTS:
        told[name] = _line(form, name, before[name])
    told["value"] = _number(str(form.get("value", before["value"])))
    told["since"], told["until"] = _days(form, before)
    told["sort"] = _one_of(form, "sort", SORTS, before["sort"])
    told["bound"] = _one_of(form, "bound", BOUNDS, before["bound"])
    told["direction"] = _one_of(form, "direction", DIRECTIONS, before["direction"])
    kind = str(form.get("kind", before["kind"]))
    told["kind"] = kind if kind in declared() else ""
    told["area"] = _area(form, before, intake)
    return told


def typed(form: Posted, before: Fields) -> Fields:
    """What was typed, as it was typed, for a form that is shown once more."""
    names = ("indicator", "value", "since", "until", "sort", "bound", "direction", "kind", *_TEXTS)
    return {**before, **{name: str(form.get(name, before[name])) for name in names}}


def _line(form: Posted, name: str, before: str) -> str:
    said = " ".join(str(form.get(name, before)).split())
    if len(said) > CHARS[name]:
        reason = _("“%(start)s…” is too long: at most %(n)d characters.")
        raise TaskIncomplete(field=name, reason=reason % {"start": said[:12], "n": CHARS[name]})
    return said


def _one_of(form: Posted, name: str, choices: tuple[tuple[str, Any], ...], before: str) -> str:
    said = str(form.get(name, before))
    return said if said in dict(choices) else before


def _number(said: str) -> str:
    try:
        number = Decimal(said.strip().replace(",", "").replace("，", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    exponent = number.as_tuple().exponent
    if not number.is_finite() or not isinstance(exponent, int) or -exponent > _DIGITS_MAX:
        reason = _("“%(value)s” is no number. Write digits only, with at most four decimals.")
        raise TaskIncomplete(field="value", reason=reason % {"value": said[:20]})
    # By its place: of 1e999999999, which is finite, abs() overflows.
    if number.adjusted() >= DIGITS_MAX:
        reason = _("“%(value)s” is too big a number.")
        raise TaskIncomplete(field="value", reason=reason % {"value": said[:20]})
    return written(number)


def _days(form: Posted, before: Fields) -> tuple[str, str]:
    said = [str(form.get(name, before[name])).strip() for name in ("since", "until")]
    if not any(said):
        return "", ""
    try:
        first, last = (date.fromisoformat(day) for day in said)
    except ValueError:
        raise TaskIncomplete(
            field="since", reason=_("Write the first and the last day, for example 2024-01-01.")
        ) from None
    if last < first or (last - first).days >= SPAN_DAYS_MAX:
        raise TaskIncomplete(
            field="since", reason=_("The last day is before the first; correct one.")
        )
    if not (first.year >= YEAR_MIN and last.year <= YEAR_MAX):
        raise TaskIncomplete(field="since", reason=_("Check the year of its days."))
    return first.isoformat(), last.isoformat()


def _area(form: Posted, before: Fields, intake: Intake) -> str:
    """The code that the picker sent; without a script, the name that was typed."""
    code = str(form.get("area", before["area"])).strip()
    row = Region.objects.current().filter(code=code).first() if code else None
    said = str(form.get("picker_q", row.name if row else "")).strip()
    if not said:
        return ""
    if row is not None and said in (row.name, row.full_name):
        return row.code
    found = places({said}, intake.area).get(said) or (row.code if row else "")
    if not found:
        reason = _("There is no area “%(name)s”, or several. Choose it from the list.")
        raise TaskIncomplete(field="area", reason=reason % {"name": said[:20]})
    return found
