"""Rows of a register as a unit sends it, for tests that take it in (``take``, in conftest.py)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

HEADER = [
    "检查日期",
    "县区",
    "企业名称",
    "隐患部位",
    "存在问题",
    "整改期限",
    "整改完成时间",
    "整改状态",
]
Rows = Sequence[Sequence[str]]
AT = datetime(2024, 8, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def row(text: str, *, day="2024-06-25", county="五华区", firm="甲厂", place="一车间", due="",
        done="", state="整改中") -> list[str]:  # fmt: skip
    return [day, county, firm, place, text, due, done, state]
