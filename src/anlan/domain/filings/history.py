"""A filing's events as people read them."""

from __future__ import annotations

from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.domain.filings.loop import STEPS
from anlan.domain.filings.models import Entry
from anlan.kernel.loop import timeline

FIELDS: dict[str, str | Promise] = {
    "due_on": _("to be filed by"), "rectifier": _("who reports"), "result": _("what was filed"),
    "cells": _("cells changed"),
}  # fmt: skip
CODES = {"result": dict(Entry.Kind.choices)}
timeline_of = partial(
    timeline.timeline_of, steps=STEPS, fields=FIELDS, codes=CODES, silent=("state",)
)
