"""What a cell of somebody else's register says: industries, states, scales, kinds, coordinates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache

from django.conf import settings
from django.utils import translation

from anlan.base.text import plain
from anlan.domain.enterprises import industry
from anlan.domain.enterprises.models import ObjectKind, Scale, Status

#: What registers write where they know nothing.
NOTHING = frozenset({"", "-", "--", "—", "——", "/", "\\", "n/a", "na", "none", "null", "nil", "无",
                     "暂无", "不详", "未知", "空", ".", "?", "？"})  # fmt: skip
#: What Excel shows where a formula went wrong.
_ERROR = re.compile(r"#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NULL!|NUM!)|#+")
_INDUSTRY = re.compile(r"([A-T])?[ \-_.、]?(\d{2,4})?(?!\d)")
_STATES: Mapping[str, tuple[str, ...]] = {
    # What ends it first: 在营（开业）企业 and 停业 both hold 业.
    Status.CLOSED: ("注销", "吊销", "撤销", "迁出", "停业", "歇业", "关闭", "倒闭", "清算", "停产",
                    "已关停", "关停", "closed"),
    Status.ACTIVE: ("存续", "在业", "在营", "开业", "正常", "生产", "营业", "运行", "经营", "迁入",
                    "active"),
}  # fmt: skip
_SCALES: Mapping[str, tuple[str, ...]] = {
    Scale.SOLE: ("个体", "sole"),
    Scale.MICRO: ("微", "micro"),
    Scale.SMALL: ("小", "small"),
    Scale.MEDIUM: ("中", "medium"),
    Scale.LARGE: ("大", "large"),
}
_PLACES = Decimal("0.00001")


def is_nothing(said: str) -> bool:
    return said.lower() in NOTHING


def is_error(said: str) -> bool:
    return bool(_ERROR.fullmatch(said))


def industry_of(said: str) -> str | None:
    """A code of GB/T 4754 by code, by code and name, or by name; None where it is none."""
    folded = unicodedata.normalize("NFKC", said).strip().upper()
    match = _INDUSTRY.match(folded)
    if match and (match[1] or match[2]):
        rest = folded[match.end() :]
        for code in filter(None, (match[2], match[1])):
            # C制造业 is C; CNC加工 is no industry that begins with C.
            if code in industry.table() and (
                code == match[2] or not rest[:1].isascii() or not rest
            ):
                return str(code)
    return _industries().get(plain(re.sub(r"^[A-T]?\d*", "", folded)))


@cache
def _industries() -> Mapping[str, str]:
    """By name; of a class and its only subclass of one name, the subclass."""
    rows = sorted(industry.table().values(), key=lambda row: row.level)
    return {plain(row.name): row.code for row in rows}


def state_of(said: str) -> str | None:
    return _first(said, _STATES)


def scale_of(said: str) -> str | None:
    return _first(said, _SCALES)


def _first(said: str, words: Mapping[str, Iterable[str]]) -> str | None:
    folded = said.lower()
    return next((code for code, known in words.items() if any(w in folded for w in known)), None)


def kind_of(said: str) -> str | None:
    return _kinds().get(plain(said))


@cache
def _kinds() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {plain(str(label)): code for code, label in ObjectKind.choices}
    return found


def point_of(lon: str, lat: str) -> tuple[Decimal, Decimal] | None:
    """Degrees within China, the two changed round where they stand so; None where they are none."""
    try:
        one, other = (Decimal(plain_number(said)).quantize(_PLACES) for said in (lon, lat))
    except InvalidOperation:
        return None
    if _inside(one, other):
        return one, other
    return (other, one) if _inside(other, one) else None


def _inside(lon: Decimal, lat: Decimal) -> bool:
    return 73 <= lon <= 136 and 3 <= lat <= 54


def plain_number(said: str) -> str:
    return unicodedata.normalize("NFKC", said).strip(" °EN东经北纬:")
