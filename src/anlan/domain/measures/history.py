"""A measure's events as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.hazards.history import FIELDS as HAZARD_FIELDS
from anlan.domain.hazards.history import timeline_of as hazards_timeline
from anlan.kernel.loop.models import Event

FIELDS: dict[str, str | Promise] = {
    "title": pgettext_lazy("measure", "title"), "text": _("Text or main points"),
    "problem": _("Problem that it answers"),
    "person": pgettext_lazy("measure", "responsible person"),
    "effect": _("How it works out in the long run"),
    "sectors": _("Sectors"), "number": _("Document or standard number"),
    "in_force_on": _("In force from"), "answers": _("problem linked"),
    "earlier": _("earlier measure"), "unit": _("taken up by"),
}  # fmt: skip


def timeline_of(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Newest first; the steps say which state was reached."""
    lines = hazards_timeline(events)
    silent = str(HAZARD_FIELDS["state"])
    for line in lines:
        line["changes"] = [
            (str(FIELDS.get(name, name)), before, after)
            for name, before, after in line["changes"]
            if name != silent
        ]
    return lines
