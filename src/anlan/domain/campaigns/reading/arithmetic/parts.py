"""其中 parts against their whole, and each unit's own sum: 18起、死亡20人,其中…9起、死亡10人."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from ..figures import Figure
from .finding import (
    DONE_TO,
    MOST,
    Contradiction,
    apart,
    contradiction,
    counted,
    firm,
    plain,
    sentence_of,
)


def contradictions(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """A whole, 其中, and its parts in the same sentence, in the same unit."""
    every = counted(figures)
    for hit in islice(re.finditer(r"其中[,:]?|分别[是为]|包括", text), MOST):
        start, end = sentence_of(text, hit.start())
        before = [f for f in every if start <= f.start and f.end <= hit.start() + 1]
        stop = text.find(";", hit.end(), end)
        behind = [f for f in every if hit.end() <= f.start and f.end <= (stop if stop > 0 else end)]
        if not before or not behind:
            continue
        yield from _tolls(before, behind, text)
        same = _of_one_whole(before[-1], behind, text, hit.end())
        if same and before[-1].value > 0:
            yield from _against(before[-1], same, text, hit[0])


def _of_one_whole(whole: Figure, behind: list[Figure], text: str, start: int) -> list[Figure]:
    """The figures behind 其中 that are parts of the same whole; none where they may overlap."""
    same: list[Figure] = []
    for part in behind:
        if part.unit != whole.unit or (same and "其中" in text[same[-1].end : part.start]):
            break
        # 其中重大隐患31项,整改完成1187项: what became of the whole, not a part of it.
        if (
            same
            and _SETTLED.search(text[same[-1].end : part.start])
            and not _SETTLED.search(text[start : same[0].start])
        ):
            break
        same.append(part)
    return [] if _overlapping(same, text, start) else same


def _against(whole: Figure, same: list[Figure], text: str, word: str) -> Iterator[Contradiction]:
    total = sum((Decimal(part.value) for part in same), Decimal(0))
    bigger = max(Decimal(part.value) for part in same) > whole.value
    lists = len(same) >= 2 and all(
        re.fullmatch(r"[^。;]{0,24}", text[a.end : b.start]) for a, b in itertools.pairwise(same)
    )
    exceeds = lists and total > whole.value and apart(total, whole.value) and word != "包括"
    said = {"sum": plain(int(total)), "whole": plain(whole.value)}
    if firm(whole) and (bigger or exceeds):
        yield contradiction("parts_exceed", (whole, *same), **said)
    elif (
        word in ("分别是", "分别为")
        and len(same) >= 2
        and firm(whole)
        and not whole.bound
        and total != whole.value
    ):
        yield contradiction("parts_fall_short", (whole, *same), **said)


_SETTLED = re.compile(r"整改|完成|销号|办结|闭环|处罚|立案|移交|关闭|取缔|验收|已")


def _tolls(before: list[Figure], parts: list[Figure], text: str) -> Iterator[Contradiction]:
    """18起、死亡20人,其中建筑业9起、死亡10人,工业…: each unit has its own sum."""
    wholes = before[-2:]
    units = [whole.unit for whole in wholes]
    if units != ["起", "人"] or [part.unit for part in parts] != units * (len(parts) // 2):
        return
    if len(parts) < 4 or len(text[wholes[0].end : wholes[1].start]) > 4:
        return
    for which, whole in enumerate(wholes):
        row = parts[which::2]
        total = sum((Decimal(part.value) for part in row), Decimal(0))
        if total > whole.value and firm(whole):
            yield contradiction(
                "parts_exceed", (whole, *row), sum=plain(total), whole=plain(whole.value)
            )


def _overlapping(parts: list[Figure], text: str, start: int) -> bool:
    """其中注销16家、变更15家、拆除32家: one firm may have seen all three."""
    done = []
    for part in parts:
        hit = DONE_TO.search(text[start : part.start])
        done.append(hit[0] if hit else "")
        start = part.end
    return len(parts) > 1 and bool(done[0]) and len(set(done)) > 1
