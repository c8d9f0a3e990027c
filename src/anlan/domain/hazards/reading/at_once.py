"""Whether words about the spot say that a hazard is gone, or that it was ordered to go.

"当场整改" tells what happened, "立即整改" and "责令当场整改" what is to happen, "立行立改" either.
Nobody is served by a guess here: an order read as done hides an open hazard, and something done
read as an order has it assigned to somebody who finds nothing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from anlan.domain.hazards.reading.boxes import chosen

#: done: it says so. bare: done where a column tells what happened. unclear: either.
Verdict = Literal["done", "bare", "ordered", "partly", "unclear"]

_VERB = (
    r"(?:整改|改正|整治|治理|处置|处理|纠正|消除|清理|清除|清走|移除|拆除|更换|修复|解决|补齐|配齐|恢复|制止|立改)"
    # '现场处理措施决定书' is a paper, '现场处置方案' a plan.
    r"(?!通知|措施|决定|意见|要求|指令|方案|建议|过程|期间|难|单|后[,，]?(?:须|需|应))"
)
_SPOT = r"(?:当场|现场|当即|当时|当日|当天)"
_SOON = r"(?:立即|马上|立刻|即刻|即时|随即|尽快|立行)"
_NEVER = r"(?:未|没有?|不能?|无法|难以|不得|待|拟|计划|准备|预计|将)"
_MUST = r"(?:要求|通知|限|须|需|应|必须|请|务必|建议|下达|下发|开具|交办|安排|通知书)"
_ORDERED = r"(?:责令|督促|责成|指令|令)"
_FULL = r"(?:完毕|完成|到位|结束|合格|好|掉|干净|完|了)"
_WHAT = r"(?:(?:该|此|上述|以上|所有)?(?:问题|隐患|事故隐患)|\d{1,3}(?:条|项|处|个))?"

_HAS_SPOT = re.compile(_SPOT)
_AT_ONCE = re.compile(rf"(?:{_SPOT}|{_SOON}).{{0,6}}?{_VERB}|{_VERB}.{{0,2}}{_SPOT}")
_MOTTO = re.compile(r"立行立改|立整立改|立查立改|立知立改|即知即改|即查即改|边查边改|即改")
_DONE = re.compile(rf"已经?.{{0,10}}?{_VERB}|(?<!未){_VERB}(?:工作)?(?:已经?|均已)?{_FULL}")
_BARE = re.compile(
    rf"{_WHAT}(?:均|全部|都|并|经|由.{{1,8}}|企业|单位|店主|负责人|商户)?(?:已)?{_SPOT}"
    rf"(?:予以|进行|就|即|自行|及时)?{_VERB}(?:{_WHAT})?"
)
_DENIED = re.compile(rf"{_NEVER}(?:够|予|在)?(?:.{{0,3}})(?:{_SPOT}|{_SOON}).{{0,4}}{_VERB}")
_REST = re.compile(
    r"其余|剩余|其他.{0,4}限期|部分|另有|尚有|还有|未(?:整改|完成|改)|(?<!非)限期|逾期"
)
_CLAUSES = re.compile(r"[,;。、!\n]|并(?=责令|要求|下|督促)|(?<=[^\d])\d{1,2}[.)](?!\d)")


def _plain(text: str) -> str:
    return re.sub(r"[ \t\r\f\v]+", "", unicodedata.normalize("NFKC", chosen(text)))


@lru_cache(maxsize=8_192)
def verdict(text: str) -> Verdict | None:
    """What ``text`` says of the spot; None where it says nothing of it."""
    plain = _plain(text)
    if not _AT_ONCE.search(plain) and not _MOTTO.search(plain):
        return None
    found = [_of_clause(clause) for clause in _CLAUSES.split(plain) if clause]
    said = {one for one in found if one}
    if not said:
        return None
    later = "done" in said and found[-1] == "done"
    if said & {"done", "bare", "unclear"} and _REST.search(plain) and not later:
        return "partly"
    if "done" in said:
        return "done"
    if len(said) > 1:
        return "unclear"
    return said.pop()


def _of_clause(clause: str) -> Verdict | None:
    spoken = bool(_AT_ONCE.search(clause))
    if not spoken and not _MOTTO.search(clause):
        # '责令改正，已整改' tells the end of what was ordered in the words before.
        return "done" if _DONE.search(clause) and not _ordered(clause) else None
    if _DENIED.search(clause):
        return "ordered"
    if _ordered(clause):
        full = re.search(rf"{_VERB}{_FULL}", clause)
        told = re.search(rf"{_ORDERED}", clause) and not re.search(_MUST, clause)
        return "unclear" if full and told else "ordered"
    if _DONE.search(clause):
        return "done"
    if _BARE.fullmatch(clause):
        return "bare"
    if _MOTTO.search(clause) or _HAS_SPOT.search(clause):
        return "unclear"
    return "ordered"


def _ordered(clause: str) -> bool:
    """Whether somebody is told to; a person who is already done with it isn't."""
    order = re.search(rf"{_ORDERED}|{_MUST}", clause)
    if order is None:
        return False
    # '企业已按要求当场整改': what was asked for, done.
    return not re.search(r"已?按(?:照)?.{0,6}要求|应急|需要|适应|响应|供应", clause)


def on_the_spot(text: str) -> bool:
    """Whether it was done where and when it was found, so that the day found is its day."""
    return verdict(text) in ("done", "bare") and bool(_HAS_SPOT.search(_plain(text)))


def is_motto(text: str) -> bool:
    """Whether it only names the manner in which such things are rectified: 立行立改."""
    return bool(_MOTTO.search(_plain(text)))


def lists_several(text: str) -> bool:
    """Whether it is a numbered list, of which one item need not speak for the others."""
    return len(re.findall(r"(?:^|[\n;；。\s])\s*[(（]?\d{1,2}[.、)）](?!\d)", text)) > 1
