"""An accident's events as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.accidents import law
from anlan.domain.accidents.columns import wan
from anlan.domain.accidents.models import Casualty, Finding, Nature, Scope, Track
from anlan.domain.hazards import history
from anlan.kernel.loop.models import Event

FIELDS: dict[str, Any] = {
    "deaths": _("deaths"), "deaths_late": _("died later than counts"),
    "serious": _("serious injuries"), "light": _("light injuries"),
    "missing": _("missing people"), "loss_fen": _("direct loss (10,000 yuan)"),
    "grade": pgettext_lazy("accident", "grade"),
    "scope": _("statistical scope"), "type": _("type of accident"), "nature": _("kind"),
    "title": _("what happened"), "enterprise_name": _("enterprise"), "finding": _("finding"),
    "outcome": _("person concerned"), "number": _("number of the paper"),
    "days": _("days"), "lead": _("leading unit"), "track": _("side of the inquiry"),
}  # fmt: skip
STEPS: dict[str, Any] = {"find": _("first report"), "backfill": _("taken from a register")}
#: Of an inquiry: what stands still is its deadline, during a technical appraisal.
INQUIRY_STEPS: dict[str, Any] = {
    "find": pgettext_lazy("inquiry", "begin the inquiry"),
    "suspend": pgettext_lazy("inquiry", "begin a technical appraisal"),
    "resume": pgettext_lazy("inquiry", "end the technical appraisal"),
}
SILENT = ("state", "due_on", "to_level", "sent_at")


def timeline_of(events: Sequence[Event], steps: Mapping[str, Any] = STEPS) -> list[dict[str, Any]]:
    """As people call it: grades, scopes and types by their names."""
    words = {
        **law.GRADES, **dict(Scope.choices), **dict(Nature.choices), **dict(Finding.Kind.choices),
        **dict(Finding.Status.choices), **dict(Casualty.Outcome.choices),
        **dict(Track.Code.choices),
        **{key: row.name for key, row in law.types().items()},
    }  # fmt: skip
    for event in events:
        # Grades are none of the hazards', and a loss is told as it is written.
        event.changes = {
            name: [_spoken(name, one) for one in value] if isinstance(value, list) else value
            for name, value in event.changes.items()
        }
    entries = history.timeline_of(events, steps=steps, fields=FIELDS, silent=SILENT)
    for entry in entries:
        entry["changes"] = [
            (label, str(words.get(before, before)), str(words.get(after, after)))
            for label, before, after in entry["changes"]
        ]
    return entries


def _spoken(name: str, value: Any) -> Any:
    if name == "grade":
        return str(law.GRADES.get(value, _("not graded")))
    return wan(value) if name == "loss_fen" and isinstance(value, int) else value
