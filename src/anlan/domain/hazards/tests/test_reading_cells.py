# ruff: noqa: SIM905  a row of cells reads best on one line
"""What stands in a county's cells, and what each row becomes (see desk.py)."""

from __future__ import annotations

from datetime import date, datetime

import openpyxl
import pytest

from anlan.domain.hazards.reading import (
    Context,
    IgnoredRow,
    ParsedRow,
    Plan,
    RejectedRow,
    parse,
    propose,
)
from anlan.domain.hazards.tests.desk import HEADER, TODAY, Cells, Desk, expected
from anlan.kernel.papers.sheets import read_workbook
from anlan.kernel.papers.tests.test_sheets_corpus import rezip


def test_each_way_to_write_a_day(desk: Desk) -> None:
    days: list[tuple[object, str]] = [
        (45468, "2024-06-25"), ("２０２４年６月２５日", "2024-06-25"), ("20240625", "2024-06-25"),
        (20240625, "2024-06-25"), ("6.25", "2024-06-25"), ("6月25日", "2024-06-25"),
        ("2024/6/25 10:00", "2024-06-25"), ("二〇二四年六月二十五日", "2024-06-25"),
        ("24.6.25", "2024-06-25"), ("2024.06.25（周二）", "2024-06-25"), (date(2024, 6, 25), "2024-06-25"),
        ("6.25-6.28", "2024-06-25"), ("2024年6月", "2024-06-01"), ("2024 年7月 18日14:40分", "2024-07-18"),
    ]  # fmt: skip
    path = desk.xlsx(
        (
            "2024年台账",
            [HEADER, *[[i, day, "甲", f"第{i}处线路老化"] for i, (day, _) in enumerate(days)]],
        )
    )
    assert [str(h.found_on) for h in desk.hazards(path)] == [day for _, day in days]


def test_what_is_refused_and_where(desk: Desk) -> None:
    path = desk.xlsx(("台账", [
        HEADER,
        [1, "2024年6月31日", "甲", "警示标识缺失", "", ""],
        [2, "2204-06-25", "乙", "未接地", "", ""],
        [3, "1900-01-00", "丙", "未设围挡", "", ""],
        [4, "", "丁", "消防栓被遮挡", "2024.7.1", ""],
        [5, "详见通报", "戊", "消防栓无水", "", ""],
        [6, "2024-06-25", "己", "", "2024.7.1", "已整改"],
        [7, "2027-06-25", "庚", "来年的隐患", "", ""],
        [8, "6.25", "辛", "没有年份", "", ""],
        [9, "2024年", "壬", "只有年份", "", ""],
        [10, "2024-06-25", "癸", "期限在前", "2024.5.1", "已整改"],
        [11, "2024-06-25", "子", "未发现问题", "", ""],
        [12], [13, "", "", "", "", ""],
        ["合 计", "", "", "10项"],
    ]))  # fmt: skip
    assert desk.told(path) == expected("""
        . 1-1 header
        - 2 found_on_impossible B
        - 3 found_on_absurd B
        - 4 found_on_missing B
        - 5 found_on_missing B
        - 6 found_on_unreadable B
        - 7 description_missing D
        - 8 found_on_future B
        - 9 found_on_no_year B
        - 10 found_on_too_vague B
        + 11 期限在前 | 2024-06-25 | 癸 | rectified
        . 12-12 nothing_found
        . 13-14 only_number
        . 15-15 total
    """)
    assert [w.code for w in desk.hazards(path)[0].warnings] == ["deadline_before_found"]
    refused = [r for r in desk.read(path)[2] if isinstance(r, RejectedRow)]
    assert "2024年6月31日" in refused[0].message
    assert refused[0].header == "检查日期"


def test_the_campaign_list_without_a_column_for_the_day(desk: Desk) -> None:
    """campaign.md §1.1: its columns name no day of finding; the title gives the month."""
    rows = [
        "序号 行业（专项） 地区 单位 问题隐患描述 来源 等级（一般、重大） 整改措施 责任单位 责任人 整改时限 整改资金"
        " 进展（未开始、整改中、已完成） 完成时间 验收人 销号 备注".split(),
        [1, "道路运输", "麒麟区", "某客运公司", "动态监控未正常使用", "执法检查", "一般", "修复", "某客运公司",
         "张三", "2024年6月30日", "0.5万元", "已完成", "2024.6.20", "李四", "是"],
        [2, "消防", "沾益区", "某商场", "疏散通道堵塞", "暗访", "重大", "清理", "某商场", "王五", "立行立改",
         "/", "整改中", "", "", "否"],
    ]  # fmt: skip
    path = desk.xlsx(("问题隐患清单", [["三年行动问题隐患清单（2024年6月）"], *rows]))
    first, second = desk.hazards(path)
    assert (first.found_on, first.found_precision, first.found_inferred) == (
        date(2024, 6, 1), "month", "title",
    )  # fmt: skip
    assert (first.state, first.grade, first.funds) == ("closed", "ordinary", 500_000)
    assert (second.state, second.grade, second.deadline_rule) == ("assigned", "major", "immediate")
    assert second.deadline == date(2024, 6, 30)
    # Without a period anywhere the same rows are refused rather than dated.
    bare = desk.xlsx(("清单", rows), name="b.xlsx")
    assert [x for x in desk.told(bare) if x[0] == "-"] == [
        "- 2 found_on_missing",
        "- 3 found_on_missing",
    ]
    # … unless a person says when.
    chosen = Context(today=TODAY.today, found_on=date(2024, 5, 5))
    assert {h.found_on for h in desk.hazards(bare, chosen)} == {date(2024, 5, 5)}


def test_unknown_column_names_are_recognised_by_what_stands_in_them(desk: Desk) -> None:
    path = desk.xlsx(("隐患", [
        ["No.", "何时", "哪家", "啥毛病", "咋办"],
        [1, "2024-6-1", "甲公司", "灭火器过期未更换", "换掉"],
        [2, "2024-6-2", "乙公司", "疏散通道堆放杂物", "清理"],
    ]))  # fmt: skip
    assert [x for x in desk.told(path) if x[0] == "+"] == expected("""
        + 2 灭火器过期未更换 | 2024-06-01 |  | found
        + 3 疏散通道堆放杂物 | 2024-06-02 |  | found
    """)


def test_a_saved_mapping_overrides_the_dictionary(desk: Desk) -> None:
    path = desk.xlsx(("一", [
        ["编码", "节点", "主体", "记事", "备注"],
        [1, "2024-6-1", "甲公司", "灯不亮", "无"],
    ]))  # fmt: skip
    book = read_workbook(path)
    assert {r.reason for r in parse(book, propose(book)) if isinstance(r, IgnoredRow)} == {
        "header", "sheet_other",
    }  # fmt: skip
    saved = {"节 点": "found_on", "主体": "enterprise", "记事": "description", "备注": ""}
    plan = propose(book, saved)
    (row,) = [r for r in parse(book, plan, TODAY) if isinstance(r, ParsedRow)]
    assert (row.description, row.enterprise, row.remarks) == ("灯不亮", "甲公司", "")
    assert Plan.from_json(plan.to_json()) == plan


def test_same_as_above_and_days_without_a_month(desk: Desk) -> None:
    path = desk.xlsx(("2024年6月", [
        ["日期", "单位", "隐患描述"],
        ["25日", "甲", "灭火器过期"],
        ["同上", "〃", "通道堵塞"],
    ]))  # fmt: skip
    assert desk.told(path) == expected("""
        . 1-1 header
        + 2 灭火器过期 | 2024-06-25 | 甲 | found
        + 3 通道堵塞 | 2024-06-25 | 甲 | found
    """)


def test_a_day_that_slipped_into_the_next_cell(desk: Desk) -> None:
    path = desk.xlsx(("S", [
        ["检查时间", "单位", "隐患描述", "整改责任人", "整改完成日期", "销号情况"],
        ["2025.7.22", "南宁", "未开挖截水沟", date(2025, 7, 26), "已整改", "已销号"],
    ]))  # fmt: skip
    (row,) = desk.hazards(path)
    assert (row.rectified_on, row.responsible_person, row.state) == (
        date(2025, 7, 26),
        "",
        "closed",
    )
    assert [w.code for w in row.warnings] == ["shifted"]


def test_error_cells_are_named(desk: Desk) -> None:
    path = desk.xlsx(("S", [HEADER, [1, "2024-6-1", "甲", "=Z9", "2024-7-1", "=Z9"],
                            [2, "=Z9", "乙", "线路老化", "2024-7-1", ""],
                            [3, "2024-6-1", "丙", "通道堵塞", "=Z9", ""]]))  # fmt: skip
    assert desk.told(path) == expected("""
        . 1-1 header
        - 2 cell_error D
        - 3 cell_error B
        + 4 通道堵塞 | 2024-06-01 | 丙 | found
    """)
    assert [(w.code, w.column) for w in desk.hazards(path)[0].warnings] == [
        ("cell_error_ignored", "E")
    ]


def test_sheets_named_after_counties(desk: Desk) -> None:
    sheet = [["检查日期", "企业名称", "存在问题"], ["2024-6-1", "甲", "灭火器过期"]]
    path = desk.xlsx(("麒麟区", sheet), ("宣威市", sheet))
    assert [h.area_text for h in desk.hazards(path)] == ["麒麟区", "宣威市"]


@pytest.mark.parametrize(("title", "area"), [
    ("五华区华山街道安全生产隐患排查整治台账", "五华区华山街道"),
    ("云南省昆明市五华区西翥街道隐患清单", "云南省昆明市五华区西翥街道"),
    ("石林彝族自治县鹿阜街道隐患台账", "石林彝族自治县鹿阜街道"),
    ("护国街道企业安全隐患清单（2024年6月）", "护国街道"),
    ("五华区城镇燃气隐患台账", "五华区"),
    ("五华区各乡镇隐患汇总表", "五华区"),
    ("五华区老旧小区隐患台账", "五华区"),
    ("全区隐患台账", ""),
])  # fmt: skip
def test_a_title_names_its_area_down_to_the_last(desk: Desk, title: str, area: str) -> None:
    path = desk.xlsx(("S", [
        [title],
        ["检查时间", "存在问题", "企业名称"],
        ["2024-06-01", "通道堵塞", "宏达商店"],
    ]))  # fmt: skip
    assert [h.area_text for h in desk.hazards(path)] == [area]


def test_several_hazards_in_a_cell_share_out_measures_and_money(desk: Desk) -> None:
    path = desk.xlsx(("S", [
        ["检查日期", "存在问题", "整改措施", "整改资金（万元）"],
        ["2024-6-1", "检查发现以下问题：\n1.护栏高仅1.5米；\n2.违反第3.1条。", "1.加高\n2.改正\n3.要求6月30日前完成以上问题整改", 3],
    ]))  # fmt: skip
    one, two = desk.hazards(path)
    assert (one.description, two.description) == ("护栏高仅1.5米", "违反第3.1条。")
    assert (one.measure, two.measure) == (
        "加高\n要求6月30日前完成以上问题整改",
        "改正\n要求6月30日前完成以上问题整改",
    )
    assert (one.funds, two.funds) == (3_000_000, None)
    assert (one.part, two.part, one.parts, one.count, two.count) == (1, 2, 2, 1, 0)
    assert one.context == "检查发现以下问题："


def test_days_inside_words_and_words_inside_days(desk: Desk) -> None:
    path = desk.xlsx(("2024年", [
        ["检查时间", "存在问题", "整改情况", "销号情况"],
        ["6.1", "灭火器过期", "已于2024年6月5日整改完成", ""],
        ["6.1", "通道堵塞", "2024.6.6", "2024.6.8"],
        ["6.1", "储罐超储", "已制定方案，2024年9月底前完成", ""],
        ["6.1", "线路老化", "1.已更换\n2.正在报修", ""],
    ]))  # fmt: skip
    assert [(h.state, str(h.rectified_on), str(h.closed_on)) for h in desk.hazards(path)] == [
        ("rectified", "2024-06-05", "None"),
        ("closed", "2024-06-06", "2024-06-08"),
        ("assigned", "None", "None"),
        ("assigned", "None", "None"),
    ]


def test_a_list_of_outcomes_is_shared_out(desk: Desk) -> None:
    path = desk.xlsx(("2024年", [
        ["检查时间", "存在问题", "整改情况"],
        ["6.1", "1.通道堵塞\n2.应急灯坏", "1.已清理\n2.正在维修"],
    ]))  # fmt: skip
    assert [(h.state, h.progress) for h in desk.hazards(path)] == [
        ("rectified", "已清理"), ("assigned", "正在维修"),
    ]  # fmt: skip


def test_labels_beside_their_values_above_a_table(desk: Desk) -> None:
    path = desk.xlsx(("S", [
        ["XX街道安全检查记录"],
        ["被检查单位", "宏达商店", "", "检查时间", "2024年6月25日"],
        ["序号", "存在问题", "整改措施", "整改期限", "责任人"],
        [1, "灭火器过期", "更换", "立即", "张"],
        [2, "电线裸露", "穿管", "3天", "李"],
        ["检查人员签字：", "", "", "受检单位签字："],
        ["年  月  日"],
    ], ["B2:C2"]))  # fmt: skip
    assert desk.told(path) == expected("""
        . 1-2 title
        . 3-3 header
        + 4 灭火器过期 | 2024-06-25 | 宏达商店 | assigned
        + 5 电线裸露 | 2024-06-25 | 宏达商店 | assigned
        . 6-7 note
    """)
    assert [h.deadline for h in desk.hazards(path)] == [date(2024, 6, 25), date(2024, 6, 28)]


@pytest.mark.parametrize(("rows", "reason"), [
    ([["序号", "事故单位", "事故发生时间", "事故经过", "死亡人数", "整改措施"],
      [1, "甲公司", "2024-6-1", "作业人员未系安全带坠落", 1, "加强培训"],
      [2, "乙公司", "2024-6-2", "配电箱未接地触电", 1, "加强培训"]], "sheet_other"),
    ([["2024年6月隐患排查清单"], ["序号", "风险点", "排查内容与标准", "可能存在的隐患", "责任人"],
      [1, "配电室", "接地是否良好", "接地不良", "张三"], [2, "罐区", "液位计", "液位计失效", "张三"]], "sheet_risk"),
    ([["2024年6月25日"], ["序号", "检查内容", "存在的问题", "责任人"],
      [1, "接地情况", "接地不良", "张三"], [2, "液位计", "液位计失效", "张三"]], "sheet_checklist"),
])  # fmt: skip
def test_accidents_and_what_might_be_found_are_no_hazards(
    rows: Cells, reason: str, desk: Desk
) -> None:
    results = desk.read(desk.xlsx(("S", rows)))[2]
    assert {type(r) for r in results} == {IgnoredRow}
    assert reason in {r.reason for r in results if isinstance(r, IgnoredRow)}


def test_bare_numbers_of_a_workbook_that_counts_from_1904(desk: Desk) -> None:
    path = desk.xlsx(("S", [["检查日期", "存在问题"], [44_006, "灭火器过期"]]))
    book = openpyxl.load_workbook(path)
    book.epoch = datetime(1904, 1, 1)
    book.save(path)
    assert desk.told(path)[-1] == "+ 2 灭火器过期 | 2024-06-25 |  | found"


def test_masked_names_are_no_remarks(desk: Desk) -> None:
    path = desk.xlsx(("S", [
        ["企业名称", "检查日期", "存在问题"],
        ["**公司", "2024.6.1", "灭火器过期"], ["***加油站", "2024.6.1", "通道堵塞"],
        ["宣威市合计：2项"],
    ]))  # fmt: skip
    assert desk.told(path) == expected("""
        . 1-1 header
        + 2 灭火器过期 | 2024-06-01 | **公司 | found
        + 3 通道堵塞 | 2024-06-01 | ***加油站 | found
        . 4-4 total
    """)


def test_a_form_that_looks_empty_keeps_the_row_that_is_filled_in(desk: Desk) -> None:
    blank = [[n, "", "", "", "", "未整改"] for n in range(1, 331)]
    filled = [331, "2024-6-1", "甲", "灭火器过期", "", "未整改"]
    told = desk.told(desk.xlsx(("S", [HEADER, *blank, filled, *blank])))
    assert told == expected("""
        . 1-1 header
        . 2-331 sheet_template
        + 332 灭火器过期 | 2024-06-01 | 甲 | found
        . 333-662 sheet_template
    """)


def test_a_damaged_sheet_is_mentioned_and_the_others_are_read(desk: Desk) -> None:
    sheet = [HEADER, [1, "2024-6-1", "甲", "线路老化"]]
    path = desk.xlsx(("好", sheet), ("坏", sheet))
    raw = path.read_bytes()
    path.write_bytes(rezip(raw, lambda n, d: d[: len(d) // 2] if n.endswith("sheet2.xml") else d))
    assert desk.told(path) == expected("""
        . 1-1 header
        + 2 线路老化 | 2024-06-01 | 甲 | found
        . 1-0 sheet_broken
    """)
