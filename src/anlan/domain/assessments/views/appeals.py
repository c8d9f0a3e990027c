"""Appeals: the list, filing one, its page and its steps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.assessments import columns, commands, explaining, forms, tabs
from anlan.domain.assessments.loop import LOOKS, STATES
from anlan.domain.assessments.models import Appeal
from anlan.domain.assessments.permissions import GIVES
from anlan.domain.assessments.views import scores
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.loop import offering, timeline
from anlan.kernel.loop.models import Event, Party
from anlan.kernel.loop.offering import StepPage, being, plain, unseen
from anlan.ui.forms import put_refusal
from anlan.ui.lists import Choice, Filters, Search
from anlan.ui.pages import go_on, render_page

ROW = ("case__area", "case__unit", "score__run__scheme", "score__run__version", "filed_by",
       "result")  # fmt: skip


def _unsigned(row: Appeal, parties: list[Party], by: Actor) -> bool:
    units = set(policy.units_of(by, GIVES))
    return row.case.is_open and any(
        party.received_at is None and party.unit_id in units for party in parties
    )


PAGES: tuple[StepPage, ...] = (
    StepPage("receive", "appeals.receive", gettext_lazy("Sign for receipt"), forms.Nothing,
             _unsigned, unseen(commands.receive), "writing-sign"),
    StepPage("uphold", "appeals.answer", gettext_lazy("Uphold"), forms.Uphold, being("filed"),
             plain(commands.uphold, "answer", "points"), "check", "primary"),
    StepPage("dismiss", "appeals.answer", gettext_lazy("Dismiss"), forms.Dismiss, being("filed"),
             plain(commands.dismiss, "answer"), "ban"),
    StepPage("withdraw", "appeals.withdraw", gettext_lazy("Withdraw"), forms.Reason,
             being("filed"), plain(commands.withdraw_appeal, "reason"), "trash", "menu"),
)  # fmt: skip
BY_CODE = {each.code: each for each in PAGES}


@require_GET
@requires("appeals.view")
def appeal_list(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    asked = Filters(
        (
            Search("q", gettext_lazy("Words in the name")),
            Choice("state", gettext_lazy("Status"), list(STATES.items())),
        ),
        request.GET,
    )
    rows = policy.permitted(Appeal.objects.select_related(*ROW), "appeals.view", by)
    if asked["q"]:
        rows = rows.filter(score__name__contains=asked["q"])
    if asked["state"]:
        rows = rows.filter(case__state=asked["state"])
    context = {
        "filters": asked, "page": columns.APPEALS_ORDER.page(rows, request.GET),
        "columns": columns.appeal_columns(), "tabs": tabs.of(by, "appeals"),
    }  # fmt: skip
    return render_page(request, "assessments/appeals.html", "assessments/_appeals.html", context)


@require_http_methods(["GET", "POST"])
@requires("scores.appeal")
def new(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    row = scores.read(by, pk, "scores.appeal")
    data = request.POST if request.method == "POST" else None
    initial = {"pk": uuid7(), "request_id": uuid7(), "item": request.GET.get("item", "")}
    form = forms.AppealForm(data, initial=initial, spec=row.run.spec)
    if data is not None and form.is_valid():
        given = form.cleaned_data
        try:
            made = commands.appeal(
                given["pk"], score=pk, item=given["item"], text=given["text"],
                wanted=given["wanted"], by=by, at=at, request_id=given["request_id"],
            )  # fmt: skip
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Filed. The office that keeps the ranking was told."))
            return go_on(request, reverse("assessments:appeal", args=[made]))
    context = {"form": form, "row": row, "run": row.run}
    return render_page(
        request, "assessments/appeal_new.html", "assessments/appeal_new.html", context,
        422 if form.errors else 200,
    )  # fmt: skip


@require_GET
@requires("appeals.view")
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def _page(
    request: HttpRequest, pk: UUID, bad: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    row = policy.access(Appeal.objects.select_related(*ROW), "appeals.view", by, pk)
    parties = list(Party.objects.filter(case=pk, until=None).select_related("unit"))
    allowed = policy.allowed(Appeal, pk, {each.permission for each in PAGES}, by)
    offered = (
        each for each in PAGES if each.permission in allowed and each.possible(row, parties, by)
    )
    dialogs = offering.dialogs(offered, bad, lambda each: _form(each, row))
    spec = row.score.run.spec
    lines = [
        line for group in explaining.groups_of(row.score, spec) for line in group.lines
        if line.item.code == row.item
    ]  # fmt: skip
    case = row.case
    context = {
        "row": row, "case": case, "run": row.score.run, "spec": spec, "parties": parties,
        "item": spec.item(row.item), "line": lines[0] if lines else None,
        "total": row.score.printed(spec.digits), "dialogs": dialogs, "bad": bad[0] if bad else "",
        "look": LOOKS[case.state],
        "days": (case.due_on - today).days if case.unsettled and case.due_on else None,
        "timeline": timeline.timeline_of(
            list(Event.objects.filter(case=pk).order_by("-at", "-pk")),
            steps={"find": _("file the appeal"), "void": _("withdraw")},
            fields={"points": _("points")}, silent=("state",),
        ),
        "tabs": tabs.of(by, "appeals"),
    }  # fmt: skip
    return render_page(
        request, "assessments/appeal.html", "assessments/appeal.html", context, status
    )


def _form(each: StepPage, row: Appeal, data: Any = None) -> Any:
    initial: dict[str, Any] = {"request_id": uuid7(), "seen": row.case.version}
    if each.code == "uphold" and row.wanted is not None:
        initial["points"] = row.wanted.normalize()
    return each.form(data, initial=initial, auto_id=f"{each.code}_%s")


@require_POST
@requires("appeals.view")
def step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    row = policy.access(Appeal.objects.select_related(*ROW), "appeals.view", by, pk, at=at)
    found = offering.page_of(BY_CODE, code)
    form = _form(found, row, request.POST)
    return offering.answer(
        request, pk, found, form, by=by, at=at,
        again=lambda bad: _page(request, pk, bad, status=422),
        done=lambda: reverse("assessments:appeal", args=[pk]),
    )  # fmt: skip
