"""How much of what a notice asks for is read, by kind of error.

A clause is hit when its span is the same; its number and title are compared. A target is hit when
value, unit and comparator are equal and the words overlap, each used once: those of clauses that
weren't read are missed, those of clauses that aren't there are too many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]
#: The parts of a clause that are held against the truth.
PARTS = ("targets", "units", "deadlines")


@dataclass
class Score:
    """How many were wanted, given and right."""

    wanted: int = 0
    given: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.given if self.given else 1.0

    @property
    def f1(self) -> float:
        both = self.wanted + self.given
        return 2 * self.right / both if both else 1.0


@dataclass
class Asked:
    """The clauses of one document against their truth."""

    tasks: Score = field(default_factory=Score)
    targets: Score = field(default_factory=Score)
    units: Score = field(default_factory=Score)
    deadlines: Score = field(default_factory=Score)
    errors: Counter[str] = field(default_factory=Counter)
    #: One line an error, for whoever mends the grammar.
    told: list[str] = field(default_factory=list)

    def wrong(self, kind: str, words: str) -> None:
        self.errors[kind] += 1
        self.told.append(f"{kind}: {words}")


def measure(truth: Sequence[Row], found: Sequence[Row]) -> Asked:
    """truth and found: clauses with ``kind``, ``start``, ``end``, ``title`` and their parts.

    Only the kinds that the truth speaks of are looked at, and of the parts those that it marks.
    """
    kinds = {str(row["kind"]) for row in truth} | {"task"}
    left = {(row["kind"], row["start"], row["end"]): row for row in found if row["kind"] in kinds}
    parts = [part for part in PARTS if any(row.get(part) for row in truth)]
    if truth and "targets" in truth[0] and "targets" not in parts:
        parts.insert(0, "targets")
    result = Asked()
    result.tasks.wanted = sum(row["kind"] == "task" for row in truth)
    result.tasks.given = sum(row["kind"] == "task" for row in left.values())
    for wanted in truth:
        read = left.pop((wanted["kind"], wanted["start"], wanted["end"]), None)
        if read is None:
            result.wrong(f"missed {wanted['kind']}", str(wanted["text"])[:60])
        else:
            result.tasks.right += wanted["kind"] == "task"
            _head(wanted, read, result)
        for part in parts:
            _part(part, wanted, read or {}, result)
    for read in left.values():
        result.wrong(f"extra {read['kind']}", str(read["text"])[:60])
        for part in parts:
            _part(part, {}, read, result)
    return result


def _head(wanted: Row, read: Row, result: Asked) -> None:
    title = str(read.get("title_hans") or read["title"]).strip()
    if wanted["title"] not in ("-", title, str(read["title"]).strip()):
        result.wrong("wrong title", f"{title} for {wanted['title']}")
    number = str(wanted.get("number", ""))
    if number and number != str(read.get("no", read.get("number"))):
        result.wrong("wrong number", f"{read.get('no')} for {number}")


def _part(part: str, wanted: Row, read: Row, result: Asked) -> None:
    score: Score = getattr(result, part)
    same = {"targets": _same_target, "units": _same_unit, "deadlines": _same_day}[part]
    # What a merged cell says stands in a row above, where no mark of this clause can be.
    left = [one for one in read.get(part, ()) if _held(part, one) and _inside(one, read)]
    score.given += len(left)
    for one in wanted.get(part, ()):
        if not _held(part, one):
            continue
        score.wanted += 1
        # Of two that are the same the one whose words are nearest.
        fitting = [other for other in left if same(one, other) and _meet(one, other)]
        if fitting:
            score.right += 1
            left.remove(min(fitting, key=lambda other: _apart(one, other)))
        else:
            result.wrong(f"missed {part[:-1]}", _said(one))
    for other in left:
        result.wrong(f"extra {part[:-1]}", _said(other))


def _held(part: str, one: Row) -> bool:
    """Of deadlines those with a date are compared, of units those who are to do it."""
    if part == "deadlines":
        return str(one["kind"]) == "by"
    return part != "units" or str(one["role"]) != "addressed"


def _inside(one: Row, clause: Row) -> bool:
    return "start" not in one or bool(clause["start"] <= one["start"] < clause["end"])


def _meet(one: Row, other: Row) -> bool:
    # What people confirmed on the page says no place inside its clause.
    return "start" not in one or bool(one["start"] < other["end"] and other["start"] < one["end"])


def _apart(one: Row, other: Row) -> int:
    if "start" not in one:
        return 0
    return abs(int(one["start"]) - int(other["start"])) + abs(int(one["end"]) - int(other["end"]))


def _number(value: object) -> Decimal | None:
    return None if value in (None, "") else Decimal(str(value))


def _same_target(one: Row, other: Row) -> bool:
    return (
        _number(one["value"]) == _number(other["value"])
        and str(one["unit"]) == str(other["unit"])
        and one.get("comparator", other["comparator"]) == other["comparator"]
    )


def _same_unit(one: Row, other: Row) -> bool:
    return bool(one["role"] == other["role"]) and _apart(one, other) == 0


def _same_day(one: Row, other: Row) -> bool:
    return bool(one["date"] == other["date"])


def _said(one: Row) -> str:
    words = (one.get(key) for key in ("comparator", "value", "unit", "role", "kind", "date"))
    place = f" at {one['start']}" if "start" in one else ""
    return (
        " ".join(str(word) for word in words if word is not None)
        + place
        + f" {one.get('text', '')}"
    )


# --- the truth of ../shared/seeds -------------------------------------------------------------


def seeds(rows: Sequence[Row]) -> list[Row]:
    """The rows of tasks_NAME.jsonl: offsets, ``quantified_targets``, deadlines and actors."""
    return [
        {
            "kind": row["kind"], "title": row["title"], "number": row.get("no", ""), "text": row["text"],
            **_span(row),
            "targets": [target | _span(target) for target in row.get("quantified_targets", ())],
        }
        for row in rows if row["kind"] in ("task", "goal")
    ]  # fmt: skip


def _span(row: Row) -> dict[str, int]:
    return {"start": row["offset"], "end": row["offset"] + len(row["text"])}


def summary(asked: Asked) -> dict[str, Any]:
    """As ``./anlan read --check`` tells it."""
    told: dict[str, Any] = {
        "truth": asked.tasks.wanted, "read": asked.tasks.given,
        "recall": round(asked.tasks.recall, 3), "precision": round(asked.tasks.precision, 3),
    }  # fmt: skip
    for part in PARTS:
        score: Score = getattr(asked, part)
        if score.wanted or score.given:
            told[part] = f"{score.right}/{score.wanted}, {score.given} given"
            told[f"{part} F1"] = round(score.f1, 3)
    told["errors"] = dict(sorted(asked.errors.items()))
    told["told"] = asked.told
    return told
