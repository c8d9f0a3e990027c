"""Measure lists as workbooks: read row by row, what is wrong told by its place; and written out.

The columns are those that lists usually have. They are how ours is laid out, no rule of anybody's:
a list with fewer of them, in another order, or under other usual names is read, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.lists.permissions import own_paths
from anlan.domain.measures import commands
from anlan.domain.measures.columns import sectors_of
from anlan.domain.measures.commands import MEASURES_MAX, NewMeasure
from anlan.domain.measures.loop import STATES
from anlan.domain.measures.models import Kind, Level, Measure
from anlan.domain.measures.refusals import MeasureIncomplete, NoMeasureSheet, TooManyMeasures
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.permissions import units_seen
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.papers.sheets import Row, Sheet, letter, read_workbook
from anlan.kernel.papers.sheets.cells import text_of
from anlan.kernel.papers.sheets.writing import OutTable, write_tables
from anlan.kernel.regions.models import Region

#: Chinese, as papers are; the first name is ours.
NAMES: Mapping[str, tuple[str, ...]] = {
    "no": ("序号",),
    "sectors": ("行业", "行业领域", "所属行业"),
    "level": ("层级", "级别"),
    "kind": ("类别", "类型", "制度类别"),
    "title": ("制度措施名称", "制度名称", "名称", "措施名称", "制度措施"),
    "number": ("成果文号", "文号", "标准号", "文件号"),
    "problem": ("解决的问题", "解决问题", "针对问题"),
    "lead": ("牵头单位", "责任单位", "牵头部门"),
    "person": ("责任人", "责任人员"),
    "due_on": ("完成时限", "完成时间", "时限"),
    "state": ("进展", "状态", "进展情况"),
    "area": ("地区", "区划", "行政区划"),
    "adopted_on": ("印发日期", "通过日期", "发布日期", "出台日期"),
    "in_force_on": ("施行日期", "实施日期", "生效日期"),
    "ended_on": ("废止日期", "失效日期"),
    "text": ("主要内容", "正文", "内容"),
    "effect": ("长效评估", "实施效果"),
}
#: Found in a cell, in this order: 废止 before 施行, 标准 before 制度.
STATE_WORDS = (
    ("废止", "repealed"), ("失效", "repealed"), ("已修订", "repealed"), ("待施行", "adopted"),
    ("征求意见", "consulting"), ("起草", "drafting"),
    ("整改中", "drafting"), ("制定中", "drafting"), ("修订中", "drafting"), ("未开始", "planned"),
    ("计划", "planned"), ("拟", "planned"), ("未完成", "planned"), ("施行", "in_force"),
    ("实施", "in_force"), ("有效", "in_force"), ("印发", "adopted"), ("出台", "adopted"),
    ("发布", "adopted"), ("通过", "adopted"), ("完成", "adopted"),
)  # fmt: skip
KIND_WORDS = (
    ("责任链条", "duty_chain"), ("责任链", "duty_chain"), ("责任清单", "duty_chain"),
    ("管理办法", "method"),
    ("标准", "standard"), ("规范", "standard"), ("工程", "project"), ("项目", "project"),
    ("机制", "mechanism"), ("法规", "law"), ("法律", "law"), ("条例", "law"), ("规章", "rule"),
    ("制度", "rule"), ("办法", "rule"), ("规定", "rule"), ("文件", "rule"),
)  # fmt: skip
LEVEL_WORDS = (
    ("企业", "enterprise"), ("国家", "nation"), ("省", "province"), ("自治区", "province"),
    ("县", "county"), ("区", "county"), ("乡", "township"), ("镇", "township"),
    ("街道", "township"), ("市", "prefecture"), ("州", "prefecture"),
)  # fmt: skip
HEADER_ROWS_MAX = 10
_DAY = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})\D?")


@dataclass(frozen=True)
class Wrong:
    """A row to be mended, by sheet, row and column."""

    sheet: str
    row: int
    column: str
    reason: str


@dataclass
class Read:
    new: list[NewMeasure] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    #: Rows that stand on the list already.
    known: int = 0


@dataclass
class _Line:
    """One row of a sheet with what its cells say."""

    sheet: str
    row: Row
    at: Mapping[str, int]

    def text(self, name: str) -> str:
        return text_of(self.row.get(self.at[name])).strip() if name in self.at else ""

    def day(self, name: str) -> date | None:
        if name not in self.at or not self.text(name):
            return None
        found = _day(self.row.get(self.at[name]))
        if found is None:
            raise MeasureIncomplete(field=name, reason=_("Write the day as 2024-06-25."))
        return found

    def word(self, name: str, words: Sequence[tuple[str, str]], allowed: str) -> str:
        said = self.text(name)
        for word, code in words:
            if word in said:
                return code
        raise MeasureIncomplete(
            field=name, reason=_("Write one of these: %(words)s") % {"words": allowed}
        )

    def wrong(self, name: str, reason: str) -> Wrong:
        at = self.at.get(name)
        column = f"{letter(at)} {NAMES[name][0]}" if at is not None else NAMES[name][0]
        return Wrong(self.sheet, self.row.number, column, reason)


def read(path: Path, name: str, *, by: Actor, own: Unit, today: date) -> Read:
    """The measures of a workbook, each checked; what is wrong is told by row and column."""
    found, lines = Read(), []
    with read_workbook(path, name) as book:
        headed = [(sheet, top) for sheet in book.sheets if (top := _header(sheet))]
        if not headed:
            raise NoMeasureSheet(columns="、".join(NAMES[each][0] for each in ("title", "state")))
        for sheet, (number, at) in headed:
            for row in sheet.rows():
                line = _Line(sheet.name, row, at)
                if row.number > number and line.text("title"):
                    lines.append(line)
                if len(lines) > MEASURES_MAX:
                    raise TooManyMeasures(max=MEASURES_MAX)
    _read_lines(found, lines, by, own, today)
    return found


def _read_lines(found: Read, lines: list[_Line], by: Actor, own: Unit, today: date) -> None:
    areas = _areas({line.text("area") for line in lines}, by)
    units = _units({line.text("lead") for line in lines}, by)
    pairs = []
    for line in lines:
        try:
            pairs.append((line, _new(line, areas, units, own)))
        except MeasureIncomplete as refusal:
            found.wrong.append(line.wrong(str(refusal.data["field"]), str(refusal)))
    known = commands.known_for([new for _line, new in pairs])
    there = _there([new.title for _line, new in pairs], own)
    for line, new in pairs:
        key = (new.title.strip(), new.number.strip())
        if key in there:
            found.known += 1
            continue
        try:
            commands.check(new, known, today)
        except MeasureIncomplete as refusal:
            found.wrong.append(line.wrong(str(refusal.data["field"]), str(refusal)))
        else:
            there.add(key)
            found.new.append(new)
    found.wrong.sort(key=lambda each: (each.sheet, each.row))


def _header(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    codes = {name: code for code, names in NAMES.items() for name in names}
    for row in sheet.rows():
        if row.number > HEADER_ROWS_MAX:
            return None
        at: dict[str, int] = {}
        for n, value in enumerate(row.values):
            # 制度（法规、标准、机制、工程）名称 is 制度名称.
            said = re.sub(r"\s|\*|[（(][^）)]*[）)]", "", text_of(value))
            if said in codes:
                at.setdefault(codes[said], n)
        if {"title", "state"} <= at.keys():
            return row.number, at
    return None


def _new(line: _Line, areas: Mapping[str, Region], units: Mapping[str, int], own: Unit
         ) -> NewMeasure:  # fmt: skip
    area = areas.get(line.text("area")) if line.text("area") else own.area
    if area is None:
        reason = _("No area of yours has this name or code.")
        raise MeasureIncomplete(field="area", reason=reason)
    lead = 0
    if line.text("lead"):
        lead = units.get(line.text("lead"), 0)
        if not lead:
            reason = _("No unit that you see has this name; write it as the list of units does.")
            raise MeasureIncomplete(field="lead", reason=reason)
    state = line.word("state", STATE_WORDS, "、".join(str(STATES[s]) for s in commands.ENTERED))
    said = line.text("level")
    level = line.word("level", LEVEL_WORDS, "、".join(map(str, Level.labels))) if said else ""
    kind = _kind_of(line.text("title"))
    if "kind" in line.at:
        kind = line.word("kind", KIND_WORDS, "、".join(map(str, Kind.labels)))
    return NewMeasure(
        pk=uuid7(), kind=kind, title=line.text("title"), area=area.pk, state=state,
        number=line.text("number"), text=line.text("text"), problem=line.text("problem"),
        lead=lead, person=line.text("person"), sectors=_sectors(line),
        due_on=line.day("due_on"), enterprise=level == Level.ENTERPRISE,
        adopted_on=line.day("adopted_on"),
        in_force_on=line.day("in_force_on"), ended_on=line.day("ended_on"),
        effect=line.text("effect"),
    )  # fmt: skip


def _kind_of(title: str) -> str:
    """Of a list without that column: as the title ends; most are rules."""
    for word, kind in KIND_WORDS:
        if title.rstrip("）》」 ").endswith(word):
            return kind
    return Kind.RULE


def _sectors(line: _Line) -> tuple[str, ...]:
    names = {name: code for code, name in sectors.names().items()}
    found = []
    for said in re.split(r"[、，,;；\s]+", line.text("sectors")):
        if not said:
            continue
        code = names.get(said) or sectors.recognise(said)
        if code is None:
            reason = _("“%(name)s” is no sector; write it as the list of sectors does.")
            raise MeasureIncomplete(field="sectors", reason=reason % {"name": said[:20]})
        found.append(code)
    return tuple(dict.fromkeys(found))


def _areas(names: set[str], by: Actor) -> dict[str, Region]:
    """Areas of the sender's own by code, name or full name; a name that several have is none."""
    paths = own_paths(by, JUDGES)
    found: dict[str, Region] = {}
    for chunk in bulk.slices(sorted(names - {""})):
        for column in ("full_name", "name", "code"):
            rows = Region.objects.filter(**{f"{column}__in": chunk, "valid_to": None})
            several = set()
            for row in rows:
                if by.trusted or any(row.path.startswith(path) for path in paths):
                    said = str(getattr(row, column))
                    if said in found and found[said] != row:
                        several.add(said)
                    found[said] = row
            for said in several:
                del found[said]
    return found


def _units(names: set[str], by: Actor) -> dict[str, int]:
    """Units by their names, as far as the sender may see them; nearest first where several."""
    found: dict[str, int] = {}
    for chunk in bulk.slices(sorted(names - {""})):
        rows = Unit.objects.filter(name__in=chunk, valid_to=None).order_by("-path", "pk")
        for row in rows if by.trusted else rows.filter(units_seen(by)):
            found.setdefault(row.name, row.pk)
    return found


def _there(titles: list[str], own: Unit) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for chunk in bulk.slices(sorted(set(titles))):
        rows = Measure.objects.filter(title__in=chunk, case__unit=own).exclude(case__state="void")
        found.update(rows.values_list("title", "number"))
    return found


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    hit = _DAY.fullmatch(text_of(value).strip())
    if hit is None:
        return None
    try:
        return date(*map(int, hit.groups()))
    except ValueError:
        return None


# --- out -----------------------------------------------------------------------------------

OUT = (
    "no", "sectors", "level", "kind", "title", "problem", "lead", "person", "due_on", "state",
    "number", "area", "adopted_on", "in_force_on", "ended_on", "text", "effect",
)  # fmt: skip
_WIDTHS = (6, 14, 8, 10, 40, 40, 24, 12, 12, 12, 24, 24, 12, 12, 12, 50, 30)


def write(target: Path | BinaryIO, rows: QuerySet[Measure], titles: Sequence[str]) -> int:
    """The list as a workbook that can be read in again."""
    if rows.order_by()[MEASURES_MAX : MEASURES_MAX + 1].exists():
        raise TooManyMeasures(max=MEASURES_MAX)
    table = OutTable(
        name="制度措施清单", headers=[NAMES[code][0] for code in OUT], widths=_WIDTHS,
        titles=titles, rows=_rows(rows),
    )  # fmt: skip
    # A paper is in Chinese whoever takes it out, and so it can be read in again.
    with translation.override("zh-hans"):
        return write_tables(target, [table])


def _rows(rows: QuerySet[Measure]) -> Iterator[list[Any]]:
    ordered = rows.select_related("case__area", "lead").order_by("case__path", "pk")
    for n, row in enumerate(ordered.iterator(chunk_size=2_000), 1):
        yield [
            n, sectors_of(row), row.level_label, row.kind_label, row.title, row.problem,
            row.lead.name, row.person, row.case.due_on, row.state_label, row.number,
            row.case.area.full_name, row.adopted_on, row.in_force_on, row.ended_on, row.text,
            row.effect,
        ]  # fmt: skip
