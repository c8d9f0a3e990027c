"""Of when papers are that tell of a time which is over, and what else decides it."""

from __future__ import annotations

import pytest

from anlan.domain.campaigns.reading.figures import read


def _periods(text: str, units: str = "家件") -> str:
    return " ".join(figure.period for figure in read(text) if figure.unit in units)


def _dates(text: str) -> list[str]:
    return [figure.iso for figure in read(text) if figure.kind == "date"][1:]


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        # A cut-off in the sentence of 今年以来 ends it, in the headline and further down, too.
        (
            "某市今年以来关停企业30家\n2021-06-02\n6月1日,全市举行发布会。会上披露,截至4月底,今年以来检查企业90家。"
            "\n2021年是三年行动的攻坚之年。\n各项工作初见成效:取缔12家。",
            "2021-01/2021-04 2021-01/2021-04 2021-01/2021-04",
        ),
        # A headline that opens with its campaign stays with it.
        (
            "某市专项整治三年行动进展\n2021-06-02\n会上披露,截至4月底,今年以来检查企业90家。\n取缔12家。",
            "2021-01/2021-04 2020-04/2021-04",
        ),
        # The year of the title is the time of all, the campaign a word in it.
        (
            "某区应急管理局2022年工作情况\n2023-01-17\n一、压实责任\n与30家单位签订责任书。\n"
            "二、防范风险\n三年行动进入收官之年,检查企业90家。",
            "2022 2022",
        ),
        ("某市应急局:三线作战\n2023-01-17\n2022年,全市排查隐患20处。\n帮助企业90家。", "2022"),
        ("某省2016年整改化工企业隐患\n2017-02-06\n去年,全省检查企业90家。\n公布名单12家。", "2016 2016"),
        # News counts 去年 and 今年 from its day, a summary from its year.
        (
            "某省2019年安全生产实现三下降\n2020-01-24\n去年全省关闭企业90家。\n今年春运检查企业12家。",
            "2019 2020",
        ),
        ("某区应急局2022年工作总结\n2023-10-18\n今年以来,检查企业90家。", "2022"),
        # What rose from a year's value to another is of the time after it.
        (
            "安全检查情况\n2025-12-15\n每千家检查出的重大隐患由2024年的9件上升到40件。",
            "2024 2025-01/2025-12",
        ),
        # 今年以来 told in December counts months.
        ("安全检查情况\n2025-12-15\n2025年以来,检查企业90家。", "2025-01/2025-12"),
        # After an accident.
        (
            "某市大检查初见成效\n2017-02-10\n电厂“11·24”特别重大事故发生后,某市立即开展安全生产大检查行动。"
            "\n行动开展以来,检查企业90家。\n处罚12家。",
            "2016-11/2017-02 2016-11/2017-02",
        ),
        (
            "某市大检查初见成效\n2022-06-10\n深刻吸取“4·29”坍塌事故教训,全市开展自建房专项整治行动。\n检查企业90家。",
            "2022-04/2022-06",
        ),
    ],
)  # fmt: skip
def test_of_when_it_is(text: str, periods: str) -> None:
    assert _periods(text) == periods


def test_a_cut_off_day_is_the_last_such_day() -> None:
    assert _dates("工作进展\n2023-01-17\n截至9月15日,检查企业30家。") == ["2022-09-15"]
    assert _dates("工作进展\n2023-10-17\n截至9月15日,检查企业30家。") == ["2023-09-15"]


def test_a_wish_for_a_feast_is_no_place() -> None:
    text = "河南省安全检查情况\n2020-01-24\n开展“保平安迎大庆”行动,检查企业30家。"
    assert {figure.region for figure in read(text)} == {"河南省"}


@pytest.mark.parametrize(
    ("body", "value", "unit"),
    [
        ("今年6月是第20个全国“安全生产月”。", 20, "个"),
        ("储备货车近3000吨位。", 3000, "吨位"),
        ("修建防护围墙500延米。", 500, "延米"),
        ("全省实现“三下降”。", 3, "个"),
    ],
)
def test_what_is_counted(body: str, value: int, unit: str) -> None:
    found = read("情况\n2023-02-14\n" + body)
    assert (value, unit) in {(figure.value, figure.unit) for figure in found}


def test_the_edition_of_the_nation_is_the_nations() -> None:
    found = read("河南省情况\n2023-02-14\n今年6月是第20个全国“安全生产月”。")
    assert [figure.region for figure in found if figure.kind == "ordinal"] == ["全国"]


@pytest.mark.parametrize(
    ("body", "words", "name"),
    [
        ("发现问题隐患286个,均已完成整改。", "均已完成整改", "问题隐患"),
        ("深化专委会“1+10”责任体系。", "1+10", "专委会责任体系"),
    ],
)
def test_it_is_named_by_what_stands_beside(body: str, words: str, name: str) -> None:
    named = {figure.text: figure.indicator for figure in read("情况\n2023-02-14\n" + body)}
    assert set(name) <= set(named[words])
