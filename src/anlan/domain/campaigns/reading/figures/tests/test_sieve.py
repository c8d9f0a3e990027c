"""What looks like a figure and is none; what a number of a law or a notice is there for."""

from __future__ import annotations

import pytest

from anlan.domain.campaigns.reading.figures import read

NOTICE = "关于抓好明查暗访问题整改的通知\n"
LAW = "".join(f"第{n}条　应当依法办理。\n" for n in "一二三四五六")


@pytest.mark.parametrize(
    "text",
    [
        "安全阀是否全部校验合格并安装完成？",
        "安全联锁系统是否全部投用",
        "不得将其承包的全部建设工程转包给第三人。",
        "采取全部或者部分应急救援措施。",
        "大桥86+134墩身凿毛",
        "DK85+991处围挡",
        "069对旅客列车",
        "应当提前二十四小时通知生产经营单位。",
    ],
)
def test_nothing_is_counted_here(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("每3年进行一次安全评价", 3, "年/次"),
        ("至少每2年组织1次演练", 2, "年/次"),
        ("每半年至少开展一次演练", 6, "个月/次"),
        ("每两个月召开一次会议", 2, "个月/次"),
        ("实行24小时值班。", 24, "小时/日"),
        ("应当自受理之日起十个工作日内审查。", 10, "个工作日"),
    ],
)
def test_how_often_and_how_long(text: str, value: int, unit: str) -> None:
    figure = read(text)[0]
    assert (figure.value, figure.unit) == (value, unit)


def test_both_ends_of_a_fine_in_chinese_numerals_are_read() -> None:
    low, high = read("处十万元以上五十万元以下的罚款。")
    assert (low.value, low.bound) == (100_000, ">=")
    assert (high.value, high.bound) == (500_000, "<=")


def test_numbers_of_a_law_are_its_rules() -> None:
    text = LAW + "第七条　造成10人以上死亡的，处500万元以上罚款；未发生死亡事故的，有效期3年。"
    assert {figure.kind for figure in read(text)} == {"rule"}
    assert {figure.kind for figure in read("造成10人以上死亡，罚款500万元。")} == {"count", "money"}


def test_what_a_notice_tells_of_the_past_is_no_target() -> None:
    kinds = {figure.text: figure.kind for figure in read(
        NOTICE + "检查组对我市57家燃气单位开展了检查，反馈了186项具体问题。各县要确保整改30项问题。"
    )}  # fmt: skip
    assert kinds == {"57家燃气单位": "count", "186项具体问题": "count", "30项问题": "target"}


def test_a_title_is_never_cut() -> None:
    assert read("制定2个《指南》。")[0].text in ("2个《指南》", "2个")
