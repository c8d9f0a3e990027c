"""Documents with their truth written into them: what a person reads where, beside the words.

{{@r=山西省}}{{@p=2023-08}}8月份…       region and period, until others are said
{{3起|3 起|煤矿事故起数}}               words, value and unit, what it counts
{{下降18.4%|18.4 %|…|change}}          and its kind, where it is no count, rate or date
{{4起|4 起|…||r=广东省广州市|p=2022}}   its own region or period
{{8月份|d 2023-08|统计月份}}            a date; dl for a deadline
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

_MARK = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_DATE_UNITS = {4: "yyyy", 6: "yyyymm", 8: "yyyymmdd"}


def parse(source: str, name: str) -> tuple[str, list[dict[str, Any]]]:
    """The text without its marks, and its figures as rows of facts.jsonl.

    Raises ValueError where a mark isn't of one of the forms above.
    """
    held = {"r": "", "p": ""}
    pieces: list[str] = []
    rows: list[dict[str, Any]] = []
    length = last = 0
    for hit in _MARK.finditer(source):
        pieces.append(source[last : hit.start()])
        length += hit.start() - last
        last = hit.end()
        if hit[1].startswith("@"):
            key, _, value = hit[1][1:].partition("=")
            held[key] = value
            continue
        words, said, indicator, *more = hit[1].split("|")
        row = _row(said, more[0] if more else "")
        own = dict(one.split("=", 1) for one in more[1:])
        rows.append(
            row
            | {
                "seed": name, "offset": length, "text": words, "indicator_zh": indicator,
                "region": own.get("r", held["r"]), "period": own.get("p", held["p"]),
            }
        )  # fmt: skip
        pieces.append(words)
        length += len(words)
    pieces.append(source[last:])
    return "".join(pieces), rows


def _row(said: str, kind: str) -> dict[str, Any]:
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
