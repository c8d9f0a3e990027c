"""A hazard's events as people read them."""

from __future__ import annotations

from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.domain.hazards.models import Grade, Source
from anlan.kernel.loop import timeline

FIELDS: dict[str, str | Promise] = {
    "source": _("source of the hazard"), "description": _("description"), "place": _("place"),
    "measure": _("measure"), "responsible_unit": _("responsible unit"),
    "responsible_person": _("responsible person"), "funds": _("funds"),
    "contingency": _("contingency plan"), "category": _("category"), "remarks": _("remarks"),
    "lon": _("longitude"), "lat": _("latitude"), "object": _("what it is about"),
    "object_name": _("what it is about"),
}  # fmt: skip
CODES = {
    "grade": dict(Grade.choices), "wanted_grade": dict(Grade.choices),
    "source": dict(Source.choices),
}  # fmt: skip

timeline_of = partial(
    timeline.timeline_of, fields=FIELDS, codes=CODES,
    said={"funds": lambda fen: f"{fen / 100:.2f}"},
)  # fmt: skip
