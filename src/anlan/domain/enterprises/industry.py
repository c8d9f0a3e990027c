"""GB/T 4754-2017 and the sector that an industry falls under.

The classification is fact (packaged with the code); which sector regulates an industry is a
default of ours that an office changes with ``IndustryRule`` rows.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from anlan.domain.enterprises.models import IndustryRule
from anlan.kernel.accounts.models import Sector

DATA = files("anlan.domain.enterprises") / "data"


class Industry(NamedTuple):
    code: str
    name: str
    #: 1 门类, 2 大类, 3 中类, 4 小类.
    level: int
    parent: str


@cache
def table() -> Mapping[str, Industry]:
    """All 1,971 industries by code."""
    with (DATA / "gbt4754.csv").open(encoding="utf-8") as file:
        return {
            row["code"]: Industry(row["code"], row["name"], int(row["level"]), row["parent"])
            for row in csv.DictReader(file)
        }


def name(code: str) -> str:
    found = table().get(code)
    return found.name if found else ""


def chain(code: str) -> list[Industry]:
    """The industry and what it belongs to, section first; empty for an unknown code."""
    found: list[Industry] = []
    while code in table():
        found.append(table()[code])
        code = table()[code].parent
    return found[::-1]


def search(text: str, limit: int = 20) -> list[Industry]:
    """Industries whose code starts with, or whose name contains, ``text``."""
    needle = text.strip()
    if not needle:
        return []
    hits = [
        row for row in table().values() if row.code.startswith(needle.upper()) or needle in row.name
    ]
    return sorted(hits, key=lambda row: (row.level, row.code))[:limit]


@cache
def default_sectors() -> Mapping[str, str]:
    """Industry prefix → sector code: our default, to be changed by each office."""
    with (DATA / "industry_sectors.csv").open(encoding="utf-8") as file:
        return {row["prefix"]: row["sector"] for row in csv.DictReader(file)}


def sectors_of(codes: Iterable[str], on: date) -> dict[str, str | None]:
    """The sector of each industry on a day: the longest matching prefix, the office's own first.

    A sector that this installation doesn't have gives None.
    """
    wanted = set(codes)
    if not wanted:
        return {}
    return sectors_by(wanted, own_rules(on))


def own_rules(on: date) -> dict[str, str]:
    """The office's own rules of a day: prefix → sector."""
    return {row.prefix: row.sector_id for row in IndustryRule.objects.valid_on(on)}


def sectors_by(codes: Iterable[str], own: Mapping[str, str]) -> dict[str, str | None]:
    """The sector of each industry by these rules, and by the packaged ones where none fits."""
    known = set(Sector.objects.values_list("pk", flat=True))
    found: dict[str, str | None] = {}
    for code in codes:
        sector: str | None = None
        for rules in (own, default_sectors()):
            hit = next(
                (rules[code[:n]] for n in range(len(code), 0, -1) if code[:n] in rules), None
            )
            if hit is not None:
                sector = hit
                break
        found[code] = sector if sector in known else None
    return found
