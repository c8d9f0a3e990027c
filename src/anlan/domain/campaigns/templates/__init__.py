"""Campaigns that everybody has, to begin a new one from. They are data (*.toml beside this).

    template = templates.all_of(2026)["2020"]

Each file says its source and how sure each thing in it is: A seen in a source, B known from other
places, C our default to be checked. All of it can be changed in the campaign that is made of it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
MARKS = ("A", "B", "C")


@dataclass(frozen=True)
class Stage:
    name: str
    starts_on: date
    ends_on: date
    outputs: str
    mark: str


@dataclass(frozen=True)
class Plan:
    kind: str
    name: str
    source: str


@dataclass(frozen=True)
class Goal:
    kind: str
    text: str
    due_on: date | None
    source: str


@dataclass(frozen=True)
class Preset:
    code: str
    label: str
    title: str
    declared: str
    base_year: int | None
    starts_on: date
    ends_on: date
    basis: str
    #: What the basis is called, and what each mark in it rests on.
    source: str
    note: str
    stages: tuple[Stage, ...]
    plans: tuple[Plan, ...]
    goals: tuple[Goal, ...]


@cache
def all_of(year: int) -> dict[str, Preset]:
    """Every template by its code; the yearly one is made for ``year``."""
    found = [_read(path, year) for path in sorted(FOLDER.glob("*.toml"))]
    return {template.code: template for template in found}


def _read(path: Path, year: int) -> Preset:
    text = path.read_text(encoding="utf-8")
    # A yearly file says {year} and {before} where a year stands.
    text = text.replace("{year}", str(year)).replace("{before}", str(year - 1))
    data = tomllib.loads(text)
    source = data["source"]
    return Preset(
        code=data["code"], label=data["label"], title=data["title"], declared=data["declared"],
        base_year=data.get("base_year"), starts_on=data["starts_on"], ends_on=data["ends_on"],
        basis=data.get("basis", ""), source=source, note=data.get("note", ""),
        stages=tuple(
            Stage(row["name"], row["starts_on"], row["ends_on"], row.get("outputs", ""),
                  _mark(row))
            for row in data.get("stages", ())
        ),
        plans=tuple(
            Plan(row["kind"], row["name"], _said(source, row)) for row in data.get("plans", ())
        ),
        goals=tuple(
            Goal(row["kind"], row["text"], row.get("due_on"), _said(source, row))
            for row in data.get("goals", ())
        ),
    )  # fmt: skip


def _mark(row: Mapping[str, Any]) -> str:
    mark = str(row["mark"])
    assert mark in MARKS, mark
    return mark


def _said(source: str, row: Mapping[str, Any]) -> str:
    return f"{source}［{_mark(row)}］"


def offered(year: int) -> Iterable[tuple[str, str]]:
    return [(code, template.label) for code, template in all_of(year).items()]
