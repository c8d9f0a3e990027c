"""Single cells: days, lists of hazards, states of rectification, money, column names."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.domain.hazards.reading import amounts, dates, states
from anlan.domain.hazards.reading.columns import by_names, dictionary, head
from anlan.domain.hazards.reading.fields import grade_of
from anlan.domain.hazards.reading.keys import text_key
from anlan.domain.hazards.reading.periods import period_of
from anlan.domain.hazards.reading.preambles import preamble_of
from anlan.domain.hazards.reading.splitting import aligned, described, split
from anlan.kernel.papers.sheets import CellError, TimeOfDay

DAYS = """
    2024年6月25日        2024-06-25
    2024年6月25日前      2024-06-25
    于2024年6月25日前完成整改  2024-06-25
    2024年06月25号       2024-06-25
    2024-6-25            2024-06-25
    2024/06/25           2024-06-25
    2024.6.25            2024-06-25
    2024.6.25.           2024-06-25
    2024。6。25          2024-06-25
    2024、6、25          2024-06-25
    ２０２４．６．２５   2024-06-25
    20240625             2024-06-25
    45468                2024-06-25
    2024-6-25T10:00:00+08:00  2024-06-25
    2024-06-25下午3点    2024-06-25
    2024年6月25日上午    2024-06-25
    2024年6月25日（星期二）  2024-06-25
    二〇二四年六月二十五日  2024-06-25
    二零二四年十二月三十一日  2024-12-31
    24年6月25日          2024-06-25
    24.6.25              2024-06-25
    6/25/2024            2024-06-25
    25/6/2024            2024-06-25
    2024年6月            2024-06-01..2024-06-30 month
    2024.06              2024-06-01..2024-06-30 month
    202406               2024-06-01..2024-06-30 month
    2024年6月底          2024-06-30..2024-06-30 month
    2024年6月上旬        2024-06-01..2024-06-10 month
    2024年6月中旬        2024-06-11..2024-06-20 month
    2024年2月下旬        2024-02-21..2024-02-29 month
    2024年5月-6月        2024-05-01..2024-06-30 month
    2024.6.1-2024.6.15   2024-06-01..2024-06-15 range
    2024年6月1日至15日   2024-06-01..2024-06-15 range
    2024.6.1-6.15        2024-06-01..2024-06-15 range
    2024年第二季度       2024-04-01..2024-06-30 quarter
    2024年上半年         2024-01-01..2024-06-30 half
    2024年底             2024-01-01..2024-12-31 year
    2024年               2024-01-01..2024-12-31 year
    2024年2月30日        impossible
    2024-13-01           impossible
    2204-06-25           absurd
    1900-01-01           placeholder
    详见附件             unreadable
    8.1隐患排查          unreadable
    6.25                 6/25
    6月25日              6/25
    6月25日前整改完成    6/25
    6-25                 6/25
    6.1-6.15             6/1..6/15
    6月1日-15日          6/1..6/15
    6月                  6/0
    6月底前              6/0
    13.45                impossible
    立即整改             immediate
    立行立改             immediate
    即日                 immediate
    长期坚持             standing
    15日内               calendar_days 15
    十五日内             calendar_days 15
    7天                  calendar_days 7
    一周内               calendar_days 7
    5个工作日内          working_days 5
    24小时               hours 24
    3个月                months 3
    半年内               months 6
    月底前               month_end
    年底前               year_end
    25日前               day_of_month 25
"""


def shown(reading: dates.Reading) -> str:
    if reading.problem:
        return reading.problem
    if reading.rule:
        return f"{reading.rule} {reading.n}" if reading.n else reading.rule
    if reading.month_day:
        text = "{}/{}".format(*reading.month_day)
        return text + ("..{}/{}".format(*reading.end_month_day) if reading.end_month_day else "")
    span = f"{reading.day}..{reading.until}" if reading.until else f"{reading.day}"
    return span if reading.precision == "day" else f"{span} {reading.precision}"


@pytest.mark.parametrize("line", [x.strip() for x in DAYS.strip().splitlines()])
def test_a_day_however_it_is_written(line: str) -> None:
    cell, _, expected = line.partition(" ")
    reading = dates.read(cell)
    assert reading is not None
    assert shown(reading) == expected.strip()


def test_days_that_excel_holds_in_other_ways() -> None:
    assert dates.read(45468).day == date(2024, 6, 25)
    assert dates.read(44006, base_1904=True).day == date(2024, 6, 25)
    assert dates.read(date(2024, 6, 25)).day == date(2024, 6, 25)
    assert dates.read(6.25).month_day == (6, 25)
    # Nobody knows whether 6.3 was typed 6.30.
    assert dates.read(6.3).ambiguous
    assert not dates.read(6.25).ambiguous
    assert dates.read(TimeOfDay("00:00:00")).problem == "placeholder"
    assert dates.read(0).problem == "placeholder"
    assert dates.read(CellError("#REF!")).problem == "unreadable"
    assert dates.read("6/7/2024").ambiguous


@pytest.mark.parametrize("cell", [None, "/", "—", "无", "待定", "  ", "N/A"])
def test_cells_that_say_nothing(cell: str | None) -> None:
    assert dates.read(cell) is None


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_back_from_every_way_to_write_it(day: date) -> None:
    for pattern in (
        "{y}年{m}月{d}日",
        "{y}-{m}-{d}",
        "{y}/{m:02}/{d:02}",
        "{y}.{m}.{d}",
        "{y}{m:02}{d:02}",
    ):
        written = pattern.format(y=day.year, m=day.month, d=day.day)
        assert dates.read(written).day == day, written
    assert dates.read((day - date(1899, 12, 30)).days).day == day


@given(st.text(max_size=40))
def test_any_text_is_a_day_or_none_or_a_problem(text: str) -> None:
    reading = dates.read(text)
    assert reading is None or reading.problem or reading.rule or reading.day or reading.month_day


SPLIT = {
    "1、灭火器过期2、通道堵塞3、无标识": ["灭火器过期", "通道堵塞", "无标识"],
    "1.灭火器过期；2.疏散通道堵塞；3.配电箱未接地。": ["灭火器过期", "疏散通道堵塞", "配电箱未接地。"],
    "1．电线老化。\n2．无应急灯。": ["电线老化。", "无应急灯。"],
    "１、电线老化；２、无应急灯": ["电线老化", "无应急灯"],
    "①电线私拉乱接②灭火器失效": ["电线私拉乱接", "灭火器失效"],
    "（1）护栏高度仅1.5米；（2）依据第3.1条未设置警示；": ["护栏高度仅1.5米", "依据第3.1条未设置警示"],
    "(一)未开展培训；(二)未制定预案": ["未开展培训", "未制定预案"],
    "1)灭火器过期 2)安全出口锁闭": ["灭火器过期", "安全出口锁闭"],
    "1 灭火器失效\n2 通道堵塞\n3 无标识牌": ["灭火器失效", "通道堵塞", "无标识牌"],
    "1.1号楼灭火器过期\n2.2号楼通道堵塞": ["1号楼灭火器过期", "2号楼通道堵塞"],
    "1.11#桥墩积水。\n2.路口无标识。": ["11#桥墩积水。", "路口无标识。"],
    "一、消防方面：1.灭火器过期；2.通道堵塞。二、用电方面：1.私拉乱接；2.未装漏保。": [
        "消防方面：灭火器过期", "消防方面：通道堵塞。", "用电方面：私拉乱接", "用电方面：未装漏保。",
    ],
    "一、甲桥。\n1.积水。\n2.无警示。\n二、乙桥。\n1.护栏缺失。": [
        "甲桥：积水。", "甲桥：无警示。", "乙桥。\n1.护栏缺失",
    ],
    "1.检查甲涵发现：⑴边坡溜坍。（2）坡面未防护。\n2.检查乙涵发现：⑴违规开挖。⑵护坡损坏。": [
        "检查甲涵发现：边坡溜坍。", "检查甲涵发现：坡面未防护。", "检查乙涵发现：违规开挖。", "检查乙涵发现：护坡损坏。",
    ],
    "存在以下问题：一是安全帽未佩戴；二是通道堵塞": ["安全帽未佩戴", "通道堵塞"],
    "1.脚手架缺网；2.临边防护缺失；2.走道板未绑扎。": ["脚手架缺网", "临边防护缺失", "走道板未绑扎。"],
    "检查发现问题如下：\n1.防护员离岗。\n2.无应急电话。\n69#墩横幅未固定，易吹到铁路上。": [
        "防护员离岗。", "无应急电话。", "69#墩横幅未固定，易吹到铁路上。",
    ],
    "一、灭火器过期 二、通道堵塞": ["灭火器过期", "通道堵塞"],
    "一、灭火器过期二、通道堵塞三、无证上岗": ["灭火器过期", "通道堵塞", "无证上岗"],
    "1，灭火器过期；2，通道堵塞": ["灭火器过期", "通道堵塞"],
    "【1】灭火器过期【2】通道堵塞": ["灭火器过期", "通道堵塞"],
    "（1）灭火器过期（2）通道堵塞": ["灭火器过期", "通道堵塞"],
    "（一）灭火器过期（二）违反第四条第（二）项，无预案": ["灭火器过期", "违反第四条第（二）项，无预案"],
    "第一，灭火器过期。第二，通道堵塞": ["灭火器过期。", "通道堵塞"],
    "●灭火器过期\n●通道堵塞": ["灭火器过期", "通道堵塞"],
    "- 灭火器过期\n- 通道堵塞": ["灭火器过期", "通道堵塞"],
    "灭火器过期；\n疏散通道堵塞；\n未设应急灯。": ["灭火器过期", "疏散通道堵塞", "未设应急灯。"],
    "1.灭火器过期\n2.通道堵塞\n以上问题请于6月30日前整改完成。": ["灭火器过期", "通道堵塞"],
    "未建立隐患排查治理制度。1.灭火器过期；2.通道堵塞": ["未建立隐患排查治理制度。", "灭火器过期", "通道堵塞"],
    "2月26日，检查甲隧道出口，发现临建工程选址未经评估。\n2月26日，检查乙大桥23号墩，发现平台未进行专项设计。": [
        "2月26日，检查甲隧道出口，发现临建工程选址未经评估。", "2月26日，检查乙大桥23号墩，发现平台未进行专项设计。",
    ],
}  # fmt: skip

WHOLE = [
    "护栏高1.5米，2.3米处缺失",
    "1.5米护栏缺失，2.5米处有缺口",
    "1、2、3号楼灭火器过期",
    "配电箱1、2号柜未接地，3、4号柜无标识",
    "违反《规程》第7.2.4条、第（一）项和第3.1条",
    "基坑边坡1.5米外，堆土3、 反应槽外架未设小横杆",
    "反应槽外架不足；3、 外架作业层未设横杆",
    "一是文明施工较差，二是防排水措施落实不到位。",
    "消防器材过期，\n安全出口堵塞",
    "DK25+516掌子面找平排险\n不彻底，距拱架约1.8米",
    "10kV线路1.2米内有树，0.4kV线路2.1米内有树",
    "2024年6月25日10:30检查时1名工人未戴安全帽，2名未系安全带",
    "灭火器过期",
    "一、二级配电箱未接地，三、四级配电箱无标识",
    "未统一、规范设置标识，唯一、专用通道被占",
    "一号、二号罐未接地",
    "罚款1,000元，2,000元未缴",
    "该企业主要负责人；\n安全管理员均无证",
    "未按GB50016-2014第5.5.17条设置；疏散距离超30米",
]


@pytest.mark.parametrize("cell", SPLIT)
def test_lists_in_a_cell_become_hazards(cell: str) -> None:
    parts = [described(item) for item in split(cell).items]
    # A section with a list of one keeps its number: nothing else tells it is one.
    assert [p.rstrip("。") for p in parts] == [p.rstrip("。") for p in SPLIT[cell]]


@pytest.mark.parametrize("cell", WHOLE)
def test_numbers_inside_a_sentence_split_nothing(cell: str) -> None:
    assert len(split(cell).items) == 1


def test_an_introduction_is_kept_apart() -> None:
    cut = split(
        "2024年6月25日，建指对预制场进行检查，发现以下问题：\n1.未设围栏。\n2.模具缺少固定。\n以上问题限期整改。"
    )
    assert cut.intro == "2024年6月25日，建指对预制场进行检查，发现以下问题："
    assert cut.outro == "以上问题限期整改。"
    assert [i.text for i in cut.items] == ["未设围栏。", "模具缺少固定。"]


def test_measures_follow_hazards_only_where_their_counts_agree() -> None:
    assert aligned("1.换\n2.清", 2) == ["换", "清"]
    assert aligned("1.换\n2.清\n3.要求7月1日前完成以上整改", 2) == [
        "换\n要求7月1日前完成以上整改", "清\n要求7月1日前完成以上整改",
    ]  # fmt: skip
    assert aligned("1.换掉\n2.清理\n3.加强管理", 2) is None
    assert aligned("立即整改", 2) is None


@given(st.lists(st.sampled_from(["灭火器过期", "通道堵塞", "护栏仅1.5米高", "违反第3.1条"]), min_size=2, max_size=12),
       st.sampled_from(["{n}.{t}", "{n}、{t}", "（{n}）{t}", "{n}．{t}"]), st.sampled_from(["\n", "；", "；\n"]))  # fmt: skip
def test_what_was_numbered_comes_apart_again(texts: list[str], mark: str, joint: str) -> None:
    cell = joint.join(mark.format(n=n, t=t) for n, t in enumerate(texts, 1))
    assert [item.text for item in split(cell).items] == texts


@given(st.text("一二三1234567890、.．；。\n（）是①② 灭火器过期米条", max_size=120))
def test_splitting_loses_no_word_and_never_fails(cell: str) -> None:
    cut = split(cell)
    assert cut.items
    kept = cut.intro + "".join("".join(i.headings) + i.text for i in cut.items) + cut.outro
    for word in ("灭", "火", "器", "过", "期"):
        assert kept.count(word) >= cell.count(word)


STATES = """
    已整改 rectified
    已整改销号 closed
    已完成整改 rectified
    整改完成 rectified
    全部整改到位 rectified
    已于6月25日整改完毕 rectified
    现场处置 rectified
    立行立改 rectified
    当场改正 rectified
    已更换灭火器 rectified
    已整改，未发现新问题 rectified
    100% rectified
    是 rectified
    √ rectified
    合格 rectified
    已销号 closed
    已关闭 closed
    已办结 closed
    验收合格 verified
    已复查，整改到位 verified
    复查合格 verified
    未整改 found
    未完成 found
    尚未整改到位 found
    未销号 found
    未验收 found
    否 found
    × found
    未开始 found
    整改中 assigned
    正在整改 assigned
    限期整改 assigned
    部分整改 assigned
    已整改3处，其余正在整改 assigned
    整改进度80% assigned
    逾期未整改 assigned
    待整改 found
    开放 found
"""


@pytest.mark.parametrize("line", [x.strip() for x in STATES.strip().splitlines()])
def test_states_by_the_words_of_registers(line: str) -> None:
    words, expected = line.rsplit(" ", 1)
    claim = states.words(words)
    assert claim is not None
    assert claim[0] == expected


def test_a_plain_yes_means_what_its_column_asks() -> None:
    assert states.words("是", "closed") == ("closed", "是")
    assert states.words("否", "closed") == ("assigned", "否")
    assert states.words("是", "verified") == ("verified", "是")
    assert states.words("/") is None
    assert states.words("见附件") is None


MONEY = {
    ("3.5万元", None): 3_500_000,
    ("3.5", "资金（万元）"): 3_500_000,
    ("35000", None): 3_500_000,
    ("35,000.00元", None): 3_500_000,
    ("¥500", "元"): 50_000,
    ("500元", "资金（万元）"): 50_000,
    ("约2万", None): 2_000_000,
    ("三万元", None): 3_000_000,
    ("0", None): 0,
    ("自筹", None): None,
    ("无", None): None,
}


@pytest.mark.parametrize(("cell", "header"), MONEY)
def test_money(cell: str, header: str | None) -> None:
    amount = amounts.read(cell, amounts.header_unit(header) if header else None)
    assert (amount.fen if amount else None) == MONEY[cell, header]


def test_money_that_needs_a_person() -> None:
    assert amounts.read("5", None) == amounts.Amount(None, "funds_unit_unknown")
    assert amounts.read("3-5万元", None) == amounts.Amount(5_000_000, "funds_range")
    assert amounts.read("详见方案", None) == amounts.Amount(None, "funds_unreadable")
    assert amounts.read("一期3万元，二期5万元", None) == amounts.Amount(None, "funds_unreadable")


@pytest.mark.parametrize(("raw", "legend", "expected"), [
    ("一般", {}, ("ordinary", False)), ("重大事故隐患", {}, ("major", False)),
    ("一般事故隐患", {}, ("ordinary", False)), ("非重大", {}, ("ordinary", False)),
    ("1级", {"1": "major"}, ("major", False)), ("3.0", {"3": "ordinary"}, ("ordinary", False)),
    ("1级", {}, (None, True)), ("3级", {}, ("ordinary", True)), ("较大", {}, ("ordinary", True)),
    ("一般/重大", {}, (None, True)), ("", {}, (None, False)), ("/", {}, (None, False)),
])  # fmt: skip
def test_grades(raw: str, legend: dict[str, str], expected: tuple[str | None, bool]) -> None:
    assert grade_of(raw, legend) == expected


HEADERS = {
    "整改资金\n（万元）": "funds", "*企业名称": "enterprise", "隐 患 内 容": "description", "整改期限：": "deadline",
    "是否销号": "closure", "销号时间": "closed_on", "整改完成时间": "rectified_on", "复查日期": "verified_on",
    "包保领导及职务": "leader", "挂牌督办单位": "supervising_unit", "统一社会信用代码": "credit_code",
    "存在的主要问题及隐患": "description", "检查发现的突出问题隐患": "description", "隐患排查时间": "found_on",
    "整改责任单位（部门）": "responsible_unit", "落实整改资金（万元）": "funds", "是否为重大事故隐患": "is_major",
    "监管责任部门": "regulator", "整改前照片": "photo", "隐患数量": "count", "整改/责任人": "responsible_person",
    "整改/时限": "deadline", "隐患/描述": "description", "复查/日期": "verified_on", "时间/销号": "closed_on",
    "县（市、区）": "county", "乡镇（街道）": "township", "所属州（市）": "prefecture", "整改进展情况": "progress",
    "违法行为": "description", "预计完成整改时间": "deadline", "实际整改完成日期": "rectified_on",
    "临时防控措施": "control", "应急预案落实情况": "contingency", "未整改原因": "remarks",
}  # fmt: skip


@pytest.mark.parametrize("header", HEADERS)
def test_column_names(header: str) -> None:
    offers = by_names(tuple(header.split("/")) if "\n" not in header else (header,))
    assert offers
    assert offers[0][0] == HEADERS[header]


def test_each_name_in_the_dictionary_finds_its_field() -> None:
    for name, codes in dictionary().names.items():
        assert {code for code, _, _ in by_names((name,))} == set(codes), name


def test_a_name_is_compared_without_dress() -> None:
    assert head("＊整改\n责任人（必填）：") == "整改责任人"


PERIODS = {
    ("陆良县2024年6月隐患台账", "Sheet1", "a.xlsx"): (2024, 6, None),
    ("2024年6月25日检查问题", "Sheet1", "a.xlsx"): (2024, 6, 25),
    ("2024年6月1日至30日检查问题", "Sheet1", "a.xlsx"): (2024, 6, None),
    ("隐患台账", "2024年6月", "a.xlsx"): (2024, 6, None),
    ("隐患台账", "6月", "2024年台账.xlsx"): (2024, 6, None),
    ("2024年隐患台账", "6月", "a.xlsx"): (2024, 6, None),
    ("隐患台账", "Sheet1", "统计表-2019-06.xlsx"): (2019, 6, None),
    ("隐患台账", "Sheet1", "台账20240625.xlsx"): (2024, 6, 25),
    ("2024年1月-6月隐患台账", "Sheet1", "a.xlsx"): (2024, None, None),
    ("安委〔2020〕3号 隐患台账", "Sheet1", "a.xlsx"): (None, None, None),
    ("治本攻坚三年行动（2024-2026年）台账", "Sheet1", "a.xlsx"): (None, None, None),
    ("隐患台账", "Sheet1", "2024-1号.xlsx"): (2024, None, None),
}


@pytest.mark.parametrize("where", PERIODS)
def test_the_period_that_surrounds_a_table(where: tuple[str, str, str]) -> None:
    title, sheet, file = where
    period = period_of((title,), sheet, file)
    assert (period.year, period.month, period.day.day if period.day else None) == PERIODS[where]


def test_what_the_lines_above_a_table_say() -> None:
    assert preamble_of(("受检单位：甲公司  检查日期：2024年6月25日", "检查人员：", "填表人：李四")) == {
        "enterprise": "甲公司", "found_on": "2024年6月25日",
    }  # fmt: skip
    assert preamble_of(("项目名称：", "乙项目")) == {"enterprise": "乙项目"}
    assert preamble_of(("检查日期：    年  月  日",)) == {}


def test_texts_are_compared_without_punctuation_but_with_digits() -> None:
    assert text_key("１号罐，未接地。") == text_key("1号罐 未接地")
    assert text_key("1号罐未接地") != text_key("2号罐未接地")


@pytest.mark.parametrize(("cell", "text"), [
    ("1.灭火器过期", "灭火器过期"), ("2、通道堵塞；", "通道堵塞"), ("（3）无应急灯。", "无应急灯。"), ("①无证上岗", "无证上岗"),
    ("1.5米高处无护栏", "1.5米高处无护栏"), ("2号楼通道堵塞", "2号楼通道堵塞"), ("3名工人未戴安全帽", "3名工人未戴安全帽"),
    ("10kV线路裸露", "10kV线路裸露"), ("一、二号罐未接地", "一、二号罐未接地"), ("1、2号柜未接地", "1、2号柜未接地"),
])  # fmt: skip
def test_a_lone_number_is_no_part_of_its_hazard(cell: str, text: str) -> None:
    assert [item.text for item in split(cell).items] == [text]


def test_a_status_with_its_day_is_no_day() -> None:
    assert not dates.looks_like_day("已于2024年6月28日整改完成")
    assert not dates.looks_like_day("已制定方案，2024年3月底前完成")
    assert dates.looks_like_day("2024年6月28日前完成")
    assert dates.looks_like_day("6月底前")
