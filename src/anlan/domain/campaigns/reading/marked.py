"""Documents with their truth written into them: what a person reads where, beside the words.

Figures:

{{@r=山西省}}{{@p=2023-08}}8月份…       region and period, until others are said
{{3起|3 起|煤矿事故起数}}               words, value and unit, what it counts
{{下降18.4%|18.4 %|…|change}}          and its kind, where it is no count, rate or date
{{4起|4 起|…||r=广东省广州市|p=2022}}   its own region or period
{{8月份|d 2023-08|统计月份}}            a date; dl for a deadline

What a notice asks for; marks may stand inside marks:

{{#task 1 强化专项整治}}1.强化…{{/}}    a clause from here to there, its number and title (- for none); or goal
{{抽查不少于50矿次|>= 50 矿次}}         a target: = >= <= <, or decrease, increase and a unit where it is a trend;
{{一般事故起数下降|decrease 起; …}}     several in the same words
{{省能源局|lead}}                       who: lead, support, responsible, named, addressed
{{6月底前|by 2024-06-30}}               by when; regular, period, stage … where no date is stated

Beside NAME.marked may stand the file itself, NAME.docx or .doc, .html, .txt, .pdf: then that is read, and
its text has to be the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

_DATE_UNITS = {4: "yyyy", 6: "yyyymm", 8: "yyyymmdd"}
_BRACKETS = re.compile(r"(\{\{|\}\})")
ROLES = frozenset(("lead", "support", "responsible", "named", "addressed"))
_TARGET = re.compile(r"(?P<comparator>[<>=]{1,2}) ?(?P<value>\d+(?:\.\d+)?) (?P<unit>\S+)")
_TREND = re.compile(r"(?P<comparator>decrease|increase) (?P<unit>\S+)")
Row = dict[str, Any]


@dataclass
class Marked:
    """The text without its marks, its figures and its clauses as rows of the truth.

    ``tells`` says which of both somebody marked: of the other nothing is known.
    """

    text: str = ""
    figures: list[Row] = field(default_factory=list)
    clauses: list[Row] = field(default_factory=list)

    @property
    def tells(self) -> frozenset[str]:
        return frozenset(
            name for name, rows in (("figures", self.figures), ("tasks", self.clauses)) if rows
        )


@dataclass
class _Open:
    """A mark whose end isn't reached: where its words begin, and what is said behind its |."""

    start: int
    said: str | None = None


def read(source: str, name: str) -> Marked:
    """Raises ValueError where a mark isn't of one of the forms above."""
    found = Marked()
    held = {"r": "", "p": ""}
    pieces: list[str] = []
    length = 0
    stack: list[_Open] = []
    for piece in _BRACKETS.split(source):
        if piece == "{{":
            stack.append(_Open(length))
            continue
        if piece == "}}":
            if not stack:
                raise ValueError(f"a mark ends that never began, behind {''.join(pieces)[-20:]}")
            mark = stack.pop()
            _take(mark, length, found, held, name)
            continue
        words = piece
        if stack:
            words = _words(stack[-1], piece)
        pieces.append(words)
        length += len(words)
    found.text = "".join(pieces)
    if stack or any("end" not in clause for clause in found.clauses):
        raise ValueError(f"{name}: a mark or a clause has no end")
    for row in found.figures:
        row["text"] = found.text[row["offset"] : row.pop("end")]
    for clause in found.clauses:
        clause["text"] = found.text[clause["start"] : clause["end"]]
    return found


def parse(source: str, name: str) -> tuple[str, list[Row]]:
    """The text without its marks, and its figures as rows of facts.jsonl."""
    found = read(source, name)
    return found.text, found.figures


def _words(mark: _Open, piece: str) -> str:
    """What of a mark's piece stands in the text; the rest says what it is."""
    if mark.said is not None:
        mark.said += piece
        return ""
    if piece[:1] in ("@", "#", "/"):
        mark.said = piece
        return ""
    words, bar, said = piece.partition("|")
    if bar:
        mark.said = said
    return words


def _take(mark: _Open, end: int, found: Marked, held: dict[str, str], name: str) -> None:
    said = mark.said or ""
    if said.startswith("@"):
        key, _, value = said[1:].partition("=")
        held[key] = value
    elif said.startswith("#"):
        kind, _, rest = said[1:].partition(" ")
        number, _, title = rest.partition(" ")
        found.clauses.append(
            {"kind": kind, "number": "" if number == "-" else number, "title": title, "start": mark.start,
             "targets": [], "units": [], "deadlines": []}
        )  # fmt: skip
    elif said == "/":
        found.clauses[-1]["end"] = end
    elif "|" in said:
        found.figures.append(_figure(said, held) | {"seed": name, "offset": mark.start, "end": end})
    else:
        if not found.clauses or "end" in found.clauses[-1]:
            raise ValueError(f"{name}: {said!r} stands in no clause and unpacks to no figure")
        for one in said.split(";"):
            _asked(found.clauses[-1], one.strip(), {"start": mark.start, "end": end})


def _asked(clause: Row, said: str, span: Mapping[str, int]) -> None:
    if said in ROLES:
        clause["units"].append({"role": said, **span})
    elif target := _TARGET.fullmatch(said):
        value = Decimal(target["value"])
        clause["targets"].append(target.groupdict() | {"value": value, **span})
    elif trend := _TREND.fullmatch(said):
        clause["targets"].append(trend.groupdict() | {"value": None, **span})
    else:
        kind, _, day = said.partition(" ")
        if not re.fullmatch(r"[a-z]+", kind):
            raise ValueError(f"nothing unpacks from {said!r}")
        clause["deadlines"].append({"kind": kind, "date": day or None, **span})


def _figure(said: str, held: Mapping[str, str]) -> Row:
    stated, indicator, *more = said.split("|")
    own = dict(one.split("=", 1) for one in more[1:])
    return _valued(stated, more[0] if more else "") | {
        "indicator_zh": indicator,
        "region": own.get("r", held["r"]),
        "period": own.get("p", held["p"]),
    }


def _valued(said: str, kind: str) -> Row:
    value, _, unit = said.partition(" ")
    if value in ("d", "dl"):
        first = unit.partition("/")[0].replace("-", "")
        return {
            "value": int(first), "unit": _DATE_UNITS[len(first)], "iso": unit,
            "kind": "date" if value == "d" else "deadline",
        }  # fmt: skip
    return {
        "value": Decimal(value),
        "unit": unit,
        "kind": kind or ("rate" if unit == "%" else "count"),
    }
