"""A case's events as people read them: who, when, what, why, and what changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.words import who
from anlan.kernel.loop.labels import state_label, step_label
from anlan.kernel.loop.models import Event, PartyRole
from anlan.kernel.loop.settings import RUNGS
from anlan.kernel.regions.models import Region

Word = str | Promise
#: How a value that a field holds is written.
Said = Callable[[Any], Any]

#: What the loop itself changes and what every case has; a capability brings words for its own.
FIELDS: Mapping[str, Word] = {
    "state": _("state"), "due_on": _("deadline"), "grade": _("grade"), "sector_id": _("sector"),
    "area_id": _("area"), "rung": _("ladder"), "rectifier": _("rectifying unit"),
    "suspended_on": _("suspended since"), "listed": _("listed supervision"),
    "closed_on": _("day closed"), "settled_on": _("day rectified"), "until": _("wish for"),
    "number": _("number"), "result": _("what was done"), "claimed": _("as the workbook states"),
    "merged_from": _("merged from"), "split_from": _("split from"), "parts": _("new entries"),
    "because": _("because of the step"), "urged": _("urged"),
    "wanted_grade": _("grade asked for"), "merge_into": _("to be merged into"),
    **{role.value: role.label for role in PartyRole if role is not PartyRole.RECTIFIER},
}  # fmt: skip
#: Kept for the machine, of no interest to readers.
SILENT = frozenset(
    {"round", "path", "due_at", "due_rule", "due_provisional", "rung_taken", "level",
     "merged_into_id", "unit", "rebounds"}
)  # fmt: skip
TONES = {"close": "green", "verify": "green", "reject": "red", "reopen": "red", "void": "red",
         "rung": "amber"}  # fmt: skip
#: What the loop keeps as a code or a number, as people say it.
SAID: dict[str, Said] = {
    "state": lambda code: state_label(str(code)),
    "claimed": lambda code: state_label(str(code)),
    "because": lambda code: step_label(str(code)),
    "urged": lambda times: _("time no. %(n)s") % {"n": times},
    "rung": lambda number: RUNGS[number - 1] if number else "",
    "listed": lambda holds: _("yes") if holds else _("no"),
}


def timeline_of(
    events: Sequence[Event],
    *,
    steps: Mapping[str, Word] | None = None,
    fields: Mapping[str, Word] | None = None,
    codes: Mapping[str, Mapping[Any, Word]] | None = None,
    said: Mapping[str, Said] | None = None,
    silent: Collection[str] = (),
) -> list[dict[str, Any]]:
    """Entries for a timeline, in the order of ``events``: ``at``, ``who``, ``unit``, ``what``,
    ``why``, ``tone``, and ``changes`` as field, before and after. Units and areas are told by
    name, in two statements.

    steps, fields:  what a capability calls its own, or has another word for than the loop.
    codes:          by field, the words of what is kept as a code; what isn't among them is shown
                    as it was kept.
    said:           by field, how a value is written.
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
    worded = {"rectifier": names, "area_id": places, **(codes or {})}
    telling = SAID | {name: partial(_worded, words) for name, words in worded.items()}
    telling |= said or {}
    return [
        {
            "at": event.at, "who": who(event.actor), "unit": names.get(event.unit_id or 0, ""),
            "what": str((steps or {}).get(event.step) or step_label(event.step)),
            "why": event.reason, "tone": TONES.get(event.step, ""),
            "changes": [
                (str(labels.get(name, name)), before, after)
                for name, before, after in _changes(event.changes, telling)
                if name not in untold
            ],
        }
        for event in events
    ]  # fmt: skip


def _worded(words: Mapping[Any, Word], code: Any) -> Any:
    return words.get(code, code)


def _ids(value: Any) -> list[int]:
    if isinstance(value, list):
        return [one for item in value for one in _ids(item)]
    return [value] if isinstance(value, int) else []


def _changes(
    changes: Mapping[str, Any], telling: Mapping[str, Said]
) -> Iterator[tuple[str, str, str]]:
    """What differs; a change is kept as before and after, or as what came with the step."""
    for name, value in changes.items():
        if value in (None, "", [None, None]):
            continue
        pair = value if isinstance(value, list) and len(value) == 2 else [None, value]
        before, after = (_told(one, telling.get(name, str)) for one in pair)
        if before != after:
            yield name, before, after


def _told(value: Any, say: Said) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(value, list):
        return "、".join(_told(one, say) for one in value)
    return str(say(value))
