"""Texts that stand where a hazard would, and say that there is none."""

from __future__ import annotations

import re

from anlan.domain.hazards.reading.columns import HAZARD_WORDS

PLACEHOLDER = re.compile(
    r"^[×xXＸ*＊_\-—–.。…·/\\#?？○〇oO□]+$|^(?:请(?:在此)?(?:填写|输入|描述)|此处填写).*"
)
NIL = re.compile(
    r"^(?:无|没有|暂无|未发现|未检查出|正常|良好|合格|符合|符合要求|零报告|无异常|不涉及|空|nil|none|null|n/a|0|无隐患|无问题|均符合要求)[。.!]?$|"
    r"^(?:经?(?:检查|排查|现场检查)?[,，]?)?(?:本(?:月|周|日|次|季度)|当(?:月|日)|今日)?(?:检查|排查)?(?:均|暂|现场)?(?:未发现|无|没有发现|未排查出|未查出|没有|未见)"
    r"(?:任何|明显|重大|一般|新的?|其他|相关)?(?:的)?(?:事故|安全)?(?:生产)?(?:问题|隐患|问题隐患|隐患问题|隐患和问题|异常|情况|问题及隐患|问题和隐患)[。.!]?$",
    re.I,
)


def says_nothing(squeezed: str) -> bool:
    """'无', or '检查时正常生产，无隐患': clauses without a fault, the last of them a denial."""
    if NIL.match(squeezed):
        return True
    *before, last = re.split("[,，。;；]", squeezed.rstrip("。.;；"))
    return (
        bool(before)
        and bool(NIL.match(last))
        and last not in _TOO_SHORT
        and not any(HAZARD_WORDS.search(clause) for clause in before if not NIL.match(clause))
    )


#: Said of a part, these deny nothing: "配电箱检查，合格" may go on elsewhere.
_TOO_SHORT = frozenset({"无", "空", "0", ""})
