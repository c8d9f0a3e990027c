"""Laws, standards and notices divided by their own numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.papers.documents.clauses import (
    LABEL_CHARS_MAX,
    Clause,
    han_number,
    missing,
    split,
)

LAW = """# 某条例
2004年1月13日公布

<!-- INFO END -->

## 第一章 总则

第一条 为了安全，制定本条例。

第二条 依照本条例
第二十条的规定处理的，从其规定。

第二章 责任

第一节 政府

第三条之一 县级以上人民政府负责。
第三条　部门负责。
附则不是一章。
第五条 违反第三条的，责令改正：
（一）未公示的；
附件1：许可证样式
样式另行规定。
"""
STANDARD = """小微园验收规范
1 范围 ........ 1
1 范围
本规范规定验收要求。
2 要求
2.1 消防
2.1.1 应设消防车道。
2.1.2 应设室外消火栓，
间距不大于 120 m。
2.2 用电
3.5 千瓦以上的设备应单独配电。
"""
NOTICE = """关于推进双重预防的指导意见
各县区：
一、总体要求
以预防为主。
二、重点任务
（一）排查风险。每年排查一次。
（二）分级管控
1. 红色风险由主要负责人管控。
2. 橙色风险由分管负责人管控。
三、保障措施。加强领导。
"""


def labels(text: str) -> list[str]:
    return [one.label for one in split(text)]


def test_a_law_is_divided_by_its_articles_under_their_headings() -> None:
    found = split(LAW)
    above = "第二章 责任 › 第一节 政府"
    assert [(one.label, one.heading) for one in found] == [
        ("", ""), ("第一条", "第一章 总则"), ("第二条", "第一章 总则"), ("", above),
        ("第三条", above), ("第五条", above), ("", "附件1：许可证样式"),
    ]  # fmt: skip
    # A reference at a line's beginning is no article, nor is a 之一 without the article before it.
    assert "第二十条的规定" in found[2].text
    assert found[3].text == "第三条之一 县级以上人民政府负责。"
    assert found[5].text.endswith("（一）未公示的；")
    assert missing(found) == ["4"]


def test_an_article_of_more_than_a_hundred_and_a_second_text_are_found() -> None:
    law = "\n".join(f"第{number}条 第{n}项规定。" for n, number in enumerate(NUMBERS, 1))
    assert labels(law) == [f"第{number}条" for number in NUMBERS]
    two = "第一条 甲。\n第二条 乙。\n第一条 丙。\n第二条 丁。"
    assert labels(two) == ["第一条", "第二条"] * 2


NUMBERS = [
    f"{'一百' if n > 99 else ''}{'零' if 100 < n < 110 else ''}{han}"
    for n, han in (
        (n, _han) for n in range(1, 120)
        for _han in ["".join(
            part for part in (
                ("" if n % 100 // 10 == 0 else "十" if n < 20 else f"{'一二三四五六七八九'[n % 100 // 10 - 1]}十"),
                ("" if n % 10 == 0 else "一二三四五六七八九"[n % 10 - 1]),
            )
        )]
    )
]  # fmt: skip


def test_numbers_are_read() -> None:
    assert [han_number(number) for number in NUMBERS] == list(range(1, 120))
    assert (han_number("12"), han_number("两百")) == (12, 200)


def test_a_standard_is_divided_by_its_decimal_numbers() -> None:
    found = split(STANDARD.replace("1 范围 ........ 1\n", ""))
    assert found == [
        Clause("", "", "小微园验收规范"),
        Clause("1", "", "范围\n本规范规定验收要求。"),
        Clause("2.1.1", "2 要求 › 2.1 消防", "应设消防车道。"),
        Clause("2.1.2", "2 要求 › 2.1 消防", "应设室外消火栓，\n间距不大于 120 m。"),
        # 3.5 kW isn't the clause behind 2.2.
        Clause("2.2", "2 要求", "用电\n3.5 千瓦以上的设备应单独配电。"),
    ]


def test_a_notice_is_divided_by_its_outline() -> None:
    found = split(NOTICE)
    assert [(one.label, one.heading) for one in found[1:]] == [
        ("一、", ""), ("二、（一）", "二、 重点任务"),
        ("二、（二）1.", "二、 重点任务 › （二） 分级管控"),
        ("二、（二）2.", "二、 重点任务 › （二） 分级管控"), ("三、", ""),
    ]  # fmt: skip


def test_a_text_without_numbers_keeps_its_paragraphs() -> None:
    assert split("甲。\n\n　乙。\r\n") == [Clause("", "", "甲。"), Clause("", "", "乙。")]
    assert split(" \n") == []


@given(st.lists(st.sampled_from([
    "第一条 甲", "第二条 乙", "第三条规定", "第一章 总则", "第九十九条 丙", "一、丁", "（一）戊", "1. 己",
    "1.1 庚", "2 辛", "附件：壬", "", "# 癸", "第一编 子", "丑" * 300, "第百条 寅",
]), max_size=40))  # fmt: skip
def test_no_word_of_a_text_is_lost(lines: list[str]) -> None:
    """Everything but marks and Markdown stands in a clause, or in a heading above one."""
    found = split("\n".join(lines))
    said = "".join("".join(f"{one.label}{one.text}{one.heading}".split()) for one in found)
    for line in lines:
        if line and not line.startswith(
            ("第一章", "第一编", "附件", "1.1", "2 ", "一、", "（一）", "1. ")
        ):
            assert "".join(line.removeprefix("# ").split())[:20] in said or len(line) > 250
    assert all(len(one.label) <= LABEL_CHARS_MAX for one in found)
