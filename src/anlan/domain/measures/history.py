"""A measure's events as people read them."""

from __future__ import annotations

from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.hazards import history

FIELDS: dict[str, str | Promise] = {
    "title": pgettext_lazy("measure", "title"), "text": _("Text or main points"),
    "problem": _("Problem that it answers"),
    "person": pgettext_lazy("measure", "responsible person"),
    "effect": _("How it works out in the long run"),
    "sectors": _("Sectors"), "number": _("Document or standard number"),
    "in_force_on": _("In force from"), "answers": _("problem linked"),
    "earlier": _("earlier measure"), "unit": _("taken up by"),
}  # fmt: skip
STEPS: dict[str, str | Promise] = {"find": _("enter on the list")}

timeline_of = partial(history.timeline_of, steps=STEPS, fields=FIELDS, silent=("state",))
