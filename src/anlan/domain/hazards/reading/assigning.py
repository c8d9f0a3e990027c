"""Which field each column of a table is, settled between the columns."""

from __future__ import annotations

import re
from collections.abc import Mapping

from anlan.domain.hazards.reading import columns as cols
from anlan.domain.hazards.reading.plan import ColumnPlan, Panel, TablePlan


def _sides(named: list[ColumnPlan]) -> list[list[ColumnPlan]]:
    """Two tables side by side with a gap between them, each with what was found and more."""
    sides: list[list[ColumnPlan]] = []
    for column in named:
        if not sides or column.index > sides[-1][-1].index + 1:
            sides.append([])
        sides[-1].append(column)
    circumstances = {"found_on", "enterprise", "deadline", "status", "is_rectified", "progress"}
    for side in sides:
        fields = [c.field for c in side]
        if fields.count("description") != 1 or not circumstances & set(fields):
            return []
    return sides


_BY_GRADE = {
    "ordinary": re.compile("一般(?:事故|安全)?隐患(?:内容|描述|情况|名称)?"),
    "major": re.compile("重大(?:事故|安全)?隐患(?:内容|描述|情况|名称)?"),
}
_BARE = frozenset({"内容", "具体内容", "描述", "情况", "具体情况", "事项", "详情", "现象", "表现"})


def assign(plan: TablePlan, profiles: Mapping[int, cols.Profile], saved: Mapping[str, str]) -> None:
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
    if plan.last < plan.first:
        _without_header(plan, profiles)
    _resolve_panels(plan, profiles)
    _resolve_descriptions(plan, profiles)
    _resolve_by_content(plan, profiles)
    _resolve_pairs(plan, profiles)


def _without_header(plan: TablePlan, profiles: Mapping[int, cols.Profile]) -> None:
    """Columns known by nothing but what stands in them."""

    def give(column: ColumnPlan, code: str) -> None:
        column.field, column.confidence, column.evidence = code, 0.5, "content"

    told = [
        c for c in plan.columns
        if (cols.by_content(profiles[c.index]) or ("", 0))[0] == "description"
    ]  # fmt: skip
    if told:
        best = max(told, key=lambda c: profiles[c.index].hazard * profiles[c.index].density)
        give(best, "description")
    days = [c for c in plan.columns if profiles[c.index].day > 0.8]
    for column, code in zip(days, ("found_on", "deadline"), strict=False):
        give(column, code)
    for column in plan.columns:
        p = profiles[column.index]
        if not column.field and p.unit > 0.8 and p.distinct > 0.2:
            give(column, "enterprise")
            break


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
    if len(sides := _sides(named)) > 1:
        plan.panels = [Panel([c.index for c in side]) for side in sides]
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
