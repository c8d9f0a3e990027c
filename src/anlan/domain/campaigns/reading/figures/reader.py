"""All figures of a document, each with the place it stands at and what it means there."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from . import campaigns, dates, indicators, naming, numbers, quantities, sieve, words
from .columns import Columns
from .context import Context
from .folding import fold
from .frames import back, frame
from .layout import Line, is_plan, lines, sentences
from .mending import Mended, clean, composed
from .model import Figure, Find
from .periods import Span, whens
from .sections import Sections, first_place, rank_of
from .spelling import counts_from_republic, spelled

#: Where two finds overlap, the kind further up is kept.
ORDER = ("reference", "structure_code", "date", "deadline", "frequency", "amount", "structure",
         "rule", "zero_in_words", "ordinal", "rank_in_words", "universal_in_words")  # fmt: skip


def read(text: str, *, issued: date | None = None, region: str = "") -> list[Figure]:
    """Every figure of this document in the order of the text; a second copy isn't read again.

    `issued` is the day the document was given out, for 今年 and 去年; without it the document's
    own date line or title says the year. `region` is the place it speaks of, where known.
    """
    folded = clean(fold(text))
    mended = composed(folded, spelled(folded.text))
    whole = mended.text
    held = frame(whole, issued)
    law = sieve.is_law(whole)
    plan = is_plan(whole) and not law
    home = first_place(whole, region, taiwan=counts_from_republic(folded.text))
    sections = Sections(home, held)
    year: Span | None = None
    year_rank = -1
    day = before = None
    figures: list[Figure] = []
    once: set[str] = set()
    earlier: dict[str, str] = {}
    columns = Columns(held.year)
    for line in lines(whole):
        if line.copy:
            continue
        sections.enter(whole, line)
        rank = rank_of(whole, line)
        if line.heading or 0 <= rank <= year_rank:
            year = None  # (一)2023年,… holds until (二).
        year = year or sections.span
        plain = year is not None and year.first[:4] == year.last[:4]
        this_year = int(year.first[:4]) if year and plain else held.year
        times = whens(whole, line.start, line.end, this_year, held.own, held.now)
        context = Context(
            whole, line, sentences(whole, line), held, sections.place, times, year, day, before
        )
        day = context.last_day()
        before = before if line.heading else context.period(line.end)
        told, year = year, context.plain_year()
        year_rank = rank if year is not told else year_rank
        found = _line(whole, line, context, once, earlier, plan=plan, law=law)
        found = _with_cells(found, columns.finds(whole, line))
        _apiece(whole, found, context)
        for find in found:
            figure = _figure(text, mended, find, context, plan)
            # When a paper came out says nothing of the office beside it.
            imprint = find.kind == "date" and find.indicator.startswith(dates.CAME_OUT)
            figures.append(replace(figure, region=home.path) if imprint else figure)
    return figures


def _with_cells(finds: list[Find], cells: list[Find]) -> list[Find]:
    """In a table the head says what a number is, not the words beside it."""
    others = [find for find in finds if not any(find.overlaps(cell) for cell in cells)]
    return sorted([*others, *cells], key=lambda find: find.start)


_APIECE = re.compile(r"(?:分别|依次)[\u4e00-\u9fff]{0,6}$")


def _apiece(text: str, finds: list[Find], context: Context) -> None:
    """分别为52起、41起、25起 behind a list of as many places or times: each value is of its own."""
    for index, first in enumerate(finds):
        if not _APIECE.search(text[max(0, first.number[0] - 8) : first.number[0]]):
            continue
        row = [first]
        for other in finds[index + 1 :]:
            if other.unit != first.unit or not re.fullmatch(
                r"、?[、和与及]|以及", text[row[-1].end : other.start]
            ):
                break
            row.append(other)
        if len(row) > 1:
            for find, place in zip(row, context.apiece([f.start for f in row]), strict=False):
                find.hints["region"] = place
            for find, time in zip(row, context.times_apiece([f.start for f in row]), strict=False):
                find.period = time


def _line(
    whole: str, line: Line, context: Context, once: set[str], earlier: dict[str, str],
    *, plan: bool, law: bool,
) -> list[Find]:  # fmt: skip
    finds = dates.finds(whole, line, context.whens)
    finds += words.finds(whole, line.start, line.end, goals=line.goals)
    finds += quantities.finds(whole, line.start, line.end, plan=plan)
    finds += _campaign_name(whole, line, once)
    finds = sieve.sieved(whole, line, finds, law=law, plan=plan)
    kept = [find for find in _resolved(whole, line, finds) if not _said(whole, find, once)]
    naming.name(whole, line, kept, earlier, plan=plan)
    return naming.twinned(whole, line, kept)


_CAMPAIGN = re.compile(r"(?<=[\u4e00-\u9fff])([三五两二四])年(?:行动|攻坚|整治)(?!以来)")


def _campaign_name(text: str, line: Line, once: set[str]) -> list[Find]:
    """三年行动 says a length once; after that it is only a name."""
    hit = _CAMPAIGN.search(text, line.start, line.end)
    if hit is None or line.heading or "campaign" in once:
        return []
    opened = text.rfind("《", line.start, hit.start())
    if opened >= 0 and text.find("》", opened, hit.start()) < 0:
        return []
    once.add("campaign")
    value = numbers.han(hit[1])
    return [
        Find(
            hit.start(),
            hit.end(),
            value,
            "年",
            "duration",
            number=hit.span(),
            indicator="专项整治行动年限",
        )
    ]


def _said(text: str, find: Find, once: set[str]) -> bool:
    """行动方案(2024—2026年): the years of a title are read where it stands first."""
    if find.kind != "date" or find.end_value is None or text[find.start - 1 : find.start] != "(":
        return False
    said = find.iso in once
    once.add(find.iso)
    return said


def _rank(find: Find) -> int:
    if find.kind == "structure" and (find.parts or find.hints.get("quoted")):
        return ORDER.index("structure_code")
    if (
        find.kind in ("count", "rate", "money", "physical", "duration", "change", "target")
        and find.value != 0
    ):
        return ORDER.index("amount")
    return ORDER.index(find.kind) if find.kind in ORDER else ORDER.index("amount")


def _resolved(text: str, line: Line, finds: list[Find]) -> list[Find]:
    """No two finds on the same words, except that a phrase may end where a number begins."""
    kept: list[Find] = []
    taken = bytearray(line.end - line.start + 1)
    for find in sorted(finds, key=lambda item: (_rank(item), -(item.end - item.start), item.start)):
        if find.kind not in ("date", "reference", "deadline") and _in_title(text, line, find):
            continue
        if find.kind in ("universal_in_words", "zero_in_words") and not _shrunk(text, find, kept):
            continue
        if taken.find(1, find.start - line.start, max(find.end, find.start + 1) - line.start) >= 0:
            continue
        _widen(text, line, find, finds)
        kept.append(find)
        for place in range(find.start, find.end):
            taken[place - line.start] = 1
    kept.sort(key=lambda item: item.start)
    return _absorbed(text, kept)


def _in_title(text: str, line: Line, find: Find) -> bool:
    """Inside 《…》 only what stands in brackets or counts a named set is read."""
    opened = text.rfind("《", line.start, find.start)
    if opened < 0 or text.find("》", opened, find.start) >= 0:
        return False
    return not (find.kind == "structure" and find.start >= opened)


def _shrunk(text: str, find: Find, kept: list[Find]) -> bool:
    """A phrase in words gives way to the numbers it would swallow."""
    for other in kept:
        if not find.overlaps(other):
            continue
        if other.start <= find.start and other.end < find.end:
            find.start = other.end
        elif find.start < other.start:
            tail = text[other.end : find.end]
            key = re.search(r"全覆盖|全部|均|所有", tail)
            if key:
                find.start = other.end
            else:
                find.end = other.start
        else:
            return False
    words_left = text[find.start : find.end]
    keys = r"全覆盖|全部|均|所有" if find.kind == "universal_in_words" else r"未|没|无|零"
    return re.search(keys, words_left) is not None and len(words_left) >= 3


_VALUES = ("rate", "money", "physical")


def _widen(text: str, line: Line, find: Find, finds: list[Find]) -> None:
    """A counted thing is shown with its noun: 8项工作制度."""
    if (
        find.kind not in ("count", "structure", "target")
        or find.indicator
        or find.hints.keys() - {"past"}
    ):
        return
    # 86家餐馆安装率只有七成: a noun ends where the next value begins.
    values = [o.start for o in finds if o.kind in _VALUES and o.start >= find.number[1]]
    noun, stop = indicators.noun(text, find.number[1], min(values, default=line.end))
    find.hints["noun"] = noun
    opened = text.rfind("《", find.number[1], stop)
    if opened >= 0 and text.find("》", opened, stop) < 0:
        # A title isn't cut: 2个《指南》.
        closed = text.find("》", stop, min(line.end, stop + 30))
        stop = closed + 1 if closed >= 0 else opened
    if noun:
        find.end = max(find.end, stop)


def _absorbed(text: str, kept: list[Find]) -> list[Find]:
    """连续49个月未发生…: the months are the figure, and what didn't happen names it."""
    found: list[Find] = []
    for find in kept:
        last = found[-1] if found else None
        if (
            last is not None and last.kind == "duration" and find.kind == "zero_in_words"
            and find.start - last.end <= 3
        ):  # fmt: skip
            last.indicator = f"连续{text[find.start : find.end]}"
            last.end = find.end
            continue
        if last is not None and find.kind == "zero_in_words" and last.end == find.start and (
            re.search(r"(?:月份|省份|地区|[市县区旗州])$", text[last.start : last.end])
        ):  # fmt: skip
            continue  # 9个月份未发生重大事故: none in those, which says nothing of the others.
        found.append(find)
    return found


def _figure(text: str, mended: Mended, find: Find, context: Context, plan: bool) -> Figure:
    start, end = mended.back(find.start, find.end)
    span = context.period(find.number[0] if find.number[1] else find.start)
    held = context.held
    if span is held.default and campaigns.is_result(find):
        span = held.so_far
    elif find.kind == "structure" and span == held.so_far:
        span = held.default  # 三年行动启动以来,落实“1+10+21”: the plan's own.
    timeless = find.hints.get("quoted") or (
        find.kind == "duration" and re.match(r"为期|[两三五]年行动", text[start:end])
    )
    whole = held.campaign if find.kind == "duration" and held.campaign else held.default
    period = find.period or (whole if timeless else span).iso
    streak = find.kind == "duration" and find.unit == "个月" and "连续" in text[start : start + 3]
    if streak and len(span.last) == 6 and not find.indicator.startswith("连续"):
        period = Span(back(span.last, int(find.value) - 1), span.last).iso
    if find.hints.get("earlier"):
        period = indicators.a_year_before(period)
    period = "" if period[:1] == "-" or re.match(r"0(?:\d{3}|$)", period) else period
    hit = find.hints.get("baseline_at")
    baseline = find.baseline
    if hit is not None:
        match = indicators.BASELINES.search(context.text, int(hit), find.end)
        baseline = indicators.baseline(match, period)
    kind = find.kind
    if plan and kind == "count" and not find.hints.get("past"):
        kind = "target"
    return Figure(
        value=find.value, unit=find.unit, start=start, end=end, text=text[start:end],
        region=find.hints.get("region") or context.region(find.start, leading=find.kind == "date"), period=period, actor=context.actor(find.start),
        indicator=find.indicator, kind=kind, bound=find.bound, direction=find.direction,
        baseline=baseline, end_value=find.end_value, iso=find.iso, parts=find.parts,
    )  # fmt: skip
