"""What follows an accident: the list, one's page, those of an accident, the terms of a restart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.accidents import queries, tabs
from anlan.domain.accidents.commands import followups as commands
from anlan.domain.accidents.forms_controls import EndForm
from anlan.domain.accidents.forms_followups import (
    AnswerForm,
    FollowUpForm,
    JudgeForm,
    RestartForm,
    TermsForm,
)
from anlan.domain.accidents.models import Accident, FollowUp, RestartTerms
from anlan.domain.hazards.models import Hazard
from anlan.domain.lists import sums
from anlan.domain.lists.permissions import ANSWERS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.views_pickers import area_name
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Filters, Flag
from anlan.ui.pages import go_on, render_page
from anlan.ui.parts import cell

ORDER = Keyset.by("due_on?", "pk")
STATES = (
    ("open", gettext_lazy("to be answered")), ("answered", gettext_lazy("answered, to be judged")),
    ("judged", gettext_lazy("judged")), ("withdrawn", gettext_lazy("withdrawn")),
)  # fmt: skip
TONES = {"done": "green", "partly": "amber", "not_done": "red"}
TERMS_SHOWN = 50


def _filters(params: QueryDict) -> Filters:
    return Filters(
        (
            Choice("kind", gettext_lazy("What follows"), FollowUp.Kind.choices),
            Choice("status", gettext_lazy("Status"), list(STATES)),
            Flag("late", pgettext_lazy("followup", "Overdue")),
            Flag("mine", gettext_lazy("My unit answers")),
        ),
        params,
    )


def _narrowed(rows: QuerySet[FollowUp], asked: Filters, by: Any) -> QuerySet[FollowUp]:
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    status = asked["status"]
    if status == "withdrawn":
        return rows.exclude(withdrawn_at=None)
    rows = rows.filter(withdrawn_at=None)
    if status == "open":
        rows = rows.filter(answered_at=None, verdict="")
    elif status == "answered":
        rows = rows.filter(answered_at__isnull=False, verdict="")
    elif status == "judged":
        rows = rows.exclude(verdict="")
    if asked["late"]:
        rows = rows.filter(answered_at=None, verdict="", due_on__lt=timezone.localdate())
    if asked["mine"]:
        rows = rows.filter(unit__in=policy.units_of(by, ANSWERS))
    return rows


def state_of(row: FollowUp) -> tuple[Any, str]:
    """How it stands in words, and in which colour."""
    if row.withdrawn_at:
        return _("withdrawn"), "line"
    if row.verdict:
        return row.get_verdict_display(), TONES[row.verdict]
    return (_("answered, to be judged"), "blue") if row.answered_at else (
        _("to be answered"), "amber")  # fmt: skip


def _columns() -> list[Column]:
    today = timezone.localdate()

    def due(row: FollowUp) -> Any:
        over = bool(row.verdict or row.answered_at or row.withdrawn_at)
        return cell("due", row.due_on, (row.due_on - today).days, over) if row.due_on else None

    return [
        Column("text", gettext_lazy("What is to be done"), cell=lambda row: row.text[:80],
               kind="text", link=lambda row: reverse("accidents:followup", args=[row.pk])),
        Column("accident", gettext_lazy("Accident"), cell="accident.title", kind="text"),
        Column("kind", gettext_lazy("What follows"), cell="get_kind_display"),
        Column("unit", gettext_lazy("Who answers"), cell="unit.name", kind="text"),
        Column("due", gettext_lazy("Due"), cell=due),
        Column("status", gettext_lazy("Status"), cell=lambda row: state_of(row)[0]),
        Column("found", gettext_lazy("Found elsewhere"), cell="found", kind="number", phone=False),
    ]  # fmt: skip


@require_GET
@requires("followups.view")
def followup_list(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    asked = _filters(request.GET)
    rows = policy.permitted(FollowUp.objects.all(), "followups.view", by)
    rows = _narrowed(rows, asked, by).select_related("accident", "unit")
    context = {
        "tabs": tabs.of(by, "followups"), "filters": asked, "columns": _columns(),
        "page": ORDER.page(rows, request.GET),
        "may_terms": policy.may(by, "restartterms.make"),
    }  # fmt: skip
    return render_page(request, "accidents/followups.html", "accidents/_followups.html", context)


@require_GET
@requires("followups.view")
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def _page(
    request: HttpRequest, pk: UUID, bad: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    by = actor_of(request)
    rows = FollowUp.objects.select_related("accident", "unit")
    row = policy.access(rows, "followups.view", by, pk)
    allowed = policy.allowed(
        FollowUp, pk, {"followups.answer", "followups.judge", "followups.edit"}, by
    )
    new: dict[str, Any] = {"request_id": uuid7()}
    named = Hazard.objects.filter(pk__in=row.hazards.values("hazard")).select_related("case")
    hazards = list(policy.permitted(named, "hazard.view", by).order_by("pk"))
    forms = {
        "answer": AnswerForm(
            initial={**new, "answer": row.answer, "found": row.found,
                     "numbers": "\n".join(one.case.number for one in hazards)},
            auto_id="answer_%s",
        ),
        "judge": JudgeForm(initial={**new, "verdict": row.verdict, "evidence": row.evidence},
                           auto_id="judge_%s"),
        "withdraw": EndForm(initial=new, auto_id="withdraw_%s"),
    }  # fmt: skip
    if bad:
        forms[bad[0]] = bad[1]
    words, tone = state_of(row)
    context = {
        "row": row, "forms": forms, "bad": bad[0] if bad else "", "words": words, "tone": tone,
        "may": set() if row.withdrawn_at else {name.split(".")[1] for name in allowed},
        "hazards": hazards, "hidden": row.hazards.count() - len(hazards),
        "sees": queries.visible(by).filter(pk=row.accident_id).exists(),
    }  # fmt: skip
    return render_page(
        request, "accidents/followup.html", "accidents/followup.html", context, status
    )


def _step(
    request: HttpRequest, pk: UUID, code: str, form: Any, do: Callable[..., Any], done: str
) -> HttpResponse:
    """Take a step with one, or show its page again with what must be mended."""
    by, at = actor_of(request), timezone.now()
    permission = "followups.edit" if code == "withdraw" else f"followups.{code}"
    policy.access(FollowUp.objects.all(), permission, by, pk, at=at)
    if not form.is_valid():
        return _page(request, pk, (code, form), status=422)
    data = form.cleaned_data
    given = {name: value for name, value in data.items() if name != "request_id"}
    try:
        do(pk, **given, by=by, at=at, request_id=data["request_id"])
    except Refusal as refusal:
        put_refusal(form, refusal)
        return _page(request, pk, (code, form), status=422)
    messages.success(request, done)
    return go_on(request, reverse("accidents:followup", args=[pk]))


@require_POST
@requires("followups.answer")
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = AnswerForm(request.POST, auto_id="answer_%s")
    return _step(request, pk, "answer", form, commands.answer_followup, _("Answered."))


@require_POST
@requires("followups.judge")
def judge(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = JudgeForm(request.POST, auto_id="judge_%s")
    return _step(request, pk, "judge", form, commands.judge_followup, _("Judged."))


@require_POST
@requires("followups.edit")
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = EndForm(request.POST, auto_id="withdraw_%s")
    return _step(request, pk, "withdraw", form, commands.withdraw_followup, _("Withdrawn."))


@require_http_methods(["GET", "POST"])
@requires("accidents.view")
def of_accident(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All that follows one accident; office and leader add to it."""
    by, at = actor_of(request), timezone.now()
    post = request.method == "POST"
    accident = policy.access(
        Accident.objects.select_related("case"), "accidents.lead" if post else "accidents.view",
        by, pk, at=at,
    )  # fmt: skip
    restart = request.POST.get("what") == "restart"
    new: dict[str, Any] = {"request_id": uuid7()}
    form = FollowUpForm(request.POST if post and not restart else None, initial=new)
    again = RestartForm(
        request.POST if post and restart else None, auto_id="restart_%s",
        initial={**new, "unit": accident.enterprise_name},
    )  # fmt: skip
    bound: Any = again if restart else form
    if post and bound.is_valid():
        data = bound.cleaned_data
        call: Any = {"by": by, "at": at, "request_id": data["request_id"]}
        try:
            if restart:
                commands.want_restart(pk, unit=data["unit"], due_on=data["due_on"], **call)
            else:
                commands.follow_up(pk, form.new(), **call)
        except Refusal as refusal:
            put_refusal(bound, refusal)
        else:
            messages.success(request, _("They were told."))
            return go_on(request, reverse("accidents:of_accident", args=[pk]))
    rows = accident.followups.select_related("unit")
    counts = list(
        rows.filter(withdrawn_at=None).order_by("kind").values("kind")
        .annotate(all=Count("pk"), answered=Count("answered_at"),
                  done=Count("pk", filter=Q(verdict="done")))
    )  # fmt: skip
    terms = commands.terms_for(accident)
    context = {
        "row": accident, "form": form, "again": again,
        "columns": [each for each in _columns() if each.code != "accident"],
        "page": ORDER.page(rows.select_related("accident"), request.GET),
        "filters": _filters(QueryDict()),
        "sums": bool(counts), "parts": [_sum(each) for each in counts],
        "may_lead": "accidents.lead" in policy.allowed(Accident, pk, {"accidents.lead"}, by),
        "terms": terms, "term_items": list(terms.items) if terms else [],
        "restart": next((each for each in counts if each["kind"] == "term"), None),
    }  # fmt: skip
    return render_page(
        request, "accidents/of_accident.html", "accidents/of_accident.html", context,
        422 if post else 200,
    )  # fmt: skip


def _sum(each: Mapping[str, Any]) -> tuple[Any, str]:
    words = _("%(all)d in all, %(answered)d answered, %(done)d done") % each
    return FollowUp.Kind(each["kind"]).label, words


@require_http_methods(["GET", "POST"])
@requires("restartterms.view")
def terms(request: HttpRequest) -> HttpResponse:
    """What has to be shown before a restart, by area and version."""
    by, at = actor_of(request), timezone.now()
    may = policy.may(by, "restartterms.make")
    if request.method == "POST" and not may:
        raise NotFound
    rows = policy.permitted(RestartTerms.objects.all(), "restartterms.view", by)
    shown = list(rows.select_related("area", "unit").order_by("-made_at")[:TERMS_SHOWN])
    initial = {"pk": uuid7(), "request_id": uuid7(), "area": sums.widest(by).code,
               "items": "\n".join(shown[0].items) if shown else "",
               "source": shown[0].source if shown else ""}  # fmt: skip
    form = TermsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            commands.set_restart_terms(
                data["pk"], area=data["area"].pk, items=data["items"].splitlines(),
                source=data["source"], by=by, at=at, request_id=data["request_id"],
            )  # fmt: skip
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("The new version is in force."))
            return go_on(request, reverse("accidents:terms"))
    code = str(form["area"].value() or "")[:40]
    context = {
        "form": form, "shown": [(row, list(row.items)) for row in shown], "may": may,
        "area_code": code, "area_text": area_name(code),
    }  # fmt: skip
    return render_page(
        request, "accidents/terms.html", "accidents/terms.html", context,
        422 if form.errors else 200,
    )  # fmt: skip
