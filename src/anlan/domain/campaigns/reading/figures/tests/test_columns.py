"""Numbers in the cells of tables: what the head and the row say of them."""

from __future__ import annotations

import pytest

from anlan.domain.campaigns.reading.figures import read

HEAD = "成都市2024年一季度执法情况通报\n"


def cells(table: str) -> list[tuple[str, str, str, str]]:
    text = HEAD + table
    found = [f for f in read(text) if f.start >= len(HEAD) and not f.iso]
    for figure in found:
        assert text[figure.start : figure.end] == figure.text
    return [(str(f.value), f.unit, f.indicator, f.region) for f in found]


def test_the_head_says_the_unit_and_the_row_the_place():
    assert cells("区县\t检查企业(家次)\t罚款(万元)\n武侯区\t132\t58.5\n双流区\t1,097\t-\n合计\t1229\t58.5\n") == [
        ("132", "家次", "检查企业", "四川省成都市武侯区"), ("585000", "元", "罚款", "四川省成都市武侯区"),
        ("1097", "家次", "检查企业", "四川省成都市双流区"),
        ("1229", "家次", "检查企业", "四川省成都市"), ("585000", "元", "罚款", "四川省成都市"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "read"),
    [
        ("千元", ("12000", "元")), ("百万元", ("12000000", "元")), ("万人次", ("120000", "人次")),
        ("千米", ("12", "公里")), ("个百分点", ("12", "个百分点")), ("人/10万人", ("12", "人/10万人")),
    ],
)  # fmt: skip
def test_the_unit_of_a_head_may_be_scaled(unit, read):
    ((value, found, _, _),) = cells(f"区县\t情况({unit})\n武侯区\t12\n")
    assert (value, found) == read


def test_a_form_says_its_units_before_the_numbers():
    assert cells("投入资金(万元):120.5 检查企业(家次):356\n") == [
        ("1205000", "元", "投入资金", "四川省成都市"), ("356", "家次", "检查企业", "四川省成都市"),
    ]  # fmt: skip


def test_the_head_says_the_time_and_the_row_the_rest():
    text = HEAD + "指标\t2022年\t2023年\n事故起数\t12\t10\n死亡人数\t15\t9\n"
    found = [(str(f.value), f.unit, f.indicator, f.period) for f in read(text) if not f.iso]
    assert found == [
        ("12", "起", "事故起数", "2022"), ("10", "起", "事故起数", "2023"),
        ("15", "人", "死亡人数", "2022"), ("9", "人", "死亡人数", "2023"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "table",
    [
        # Nothing says what is counted; a number of a row; more cells than heads.
        "区县\t数量\n武侯区\t132\n",
        "序号\t单位\t电话\n1\t武侯区应急局\t85550000\n",
        "区县\t检查企业(家次)\n武侯区\t132\t5\n",
    ],
)
def test_what_no_head_explains_is_no_figure(table):
    assert cells(table) == []


def test_a_line_without_cells_ends_the_table():
    assert cells("区县\t检查企业(家次)\n武侯区\t132\n另附名单如下\n双流区\t97\n") == [
        ("132", "家次", "检查企业", "四川省成都市武侯区")
    ]
