"""A plan as a page shows it, and as the page sends it back: columns, dates, money, codes, words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.domain.accidents import law
from anlan.domain.accidents.commands import lacks
from anlan.domain.accidents.importing import cells
from anlan.domain.accidents.importing.plan import (
    CODED,
    FIELDS,
    PEOPLE,
    RULES_MAX,
    WORDS_CHARS_MAX,
    Plan,
    folded,
)
from anlan.domain.accidents.models import Batch
from anlan.kernel.accounts import sectors
from anlan.kernel.papers.mappings import NAME_CHARS_MAX

#: Lines for further words that the page offers at once, and days that stand for none known.
NEW_WORDS, NO_DAYS_MAX = 6, 20
YUAN_MAX = Decimal(1_000_000)
OUTCOMES: tuple[tuple[str, Any], ...] = (
    ("deaths", gettext_lazy("a death")), ("serious", gettext_lazy("a serious injury")),
    ("light", gettext_lazy("a light injury")), ("missing", gettext_lazy("a missing person")),
    ("none", gettext_lazy("counts nobody")),
)  # fmt: skip


@dataclass(frozen=True)
class Codes:
    """A column's codes with what each means by now; ``more`` of them aren't shown yet."""

    field: str
    heading: str
    label: str
    #: Code, how often it stands there, and what it means.
    rows: Sequence[tuple[str, int, str]]
    more: int
    choices: Sequence[tuple[str, Any]]


def codes_of(batch: Batch) -> list[Codes]:
    """What the dry run found in columns of codes, those that mean nothing yet first."""
    choices = {"type": type_choices(), "outcome": OUTCOMES,
               "sector": tuple(sectors.names().items())}  # fmt: skip
    return [
        Codes(
            each["field"], each["heading"], str(FIELDS[each["field"]]),
            [(said, n, means) for said, n, means in each["most"]],
            max(0, each["all"] - len(each["most"])), choices[each["field"]],
        )
        for each in batch.tried.get("codes", ())
    ]  # fmt: skip


def type_choices() -> list[tuple[str, str]]:
    """Names of both editions, once: that of the day is found when a row is read."""
    found: dict[str, str] = {}
    for row in law.types().values():
        found.setdefault(row.name, f"{row.name}（{row.edition}）")
    return list(found.items())


def words_of(plan: Plan) -> list[tuple[int, dict[str, str]]]:
    """Rules of a type that aren't of one code, by their place in the plan."""
    return [(n, rule) for n, rule in enumerate(plan.types) if "is" not in rule]


def edited(batch: Batch, given: Mapping[str, str], heads: Sequence[str]) -> Plan:
    """The batch's plan as the page sends it back.

    Raises AccidentIncomplete with what must be mended.
    """
    plan = Plan.of(batch.plan)
    plan.columns, plan.same = _columns(given, heads)
    if lacking := plan.lacking():
        names = "、".join(str(FIELDS[name]) for name in lacking)
        raise lacks("columns", _("Say which column is “%(names)s”.") % {"names": names})
    days = given.get("days", "")
    plan.days = days if days in (cells.MONTH_FIRST, cells.DAY_FIRST) else ""
    plan.zone = given.get("zone", "").strip()
    cells.zone_of(plan.zone)
    plan.no_day = _no_days(given.get("no_day", ""))
    plan.currency, plan.rate = _money(given)
    plan.constants = _each_row(given)
    shown = words_of(plan)
    _codes(batch, plan, given)
    _words(plan, shown, given)
    if sum(len(plan.rules(name)) for name in CODED) > RULES_MAX:
        raise lacks("types", _("At most %(n)d rules; say several words in one.") % {"n": RULES_MAX})
    return plan


def mapping_name(given: Mapping[str, str]) -> str:
    name = given.get("name", "").strip()
    if len(name) > NAME_CHARS_MAX:
        raise lacks("name", _("Shorten it to %(n)s characters.") % {"n": NAME_CHARS_MAX})
    return name


def rate(said: str) -> str:
    """What one of another currency is in yuan; "" where nobody says so."""
    said = said.strip()
    if not said:
        return ""
    try:
        found = Decimal(said)
    except InvalidOperation:
        found = Decimal(0)
    if not found.is_finite() or not 0 < found < YUAN_MAX:
        raise lacks("rate", _("Write how many yuan one of it is, as 7.1."))
    return str(found)


def _columns(
    given: Mapping[str, str], heads: Sequence[str]
) -> tuple[dict[str, list[str]], list[str]]:
    columns: dict[str, list[str]] = {}
    same = []
    for n, heading in enumerate(heads):
        # A column may be two things: what is told, and the code of its type.
        for name in (given.get(f"c{n}", ""), given.get(f"d{n}", "")):
            if name in FIELDS and heading not in columns.get(name, ()):
                columns.setdefault(name, []).append(heading)
        if given.get(f"s{n}"):
            same.append(heading)
    return columns, same


def _no_days(said: str) -> list[str]:
    found = [each for each in re.split(r"[\s,，、;；]+", said) if each]
    if len(found) > NO_DAYS_MAX:
        raise lacks("no_day", _("At most %(n)d days.") % {"n": NO_DAYS_MAX})
    return [cells.moment(each).date().isoformat() for each in found]


def _money(given: Mapping[str, str]) -> tuple[str, str]:
    currency = given.get("currency", "").strip().upper()
    if currency and not re.fullmatch(r"[A-Z]{3}", currency):
        raise lacks("currency", _("Write the currency as three letters: USD, EUR, HKD."))
    return currency, rate(given.get("rate", "")) if currency else ""


def _each_row(given: Mapping[str, str]) -> dict[str, int]:
    found = {name: cells.number(given.get(f"each-{name}", ""), name) for name in PEOPLE}
    return {name: n for name, n in found.items() if n}


def _codes(batch: Batch, plan: Plan, given: Mapping[str, str]) -> None:
    """A rule for each code whose meaning was changed, before those that there were."""
    for n, codes in enumerate(codes_of(batch)):
        known = {value for value, _label in codes.choices}
        fresh = []
        for m, (said, _count, means) in enumerate(codes.rows):
            chosen = given.get(f"k{n}-{m}", means)
            if chosen != means and (chosen in known or not chosen):
                fresh.append({"column": codes.heading, "is": said, "as": chosen})
        changed = {folded(rule["is"]) for rule in fresh}
        rules = [
            rule for rule in plan.rules(codes.field)
            if rule.get("column") != codes.heading or folded(rule.get("is", "")) not in changed
        ]  # fmt: skip
        setattr(plan, f"{codes.field}s", [*fresh, *rules])


def _words(
    plan: Plan, shown: Sequence[tuple[int, dict[str, str]]], given: Mapping[str, str]
) -> None:
    """Rules by words that are kept, and new ones at the end."""
    if "words-here" in given:
        gone = [rule for n, rule in shown if not given.get(f"w{n}")]
        plan.types = [rule for rule in plan.types if rule not in gone]
    names = {name for name, _label in type_choices()}
    for n in range(NEW_WORDS):
        said, type_ = given.get(f"nw{n}", "").strip(), given.get(f"nt{n}", "")
        if not said:
            continue
        if len(said) > WORDS_CHARS_MAX:
            raise lacks("types", _("Shorten it to %(n)s characters.") % {"n": WORDS_CHARS_MAX})
        if type_ not in names:
            raise lacks("types", _("Choose a type for the words “%(words)s”.") % {"words": said})
        words = "、".join(filter(None, re.split(r"\s*[,，、;；]\s*", said)))
        plan.types = [*(r for r in plan.types if r.get("has") != words),
                      {"has": words, "as": type_}]  # fmt: skip
