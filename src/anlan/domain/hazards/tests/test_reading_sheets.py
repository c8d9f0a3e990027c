"""Which sheets hold hazards at all (see desk.py)."""

from __future__ import annotations

import openpyxl
import pytest

from anlan.domain.hazards.reading import (
    IgnoredRow,
    ParsedRow,
    parse,
    propose,
)
from anlan.domain.hazards.tests.desk import HEADER, TODAY, Cells, Desk, expected
from anlan.kernel.papers.sheets import read_workbook


def test_a_hidden_sheet_is_left_out_until_somebody_takes_it_in(desk: Desk) -> None:
    path = desk.xlsx(
        ("台账", [HEADER, [1, "2024-6-1", "甲", "线路老化"]]),
        ("旧", [HEADER, [1, "2023-6-1", "甲", "线路老化"]]),
    )
    book = openpyxl.load_workbook(path)
    book["旧"].sheet_state = "hidden"
    book.save(path)
    assert desk.told(path)[-1] == ". 2-2 hidden_sheet"
    read = read_workbook(path)
    plan = propose(read)
    plan.tables[1].included = True
    assert len([r for r in parse(read, plan, TODAY) if isinstance(r, ParsedRow)]) == 2


NOT_HAZARDS: dict[str, tuple[Cells, str]] = {
    "an empty register": ([["隐患台账"], HEADER], ""),
    "a register with only numbers": ([HEADER, [1], [2], [3]], "sheet_template"),
    "a register with an example": (
        [HEADER, ["示例", "2024-06-25", "某公司", "某隐患", "2024-07-01", "已整改"], [1]], "",
    ),
    "a checklist": (
        [["序号", "检查项目", "检查内容", "检查结果", "整改情况"],
         [1, "消防", "是否配备灭火器？", "", ""], [2, "用电", "是否接地？", "", ""]],
        "sheet_checklist",
    ),
    "figures by county": (
        [["地区", "检查企业数", "排查隐患数", "已整改数", "整改率"],
         ["麒麟区", 120, 300, 290, "96.7%"], ["宣威市", 100, 200, 190, "95%"]],
        "sheet_statistics",
    ),
    "a weekly report with a remark": (
        [["XX县安全生产周报表（2024年6月24日-6月30日）"],
         ["单位", "检查企业（家）", "发现隐患（条）", "整改率", "存在的主要问题"],
         ["应急局", 12, 30, "93%", "部分企业台账不规范，未落实主体责任"], ["住建局", 5, 10, "100%", "脚手架不规范"]],
        "sheet_statistics",
    ),
    "figures under a two-row header": (
        [["地区", "一般隐患", "", "重大隐患", ""], ["", "排查数", "整改数", "排查数", "整改数"],
         ["麒麟区", 300, 290, 2, 1], ["宣威市", 200, 190, 1, 1]],
        "sheet_statistics",
    ),
    "tasks": (
        [["序号", "工作任务", "牵头单位", "责任单位", "完成时限"],
         [1, "开展重大隐患排查整治，不得走过场", "安委办", "各乡镇", "2024年12月底"],
         [2, "加强未整改隐患督办", "应急局", "各乡镇", "2024年12月底"]],
        "sheet_tasks",
    ),
    "measures": (
        [["序号", "行业", "层级", "制度名称", "解决的问题", "牵头单位", "责任人", "完成时限", "进展"],
         [1, "消防", "县", "消防通道管理办法", "消防通道堵塞无人管", "消防大队", "张三", "2024年12月", "完成"]],
        "sheet_tasks",
    ),
    "sources of danger": (
        [["序号", "危险源名称", "可能导致的事故", "危险等级", "控制措施"],
         [1, "未接地的配电箱", "触电", "3级", "接地"], [2, "无护栏的基坑", "坠落", "2级", "围护"]],
        "sheet_risk",
    ),
    "criteria": (
        [["重大事故隐患判定标准"], ["序号", "行业领域", "重大事故隐患情形", "判定依据"],
         [1, "工贸", "特种作业人员未持证上岗的", "第三条"], [2, "工贸", "未设置安全出口的", "第四条"]],
        "sheet_reference",
    ),
    "an examination": (
        [["序号", "题目", "选项A", "选项B", "答案"], [1, "隐患是指什么？", "甲", "乙", "A"]],
        "sheet_quiz",
    ),
    "people": (
        [["序号", "姓名", "职务", "联系电话"], [1, "张三", "局长", "13888888888"]], "sheet_roster",
    ),
    "scores": (
        [["序号", "考评内容", "标准分值", "扣分说明", "得分"], [1, "隐患排查制度", 10, "缺少", 8]],
        "sheet_scoring",
    ),
    "a notice that found nothing": (
        [["隐患整改通知书"], ["受检单位", "甲公司", "检查日期", "2024年6月25日"],
         ["检查人", "张三", "电话", "13888888888"], ["存在问题", "未发现问题。"],
         ["整改要求", ""], ["整改期限", ""]],
        "sheet_form",
    ),
    "a cover": ([["XX县安全生产委员会办公室"], ["2024年6月"]], "sheet_form"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_HAZARDS)
def test_templates_checklists_and_forms_give_no_hazard(name: str, desk: Desk) -> None:
    rows, reason = NOT_HAZARDS[name]
    results = desk.read(desk.xlsx(("Sheet1", rows)))[2]
    assert {type(r) for r in results} == {IgnoredRow}
    if reason:
        assert reason in {r.reason for r in results if isinstance(r, IgnoredRow)}


def test_findings_inside_a_filled_checklist_are_hazards(desk: Desk) -> None:
    path = desk.xlsx(("检查表", [
        ["受检单位：甲公司", "", "检查日期：2024年6月25日"],
        ["序号", "检查项目", "检查内容", "检查结果", "存在问题", "整改期限"],
        [1, "消防", "灭火器是否有效", "不合格", "3具灭火器过期", "2024.7.1"],
        [2, "消防", "通道是否畅通", "合格", "", ""],
        [3, "用电", "是否接地", "合格", "无", ""],
    ]))  # fmt: skip
    assert desk.told(path) == expected("""
        . 1-1 title
        . 2-2 header
        + 3 3具灭火器过期 | 2024-06-25 | 甲公司 | assigned
        . 4-5 nothing_found
    """)
