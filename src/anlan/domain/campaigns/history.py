"""A task's events as people read them, in the words of campaigns."""

from __future__ import annotations

from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.loop import STEPS
from anlan.kernel.loop import timeline

FIELDS: dict[str, str | Promise] = {
    "progress": _("progress in per cent"), "quota": _("its share"),
    "responsible_person": _("In person"), "due_on": _("to be finished by"),
    "rectifier": _("unit that does it"), "claimed": _("taken"),
    "no_evidence": _("Why there is no proof"),
}  # fmt: skip

timeline_of = partial(timeline.timeline_of, steps=STEPS, fields=FIELDS, silent=("state",))
