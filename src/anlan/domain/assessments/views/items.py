"""Changing a draft: what is said of the whole, one item, one veto; each refusal at its field."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.assessments import commands, forms, queries, spec_text
from anlan.domain.assessments.models import Scheme
from anlan.domain.assessments.spec import Item, Rule, Spec, Veto
from anlan.domain.assessments.views import schemes
from anlan.kernel.accounts.fields import chosen_by
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.pages import go_on, render_page

Data = dict[str, Any]


class _Draft:
    """The draft that a page changes: the version in force where there is none yet."""

    def __init__(self, by: Actor, pk: UUID) -> None:
        self.scheme: Scheme = schemes.read(by, pk, "schemes.edit")
        draft = queries.draft_of(self.scheme)
        self.seen = draft.version if draft else 0
        version = draft or commands.in_force(self.scheme)
        if version is None:
            raise NotFound
        self.spec: Spec = version.read
        self.data: Data = spec_text.written(self.spec)


def _changed(
    request: HttpRequest, draft: _Draft, form: Any, data: Data, what: str, place: str
) -> bool:
    """Write the draft; a refusal is put at its field. ``place``: where the form's fields stand."""
    try:
        # What is wrong with this very part is said at once, not only when it comes in force.
        read = spec_text.read(data)
        if place:
            for found in commands.findings_of(read):
                if found.place.startswith(f"{place}."):
                    _put(form, found.place.removeprefix(f"{place}."), str(found.reason))
            if form.errors:
                return False
        commands.change_scheme(
            draft.scheme.pk, seen=form.cleaned_data["seen"], data=data, what=what,
            by=actor_of(request), at=timezone.now(), request_id=form.cleaned_data["request_id"],
        )  # fmt: skip
    except Refusal as refusal:
        if refusal.status >= 409 or "field" not in refusal.data:
            raise
        name = str(refusal.data["field"])
        name = name.removeprefix(f"{place}.") if place else name
        _put(form, name, str(refusal))
        return False
    return True


def _put(form: Any, place: str, reason: str) -> None:
    """At the field that the place names: “rule.full_at” is the field full_at."""
    names = place.split(".")
    known = next((name for name in (names[-1], names[0]) if name in form.fields), None)
    form.add_error(known, reason)


def _initial(draft: _Draft, given: Data) -> Data:
    return {"request_id": uuid7(), "seen": draft.seen, **given}


@require_http_methods(["GET", "POST"])
@requires("schemes.edit")
def general(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who is compared, over which period, totals, dimensions, grades, ties, what is missing."""
    draft = _Draft(actor_of(request), pk)
    data = request.POST if request.method == "POST" else None
    form = chosen_by(
        forms.General(data, initial=_initial(draft, forms.General.initial_of(draft.spec))),
        actor_of(request),
    )
    if (
        data is not None
        and form.is_valid()
        and _changed(request, draft, form, form.changed(draft.spec), "general", "")
    ):
        messages.success(request, _("Kept in the draft."))
        return go_on(request, reverse("assessments:scheme", args=[pk]))
    context = {"form": form, "row": draft.scheme}
    return render_page(
        request, "assessments/general.html", "assessments/general.html", context,
        422 if form.errors else 200,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires("schemes.edit")
def item(request: HttpRequest, pk: UUID, code: str = "") -> HttpResponse:
    blank = Item("", "", "", Fraction(0), Rule("linear"))
    return _part(
        request, pk, code, "items", forms.ItemForm, blank,
        lambda found: found.items, "assessments/item.html",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires("schemes.edit")
def veto(request: HttpRequest, pk: UUID, code: str = "") -> HttpResponse:
    return _part(
        request, pk, code, "vetoes", forms.VetoForm, Veto("", "", "", 1),
        lambda found: found.vetoes, "assessments/veto.html",
    )  # fmt: skip


def _part(
    request: HttpRequest,
    pk: UUID,
    code: str,
    name: str,
    form_of: Any,
    blank: Any,
    rows_of: Callable[[Spec], Any],
    template: str,
) -> HttpResponse:
    """The page of one row of a scheme's lists: changed, or added at its end."""
    draft = _Draft(actor_of(request), pk)
    rows = list(rows_of(draft.spec))
    place = next((n for n, row in enumerate(rows) if row.code == code), None)
    if code and place is None:
        raise NotFound
    row = rows[place] if place is not None else blank
    data = request.POST if request.method == "POST" else None
    form = form_of(data, initial=_initial(draft, form_of.initial_of(row)), spec=draft.spec)
    if data is not None and form.is_valid():
        at = len(rows) if place is None else place
        kept = [*draft.data.get(name, [])]
        kept[at : at + 1] = [form.data_of(code or _free(rows, name[0]))]
        if _changed(request, draft, form, {**draft.data, name: kept}, f"{name}.{at}",
                    f"{name}.{at}"):  # fmt: skip
            messages.success(request, _("Kept in the draft."))
            return go_on(request, reverse("assessments:scheme", args=[pk]))
    context = {"form": form, "row": draft.scheme, "code": code, "title": row.name}
    return render_page(request, template, template, context, 422 if form.errors else 200)


def _free(rows: list[Any], letter: str) -> str:
    taken = {row.code for row in rows}
    return next(f"{letter}{n}" for n in range(1, 1_000) if f"{letter}{n}" not in taken)


@require_POST
@requires("schemes.edit")
def drop_item(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    return _drop(request, pk, code, "items")


@require_POST
@requires("schemes.edit")
def drop_veto(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    return _drop(request, pk, code, "vetoes")


def _drop(request: HttpRequest, pk: UUID, code: str, name: str) -> HttpResponse:
    draft = _Draft(actor_of(request), pk)
    kept = [row for row in draft.data.get(name, []) if row["code"] != code]
    if len(kept) == len(draft.data.get(name, [])):
        raise NotFound
    commands.change_scheme(
        pk, seen=draft.seen, data={**draft.data, name: kept}, what=f"{name} {code}",
        by=actor_of(request), at=timezone.now(), request_id=uuid7(),
    )  # fmt: skip
    messages.success(request, _("Taken out of the draft."))
    return go_on(request, reverse("assessments:scheme", args=[pk]))
