"""Numbers of GB/T 9704-2012 (党政机关公文格式), in millimetres and points.

Source: GB/T 9704-2012, as far as the project's list of standards states it. Where it gives a range
or leaves something to the office, the value is ours and says so.
"""

from __future__ import annotations

from typing import Final

MM_PER_POINT: Final = 25.4 / 72

PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210, 297
#: 天头, 地脚, 订口, 翻口: what is left is the 版心 of 156 × 225 mm.
TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 37, 35, 28, 26
TEXT_WIDTH_MM = PAGE_WIDTH_MM - LEFT_MM - RIGHT_MM
TEXT_HEIGHT_MM = PAGE_HEIGHT_MM - TOP_MM - BOTTOM_MM
LINES, CHARS = 22, 28

#: 三号 for the text, 二号 for the title, 四号 for page number and 版记.
TEXT_POINTS, TITLE_POINTS, SMALL_POINTS = 16.0, 22.0, 14.0
#: 22 lines fill the height and 28 characters the width; the rest of a point stays over.
LINE_POINTS = int(TEXT_HEIGHT_MM / MM_PER_POINT / LINES * 20) / 20
CHAR_POINTS = TEXT_WIDTH_MM / MM_PER_POINT / CHARS
#: What each character gives up so that 28 of 三号 go into a line (they would take 158 mm).
TRACKING_POINTS = CHAR_POINTS - TEXT_POINTS

#: 发文机关标志: its upper edge below that of the 版心; in a letter below that of the page.
MARK_BELOW_MM, LETTER_MARK_MM = 35, 30
#: The line under the number, and the double lines of a letter.
RULE_BELOW_MM, LETTER_RULE_WIDTH_MM, LETTER_FOOT_MM = 4, 170, 20
#: The line of the page number lies so far below the 版心.
PAGE_NUMBER_BELOW_MM = 7
#: 版记: first and last line, and those between.
IMPRINT_THICK_MM, IMPRINT_THIN_MM = 0.35, 0.25
#: Size of the mark: the standard leaves it to the office; ours is what fits, at most this.
MARK_POINTS_MAX, MARK_POINTS_MIN = 48.0, 24.0
LETTER_MARK_POINTS_MAX = 36.0
#: How far apart the characters of a brief's name stand, in points, where there is room.
MARK_TRACKING_MAX = 6.0
RED = "E60012"

#: Fonts by what they are for: the standard's own first, then what stands in for it.
FONTS: Final = {
    "text": ("仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong", "STFangsong", "FandolFang R"),
    "title": ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "方正小标宋_GBK", "小标宋"),
    "head": ("黑体", "SimHei", "STHeiti", "FandolHei"),
    "subhead": ("楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi", "STKaiti", "FandolKai"),
    "number": ("宋体", "SimSun", "STSong"),
}
#: What stands in where none of them is there.
STAND_INS: Final = {
    "text": ("Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Noto Sans CJK SC"),
    "title": ("Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Noto Sans CJK SC"),
    "head": ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC"),
    "subhead": ("Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Noto Sans CJK SC"),
    "number": ("Noto Serif CJK SC", "Noto Serif SC", "Noto Sans CJK SC"),
}
#: Better than no pdf at all, in this order: what small machines, macOS and Windows have.
LAST_RESORTS: Final = (
    "SimSun", "STSong", "Songti SC", "AR PL UMing CN", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei",
    "Droid Sans Fallback", "PingFang SC", "Microsoft YaHei",
)  # fmt: skip
#: What the .docx names: an office's Word has them, and every other reader looks for the like.
WORD_FONTS: Final = {role: names[0] for role, names in FONTS.items()} | {"head": "黑体"}


def mark_points(name: str) -> float:
    """How large the name of an organ may be to stand on one line."""
    # A little less than the width: programs differ over the last hair of it.
    width = 0.97 * TEXT_WIDTH_MM / MM_PER_POINT
    return max(MARK_POINTS_MIN, min(MARK_POINTS_MAX, int(width / max(1, len(name)) * 2) / 2))


def mark_tracking(name: str) -> float:
    """How far apart the characters of a brief's name stand: a long one has no room for that."""
    room = 0.97 * TEXT_WIDTH_MM / MM_PER_POINT / max(1, len(name)) - mark_points(name)
    return max(0.0, min(MARK_TRACKING_MAX, room))


def letter_mark_points(name: str) -> float:
    """In a letter it stands over its double line, as long as that: on one line, however long."""
    width = 0.97 * LETTER_RULE_WIDTH_MM / MM_PER_POINT
    # No least size: on a second line it would lie across the double line.
    return min(LETTER_MARK_POINTS_MAX, max(1, int(width / max(1, len(name)) * 2)) / 2)
