"""An item's events as people read them."""

from __future__ import annotations

from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.domain.lists.models import ItemCheck
from anlan.kernel.loop import timeline

FIELDS: dict[str, str | Promise] = {
    "result": _("what was done"), "asked": _("who was asked"), "answered": _("who answered"),
    "found": _("found elsewhere"), "checked": _("what a check found"), "side": _("side"),
    "score": _("evaluation"),
    "source_treated": _("done at the source"), "analysis": _("analysis"),
    "problem_solved": _("one problem solved"), "mechanism": _("one mechanism fixed"),
    "mechanism_ref": _("where it can be read"), "field_treated": _("one field treated"),
}  # fmt: skip

CODES = {"checked": dict(ItemCheck.Outcome.choices)}

timeline_of = partial(timeline.timeline_of, fields=FIELDS, codes=CODES, silent=("state",))
