"""What words about the spot say: done there and then, ordered, or either."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.domain.hazards.reading import Finding
from anlan.domain.hazards.reading.at_once import verdict
from anlan.domain.hazards.tests.desk import Desk

VERDICTS = """
    已当场整改完毕 done
    已当场整改 done
    当场已整改 done
    现场整改完毕 done
    现场已整改完成 done
    现场已清理干净 done
    当场整改完成。 done
    隐患已现场整改 done
    现场更换了 done
    当天整改完毕 done
    已立即整改 done
    立即整改完成 done
    立即整改到位 done
    已立行立改 done
    企业已按要求当场整改到位 done
    经现场督促，已当场整改 done
    责令当场整改，已整改 done
    责令立即整改，现已整改完毕 done
    当场整改 bare
    现场整改 bare
    企业当场整改 bare
    当场予以整改 bare
    问题当场改正 bare
    现场处置 bare
    当场拆除 bare
    当场清理 bare
    2处当场整改 bare
    当场整改2处 bare
    立即整改 ordered
    立即整改。 ordered
    马上整改 ordered
    立即更换灭火器 ordered
    责令当场整改 ordered
    责令立即改正 ordered
    口头责令现场整改 ordered
    已责令当场整改 ordered
    要求现场整改 ordered
    要求立即整改到位 ordered
    已要求企业立即整改 ordered
    现场督促立即整改 ordered
    须当场整改 ordered
    限当场整改 ordered
    无法当场整改，限期15日 ordered
    不能当场整改 ordered
    未当场整改 ordered
    拟现场整改 ordered
    待现场整改 ordered
    当场整改，责令限期复查 partly
    部分当场整改，其余限期整改 partly
    当场整改2处，限期整改1处 partly
    立行立改 unclear
    即知即改 unclear
    边查边改 unclear
    现场立即整改 unclear
    责令当场整改完毕 unclear
    要求立即整改，企业当场整改 unclear
    1.当场整改；2.责令立即整改 unclear
    现场下达责令整改指令 None
    下达现场处理措施决定书 None
    现场整改通知书 None
    现场处置方案 None
    现场检查 None
    加强现场管理 None
    更换灭火器 None
    整改完毕 None
    已整改 None
"""


@pytest.mark.parametrize("line", [x.strip() for x in VERDICTS.strip().splitlines()])
def test_what_words_about_the_spot_say(line: str) -> None:
    words, expected = line.rsplit(" ", 1)
    assert str(verdict(words)) == expected


def test_spaces_breaks_and_wide_letters_change_nothing() -> None:
    assert verdict(" 当 场 整 改 ") == "bare"
    assert verdict("责令整改\n已当场整改") == "done"
    assert verdict("1．已当场整改") == "done"
    assert verdict("") is None


FOUND = date(2024, 6, 1)
#: header | words → state, whether the day found is its day, doubts
ROWS = """
    处理情况 | 当场整改 | rectified same
    处理情况 | 已当场整改完毕 | rectified same
    处理情况 | 现场清理 | rectified same
    处理情况 | 已整改 | rectified -
    处理情况 | 已立即整改 | rectified -
    处理情况 | 已于6月5日整改完毕 | rectified 2024-06-05
    处理情况 | 立即整改 | found -
    处理情况 | 责令当场整改 | found -
    处理情况 | 更换灭火器 | found -
    处理情况 | 下达现场处理措施决定书 | found -
    处理情况 | 未整改 | found -
    处理情况 | 无法当场整改，限期15日 | found -
    处理情况 | 立行立改 | found - at_once_left
    处理情况 | 责令当场整改完毕 | found - at_once_left
    处理情况 | 部分当场整改，其余限期整改 | found -
    整改情况 | 当场整改 | rectified same
    整改情况 | 现场整改完毕 | rectified same
    整改情况 | 立即整改 | assigned -
    整改情况 | 责令当场整改 | assigned -
    整改情况 | 部分当场整改，其余限期整改 | assigned -
    整改情况 | 立行立改 | rectified - at_once_taken
    整改情况 | 现场立即整改 | assigned - at_once_left
    整改状态 | 当场整改 | rectified same
    整改状态 | 立即整改 | assigned -
    整改状态 | 立行立改 | rectified - at_once_taken
    整改措施 | 已当场整改完毕 | rectified same
    整改措施 | 责令改正，现场已整改完毕 | rectified same
    整改措施 | 当场整改 | found - at_once_left
    整改措施 | 立行立改 | found - at_once_left
    整改措施 | 1.已当场清理 2.更换灭火器 | found - at_once_left
    整改措施 | 立即整改 | found -
    整改措施 | 立即更换灭火器，加强现场管理 | found -
    整改措施 | 已联系厂家更换 | found -
"""


@pytest.mark.parametrize("line", [x.strip() for x in ROWS.strip().splitlines()])
def test_done_is_done_an_order_is_a_measure_and_either_is_doubted(line: str, desk: Desk) -> None:
    header, words, expected = (part.strip() for part in line.split("|"))
    state, day, *doubts = expected.split()
    (row,) = desk.hazards(
        desk.xlsx(("S", [["检查日期", "企业名称", "存在问题", header],
                         [FOUND, "宏达商店", "灭火器过期", words]]))
    )  # fmt: skip
    assert row.state == state
    assert row.rectified_on == {"same": FOUND, "-": None}.get(day, date(2024, 6, 5))
    assert [(w.code, w.header, w.data["value"]) for w in row.warnings] == [
        (code, header, words) for code in doubts
    ]
    if header in ("处理情况", "整改措施") or (header, words) == ("整改情况", "立即整改"):
        assert row.measure == words


def test_an_order_takes_nothing_from_the_day_it_was_done(desk: Desk) -> None:
    """A day of completion says more than "处理情况：责令当场整改" or a motto."""
    header = ["检查日期", "企业名称", "存在问题", "处理情况", "整改完成时间"]
    for words in ("责令当场整改", "立行立改", "更换灭火器"):
        path = desk.xlsx(("S", [header, [FOUND, "甲", "灭火器过期", words, date(2024, 6, 9)]]))
        (row,) = desk.hazards(path)
        assert (row.state, row.rectified_on, row.warnings) == (
            "rectified", date(2024, 6, 9), [],
        )  # fmt: skip


def test_a_status_says_more_than_how_it_was_handled(desk: Desk) -> None:
    header = ["检查日期", "企业名称", "存在问题", "处理情况", "整改状态"]
    path = desk.xlsx(("S", [header, [FOUND, "甲", "灭火器过期", "当场整改", "未整改"]]))
    (row,) = desk.hazards(path)
    assert (row.state, row.rectified_on) == ("found", None)


def test_of_a_month_no_day_is_made_up(desk: Desk) -> None:
    path = desk.xlsx(("S", [["检查日期", "企业名称", "存在问题", "处理情况"],
                            ["2024年6月", "甲", "灭火器过期", "当场整改"]]))  # fmt: skip
    (row,) = desk.hazards(path)
    assert (row.state, row.rectified_on) == ("rectified", None)


def test_each_of_several_hazards_takes_its_own_word(desk: Desk) -> None:
    path = desk.xlsx(("S", [["检查日期", "企业名称", "存在问题", "整改情况"],
                            [FOUND, "甲", "1.通道堵塞\n2.灯坏", "1.当场整改\n2.限期整改"]]))  # fmt: skip
    one, two = desk.hazards(path)
    assert [(h.state, h.rectified_on) for h in (one, two)] == [
        ("rectified", FOUND), ("assigned", None),
    ]  # fmt: skip


def test_columns_named_after_outcomes_are_read_by_their_ticks(desk: Desk) -> None:
    header = ["检查日期", "企业名称", "存在问题", "当场整改", "限期整改"]
    path = desk.xlsx(("S", [["整改清单"], header, [FOUND, "甲", "灭火器过期", "√", ""],
                            [FOUND, "乙", "通道堵塞", "", "√"]]))  # fmt: skip
    assert [h.state for h in desk.hazards(path)] == ["rectified", "assigned"]


def test_a_doubt_says_what_was_taken_and_what_to_write() -> None:
    data = {"value": "立行立改"}
    left = Finding("at_once_left", "D", "处理情况", data).message
    taken = Finding("at_once_taken", "D", "整改情况", data).message
    assert "立行立改" in left
    assert "已当场整改" in left
    assert "立行立改" in taken
    assert "整改中" in taken


def test_what_was_done_on_the_spot_comes_in_rectified_and_what_was_ordered_waits(
    cast: Any, tmp_path: Path
) -> None:
    """From the workbook to the cases, with the doubt where a person sees it."""
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.domain.hazards import importing
    from anlan.domain.hazards.models import Hazard

    path = tmp_path / "台账.csv"
    rows = [("灭火器过期", "当场整改"), ("通道堵塞", "立即整改"), ("电线裸露", "立行立改")]
    lines = ["检查日期,企业名称,存在问题,处理情况"]
    lines += [f"2024-06-01,宏达商店,{text},{words}" for text, words in rows]
    path.write_text("\n".join(lines), "utf-8")
    root = Actor(None, "test", trusted=True)
    batch, _ = importing.prepare(
        [(path.name, path)], unit=cast.units["office"], by=root, at=timezone.now()
    )
    done = importing.run(batch.pk, by=root)
    found = Hazard.objects.select_related("case")
    assert {h.description: (h.case.state, h.case.settled_on, h.measure) for h in found} == {
        "灭火器过期": ("rectified", FOUND, "当场整改"),
        "通道堵塞": ("found", None, "立即整改"),
        "电线裸露": ("found", None, "立行立改"),
    }
    assert [(one["code"], one["runs"]) for one in done.doubts] == [("at_once_left", [[4, 4]])]


@given(st.text("已未当场现立即整改正责令要求完毕，。；1.2\n ", max_size=60))
def test_any_text_gets_a_verdict_or_none(text: str) -> None:
    assert verdict(text) in ("done", "bare", "ordered", "partly", "unclear", None)
    assert verdict(text) == verdict(f"  {text} ")
