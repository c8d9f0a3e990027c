"""An accident's events as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.accidents import law
from anlan.domain.accidents.columns import wan
from anlan.domain.accidents.models import Casualty, Finding, Nature, Scope, Track
from anlan.kernel.loop import timeline
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
    codes = {
        "grade": {**law.GRADES, "": _("not graded")},
        "scope": dict(Scope.choices), "nature": dict(Nature.choices),
        "finding": dict(Finding.Kind.choices) | dict(Finding.Status.choices),
        "outcome": dict(Casualty.Outcome.choices), "track": dict(Track.Code.choices),
        "type": {key: row.name for key, row in law.types().items()},
    }  # fmt: skip
    return timeline.timeline_of(
        events, steps=steps, fields=FIELDS, codes=codes, said={"loss_fen": wan}, silent=SILENT
    )
