"""Other sources beside what was reported: their list, one of them, what may be the same."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base import sealed
from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.accidents import commands, forms, matching, queries, tabs
from anlan.domain.accidents.commands.words import WRITERS, keys_of
from anlan.domain.accidents.importing import listing
from anlan.domain.accidents.importing.listing import Listed
from anlan.domain.accidents.matching import Match
from anlan.domain.accidents.models import Word
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.papers import batches
from anlan.kernel.regions.models import Region
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Days, Filters
from anlan.ui.pages import go_on, render_page

ORDERS = {"newest": Keyset.by("-day", "-pk")}
#: Rows of a list that the page shows before they are entered, and how long it may look at them.
SHOWN, HELD_SECONDS = 30, 3_600
SALT = "accidents.words"
TOLD_CHARS = 80


def _filters(params: QueryDict) -> Filters:
    return Filters(
        (
            Choice("status", gettext_lazy("Status"), list(Word.Status.choices)),
            Choice("source", gettext_lazy("Who tells of it"), list(Word.Source.choices)),
            Days("on", gettext_lazy("Day")),
        ),
        params,
    )


def _told(row: Word) -> str:
    """Its beginning: whom to call stands on its page and in no list."""
    said = sealed.without_numbers(row.text)
    return said if len(said) <= TOLD_CHARS else said[: TOLD_CHARS - 1] + "…"


def _columns(may_be: Mapping[UUID, Sequence[Match]]) -> list[Column]:
    def likeliest(row: Word) -> Any:
        found = may_be.get(row.pk)
        if not found:
            return "—" if row.status == Word.Status.OPEN else None
        return f"{found[0].accident.title[:30]}（{found[0].reasons}）"

    return [
        Column("text", gettext_lazy("What is told"), cell=_told, kind="text",
               link=lambda row: reverse("accidents:word", args=[row.pk])),
        Column("source", gettext_lazy("Who tells of it"), cell="get_source_display"),
        Column("day", gettext_lazy("Day"), kind="day", sort="newest"),
        Column("area", gettext_lazy("Area"), cell="area.name"),
        Column("deaths", gettext_lazy("Deaths"), kind="number"),
        Column("status", gettext_lazy("Status"), cell="get_status_display"),
        Column("may_be", gettext_lazy("May be"), cell=likeliest, kind="text"),
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
    page = asked.order(ORDERS, "newest").page(rows, request.GET)
    looked = matching.alike([row for row in page.rows if row.status == Word.Status.OPEN], by)
    context = {
        "filters": asked, "columns": _columns(looked.found), "looked": looked,
        "most": matching.CANDIDATES_MAX, "tabs": tabs.of(by, "words"), "page": page,
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
    seen, is_open = queries.visible(by), row.status == Word.Status.OPEN
    looked = matching.alike([row] if is_open else [], by, request.GET)
    context = {
        "row": row, "alike": looked.found.get(row.pk, []), "looked": looked,
        "most": matching.CANDIDATES_MAX,
        "next": None if is_open else _next(row, by),
        "may_edit": policy.permitted(Word.objects.filter(pk=pk), "words.edit", by).exists(),
        "accident": seen.filter(pk=row.accident_id).first() if row.accident_id else None,
        "request_id": uuid7(),
    }  # fmt: skip
    return render_page(request, "accidents/word.html", "accidents/word.html", context)


def _next(row: Word, by: Any) -> Word | None:
    """The next that is to be compared, in the order of the list."""
    rows = policy.permitted(Word.objects.filter(status=Word.Status.OPEN), "words.edit", by)
    order = ("-day", "-pk")
    after = rows.filter(Q(day__lt=row.day) | Q(day=row.day, pk__lt=row.pk))
    return after.order_by(*order).first() or rows.order_by(*order).first()


@require_http_methods(["GET", "POST"])
@requires("words.edit")
def read_list(request: HttpRequest) -> HttpResponse:
    """A source's list: what its rows would be, why, and on a press their entry."""
    by, at = actor_of(request), timezone.now()
    problem, read, entered = None, None, request.POST.get("read", "")
    source = request.POST.get("source", Word.Source.HOSPITAL.value)
    code = request.POST.get("area", "") or main_unit(by, WRITERS).area.code
    try:
        if entered:
            return _entered(request, by, at, entered)
        if request.method == "POST":
            read = _listed(request, by, at, source, code)
    except Refusal as refusal:
        problem = refusal
    context = {
        "problem": problem, "read": read, "sources": Word.Source.choices, "source": source,
        "area_code": code, "area_text": area_name(code), "request_id": uuid7(),
        "packed": _packed(read.words) if read else "", "shown": read.words[:SHOWN] if read else [],
        "most": commands.WORDS_MAX,
        "alone": any(not each[2] for each in (read.same if read else ())),
    }  # fmt: skip
    status = 200 if problem is None else max(problem.status, 422)
    return render_page(
        request, "accidents/read_words.html", "accidents/read_words.html", context, status
    )


def _listed(request: HttpRequest, by: Any, at: datetime, source: str, code: str) -> Listed:
    file = request.FILES.get("file")
    if file is None:
        raise commands.lacks("file", _("Choose a workbook (.xlsx, .xls or .csv)."))
    area = Region.objects.filter(code=code[:40], valid_to=None).first()
    if area is None:
        raise commands.lacks("area", _("Choose the area from the list."))
    with batches.uploaded([file]) as ((name, path),):
        return listing.read(path, name, source=source, area=area, by=by, at=at)


def _packed(words: Sequence[commands.NewWord]) -> str:
    """What the page sends back as it was shown: nobody changes it on the way."""
    rows = [[*asdict(word).values()] for word in words]
    return signing.dumps(rows, salt=SALT, compress=True, serializer=_Rows) if rows else ""


class _Rows:
    """Rows with days in them, for signing."""

    def dumps(self, rows: Any) -> bytes:
        return json.dumps(rows, default=str, ensure_ascii=False).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


def _entered(request: HttpRequest, by: Any, at: datetime, packed: str) -> HttpResponse:
    try:
        rows = signing.loads(packed, salt=SALT, max_age=HELD_SECONDS, serializer=_Rows)
        request_id = UUID(request.POST.get("request_id", ""))
    except (signing.BadSignature, ValueError):
        raise commands.lacks(
            "file", _("This was read too long ago; send the list again.")
        ) from None
    new = [commands.NewWord(source, date.fromisoformat(day), *rest) for source, day, *rest in rows]
    apart = bool(request.POST.get("apart"))
    made = commands.enter_words(new, apart=apart, by=by, at=at, request_id=request_id)
    different = len(set(keys_of(new, apart=apart)))
    said = _("%(n)d entered, %(known)d were there before.") % {
        "n": len(made), "known": different - len(made)
    }  # fmt: skip
    if same := len(new) - different:
        said += _(" %(n)d rows said the same as another and were entered with it.") % {"n": same}
    messages.success(request, said)
    return go_on(request, f"{reverse('accidents:words')}?status={Word.Status.OPEN}")


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
