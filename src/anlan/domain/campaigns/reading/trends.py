"""Targets that state no amount: slogans, trends, and what may not happen at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from anlan.domain.campaigns.reading import words
from anlan.domain.campaigns.reading.structure import han_number
from anlan.domain.campaigns.reading.target import AGAINST, LEADING, Target, clause_begin

_QUOTE = re.compile(r"“([^“”]{2,16})”(?:\([^()]{2,60}\))?")
_SLOGAN_PART = re.compile(
    rf"([一二双两三四五六七八九十]{{1,2}})个?({words.any_of(' '.join(words.SLOGANS))})"
)
#: “五到位”的要求 names somebody else's rule.
_REFERRED = re.compile("的?(?:要求|原则|标准|精神)")
_NUMERALS = {"双": 2, "两": 2}
_TREND = re.compile(
    rf"(?P<what>[^,。;“”]{{2,60}}?)(?P<adverbs>(?:{words.TREND_ADVERBS}|“)*)(?P<way>{words.DOWN}|{words.UP})”?$"
)
_INDICATOR = re.compile(words.any_of(*(name for name, _ in words.INDICATORS)))
_CURB = re.compile(
    rf"(?:坚决|有效|全力|切实)*{words.CURBS}(?:发生)?(?P<what>{words.CURBED.pattern})"
)
_CURBING = re.compile(rf"{words.CURBS}|压降|防范|压减|控制|减少")
#: 力争较大事故零发生 says the same behind its noun.
_NONE = re.compile(
    rf"(?:确保|实现|力争|努力|争取)*(?P<what>{words.CURBED.pattern})“?零(?:发生|死亡|增长)”?"
)


# --- Slogans -------------------------------------------------------------------------------


def slogans(text: str, start: int, end: int) -> Iterator[Target]:
    """“五到位”, “双随机、一公开”: as many duties as their numerals say."""
    for match in _QUOTE.finditer(text, start, end):
        parts = match[1].split("、")
        found = [_SLOGAN_PART.fullmatch(part) for part in parts]
        known = match[1] in words.WHOLE_SLOGANS or all(found)
        if not known or _REFERRED.match(text, match.end()):
            continue
        if match[1] in words.WHOLE_SLOGANS:
            value, unit = words.WHOLE_SLOGANS[match[1]]
        else:
            value = sum(_NUMERALS.get(part[1]) or han_number(part[1]) for part in found if part)
            unit = next(words.SLOGANS[part[2]] for part in found if part)
        begin = clause_begin(text, match.start(), start)
        lead = LEADING.match(text[begin : match.start()])
        stop = match.end()
        if text[stop : stop + 2] == "活动":
            stop += 2
        yield Target(
            begin + (lead.end() if lead else 0),
            stop,
            "slogan",
            Decimal(value),
            unit,
            "=",
            match[1],
        )


# --- Trends and curbs ----------------------------------------------------------------------


def trend(text: str, start: int, end: int, year: int | None) -> Iterator[Target]:
    """死亡人数、较大事故起数持续下降: a target each, in a piece without a number."""
    match = _TREND.match(text[start:end])
    if match is None or not _INDICATOR.search(match["what"]):
        return
    direction = "decrease" if re.fullmatch(words.DOWN, match["way"]) else "increase"
    base = AGAINST.search(match["what"])
    stated = base["base"] if base and base["base"] else ""
    what = re.sub(rf"{AGAINST.pattern}$", "", match["what"])
    parts = re.split("[、和及与]", what)
    # 遏制重特大事故、压降一般事故、事故总量双下降: only the last of these is said to fall.
    curbed = [number for number, part in enumerate(parts) if _CURBING.search(part)]
    parts = parts[max(curbed, default=-1) + 1 :] or parts
    tail = _last(parts[-1])
    # 消除隐患的能力提升 is no trend of 隐患.
    if not tail or not what.endswith(tail):
        return
    last = _unit_of(tail)
    for part in parts:
        own = _last(part)
        if not own and not tail:
            continue
        # 较大和一般事故起数: what the last part counts holds for those before it.
        named = part if own else part + tail
        yield Target(
            start,
            end,
            "trend",
            None,
            _unit_of(own) or last,
            direction,
            named,
            stated.removesuffix("年") or (str(year - 1) if year else ""),
            direction,
            inferred=not stated,
        )


def _last(part: str) -> str:
    """What a part counts is said last: 安全事故死亡人数 counts people."""
    found = _INDICATOR.findall(part)
    return found[-1] if found else ""


def _unit_of(indicator: str) -> str:
    return dict(words.INDICATORS).get(indicator, "")


def curbs(text: str, start: int, end: int) -> Iterator[Target]:
    """坚决遏制重特大事故: none may happen, though no number says so."""
    matches = [*_CURB.finditer(text, start, end), *_NONE.finditer(text, start, end)]
    for match in matches:
        yield Target(
            match.start(), match.end(), "curb", Decimal(0), "起", "<=", match["what"], inferred=True
        )
