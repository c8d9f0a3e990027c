"""Whether a table lists hazards, or what else it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from anlan.domain.hazards.reading import columns as cols
from anlan.domain.hazards.reading.periods import period_of
from anlan.domain.hazards.reading.plan import LEDGER, TablePlan
from anlan.kernel.papers.sheets.book import CellError, Row
from anlan.kernel.papers.sheets.tables import own_cells, squeeze

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


def judge(
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
    if not data or not (p.filled or _errors(data, description)):
        if foreign["check_item"]:
            return decide("checklist", "check_items", "no_findings")
        return decide("template", "no_rows")
    if foreign["roster"] >= 2 and p.hazard < 0.2:
        return decide("roster", "roster_columns")
    if foreign["task"] and "found_on" not in has and p.hazard < 0.3:
        return decide("tasks", "task_columns")
    if _is_catalogue(title, has):
        return decide("reference", "no_circumstances")
    if not circumstances:
        # A bare list still was found by somebody where what stands above it says so.
        if not (_told_above(plan, file) and p.hazard >= 0.3):
            return decide("reference", "no_circumstances")
        circumstances = ["title"]
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


def _told_above(plan: TablePlan, file: str) -> bool:
    """Whether the title says that this was found, and when; or whom the lines above accuse."""
    if plan.preamble.keys() & {"enterprise", "found_on"}:
        return True
    if period_of(plan.titles, plan.sheet_name, file).found is None:
        return False
    return bool(_FINDINGS.search(squeeze("".join(plan.titles[:6]) + plan.sheet_name + file)))


#: Titles of lists of what was found.
_FINDINGS = re.compile(
    r"(?:发现|检查|督查|排查|巡查|暗访|督导|执法|自查|存在)(?!内容|标准|指引|指南|要点).{0,8}(?:问题|隐患).{0,6}(?:清单|台账|汇总|一览|明细|登记|统计|情况|表)"
    r"|(?:问题|隐患)(?:排查|整改|治理).{0,6}(?:清单|台账|汇总|明细|登记)"
)


def _errors(data: list[Row], columns: list[int]) -> bool:
    """Whether descriptions are there, but as formulas without a result: rows to be refused."""
    return any(isinstance(row.get(index), CellError) for row in data for index in columns)


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
