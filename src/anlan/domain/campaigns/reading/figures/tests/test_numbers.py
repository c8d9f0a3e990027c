"""Numerals, Chinese and Arabic, and the words around them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from anlan.domain.campaigns.reading.figures import bounds, numbers, read, units


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一", 1), ("十", 10), ("十五", 15), ("二十", 20), ("两", 2), ("一百零三", 103), ("二百三十六", 236),
        ("一千二百", 1200), ("两千三百万", 23_000_000), ("三万五千", 35_000), ("一亿二千万", 120_000_000),
        ("二〇二四", 2024), ("零点五", Decimal("0.5")), ("九十五点二", Decimal("95.2")), ("双", 2),
    ],
)  # fmt: skip
def test_chinese_numerals(text: str, value: int | Decimal) -> None:
    assert numbers.han(text) == value


@pytest.mark.parametrize("text", ["", "人", "三人"])
def test_what_is_no_numeral(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        numbers.han(text)


@pytest.mark.parametrize(
    ("digits", "scale", "value"),
    [("1087", "", 1087), ("12,458", "", 12458), ("327.7", "万", 3_277_000), ("6.9", "亿", 690_000_000),
     ("84.11", "", Decimal("84.11")), ("27.0", "", 27), ("1.5", "万亿", 1_500_000_000_000)],
)  # fmt: skip
def test_arabic_numerals(digits: str, scale: str, value: int | Decimal) -> None:
    assert numbers.arabic(digits, scale) == value


@pytest.mark.parametrize(
    ("phrase", "value", "unit", "bound"),
    [
        ("检查约30家", 30, "家", "~"), ("检查近30家", 30, "家", "<~"), ("检查30余家", 30, "家", ">="),
        ("发放327.7多万元", 3_277_000, "元", ">="), ("拆除3000余万平方米", 30_000_000, "平方米", ">="),
        ("不少于3次", 3, "次", ">="), ("不超过200处", 200, "处", "<="), ("大客车57座以上", 57, "座", ">="),
        ("退出30万吨/年以下煤矿", 300_000, "吨/年", "<="), ("投入数十亿元", 1_000_000_000, "元", ">="),
        ("超过5万人次", 50_000, "人次", ">"), ("不足10家", 10, "家", "<"), ("整改率达95%左右", 95, "%", "~"),
        ("改造3千米", 3, "公里", ""), ("下降3百分点", 3, "个百分点", ""), ("检查企业4.9万家次", 49_000, "家次", ""),
        ("抽查50礦次", 50, "矿次", ""), ("搬遷11戶", 11, "户", ""), ("约谈49个(次)", 49, "个(次)", ""),
    ],
)  # fmt: skip
def test_amounts(phrase: str, value: int, unit: str, bound: str) -> None:
    (figure,) = read(phrase)
    assert (figure.value, figure.unit, figure.bound) == (value, unit, bound)


def test_words_that_contradict_are_both_kept() -> None:
    assert bounds.joined("近", "余", None) == "<~,>="
    assert bounds.joined("达", None, None) == ""


def test_every_unit_is_tried_longest_first() -> None:
    tried = units.alternatives(units.COUNTED, units.PHYSICAL).split("|")
    assert tried.index("家次") < tried.index("家")
    assert tried.index("吨/年") < tried.index("吨")


def test_a_named_number_above_ten_is_read_whole() -> None:
    """“二十五条” was 2, and “三十条” 3: what is left out of a number makes it another one."""
    text = "全市落实国务院“十五条”、省“二十五条”、市“三十条”措施。"
    assert [figure.value for figure in read(text) if figure.unit == "条"] == [15, 25, 30]
