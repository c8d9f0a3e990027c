"""An item's events as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.domain.hazards.history import FIELDS as HAZARD_FIELDS
from anlan.domain.hazards.history import timeline_of as hazards_timeline
from anlan.kernel.loop.models import Event

FIELDS: dict[str, str | Promise] = {
    "result": _("what was done"), "asked": _("who was asked"), "answered": _("who answered"),
    "found": _("found elsewhere"), "side": _("side"), "score": _("evaluation"),
    "source_treated": _("done at the source"), "analysis": _("analysis"),
    "problem_solved": _("one problem solved"), "mechanism": _("one mechanism fixed"),
    "mechanism_ref": _("where it can be read"), "field_treated": _("one field treated"),
}  # fmt: skip


def timeline_of(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Newest first; what the loop itself changes is worded as everywhere."""
    lines = hazards_timeline(events)
    # The steps say it, in the words of the six; the states' own words are of another loop.
    silent = str(HAZARD_FIELDS["state"])
    for line in lines:
        line["changes"] = [
            (str(FIELDS.get(name, name)), before, after)
            for name, before, after in line["changes"]
            if name != silent
        ]
    return lines
