"""How a workbook is going to be read: proposed by the machine, confirmed by a person.

A plan is plain data: the wizard shows it, the person changes it, ``parsing.parse`` follows it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import islice
from typing import Any, Self

from anlan.domain.hazards.reading import columns as cols
from anlan.domain.hazards.reading import dates
from anlan.kernel.papers.sheets.book import Row, Sheet, Value, Workbook
from anlan.kernel.papers.sheets.tables import (
    Table,
    find_tables,
    is_note,
    is_total,
    lone_text,
    own_cells,
    squeeze,
    text_of,
    walk,
)

SAMPLES_MAX = 3
LEDGER = "ledger"
#: Kinds of sheets that hold no hazards; each has its sentence under ``sheet_<kind>``.
KINDS = (
    LEDGER, "template", "checklist", "scoring", "quiz", "risk", "form", "statistics", "tasks",
    "roster", "reference", "instructions", "other", "broken",
)  # fmt: skip


@dataclass(slots=True)
class ColumnPlan:
    index: int
    letter: str
    #: The header as it is shown, levels joined by a slash.
    header: str
    names: tuple[str, ...]
    field: str = ""
    confidence: float = 0.0
    #: name, pattern, levels, group, content, saved or person.
    evidence: str = ""
    samples: tuple[str, ...] = ()
    filled: int = 0

    @property
    def leaf(self) -> str:
        return self.names[-1] if self.names else ""


@dataclass(slots=True)
class Panel:
    own: list[int]
    grade: str = ""


@dataclass(slots=True)
class TablePlan:
    """One table: where it lies, what its columns mean, and whether it is read as hazards."""

    sheet: int
    sheet_name: str
    hidden: bool
    first: int
    last: int
    end: int
    columns: list[ColumnPlan]
    kind: str = LEDGER
    #: Why this kind, as codes for the page to explain.
    reasons: list[str] = field(default_factory=list)
    #: A person may leave a table out, or take one in that the machine would leave out.
    included: bool = True
    titles: tuple[str, ...] = ()
    #: Fields that a complete register has and this one lacks.
    missing: list[str] = field(default_factory=list)
    rows: int = 0
    #: For rows without a day: set by a person.
    found_on: date | None = None
    guessed: bool = False
    repeats: list[int] = field(default_factory=list)
    inner_titles: list[int] = field(default_factory=list)
    #: What a footnote says grades mean: {"1": "major", "3": "ordinary"}.
    legend: dict[str, str] = field(default_factory=dict)
    #: What the lines above the header say for all rows: {"enterprise": "…", "found_on": "…"}.
    preamble: dict[str, str] = field(default_factory=dict)
    #: Where a row holds several hazards side by side: the columns that are each one's own, and
    #: its grade where they say it ("一般隐患 | 重大隐患").
    panels: list[Panel] = field(default_factory=list)

    def mapping(self) -> dict[str, list[int]]:
        """Field to its columns, the surest first."""
        out: dict[str, list[tuple[float, int]]] = {}
        for column in self.columns:
            if column.field:
                out.setdefault(column.field, []).append((-column.confidence, column.index))
        return {code: [index for _, index in sorted(found)] for code, found in out.items()}

    @property
    def is_read(self) -> bool:
        return self.included and self.kind == LEDGER


@dataclass(slots=True)
class SheetPlan:
    """A sheet without any table: what it seems to be."""

    sheet: int
    sheet_name: str
    hidden: bool
    rows: int
    kind: str
    reasons: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    file: str
    tables: list[TablePlan] = field(default_factory=list)
    sheets: list[SheetPlan] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        data = asdict(self)
        for table in data["tables"]:
            table["found_on"] = table["found_on"].isoformat() if table["found_on"] else None
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        tables = []
        for raw in data["tables"]:
            entry = dict(raw)
            entry["columns"] = [
                ColumnPlan(**{**c, "names": tuple(c["names"]), "samples": tuple(c["samples"])})
                for c in entry["columns"]
            ]
            entry["titles"] = tuple(entry["titles"])
            entry["panels"] = [Panel(**panel) for panel in entry.get("panels", [])]
            entry["found_on"] = date.fromisoformat(entry["found_on"]) if entry["found_on"] else None
            tables.append(TablePlan(**entry))
        return cls(
            data["file"], tables, [SheetPlan(**s) for s in data["sheets"]], list(data["notes"])
        )


SavedMappings = Mapping[str, str]


def propose(workbook: Workbook, saved_mappings: SavedMappings | None = None) -> Plan:
    """Look through a workbook once and say what each sheet is and what its columns mean.

    saved_mappings:  what this sender called things before: header text to field, or to "" for a
                     column that is to be left out. Compared like ``columns.head``.
    """
    saved = {cols.head(name): code for name, code in (saved_mappings or {}).items()}
    plan = Plan(workbook.name, notes=list(workbook.notes))

    def known(text: str) -> float:
        return 1.0 if saved.get(cols.head(text)) else cols.vocabulary(text)

    for sheet in workbook.sheets:
        tables = find_tables(sheet, known if saved else cols.vocabulary)
        if not tables:
            plan.sheets.append(_without_table(sheet))
            continue
        for table, sample in zip(tables, _samples(sheet, tables), strict=True):
            plan.tables.append(_table_plan(sheet, table, sample, saved, workbook.name))
    return plan


@dataclass(slots=True)
class _Sample:
    rows: list[Row] = field(default_factory=list)
    count: int = 0
    notes: list[str] = field(default_factory=list)


def _samples(sheet: Sheet, tables: list[Table]) -> list[_Sample]:
    """The first data rows of each table, and how many there are."""
    samples = {id(table): _Sample() for table in tables}
    for row, table, fate in walk(sheet, tables):
        if table is None or fate != "body":
            continue
        sample = samples[id(table)]
        cells = own_cells(row)
        if len(cells) * 3 <= max(9, len(table.columns)) and is_note(cells):
            sample.notes += [text_of(v) for _, v in cells][:4]
            continue
        if len(sample.rows) < cols.SAMPLE_ROWS:
            if is_total(cells) or lone_text(row, cells, len(table.columns)) is not None:
                continue
            sample.rows.append(row)
        sample.count += 1
    return [samples[id(table)] for table in tables]


def _without_table(sheet: Sheet) -> SheetPlan:
    entry = SheetPlan(sheet.index, sheet.name, sheet.hidden, sheet.height, "other")
    if sheet.problem:
        entry.kind, entry.reasons = "broken", [sheet.problem]
    elif sheet.height:
        rows = [row for row in islice(sheet.rows(), 60) if not row.is_blank()]
        lone = sum(1 for row in rows if len(own_cells(row)) == 1)
        labels = sum(
            1 for row in rows for _, v in own_cells(row)
            if isinstance(v, str) and re.search(r"[:：]\s*$|[:：]", v)
        )  # fmt: skip
        longest = max((len(text_of(v)) for row in rows for _, v in own_cells(row)), default=0)
        if len(rows) >= 2 and lone * 10 >= len(rows) * 8 and longest > 25:
            entry.kind = "instructions"
        elif sheet.merges or labels >= 2 or len(rows) <= 15:
            entry.kind = "form"
    return entry


def _table_plan(
    sheet: Sheet, table: Table, sample: _Sample, saved: Mapping[str, str], file: str
) -> TablePlan:
    data = [row for row in sample.rows if not _only_number(row, table)]
    columns = []
    profiles: dict[int, cols.Profile] = {}
    for column in table.columns:
        values: list[Value] = [row.get(column.index) for row in data]
        profiles[column.index] = cols.profile(values)
        texts = [text_of(v).strip() for v in values if v is not None]
        columns.append(
            ColumnPlan(
                column.index,
                column.letter,
                column.label,
                column.names,
                samples=tuple(dict.fromkeys(t[:80] for t in texts[:20]))[:SAMPLES_MAX],
                filled=len(texts),
            )
        )
    plan = TablePlan(
        sheet.index, sheet.name, sheet.hidden, table.first, table.last, table.end, columns,
        titles=table.titles, rows=sample.count, guessed=table.guessed,
        repeats=sorted(table.repeats), inner_titles=sorted(table.inner_titles),
        legend=_legend(sample.notes), preamble=preamble_of(table.titles),
    )  # fmt: skip
    _assign(plan, profiles, saved)
    _judge(plan, profiles, data, file)
    return plan


def _only_number(row: Row, table: Table) -> bool:
    cells = own_cells(row)
    return len(cells) <= 1 and all(
        isinstance(v, int | float) or squeeze(text_of(v)).isdigit() for _, v in cells
    )


def _legend(notes: list[str]) -> dict[str, str]:
    """'1级为重大隐患，3级为一般隐患' → {'1': 'major', '3': 'ordinary'}."""
    found = re.findall(
        r"(\d|[一二三四ⅠⅡⅢⅣ]|[A-D])级?(?:为|是|:|表示|指)(?:.{0,2}?)(重大|一般)",
        squeeze("".join(notes)),
    )
    return {level: "major" if word == "重大" else "ordinary" for level, word in found}


_PREAMBLE = frozenset(
    {
        "enterprise",
        "place",
        "area",
        "prefecture",
        "county",
        "township",
        "sector",
        "checking_unit",
        "checkers",
        "found_on",
        "credit_code",
        "supervising_unit",
        "source",
    }
)


def preamble_of(titles: tuple[str, ...]) -> dict[str, str]:
    """'受检单位：甲公司' above a table is said of all its rows; so is a label beside its value."""
    out: dict[str, str] = {}
    label = ""
    for title in titles:
        text = unicodedata.normalize("NFKC", title)
        named = cols.vocabulary(text) >= 0.6
        if label and ":" not in text and not named:
            out.setdefault(label, title.strip())
        label = ""
        if named and ":" not in text:
            # A label in a cell of its own; its value is the next cell's.
            label = next((c for c, _, _ in cols.by_name(text) if c in _PREAMBLE), "")
            continue
        found = list(re.finditer(r"([\u4e00-\u9fff()]{2,12})\s*:", text))
        for at, match in enumerate(found):
            end = found[at + 1].start() if at + 1 < len(found) else len(text)
            value = text[match.end() : end].strip(" \t\u3000,;_")
            codes = [code for code, score, _ in cols.by_name(match[1]) if code in _PREAMBLE]
            if not codes:
                continue
            if value and not re.fullmatch(r"[年月日\s_.\-/]*", value):
                out.setdefault(codes[0], value[:200])
            elif at + 1 == len(found) and not value:
                label = codes[0]
    return out


def _assign(
    plan: TablePlan, profiles: Mapping[int, cols.Profile], saved: Mapping[str, str]
) -> None:
    for column in plan.columns:
        chosen = _saved(column, saved)
        if chosen is not None:
            column.field, column.confidence, column.evidence = chosen, 1.0, "saved"
            continue
        offers = [
            (score * cols.fits(code, profiles[column.index]), -rank, code, how)
            for rank, (code, score, how) in enumerate(cols.by_names(column.names))
        ]
        if offers:
            score, _, code, how = max(offers)
            if score >= 0.3:
                column.field, column.confidence, column.evidence = code, round(score, 2), how
    _resolve_panels(plan, profiles)
    _resolve_descriptions(plan, profiles)
    _resolve_by_content(plan, profiles)
    _resolve_pairs(plan, profiles)


def _saved(column: ColumnPlan, saved: Mapping[str, str]) -> str | None:
    if not saved:
        return None
    for name in (column.header, "".join(column.names), *column.names[-1:]):
        code = saved.get(cols.head(name))
        if code is not None and (not code or code in cols.dictionary().fields):
            return code
    return None


def _resolve_panels(plan: TablePlan, profiles: Mapping[int, cols.Profile]) -> None:
    """Two hazards a row: the same columns twice, or one column for each grade."""
    named = [c for c in plan.columns if c.names]
    heads = [cols.head("".join(c.names)) for c in named]
    for times in (2, 3):
        size, rest = divmod(len(heads), times)
        if rest or size < 2 or heads != heads[:size] * times:
            continue
        block = named[:size]
        if sum(c.field == "description" for c in block) == 1:
            chunks = [named[at : at + size] for at in range(0, len(named), size)]
            plan.panels = [Panel([c.index for c in chunk]) for chunk in chunks]
            return
    graded = {
        grade: [c for c in plan.columns if _BY_GRADE[grade].fullmatch(cols.head(c.leaf))]
        for grade in _BY_GRADE
    }
    pair = [found[0] for found in graded.values() if len(found) == 1]
    if len(pair) < 2 or any(c.field == "description" and c not in pair for c in plan.columns):
        return
    p = [profiles[c.index] for c in pair]
    if all(x.number < 0.3 and x.chars_max >= 4 for x in p):
        for column, grade in zip(pair, graded, strict=True):
            column.field, column.confidence, column.evidence = "description", 0.9, "content"
            plan.panels.append(Panel([column.index], grade))


_BY_GRADE = {
    "ordinary": re.compile("一般(?:事故|安全)?隐患(?:内容|描述|情况|名称)?"),
    "major": re.compile("重大(?:事故|安全)?隐患(?:内容|描述|情况|名称)?"),
}


def _resolve_descriptions(plan: TablePlan, profiles: Mapping[int, cols.Profile]) -> None:
    """Of several columns for the description the fullest of the surest is it."""
    found = [c for c in plan.columns if c.field == "description"]
    if len(found) < 2:
        return

    def rank(column: ColumnPlan) -> tuple[float, float, float]:
        p = profiles[column.index]
        if column.evidence == "saved":
            return (9.0, 0, 0)
        strength = (
            column.confidence * (0.3 + p.density) * (1.0 if p.chars >= 6 or not p.filled else 0.5)
        )
        return (round(strength, 2), p.chars, -column.index)

    best = max(found, key=rank)
    best.confidence = max(best.confidence, 0.99)
    for column in found:
        if column is not best:
            # A second text about the problem fills in where the first is blank.
            column.confidence = min(column.confidence, 0.5)


def _resolve_by_content(plan: TablePlan, profiles: Mapping[int, cols.Profile]) -> None:
    has = {c.field for c in plan.columns}
    about_hazards = sum(
        1 for c in plan.columns if re.search("隐患|整改|排查|销号|问题", "".join(c.names))
    ) + bool(re.search("隐患|问题", "".join(plan.titles[:3]) + plan.sheet_name))
    for column in plan.columns:
        if column.field:
            continue
        guess = cols.by_content(profiles[column.index])
        if guess is None or guess[0] in has:
            continue
        code, score = guess
        if code == "description":
            # '内容' says nothing by itself, but beside a day of finding it may hold findings.
            bare = cols.head(column.leaf) in _BARE and "found_on" in has
            if _is_foreign(has) or (about_hazards < 1 and not bare):
                continue
        column.field, column.confidence, column.evidence = code, round(score, 2), "content"
        has.add(code)
    if "description" not in has:
        _rename_to_description(plan, profiles, has)
    if "description" not in has and "found_on" not in has:
        return
    # A nameless column of days beside a description, where no other tells the day.
    if "found_on" not in has:
        for column in plan.columns:
            p = profiles[column.index]
            if not column.field and p.filled >= 2 and p.day > 0.8:
                column.field, column.confidence, column.evidence = "found_on", 0.5, "content"
                return


_BARE = frozenset({"内容", "具体内容", "描述", "情况", "具体情况", "事项", "详情", "现象", "表现"})


def _rename_to_description(
    plan: TablePlan, profiles: Mapping[int, cols.Profile], has: set[str]
) -> None:
    """'检查结果' or '检查内容' that in fact lists what was found, beside days and deadlines."""
    around = {"found_on", "deadline", "rectified_on", "measure", "status", "responsible_unit",
              "responsible_person"} & has  # fmt: skip
    if len(around) < 2 or "scoring" in has or "quiz" in has or "task" in has:
        return
    best: tuple[float, ColumnPlan] | None = None
    for column in plan.columns:
        if column.field not in (
            "progress",
            "verification",
            "remarks",
            "check_item",
            "risk",
            "basis",
        ):
            continue
        p = profiles[column.index]
        if p.filled < 2 or p.hazard < 0.5 or p.chars < 4 or p.question > 0.15 or p.status > 0.4:
            continue
        score = p.density * p.hazard
        if best is None or score > best[0]:
            best = (score, column)
    if best:
        column = best[1]
        column.field, column.confidence, column.evidence = "description", 0.5, "content"
        has.add("description")


def _is_foreign(has: set[str]) -> bool:
    return bool(has & set(cols.FOREIGN))


def _resolve_pairs(plan: TablePlan, profiles: Mapping[int, cols.Profile]) -> None:
    """Names that mean one thing beside a second column and another without it."""
    by_field: dict[str, list[ColumnPlan]] = {}
    for column in plan.columns:
        by_field.setdefault(column.field, []).append(column)
    # '完成时间' beside '整改期限' is when it was done; alone, with days to come, either.
    if "deadline" not in by_field and "rectified_on" in by_field:
        for column in by_field["rectified_on"]:
            if column.evidence == "name" and cols.head(column.leaf) in (
                "整改时间",
                "整改日期",
            ):
                later = by_field.get("progress", []) + by_field.get("status", [])
                if not later:
                    column.field = "deadline"
    for column in by_field.get("found_on", []):
        if re.search(
            "登记|录入|上报|交办|下达|移交|通报|反馈|受理|下发|^日期$|^时间$",
            cols.head(column.leaf),
        ):
            column.confidence = min(column.confidence, 0.7)
    # A plain '单位' beside '责任单位' and '企业名称' adds nothing; '地址' never outranks '部位'.
    places = by_field.get("place", [])
    for column in places:
        if len(places) > 1 and re.search("地址", column.leaf):
            column.confidence = min(column.confidence, 0.6)
    for column in by_field.get("enterprise", []):
        if cols.head(column.leaf) in ("检查项目", "项目", "单位", "名称", "企业", "场所"):
            column.confidence = min(column.confidence, 0.7)
    # '检查项目' is a place of work in a register, an item in a checklist.
    if "check_item" in by_field:
        for column in by_field.get("enterprise", []):
            if cols.head(column.leaf) in ("检查项目", "项目"):
                column.field = "check_item"


def _judge(
    plan: TablePlan, profiles: Mapping[int, cols.Profile], data: list[Row], file: str
) -> None:
    """Say what kind of table it is, and why."""
    has = plan.mapping()
    foreign = {code: len(has.get(code, ())) for code in cols.FOREIGN}
    description = has.get("description", [])
    title = squeeze("".join(plan.titles[:6]) + plan.sheet_name)
    circumstances = [code for code in cols.CIRCUMSTANCES if code in has]
    plan.missing = [
        code
        for code in ("description", "found_on", "enterprise", "grade", "measure", "deadline",
                     "responsible_unit", "status")
        if code not in has
    ]  # fmt: skip
    if "status" in plan.missing and {"progress", "closure", "is_rectified", "verification"} & set(
        has
    ):
        plan.missing.remove("status")

    def decide(kind: str, *reasons: str) -> None:
        plan.kind, plan.reasons = kind, list(reasons)
        if kind != LEDGER:
            plan.included = plan.included and not plan.hidden

    if plan.hidden:
        plan.included = False
    if _is_form(plan, data):
        return decide("form", "labels")
    p = profiles[description[0]] if description else None
    saved = any(c.evidence == "saved" and c.field == "description" for c in plan.columns)
    if saved and p is not None:
        return decide(LEDGER if data else "template", "saved_mapping")
    if foreign["quiz"] >= 2:
        return decide("quiz", "quiz_columns")
    named = any(c.field == "description" and c.evidence == "name" for c in plan.columns)
    if foreign["accident"] >= 2 and not (named and "found_on" in has):
        return decide("other", "accident_columns")
    if foreign["check_item"] + foreign["risk"] and not _OUTCOMES & set(has):
        # What might be found, item by item, without a word on what was.
        if not data:
            return decide("template", "check_items", "no_rows")
        return decide("risk" if foreign["risk"] else "checklist", "no_results")
    if foreign["scoring"] and (not description or len(circumstances) < 2):
        return decide("scoring", "scoring_columns")
    if foreign["risk"] >= 2 and ("found_on" not in has or not description):
        if not data:
            return decide("template", "risk_columns", "no_rows")
        return decide("risk", "risk_columns")
    if not description:
        return _judge_without(plan, has, foreign, profiles, data, decide)
    assert p is not None
    if p.filled and p.question > 0.6 and p.filled >= 3:
        return decide("checklist", "questions")
    if foreign["count"] >= 2 and (p.chars < 6 or "found_on" not in has):
        return decide("statistics", "counts")
    if not data or not p.filled:
        if foreign["check_item"]:
            return decide("checklist", "check_items", "no_findings")
        return decide("template", "no_rows")
    if foreign["roster"] >= 2 and p.hazard < 0.2:
        return decide("roster", "roster_columns")
    if foreign["task"] and "found_on" not in has and p.hazard < 0.3:
        return decide("tasks", "task_columns")
    if not circumstances or _is_catalogue(title, has):
        return decide("reference", "no_circumstances")
    return decide(LEDGER, *[f"has_{code}" for code in circumstances[:4]])


def _is_form(plan: TablePlan, data: list[Row]) -> bool:
    """Labels down the first column and values beside them: a form for one case."""
    if not 2 <= len(data) <= 40:
        return False
    labels = 0
    for row in data:
        cells = own_cells(row)
        if cells and isinstance(cells[0][1], str):
            text = cells[0][1]
            labels += cols.vocabulary(text) >= 0.9 or text.rstrip().endswith(("：", ":"))
    unnamed = sum(1 for c in plan.columns if c.names and not c.field)
    return labels * 2 >= len(data) and (unnamed >= 1 or labels * 3 >= len(data) * 2)


_CATALOGUE = re.compile(
    r"判定标准|判定情形|共性问题|常见(?:问题|隐患)|典型(?:问题|隐患)清单|排查指引|检查指南|隐患目录|分类标准|示例库|知识库|法律法规清单"
)
_STRONG = frozenset(
    {"found_on", "deadline", "rectified_on", "status", "progress", "closure", "is_rectified",
     "verified_on", "closed_on", "responsible_person", "checkers"}
)  # fmt: skip


#: Columns that only somebody who found something fills in.
_OUTCOMES = frozenset(
    {"found_on", "deadline", "rectified_on", "status", "progress", "closure", "is_rectified",
     "verification", "verified_on", "closed_on"}
)  # fmt: skip


def _is_catalogue(title: str, has: Mapping[str, list[int]]) -> bool:
    return bool(_CATALOGUE.search(title)) and not _STRONG & set(has)


def _judge_without(
    plan: TablePlan,
    has: Mapping[str, list[int]],
    foreign: Mapping[str, int],
    profiles: Mapping[int, cols.Profile],
    data: list[Row],
    decide: Callable[..., None],
) -> None:
    """No column for a description: what else it may be."""
    for code, kind, reason in (
        ("check_item", "checklist", "check_items"),
        ("scoring", "scoring", "scoring_columns"),
        ("quiz", "quiz", "quiz_columns"),
        ("risk", "risk", "risk_columns"),
        ("task", "tasks", "task_columns"),
        ("roster", "roster", "roster_columns"),
    ):
        if foreign[code]:
            if not data:
                return decide("template", reason, "no_rows")
            return decide(kind, reason)
    numeric = [p for p in profiles.values() if p.filled and p.number > 0.8]
    filled = [p for p in profiles.values() if p.filled]
    if foreign["count"] >= 2 or (len(filled) >= 3 and len(numeric) * 2 > len(filled)):
        return decide("statistics", "counts")
    if not data:
        return decide("template", "no_rows", "no_description")
    return decide("other", "no_description")


# What title, sheet and file say about the time ----------------------------------------------------

_PERIOD_DAY = re.compile(
    r"(20\d\d)\s*[年.\-/_]\s*(\d{1,2})\s*[月.\-/_]\s*(\d{1,2})\s*日?(?!\d)|(?<!\d)(20\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?!\d)"
)
_PERIOD_MONTH = re.compile(
    r"(20\d\d)\s*[年.\-/_]\s*(\d{1,2})\s*月?(?:份)?(?![\d日号])|(?<!\d)(20\d\d)(0[1-9]|1[0-2])(?!\d)"
)
_PERIOD_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_REPORT = re.compile(
    r"(?:填报|填表|制表|报送|上报|报告|统计|汇总|打印|导出|更新|截止|截至|编制)(?:时间|日期)?[:：至]?"
)
_DOCUMENT_NO = re.compile(
    r"[〔\[(【]\s*20\d\d\s*[〕\])】]\s*(?:第)?\s*\d*\s*号?|20\d\d\s*[-—~至到]\s*20\d\d\s*年?|(?:三年行动|专项整治).{0,6}[((]20\d\d[-—至]20\d\d[))]"
)


@dataclass(frozen=True, slots=True)
class Period:
    """When the rows of a table were found, as far as what surrounds it tells."""

    year: int | None = None
    month: int | None = None
    day: date | None = None
    #: title, sheet, file or report.
    where: str = ""
    #: The day the register was filled in; nothing in it was found later.
    reported_on: date | None = None

    @property
    def found(self) -> tuple[date, str] | None:
        """(day, precision) for rows without a day; None if only a year is known."""
        if self.day:
            return self.day, "day"
        if self.year and self.month:
            return date(self.year, self.month, 1), "month"
        return None


def period_of(titles: tuple[str, ...], sheet: str, file: str) -> Period:
    """The one period that title, sheet name or file name gives; contradictions give none."""
    reported: date | None = None
    stated: list[tuple[str, str]] = []
    for title in titles:
        text = unicodedata.normalize("NFKC", title)
        match = _REPORT.search(text)
        if match:
            reading = dates.read(text[match.end() :][:40])
            if reading and reading.day:
                reported = reported or reading.day
            text = text[: match.start()]
        stated.append(("title", text))
    stated += [("sheet", sheet), ("file", re.sub(r"\.\w{2,4}$", "", file))]
    years: dict[int, str] = {}
    for where in ("title", "sheet", "file"):
        texts = [unicodedata.normalize("NFKC", t) for w, t in stated if w == where]
        found = {_period(_DOCUMENT_NO.sub(" ", t)) for t in texts} - {(0, 0, 0)}
        months = {(y, m) for y, m, _ in found if m}
        days = {(y, m, d) for y, m, d in found if d}
        for y, _, _ in found:
            years.setdefault(y, where)
        if len(months) == 1:
            year, month = months.pop()
            day = None
            if len(days) == 1:
                try:
                    day = date(*days.pop())
                except ValueError:
                    day = None
            return Period(year, month if 1 <= month <= 12 else None, day, where, reported)
        if len(months) > 1:
            return Period(_only(y for y, _ in months), None, None, where, reported)
    lone = _lone_month(sheet) or _lone_month(file)
    the_year = _only(years)
    if reported and not years:
        the_year = reported.year
    if the_year and lone:
        return Period(the_year, lone, None, "sheet" if _lone_month(sheet) else "file", reported)
    return Period(the_year, None, None, next(iter(years.values()), "report"), reported)


def _only(values: Iterable[int]) -> int | None:
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _period(text: str) -> tuple[int, int, int]:
    if match := _PERIOD_DAY.search(text):
        numbers = [int(g) for g in match.groups() if g]
        rest = text[match.end() :]
        # '2024年6月1日至30日' is a period, not a day.
        if re.match(r"\s*(?:-|—|~|至|到)", rest):
            return numbers[0], numbers[1], 0
        return numbers[0], numbers[1], numbers[2]
    if match := _PERIOD_MONTH.search(text):
        numbers = [int(g) for g in match.groups() if g]
        if 1 <= numbers[1] <= 12:
            if re.match(r"\s*(?:-|—|~|至|到)+\s*\d", text[match.end() :]):
                return numbers[0], 0, 0
            return numbers[0], numbers[1], 0
    if match := _PERIOD_YEAR.search(text):
        return int(match[1]), 0, 0
    return 0, 0, 0


def _lone_month(text: str) -> int | None:
    found = re.findall(r"(?<!\d)(1[0-2]|[1-9])\s*月(?!\d)", unicodedata.normalize("NFKC", text))
    return int(found[0]) if len(set(found)) == 1 else None
