"""Cells that are worked out from others, and rules across cells. Pure: no database.

A value is a whole number in its cell's smallest unit, "na" (不适用), or None where it is missing;
or as data bounds, which are added apart from what is exact, or a text, of which nothing is made.
Missing stays missing: a sum with a missing part is missing, one with a part that doesn't apply is
the sum of the others, a share of nothing is nothing, and what is divided by zero doesn't apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from anlan.domain.filings import vague
from anlan.domain.filings.terms import DIGITS_SHOWN_MAX, Definition, Place, Rule, address
from anlan.domain.filings.vague import Bounds
from anlan.kernel.indicators import arithmetic

Value = int | str | Mapping[str, Any] | None
NA = "na"
#: Divided by zero: it doesn't apply, and is told as a dash.
OVER_ZERO = "over_zero"


def work_out(
    definition: Definition, values: Mapping[str, Value], digits: Mapping[str, int]
) -> dict[str, Value]:
    """Every cell's value: those given, and sums and shares of them."""
    known = definition.by_key()
    found: dict[str, Value] = dict(values)

    def at(key: str) -> Value:
        if key in found or key not in known:
            return found.get(key)
        cell = known[key].cell
        if cell.mode == "sum":
            found[key] = _sum(
                [(at(k), 1, digits[k]) for k in cell.of]
                + [(at(k), -1, digits[k]) for k in cell.minus],
                digits[key],
            )
        elif cell.mode == "percent":
            found[key] = _percent(at(cell.of[0]), at(cell.whole), digits, cell.of[0], cell.whole,
                                  digits[key])  # fmt: skip
        elif cell.mode == "quotient":
            of, by = cell.of[0], cell.whole
            found[key] = _quotient(at(of), at(by), digits[by] - digits[of], digits[key])
        else:
            found[key] = None
        return found[key]

    for key in known:
        at(key)
    return found


def _sum(parts: list[tuple[Value, int, int]], digits: int) -> Value:
    if any(value is None for value, _sign, _digits in parts):
        return None
    # int ** int may be a fraction, as far as types say; a cell has no more digits than its sum.
    scaled = [(value, sign, int(10 ** (digits - own))) for value, sign, own in parts]
    given = [sign * value * times for value, sign, times in scaled if isinstance(value, int)]
    spans = [(bounds.scaled(times), sign) for value, sign, times in scaled
             if (bounds := Bounds.of(value))]  # fmt: skip
    if spans:
        found = vague.total(spans)
        return replace(found, exact=found.exact + sum(given)).data
    return sum(given) if given else NA


def _percent(
    part: Value, whole: Value, digits: Mapping[str, int], of: str, by: str, own: int
) -> Value:
    if NA in (part, whole):
        return NA
    if not isinstance(part, int) or not isinstance(whole, int) or whole == 0:
        return None
    scaled = part * 10 ** max(0, digits[by] - digits[of])
    base = whole * 10 ** max(0, digits[of] - digits[by])
    found = arithmetic.percent(scaled, base, own)
    return None if found is None else int((found * 10**own).to_integral_value())


def _quotient(part: Value, by: Value, shift: int, own: int) -> Value:
    """``part`` over ``by``, rounded half up (四舍五入) once, to ``own`` digits behind the point.

    shift: how many digits more stand behind the point of ``by``.
    """
    if isinstance(part, str) or isinstance(by, str):
        return OVER_ZERO if OVER_ZERO in (part, by) else NA
    if not isinstance(part, int) or not isinstance(by, int):
        return None
    if by == 0:
        return OVER_ZERO
    found = arithmetic.ratio(part * 10 ** max(0, shift), by * 10 ** max(0, -shift), own)
    return None if found is None else int(found.scaleb(own))


def decimal(value: int, digits: int) -> Decimal:
    return Decimal(value).scaleb(-digits)


def written(value: Value, digits: int) -> str:
    """As people read it; nothing where it is missing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return "—" if value == OVER_ZERO else _("n/a")
    if isinstance(value, Mapping):
        bounds = Bounds.of(value)
        return vague.words(bounds, digits) if bounds else str(value.get("text", ""))
    return trimmed(f"{decimal(value, digits):,.{digits}f}", digits)


def trimmed(text: str, digits: int) -> str:
    """Without the zeros at its end where it has very many digits: 12.500000 万元 is 12.5."""
    return text.rstrip("0").rstrip(".") if digits > DIGITS_SHOWN_MAX else text


# --- rules ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """A rule that isn't kept, in words, with the cells that it is about."""

    rule: Rule
    text: str
    cells: tuple[str, ...]

    @property
    def stops(self) -> bool:
        return self.rule.severity == "error"


#: A cell's value, plain or in another period ("r1.m@year").
Reader = Callable[[str], Value]


def judge(definition: Definition, read: Reader, digits: Mapping[str, int]) -> list[Finding]:
    """Every rule that the values don't keep, in the form's order."""
    known = definition.by_key()
    found = []
    for rule in definition.rules:
        cells = tuple(dict.fromkeys(address(one)[0] for one in (*rule.left, *rule.right)))
        if not set(cells) <= known.keys():
            continue
        if rule.kind == "change":
            found += _changes(rule, read, digits, known)
            continue
        text = _compare(rule, read, digits, known)
        if text:
            found.append(Finding(rule, text, cells))
    return found


def _compare(
    rule: Rule, read: Reader, digits: Mapping[str, int], known: Mapping[str, Place]
) -> str:
    sides = []
    for addresses in (rule.left, rule.right):
        total = Decimal(0)
        for one in addresses:
            value = read(one)
            if not isinstance(value, int):
                if rule.missing == "skip":
                    return ""
                if rule.missing == "break":
                    name = _named(one, known)
                    return _("%(rule)s: “%(cell)s” is missing.") % {
                        "rule": rule.text or rule.key, "cell": name,
                    }  # fmt: skip
                continue
            total += decimal(value, digits[address(one)[0]])
        sides.append(total)
    left, right = sides
    if left == right or (rule.kind == "le" and left <= right):
        return ""
    sign = ">" if rule.kind == "le" else "≠"
    return _("%(rule)s: %(left)s (%(a)s) %(sign)s %(right)s (%(b)s)") % {
        "rule": rule.text or rule.key, "sign": sign, "a": _plain(left), "b": _plain(right),
        "left": " + ".join(_named(one, known) for one in rule.left),
        "right": " + ".join(_named(one, known) for one in rule.right),
    }  # fmt: skip


def _changes(
    rule: Rule, read: Reader, digits: Mapping[str, int], known: Mapping[str, Place]
) -> list[Finding]:
    found = []
    for one in rule.left:
        key = address(one)[0]
        now, before = read(key), read(f"{key}@before")
        if not isinstance(now, int) or not isinstance(before, int) or before == 0:
            # Nothing, or nothing that a change could be measured by.
            if rule.missing != "break" or (now is None) == (before is None):
                continue
            text = _("%(rule)s: “%(cell)s” has no value in one of the two periods.")
            found.append(Finding(rule, text % {"rule": rule.text or rule.key,
                                               "cell": _named(key, known)}, (key,)))  # fmt: skip
            continue
        change = abs(now - before) * 100 / Decimal(before)
        if change > rule.percent:
            text = _("%(cell)s: %(now)s, in the period before %(before)s; more than %(n)d %%.")
            given = {
                "cell": _named(key, known), "n": rule.percent,
                "now": written(now, digits[key]), "before": written(before, digits[key]),
            }  # fmt: skip
            found.append(Finding(rule, text % given, (key,)))
    return found


def _named(one: str, known: Mapping[str, Place]) -> str:
    key, when = address(one)
    label = known[key].label if key in known else key
    if when == "year":
        return _("%(cell)s in the year to date") % {"cell": label}
    return _("%(cell)s in the period before") % {"cell": label} if when else label


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def reason_key(finding: Finding) -> str:
    """Under which a reason is given: the rule, for a change its cell too."""
    if finding.rule.kind == "change":
        return f"{finding.rule.key}:{finding.cells[0]}"
    return finding.rule.key


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Cells that a correction changes."""
    return [key for key in dict.fromkeys((*before, *after)) if before.get(key) != after.get(key)]
