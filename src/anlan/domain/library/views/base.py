"""What the library's pages have in common: a text, an edition, one press, one form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.library.forms import Step
from anlan.domain.library.models import Edition, Text
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on, render_page


def text_of(request: HttpRequest, pk: UUID, permission: str = "laws.view") -> Text:
    rows = Text.objects.select_related("unit", "area", "replaced_by")
    return policy.access(rows, permission, actor_of(request), pk, at=timezone.now())


def edition_of(request: HttpRequest, pk: UUID, permission: str = "") -> Edition:
    """An edition of a text that the person sees; what doesn't stand, the keeper's people alone."""
    row = Edition.objects.select_related("text").filter(pk=pk).first()
    if row is None:
        raise NotFound
    needs = permission or ("laws.view" if row.stands else "laws.drafts")
    row.text = text_of(request, row.text_id, needs)
    return row


def common(request: HttpRequest, form: Step) -> dict[str, Any]:
    """Who, when, and the press's own id."""
    given = form.cleaned_data["request_id"]
    return {"by": actor_of(request), "at": timezone.now(), "request_id": given}


def fresh(**more: Any) -> dict[str, Any]:
    return {"request_id": uuid7(), **more}


def filled_in(
    request: HttpRequest, form: Any, does: Callable[[Any], Any], to: Callable[[Any], str],
    done: str, context: dict[str, Any],
) -> HttpResponse:  # fmt: skip
    """A form on a page of its own: what was typed stays where something is to be mended."""
    if request.method == "POST" and form.is_valid():
        try:
            made = does(form)
        except Refusal as refusal:
            if "field" not in refusal.data:
                raise
            put_refusal(form, refusal)
        else:
            messages.success(request, done)
            return go_on(request, to(made))
    context = {"form": form, **context}
    status = 422 if form.errors else 200
    return render_page(request, "library/form.html", "library/form.html", context, status)


def pressed(
    request: HttpRequest, does: Callable[[dict[str, Any], Any], Any], back: str, done: str
) -> HttpResponse:
    """A button: said at the top of the page it came from where something is to be mended."""
    form = Step(request.POST)
    if not form.is_valid():
        raise NotFound
    try:
        does(common(request, form), form.cleaned_data["seen"])
    except Refusal as refusal:
        if "field" not in refusal.data:
            raise
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return go_on(request, back)
