"""Totals behind their lists, shares of one whole, more settled than found, times that run backwards."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from ..figures import Figure
from .finding import (
    DONE_TO,
    GAP,
    MOST,
    Contradiction,
    apart,
    contradiction,
    counted,
    plain,
    sentence_of,
)


def contradictions(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """Every finding of this module."""
    for check in (_totals, _whole_rates, _settled, _backwards):
        yield from check(figures, text)


_TOTAL = re.compile(r"[,、]?(?:合计|总计|共计|累计)(?:达|为)?$")


def _totals(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """煤矿12处、非煤矿山30处,合计45处: a list with its total behind it."""
    counts = counted(figures)
    for index, whole in enumerate(counts):
        lead = text[max(0, whole.start - 8) : whole.start]
        said = _TOTAL.search(lead) or re.match(r"(?:合计|总计|共计)", text[whole.start : whole.end])
        if said is None or whole.bound:
            continue
        start, _ = sentence_of(text, whole.start, "。!?\n;")
        parts: list[Figure] = []
        at = whole.start - (len(said[0]) if said.re is _TOTAL else 0)
        for part in reversed(counts[:index]):
            if part.start < start or part.unit != whole.unit or not re.fullmatch(
                r"[,、和]?[^,。;、\d]{0,16}", text[part.end : at]
            ):  # fmt: skip
                break
            parts.append(part)
            at = part.start
        # 检查20家、整改18家,累计…: what was done to them isn't what they are made of.
        if len(parts) < 2 or any(part.bound for part in parts):
            continue
        begin = parts[-1].start
        if (
            DONE_TO.search(text[max(start, begin - 12) : whole.start])
            or "其中" in text[start : whole.start]
        ):
            continue
        total = sum((Decimal(part.value) for part in parts), Decimal(0))
        if apart(total, whole.value):
            yield contradiction(
                "total", (*reversed(parts), whole), sum=plain(total), whole=plain(whole.value)
            )


#: Rates that can't be more than all; 任务完成率 can.
_OF_ALL = re.compile(
    r"(?:整改|合格|覆盖|达标|办结|闭环|检验|报废|持证|入网)率|占比|占[^,。;\d]{0,12}$"
)


def _whole_rates(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """整改率103%, and shares of one whole that are more than all."""
    rates = [f for f in figures if f.kind == "rate" and f.unit == "%" and f.end_value is None]
    for rate in rates:
        start, _ = sentence_of(text, rate.start, "。!?\n;,")
        if rate.value > 100 and _OF_ALL.search(text[start : rate.end]):
            yield contradiction("over_whole", (rate,), stated=plain(rate.value))
    for hit in islice(re.finditer(r"分别占", text), MOST):
        start, end = sentence_of(text, hit.start(), "。!?\n;")
        row = [f for f in rates if hit.end() <= f.end <= end]
        whole = all(
            re.fullmatch(r"[、和及,]?", text[a.end : b.start]) for a, b in itertools.pairwise(row)
        )
        # 起数、死亡人数分别占 are shares of two wholes.
        if len(row) < 3 or not whole or re.search(r"数[、和及]", text[start : hit.start()]):
            continue
        total = sum((Decimal(f.value) for f in row), Decimal(0))
        if total > Decimal("100.5"):
            yield contradiction("shares_exceed", tuple(row), sum=plain(total))


_FOUND = re.compile(r"(?:发现|查出|排查|排查出|查处)[^,。;、\d]{0,10}$")
_MENDED = re.compile(
    r"^(?![^。;\d]*(?:遗留|往年|历年|历史|存量|上年))[^\d]*整改(?:完成)?[^,。;、\d]{0,8}$"
)


def _settled(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """发现隐患32条、已整改70条."""
    counts = counted(figures)
    for first, second in itertools.pairwise(counts):
        start, _ = sentence_of(text, first.start, "。!?\n;")
        if (
            first.unit != second.unit
            or second.start - first.end > 16
            or second.value <= first.value
        ):
            continue
        if first.bound or "其中" in text[first.end : second.start]:
            continue
        found = _FOUND.search(text[start : first.start])
        if (
            found
            and _MENDED.search(text[first.end : second.start])
            and "其中" not in text[start : first.start]
        ):
            yield contradiction("settled_exceed", (first, second), verdict=GAP,
                         found=plain(first.value), done=plain(second.value))  # fmt: skip


def _backwards(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """2022年10月至2022年3月."""
    for figure in figures:
        first, _, last = figure.iso.partition("/")
        if last and len(first) == len(last) and last < first:
            yield contradiction("backwards", (figure,), first=first, last=last)
