"""Which of the options in a cell is ticked: '□重大 ☑一般' is 一般."""

from __future__ import annotations

import re
from functools import lru_cache

_TICKED = "☑☒✅√✓✔■▣⊠🗹▲●"
_EMPTY = "□☐○◻▢"
_BOX = re.compile(rf"[{_TICKED}{_EMPTY}]")
_BEFORE = re.compile(rf"([{_TICKED}{_EMPTY}])\s*([^{_TICKED}{_EMPTY}]+)")
_BEHIND = re.compile(rf"([^{_TICKED}{_EMPTY}]+?)\s*([{_TICKED}{_EMPTY}])")


@lru_cache(maxsize=4_096)
def chosen(text: str) -> str:
    """The options that are ticked; the text itself where it doesn't offer any."""
    if not any(box in text for box in _EMPTY) or not any(box in text for box in _TICKED):
        return text
    stripped = text.strip()
    if _BOX.match(stripped):
        options = [(option, box) for box, option in _BEFORE.findall(stripped)]
    else:
        options = _BEHIND.findall(stripped)
    ticked = [option.strip(" 　、，,;；/") for option, box in options if box in _TICKED]
    return "、".join(ticked) if ticked and len(options) > 1 else text
