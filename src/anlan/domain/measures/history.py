"""A measure's events as people read them."""

from __future__ import annotations

from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.measures.models import Follows
from anlan.kernel.loop import timeline

FIELDS: dict[str, str | Promise] = {
    "title": pgettext_lazy("measure", "title"), "text": _("Text or main points"),
    "problem": _("Problem that it answers"),
    "person": pgettext_lazy("measure", "responsible person"),
    "effect": _("How it works out in the long run"),
    "sectors": _("Sectors"), "number": _("Document or standard number"),
    "in_force_on": _("In force from"), "answers": _("problem linked"),
    "earlier": _("earlier measure"), "how": _("what it does to the earlier one"),
    "unit": _("taken up by"),
}  # fmt: skip
STEPS: dict[str, str | Promise] = {"find": _("enter on the list")}

CODES = {"how": dict(Follows.How.choices)}

timeline_of = partial(
    timeline.timeline_of, steps=STEPS, fields=FIELDS, codes=CODES, silent=("state",)
)
