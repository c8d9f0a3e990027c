"""A case's events as people read them: who, when, what, why, and what changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.domain.hazards.models import Grade, Source
from anlan.kernel.accounts import words
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop.labels import state_label, step_label
from anlan.kernel.loop.models import Event, PartyRole
from anlan.kernel.loop.settings import RUNGS
from anlan.kernel.regions.models import Region

FIELDS: dict[str, str | Promise] = {
    "state": _("state"), "due_on": _("deadline"), "grade": _("grade"), "sector_id": _("sector"),
    "source": _("source of the hazard"), "area_id": _("area"), "rung": _("ladder"),
    "rectifier": _("rectifying unit"), "suspended_on": _("suspended since"),
    "listed": _("listed supervision"), "closed_on": _("day closed"),
    "settled_on": _("day rectified"), "until": _("wish for"), "number": _("number"),
    "result": _("what was done"), "claimed": _("as the workbook states"),
    "description": _("description"), "place": _("place"), "measure": _("measure"),
    "responsible_unit": _("responsible unit"), "responsible_person": _("responsible person"),
    "funds": _("funds"), "contingency": _("contingency plan"), "category": _("category"),
    "remarks": _("remarks"), "merged_from": _("merged from"), "split_from": _("split from"),
    "parts": _("new entries"), "lon": _("longitude"), "lat": _("latitude"),
    "because": _("because of the step"), "urged": _("urged"),
    "wanted_grade": _("grade asked for"), "merge_into": _("to be merged into"),
    "object": _("what it is about"), "object_name": _("what it is about"),
    **{role.value: role.label for role in PartyRole if role is not PartyRole.RECTIFIER},
}  # fmt: skip
#: Kept for the machine, of no interest to readers.
SILENT = {"round", "path", "due_at", "due_rule", "due_provisional", "rung_taken", "level",
          "merged_into_id", "unit", "rebounds"}  # fmt: skip
TONES = {"close": "green", "verify": "green", "reject": "red", "reopen": "red", "void": "red",
         "rung": "amber"}  # fmt: skip


def timeline_of(
    events: Sequence[Event],
    *,
    steps: Mapping[str, str | Promise] | None = None,
    fields: Mapping[str, str | Promise] | None = None,
    silent: Collection[str] = (),
) -> list[dict[str, Any]]:
    """Entries for the timeline, newest first; units and areas by name, in two statements.

    steps, fields:  what another loop calls its own, in place of the words for hazards.
    silent:         changes that its readers needn't be told: its steps say which state it reached.
    """
    labels = {**FIELDS, **(fields or {})}
    untold = (SILENT - (fields or {}).keys()) | set(silent)
    units = {event.unit_id for event in events if event.unit_id}
    areas: set[int] = set()
    for event in events:
        units.update(_ids(event.changes.get("rectifier")))
        areas.update(_ids(event.changes.get("area_id")))
    names = dict(Unit.objects.filter(pk__in=units).values_list("pk", "name"))
    places = dict(Region.objects.filter(pk__in=areas).values_list("pk", "full_name"))
    return [
        {
            "at": event.at, "who": _who(event), "unit": names.get(event.unit_id or 0, ""),
            "what": str((steps or {}).get(event.step) or step_label(event.step)),
            "why": event.reason, "tone": TONES.get(event.step, ""),
            "changes": [
                (str(labels.get(name, name)), before, after)
                for name, before, after in _changes(event.changes, names, places)
                if name not in untold
            ],
        }
        for event in events
    ]  # fmt: skip


def _ids(value: Any) -> list[int]:
    if isinstance(value, list):
        return [one for item in value for one in _ids(item)]
    return [value] if isinstance(value, int) else []


def _who(event: Event) -> str:
    return words.who(event.actor)


def _changes(
    changes: dict[str, Any], units: dict[int, str], places: dict[int, str]
) -> Iterable[tuple[str, str, str]]:
    for name, value in changes.items():
        if value in (None, "", [None, None]):
            continue
        pair = value if isinstance(value, list) and len(value) == 2 else [None, value]
        before, after = (_told(name, one, units, places) for one in pair)
        if before != after:
            yield name, before, after


def _told(name: str, value: Any, units: dict[int, str], places: dict[int, str]) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(value, list):
        return "、".join(_told(name, one, units, places) for one in value)
    match name:
        case "state" | "claimed":
            return state_label(str(value))
        case "because":
            return step_label(str(value))
        case "urged":
            return str(_("time no. %(n)s") % {"n": value})
        case "grade" | "wanted_grade" if value in Grade.values:
            return str(Grade(value).label)
        case "source" if value in Source.values:
            return str(Source(value).label)
        case "rung":
            return str(RUNGS[value - 1]) if value else ""
        case "rectifier":
            return units.get(value, str(value))
        case "area_id":
            return places.get(value, str(value))
        case "funds":
            return f"{value / 100:.2f}"
        case "listed":
            return str(_("yes") if value else _("no"))
    return str(value)
