"""Other sources beside what was reported: their list, one of them, what may be the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7
from anlan.base.paths import ancestors, below
from anlan.base.refusal import Refusal
from anlan.domain.accidents import commands, forms, queries, tabs
from anlan.domain.accidents.commands.words import WRITERS
from anlan.domain.accidents.models import Accident, Word
from anlan.domain.accidents.work import ROW
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.accounts.views_pickers import area_name
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Days, Filters
from anlan.ui.pages import go_on, render_page

ORDERS = {"newest": Keyset.by("-day", "-pk")}
#: How far apart the days of one accident may lie in two sources.
DAYS_APART = 2
ALIKE_MAX = 20


def _filters(params: QueryDict) -> Filters:
    return Filters(
        (
            Choice("status", gettext_lazy("Status"), list(Word.Status.choices)),
            Choice("source", gettext_lazy("Who tells of it"), list(Word.Source.choices)),
            Days("on", gettext_lazy("Day")),
        ),
        params,
    )


def _columns() -> list[Column]:
    return [
        Column("text", gettext_lazy("What is told"), cell=lambda row: row.text[:80], kind="text",
               link=lambda row: reverse("accidents:word", args=[row.pk])),
        Column("source", gettext_lazy("Who tells of it"), cell="get_source_display"),
        Column("day", gettext_lazy("Day"), kind="day", sort="newest"),
        Column("area", gettext_lazy("Area"), cell="area.name"),
        Column("deaths", gettext_lazy("Deaths"), kind="number"),
        Column("status", gettext_lazy("Status"), cell="get_status_display"),
    ]  # fmt: skip


@require_GET
@requires("words.view")
def word_list(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    asked = _filters(request.GET)
    rows = policy.permitted(Word.objects.all(), "words.view", by).select_related("area")
    wanted = {"status": asked["status"], "source": asked["source"], "day__gte": asked["on_from"],
              "day__lte": asked["on_to"]}  # fmt: skip
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    context = {
        "filters": asked, "columns": _columns(), "tabs": tabs.of(by, "words"),
        "page": asked.order(ORDERS, "newest").page(rows, request.GET),
        "sort": asked.sort(ORDERS, "newest"), "may_edit": policy.may(by, "words.edit"),
    }  # fmt: skip
    return render_page(request, "accidents/words.html", "accidents/_words.html", context)


@require_http_methods(["GET", "POST"])
@requires("words.edit")
def new(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    initial = {"request_id": uuid7(), "day": timezone.localdate(at)}
    form = forms.NewWord(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            if data["area"] is None:
                raise commands.lacks("area", _("Choose the area from the list."))
            word = commands.NewWord(
                data["source"], data["day"], data["area"].pk, data["text"], data["reference"],
                data["deaths"] or 0, data["injured"] or 0,
            )  # fmt: skip
            pk = commands.enter_word(word, by=by, at=at, request_id=data["request_id"])
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Entered."))
            return go_on(request, reverse("accidents:word", args=[pk]))
    area = form["area"].value() or main_unit(by, WRITERS).area.code
    context = {"form": form, "area_code": area, "area_text": area_name(area)}
    return render_page(
        request, "accidents/new_word.html", "accidents/new_word.html", context,
        422 if form.errors else 200,
    )  # fmt: skip


@require_GET
@requires("words.view")
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    row = policy.access(Word.objects.select_related("area", "unit"), "words.view", by, pk)
    seen = queries.visible(by)
    context = {
        "row": row, "alike": _alike(row, by) if row.status == Word.Status.OPEN else [],
        "may_edit": policy.permitted(Word.objects.filter(pk=pk), "words.edit", by).exists(),
        "accident": seen.filter(pk=row.accident_id).first() if row.accident_id else None,
        "request_id": uuid7(),
    }  # fmt: skip
    return render_page(request, "accidents/word.html", "accidents/word.html", context)


def _alike(row: Word, by: Any) -> list[Accident]:
    """Accidents of about that day, at that place, below it or in an area above it."""
    near = timedelta(days=DAYS_APART)
    place = below(row.path, "case__path") | Q(case__area__in=ancestors(row.path))
    rows = queries.visible(by).filter(
        place, case__opened_on__range=(row.day - near, row.day + near)
    )
    return list(
        rows.exclude(case__state="void").select_related(*ROW).order_by("happened_at")[:ALIKE_MAX]
    )


@require_POST
@requires("words.edit")
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    policy.access(Word.objects.all(), "words.edit", by, pk, at=at)
    form, here = forms.Compare(request.POST), reverse("accidents:word", args=[pk])
    if not form.is_valid():
        messages.error(request, " ".join(str(m) for errors in form.errors.values() for m in errors))
        return go_on(request, here)
    data = form.cleaned_data
    try:
        commands.compare(
            pk, status=data["status"], accident=data["accident"], reason=data["reason"], by=by,
            at=at, request_id=data["request_id"],
        )  # fmt: skip
    except Refusal as refusal:
        if refusal.status >= 409 or refusal.status == 404:
            raise
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Compared."))
    return go_on(request, here)
