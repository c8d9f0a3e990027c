"""A task's events as people read them, in the words of campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.loop import STEPS
from anlan.domain.hazards.history import FIELDS as HAZARD_FIELDS
from anlan.domain.hazards.history import timeline_of as hazards_timeline
from anlan.kernel.loop.models import Event

FIELDS: dict[str, str | Promise] = {
    "progress": _("progress in per cent"), "quota": _("its share"),
    "responsible_person": _("In person"), "due_on": _("to be finished by"),
    "rectifier": _("unit that does it"), "claimed": _("taken"),
}  # fmt: skip


def timeline_of(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Newest first. The state isn't told: the steps say it, in the words of tasks."""
    lines = hazards_timeline(events)
    renamed = {str(HAZARD_FIELDS.get(name, name)): str(label) for name, label in FIELDS.items()}
    silent = str(HAZARD_FIELDS["state"])
    for event, line in zip(events, lines, strict=True):
        line["what"] = str(STEPS.get(event.step) or line["what"])
        line["changes"] = [
            (renamed.get(name, name), before, after)
            for name, before, after in line["changes"]
            if name != silent
        ]
    return lines
