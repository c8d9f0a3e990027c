# ruff: noqa: SIM905  a row of cells reads best on one line
"""Workbooks as counties lay them out: what each row becomes, exactly.

A layout is rows of cells and merged ranges; the expectation is a line a result:
    + row[.part] description | found | enterprise | state    a hazard
    - row code column                                         refused
    . first-last reason                                       no hazard
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlwt

from anlan.domain.hazards.reading import (
    Context,
    IgnoredRow,
    ParsedRow,
    Plan,
    RejectedRow,
    Result,
    parse,
    propose,
)
from anlan.kernel.papers.sheets import Workbook, read_workbook
from anlan.kernel.papers.tests.test_sheets_corpus import rezip

TODAY = Context(today=date(2026, 11, 21))
HEADER = ["序号", "检查日期", "企业名称", "存在问题", "整改期限", "整改状态"]
Cells = Sequence[Sequence[object]]


class Desk:
    """Writes a workbook, reads it back and tells what became of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def xlsx(
        self, *sheets: tuple[str, Cells] | tuple[str, Cells, Sequence[str]], name: str = "a.xlsx"
    ) -> Path:
        book = openpyxl.Workbook()
        assert book.active is not None
        book.remove(book.active)
        for title, rows, *merges in sheets:
            sheet = book.create_sheet(title)
            for r, row in enumerate(rows, 1):
                for c, value in enumerate(row, 1):
                    if value != "":
                        sheet.cell(r, c).value = value  # type: ignore[assignment]
            for merged in merges[0] if merges else ():
                sheet.merge_cells(merged)
        path = self.folder / name
        book.save(path)
        return path

    def text(self, content: str, name: str = "a.csv", encoding: str = "gb18030") -> Path:
        path = self.folder / name
        path.write_text(textwrap.dedent(content).lstrip(), encoding=encoding)
        return path

    def read(self, path: Path, context: Context = TODAY) -> tuple[Workbook, Plan, list[Result]]:
        book = read_workbook(path)
        plan = propose(book)
        results = list(parse(book, plan, context))
        assert sum(r.count for r in results) == book.row_count
        return book, plan, results

    def told(self, path: Path, context: Context = TODAY) -> list[str]:
        return [line(r) for r in self.read(path, context)[2]]

    def hazards(self, path: Path, context: Context = TODAY) -> list[ParsedRow]:
        return [r for r in self.read(path, context)[2] if isinstance(r, ParsedRow)]


def line(result: Result) -> str:
    if isinstance(result, ParsedRow):
        row = f"{result.first_row}" if result.parts == 1 else f"{result.first_row}.{result.part}"
        if result.last_row > result.first_row:
            row += f"-{result.last_row}"
        return f"+ {row} {result.description} | {result.found_on} | {result.enterprise} | {result.state}"
    if isinstance(result, RejectedRow):
        return f"- {result.first_row} {result.code} {result.column}".rstrip()
    assert isinstance(result, IgnoredRow)
    return f". {result.first_row}-{result.last_row} {result.reason}"


def expected(text: str) -> list[str]:
    return [entry.strip() for entry in text.strip().splitlines()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_two_row_header_titles_total_and_signatures(desk: Desk) -> None:
    path = desk.xlsx(("附件1", [
        ["附件1"],
        ["陆良县2024年6月重大事故隐患排查整治台账"],
        ["填报单位：陆良县应急管理局", "", "", "", "", "填报时间：2024年7月3日"],
        ["序号", "企业基本情况", "", "隐患情况", "", "", "整改情况", "", "", "备注"],
        ["", "企业名称", "行业领域", "排查时间", "隐患描述", "隐患等级", "责任人", "时限", "完成情况"],
        [1, "A化工公司", "危化", "6.12", "可燃气体报警器未投用", "重大", "张三", "6月30日", "已完成"],
        [2, "B煤矿", "煤矿", "6月15日", "主通风机无反风装置", "重大", "李四", "7月底前", "正在整改"],
        ["合计", "2家", "", "", "2条"],
        ["填表人：王五", "", "", "审核人：赵六"],
    ], ["A2:J2", "B4:C4", "D4:F4", "G4:I4", "A4:A5", "J4:J5"]))  # fmt: skip
    assert desk.told(path) == expected("""
        . 1-3 title
        . 4-5 header
        + 6 可燃气体报警器未投用 | 2024-06-12 | A化工公司 | rectified
        + 7 主通风机无反风装置 | 2024-06-15 | B煤矿 | assigned
        . 8-8 total
        . 9-9 note
    """)
    first, second = desk.hazards(path)
    assert (first.grade, first.sector_text, first.responsible_person) == ("major", "危化", "张三")
    assert (first.deadline, second.deadline) == (date(2024, 6, 30), date(2024, 7, 31))
    assert first.area_text == "陆良县"
    assert first.raw["整改情况/责任人"] == "张三"
    assert [w.code for w in first.warnings] == ["year_inferred"]


def test_three_row_header(desk: Desk) -> None:
    path = desk.xlsx(("三级", [
        ["附件"],
        ["序号", "基本情况", "", "", "隐患整改", "", "", ""],
        ["", "单位", "", "检查", "整改前", "", "整改后", ""],
        ["", "名称", "信用代码", "时间", "问题描述", "等级", "完成时间", "验收人"],
        [1, "甲公司", "", "2024.6.1", "灭火器过期", "一般", "2024.6.3", "张三"],
    ], ["A2:A4", "B2:D2", "E2:H2", "B3:C3", "E3:F3", "G3:H3"]))  # fmt: skip
    assert desk.told(path) == expected("""
        . 1-1 title
        . 2-4 header
        + 5 灭火器过期 | 2024-06-01 | 甲公司 | rectified
    """)
    (row,) = desk.hazards(path)
    assert (row.grade, row.rectified_on, row.verifier) == ("ordinary", date(2024, 6, 3), "张三")


def test_csv_with_a_two_row_header_and_no_merges(desk: Desk) -> None:
    path = desk.text("""
        陆良县2024年隐患台账,,,,,,,,
        填报单位：陆良县安委办,,,,,,填报时间：2024年7月1日,,
        序号,检查日期,企业,隐患,,整改,,,备注
        ,,,内容,等级,责任人,期限,完成情况,
        1,6.12,甲厂,灭火器过期,一般,张三,6.20,已整改,
        2,6.13,乙厂,通道堵塞,一般,李四,6.20,整改中,
        合计,,,2,,,,,
    """)
    assert desk.told(path) == expected("""
        . 1-2 title
        . 3-4 header
        + 5 灭火器过期 | 2024-06-12 | 甲厂 | rectified
        + 6 通道堵塞 | 2024-06-13 | 乙厂 | assigned
        . 7-7 total
    """)
    assert [h.checking_unit for h in desk.hazards(path)] == ["陆良县安委办"] * 2


def test_old_xls_with_line_breaks_in_its_header(desk: Desk) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("台账")
    sheet.write_merge(0, 0, 0, 6, "宣威市2024年6月隐患台账")
    for column, text in enumerate(("序\n号", "检 查 时 间", "单位名称")):
        sheet.write_merge(1, 2, column, column, text)
    sheet.write_merge(1, 1, 3, 4, "隐患情况")
    sheet.write_merge(1, 1, 5, 6, "整改情况")
    for column, text in ((3, "隐患描述"), (4, "等级"), (5, "整改\n时限"), (6, "是否\n销号")):
        sheet.write(2, column, text)
    for column, value in enumerate(
        (1, "6月3日", "丁矿", "顶板支护不到位", "一般", "6月30日", "是")
    ):
        sheet.write(3, column, value)
    path = desk.folder / "宣威.xls"
    book.save(str(path))
    assert desk.told(path) == expected("""
        . 1-1 title
        . 2-3 header
        + 4 顶板支护不到位 | 2024-06-03 | 丁矿 | closed
    """)


def test_enterprise_and_day_merged_over_several_hazards(desk: Desk) -> None:
    path = desk.xlsx(("S", [
        ["序号", "单位名称", "检查日期", "存在问题", "整改情况"],
        [1, "甲超市", "2024/6/25", "灭火器过期", "已整改"],
        ["", "", "", "安全出口堵塞", "未整改"],
        [2, "乙酒店", "2024/6/26", "消防通道占用", "已整改"],
    ], ["A2:A3", "B2:B3", "C2:C3"]))  # fmt: skip
    assert desk.told(path) == expected("""
        . 1-1 header
        + 2 灭火器过期 | 2024-06-25 | 甲超市 | rectified
        + 3 安全出口堵塞 | 2024-06-25 | 甲超市 | found
        + 4 消防通道占用 | 2024-06-26 | 乙酒店 | rectified
    """)


def test_the_same_as_csv_fills_down_and_says_so(desk: Desk) -> None:
    path = desk.text("""
        序号,单位名称,检查日期,存在问题,整改情况
        1,甲超市,2024/6/25,灭火器过期,已整改
        ,,,安全出口堵塞,未整改
        2,乙酒店,,消防通道占用,已整改
    """)
    assert desk.told(path) == expected("""
        . 1-1 header
        + 2 灭火器过期 | 2024-06-25 | 甲超市 | rectified
        + 3 安全出口堵塞 | 2024-06-25 | 甲超市 | found
        - 4 found_on_missing C
    """)
    assert [w.code for w in desk.hazards(path)[1].warnings] == ["filled_down", "filled_down"]


def test_one_hazard_merged_over_several_rows_of_measures(desk: Desk) -> None:
    path = desk.xlsx(("隐患台账2024年", [
        ["序号", "企业", "发现时间", "隐患内容", "整改措施", "整改期限", "是否整改"],
        [1, "甲厂", "5月3日", "粉尘清扫不及时", "1.清扫", "5月10日", "是"],
        ["", "", "", "", "2.装泄爆片", "5月20日", ""],
        [2, "乙厂", "12月30日", "有限空间未设警示", "设置", "1月5日", "否"],
    ], ["A2:A3", "B2:B3", "C2:C3", "D2:D3", "G2:G3"]))  # fmt: skip
    assert desk.told(path) == expected("""
        . 1-1 header
        + 2-3 粉尘清扫不及时 | 2024-05-03 | 甲厂 | rectified
        + 4 有限空间未设警示 | 2024-12-30 | 乙厂 | assigned
    """)
    first, second = desk.hazards(path)
    assert first.measure == "1.清扫\n2.装泄爆片"
    assert second.deadline == date(2025, 1, 5)


def test_one_description_merged_over_several_enterprises_is_several_hazards(desk: Desk) -> None:
    path = desk.xlsx(("2024年", [
        ["检查日期", "企业名称", "存在问题"],
        ["2024-6-1", "甲", "未建立隐患排查制度"],
        ["2024-6-1", "乙", ""],
    ], ["C2:C3"]))  # fmt: skip
    assert desk.told(path) == expected("""
        . 1-1 header
        + 2 未建立隐患排查制度 | 2024-06-01 | 甲 | found
        + 3 未建立隐患排查制度 | 2024-06-01 | 乙 | found
    """)


def test_sections_subtotals_and_headers_that_come_again(desk: Desk) -> None:
    path = desk.xlsx(("汇总", [
        ["2024年第二季度问题隐患汇总表"],
        HEADER,
        ["一、麒麟区"],
        [1, "2024-05-06", "甲公司", "配电箱未接地", "2024-05-10", "已整改"],
        ["小 计", "", "1"],
        ["二、宣威市"],
        HEADER,
        [1, "2024-05-08", "丙公司", "气瓶无防倾倒", "2024-05-10", "未整改"],
        [],
        ["总计：2"],
        ["注：本表由各县填报"],
    ], ["A1:F1", "A3:F3", "A6:F6"]))  # fmt: skip
    assert desk.told(path) == expected("""
        . 1-1 title
        . 2-2 header
        . 3-3 section
        + 4 配电箱未接地 | 2024-05-06 | 甲公司 | rectified
        . 5-5 total
        . 6-6 title
        . 7-7 header
        + 8 气瓶无防倾倒 | 2024-05-08 | 丙公司 | assigned
        . 9-9 blank
        . 10-10 total
        . 11-11 note
    """)
    assert [h.area_text for h in desk.hazards(path)] == ["麒麟区", "宣威市"]


def test_blocks_by_company_under_lines_that_name_it(desk: Desk) -> None:
    path = desk.xlsx(("检查情况", [
        ["企业检查记录"],
        ["受检单位：甲公司", "", "检查日期：2024年6月1日"],
        ["序号", "存在问题", "整改期限"],
        [1, "灭火器过期", "2024.6.5"],
        [],
        ["受检单位：乙公司", "", "检查日期：2024年6月2日"],
        ["序号", "存在问题", "整改期限"],
        [1, "通道堵塞", "2024.6.5"],
        ["受检单位：丙公司"],
        [1, "未持证上岗", "2024.6.9"],
    ]))  # fmt: skip
    assert [x for x in desk.told(path) if x[0] == "+"] == expected("""
        + 4 灭火器过期 | 2024-06-01 | 甲公司 | assigned
        + 8 通道堵塞 | 2024-06-02 | 乙公司 | assigned
        + 10 未持证上岗 | 2024-06-02 | 丙公司 | assigned
    """)


def test_two_tables_on_a_sheet_with_other_columns(desk: Desk) -> None:
    path = desk.xlsx(("检查", [
        ["一、消防检查"],
        ["序号", "场所名称", "检查日期", "存在问题"],
        [1, "某KTV", "2024.6.1", "安全出口锁闭"],
        [],
        ["二、燃气检查"],
        ["序号", "检查时间", "餐馆名称", "地址", "问题描述", "责任单位"],
        [1, "2024.6.2", "老王火锅", "人民路1号", "软管超长", "老王火锅"],
    ]))  # fmt: skip
    assert desk.told(path) == expected("""
        . 1-1 title
        . 2-2 header
        + 3 安全出口锁闭 | 2024-06-01 | 某KTV | found
        . 4-4 blank
        . 5-5 title
        . 6-6 header
        + 7 软管超长 | 2024-06-02 | 老王火锅 | assigned
    """)
    assert [h.place for h in desk.hazards(path)] == ["", "人民路1号"]


def test_columns_that_shift_after_a_page_break(desk: Desk) -> None:
    path = desk.xlsx(("S", [
        ["隐患台账"], HEADER,
        [1, "2024-6-1", "甲", "线路老化", "2024-7-1", "已整改"],
        ["第1页 共2页"], ["隐患台账（续）"],
        ["", *HEADER],
        ["", 2, "2024-6-2", "乙", "通道堵塞", "2024-7-1", "未整改"],
    ]))  # fmt: skip
    assert desk.told(path) == expected("""
        . 1-1 title
        . 2-2 header
        + 3 线路老化 | 2024-06-01 | 甲 | rectified
        . 4-4 note
        . 5-5 title
        . 6-6 header
        + 7 通道堵塞 | 2024-06-02 | 乙 | assigned
    """)


def test_a_table_far_from_the_corner_under_instructions(desk: Desk) -> None:
    pad = ["", "", "", ""]
    path = desk.xlsx(("S", [
        [], [], [],
        ["", "填表说明：1.本表由各县区应急管理局填写；2.每月25日前报送。"],
        *[[]] * 20,
        [*pad, *HEADER],
        [*pad, 1, "2024-6-1", "丙厂", "护栏缺失", "2024-7-1", "已整改"],
    ]))  # fmt: skip
    assert desk.told(path) == expected("""
        . 1-3 blank
        . 4-4 title
        . 5-24 blank
        . 25-25 header
        + 26 护栏缺失 | 2024-06-01 | 丙厂 | rectified
    """)


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


def test_two_tables_side_by_side(desk: Desk) -> None:
    path = desk.xlsx(("S", [
        ["2024年隐患"],
        ["序号", "检查日期", "存在问题", "", "序号", "检查日期", "存在问题"],
        [1, "6.1", "灭火器过期", "", 3, "6.3", "1.应急灯损坏；2.未设标识"],
        [2, "6.2", "通道堵塞"],
        [4, "6.4", "未接地", "", 5, "", "没有日期"],
    ]))  # fmt: skip
    assert desk.told(path) == expected("""
        . 1-1 title
        . 2-2 header
        + 3.1 灭火器过期 | 2024-06-01 |  | found
        + 3.2 应急灯损坏 | 2024-06-03 |  | found
        + 3.3 未设标识 | 2024-06-03 |  | found
        + 4 通道堵塞 | 2024-06-02 |  | found
        + 5.1 未接地 | 2024-06-04 |  | found
        - 5 found_on_missing F
    """)


def test_a_column_for_each_grade(desk: Desk) -> None:
    path = desk.xlsx(("S", [
        ["序号", "检查日期", "单位", "一般隐患", "重大隐患", "整改情况"],
        [1, "2024.6.1", "甲", "灭火器过期", "无", "已整改"],
        [2, "2024.6.2", "乙", "/", "储罐超量储存", "整改中"],
        [3, "2024.6.3", "丙", "护栏缺失", "未验先投", ""],
        [4, "2024.6.3", "丁", "无", "无", ""],
    ]))  # fmt: skip
    assert [(h.first_row, h.description, h.grade) for h in desk.hazards(path)] == [
        (2, "灭火器过期", "ordinary"), (3, "储罐超量储存", "major"),
        (4, "护栏缺失", "ordinary"), (4, "未验先投", "major"),
    ]  # fmt: skip
    assert desk.told(path)[-1] == ". 5-5 nothing_found"
