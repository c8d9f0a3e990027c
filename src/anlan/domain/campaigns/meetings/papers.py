"""Agenda and minutes as papers: what they say is taken once, then shown and written from that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.domain.campaigns.battlemap.rows import Row
from anlan.domain.campaigns.meetings import changes as meetings
from anlan.domain.campaigns.meetings.changes import HEAPS, PROMISES
from anlan.domain.campaigns.models import Attendance, Meeting, MeetingItem, Task
from anlan.kernel.papers.official import word
from anlan.kernel.papers.official.language import of_papers
from anlan.kernel.papers.official.paper import Block, Heading, Paper, Table, lines

#: Tasks that a paper names of each heap; its count is of all.
NAMED_MAX = 50
_NUMERALS = "一二三四五六七八九十"
#: Heaps that a paper lists by task.
LISTED = ("late_all", "reopened", "slipped", "due_next")
_FIGURES = ("today", "counts", "is_cut", "late_units", "lists", "promised", "until", "rules")


def taken(
    row: Meeting, figures: Mapping[str, Any], number: int = 0
) -> dict[str, Any]:  # fmt: skip
    """All that the paper says, as data.

    figures:  those of the day (``figures_of``); of a correction the first minutes', whose figures
              it keeps.
    number:   of the minutes; 0 is the agenda, before there are any.
    """
    points = [one["text"] for one in row.agenda] or figures["rules"]
    return {
        "number": number, "title": row.title, "campaign": row.campaign.title,
        "unit": row.unit.name, "held_on": row.held_on.isoformat(), "place": row.place,
        "chair": row.chair, "present": row.present, "since": row.since.isoformat(),
        "next_on": row.next_on.isoformat() if row.next_on else "", "why": row.why,
        "agenda": points, "items": _items(row),
        "attendance": [
            [one.who, one.state, one.note] for one in row.attendance.order_by("place")
        ],
        **{name: figures[name] for name in _FIGURES},
    }  # fmt: skip


def figures_of(row: Meeting, by: Actor, today: date) -> dict[str, Any]:
    """How the tasks stand, as data."""
    found = meetings.figures(row, by, today, NAMED_MAX)
    last = meetings.previous(row.unit_id, row.campaign_id, row.held_on)
    kept = meetings.promised(last, today)
    lists = {
        code: [_listed(one, today) for one in rows[:NAMED_MAX]]
        for code, rows in _rows(row, by, today, found).items()
    }
    with of_papers():
        rules = [str(point.text) for point in meetings.by_rules(found, kept)]
    return {
        "today": today.isoformat(), "until": found.until.isoformat(), "counts": found.counts,
        "is_cut": found.is_cut, "lists": lists,
        "late_units": [
            [one.name, one.tasks, one.first_due.isoformat()]
            for one in found.late_units[: meetings.UNITS_MAX]
        ],
        "promised": [
            {"text": one.item.text, "unit": one.item.unit.name if one.item.unit else "",
             "due": one.item.due_on.isoformat() if one.item.due_on else "", "code": one.code,
             "days": one.days}
            for one in kept
        ],
        "rules": rules,
    }  # fmt: skip


def _rows(
    row: Meeting, by: Actor, today: date, found: meetings.Figures
) -> dict[str, Sequence[Row]]:
    lists: dict[str, Sequence[Row]] = {
        code: [one.row for one in found.lists.get(code, [])] for code in ("reopened", "slipped")
    }
    for code in ("late_all", "due_next"):
        lists[code] = meetings.heap(row, code, by, today, None, 0).rows
    return lists


def _listed(row: Row, today: date) -> list[Any]:
    due = row.due.isoformat() if row.due else ""
    return [str(row.pk), row.title, row.unit, due, row.days_late(today)]


def _items(row: Meeting) -> list[dict[str, Any]]:
    """The items as they stand, each with the task that answers for it."""
    rows = list(row.items.select_related("unit", "task__line").order_by("place"))
    lines = [one.line_id for one in rows if one.line_id]
    made = Task.objects.filter(line__in=lines, plan=F("line__plan"))
    tasks: dict[Any, Any] = dict(made.values_list("line", "pk"))
    return [
        {
            "kind": one.kind, "text": one.text, "unit": one.unit.name if one.unit else "",
            "due": one.due_on.isoformat() if one.due_on else "",
            "task": str(one.task_id or tasks.get(one.line_id) or ""),
            "about": one.task.line.title if one.task else "",
            "struck": one.struck_number or 0, "since": one.since_number or 0,
        }
        for one in rows
    ]  # fmt: skip


# --- what stands on the paper --------------------------------------------------------------


@dataclass
class Section:
    heading: str
    lines: list[str] = field(default_factory=list)
    headers: Sequence[str] = ()
    rows: list[Sequence[str]] = field(default_factory=list)


def title_of(data: Mapping[str, Any]) -> str:
    if not data["number"]:
        return _("%(title)s: agenda") % {"title": data["title"]}
    return _("%(title)s: minutes") % {"title": data["title"]}


def heads(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [
        (_("Campaign"), data["campaign"]), (_("Meeting held by"), data["unit"]),
        (_("Day"), day(data["held_on"])), (_("Meeting place"), data["place"]),
        (_("In the chair"), data["chair"]), (_("Present"), data["present"]),
        (_("Next meeting"), day(data["next_on"])),
    ]  # fmt: skip
    if data["number"] > 1:
        words = _("Correction %(n)d; the earlier minutes are kept. %(why)s")
        found.append((_("Corrected"), words % {"n": data["number"] - 1, "why": data["why"]}))
    return [(label, text) for label, text in found if text]


def sections(data: Mapping[str, Any]) -> list[Section]:
    found = [Section(_("Agenda"), [f"{n}. {text}" for n, text in enumerate(data["agenda"], 1)])]
    if data["number"]:
        found.append(_decided(data))
    # Minutes that were issued before there was any have none.
    if data.get("attendance"):
        found.append(_attended(data))
    if data["promised"]:
        found.append(_promised(data))
    found.append(_progress(data))
    found += [_listing(data, code) for code in LISTED if data["lists"].get(code)]
    return found


def _attended(data: Mapping[str, Any]) -> Section:
    section = Section(
        _("Attendance"),
        headers=(_("No."), _("Who was asked"), _("State"), _("Who came instead, or why")),
    )
    for n, (who, state, note) in enumerate(data["attendance"], 1):
        section.rows.append((str(n), who, str(Attendance.State(state).label), note))
    counts = Counter(state for _who, state, _note in data["attendance"])
    section.lines.append(
        "；".join(f"{label} {counts[value]}" for value, label in Attendance.State.choices
                 if counts[value])
    )  # fmt: skip
    return section


def _decided(data: Mapping[str, Any]) -> Section:
    section = Section(
        _("Decisions, promises, notes"),
        headers=(_("No."), _("Kind"), _("What"), _("Who does it"), _("Until")),
    )
    standing = [one for one in data["items"] if not one["struck"]]
    for n, one in enumerate(standing, 1):
        text = f"{one['text']}（{one['about']}）" if one["about"] else one["text"]
        kind = str(MeetingItem.Kind(one["kind"]).label)
        section.rows.append((str(n), kind, text, one["unit"], day(one["due"])))
    for one in data["items"]:
        if one["struck"]:
            words = _("Struck out in correction %(n)d: %(text)s")
            section.lines.append(words % {"n": one["struck"] - 1, "text": one["text"]})
    if not standing:
        section.lines.append(_("Nothing was decided."))
    return section


def _promised(data: Mapping[str, Any]) -> Section:
    section = Section(
        _("What became of last time's decisions and promises"),
        headers=(_("No."), _("What"), _("Who does it"), _("Until"), _("Result")),
    )
    for n, one in enumerate(data["promised"], 1):
        result = str(PROMISES[one["code"]])
        if one["days"]:
            result += _(", %(n)d days over") % {"n": one["days"]}
        section.rows.append((str(n), one["text"], one["unit"], day(one["due"]), result))
    return section


def _progress(data: Mapping[str, Any]) -> Section:
    section = Section(
        _("Progress, as on %(today)s against %(since)s")
        % {"today": day(data["today"]), "since": day(data["since"])}
    )
    section.lines.append(
        "；".join(f"{label} {data['counts'].get(code, 0)}" for code, label in HEAPS.items())
    )
    if data["is_cut"]:
        section.lines.append(
            _("More happened than is compared at once: the counts of changes are of a part.")
        )
    if data["late_units"]:
        section.headers = (_("Unit behind time"), _("Tasks"), _("Oldest deadline"))
        section.rows = [(name, str(count), day(due)) for name, count, due in data["late_units"]]
    return section


def _listing(data: Mapping[str, Any], code: str) -> Section:
    rows = data["lists"][code]
    section = Section(
        str(HEAPS[code]), headers=(_("Task"), _("Unit"), _("To be finished by"), _("Days behind"))
    )
    section.rows = [
        (title, unit, day(due), str(days) if days else "")
        for _pk, title, unit, due, days in rows
    ]  # fmt: skip
    left = data["counts"].get(code, 0) - len(rows)
    if left > 0:
        section.lines.append(_("%(n)d more stand in the system.") % {"n": left})
    return section


def day(text: str) -> str:
    return date_format(date.fromisoformat(text), "DATE_FORMAT") if text else ""


def numeral(n: int) -> str:
    return _NUMERALS[n] if n < len(_NUMERALS) else str(n + 1)


def written(data: Mapping[str, Any], by: str, at: datetime) -> bytes:
    """The paper as .docx."""
    with of_papers():
        return word.write(_paper(data), by=by, at=at)


def _paper(data: Mapping[str, Any]) -> Paper:
    blocks: list[Block] = []
    for label, text in heads(data):
        blocks += lines(text, f"{label}：")
    for n, section in enumerate(sections(data)):
        blocks.append(Heading(f"{numeral(n)}、{section.heading}"))
        for line in section.lines:
            blocks += lines(line)
        if section.rows:
            blocks.append(Table("", section.headers, section.rows))
    return Paper(form="plain", title=title_of(data), blocks=blocks)
