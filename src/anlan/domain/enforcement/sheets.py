"""The book of enforcement as a workbook that goes out: a template, and the list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anlan.domain.enforcement import kinds
from anlan.domain.enforcement.models import Entry
from anlan.domain.enforcement.money import yuan
from anlan.domain.enforcement.refusals import EnforcementSheetTooLong
from anlan.kernel.papers.sheets.writing import OutTable, write_tables

#: Chinese, as the reader of other registers has it: a workbook is a paper, not a page.
HEADS: dict[str, str] = {
    "kind": "种类", "number": "文号", "on": "日期", "unit": "执法单位（非本单位的）",
    "firm": "企业名称", "code": "统一社会信用代码", "party": "对象（未入库的）",
    "area": "区划（未入库的）", "sector": "行业领域（未入库的）", "what": "事由",
    "violations": "违法行为（每行一条）",
    "rectified": "已整改违法行为（每行一条，或“全部”）", "halted": "责令停产整顿",
    "suspended": "暂扣许可（个）", "revoked": "吊销许可（个）", "close": "提请关闭",
    "warned": "警告、通报批评", "fine": "单位罚款（元）", "heads": "处罚主要负责人（人）",
    "head_fine": "主要负责人罚款（元）", "persons": "人数", "reward": "奖励金额（元）",
}  # fmt: skip
#: Rows that a list takes out, and of these read at once.
OUT_ROWS_MAX, FETCHED_AT_ONCE = 100_000, 2_000


def write_template(target: Path | BinaryIO) -> int:
    """An empty book with its columns, and which kind takes which of them."""
    told = [
        [str(kind.label), kinds.SECTIONS[kind.section], _whom(kind),
         "、".join(HEADS[name] for name in kind.takes) or "—"]
        for kind in kinds.KINDS.values()
    ]  # fmt: skip
    titles = [
        _("Enforcement entries"),
        _("One entry a row. Name the enterprise as in the register or by its credit code; the "
          "columns marked 未入库 are for what is in no register. 是 or 否; amounts in yuan."),
    ]  # fmt: skip
    return write_tables(
        target,
        [
            OutTable(name="执法台账", headers=list(HEADS.values()), titles=titles, rows=[]),
            OutTable(name="种类", headers=["种类", "类别", "对象", "另填的列"], rows=told),
        ],
    )


def _whom(kind: kinds.Kind) -> str:
    return (
        _("an enterprise of the register")
        if kind.whom == "enterprise"
        else _("an enterprise, or in words")
    )


def write_list(target: Path | BinaryIO, rows: QuerySet[Entry]) -> int:
    """The entries of a list with all that they say. Raises EnforcementSheetTooLong."""
    if rows.order_by()[OUT_ROWS_MAX : OUT_ROWS_MAX + 1].exists():
        raise EnforcementSheetTooLong(max=OUT_ROWS_MAX)
    more = ["执法单位", "区划", "行业领域", "已收缴（元）", "违法行为已整改"]
    heads = [name for name in HEADS if name not in ("unit", "party", "area", "sector")]
    table = OutTable(
        name="执法台账", headers=[*(HEADS[name] for name in heads), *more],
        rows=_out(rows.order_by("-on", "-pk")),
    )  # fmt: skip
    return write_tables(target, [table])


def _out(rows: QuerySet[Entry]) -> Iterator[list[Any]]:
    fetched = rows.prefetch_related("violations").iterator(chunk_size=FETCHED_AT_ONCE)
    for row in fetched:
        found = sorted(row.violations.all(), key=lambda each: each.place)
        done = sum(each.rectified_by_id is not None for each in found)
        firm = row.enterprise
        yield [
            str(row.shape.label), row.number, row.on.isoformat(), row.whom,
            (firm.credit_code or "") if firm else "", row.what,
            "\n".join(each.words for each in found), row.rectified or "",
            _said(row.halted), row.suspended or "", row.revoked or "", _said(row.close),
            _said(row.warned), yuan(row.fine) if row.fine else "", row.heads or "",
            yuan(row.head_fine) if row.head_fine else "", row.persons or "",
            yuan(row.reward) if row.reward else "", row.unit.name, row.area.full_name,
            row.sector.name if row.sector else "", yuan(row.paid) if row.fined else "",
            f"{done}/{row.found}" if row.found else "",
        ]  # fmt: skip


def _said(yes: bool) -> str:
    return "是" if yes else ""
