"""Hearings of a campaign: who hears of it how often, what is due, what was decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.campaigns import columns, queries, task_lists
from anlan.domain.campaigns.carrying.commands import hearings as do
from anlan.domain.campaigns.carrying.forms_signing import (
    DecisionsForm,
    HearingForm,
    Hold,
    Nothing,
    PutOff,
    Reason,
    RuleForm,
    StepForm,
)
from anlan.domain.campaigns.carrying.loop import HEARING_LOOKS, HEARING_STATES
from anlan.domain.campaigns.carrying.views_wanted import call_of, campaign_of, saved
from anlan.domain.campaigns.loop import STATES
from anlan.domain.campaigns.models import Campaign, Decision, Hearing, Task
from anlan.domain.supervision.files import files_of
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.loop import offering
from anlan.kernel.loop.models import Event
from anlan.kernel.loop.timeline import timeline_of
from anlan.kernel.papers import attachments
from anlan.kernel.papers.models import Attachment
from anlan.ui.pages import go_on, render_page

#: Hearings that a campaign's page shows, the newest.
SHOWN_MAX = 100


def _hearings(campaign: Campaign, by: Actor) -> QuerySet[Hearing]:
    rows = policy.permitted(campaign.hearings.all(), "hearings.view", by)
    return rows.select_related("case", "rule")


@require_GET
@requires("hearings.view")
def hearings(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The calendar of a campaign's hearings, with the tasks that came of each."""
    by, today = actor_of(request), timezone.localdate()
    row = campaign_of(pk, "campaigns.view", by)
    rows = list(_hearings(row, by).order_by("-case__due_on", "-pk")[:SHOWN_MAX])
    waiting = sorted(
        (one for one in rows if one.case.state == "awaited"),
        key=lambda one: one.case.due_on or today,
    )
    tasks = _tasks([one.pk for one in rows], by)
    context = {
        "campaign": row, "rules": list(row.hearing_rules.filter(ended_on=None).order_by("body")),
        "waiting": [(one, days(one, today)) for one in waiting],
        "past": [(one, tasks.get(one.pk, [])) for one in rows if one.case.state != "awaited"],
        "states": HEARING_STATES, "looks": HEARING_LOOKS, "request_id": uuid7(),
        "may_edit": "campaigns.edit" in policy.allowed(Campaign, pk, {"campaigns.edit"}, by),
    }  # fmt: skip
    return render_page(request, "campaigns/hearings.html", "campaigns/hearings.html", context)


def days(row: Hearing, today: Any) -> int | None:
    due = row.case.due_on
    return (due - today).days if row.case.unsettled and due is not None else None


def _tasks(hearings: list[UUID], by: Actor) -> dict[UUID, list[Task]]:
    """By hearing, the tasks that came of it and that the reader may see; one statement."""
    seen = queries.tasks(by).filter(line__decision__hearing__in=hearings)
    found: dict[UUID, list[Task]] = defaultdict(list)
    rows = seen.select_related("case", "line", "line__decision").order_by("line__place")
    for task in rows:
        found[task.line.decision.hearing_id].append(task)
    return found


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def new_rule(request: HttpRequest, pk: UUID) -> HttpResponse:
    campaign = campaign_of(pk, "campaigns.edit", actor_of(request))
    form = RuleForm(request.POST or None, initial={"months": 3})

    def save() -> None:
        call = call_of(request, form)
        call.pop("seen")
        do.make_rule(pk, form.new(), **call)

    title = _("A body that hears of it regularly")
    return _written(request, campaign, form, save, title)


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def new_hearing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One that no rule asks for."""
    campaign = campaign_of(pk, "campaigns.edit", actor_of(request))
    form = HearingForm(request.POST or None)

    def save() -> None:
        call, data = call_of(request, form), form.cleaned_data
        call.pop("seen")
        do.make_hearing(pk, do.NewHearing(data["body"], data["due_on"]), **call)

    return _written(request, campaign, form, save, _("A single hearing"))


def _written(
    request: HttpRequest, campaign: Campaign, form: Any, save: Callable[[], object], title: str
) -> HttpResponse:
    if request.method == "POST" and saved(form, save):
        messages.success(request, _("Saved."))
        return go_on(request, reverse("campaigns:hearings", args=[campaign.pk]))
    context = {"campaign": campaign, "form": form, "title": title}
    template = "campaigns/hearing_form.html"
    return render_page(request, template, template, context, 422 if form.errors else 200)


@require_POST
@requires("campaigns.edit")
def end_rule(request: HttpRequest, pk: UUID, rule: int) -> HttpResponse:
    campaign_of(pk, "campaigns.edit", actor_of(request), timezone.now())
    form = Nothing(request.POST)
    if not form.is_valid():
        raise NotFound
    do.end_rule(pk, rule, by=actor_of(request), at=timezone.now(), **form.call)
    messages.success(request, _("Ended: no further hearing is set down for it."))
    return go_on(request, reverse("campaigns:hearings", args=[pk]))


# --- one hearing ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """A button on a hearing's page and the dialog behind it."""

    code: str
    label: str | Promise
    states: tuple[str, ...]
    form: type[StepForm]
    symbol: str
    kind: str = ""
    files: bool = False


ACTS = (
    Act("hold", gettext_lazy("Record that it was held"), ("awaited",), Hold, "check", "primary",
        files=True),
    Act("add_papers", gettext_lazy("Add papers"), ("awaited", "held"), Nothing, "upload",
        files=True),
    Act("put_off", gettext_lazy("Put off"), ("awaited",), PutOff, "clock"),
    Act("drop", gettext_lazy("Drop this one"), ("awaited",), Reason, "trash", "danger"),
)  # fmt: skip
BY_CODE = {act.code: act for act in ACTS}


def _hearing(pk: UUID, permission: str, by: Actor) -> Hearing:
    rows = Hearing.objects.select_related("case", "campaign__area", "campaign__unit", "plan")
    return policy.access(rows, permission, by, pk, at=timezone.now())


def _form(act: Act, row: Hearing, data: Any = None) -> StepForm:
    initial = {"request_id": uuid7(), "seen": row.case.version, "held_on": timezone.localdate()}
    return act.form(data, auto_id=f"{act.code}_%s", initial=initial)


@require_GET
@requires("hearings.view")
def hearing(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def _page(
    request: HttpRequest, pk: UUID, bad: tuple[str, StepForm] | None = None, status: int = 200
) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    row = _hearing(pk, "hearings.view", by)
    may_edit = "hearings.edit" in policy.allowed(Hearing, pk, {"hearings.edit"}, by)
    offered = (act for act in ACTS if may_edit and row.case.state in act.states)
    dialogs = offering.dialogs(offered, bad, lambda act: _form(act, row))
    tasks = _tasks([pk], by).get(pk, [])
    task_lists.with_units(tasks)
    decisions = list(row.decisions.select_related("line").order_by("line__place"))
    by_line = {task.line_id: task for task in tasks}
    context = {
        "hearing": row, "campaign": row.campaign, "case": row.case, "dialogs": dialogs,
        "bad": bad[0] if bad else "", "days": days(row, today),
        "state": HEARING_STATES[row.case.state], "look": HEARING_LOOKS[row.case.state],
        "decisions": [(one, by_line.get(one.line_id)) for one in decisions],
        "days_of": lambda task: columns.days_left(task, today), "task_states": STATES,
        "files": list(Attachment.objects.of(do.FILES, pk)),
        "may_decide": may_edit and row.case.state == "held",
        "timeline": timeline_of(
            list(Event.objects.filter(case=pk).order_by("-seq")),
            steps={"find": gettext_lazy("put on the calendar")},
            fields={"meeting": gettext_lazy("meeting"), "held_on": gettext_lazy("held on"),
                    "files": gettext_lazy("papers"), "decisions": gettext_lazy("decisions")},
            silent=("state",),
        ),
    }  # fmt: skip
    return render_page(request, "campaigns/hearing.html", "campaigns/hearing.html", context, status)


@require_POST
@requires("hearings.edit")
def step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    act = BY_CODE.get(code)
    row = _hearing(pk, "hearings.edit", by)
    if act is None:
        raise NotFound
    form = _form(act, row, request.POST)
    if not form.is_valid():
        return _page(request, pk, (code, form), status=422)
    data = form.cleaned_data
    call: Any = {"by": by, "at": at, "seen": data["seen"], **form.call}
    try:
        files = files_of(request, "files") if act.files else []
        if code == "hold":
            do.hold(pk, held_on=data["held_on"], meeting=data["meeting"], note=data["note"],
                    files=files, **call)  # fmt: skip
        elif code == "add_papers":
            do.add_papers(pk, files=files, **call)
        elif code == "put_off":
            do.put_off(pk, due_on=data["due_on"], reason=data["reason"], **call)
        else:
            do.drop(pk, reason=data["reason"], **call)
    except Refusal as refusal:
        return offering.send_back(
            form, refusal, lambda: _page(request, pk, (code, form), status=422)
        )
    messages.success(request, _("Done: %(step)s.") % {"step": act.label})
    return go_on(request, reverse("campaigns:hearing", args=[pk]))


@require_http_methods(["GET", "POST"])
@requires("hearings.edit")
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was decided: each row becomes a task at once."""
    row = _hearing(pk, "hearings.edit", actor_of(request))
    form = DecisionsForm(request.POST or None, initial={"seen": row.case.version})
    if request.method == "POST" and saved(
        form, lambda: do.decide(pk, form.new(), **call_of(request, form))
    ):
        messages.success(request, _("Each decision is a task now, with a notice to its unit."))
        return go_on(request, reverse("campaigns:hearing", args=[pk]))
    context = {"hearing": row, "campaign": row.campaign, "form": form, "days": do.DUE_DAYS}
    template = "campaigns/hearing_decide.html"
    return render_page(request, template, template, context, 422 if form.errors else 200)


@require_GET
@requires("hearings.view")
def file(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponse:
    """A paper of a hearing, for whoever may see the hearing."""
    _hearing(pk, "hearings.view", actor_of(request))
    one = Attachment.objects.of(do.FILES, pk).filter(pk=file).select_related("blob").first()
    if one is None:
        raise NotFound
    return attachments.serve(one)


def of_line(line: UUID, by: Actor) -> Hearing | None:
    """The hearing that decided a line, where the reader may see it."""
    found = Decision.objects.filter(line=line)
    rows = policy.permitted(Hearing.objects.all(), "hearings.view", by)
    return rows.filter(pk__in=found.values("hearing")).first()
