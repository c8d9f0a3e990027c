"""Where things stand in a county's workbook, and what each row becomes (see desk.py)."""

from __future__ import annotations

from datetime import date

import xlwt

from anlan.domain.hazards.tests.desk import HEADER, Desk, expected


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
