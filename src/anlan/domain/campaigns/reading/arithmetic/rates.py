"""A rate against the two counts before it, and 同比 against both values or the difference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from ..figures import Figure
from .finding import Contradiction, contradiction, counted, plain, sentence_of


def contradictions(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """Every finding of this module."""
    for check in (_shares, _changes):
        yield from check(figures, text)


_SHARE = re.compile(r"率|占|比例|比重")
#: A rate and the word that its part must bear (整改率: 整改).
_OF_RATE = (
    "整改",
    "完成",
    "合格",
    "达标",
    "办结",
    "覆盖",
    "量化",
    "淘汰",
    "立案",
    "到位",
    "通过",
    "占",
)


#: What is left over isn't what the rate is of: 未整改200处.
_LEFT = re.compile(r"(?:未|尚未|剩余|正在|限期)[^,。;、\d]{0,6}$")


def _shares(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """A rate that stands behind the two counts it is of."""
    for index, rate in enumerate(figures):
        if rate.kind != "rate" or rate.unit != "%" or rate.bound not in ("", "~", "<~"):
            continue
        start, _ = sentence_of(text, rate.start)
        near = text[max(start, rate.start - 12) : rate.end]
        if not _SHARE.search(near):
            continue
        before = [
            f for f in counted(figures[:index])
            if f.start >= start and not _LEFT.search(text[max(start, f.start - 8) : f.start])
        ][-2:]  # fmt: skip
        if len(before) < 2 or before[0].unit != before[1].unit:
            continue
        whole, part = before
        word = next((word for word in _OF_RATE if word in near), "")
        named = text[max(start, part.start - 8) : part.end + 6]
        fits = word and (word in named or word == "占")
        if not fits or not 0 < part.value <= whole.value or ";" in text[whole.end : rate.start]:
            continue
        computed = Decimal(part.value) * 100 / Decimal(whole.value)
        slack = _slack(rate, whole, part)
        if abs(computed - Decimal(rate.value)) > slack:
            yield contradiction("share", (whole, part, rate), part=plain(part.value), whole=plain(whole.value),
                         computed=f"{computed:.2f}", stated=plain(rate.value))  # fmt: skip


def _slack(rate: Figure, *bases: Figure) -> Decimal:
    """How far a stated rate may be off: its own rounding, and bounds of the counts."""
    places = len(str(rate.value).partition(".")[2]) if isinstance(rate.value, Decimal) else 0
    own = Decimal("0.55") if not places else Decimal(10) ** -places * Decimal("0.55")
    if rate.bound or any(count.bound for count in bases):
        own += Decimal(3)
    for count in bases:
        if re.search(r"[万亿]", count.text):
            digits = re.sub(r"\D", "", count.text.split("万")[0].split("亿")[0])
            own += Decimal(100) / Decimal(10) ** max(1, len(digits.lstrip("0")))
    return own


def _changes(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """同比 in percent against both values, or against the value and its difference."""
    every = counted(figures)
    for change in figures:
        if change.kind != "change" or change.unit != "%" or not change.direction:
            continue
        start, _ = sentence_of(text, change.start)
        near = [f for f in figures if start <= f.start < change.start]
        values = [f for f in near if f in every]
        pair = _both(values, text) or _differs(near, values)
        if pair is None:
            continue
        now, before, shown = pair
        if before <= 0:
            continue
        computed = (now - before) * 100 / before
        stated = Decimal(change.value) * (-1 if change.direction == "down" else 1)
        said = {"now": plain(int(now)), "before": plain(int(before)), "computed": f"{computed:.2f}",
                "stated": plain(change.value)}  # fmt: skip
        if computed and (computed < 0) != (stated < 0):
            yield contradiction("direction", (*shown, change), **said)
        elif abs(abs(computed) - abs(stated)) > _slack(change, *shown):
            yield contradiction("change", (*shown, change), **said)


def _both(values: list[Figure], text: str) -> tuple[Decimal, Decimal, tuple[Figure, ...]] | None:
    """A value and the same of 去年同期, one behind the other."""
    if len(values) < 2:
        return None
    now, before = values[-2], values[-1]
    said = text[now.end : before.start]
    if now.unit != before.unit or not re.search(r"去年同期|上年同期|去年|上年|20\d\d年", said):
        return None
    if re.search(
        r"(?:较|比|与)[^,。;\d]{0,4}(?:(?:19|20)\d\d年)?[^,。;\d]{0,6}$", text[: now.start][-20:]
    ):
        # 较2022年的250起,2023年发生230起: the base stands first.
        return Decimal(before.value), Decimal(now.value), (now, before)
    return Decimal(now.value), Decimal(before.value), (now, before)


def _differs(
    near: list[Figure], values: list[Figure]
) -> tuple[Decimal, Decimal, tuple[Figure, ...]] | None:
    """45起,同比减少5起,下降10%: the base is the value and its difference."""
    steps = [f for f in near if f.kind == "change" and f.unit != "%"]
    if len(steps) != 1 or not values or values[-1].unit != steps[0].unit:
        return None
    now, step = Decimal(values[-1].value), Decimal(steps[0].value)
    before = now + step if steps[0].direction == "down" else now - step
    return now, before, (values[-1], steps[0])
