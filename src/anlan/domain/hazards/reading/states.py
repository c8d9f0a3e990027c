"""How far a hazard has come, from the words and days its source gives.

The words of the most telling column win; days decide only where no words do. A claim is only ever
that of the register: who imports it marks it so until somebody here has verified it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from anlan.domain.hazards.reading import at_once
from anlan.domain.hazards.reading.boxes import chosen

State = Literal["found", "assigned", "rectified", "verified", "closed"]
ORDER: dict[State, int] = {"found": 0, "assigned": 1, "rectified": 2, "verified": 3, "closed": 4}

_NOT = r"(?:未|没有?|尚未|暂未|还未|不|无法|待|拟|正在?|需|应)"
_CLOSED = re.compile(
    r"已?(?:销号|销案|核销|摘牌|闭环|办结|结案|关闭|消号)|closed|^关$|已归档", re.I
)
_VERIFIED = re.compile(
    r"(?:验收|复查|复核|核查|验证)(?:结果)?[:为是]?(?:已?(?:合格|通过|完成|属实|达标|到位|符合|完毕))|已(?:验收|复查|复核|核查)|"
    r"经(?:现场)?(?:复查|验收|核查)[,，]?(?:均|全部)?已?(?:整改|合格|完成)|verified",
    re.I,
)
_RECTIFIED = re.compile(
    r"已(?:全部|按期|按时|基本|当场|立即|现场|及时|按要求|按要求完成|于.{0,12})?(?:完成|整改|改正|治理|处理|处置|落实|消除|拆除|更换|清理|清除|到位|修复|解决|纠正|安装|配备|配齐|维修|补充)|"
    r"(?:整改|整治|治理|处置)(?:工作|任务)?(?:已|均已|全部)?(?:完成|完毕|到位|合格|结束|好|了)|^改好|^(?:整改率|完成率|完成|进度|整改)?[:为达到]?100%|完成整改|"
    r"^(?:完成|已完成|全部完成|已改|整改|合格|到位|完毕|100%?|1|已治理|已消除|符合|已整治)$|^(?:是|√|✓|✔|☑|✅|■|Y|yes|true|对)\uFE0F?$|rectified|completed|done|fixed",
    re.I,
)
_OPEN = re.compile(
    rf"{_NOT}(?:完全|全部|按期|按时|及时|彻底|能|能够|予|予以|按要求)?(?:完成|整改|改正|治理|落实|消除|处理|到位|闭环|办结|销号|验收|复查|关闭|启动|开始|开展|合格|通过)|"
    r"整改中|治理中|进行中|办理中|处理中|推进中|实施中|进展中|落实中|正在|(?:持续|稳步|加快|有序)推进|限期整改|部分(?:整改|完成)|基本完成|逾期|超期|延期|未$|"
    r"^(?:否|×|✗|✘|❌|✖|☒|□|x|n|no|false|0|开放|未|无|待办|新增|open|未改|正改)$|开放|按计划推进|序时推进|列入计划|制定方案|责令|停产整改|停业整顿|\d{1,2}(?:\.\d+)?%|(?:开展|推进)整改|整改通知|下达|督促|不合格",
    re.I,
)
_STARTED = re.compile(
    r"整改中|治理中|进行中|办理中|处理中|推进中|实施中|进展中|落实中|正在|限期|部分|基本完成|逾期|超期|延期|督促|责令|下达|推进|列入计划|制定方案|\d%",
    re.I,
)
_PASSED = re.compile(
    r"^(?:验收|复查|核查)?(?:均|全部|已)?(?:合格|通过|达标|符合(?:要求)?|同意|属实|到位|完成)[。.]?$"
)
_STILL = re.compile(
    r"其余|剩余|另|尚有|还有|部分|未完成|未整改|基本|正在(?!申请|验收|销号|报(?:送|请|批|验)|办理销号)"
)
#: '已完成80%' is under way, '100%' is done.
_PARTLY = re.compile(r"(?<![\d.])\d{1,2}(?:\.\d+)?%")
#: '预计6月30日整改完成' is still to come; '已按计划完成' isn't.
_PLANNED = re.compile(
    r"(?<!按)(?:预计|计划|力争|争取|拟|承诺|确保)[^,;。]{0,16}(?:完成|整改|到位|销号|闭环|治理)"
)
_DONE = re.compile(r"已[^,;。]{0,8}(?:完成|整改|到位|销号|改|闭环|治理)")
_VOID = re.compile(r"^(?:[-—–/\\*]+|无|空|null|none|nan|待定)$", re.I)
STATUS_WORDS = re.compile(
    r"^(?:已|未|正在|待|现场|当场|立即|立行立?改?|限期|部分|全部|基本)?(?:整改|治理|销号|完成|处置|处理|闭环|办结|关闭|开放|复查|验收|立改|立行立改)"
    r"(?:中|完成|完毕|到位|合格|结束|销号|通过)?[。.]?$|^(?:是|否|合格|不合格|进行中|推进中|open|closed|未开始)$",
    re.I,
)


@lru_cache(maxsize=8_192)
def words(text: str, yes: State | None = None) -> tuple[State, str] | None:
    """The state that a cell's words claim, with the words; None where they claim none.

    ``yes`` is what a plain 是 or √ means in that column: 是否销号 → closed.
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", chosen(text)))
    if not plain or _VOID.match(plain):
        return None
    shown = plain[:20]
    if yes and re.match(r"^(?:是|√|✓|✔|☑|✅|■|y|yes|true|对|1|已)\uFE0F?$", plain, re.I):
        return yes, shown
    if yes and re.match(r"^(?:否|×|✗|✘|❌|✖|☒|□|x|n|no|false|0|未|无)\uFE0F?$", plain, re.I):
        return "assigned", shown
    if yes == "verified" and _PASSED.match(plain):
        return "verified", shown
    closed, open_ = _CLOSED.search(plain), _OPEN.search(plain)
    if closed and not _denied(plain, closed.start()):
        return "closed", shown
    verified = _VERIFIED.search(plain)
    if verified and not _denied(plain, verified.start()):
        return "verified", shown
    if _PARTLY.search(plain) or (_PLANNED.search(plain) and not _DONE.search(plain)):
        return "assigned", shown
    spot = at_once.verdict(text)
    if spot in ("done", "bare") or (spot == "unclear" and at_once.is_motto(text)):
        return "rectified", shown
    if spot:
        return "assigned", shown
    done = _RECTIFIED.search(plain)
    if done and not _denied(plain, done.start()):
        # '已整改3处，其余正在整改' is still going on; '已完成整改，未发现新问题' is done.
        if open_ and _STILL.search(plain):
            return "assigned", shown
        if yes == "closed" and re.match(r"^(?:完成|已完成|合格)$", plain):
            return "closed", shown
        return "rectified", shown
    if open_:
        return ("assigned" if _STARTED.search(plain) else "found"), shown
    return None


def _denied(text: str, at: int) -> bool:
    return bool(
        re.search(
            rf"(?:{_NOT}|未能|未予|不予|申请|拟申请)(?:完全|全部|完成|按期|进行)?$", text[:at]
        )
    )


def is_status(text: str) -> bool:
    return bool(STATUS_WORDS.match(re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))))
