"""A paper's events as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.kernel.loop import timeline
from anlan.kernel.loop.models import Event

FIELDS: dict[str, str | Promise] = {
    "title": _("title"), "organ": _("author"), "mark": _("red head"),
    "recipients": _("recipients"), "copies": _("copies"), "note": _("note"),
    "annexes": _("names of annexes"), "number": _("number"), "signer": _("signed by"),
    "units": _("units"), "leader": _("leader"), "text": _("text"),
    "known_at": _("figures as known on"), "secrecy": _("secrecy"), "urgency": _("urgency"),
    "moved": _("moved"), "questions": _("questions put in"),
}  # fmt: skip
STEPS: dict[str, str | Promise] = {"find": _("begin a paper")}

_timeline = partial(timeline.timeline_of, steps=STEPS, fields=FIELDS, silent=("state",))


def timeline_of(events: Sequence[Event]) -> Any:
    """Changes of the text are told as such, whichever part they changed."""
    for event in events:
        changes = {}
        for name, value in event.changes.items():
            changes["text" if name.startswith("text:") else name] = value
        event.changes = changes
    return _timeline(events)
