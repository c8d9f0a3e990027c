"""A scheme as it is kept and as a file has it: written, and read strictly.

What can't be read says at which place and why. Numbers are exact; they are written as decimals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.domain.assessments.refusals import SchemeUnfit
from anlan.domain.assessments.spec import (
    ABSENT,
    BASE_LAST,
    CODE_CHARS_MAX,
    DIGITS_MAX,
    DIMENSIONS_MAX,
    EFFECTS,
    GRADES_MAX,
    GROUPS,
    ITEMS_MAX,
    LEVELS,
    LIST_MAX,
    MEASURES,
    NAME_CHARS_MAX,
    NUMBER_CHARS_MAX,
    PERIODS,
    RULES,
    SOURCE_CHARS_MAX,
    SPANS,
    STAGES_MAX,
    STEPS_MAX,
    TIES,
    VETOES_MAX,
    Dimension,
    Grade,
    Item,
    Rule,
    Spec,
    Stage,
    Veto,
)
from anlan.kernel.calendar.periods import PeriodUnreadable

# --- written -------------------------------------------------------------------------------


def text_of(number: Fraction | None) -> str:
    """As a person would write it; a number that ends is written whole, another as a fraction."""
    if number is None:
        return ""
    whole = number.denominator
    for prime in (2, 5):
        while whole % prime == 0:
            whole //= prime
    if whole != 1:
        return f"{number.numerator}/{number.denominator}"
    digits = 0
    while (number * 10**digits).denominator != 1:
        digits += 1
    return f"{Decimal(int(number * 10**digits)).scaleb(-digits):f}"


def written(spec: Spec) -> dict[str, Any]:
    """A scheme as it is kept, and as a file has it; defaults are left out."""
    found = _plain(spec, Spec(Fraction(0), "", ""))
    found["items"] = [_item_written(item) for item in spec.items]
    return {"total": text_of(spec.total), "group": spec.group, "period": spec.period, **found}


def _item_written(item: Item) -> dict[str, Any]:
    blank = Item("", "", "", Fraction(0), Rule(""))
    found = _plain(item, blank)
    found["weight"] = text_of(item.weight)
    found["rule"] = {
        **_plain(item.rule, Rule("")),
        **({"steps": [[text_of(a), text_of(b)] for a, b in item.rule.steps]}
           if item.rule.steps else {}),
    }  # fmt: skip
    return found


def _plain(one: Any, blank: Any) -> dict[str, Any]:
    return {
        name: _plain_value(value)
        for name, value in vars(one).items()
        if value != getattr(blank, name)
    }


def _plain_value(value: Any) -> Any:
    if isinstance(value, Fraction):
        return text_of(value)
    if isinstance(value, tuple):
        return [_plain_value(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Stage):
        return {name: _plain_value(each) for name, each in vars(value).items()}
    if isinstance(value, Dimension | Veto | Grade):
        blank: Any = {
            Dimension: Dimension("", ""), Veto: Veto("", "", "", 0), Grade: Grade("", ""),
        }[type(value)]  # fmt: skip
        return _plain(value, blank)
    return value


# --- read ----------------------------------------------------------------------------------


def number(text: Any, field: str) -> Fraction:
    """A decimal or a fraction like 1/3, exactly."""
    said = str(text).strip()[: NUMBER_CHARS_MAX + 1]
    reason = _("Write a number, like 12.5.")
    if not said or len(said) > NUMBER_CHARS_MAX or "_" in said:
        raise SchemeUnfit(field=field, reason=reason)
    head, slash, tail = said.partition("/")
    try:
        numbers = [Decimal(head), Decimal(tail or 1)]
    except InvalidOperation:
        raise SchemeUnfit(field=field, reason=reason) from None
    if not all(each.is_finite() and abs(each.adjusted()) < NUMBER_CHARS_MAX for each in numbers):
        raise SchemeUnfit(field=field, reason=reason)
    if slash and not numbers[1]:
        raise SchemeUnfit(field=field, reason=reason)
    return Fraction(numbers[0]) / Fraction(numbers[1])


@dataclass
class _Read:
    """Values of one mapping, each asked for by name; what nobody asked for is refused."""

    data: Mapping[str, Any]
    place: str
    asked: set[str] = field(default_factory=set)

    def at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name

    def text(self, name: str, chars: int = NAME_CHARS_MAX, default: str = "") -> str:
        self.asked.add(name)
        found = self.data.get(name, default)
        if not isinstance(found, str) or len(found) > chars or "\x00" in found:
            reason = _("Write a text of at most %(max)d characters.") % {"max": chars}
            raise SchemeUnfit(field=self.at(name), reason=reason)
        return found.strip()

    def choice(self, name: str, known: Any, default: str = "") -> str:
        found = self.text(name, default=default)
        if found not in known:
            raise SchemeUnfit(field=self.at(name), reason=_("Choose one of the list."))
        return found

    def fraction(self, name: str, default: Fraction | None = None) -> Fraction | None:
        self.asked.add(name)
        found = self.data.get(name)
        return default if found is None or found == "" else number(found, self.at(name))

    def sure(self, name: str, default: Fraction) -> Fraction:
        found = self.fraction(name, default)
        assert found is not None
        return found

    def whole(self, name: str, most: int, default: int | None = None) -> int | None:
        self.asked.add(name)
        found = self.data.get(name)
        if found is None or found == "":
            return default
        if type(found) is not int or not 0 <= found <= most:
            reason = _("Write a whole number from 0 to %(max)d.") % {"max": most}
            raise SchemeUnfit(field=self.at(name), reason=reason)
        return found

    def rows(self, name: str, most: int) -> list[_Read]:
        self.asked.add(name)
        found = self.data.get(name, [])
        if not isinstance(found, list) or len(found) > most:
            reason = _("At most %(max)d of them.") % {"max": most}
            raise SchemeUnfit(field=self.at(name), reason=reason)
        return [self._inner(row, f"{name}.{n}") for n, row in enumerate(found)]

    def inner(self, name: str) -> _Read:
        self.asked.add(name)
        return self._inner(self.data.get(name, {}), name)

    def _inner(self, data: Any, name: str) -> _Read:
        if not isinstance(data, dict):
            raise SchemeUnfit(field=self.at(name), reason=_("This can't be read."))
        return _Read(data, self.at(name))

    def done(self) -> None:
        for name in self.data.keys() - self.asked:
            raise SchemeUnfit(field=self.at(str(name)), reason=_("Nothing here has this name."))


def read(data: Mapping[str, Any]) -> Spec:
    """Raises SchemeUnfit, with the place, where something can't be read at all.

    Whether the whole makes sense (weights that add up …) is ``findings``'.
    """
    it = _Read(data, "")
    spec = Spec(
        total=it.sure("total", Fraction(100)), group=it.choice("group", GROUPS, "counties"),
        period=it.choice("period", PERIODS, "month"), tree=it.text("tree"),
        letters=it.text("letters"), campaign=it.text("campaign", CODE_CHARS_MAX),
        stages=tuple(map(_stage, it.rows("stages", STAGES_MAX))),
        dimensions=tuple(map(_dimension, it.rows("dimensions", DIMENSIONS_MAX))),
        items=tuple(map(_item, it.rows("items", ITEMS_MAX))),
        vetoes=tuple(map(_veto, it.rows("vetoes", VETOES_MAX))),
        grades=tuple(map(_grade, it.rows("grades", GRADES_MAX))),
        ties=it.choice("ties", TIES, "same"), tie_items=_codes(it, "tie_items"),
        digits=it.whole("digits", DIGITS_MAX, 2) or 0,
        missing=it.choice("missing", ABSENT, "zero"), nothing=it.choice("nothing", ABSENT, "share"),
        red=it.whole("red", LIST_MAX, 3) or 0, black=it.whole("black", LIST_MAX, 3) or 0,
        appeal_days=it.whole("appeal_days", 365, 0) or 0,
        source=it.text("source", SOURCE_CHARS_MAX), source_version=it.text("source_version"),
    )  # fmt: skip
    it.done()
    return spec


def _codes(it: _Read, name: str) -> tuple[str, ...]:
    it.asked.add(name)
    found = it.data.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise SchemeUnfit(field=it.at(name), reason=_("This can't be read."))
    return tuple(found)


def _stage(it: _Read) -> Stage:
    name, days = it.text("name"), [it.text("starts"), it.text("ends")]
    reason = _("Write each stage with two days, like “Searching: 2024-02-01..2024-06-30”.")
    try:
        one = Stage(name, *map(date.fromisoformat, days))
        # Its days make a period, the first not after the last.
        one.span  # noqa: B018
    except (ValueError, PeriodUnreadable):
        raise SchemeUnfit(field=it.place, reason=reason) from None
    if not name:
        raise SchemeUnfit(field=it.place, reason=reason)
    it.done()
    return one


def _dimension(it: _Read) -> Dimension:
    one = Dimension(it.text("code", CODE_CHARS_MAX), it.text("name"), it.fraction("weight"))
    it.done()
    return one


def _item(it: _Read) -> Item:
    one = Item(
        code=it.text("code", CODE_CHARS_MAX), name=it.text("name"),
        dimension=it.text("dimension", CODE_CHARS_MAX), weight=it.sure("weight", Fraction(0)),
        rule=_rule(it.inner("rule")), indicator=it.text("indicator"),
        span=it.choice("span", SPANS, "period"), measure=it.choice("measure", MEASURES, "value"),
        base=it.whole("base", BASE_LAST),
        value_digits=it.whole("value_digits", DIGITS_MAX), digits=it.whole("digits", DIGITS_MAX),
        missing=it.choice("missing", ("", *ABSENT)), nothing=it.choice("nothing", ("", *ABSENT)),
        source=it.text("source", SOURCE_CHARS_MAX),
    )  # fmt: skip
    it.done()
    return one


def _rule(it: _Read) -> Rule:
    it.asked.add("steps")
    steps = it.data.get("steps", [])
    if not isinstance(steps, list) or len(steps) > STEPS_MAX:
        reason = _("At most %(max)d of them.") % {"max": STEPS_MAX}
        raise SchemeUnfit(field=it.at("steps"), reason=reason)
    pairs = []
    for row in steps:
        if not isinstance(row, list) or len(row) != 2:
            raise SchemeUnfit(field=it.at("steps"), reason=_("This can't be read."))
        pairs.append((number(row[0], it.at("steps")), number(row[1], it.at("steps"))))
    one = Rule(
        kind=it.choice("kind", RULES, "linear"), none_at=it.fraction("none_at"),
        full_at=it.fraction("full_at"), steps=tuple(pairs),
        least=it.sure("least", Fraction(0)), free=it.sure("free", Fraction(0)),
        each=it.fraction("each"), better=it.choice("better", ("up", "down"), "up"),
        scorer=it.text("scorer"),
    )  # fmt: skip
    it.done()
    return one


def _veto(it: _Read) -> Veto:
    one = Veto(
        code=it.text("code", CODE_CHARS_MAX), name=it.text("name"), indicator=it.text("indicator"),
        at_least=it.whole("at_least", 1_000_000, 1) or 0, level=it.choice("level", LEVELS),
        span=it.choice("span", SPANS, "year"), effect=it.choice("effect", EFFECTS, "cap"),
        grade=it.text("grade", CODE_CHARS_MAX), source=it.text("source", SOURCE_CHARS_MAX),
    )  # fmt: skip
    it.done()
    return one


def _grade(it: _Read) -> Grade:
    one = Grade(it.text("code", CODE_CHARS_MAX), it.text("name"), it.fraction("least"))
    it.done()
    return one
