"""What a reading proposes and what a person made of it: the items of one intake.

An item is known by a key: the place in the reading ("7"), what was split from one ("7.1"), or what
a person marked in the text ("a1"). ``Intake.decisions`` holds by key only what was decided:

    {"7": {"state": "accepted", "fields": {…}}, "8": {"state": "gone", "into": "7"}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from anlan.base.text import visible, visible_in
from anlan.domain.campaigns.matching import units_named
from anlan.domain.campaigns.models import NAME_CHARS_MAX, TITLE_CHARS_MAX, Intake, Line
from anlan.kernel.papers.scripts import simplified

Fields = dict[str, Any]
OPEN, ACCEPTED, DROPPED, GONE = "open", "accepted", "dropped", "gone"
#: Of the reading, in the order of the text.
KINDS = (("tasks", "task"), ("goals", "goal"), ("requirements", "requirement"))
#: The reader's roles that mean: it leads; who is only named before 要 does, where none of these is.
LEADS = ("lead", "responsible")
ITEMS_MAX, UNITS_MAX, TARGETS_MAX = 2_000, 40, 60
CHARS = {
    "no": NAME_CHARS_MAX, "section": TITLE_CHARS_MAX, "title": TITLE_CHARS_MAX,
    "due_text": TITLE_CHARS_MAX, "sectors": 300, "basis": 4_000, "text": 20_000,
}  # fmt: skip
TARGET_CHARS = {"unit": 20, "object": 200, "baseline": 120, "per": 120, "text": 200}
SENTENCE_ENDS = re.compile(r"[。；;!！?？\n]+")


@dataclass(frozen=True)
class Proposed:
    """One thing found in a document, or marked in it, and what a person made of it."""

    key: str
    state: str
    fields: Fields
    #: As the reader proposed it; None for what a person marked or split off.
    read: Fields | None = None
    #: What a person should look at before taking it, as codes.
    gaps: tuple[str, ...] = ()

    @property
    def start(self) -> int:
        return int(self.fields["start"])

    @property
    def end(self) -> int:
        return int(self.fields["end"])


class Item(Proposed):
    """A task, goal or requirement."""

    @property
    def title(self) -> str:
        return str(self.fields["title"] or self.fields["text"][:40])

    @property
    def changed(self) -> list[str]:
        """Names of the fields that aren't as the reader proposed them; its units count by name."""
        if self.read is None:
            return []
        own, read = _bare(self.fields), _bare(self.read)
        return [name for name in own if own[name] != read.get(name)]


def _bare(fields: Fields) -> Fields:
    return {**fields, "units": [[unit["role"], unit["name"]] for unit in fields["units"]]}


def items(intake: Intake) -> list[Item]:
    """Everything that there is to decide, in the order of the text."""
    decisions: Mapping[str, Any] = intake.decisions
    proposed = dict(proposals(intake.reading))
    rows: list[tuple[str, str, Fields]] = []
    for key in [*proposed, *(key for key in decisions if key not in proposed)]:
        made = decisions.get(key, {})
        state = made.get("state", OPEN)
        if state != GONE:
            rows.append((key, state, made.get("fields") or proposed[key]))
    _match([fields for _key, state, fields in rows if state == OPEN], intake)
    found = [
        Item(key, state, fields, proposed.get(key),
             tuple(gaps_of(fields, intake.reading)) if state == OPEN else ())
        for key, state, fields in rows
    ]  # fmt: skip
    return sorted(found, key=lambda item: (item.start, item.end, item.key))


def _match(every: Sequence[Fields], intake: Intake) -> None:
    """Suggest which of our units is meant, where a name fits just one."""
    open_ones = [unit for fields in every for unit in fields["units"] if not unit["unit"]]
    ours = units_named((unit["name"] for unit in open_ones), intake.area)
    for unit in open_ones:
        unit["unit"] = ours.get(unit["name"])


def proposals(reading: Mapping[str, Any]) -> Iterator[tuple[str, Fields]]:
    """The reader's clauses as fields, by their place: it stays the same as long as the reading."""
    hans = text_of(reading)
    clauses = [(one["start"], one, kind) for name, kind in KINDS for one in reading.get(name, ())]
    clauses.sort(key=lambda found: (found[0], found[1]["end"]))
    for place, (_start, clause, kind) in enumerate(clauses[:ITEMS_MAX]):
        yield str(place), _fields(clause, kind, hans)


def text_of(reading: Mapping[str, Any]) -> str:
    """In Simplified characters, of the same length as the document's own text."""
    return str(reading.get("text_hans") or reading.get("text", ""))


def _fields(clause: Mapping[str, Any], kind: str, hans: str) -> Fields:
    def said(one: Mapping[str, Any]) -> str:
        return re.sub(r"\s*\n\s*", "", hans[one["start"] : one["end"]])

    dated = [one for one in clause["deadlines"] if one["kind"] == "by" and _day(one["date"])]
    due = dated[0] if dated else next(iter(clause["deadlines"]), None)
    named = [one for one in clause["units"] if one["role"] != "addressed"][:UNITS_MAX]
    leads = LEADS if any(one["role"] in LEADS for one in named) else ("named",)
    found = {
        "kind": kind,
        "no": str(clause["path"] or clause["no"] or "")[: CHARS["no"]],
        "section": simplified(clause["section"])[: CHARS["section"]],
        "title": (clause["title_hans"] or clause["title"]).strip()[: CHARS["title"]],
        "text": hans[clause["start"] : clause["end"]].strip()[: CHARS["text"]],
        "basis": "\n".join(said(one) for one in clause["basis"])[: CHARS["basis"]],
        "sectors": "、".join(dict.fromkeys(one["name"] for one in clause["sectors"])),
        "start": clause["start"],
        "end": clause["end"],
        "due_on": _day(due["date"]) if due else "",
        "due_text": said(due)[: CHARS["due_text"]] if due else "",
        "due_inferred": bool(due and due.get("inferred")),
        "units": [
            {"role": "lead" if one["role"] in leads else "support", "name": said(one), "unit": None}
            for one in named
        ],
        "targets": [_target(one, said(one)) for one in clause["targets"][:TARGETS_MAX]],
        # Whose proposal it is: "model", or nothing where our own rules found it.
        "by": clause.get("by", ""),
    }
    # As a form takes them: what comes back unchanged is no correction.
    return cast(Fields, visible_in(found))


def _day(said: Any) -> str:
    try:
        return date.fromisoformat(str(said)).isoformat()
    except ValueError:
        return ""


def _target(one: Mapping[str, Any], said: str) -> Fields:
    value = "" if one["value"] is None else f"{Decimal(str(one['value'])).normalize():f}"
    return {
        "kind": one["kind"],
        "value": value,
        "comparator": one["comparator"] or "",
        "unit": one["unit"][: TARGET_CHARS["unit"]],
        "object": one["object"][: TARGET_CHARS["object"]],
        "baseline": one["baseline"][: TARGET_CHARS["baseline"]],
        "direction": one["direction"],
        "per": one["per"][: TARGET_CHARS["per"]],
        "text": said[: TARGET_CHARS["text"]],
        "start": one["start"],
        "end": one["end"],
        "inferred": bool(one.get("inferred")),
    }


# --- what to look at -------------------------------------------------------------------------


def gaps_of(fields: Fields, reading: Mapping[str, Any]) -> Iterator[str]:
    """Why a person should look at this one: bulk acceptance leaves it out."""
    start, end = fields["start"], fields["end"]
    if fields.get("by") == "model":
        yield "model"
    if not fields["title"]:
        yield "title"
    if fields["due_inferred"]:
        yield "due"
    if any(one["inferred"] and one["value"] for one in fields["targets"]):
        yield "target"
    if any(not _collective(one["name"]) and not one["unit"] for one in fields["units"]):
        yield "unit"
    if any(_meet(one, start, end) for one in reading.get("repairs", ())):
        yield "repair"
    if any(_meet(one, start, end) for one in reading.get("contradictions", ())):
        yield "contradiction"
    if any(_meet(one, start, end) for one in reading.get("unsure", ())):
        yield "recognised"


def mendings(fields: Fields, reading: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the item's words lost, with each reading: a person puts it in, or doesn't."""
    start, end, text = fields["start"], fields["end"], fields["text"]
    return [
        (one["before"], said)
        for one in reading.get("repairs", ())
        if start <= one["start"] and one["end"] <= end and one["before"] in text
        for said in one["readings"]
        if said != one["before"]
    ]


def _collective(name: str) -> bool:
    """各乡镇, 有关部门: nobody's own name, so no unit of ours is looked for."""
    return (
        re.match(r"各|有关|相关|其他|所有|全[省市县区体]|县直|市直|省直|区直|企业", name)
        is not None
    )


def _meet(one: Mapping[str, Any], start: int, end: int) -> bool:
    return bool(one["start"] < end and start < one["end"])


def after(every: Sequence[Item], key: str = "") -> Item | None:
    """The next open item behind ``key``, else the first open one, else nothing is left."""
    keys = [item.key for item in every]
    at = keys.index(key) + 1 if key in keys else 0
    return next((item for item in [*every[at:], *every[:at]] if item.state == OPEN), None)


# --- other cuts ------------------------------------------------------------------------------


def cuts(item: Item, reading: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Where an item may be split: at each sentence, with the words that begin there."""
    hans = text_of(reading)
    found = []
    for match in SENTENCE_ENDS.finditer(hans, item.start, item.end):
        rest = hans[match.end() : item.end].strip()
        if rest:
            found.append((match.end(), rest[:24]))
    return found[:200]


def split(item: Item, at: int, reading: Mapping[str, Any]) -> tuple[Fields, Fields]:
    """Both parts of an item; what was read goes with the part in which it stands."""
    hans, one = text_of(reading), item.fields
    head, tail = dict(one), dict(one)
    head |= {"end": at, "text": visible(hans[item.start : at]).strip()}
    tail |= {"start": at, "text": visible(hans[at : item.end]).strip(), "title": "", "basis": ""}
    head["targets"] = [t for t in one["targets"] if t["start"] is None or t["start"] < at]
    tail["targets"] = [t for t in one["targets"] if t["start"] is not None and t["start"] >= at]
    head["units"] = [unit for unit in one["units"] if unit["name"] in head["text"]] or one["units"]
    tail["units"] = [unit for unit in one["units"] if unit["name"] in tail["text"]] or one["units"]
    tail["title"] = re.split(r"[，,。；;]", tail["text"])[0][:40]
    if one["due_text"] and one["due_text"] not in head["text"]:
        head |= {"due_on": "", "due_text": "", "due_inferred": False}
    elif one["due_text"] and one["due_text"] not in tail["text"]:
        tail |= {"due_on": "", "due_text": "", "due_inferred": False}
    return head, tail


def join(first: Item, second: Item) -> Fields:
    """Both as one: from where the first begins to where the second ends."""
    one, other = first.fields, second.fields
    known = {(unit["role"], unit["name"]) for unit in one["units"]}
    more = [unit for unit in other["units"] if (unit["role"], unit["name"]) not in known]
    basis = "\n".join(dict.fromkeys(filter(None, f"{one['basis']}\n{other['basis']}".split("\n"))))
    sectors = "、".join(
        dict.fromkeys(filter(None, f"{one['sectors']}、{other['sectors']}".split("、")))
    )
    due = one if one["due_text"] or one["due_on"] else other
    return {
        **one,
        "text": f"{one['text']}\n{other['text']}"[: CHARS["text"]],
        "end": max(one["end"], other["end"]),
        "basis": basis[: CHARS["basis"]],
        "sectors": sectors[: CHARS["sectors"]],
        "units": [*one["units"], *more][:UNITS_MAX],
        "targets": [*one["targets"], *other["targets"]][:TARGETS_MAX],
        **{name: due[name] for name in ("due_on", "due_text", "due_inferred")},
    }


def marked(start: int, end: int, reading: Mapping[str, Any]) -> Fields:
    """What a person marked in the text, as an item without anything read."""
    said = visible(text_of(reading)[start:end]).strip()
    return {
        "kind": Line.Kind.TASK.value, "no": "", "section": "", "text": said[: CHARS["text"]],
        "title": re.split(r"[，,。；;\n]", said)[0][:40], "basis": "", "sectors": "",
        "start": start, "end": end, "due_on": "", "due_text": "", "due_inferred": False,
        "units": [], "targets": [],
    }  # fmt: skip


# --- what it was good for --------------------------------------------------------------------


def corrections(intake: Intake) -> Iterator[dict[str, Any]]:
    """What a person decided otherwise than the reader proposed, with the words it stands in."""
    text = str(intake.reading.get("text", ""))
    for item in items(intake):
        if item.state == OPEN or (item.read and item.state == ACCEPTED and not item.changed):
            continue
        read = item.read or {}
        names = item.changed if item.read else list(item.fields)
        yield {
            "file": intake.name,
            "start": item.start,
            "end": item.end,
            "text": text[item.start : item.end],
            "verdict": item.state if item.read else "missed",
            "read": {name: read.get(name) for name in names} if read else None,
            "confirmed": {name: item.fields[name] for name in names},
        }
