"""Dates and the spans they hold for."""

from __future__ import annotations

from datetime import date

import pytest

from anlan.domain.campaigns.reading.figures import read
from anlan.domain.campaigns.reading.figures.frames import Frame, back, frame, since
from anlan.domain.campaigns.reading.figures.periods import Span, whens


@pytest.mark.parametrize(
    ("phrase", "iso"),
    [
        ("2020年5月27日", "2020-05-27"), ("2020年4月", "2020-04"), ("2021年", "2021"), ("2023-05-18", "2023-05-18"),
        ("今年9月份", "2024-09"), ("去年11月", "2023-11"), ("5月27日", "2024-05-27"), ("今年1至10月", "2024-01/2024-10"),
        ("1—5月", "2024-01/2024-05"), ("2018—2020年", "2018/2020"), ("从2020年到2022年", "2020/2022"),
        ("今年6月至12月底", "2024-06/2024-12"), ("上半年", "2024-01/2024-06"), ("2023年下半年", "2023-07/2023-12"),
        ("前三季度", "2024-01/2024-09"), ("第三季度", "2024-07/2024-09"), ("2022年8月10日至10月28日", "2022-08-10/2022-10-28"),
        ("去年发生“11·26”事故", "2023"),
    ],
)  # fmt: skip
def test_dates(phrase: str, iso: str) -> None:
    assert whens(phrase, 0, len(phrase), 2024)[0].span.iso == iso


def test_an_accident_day_takes_the_year_before_it() -> None:
    figures = read("去年还发生了“11·26”涌水事故,造成12人死亡。", issued=date(2020, 11, 20))
    assert [figure.iso for figure in figures if figure.kind == "date"] == ["2019-11-26"]


def test_a_month_without_a_year_takes_the_year_before_it() -> None:
    figures = read("各单位于2019年6月20日前、12月20日前报送情况。", issued=date(2021, 1, 1))
    assert [(figure.iso, figure.kind) for figure in figures] == [
        ("2019-06-20", "deadline"), ("2019-12-20", "deadline"),
    ]  # fmt: skip


def test_since_ends_with_the_campaign_or_the_document() -> None:
    held = Frame(2023, Span("202004", "202212"), Span("202004", "202212"), "202305")
    assert since("2022", held).iso == "2022"
    assert since("2020", held).iso == "2020-04/2022-12"
    assert since("202204", held).iso == "2022-04/2022-12"


def test_the_year_comes_from_the_document() -> None:
    assert frame("关于工作的通知\n2019年3月25日\n今年检查30家。", None).year == 2019
    assert frame("2019年度安全生产工作要点\n检查30家。", None).year == 2019
    assert frame("检查30家。", date(2022, 5, 1)).year == 2022


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        # A heading that names a time holds until one of its rank, not until one below it.
        ("一、6月份情况\n检查12家。\n二、上半年情况\n(一)按地区分\n检查13家。\n三、存在问题\n检查14家。",
         "2024-06 2024-01/2024-06 2024"),
        # An amount makes a numbered line no heading.
        ("2、6月份整改12家\n检查13家。\n3、检查14家。", "2024-06 2024 2024"),
        # What a span is called stands for it; a year before such a name is part of it.
        ("1月17日至2月25日,为期40天的2024年春运结束,检查12家。\n春运期间,检查13家。\n今年检查14家。",
         "2024-01-17/2024-02-25 2024-01-17/2024-02-25 2024"),
        ("国庆假期(10月1日至7日)检查12家。\n国庆期间检查13家。\n今年检查14家。",
         "2024-10-01/2024-10-07 2024-10-01/2024-10-07 2024"),
        # A cut-off day holds to the end of its paragraph.
        ("截至10月27日,检查12家。消防检查13家。\n检查14家。", "2024-01/2024-10 2024-01/2024-10 2024"),
        ("10月27日,检查12家。\n从消防来看,检查13家。\n检查14家。", "2024-10-27 2024-10-27 2024"),
        ("1月、2月、3月检查企业依次为12家、13家、14家。", "2024-01 2024-02 2024-03"),
        ("检查15家,比去年同期(12家)多3家。今年2月检查13家。本年度检查14家。", "2023 2024-02 2024"),
        ("同比去年,多12家。5月检查13家。\n检查14家。", "2024 2024-05 2024"),
    ],
)  # fmt: skip
def test_of_when_a_figure_is(text: str, periods: str) -> None:
    found = {
        str(f.value): f.period for f in read(f"情况通报\n2024年12月1日\n{text}") if f.unit == "家"
    }
    assert [found[value] for value in ("12", "13", "14")] == periods.split()


def test_the_days_below_a_title_are_those_of_its_paper() -> None:
    text = "昆明市第12周安全生产情况\n(2025年3月17日-3月23日)\n本周检查企业30家。"
    (figure,) = [figure for figure in read(text) if figure.unit == "家"]
    assert figure.period == "2025-03-17/2025-03-23"


def test_a_campaign_that_all_know_is_the_default() -> None:
    text = "全市安全生产专项整治三年行动新闻发布会\n2022年3月1日\n全市检查企业30家。"
    (figure,) = [figure for figure in read(text) if figure.unit == "家"]
    assert figure.period == "2020-04/2022-03"  # It still runs.
    (figure,) = [f for f in read(text.replace("2022年", "2023年")) if f.unit == "家"]
    assert figure.period == "2020-04/2022-12"
    other = text.replace("2022年", "2019年")
    (figure,) = [figure for figure in read(other) if figure.unit == "家"]
    assert figure.period == "2019"


def test_a_date_with_no_year_anywhere_is_no_figure() -> None:
    assert read("5月27日,召开会议。") == []


def test_back_counts_months() -> None:
    assert back("202010", 49) == "201609"
    assert back("202001", 1) == "201912"


@pytest.mark.parametrize(
    ("text", "words", "period"),
    [
        ("2023年,检查30家。关闭5家。", "5家", "2023"),
        ("3月,检查30家。全年关闭5家。", "5家", "2024"),
        ("从2020年4月至2022年12月,开展整治行动。\n全省检查30家。", "30家", "2020-04/2022-12"),
        ("从2020年4月至2022年12月,开展整治行动。\n2021年,检查30家。\n三年行动以来,关闭5家。", "5家", "2020-04/2022-12"),
        ("截至2024年3月末,在建工地218个。", "218个", "2024-03"),
    ],
)  # fmt: skip
def test_what_a_period_holds_for(text: str, words: str, period: str) -> None:
    (figure,) = [figure for figure in read(text, issued=date(2024, 6, 30)) if figure.text == words]
    assert figure.period == period


@pytest.mark.parametrize(
    ("text", "words", "period"),
    [
        ("一季度事故情况通报\n一季度,发生事故3起。\n检查30家。", "30家", "2024-01/2024-03"),
        ("2023年工作总结\n2024-02-05 来源:本局\n检查30家。", "30家", "2023"),
        ("2023年8月事故情况通报\n检查30家。", "30家", "2023-08"),
        ("5月31日,检查12家。共查处30家。", "30家", "2024-05-31"),
        ("27日发布消息,检查30家。", "30家", "2024"),
        ("火灾2起(2月7日甲村、2月9日乙村),检查30家。", "30家", "2024"),
        ("2018年\n全年检查30家。", "30家", "2018"),
        ("一、2022年工作打算\n检查30家。", "30家", "2022"),
        ("到2025年,压减至12家;检查30家。", "30家", "2024"),
    ],
)  # fmt: skip
def test_what_time_a_document_speaks_of(text: str, words: str, period: str) -> None:
    issued = None if "来源" in text else date(2024, 6, 30)
    figures = [figure for figure in read(text, issued=issued) if figure.text == words]
    assert [figure.period for figure in figures] == [period]


def test_a_bare_day_is_of_the_month_before_it() -> None:
    text = "2017年4月4日 来源:新华网\n新华社4月4日电 记者4日获悉,2日至3日检查30家。"
    dates = [figure.iso for figure in read(text) if figure.kind == "date"]
    assert dates == ["2017-04-04", "2017-04-04", "2017-04-04", "2017-04-02/2017-04-03"]


def test_a_day_of_last_winter_was_last_year() -> None:
    text = "2021-01-05 来源:本局\n12月30日,关闭3家。请于12月30日前报告。1月4日公布关闭5家。"
    assert [figure.iso for figure in read(text) if figure.kind in ("date", "deadline")] == [
        "2021-01-05", "2020-12-30", "2021-12-30", "2021-01-04",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("发布日期:2019-07-16 浏览量:493次\n检查30家。", 2019),
        ("• 发布时间:2015-06-15 11:32:20 来源:住建部\n2013年检查30家。", 2015),
        ("从2020年到2022年开展整治。2021年检查30家。", 2020),
        ("自2016年以来关闭30家。2020年检查30家。", 2020),
    ],
)
def test_where_the_year_of_a_document_stands(text: str, year: int) -> None:
    assert frame(text, None).year == year


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        # Of no year that anything names: the paper's own words.
        (
            "关于一季度火灾形势的通报\n截至3月31日,今年共接报火灾12起。\n从时段看,夜间13起。",
            "一季度 一季度",
        ),
        ("检查12家。要在6月底前改造13家。", " 6月底前"),
        ("今年以来,我县改造12家。\n查处13家。", "今年以来 今年以来"),
        # 今年 isn't a year that the same sentence sets beside it, and reaches back to nothing.
        (
            "今年以来,我县改造12家。\n检查13家。\n2024年,处罚14家,比2022年减少15家;今年上半年处罚16家。",
            "今年以来 今年以来 2024 2024 今年上半年",
        ),
        ("2024年,处罚14家。今年上半年处罚16家。", "2024 2024-01/2024-06"),
        ("比率去年只有七成,今年5月底达到90家。成立12家。", "今年5月底 "),
    ],
)
def test_a_paper_without_its_year_keeps_its_words(text: str, periods: str) -> None:
    counted = [figure for figure in read(text) if figure.unit in ("家", "起")]
    assert " ".join(figure.period for figure in counted) == periods
