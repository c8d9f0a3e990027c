"""The phrase bank: sectors with their weights, kinds of enterprise, places and findings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from random import Random

#: As counties write the sectors in their columns and on their sheets.
SECTOR_NAMES = {
    "hazchem": "危险化学品", "coal": "煤矿", "mine": "非煤矿山", "fire": "消防",
    "road": "道路交通", "transport": "水上铁路民航", "construction": "建筑施工",
    "park": "工业园区", "hazwaste": "危险废物", "gas": "城镇燃气", "industry": "工贸",
    "special": "特种设备", "fireworks": "烟花爆竹", "culture": "文化旅游", "education": "教育",
    "health": "卫生健康", "power": "电力", "trade": "商贸", "agri": "农业农村",
    "forestry": "林草", "water": "水利", "post": "邮政快递", "other": "其他",
}  # fmt: skip

_SLOT = re.compile(r"\{[pnmd]\}")


@dataclass(frozen=True)
class Finding:
    text: str
    measure: str
    major: bool


@dataclass
class Phrases:
    """What one sector's hazards are made of."""

    sector: str
    weight: int = 1
    names: list[str] = field(default_factory=list)
    industries: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    ordinary: list[Finding] = field(default_factory=list)
    major: list[Finding] = field(default_factory=list)


@cache
def bank() -> dict[str, Phrases]:
    """Sector code → its phrases, as ``phrases.txt`` states them."""
    found: dict[str, Phrases] = {}
    current = Phrases("")
    text = (files("anlan.config.samples") / "phrases.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("["):
            current = found.setdefault(line.strip("[]"), Phrases(line.strip("[]")))
        elif "|" in line and " | " in line:
            said, measure = line.split(" | ")
            finding = Finding(said.removeprefix("!"), measure, line.startswith("!"))
            (current.major if finding.major else current.ordinary).append(finding)
        elif line.startswith(("weight ", "names ", "industry ", "places ")):
            key, value = line.split(" ", 1)
            if key == "weight":
                current.weight = int(value)
            elif key == "names":
                current.names = value.split("|")
            elif key == "industry":
                current.industries = value.split("|")
            else:
                current.places = value.split("|")
    assert all(len(each.ordinary) >= 12 for each in found.values())
    assert found.keys() == SECTOR_NAMES.keys()
    return found


def filled(text: str, place: str, chance: Random) -> str:
    """``text`` with its slots filled; a place may have slots of its own."""

    def fill(slot: re.Match[str]) -> str:
        kind = slot.group()
        if kind == "{p}":
            return _SLOT.sub(fill, place)
        if kind == "{d}":
            return str(chance.randint(10, 90))
        return str(chance.randint(1, 9))

    return _SLOT.sub(fill, text)
