"""From the rows that tell of an accident to the report that the register takes, or why it can't."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk, sealed, stored
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.limits import TEXT_CHARS_MAX
from anlan.domain.accidents import law
from anlan.domain.accidents.commands import Figures, NewAccident, check_new, check_own, lacks
from anlan.domain.accidents.importing import cells
from anlan.domain.accidents.importing.lines import Line
from anlan.domain.accidents.importing.plan import CODED, PEOPLE, Plan, hits
from anlan.domain.accidents.models import (
    KEY_CHARS_MAX,
    NAME_CHARS_MAX,
    NUMBER_CHARS_MAX,
    PLACE_CHARS_MAX,
    TITLE_CHARS_MAX,
    WAN_FEN,
    Accident,
    Batch,
    Nature,
)
from anlan.domain.accidents.refusals import AccidentIncomplete
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.models import Sector
from anlan.kernel.regions.models import Region

YUAN_FEN = 100
#: Different codes of one column that are counted.
CODES_MAX = 5_000
Group = Sequence[Line]


@dataclass(frozen=True)
class Wrong:
    """A row to be mended: in which column, why and how."""

    line: Line
    field: str
    refusal: AccidentIncomplete


@dataclass
class Became:
    """What became of the rows of one accident."""

    group: Group
    new: NewAccident | None = None
    wrong: Wrong | None = None
    untyped: bool = False
    unpriced: bool = False


@dataclass
class Reader:
    """Reads groups of rows by a batch's plan, some at a time."""

    batch: Batch
    plan: Plan
    by: Actor
    at: datetime = field(default_factory=timezone.now)
    #: Keys of this file that were met before; a dry run has nothing else to know them by.
    met: set[str] = field(default_factory=set)
    #: By field and heading how often each code stands there.
    codes: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sectors = {name: code for code, name in sectors.names().items()}
        self.known_sectors = set(Sector.objects.values_list("pk", flat=True))
        self.may: dict[int, AccidentIncomplete | None] = {}

    def read(self, groups: Sequence[Group]) -> list[Became]:
        """Set-wise: the number of statements doesn't depend on the number of rows."""
        plan = self.plan
        first = [group[0] for group in groups]
        self.areas = areas_named({line.text(plan, "area") for line in first})
        own = _own_numbers({line.text(plan, "key") for line in first})
        found = [self._begin(group) for group in groups]
        there = _there(self.batch.source, [key for _became, _moment, key in found if key])
        for became, moment, key in found:
            line = became.group[0]
            self._count_codes(became.group)
            if became.wrong or key in there or key in self.met or line.text(plan, "key") in own:
                continue
            try:
                became.new = self._new(became, moment, key)
                self.met.add(key)
            except AccidentIncomplete as refusal:
                became.wrong = Wrong(line, str(refusal.data["field"]), refusal)
        return [became for became, _moment, _key in found]

    def _begin(self, group: Group) -> tuple[Became, datetime, str]:
        became = Became(group)
        try:
            moment = self._moment(group[0])
        except AccidentIncomplete as refusal:
            became.wrong = Wrong(group[0], str(refusal.data["field"]), refusal)
            return became, self.at, ""
        return became, moment, self._key(group, moment)

    def _moment(self, line: Line) -> datetime:
        plan = self.plan
        if plan.joined and not line.text(plan, "happened_at") and not line.text(plan, "title"):
            raise lacks("key", _("No accident of the file of accidents has this number: mend it, "
                                 "or add the accident there."))  # fmt: skip
        zone = cells.zone_of(line.text(plan, "zone") or plan.zone)
        moment = cells.moment(
            line.day(plan), plan.days or cells.MONTH_FIRST,
            at=line.value(plan, "time"), zone=zone,
        )  # fmt: skip
        if timezone.localdate(moment).isoformat() in plan.no_day:
            raise lacks("happened_at", _("This day stands in the register for none known; write "
                                         "the day on which it happened."))  # fmt: skip
        return moment

    def _key(self, group: Group, moment: datetime) -> str:
        """The source's own number, or else what tells the rows apart."""
        plan, line = self.plan, group[0]
        # The moment, however it is written: a workbook saved as text writes it otherwise.
        if plan.same:
            days = {*plan.columns.get("happened_at", ()), *plan.columns.get("time", ())}
            told = [line.cell(heading) for heading in plan.same if heading not in days]
            if any(told):
                return _digest([moment.isoformat(), *told])
        number = line.text(plan, "key").removesuffix(".0")
        digest = _digest([moment.isoformat(), *line.texts(plan, "place"), line.text(plan, "title")])
        # Two rows of one number are two accidents where they tell different things.
        return f"{number[: KEY_CHARS_MAX - 17]}:{digest}" if number else digest

    def _new(self, became: Became, moment: datetime, key: str) -> NewAccident:
        plan, group = self.plan, became.group
        line, day = group[0], timezone.localdate(moment)
        area = self._area(line)
        said = line.text(plan, "title")
        text = _account(group, plan) or said
        place = " ".join(dict.fromkeys(line.texts(plan, "place")))
        firm = line.text(plan, "enterprise")
        # Titles and places stand in lists and notices; the account keeps what was written.
        shown = (
            _begun(sealed.without_numbers(said), TITLE_CHARS_MAX),
            _begun(sealed.without_numbers(place), PLACE_CHARS_MAX),
            _begun(firm, NAME_CHARS_MAX),
        )
        written = zip((said, place, firm), shown, strict=True)
        whole = [each for each, part in written if each != part and each not in text]
        type_ = self._type(group, text, day)
        loss, stated = _loss(group, plan)
        (lon, lat), unread = _point(line, plan)
        became.untyped, became.unpriced = not type_, bool(stated) and plan.yuan is None
        new = NewAccident(
            pk=uuid7(), happened_at=moment, area=area.pk,
            title=shown[0], place=shown[1], enterprise_name=shown[2],
            lon=lon, lat=lat,
            sector=self._sector(line), nature=_nature(line, plan), type=type_,
            figures=_figures(group, plan, text, loss), loss_stated=stated,
            text="\n".join(filter(None, (text, *whole, unread))),
            is_history=True, unit=self.batch.unit_id, source_name=self.batch.source, source_key=key,
        )  # fmt: skip
        check_new(new, {area.pk: area}, self.known_sectors, self.at)
        return new

    def _area(self, line: Line) -> Region:
        said = line.text(self.plan, "area")
        area = self.areas.get(said) if said else self.batch.area
        if area is None:
            raise lacks("area", _("No area has this name or code; write its code."))
        if area.pk not in self.may:
            try:
                check_own(area, self.by)
                self.may[area.pk] = None
            except AccidentIncomplete as refusal:
                self.may[area.pk] = refusal
        if (foreign := self.may[area.pk]) is not None:
            raise foreign
        return area

    def _sector(self, line: Line) -> str:
        said = line.text(self.plan, "sector")
        if not said or cells.is_nothing(said):
            return ""
        ruled = _ruled(self.plan, "sector", [line], "")
        code = ruled or self.sectors.get(said) or sectors.recognise(said)
        if code is None:
            raise lacks("sector", _("“%(name)s” is no sector; write it as the list of sectors "
                                    "does."), name=said[:20])  # fmt: skip
        return code

    def _type(self, group: Group, text: str, day: date) -> str:
        """By the table, the words, or the name itself; "" where somebody must look."""
        if name := _ruled(self.plan, "type", group, text):
            found = law.type_named(name, day)
            return found.key if found else ""
        said = group[0].text(self.plan, "type")
        found = law.type_named(said, day) if said else None
        if found is None and said and self.plan.strict and not _is_type(said):
            raise lacks("type", _("GB 6441 has no type of this name."))
        return found.key if found else ""

    def means(self, name: str, heading: str, said: str) -> str:
        """What a code of a column is taken for by now, as a page's choice is called."""
        # Of a type, what has no column looks at the account and not at codes.
        columns = (heading,) if name == "type" else (heading, "", None)
        ruled = (rule for rule in self.plan.rules(name) if rule.get("column") in columns)
        found = next((rule["as"] for rule in ruled if hits(rule, said)), "")
        if found or name == "outcome":
            return found
        if name == "type":
            return said if any(said == row.name for row in law.types().values()) else ""
        return self.sectors.get(said) or sectors.recognise(said) or ""

    def _count_codes(self, group: Group) -> None:
        for name in CODED:
            for heading in self.plan.columns.get(name, ()):
                counted = self.codes.setdefault((name, heading), Counter())
                for line in group:
                    said = line.cell(heading)
                    if said and (said in counted or len(counted) < CODES_MAX):
                        counted[said] += 1


def _digest(told: Sequence[str]) -> str:
    return hashlib.sha256("|".join(told).encode()).hexdigest()[:16]


def _is_type(said: str) -> bool:
    return any(said in (row.name, row.key) for row in law.types().values())


def _ruled(plan: Plan, name: str, lines: Sequence[Line], text: str) -> str:
    """What the first rule that holds makes of some rows; of one without a column, their text."""
    for rule in plan.rules(name):
        column = rule.get("column")
        for line in lines:
            if hits(rule, line.cell(column) if column else text):
                return rule["as"]
    return ""


def _begun(text: str, most: int) -> str:
    """What is only called by its beginning shows it."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _account(group: Group, plan: Plan) -> str:
    """What all rows tell, as far as a report holds it; the workbook keeps the rest."""
    said = list(dict.fromkeys(text for line in group if (text := line.text(plan, "text"))))
    if len(said) < 2:
        return "".join(said)
    kept, room = [said[0]], TEXT_CHARS_MAX - 80 - len(said[0])
    for text in said[1:]:
        if (room := room - len(text) - 1) < 0:
            with stored.house_language():
                more = str(_("(and of %(n)d more people: see the workbook)"))
            return "\n".join([*kept, more % {"n": len(said) - len(kept)}])
        kept.append(text)
    return "\n".join(kept)


def _point(line: Line, plan: Plan) -> tuple[tuple[Decimal | None, Decimal | None], str]:
    """Where it lies. One that is off the earth makes the accident none the less: it is told."""
    said = line.text(plan, "lon"), line.text(plan, "lat")
    try:
        lon, lat = cells.degrees(said[0], "lon", 180), cells.degrees(said[1], "lat", 90)
    except AccidentIncomplete:
        with stored.house_language():
            told = str(_("(coordinates that can't be read: %(said)s)"))
        return (None, None), told % {"said": ", ".join(said)[:60]}
    return ((lon, lat) if lon is not None and lat is not None else (None, None)), ""


def _figures(group: Group, plan: Plan, text: str, loss_fen: int) -> Figures:
    people: Counter[str] = Counter()
    for line in group:
        people.update(_of_line(line, plan, line.text(plan, "text") or text))
    return Figures(**{name: people[name] for name in PEOPLE}, loss_fen=loss_fen)


def _of_line(line: Line, plan: Plan, text: str) -> dict[str, int]:
    constants = plan.constants
    for rule in plan.counts:
        if re.search(rule["pattern"], text, re.IGNORECASE):
            constants = {**constants, **{n: v for n, v in rule.items() if n != "pattern"}}
            break
    counted: dict[str, int] = {}
    for name in PEOPLE:
        numbers = [cells.number(said, name) for said in line.texts(plan, name)]
        known = [n for n in numbers if n is not None]
        together = max if name in plan.most else sum
        counted[name] = together(known) if known else int(constants.get(name, 0))
    said = line.text(plan, "outcome")
    if said and not cells.is_nothing(said):
        became = _ruled(plan, "outcome", [line], said)
        if not became:
            raise lacks("outcome", _("Nobody has said yet what “%(name)s” means: choose it in the "
                                     "table of outcomes."), name=said[:40])  # fmt: skip
        if became in counted:
            counted[became] += 1
    return counted


def _loss(group: Group, plan: Plan) -> tuple[int, str]:
    """In fen; and as it stands, where it is of another country's money."""
    own, other = Decimal(0), Decimal(0)
    for line in group:
        own += sum(cells.amount(s, "loss_wan") or 0 for s in line.texts(plan, "loss_wan")) * WAN_FEN
        other += sum(cells.amount(said, "loss") or 0 for said in line.texts(plan, "loss"))
    if not plan.currency:
        return int(own + other * YUAN_FEN), ""
    stated = f"{plan.currency} {other.normalize():f}" if other else ""
    return int(own + other * (plan.yuan or 0) * YUAN_FEN), stated


def _nature(line: Line, plan: Plan) -> str:
    said = line.text(plan, "nature")
    names = {str(label): code for code, label in Nature.choices}
    if said in names:
        return names[said]
    for words, code in ((("交通", "traffic", "highway"), Nature.TRAFFIC),
                        (("火灾", "fire"), Nature.FIRE)):  # fmt: skip
        if any(word in said.lower() for word in words):
            return code
    return Nature.GENERAL


# --- looking up ----------------------------------------------------------------------------------


def _own_numbers(numbers: set[str]) -> set[str]:
    """Numbers of this house's own: what was handed out as a workbook comes in again."""
    found: set[str] = set()
    wanted = sorted(number for number in numbers if 0 < len(number) <= NUMBER_CHARS_MAX)
    for chunk in bulk.slices(wanted):
        rows = Accident.objects.filter(case__number__in=chunk)
        found.update(rows.values_list("case__number", flat=True))
    return found


def _there(source: str, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for chunk in bulk.slices(sorted(set(keys))):
        rows = Accident.objects.filter(source_name=source, source_key__in=chunk)
        found.update(rows.values_list("source_key", flat=True))
    return found


def areas_named(names: set[str]) -> dict[str, Any]:
    """By code, full name, or a name that only one has."""
    found: dict[str, Any] = {}
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
