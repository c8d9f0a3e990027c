"""Of which campaign a paper tells, and up to when what was done counts."""

from __future__ import annotations

import pytest

from anlan.domain.campaigns.reading.figures import read

HEAD = "某县安全生产治本攻坚三年行动情况\n{day} 来源:县应急局\n"


def _periods(text: str) -> str:
    return " ".join(figure.period for figure in read(text) if figure.unit in ("家", "个"))


@pytest.mark.parametrize(
    ("body", "periods"),
    [
        ("截至目前,检查企业30家。", "2024-01/2024-07"),
        ("检查企业30家,成立工作专班5个。", "2024-01/2024-07 2024-01/2026-12"),
        # The last month that the paper has statistics of.
        ("检查企业30家。\n1—6月,处罚12家。", "2024-01/2024-06 2024-01/2024-06"),
        ("2024年以来,检查企业30家。\n今年以来,处罚12家。", "2024-01/2024-07 2024-01/2024-07"),
        ("截至6月20日,检查企业30家。\n处罚12家。", "2024-01/2024-06 2024-01/2024-06"),
        ("自3月1日以来,截至6月20日,检查企业30家。", "2024-03-01/2024-06"),
        ("近日,联合检查企业30家。\n关闭12家。", "2024-06 2024-01/2024-07"),
        ("5月10日,检查企业30家。\n关闭12家。", "2024-05-10 2024-01/2024-07"),
        ("截至6月末,在建工地30个。", "2024-06"),
    ],
)
def test_a_campaign_that_runs_counts_until_the_paper(body: str, periods: str) -> None:
    assert _periods(HEAD.format(day="2024-07-16") + body) == periods


def test_in_its_second_year_this_year_is_not_the_campaign() -> None:
    body = "检查企业30家。\n今年以来,处罚12家。\n2024年,关闭13家。"
    told = _periods(HEAD.format(day="2025-03-20") + body)
    assert told == "2024-01/2025-03 2025-01/2025-03 2024"


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        # Over when the paper came out; by its name, its years, its months.
        ("全市安全生产专项整治三年行动成效\n2023-02-14\n三年来,检查企业30家。", "2020-04/2022-12"),
        (
            "安全生产专项整治三年行动(2020—2022年)\n2021-06-28\n检查企业30家。",
            "2020-04/2021-06",
        ),
        (
            "专项整治情况\n2022-11-08\n自2020年5月至2022年12月开展三年行动。\n检查企业30家。",
            "2020-05/2022-11",
        ),
        # Of a few months.
        (
            "大排查大整治\n2024-01-19\n2023年11月以来,县里在全县范围内开展大排查大整治行动。\n检查企业30家。",
            "2023-11/2024-01",
        ),
        # No campaign: the year, or what opens the account.
        ("安全检查情况\n2022-05-23\n检查企业30家。", "2022"),
        ("安全检查情况\n2022-05-23\n今年以来,检查企业30家。\n处罚12家。", "2022-01/2022-05 2022-01/2022-05"),
        # A plan is of all of its campaign.
        ("治本攻坚三年行动实施方案(2024—2026年)\n2024-03-01\n检查企业30家。", "2024-01/2026-12"),
    ],
)  # fmt: skip
def test_whose_time_a_figure_takes(text: str, periods: str) -> None:
    assert _periods(text) == periods


def test_a_year_of_accidents_opens_no_account() -> None:
    text = HEAD.format(day="2025-03-20") + "2024年,全县事故下降5%。\n关闭12家。"
    assert _periods(text) == "2024-01/2025-03"


def test_the_length_of_a_campaign_is_a_figure_once() -> None:
    text = HEAD.format(day="2024-07-16") + "推进三年行动。\n三年行动成效明显。"
    found = [(figure.text, figure.period) for figure in read(text) if figure.unit == "年"]
    assert found == [("三年行动", "2024-01/2026-12")]


def test_a_year_holds_until_a_clause_of_its_rank() -> None:
    text = "情况\n2023-02-14\n(一)2021年,扎实推进。检查企业30家。\n1.处罚12家。\n(二)强化宣传。表彰13家。"
    assert _periods(text) == "2021 2021 2023"


def test_a_list_says_its_thing_once_and_then_whose() -> None:
    text = "情况\n2023-02-14\n组建市级应急救援队伍12支、县级48支、乡镇89支。"
    named = [figure.indicator for figure in read(text) if figure.unit == "支"]
    assert named == ["组建市级应急救援队伍", "县级应急救援队伍", "乡镇应急救援队伍"]


@pytest.mark.parametrize(
    ("body", "words", "name"),
    [
        ("投入3200万元实施园区封闭化管理。", "3200万元", "投入园区封闭化管理"),
        ("完成80%的老旧管网改造任务。", "80%", "完成老旧管网改造任务"),
        ("排查重大隐患86条,挂牌督办5条。", "5条", "挂牌督办重大隐患"),
        ("排查重大隐患86条,剩余5条。", "5条", "剩余重大隐患"),
        ("都匀市、福泉市分别关闭煤矿3处、2处。", "3处", "关闭煤矿"),
    ],
)
def test_what_is_counted_where_its_verb_stands_alone(body: str, words: str, name: str) -> None:
    named = {figure.text: figure.indicator for figure in read("情况\n2023-02-14\n" + body)}
    assert named[words] == name


def test_rates_of_places_are_of_what_was_rated_above() -> None:
    text = "情况\n2023-02-14\n排查重大隐患30条,整改率96%。\n靖远县、景泰县整改率分别为91%、89%。"
    rates = [figure for figure in read(text) if figure.unit == "%"]
    assert len({figure.indicator for figure in rates}) == 1
    assert [figure.region[-3:] for figure in rates[1:]] == ["靖远县", "景泰县"]
