"""The bump chart: everybody's line, none over another, and gaps where there was no rank."""

from __future__ import annotations

import re

from anlan.domain.assessments.drawing import LINES_MAX, Line, bump

MONTHS = ["2026-08", "2026-09", "2026-10"]


def ys(text: str, name: str) -> list[str]:
    """The heights of a line's dots."""
    group = re.search(rf"<title>{name}</title>.*?</g>", text)
    assert group, name
    return re.findall(r'<circle cx="\d+" cy="(\d+)"', group[0])


def test_who_shares_a_rank_stands_one_under_another() -> None:
    lines = [Line("甲", [1, 1, 1]), Line("乙", [2, 1, 1]), Line("丙", [3, 3, 3])]
    text = str(bump(MONTHS, lines))
    assert len({ys(text, name)[2] for name in "甲乙丙"}) == 3
    assert ">1 甲<" in text
    assert ">1 乙<" in text


def test_a_missing_rank_breaks_the_line_and_is_no_place() -> None:
    text = str(bump(MONTHS, [Line("甲", [1, None, 2]), Line("乙", [2, 1, 1])]))
    assert len(ys(text, "甲")) == 2
    path = re.search(r'<title>甲</title><path d="([^"]+)"', text)
    assert path
    assert path[1].count("M") == 2
    assert "C" not in path[1]


def test_names_and_links_are_escaped_and_the_number_of_lines_has_a_limit() -> None:
    lines = [Line(f"<b>{n}", [n, n, n], f'/x?"{n}') for n in range(1, LINES_MAX + 9)]
    text = str(bump(MONTHS, lines))
    assert "<b>" not in text
    assert '"1"' not in text.replace("&#34;", "")
    assert text.count("<path") == LINES_MAX
    assert "style=" not in text


def test_one_period_makes_no_chart() -> None:
    assert str(bump(MONTHS[:1], [Line("甲", [1])])) == ""
    assert str(bump(MONTHS, [Line("甲", [1, 2, None])])) == ""
