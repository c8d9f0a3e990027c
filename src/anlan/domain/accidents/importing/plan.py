"""How a register is laid out: which column is what, and what its codes and words mean. Data.

A *layout* lists what each of our fields may be called in a source (data/mappings.toml, a file of
the same form, or a mapping that an office saved). A *plan* is a layout that was held against one
workbook's headings, and what a person then made of it; a batch keeps its own.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Self

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anlan.base.refusal import Unreadable
from anlan.domain.accidents import law

#: What a column may be, in the order of the drop-down.
FIELDS: Mapping[str, str | Promise] = {
    "title": pgettext_lazy("accident", "What happened"),
    "happened_at": gettext_lazy("day, or day and time"),
    "time": gettext_lazy("time of day"),
    "zone": gettext_lazy("time zone"),
    "key": gettext_lazy("number in the source"),
    "area": gettext_lazy("area: name or code"),
    "place": pgettext_lazy("accident", "Place"),
    "lon": gettext_lazy("longitude"),
    "lat": gettext_lazy("latitude"),
    "enterprise": gettext_lazy("Enterprise"),
    "sector": gettext_lazy("Sector"),
    "nature": gettext_lazy("traffic, fire or other"),
    "type": gettext_lazy("type of accident: name or code"),
    "deaths": gettext_lazy("Deaths"),
    "serious": gettext_lazy("Serious injuries"),
    "light": gettext_lazy("Light injuries"),
    "missing": gettext_lazy("Missing people"),
    "outcome": gettext_lazy("what became of the person: a code"),
    "loss_wan": gettext_lazy("Direct loss (10,000 yuan)"),
    "loss": gettext_lazy("direct loss, in yuan or another currency"),
    "text": gettext_lazy("account of it"),
}
REQUIRED = ("title", "happened_at")
PEOPLE = ("deaths", "serious", "light", "missing")
#: Several columns of these are added up; of others the first that says something holds, and a
#: place is all of them.
SUMMED = frozenset({*PEOPLE, "loss_wan", "loss"})
#: Whose values a table turns into ours, and to what.
CODED = ("type", "outcome", "sector")
#: A rule each, of the tables and lists together; and characters of what it looks for.
RULES_MAX, WORDS_CHARS_MAX = 1_000, 120
#: Of the columns of a long table, how many a layout must know to be taken for its own.
KNOWN_COLUMNS = 5
LAYOUTS = law.DATA / "mappings.toml"


def head(text: str) -> str:
    """A heading as it is compared: case, blanks, underscores and other signs don't matter."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).lower()


def folded(text: str) -> str:
    """A code or a word as it is compared."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


@dataclass
class Plan:
    """A layout held against the headings of one workbook."""

    #: By field, the headings of its columns.
    columns: dict[str, list[str]] = field(default_factory=dict)
    #: Fields whose several columns tell of the same people in part: the largest holds, no sum.
    most: list[str] = field(default_factory=list)
    #: Rows that agree in these columns tell of one accident; none: each row is one.
    same: list[str] = field(default_factory=list)
    #: Which of two small numbers is the month (cells.MONTH_FIRST); "" is the month.
    days: str = ""
    #: The zone of times that state none; "": our own.
    zone: str = ""
    #: Days that stand where the register knows none.
    no_day: list[str] = field(default_factory=list)
    #: Of another country's money, and what one of it is in yuan; without a rate no sum is taken.
    currency: str = ""
    rate: str = ""
    #: What each row counts that its columns don't say.
    constants: dict[str, int] = field(default_factory=dict)
    #: The same by words of its text: {"pattern": …, "deaths": 2}.
    counts: list[dict[str, Any]] = field(default_factory=list)
    #: In their order: {"column": heading or "", "is" | "has" | "pattern": …, "as": what}.
    types: list[dict[str, str]] = field(default_factory=list)
    outcomes: list[dict[str, str]] = field(default_factory=list)
    sectors: list[dict[str, str]] = field(default_factory=list)
    #: Of files that were joined, by which columns (joining.Joined).
    joined: list[dict[str, Any]] = field(default_factory=list)
    #: Of a proposed column, by its heading, what it was taken for and why (guessing.py).
    why: dict[str, list[str]] = field(default_factory=dict)
    #: A type that isn't of GB 6441 makes the row one to be mended; else it is taken without.
    strict: bool = False

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def yuan(self) -> Decimal | None:
        return Decimal(self.rate) if self.rate else None

    def field_of(self, heading: str) -> str:
        return next((name for name, heads in self.columns.items() if heading in heads), "")

    def headings(self) -> set[str]:
        """Every column that it reads."""
        found = {heading for heads in self.columns.values() for heading in heads}
        ruled = (rule.get("column") for name in CODED for rule in self.rules(name))
        return {*found, *self.same, *filter(None, ruled)}

    def lacking(self) -> list[str]:
        """Fields without which no row can be read."""
        return [name for name in REQUIRED if not self.columns.get(name)]

    def rules(self, name: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = getattr(self, f"{name}s")
        return found


def adopt(layout: Mapping[str, Any], headings: Sequence[str]) -> Plan:
    """The layout as it fits a workbook with these headings."""
    here: dict[str, str] = {}
    for heading in headings:
        here.setdefault(head(heading), heading)
    columns: dict[str, list[str]] = {}
    for name in FIELDS:
        found = _there(layout.get("columns", {}).get(name, ()), here)
        if name in SUMMED:
            # Names of one thing are alternatives; what is to be added up is said to be.
            found = found[:1] or _there(layout.get("add", {}).get(name, ()), here)
        if found:
            columns[name] = found
    plan = Plan.of({**layout, "columns": columns})
    plan.same = _there(plan.same, here)
    for name in CODED:
        setattr(plan, f"{name}s", [
            {**rule, "column": here.get(head(rule["column"]), "")} if rule.get("column") else rule
            for rule in plan.rules(name)
            if not rule.get("column") or head(rule["column"]) in here
        ])  # fmt: skip
    return plan


def _there(names: Iterable[str], here: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(here[head(name)] for name in names if head(name) in here))


def layout_from(plan: Plan) -> dict[str, Any]:
    """A plan as it is saved, to be held against the next workbook."""
    saved = plan.to_json()
    # Next time it is the mapping that calls them so.
    del saved["why"]
    several = {name: heads for name, heads in plan.columns.items()
               if name in SUMMED and len(heads) > 1}  # fmt: skip
    saved["columns"] = {n: heads for n, heads in plan.columns.items() if n not in several}
    saved["add"] = several
    return saved


# --- where layouts come from ---------------------------------------------------------------------


@cache
def layouts() -> Mapping[str, Mapping[str, Any]]:
    """Those that come with the house, by name."""
    found = tomllib.loads(LAYOUTS.read_text(encoding="utf-8"))
    for each in found.values():
        if like := each.get("like"):
            each["types"] = [*each.get("types", ()), *found[like]["types"]]
    return {name: _checked(name, each) for name, each in found.items()}


def layout_of(path: Path) -> Mapping[str, Any]:
    """A layout from a file of the office."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        if not set(REQUIRED) <= found["columns"].keys():
            raise KeyError(", ".join(REQUIRED))
        return _checked(path.stem, {"title": path.stem, **found})
    except (tomllib.TOMLDecodeError, KeyError, AttributeError, TypeError, UnicodeDecodeError,
            re.error) as error:  # fmt: skip
        raise Unreadable(field=path.name, reason=str(error)) from error


def _checked(name: str, layout: Mapping[str, Any]) -> Mapping[str, Any]:
    """With each pattern tried once: a file that nobody has read yet may hold a bad one."""
    for rule in (*layout.get("counts", ()), *(r for c in CODED for r in layout.get(f"{c}s", ()))):
        re.compile(rule.get("pattern", ""))
    unknown = [each for each in layout["columns"] if each not in FIELDS]
    if unknown:
        raise Unreadable(field=name, reason=_("There is no field called %(names)s.")
                         % {"names": ", ".join(unknown)})  # fmt: skip
    return layout


def best(
    headings: Sequence[str], saved: Mapping[str, Mapping[str, Any]]
) -> tuple[str, Mapping[str, Any]] | None:
    """The layout that these headings fit best, an office's own before the house's; None: none.

    Of the house's it must know half of the columns or many: one that only has a date and a
    description as well may mean something else by each of its rows.
    """
    found: tuple[int, str, Mapping[str, Any]] | None = None
    for name, layout in (*saved.items(), *layouts().items()):
        plan = adopt(layout, headings)
        hits = sum(map(len, plan.columns.values()))
        known = len({heading for heads in plan.columns.values() for heading in heads})
        if plan.lacking() or (found is not None and hits <= found[0]):
            continue
        if name in saved or known * 2 >= len(headings) or known >= KNOWN_COLUMNS:
            found = hits, name, layout
    return found[1:] if found else None


def hits(rule: Mapping[str, str], said: str) -> bool:
    """Whether a rule's code or words stand in what a row says.

    Patterns come with a file only: one that a page took could run for ever.
    """
    if "is" in rule:
        return folded(rule["is"]) == folded(said)
    if "has" in rule:
        return any(word in folded(said) for word in map(folded, rule["has"].split("、")) if word)
    return bool(re.search(rule["pattern"], said, re.IGNORECASE))
