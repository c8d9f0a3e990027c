"""Signs that an extractor lost are put back where one reading is legal, and only there."""

from __future__ import annotations

import pytest

from anlan.domain.campaigns.reading.figures import read
from anlan.domain.campaigns.reading.figures.folding import fold
from anlan.domain.campaigns.reading.figures.mending import clean, mend, month_and_day
from anlan.domain.campaigns.reading.figures.spelling import spelled


@pytest.mark.parametrize(
    ("damaged", "mended"),
    [
        ("20204月", "2020年4月"), ("202212月", "2022年12月"), ("20211月", "2021年1月"),
        ("2022810日", "2022年8月10日"), ("20221123日", "2022年11月23日"), ("至1028日", "至10月28日"),
        ("27.0%23.6%", "27.0%、23.6%"), ("达100%20211月,", "达100%。2021年1月,"),
        ("17.7%20.0%2021年", "17.7%、20.0%。2021年"),
        # Two readings: nothing is put back.
        ("2022111日", "2022111日"), ("2022121日", "2022121日"),
        # No reading, and nothing lost.
        ("202213月", "202213月"), ("12034月", "12034月"), ("2022年11月23日", "2022年11月23日"), ("编号20201234", "编号20201234"),
    ],
)  # fmt: skip
def test_mending(damaged: str, mended: str) -> None:
    assert mend(damaged).text == mended


def test_ambiguous_days_of_2022() -> None:
    """36 of the 365 days fall on a token that another day falls on too, as checks.md counts."""
    tokens: dict[str, int] = {}
    for month in range(1, 13):
        for day in range(1, 32):
            if (month, day) in month_and_day(f"{month}{day}", 2022):
                tokens[f"{month}{day}"] = len(month_and_day(f"{month}{day}", 2022))
    assert sum(count for count in tokens.values() if count > 1) == 36


@pytest.mark.parametrize(
    "text", ["从20204月至202212月,下降27.0%23.6%。", "达100%20211月,检查5家。"]
)
def test_spans_point_into_the_damaged_text(text: str) -> None:
    for figure in read(text):
        assert text[figure.start : figure.end] == figure.text
        assert figure.text


def test_repairs_are_told() -> None:
    assert [(repair.at, repair.sign) for repair in mend("20204月").repairs] == [(4, "年")]


def test_folding_keeps_the_length() -> None:
    text = "雲南省安全生產，３０萬噸／年；礦次（２０１９）％"
    assert fold(text) == "云南省安全生产,30万吨/年;矿次(2019)%"
    assert len(fold(text)) == len(text)


def test_spaces_inside_a_figure_are_passed_over() -> None:
    text = "到 2025 年底前,完成剩余 25 家企业搬迁,下降 12%,抽查 1—2 个省。"
    figures = read(text)
    assert [(f.value, f.unit) for f in figures] == [
        (2025, "yyyy"),
        (25, "家"),
        (12, "%"),
        (1, "个"),
    ]
    assert [f.text for f in figures][1] == "25 家企业"
    assert all(text[f.start : f.end] == f.text for f in figures)


def test_lines_cut_at_the_edge_of_a_page_are_joined() -> None:
    page = [
        "为认真贯彻党中央国务院决策部署,深入推进安全生产治本攻坚三年",
        "行动,各级行业主管部门要加大督查检查力度,全年抽查检查不少于",
        "四次,对发现的问题建立台账,2025年底前完成剩余二十五",
        "家企业搬迁改造任务,推动企业每半年至少组织一次疏散逃生演练,",
        "切实提升从业人员应急处置能力,会同有关部门开展联合执法检查,",
        "严厉打击违法行为,督促企业落实主体责任,健全完善管理规章制度,",
        "加强对重点部位重点环节的管控,及时消除各类安全风险和事故隐患,",
        "确保安全生产形势持续稳定。",
    ]
    text = "\n".join(page)
    figures = [(f.value, f.unit, f.bound) for f in read(text)]
    assert (4, "次", ">=") in figures
    assert (25, "家", "") in figures
    assert clean(fold(text)).text.count("\n") == 0


def test_paragraphs_are_not_joined() -> None:
    text = "\n".join(["第一部分总体要求", "全省检查企业12家", "第二部分", "关闭5家"] * 3)
    assert clean(fold(text)).text == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("二〇〇七年十一月八日", "2007年11月8日"),
        ("记者十六日获悉", "记者16日获悉"),
        ("一月一清单、十二月底", "一月一清单、十二月底"),
        ("建矿113年", "建矿113年"),
        ("民国113年6月,较112年增加", "2024年6月,较2023年增加"),
        ("107至109年统计", "2018至2020年统计"),
    ],
)
def test_dates_are_spelled_in_one_way(text: str, said: str) -> None:
    found = spelled(text)
    assert found.text == said
    # What stands behind a numeral leads back to where it stood.
    assert found.back(0, len(said)) == (0, len(text))
