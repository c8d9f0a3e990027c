"""How senders call the ways in which a hazard comes to light, and what we call them."""

from __future__ import annotations

from functools import cache

from anlan.base.text import plain
from anlan.domain.hazards.models import Source

#: Words by source, the more telling first: 省级督查暗访 is covert, not supervision.
WORDS: tuple[tuple[Source, tuple[str, ...]], ...] = (
    (Source.TIP_OFF, ("举报", "投诉", "12345", "12350", "信访", "吹哨")),
    (Source.COVERT, ("暗访", "四不两直", "夜查")),
    # Before monitoring, which no person looks at, and inspection: 网上监察 is neither.
    (Source.VIDEO, ("金睛", "视频巡查", "视频核查", "视频抽查", "视频检查", "录像")),
    (Source.ONLINE, ("线上巡查", "线上检查", "网上巡查", "网上检查", "网上监察", "非现场")),
    (Source.MONITORING, ("监测", "预警", "报警", "物联网")),
    (Source.GRID, ("网格",)),
    (Source.EXPERT, ("专家", "第三方", "会诊", "体检", "评估")),
    (Source.SELF_CHECK, ("自查", "自检", "企业排查", "自报", "自主", "岗位")),
    (Source.ASSIGNED, ("交办", "转办", "上级", "移交")),
    (Source.SUPERVISION, ("督查", "督导", "巡查", "督办", "考核")),
    (Source.INSPECTION, ("执法", "检查", "抽查", "双随机", "监察", "排查")),
)


@cache
def source_of(text: str) -> str:
    """Our code for a sender's words; empty where nothing is stated, "other" where it is unknown."""
    folded = plain(text)
    if not folded:
        return ""
    if folded in Source.values:
        return folded
    for source, words in WORDS:
        if any(word in folded for word in words):
            return source.value
    return Source.OTHER.value
