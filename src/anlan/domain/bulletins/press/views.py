"""The bank of questions, putting them into a paper, and the register of publications."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.paths import below
from anlan.base.refusal import Refusal
from anlan.domain.bulletins import figures, queries, tabs
from anlan.domain.bulletins.models import Paper
from anlan.domain.bulletins.press import commands as do
from anlan.domain.bulletins.press import facts
from anlan.domain.bulletins.press.forms import (
    PublicationForm,
    PutInForm,
    QuestionForm,
    TakeBackForm,
)
from anlan.domain.bulletins.press.models import Medium, Publication, Question
from anlan.domain.campaigns.models import Task
from anlan.domain.lists import sums
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.audit import trail
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Kind, Period
from anlan.kernel.papers import scripts
from anlan.kernel.papers.sheets.handing_out import handed_out
from anlan.kernel.papers.sheets.writing import OutTable
from anlan.kernel.regions.models import Region
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Days, Filters, Flag, Search
from anlan.ui.offers import first_of, tell
from anlan.ui.pages import go_on, render_page

ORDERS = {"newest": Keyset.by("-made_at", "-pk"), "topic": Keyset.by("topic", "pk")}
PUBLISHED_ORDERS = {"day": Keyset.by("-day", "-pk"), "outlet": Keyset.by("outlet", "pk")}
OUTLETS_MAX = 50


@require_GET
@requires("press_questions.view")
def questions(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    asked = Filters((Search("q", _("Words in question or answer")),
                     Flag("withdrawn", _("Withdrawn ones, too"))), request.GET)  # fmt: skip
    rows = policy.permitted(Question.objects.all(), "press_questions.view", by)
    rows = rows.filter(scripts.holding(asked["q"], "question", "answer", "topic"))
    if not asked["withdrawn"]:
        rows = rows.filter(withdrawn_at=None)
    may_make = policy.may(by, "press_questions.make")

    def link(row: Question) -> str:
        return reverse("bulletins:edit_question", args=[row.pk])

    columns = [
        Column("question", _("Question"), kind="text", link=link if may_make else None),
        Column("topic", _("Topic"), kind="text", sort="topic"),
        Column("answer", _("Answer"), kind="text", phone=False),
        Column("changed", _("Written"), cell="changed_at", kind="moment", phone=False),
    ]  # fmt: skip
    context = {
        "tabs": tabs.of(by, "questions"), "filters": asked, "columns": columns,
        "page": asked.order(ORDERS, "newest").page(rows, request.GET),
        "may_make": may_make,
    }  # fmt: skip
    return render_page(request, "bulletins/questions.html", "bulletins/_questions.html", context)


@require_http_methods(["GET", "POST"])
@requires("press_questions.make")
def edit_question(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    row = None
    initial: dict[str, Any] = {"pk": pk or uuid7()}
    if pk:
        row = policy.access(Question.objects.all(), "press_questions.edit", by, pk, at=at)
        initial |= {"question": row.question, "topic": row.topic, "answer": row.answer,
                    "seen": row.version}  # fmt: skip
    form = QuestionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        call: Any = {"by": by, "at": at, "request_id": form.cleaned_data["request_id"]}
        try:
            if pk:
                do.change_question(form.new(pk), seen=form.cleaned_data["seen"], **call)
            else:
                do.keep_question(form.new(), **call)
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("It stands in the bank."))
            return go_on(request, reverse("bulletins:questions"))
    offered = [(each.code, each.label) for each in figures.offered(by)]
    context = {"form": form, "row": row, "offered": offered}
    template, status = "bulletins/question_edit.html", 422 if form.errors else 200
    return render_page(request, template, template, context, status)


@require_POST
@requires("press_questions.edit")
def withdraw_question(request: HttpRequest, pk: UUID) -> HttpResponse:
    do.withdraw_question(pk, by=actor_of(request), at=timezone.now(), request_id=uuid7())
    messages.success(request, _("Taken out of the bank."))
    return go_on(request, reverse("bulletins:questions"))


@require_http_methods(["GET", "POST"])
@requires("bulletins.edit")
def put_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose questions of the bank for a paper that is being written."""
    by, at = actor_of(request), timezone.now()
    row = policy.access(Paper.objects.select_related("case"), "bulletins.edit", by, pk, at=at)
    rows = policy.permitted(Question.objects.filter(withdrawn_at=None), "press_questions.view", by)
    offered, left = first_of(rows.order_by("topic", "-made_at", "-pk"), do.QUESTIONS_MAX)
    form = PutInForm(request.POST or None, rows=offered, initial={"seen": row.case.version})
    tell(form, "questions", left)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            do.put_in(pk, questions=form.chosen(), by=by, at=at, seen=data["seen"],
                      request_id=data["request_id"])  # fmt: skip
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            return go_on(request, reverse("bulletins:edit", args=[pk]))
    template, status = "bulletins/put_in.html", 422 if form.errors else 200
    return render_page(request, template, template, {"row": row, "form": form}, status)


# --- what was published --------------------------------------------------------------------


def _filters(params: QueryDict) -> Filters:
    return Filters(
        (
            Search("q", _("Words in title or outlet")),
            Search("outlet", _("Outlet")),
            Choice("medium", _("Medium"), list(Medium.choices)),
            Days("on", _("Day")),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
        ),
        params,
    )


def _rows(by: Actor, asked: Filters) -> Any:
    rows = policy.permitted(Publication.objects.all(), "publications.view", by)
    where = Q(withdrawn_at=None) & scripts.holding(asked["q"], "title", "outlet")
    for name, column in (("outlet", "outlet"), ("medium", "medium"), ("on_from", "day__gte"),
                         ("on_to", "day__lte")):  # fmt: skip
        if value := asked[name]:
            where &= Q(**{column: value})
    if code := asked["area"]:
        region = Region.objects.filter(code=code).first()
        where &= below(region.path) if region else policy.NOTHING
    return rows.filter(where).select_related("unit", "task__case", "paper__case")


def _columns() -> list[Column]:
    return [
        Column("title", _("Title"), kind="text",
               link=lambda row: reverse("bulletins:publication", args=[row.pk])),
        Column("outlet", _("Outlet"), sort="outlet"),
        Column("medium", _("Medium"), cell="get_medium_display", phone=False),
        Column("day", _("Day"), kind="day", sort="day"),
        Column("task", _("Task"), kind="code", phone=False,
               cell=lambda row: row.task.case.number if row.task else ""),
        Column("paper", _("Paper"), kind="code", phone=False,
               cell=lambda row: row.paper.case.number if row.paper else ""),
        Column("unit", _("Unit"), cell="unit.name", kind="text", phone=False),
    ]  # fmt: skip


def _spans(today: date) -> list[Period]:
    """This year's quarters that have begun, and the year itself."""
    year = periods.year(today)
    return [*(one for one in year.split(Kind.QUARTER) if one.start <= today), year]


@require_GET
@requires("publications.view")
def publications(request: HttpRequest) -> HttpResponse:
    """The register, and how many each outlet brought in this year's quarters: sums of facts."""
    by, at, asked = actor_of(request), timezone.now(), _filters(request.GET)
    spans = _spans(timezone.localdate(at))
    area = sums.widest(by)
    counted = facts.by_outlet(area, spans, at)
    table = [
        (outlet, [(n, _href(outlet, area.code, span)) for n, span in zip(row, spans, strict=True)])
        for outlet, row in list(counted.items())[:OUTLETS_MAX]
    ]
    columns = zip(*counted.values(), strict=True)
    total = [
        (sum(column), _href("", area.code, span))
        for column, span in zip(columns, spans, strict=False)
    ]
    context = {
        "tabs": tabs.of(by, "publications"), "filters": asked, "columns": _columns(),
        "page": asked.order(PUBLISHED_ORDERS, "day").page(_rows(by, asked), request.GET),
        "spans": spans, "table": table, "total": total, "more": len(counted) - len(table),
        "area": area, "basis": facts.PUBLISHED.basis,
        "may_make": policy.may(by, "publications.make"),
    }  # fmt: skip
    return render_page(
        request, "bulletins/publications.html", "bulletins/_publications.html", context
    )


def _href(outlet: str, area: str, span: Period) -> str:
    asked = QueryDict(mutable=True)
    asked.update({"area": area, "on_from": span.start.isoformat(), "on_to": span.end.isoformat()})
    if outlet:
        asked["outlet"] = outlet
    return f"?{asked.urlencode()}#list"


@require_GET
@requires("publications.view")
def export_publications(request: HttpRequest) -> HttpResponse:
    by, at, asked = actor_of(request), timezone.now(), _filters(request.GET)
    rows = _rows(by, asked).order_by("-day", "-pk")
    table = OutTable(
        name=_("Publications"), widths=(40, 20, 16, 12, 40, 16, 16, 24),
        headers=[_("Title"), _("Outlet"), _("Medium"), _("Day"), _("Page, programme or address"),
                 _("Task"), _("Paper"), _("Unit")],
        rows=([row.title, row.outlet, row.get_medium_display(), row.day, row.where,
               row.task.case.number if row.task else "",
               row.paper.case.number if row.paper else "", row.unit.name]
              for row in rows.iterator(chunk_size=2_000)),
    )  # fmt: skip
    after = {"query": asked.query()}
    entry = trail.Entry("publications.export", "publications", "list", after=after)
    return handed_out(f"{_('Publications')}.xlsx", [table], entry, by=by, at=at)


@require_http_methods(["GET", "POST"])
@requires("publications.make")
def new_publication(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    named = {name: request.GET.get(name, "")[:40] for name in ("task", "paper")}
    initial = {"pk": uuid7(), "day": timezone.localdate(at), **named}
    form = PublicationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        call: Any = {"by": by, "at": at, "request_id": form.cleaned_data["request_id"]}
        try:
            do.publish(form.new(), **call)
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Entered; the counts of its outlet say so, too."))
            return go_on(request, reverse("bulletins:publications"))
    template, status = "bulletins/publication_edit.html", 422 if form.errors else 200
    return render_page(request, template, template, {"form": form}, status)


@require_http_methods(["GET", "POST"])
@requires("publications.view")
def publication(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One entry; POST takes it back."""
    by, at = actor_of(request), timezone.now()
    rows = Publication.objects.select_related("unit", "task__case", "task__line", "paper__case")
    row = policy.access(rows, "publications.view", by, pk, at=at)
    allowed = policy.allowed(Publication, pk, {"publications.edit"}, by)
    form = TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            do.take_back(pk, reason=form.cleaned_data["reason"], by=by, at=at,
                         request_id=form.cleaned_data["request_id"])  # fmt: skip
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Taken back: it counts no more."))
            return go_on(request, reverse("bulletins:publications"))
    task = row.task_id and policy.permitted(
        Task.objects.filter(pk=row.task_id), "tasks.view", by
    ).exists()  # fmt: skip
    paper = row.paper_id and queries.visible(by).filter(pk=row.paper_id).exists()
    context = {
        "row": row, "form": form, "task_seen": task, "paper_seen": paper,
        "may_edit": "publications.edit" in allowed and row.withdrawn_at is None,
    }  # fmt: skip
    template, status = "bulletins/publication.html", 422 if form.errors else 200
    return render_page(request, template, template, context, status)
