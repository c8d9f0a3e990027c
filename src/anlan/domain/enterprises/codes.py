"""Unified social credit codes (GB 32100-2015) as people and workbooks write them."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

_SHAPE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
_NOISE = re.compile(r"[\s\-_.·'‘’`]+")
#: What senders write where there is no code.
_NONE = frozenset({"", "无", "暂无", "没有", "不详", "NONE", "NULL", "N/A", "NA", "/", "\\", "0"})
#: Characters of a stated code that is kept although it can't be right.
STATED_CHARS_MAX = 40


class CreditCode(NamedTuple):
    """``code`` is empty unless shape and check digit are right; ``stated`` is what was written."""

    code: str
    stated: str

    @property
    def doubtful(self) -> bool:
        return bool(self.stated) and not self.code


def read(text: object) -> CreditCode:
    """Read a credit code; one with a wrong check digit is kept as stated, never as a key."""
    stated = _NOISE.sub("", unicodedata.normalize("NFKC", str(text or ""))).upper()
    if stated in _NONE:
        return CreditCode("", "")
    if _SHAPE.fullmatch(stated):
        try:
            uscc.validate(stated)
        except ValidationError:
            pass
        else:
            return CreditCode(stated, stated)
    return CreditCode("", stated[:STATED_CHARS_MAX])


def check_digit(first17: str) -> str:
    """The eighteenth character for the seventeen before it."""
    return str(uscc.calc_check_digit(first17))
