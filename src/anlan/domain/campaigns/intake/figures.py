"""The figures of one intake: what the reader proposes, and what a person made of each.

As with tasks (intake_items) a figure is known by a key: its place in the reading ("7"), or what a
person marked in the text ("a1"). ``Intake.counted`` holds by key only what was decided:

    {"7": {"state": "accepted", "fields": {…}}, "a1": {"state": "open", "fields": {…}}}

Dates, numbers of documents and names of plans are read as figures, too. They are ASIDE: nobody is
asked about them, and who wants one opens it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from anlan.base.paths import ancestors
from anlan.domain.campaigns.intake.items import Proposed
from anlan.domain.campaigns.models import NAME_CHARS_MAX, TITLE_CHARS_MAX, FigureWords, Intake
from anlan.domain.campaigns.reading import figures as reader
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.dates import month_end
from anlan.kernel.calendar.periods import Period
from anlan.kernel.regions.models import Region

Fields = dict[str, Any]
OPEN, ACCEPTED, DROPPED, ENTERED, ASIDE = "open", "accepted", "dropped", "entered", "aside"
#: Sorts of figures that may become facts; all others are ASIDE.
FACTUAL = frozenset(
    ("count", "rate", "money", "physical", "change", "target", "duration", "zero_in_words",
     "universal_in_words")
)  # fmt: skip
#: No report comes near it; what is beyond isn't proposed, and the page says so.
ITEMS_MAX = 4_000
CHARS = {
    "indicator": TITLE_CHARS_MAX, "unit": 20, "region": NAME_CHARS_MAX, "actor": NAME_CHARS_MAX,
    "baseline": NAME_CHARS_MAX, "period": 40, "text": TITLE_CHARS_MAX, "direction": 10, "bound": 10,
}  # fmt: skip
#: Digits before the point; the ledger's own numbers end beyond them.
DIGITS_MAX = 15
_SENTENCE_MAX = 2_000
_ISO = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


class Item(Proposed):
    """A figure."""

    @property
    def title(self) -> str:
        return str(self.fields["indicator"] or self.fields["text"])

    @property
    def changed(self) -> list[str]:
        """Names of the fields that aren't as the reader proposed them."""
        if self.read is None:
            return []
        # What it counts as and which area it means are choices; the reader has no say in them.
        own = [name for name in self.read if name not in ("kind", "area", "by")]
        return [name for name in own if self.fields.get(name) != self.read[name]]


def items(intake: Intake) -> list[Item]:
    """Every figure, in the order of the text."""
    decided: Mapping[str, Any] = intake.counted
    proposed = {str(n): _fields(one) for n, one in enumerate(_read(intake)[:ITEMS_MAX])}
    rows: list[tuple[str, str, Fields]] = []
    for key in [*proposed, *(key for key in decided if key not in proposed)]:
        made = decided.get(key, {})
        fields = made.get("fields") or proposed[key]
        state = made.get("state") or (OPEN if fields["sort"] in FACTUAL else ASIDE)
        rows.append((key, state, fields))
    undecided = [fields for _key, state, fields in rows if state in (OPEN, ASIDE)]
    _place(undecided, intake)
    _name(undecided, intake)
    against = _against(intake.reading)
    found = [
        Item(key, state, fields, proposed.get(key),
             tuple(gaps_of(fields, intake.reading, against)) if state == OPEN else ())
        for key, state, fields in rows
    ]  # fmt: skip
    return sorted(found, key=lambda item: (item.start, item.end, item.key))


def _read(intake: Intake) -> Sequence[Mapping[str, Any]]:
    figures: Sequence[Mapping[str, Any]] = intake.reading.get("figures", ())
    return figures


def _fields(one: Mapping[str, Any]) -> Fields:
    days = days_of(str(one["period"]))
    since, until = (day.isoformat() for day in days) if days else ("", "")
    fields = {
        "sort": one["kind"], "value": written(one["value"]), "start": one["start"],
        "end": one["end"], "since": since, "until": until, "area": "", "kind": "",
        "by": one.get("by", ""),
        **{name: str(one.get(name) or "")[:most] for name, most in CHARS.items()},
    }  # fmt: skip
    if one.get("end_value") is not None:
        fields["value_to"] = written(one["end_value"])
    return fields


def written(value: Any) -> str:
    return f"{Decimal(str(value)).normalize():f}"


# --- where and when --------------------------------------------------------------------------


def days_of(iso: str) -> tuple[date, date] | None:
    """The first and last day of 2024, 2024-06, 2020-05/2022-12 and 2024-01-01/2024-06-25."""
    first, _, last = iso.partition("/")
    low, high = _day(first, last=False), _day(last or first, last=True)
    return (low, high) if low and high and low <= high else None


def _day(iso: str, *, last: bool) -> date | None:
    match = _ISO.fullmatch(iso)
    if match is None:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    try:
        if day:
            return date(year, month, day)
        found = date(year, month or (12 if last else 1), 1)
    except ValueError:
        return None
    return month_end(found) if last else found


def period_of(since: date, until: date) -> Period:
    """The period by its own name where it has one: a year, a half, a quarter, a month, a day."""
    for make in (periods.year, periods.half, periods.quarter, periods.month, periods.day):
        found = make(since)
        if (found.start, found.end) == (since, until):
            return found
    return periods.span(since, until)


def is_open_ended(period: Period, today: date) -> bool:
    return period.end > today - timedelta(1)


def _place(every: Sequence[Fields], intake: Intake) -> None:
    """Suggest which area is meant: below ours, above it, else the only one of that name."""
    wanted = {fields["region"] for fields in every if fields["region"] and not fields["area"]}
    known = places(wanted, intake.area)
    for fields in every:
        fields["area"] = fields["area"] or known.get(fields["region"], "")


def places(names: set[str], area: Region) -> dict[str, str]:
    """By name the code of the one area that it means, from where the office lies."""
    found: dict[str, list[Region]] = {}
    chosen = sorted(names)[:500]
    rows = Region.objects.current().filter(full_name__in=chosen) | Region.objects.current().filter(
        name__in=chosen
    )
    for row in rows.order_by("level", "code")[:2_000]:
        for name in {row.name, row.full_name} & names:
            found.setdefault(name, []).append(row)
    above = set(ancestors(area.path))
    answer: dict[str, str] = {}
    for name, own in found.items():
        for fits in (
            [row for row in own if row.path.startswith(area.path)],
            [row for row in own if row.pk in above],
            [row for row in own if row.full_name == name],
            own,
        ):
            if len(fits) == 1:
                answer[name] = fits[0].code
                break
    return answer


def _name(every: Sequence[Fields], intake: Intake) -> None:
    """What this office took the same words for the last time."""
    words = {fields["indicator"] for fields in every if fields["indicator"]}
    if not words:
        return
    rows = FigureWords.objects.filter(unit=intake.unit_id)
    known = {(row.words, row.measure): row.kind for row in rows}
    for fields in every:
        if not fields["kind"]:
            fields["kind"] = known.get((fields["indicator"], fields["unit"]), "")


# --- what to look at -------------------------------------------------------------------------


def _against(reading: Mapping[str, Any]) -> list[tuple[int, int]]:
    return [
        (figure["start"], figure["end"])
        for one in reading.get("contradictions", ())
        for figure in one["figures"]
    ]


def gaps_of(
    fields: Fields, reading: Mapping[str, Any], against: Sequence[tuple[int, int]]
) -> Iterator[str]:
    """Why a person should look at this one: bulk acceptance leaves it out."""
    start, end = fields["start"], fields["end"]
    if fields.get("by") == "model":
        yield "model"
    if not fields["indicator"]:
        yield "indicator"
    if not fields["since"]:
        yield "period"
    if not fields["area"]:
        yield "area"
    if (start, end) in against:
        yield "contradiction"
    if any(one["start"] < end and start < one["end"] for one in reading.get("repairs", ())):
        yield "repair"
    if any(one["start"] < end and start < one["end"] for one in reading.get("unsure", ())):
        yield "recognised"


def contradictions_at(item: Item, reading: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What speaks against this very figure."""
    return [
        one
        for one in reading.get("contradictions", ())
        if any((f["start"], f["end"]) == (item.start, item.end) for f in one["figures"])
    ]


def after(every: Sequence[Item], key: str = "") -> Item | None:
    """The next open figure behind ``key``, else the first open one, else nothing is left."""
    keys = [item.key for item in every]
    at = keys.index(key) + 1 if key in keys else 0
    return next((item for item in [*every[at:], *every[:at]] if item.state == OPEN), None)


def marked(start: int, end: int, reading: Mapping[str, Any]) -> Fields:
    """Words that a person marked, read as far as they say something by themselves."""
    text = str(reading.get("text", ""))
    words = text[start:end]
    # Its own sentence says more about it than the words alone.
    left = max(text.rfind(stop, 0, start) for stop in "。；;\n") + 1
    right = min(at for stop in "。；;\n" if (at := (text + stop).find(stop, end)) >= 0)
    said = text[left:right][:_SENTENCE_MAX]
    near_it = [one for one in reader.read(said)
               if one.start + left < end and start < one.end + left]  # fmt: skip
    found = next((one for one in [*near_it, *reader.read(words)] if one.kind in FACTUAL), None)
    before = re.split(r"[，,、：:（(]", text[left:start])[-1].strip()
    near = [
        one for one in reading.get("figures", ()) if one["end"] <= start and one["kind"] in FACTUAL
    ]
    told = near[-1] if near else {}
    one = {
        "kind": found.kind if found else "count", "value": found.value if found else 0,
        "unit": found.unit if found else "",
        "indicator": (found.indicator if found else "") or before[-30:],
        "bound": found.bound if found else "", "direction": found.direction if found else "",
        "baseline": "", "start": start, "end": end, "text": words,
        # Most figures of a paragraph are of one place and time; a person sees and corrects them.
        "region": told.get("region", ""), "period": told.get("period", ""), "actor": "",
    }  # fmt: skip
    return _fields(one)


def is_report(reading: Mapping[str, Any]) -> bool:
    """Whether its figures matter first: it gives nobody anything to do."""
    title = str(reading.get("notice", {}).get("title", ""))
    told = re.search(r"(?:报告|通报|总结|综述|情况|纪实)(?:[（(].*)?$", title.strip())
    # What a model proposes doesn't make a notice of it.
    return bool(told) or all(task.get("by") for task in reading.get("tasks", ()))


def corrections(intake: Intake) -> Iterator[dict[str, Any]]:
    """Figures that a person decided otherwise than they were read."""
    text = str(intake.reading.get("text", ""))
    for item in items(intake):
        if item.state in (OPEN, ASIDE):
            continue
        if item.read and item.state != DROPPED and not item.changed:
            continue
        names = item.changed if item.read else list(item.fields)
        yield {
            "file": intake.name, "what": "figure", "start": item.start, "end": item.end,
            "text": text[item.start : item.end],
            "verdict": item.state if item.read else "missed",
            "read": {name: item.read.get(name) for name in names} if item.read else None,
            "confirmed": {name: item.fields[name] for name in names},
        }  # fmt: skip
