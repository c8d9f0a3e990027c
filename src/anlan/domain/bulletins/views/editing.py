"""The text of a paper, changed on a page: what follows its figures, and what doesn't any more."""

from __future__ import annotations

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
from anlan.domain.bulletins import body, commands, figures, forms, queries, showing
from anlan.domain.bulletins.commands.base import scope_of
from anlan.domain.bulletins.commands.drafting import HEAD
from anlan.domain.bulletins.models import Paper
from anlan.domain.statistics import bindings
from anlan.domain.statistics.offered import grouped
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.forms import put_refusal
from anlan.ui.offers import words_of
from anlan.ui.pages import go_on, render_page

#: What a field of a block is called in the form.
PREFIX = "block-"


def _row(request: HttpRequest, pk: UUID) -> tuple[Paper, Actor]:
    by = actor_of(request)
    row = policy.access(Paper.objects.select_related(*queries.ROW), "bulletins.edit", by, pk)
    return row, by


@require_http_methods(["GET", "POST"])
@requires("bulletins.edit")
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    row, by = _row(request, pk)
    if row.case.state != "drafting":
        return go_on(request, reverse("bulletins:page", args=[pk]))
    data = request.POST if request.method == "POST" else None
    initial = {name: getattr(row, name) for name in HEAD}
    form = forms.Head(
        data, initial={**initial, "request_id": uuid7(), "seen": row.case.version}
    )  # fmt: skip
    texts = {name.removeprefix(PREFIX): str(value) for name, value in request.POST.items()
             if name.startswith(PREFIX)}  # fmt: skip
    wrong = ""
    if data is not None and form.is_valid():
        head = {name: form.cleaned_data[name] for name in HEAD if name in form.cleaned_data}
        try:
            commands.edit(
                pk, change=commands.Change(head, texts), by=by, at=timezone.now(),
                seen=form.cleaned_data["seen"], **form.call,
            )  # fmt: skip
        except Refusal as refusal:
            wrong = str(refusal.data.get("field", ""))
            put_refusal(form, refusal)
        else:
            messages.success(request, _("The text was saved."))
            return go_on(request, reverse("bulletins:page", args=[pk]))
    return _edit_page(request, row, form, texts, wrong)


def _edit_page(
    request: HttpRequest, row: Paper, form: Any, texts: dict[str, str], wrong: str,
    adding: Any = None,
) -> HttpResponse:  # fmt: skip
    blocks = body.loaded(row.body)
    address = showing.Address(blocks, scope_of(row, timezone.now()))
    shown = showing.as_written(blocks, address)
    parts = [
        (one, texts.get(one.block.id, body.standing(one.block) or one.block.title),
         one.block.id == wrong)
        for one in shown
    ]  # fmt: skip
    by = actor_of(request)
    offered = figures.offered(by, row.sectors)
    beside, left = figures.offered_beside(by, row.sectors)
    context = {
        "row": row, "case": row.case, "form": form, "parts": parts, "prefix": PREFIX,
        "offered": [(one.code, str(one.label), str(one.full_basis)) for one in offered],
        "request_id": uuid7(),
        "beside": [(bindings.word_for(one.code), str(one.label), str(one.full_basis))
                   for one in beside if not one.code.endswith(bindings.KIND)],
        "left": words_of(left),
        "adding": adding or _narrowed(forms.NewBlock(
            initial={"request_id": uuid7(), "seen": row.case.version}, auto_id="add_%s"
        ), row, by),
    }  # fmt: skip
    status = 422 if form.errors or (adding is not None and adding.errors) else 200
    return render_page(request, "bulletins/edit.html", "bulletins/edit.html", context, status)


def _narrowed(form: forms.NewBlock, row: Paper, by: Actor) -> forms.NewBlock:
    """Declared indicators first; then items of forms and campaigns' tasks, then bare counts."""
    beside, left = figures.offered_beside(by, row.sectors)
    named = [one for one in beside if not one.code.endswith(bindings.KIND)]
    counts = {one.code: one for one in beside if one.code.endswith(bindings.KIND)}
    groups: list[tuple[Any, list[tuple[str, Any]]]] = []
    if named:
        listed = [(one.code, one.label) for one in named]
        groups.append((_("Items of forms, and tasks of campaigns"), listed))
    groups += [
        (head, [(one.code, f"{one.label} {{{bindings.word_for(one.code)}}}") for one in members])
        for head, members in grouped(counts, (), every_count=True)
    ]
    return form.narrow(figures.offered(by, row.sectors), groups, left)


@require_POST
@requires("bulletins.edit")
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put in a heading, a paragraph, a table or a chart."""
    row, by = _row(request, pk)
    form = _narrowed(forms.NewBlock(request.POST, auto_id="add_%s"), row, by)
    if form.is_valid():
        try:
            commands.put_block(pk, **form.given, by=by, at=timezone.now(),
                               seen=form.cleaned_data["seen"], **form.call)  # fmt: skip
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            return go_on(request, reverse("bulletins:edit", args=[pk]))
    head = forms.Head(initial={
        **{name: getattr(row, name) for name in HEAD}, "request_id": uuid7(),
        "seen": row.case.version,
    })  # fmt: skip
    return _edit_page(request, row, head, {}, "", form)


@require_POST
@requires("bulletins.edit")
def block(request: HttpRequest, pk: UUID, block: str, act: str) -> HttpResponse:
    """Take a part out, move it, or put back what the rule said."""
    _found, by = _row(request, pk)
    call: dict[str, Any] = {"by": by, "at": timezone.now(), "request_id": uuid7()}
    if act == "drop":
        commands.drop_block(pk, block=block, **call)
    elif act in ("up", "down"):
        commands.move_block(pk, block=block, up=act == "up", **call)
    elif act.startswith("restore-") and act[8:].isdecimal() and len(act) < 13:
        commands.restore(pk, block=block, place=int(act[8:]), **call)
    else:
        raise NotFound
    return go_on(request, reverse("bulletins:edit", args=[pk]))
