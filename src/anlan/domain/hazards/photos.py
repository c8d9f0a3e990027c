"""Photos that a form brings: kept with it when it comes back to be mended."""

from __future__ import annotations

from datetime import datetime

from django.forms import BaseForm
from django.http import HttpRequest

from anlan.base.actor import Actor
from anlan.kernel.papers import keeping

#: Photos that one step brings along.
PHOTOS_MAX = 9


def taken(
    request: HttpRequest, form: BaseForm, *, by: Actor, at: datetime, name: str = "photos"
) -> keeping.Kept:
    """The photos under ``name``, cleaned and on the disk; what isn't taken the form says."""
    kept = keeping.taken(
        request.POST.getlist(f"{name}_kept"), request.FILES.getlist(name),
        by=by, at=at, most=PHOTOS_MAX,
    )  # fmt: skip
    form.is_valid()  # Its own check comes first: later it would wipe out what is added here.
    for refusal in kept.refused:
        form.add_error(None, str(refusal))
    return kept
