"""Registers of accidents read through a mapping: each row taken, known, or told by its place.

A mapping (data/mappings.toml, or a file of the office in the same form) says which column is what,
and how a text is classified. What is read is history: nobody owes a report of it.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
import tempfile
import tomllib
import unicodedata
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, DecimalException
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import Unreadable
from anlan.domain.accidents import law
from anlan.domain.accidents.commands import ACCIDENTS_MAX, Figures, NewAccident, check_new
from anlan.domain.accidents.models import (
    KEY_CHARS_MAX,
    NAME_CHARS_MAX,
    NUMBER_CHARS_MAX,
    PLACE_CHARS_MAX,
    TITLE_CHARS_MAX,
    Accident,
    Nature,
)
from anlan.domain.accidents.refusals import AccidentIncomplete, NoAccidentSheet, TooManyAccidents
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.models import Sector
from anlan.kernel.papers.sheets import Row, Sheet, letter, read_workbook
from anlan.kernel.regions.models import Region

HEADER_ROWS_MAX = 10
#: Of a number in a cell; the command says how large it may be.
DIGITS_MAX = 20
#: What a compressed table may grow to.
UNPACKED_BYTES_MAX = 200_000_000
NUMBERS = ("deaths", "serious", "light", "missing")
WAN_FEN, YUAN_FEN = 1_000_000, 100
#: Beside ISO 8601. Where month and day could change places, the month comes first (US).
_DAYS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M",
    "%Y/%m/%d", "%Y.%m.%d %H:%M", "%Y.%m.%d", "%Y年%m月%d日%H时%M分", "%Y年%m月%d日%H时",
    "%Y年%m月%d日 %H:%M", "%Y年%m月%d日%H:%M", "%Y年%m月%d日",
    "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%y %H:%M", "%m/%d/%Y", "%m/%d/%y",
    "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%y %I:%M %p", "%m-%d-%Y",
    "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
#: Days that a workbook writes as numbers: 36526 is 1 January 2000.
_SERIALS, _SERIAL_ZERO = range(20_000, 80_000), date(1899, 12, 30)
#: What registers write where they know no number.
_NOTHING = frozenset({"-", "--", "—", "——", "/", "n/a", "na", "none", "null", "nil", "无",
                      "不详", "unknown", "."})  # fmt: skip


@cache
def mappings() -> Mapping[str, Mapping[str, Any]]:
    """Those that come with the house, by name."""
    return tomllib.loads((law.DATA / "mappings.toml").read_text(encoding="utf-8"))


def mapping_of(name: str) -> Mapping[str, Any]:
    """A mapping by its name, or from a file of the office."""
    if name in mappings():
        return mappings()[name]
    path = Path(name)
    if path.suffix == ".toml" and path.is_file():
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
            if not {"title", "happened_at"} <= found["columns"].keys():
                raise KeyError("title, happened_at")
            return {"title": path.stem, **found}
        except (tomllib.TOMLDecodeError, KeyError, AttributeError, UnicodeDecodeError) as error:
            raise Unreadable(field=name, reason=str(error)) from error
    known = "、".join(mappings())
    raise Unreadable(field=name, reason=_("There is no such mapping; choose %(known)s, or a .toml "
                                          "file of your own.") % {"known": known})  # fmt: skip


def _head(text: str) -> str:
    """A heading as it is compared: case, blanks, underscores and other signs don't matter."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).lower()


@dataclass(frozen=True)
class Wrong:
    """A row to be mended, by sheet, row and column."""

    sheet: str
    row: int
    column: str
    reason: str


@dataclass
class Read:
    rows: int = 0
    new: list[NewAccident] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    #: In the register already, by this source and key.
    known: int = 0
    #: Taken with no type: somebody looks at them.
    untyped: int = 0
    #: Sums in another currency that were not taken, for nobody said what one is in yuan.
    without_loss: int = 0


@dataclass
class _Line:
    sheet: str
    row: Row
    at: Mapping[str, list[int]]
    mapping: Mapping[str, Any]
    heads: Mapping[str, int]

    def text(self, name: str) -> str:
        """The first of its columns that says something."""
        return next((said for n in self.at.get(name, ()) if (said := _text(self.row.get(n)))), "")

    def texts(self, name: str) -> list[str]:
        return [said for n in self.at.get(name, ()) if (said := _text(self.row.get(n)))]

    def value(self, name: str) -> Any:
        return next((self.row.get(n) for n in self.at.get(name, ())
                     if self.row.get(n) not in (None, "")), None)  # fmt: skip

    def wrong(self, name: str, reason: str) -> Wrong:
        at = self.at.get(name)
        return Wrong(self.sheet, self.row.number, letter(at[0]) if at else name, reason)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def read(
    path: Path, name: str, *, by: Actor, mapping: str = "anlan", area: Region | None = None,
    yuan: Decimal | None = None, unit: int = 0,
) -> Read:  # fmt: skip
    """The accidents of a workbook or table, each checked; what is wrong is told by its place.

    area:  of rows that say none of their own.
    yuan:  what one unit of the mapping's currency is in yuan.
    """
    plan = mapping_of(mapping)
    found, lines = Read(), []
    with unpacked(path, name) as (real, called), read_workbook(real, called) as book:
        headed = [(sheet, top) for sheet in book.sheets if (top := _header(sheet, plan))]
        if not headed:
            wanted = [plan["columns"][each][0] for each in ("title", "happened_at")]
            raise NoAccidentSheet(columns="、".join(wanted))
        for sheet, (number, at, heads) in headed:
            for row in sheet.rows():
                if row.number <= number or row.is_blank():
                    continue
                lines.append(_Line(sheet.name, row, at, plan, heads))
                if len(lines) > ACCIDENTS_MAX:
                    raise TooManyAccidents(max=ACCIDENTS_MAX)
    found.rows = len(lines)
    _read_lines(found, lines, mapping, plan, by, area, yuan, unit)
    return found


@contextmanager
def unpacked(path: Path, name: str) -> Iterator[tuple[Path, str]]:
    """The file itself; of a compressed one what it holds, up to a limit."""
    if not name.endswith(".gz"):
        yield path, name
        return
    with tempfile.TemporaryDirectory(prefix="anlan-in-") as folder:
        real = Path(folder) / Path(name).with_suffix("").name
        try:
            with gzip.open(path) as packed, real.open("wb") as out:
                shutil.copyfileobj(_Limited(packed), out)
        except (OSError, EOFError, zlib.error) as error:
            raise Unreadable(field=name, reason=_("It can't be unpacked.")) from error
        yield real, real.name


class _Limited:
    """Reads no more than the limit out of what is unpacked."""

    def __init__(self, file: Any) -> None:
        self.file, self.left = file, UNPACKED_BYTES_MAX

    def read(self, size: int = 1 << 16) -> bytes:
        block: bytes = self.file.read(size)
        self.left -= len(block)
        if self.left < 0:
            raise Unreadable(field=".gz", reason=_("It unpacks to more than 200 MB."))
        return block


def _header(sheet: Sheet, plan: Mapping[str, Any]) -> tuple[int, Any, dict[str, int]] | None:
    for row in sheet.rows():
        if row.number > HEADER_ROWS_MAX:
            return None
        heads: dict[str, int] = {}
        for n, value in enumerate(row.values):
            if said := _head(_text(value)):
                heads.setdefault(said, n)
        at = {
            name: places for name, names in plan["columns"].items()
            if (places := [heads[_head(head)] for head in names if _head(head) in heads])
        }  # fmt: skip
        if {"title", "happened_at"} <= at.keys():
            return row.number, at, heads
    return None


def _read_lines(
    found: Read, lines: list[_Line], source: str, plan: Mapping[str, Any], by: Actor,
    area: Region | None, yuan: Decimal | None, unit: int,
) -> None:  # fmt: skip
    areas = _areas({line.text("area") for line in lines})
    keys = [_key(line) for line in lines]
    there, own = _there(Path(source).stem, keys), _own_numbers(lines)
    known, at = set(Sector.objects.values_list("pk", flat=True)), timezone.now()
    for line, key in zip(lines, keys, strict=True):
        if key in there or line.text("key") in own:
            found.known += 1
            continue
        try:
            new = _new(line, key, source, plan, areas, area, yuan, unit)
            check_new(new, {new.area: _in(areas, area, new.area)}, known, at)
        except AccidentIncomplete as refusal:
            said = str(refusal.data["field"])
            found.wrong.append(line.wrong("loss_wan" if said == "loss" else said, str(refusal)))
            continue
        there.add(key)
        found.untyped += not new.type
        found.without_loss += bool(line.text("loss")) and yuan is None and "currency" in plan
        found.new.append(new)


def _in(areas: Mapping[str, Region], area: Region | None, pk: int) -> Region:
    return next(row for row in (*areas.values(), *([area] if area else [])) if row.pk == pk)


def _key(line: _Line) -> str:
    """The source's own number, or else what tells the row apart."""
    number = line.text("key").removesuffix(".0")
    told = "|".join((_when(line), *line.texts("place"), line.text("title")))
    digest = hashlib.sha256(told.encode()).hexdigest()[:16]
    # Two rows of one number are two accidents where they tell different things.
    return f"{number[: KEY_CHARS_MAX - 17]}:{digest}" if number else digest


def _when(line: _Line) -> str:
    """The moment, however it is written: a workbook saved as text writes it otherwise."""
    try:
        return _moment(line.value("happened_at")).isoformat()
    except AccidentIncomplete:
        return line.text("happened_at")


def _own_numbers(lines: list[_Line]) -> set[str]:
    """Numbers of this house's own: what was handed out as a workbook comes in again."""
    found: set[str] = set()
    wanted = {number for line in lines if (number := line.text("key"))[:NUMBER_CHARS_MAX] == number}
    for chunk in bulk.slices(sorted(wanted - {""})):
        rows = Accident.objects.filter(case__number__in=chunk)
        found.update(rows.values_list("case__number", flat=True))
    return found


def _there(source: str, keys: list[str]) -> set[str]:
    found: set[str] = set()
    for chunk in bulk.slices(sorted(set(keys))):
        rows = Accident.objects.filter(source_name=source[:40], source_key__in=chunk)
        found.update(rows.values_list("source_key", flat=True))
    return found


def _new(
    line: _Line, key: str, source: str, plan: Mapping[str, Any], areas: Mapping[str, Region],
    area: Region | None, yuan: Decimal | None, unit: int,
) -> NewAccident:  # fmt: skip
    place = areas.get(line.text("area")) if line.text("area") else area
    if place is None:
        raise _lacks("area", _("No area has this name or code; write its code."))
    happened = _moment(line.value("happened_at"))
    if timezone.localdate(happened).isoformat() in plan.get("no_day", ()):
        raise _lacks("happened_at", _("This day stands in the register for none known; write the "
                                      "day on which it happened."))  # fmt: skip
    text = line.text("text") or line.text("title")
    enterprise = line.text("enterprise")[:NAME_CHARS_MAX]
    said = line.text("title")
    # The text stands in full below; what is only called by its beginning shows it.
    title = said if len(said) <= TITLE_CHARS_MAX else said[: TITLE_CHARS_MAX - 1] + "…"
    return NewAccident(
        pk=uuid7(), title=title, happened_at=happened, area=place.pk,
        place=" ".join(line.texts("place"))[:PLACE_CHARS_MAX],
        sector=_sector(line), enterprise_name=enterprise, nature=_nature(line),
        type=_type(line, plan, text, timezone.localdate(happened)),
        figures=_figures(line, plan, text, yuan), text=text, is_history=True, unit=unit,
        source_name=Path(source).stem[:40], source_key=key,
    )  # fmt: skip


def _lacks(name: str, reason: Any) -> AccidentIncomplete:
    return AccidentIncomplete(field=name, reason=reason)


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value if timezone.is_aware(value) else timezone.make_aware(value)
    if isinstance(value, date):
        return timezone.make_aware(datetime.combine(value, time()))
    said = _text(value)
    if re.fullmatch(r"\d{5}(\.\d+)?", said) and int(said[:5]) in _SERIALS:
        minutes = round(Decimal(said) % 1 * 24 * 60)
        day = datetime.combine(_SERIAL_ZERO, time()) + timedelta(days=int(said[:5]))
        return timezone.make_aware(day + timedelta(minutes=minutes))
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        moment = _written(said)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _written(said: str) -> datetime:
    for form in _DAYS:
        try:
            return datetime.strptime(said, form)  # noqa: DTZ007  made aware by the caller
        except ValueError:
            continue
    raise _lacks("happened_at", _("Write the day as 2024-06-25, with a time as 2024-06-25 08:30."))


def _number(line: _Line, name: str) -> int | None:
    said = line.text(name).replace(",", "")
    if not said or said.lower() in _NOTHING:
        return None
    try:
        number = Decimal(said)
    except DecimalException:
        raise _lacks(name, _("Write a whole number.")) from None
    # A power of ten is written in few signs and has a million digits.
    if not number.is_finite() or number.adjusted() > DIGITS_MAX or number % 1:
        raise _lacks(name, _("Write a whole number."))
    return int(number)


def _figures(line: _Line, plan: Mapping[str, Any], text: str, yuan: Decimal | None) -> Figures:
    people = {name: _number(line, name) for name in NUMBERS}
    constants = plan.get("constants", {})
    for rule in plan.get("counts", ()):
        if re.search(rule["pattern"], text, re.IGNORECASE):
            constants = {**constants, **{n: v for n, v in rule.items() if n != "pattern"}}
            break
    counted = {
        name: int(constants.get(name, 0)) if number is None else number
        for name, number in people.items()
    }
    return Figures(**counted, loss_fen=_loss(line, plan, yuan))


def _loss(line: _Line, plan: Mapping[str, Any], yuan: Decimal | None) -> int:
    for name, fen in (("loss_wan", Decimal(WAN_FEN)), ("loss", Decimal(YUAN_FEN))):
        said = re.sub(r"[,$¥￥\s]", "", line.text(name))
        if not said or said.lower() in _NOTHING:
            continue
        if name == "loss" and "currency" in plan:
            if yuan is None:
                return 0
            fen *= yuan
        try:
            sum_ = Decimal(said) * fen
        except DecimalException:
            raise _lacks(name, _("Write a number.")) from None
        if not sum_.is_finite() or sum_.adjusted() > DIGITS_MAX:
            raise _lacks(name, _("Write a number."))
        return int(sum_)
    return 0


def _nature(line: _Line) -> str:
    said = line.text("nature")
    names = {str(label): code for code, label in Nature.choices}
    if said in names:
        return names[said]
    for word, code in (("交通", Nature.TRAFFIC), ("火灾", Nature.FIRE)):
        if word in said:
            return code
    return Nature.GENERAL


def _sector(line: _Line) -> str:
    said = line.text("sector")
    if not said:
        return ""
    names = {name: code for code, name in sectors.names().items()}
    code = names.get(said) or sectors.recognise(said)
    if code is None:
        raise _lacks("sector", _("“%(name)s” is no sector; write it as the list of sectors does.")
                     % {"name": said[:20]})  # fmt: skip
    return code


def _type(line: _Line, plan: Mapping[str, Any], text: str, day: date) -> str:
    """What the register says, else the first pattern that is found; "" where somebody must look."""
    if said := line.text("type"):
        found = law.type_named(said, day)
        if found is None and not any(said in (row.name, row.key) for row in law.types().values()):
            raise _lacks("type", _("GB 6441 has no type of this name."))
        return found.key if found else ""
    for rule in plan.get("types", ()):
        at = line.heads.get(_head(rule["column"])) if "column" in rule else None
        where = _text(line.row.get(at)) if at is not None else "" if "column" in rule else text
        if re.search(rule["pattern"], where, re.IGNORECASE):
            found = law.type_named(rule["type"], day)
            return found.key if found else ""
    return ""


def _areas(names: set[str]) -> dict[str, Region]:
    """By code, full name, or a name that only one has."""
    found: dict[str, Region] = {}
    for chunk in bulk.slices(sorted(names - {""})):
        for column in ("name", "full_name", "code"):
            several = set()
            for row in Region.objects.filter(**{f"{column}__in": chunk, "valid_to": None}):
                said = str(getattr(row, column))
                if said in found and found[said] != row and column == "name":
                    several.add(said)
                found[said] = row
            for said in several:
                del found[said]
    return found
