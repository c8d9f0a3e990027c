"""Meetings of a campaign: what one goes through, its agenda, what it decided, and the minutes."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.campaigns import (
    queries,
)
from anlan.domain.campaigns.battlemap import compare
from anlan.domain.campaigns.meetings import changes as meetings
from anlan.domain.campaigns.meetings import commands, forms
from anlan.domain.campaigns.meetings import papers as meetings_papers
from anlan.domain.campaigns.models import Campaign, Meeting, MeetingItem, Minutes
from anlan.domain.campaigns.views_campaigns import own_units
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.fields import chosen_by
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop.forms import Reason, StepForm
from anlan.kernel.papers.official.language import of_papers
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Column, Filters
from anlan.ui.pages import go_on, render_page
from anlan.ui.parts import part

ORDERS = {"held": Keyset.by("-held_on", "-pk")}
LOOKS = {"draft": "draft", "issued": "closed", "correcting": "review"}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
Status = Meeting.Status


def _meeting(request: HttpRequest, pk: UUID, permission: str = "meetings.view") -> Meeting:
    rows = Meeting.objects.select_related("campaign", "unit", "area")
    return policy.access(rows, permission, actor_of(request), pk, at=timezone.now())


def _back(request: HttpRequest, pk: UUID) -> HttpResponse:
    return go_on(request, reverse("campaigns:meeting", args=[pk]))


@require_GET
@requires("meetings.view")
def of_campaign(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    campaign = policy.access(Campaign.objects.all(), "campaigns.view", by, pk)
    filters = Filters((), request.GET)
    rows = meetings.meetings(by).filter(campaign=campaign)
    shown = [
        Column("title", _("Meeting"), kind="text",
               link=lambda row: reverse("campaigns:meeting", args=[row.pk])),
        Column("held_on", _("Day"), kind="day"),
        Column("unit", _("Meeting held by"), cell="unit.name"),
        Column("status", _("State"), cell=lambda row: part(
            "state", row.get_status_display(), LOOKS[row.status])),
        Column("next_on", _("Next meeting"), kind="day", phone=False),
    ]  # fmt: skip
    page = filters.order(ORDERS, "held").page(rows, request.GET)
    stands = meetings.standing(page.rows)
    for row in page.rows:
        if data := stands.get(row.pk):
            row.title = data["title"]
            row.held_on = date.fromisoformat(data["held_on"])
            row.next_on = date.fromisoformat(data["next_on"]) if data["next_on"] else None
    context = {
        "campaign": campaign, "filters": filters, "columns": shown, "sort": "held", "page": page,
        "may_make": policy.may(by, "meetings.make"),
    }  # fmt: skip
    return render_page(request, "campaigns/meetings.html", "campaigns/_meetings.html", context)


# --- preparing -----------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("meetings.make")
def new(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    campaign = policy.access(Campaign.objects.all(), "campaigns.view", by, pk)
    initial = {"request_id": uuid7(), "held_on": timezone.localdate(),
               "title": _("%(title)s: dispatch meeting") % {"title": campaign.title}}  # fmt: skip
    return _edit(request, campaign, None, own_units(by), initial)


@require_http_methods(["GET", "POST"])
@requires("meetings.edit")
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _meeting(request, pk, "meetings.edit")
    initial = {**forms.MeetingForm.of(row), "request_id": uuid7()}
    return _edit(request, row.campaign, row, [row.unit], initial)


def _edit(
    request: HttpRequest, campaign: Campaign, row: Meeting | None, units: list[Unit],
    initial: dict[str, Any],
) -> HttpResponse:  # fmt: skip
    form = forms.MeetingForm(request.POST or None, initial=initial, units=units, series=row is None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        call: Any = {"by": actor_of(request), "at": timezone.now(), **form.call}
        try:
            if row is None:
                done = commands.make_meeting(form.new(uuid7(), campaign.pk), **call)
            else:
                given = form.new(row.pk, campaign.pk)
                done = commands.change_meeting(row.pk, given, seen=data["seen"], **call)
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return _back(request, done)
    context = {"form": form, "campaign": campaign, "meeting": row}
    return render_page(
        request, "campaigns/meeting_edit.html", "campaigns/meeting_edit.html", context,
        422 if form.errors else 200,
    )  # fmt: skip


@require_GET
@requires("meetings.view")
def meeting(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the meeting goes through today; once minutes are issued, what they say."""
    by, at = actor_of(request), timezone.now()
    today = timezone.localdate(at)
    row = _meeting(request, pk)
    minutes = list(row.minutes.order_by("-number"))
    may_edit = "meetings.edit" in policy.allowed(Meeting, pk, {"meetings.edit"}, by)
    context: dict[str, Any] = {
        "meeting": row, "minutes": minutes, "looks": LOOKS, "may_edit": may_edit,
        "open": row.status != Status.ISSUED, "request_id": uuid7(), "today": today,
        "labels": meetings.HEAPS, "verdicts": meetings.PROMISES,
        "kinds": dict(MeetingItem.Kind.choices),
        "attendance": list(row.attendance.order_by("place")),
    }  # fmt: skip
    if not (may_edit and row.status != Status.ISSUED) and minutes:
        # Of a correction that is being written, others see what stands.
        return _standing(request, row, minutes[0], context)
    found = meetings.figures(row, by, today)
    last = meetings.previous(row.unit_id, row.campaign_id, row.held_on)
    kept = meetings.promised(last, today)
    context |= {
        "figures": found, "late_shown": found.late_units[: meetings.UNITS_MAX],
        "last": last, "kept": kept, "points": meetings.agenda_of(row, found, kept),
        "by_rule": not row.agenda,
        "items": row.items.select_related("unit", "task__line", "line").order_by("place"),
    }  # fmt: skip
    return render_page(request, "campaigns/meeting.html", "campaigns/meeting.html", context)


def _standing(
    request: HttpRequest, row: Meeting, last: Minutes, context: dict[str, Any]
) -> HttpResponse:
    by = actor_of(request)
    tasks = [one["task"] for one in last.data["items"] if one["task"]]
    seen = queries.tasks(by).filter(pk__in=tasks).values_list("pk", flat=True)
    context |= {"data": last.data, "sections": meetings_papers.sections(last.data),
                "heads": meetings_papers.heads(last.data), "seen": set(map(str, seen)),
                "standing": last}  # fmt: skip
    return render_page(
        request, "campaigns/meeting_issued.html", "campaigns/meeting_issued.html", context
    )


@require_GET
@requires("meetings.edit")
def heap(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """The tasks behind one of the meeting's figures."""
    row = _meeting(request, pk, "meetings.edit")
    if code not in meetings.HEAPS:
        raise NotFound
    unit, after = (
        int(text) if (text := request.GET.get(name, "")).isdecimal() and len(text) < 10 else None
        for name in ("unit", "after")
    )
    today, first = timezone.localdate(), after or 0
    found = meetings.heap(row, code, actor_of(request), today, unit, first)
    base = f"?unit={unit}&after=" if unit else "?after="
    step = meetings.HEAP_PAGE
    context = {
        "meeting": row, "heap": found, "label": meetings.HEAPS[code], "today": today,
        "first": first, "is_change": code in compare.CHANGES,
        "may_promise": row.status != Status.ISSUED and code != "finished",
        "before_url": f"{base}{max(0, first - step)}" if first else "",
        "after_url": f"{base}{first + step}" if first + step < found.count else "",
    }  # fmt: skip
    return render_page(
        request, "campaigns/meeting_tasks.html", "campaigns/meeting_tasks.html", context
    )


@require_http_methods(["GET", "POST"])
@requires("meetings.edit")
def agenda(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The points in their order: each has a number and a text; without a text it goes."""
    by, at = actor_of(request), timezone.now()
    row = _meeting(request, pk, "meetings.edit")
    if request.method == "POST":
        form = StepForm(request.POST)
        if not form.is_valid():
            raise NotFound
        ordered = sorted(_points(request), key=lambda one: one[0])
        sent = [] if "by_rule" in request.POST else [(text, code) for _n, text, code in ordered]
        commands.set_agenda(
            pk, sent, seen=form.cleaned_data["seen"], by=by, at=at, **form.call
        )  # fmt: skip
        messages.success(request, _("Saved."))
        return _back(request, pk)
    found = meetings.figures(row, by, timezone.localdate(at))
    last = meetings.previous(row.unit_id, row.campaign_id, row.held_on)
    kept = meetings.promised(last, timezone.localdate(at))
    points = [*meetings.agenda_of(row, found, kept), *[meetings.Point("")] * forms.POINTS_NEW]
    context = {"meeting": row, "points": points, "request_id": uuid7()}
    return render_page(
        request, "campaigns/meeting_agenda.html", "campaigns/meeting_agenda.html", context
    )


def _points(request: HttpRequest) -> list[tuple[int, str, str]]:
    """(place, text, code) as they were sent."""
    found = []
    for n in range(commands.POINTS_MAX + forms.POINTS_NEW):
        text = request.POST.get(f"text_{n}", "")
        place = request.POST.get(f"place_{n}", "")
        code = request.POST.get(f"code_{n}", "")[:20]
        if text.strip():
            number = int(place) if place.isdecimal() and len(place) < 5 else n
            found.append((number, text.replace("\n", " "), code))
    return found


# --- what was decided ----------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("meetings.edit")
def new_item(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _meeting(request, pk, "meetings.edit")
    kind = request.GET.get("kind", "")
    initial: dict[str, Any] = {"request_id": uuid7(), "seen": row.version}
    if task := queries.uuid_of(request.GET.get("task", "")):
        rows = meetings.tasks_of(row.campaign, row.unit, actor_of(request))
        found = rows.filter(pk=task).select_related("case").first()
        if found is None:
            raise NotFound
        initial |= {"kind": "promise", "task": found.case.number}
    elif kind in MeetingItem.Kind.values:
        initial["kind"] = kind
    return _edit_item(request, row, None, initial)


@require_http_methods(["GET", "POST"])
@requires("meetings.edit")
def edit_item(request: HttpRequest, pk: UUID, item: int) -> HttpResponse:
    row = _meeting(request, pk, "meetings.edit")
    found = row.items.select_related("unit", "task__case").filter(pk=item).first()
    if found is None:
        raise NotFound
    initial = {**forms.ItemForm.of(found), "request_id": uuid7(), "seen": row.version}
    return _edit_item(request, row, found, initial)


def _edit_item(
    request: HttpRequest, row: Meeting, item: MeetingItem | None, initial: dict[str, Any]
) -> HttpResponse:
    by = actor_of(request)
    tasks = meetings.tasks_of(row.campaign, row.unit, by)
    form = chosen_by(
        forms.ItemForm(request.POST or None, initial=initial, tasks=tasks, item=item), by
    )
    if request.method == "POST" and form.is_valid():
        call: Any = {"by": by, "at": timezone.now(), **form.call}
        try:
            commands.put_item(
                row.pk, form.new(), item=item.pk if item else None,
                seen=form.cleaned_data["seen"], **call,
            )  # fmt: skip
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            again = reverse("campaigns:meeting_item_new", args=[row.pk])
            return go_on(request, again) if "again" in request.POST else _back(request, row.pk)
    unit = form.cleaned_data.get("unit") if form.is_bound and hasattr(form, "cleaned_data") else (
        item.unit if item and item.kind == MeetingItem.Kind.DECISION else None
    )  # fmt: skip
    context = {"form": form, "meeting": row, "item": item, "unit": unit}
    return render_page(
        request, "campaigns/meeting_item.html", "campaigns/meeting_item.html", context,
        422 if form.errors else 200,
    )  # fmt: skip


def _step(request: HttpRequest, form: StepForm) -> Any:
    """Who, when, the button's own id, and the version that was looked at."""
    if not form.is_valid():
        raise NotFound
    return {"by": actor_of(request), "at": timezone.now(), **form.call,
            "seen": form.cleaned_data["seen"]}  # fmt: skip


@require_POST
@requires("meetings.edit")
def remove_item(request: HttpRequest, pk: UUID, item: int) -> HttpResponse:
    _meeting(request, pk, "meetings.edit")
    commands.remove_item(pk, item, **_step(request, StepForm(request.POST)))
    messages.success(request, _("Taken out."))
    return _back(request, pk)


@require_POST
@requires("meetings.edit")
def issue(request: HttpRequest, pk: UUID) -> HttpResponse:
    _meeting(request, pk, "meetings.edit")
    try:
        commands.issue(pk, **_step(request, StepForm(request.POST)))
    except Refusal as refusal:
        if "field" not in refusal.data:
            raise
        messages.error(request, str(refusal))
        edit = reverse("campaigns:meeting_edit", args=[pk])
        return go_on(request, f"{edit}#f-{refusal.data['field']}")
    messages.success(request, _("The minutes are issued; each decision is a task now."))
    return _back(request, pk)


@require_POST
@requires("meetings.edit")
def correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    _meeting(request, pk, "meetings.edit")
    form = Reason(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say what is wrong with the minutes; readers will see it."))
        return _back(request, pk)
    commands.correct(pk, reason=form.cleaned_data["reason"], **_step(request, form))
    return _back(request, pk)


# --- papers --------------------------------------------------------------------------------


def _agenda_data(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    row = _meeting(request, pk, "meetings.edit")
    figures = meetings_papers.figures_of(row, actor_of(request), timezone.localdate())
    return meetings_papers.taken(row, figures)


def _minutes_data(request: HttpRequest, pk: UUID, number: int) -> Minutes:
    row = _meeting(request, pk)
    found = row.minutes.filter(number=number).first()
    if found is None:
        raise NotFound
    return found


def _paper(
    request: HttpRequest, pk: UUID, data: dict[str, Any], docx: str, by: str, at: Any
) -> HttpResponse:
    context = {
        "data": data, "title": meetings_papers.title_of(data), "docx": docx, "by": by, "at": at,
        "heads": meetings_papers.heads(data), "sections": meetings_papers.sections(data),
        "back": reverse("campaigns:meeting", args=[pk]), "numeral": meetings_papers.numeral,
    }  # fmt: skip
    return render_page(
        request, "campaigns/meeting_paper.html", "campaigns/meeting_paper.html", context
    )


def _docx(data: dict[str, Any], by: str, at: Any) -> HttpResponse:
    answer = HttpResponse(meetings_papers.written(data, by, at), content_type=DOCX)
    with of_papers():
        name = quote(f"{meetings_papers.title_of(data)}.docx")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer


@require_GET
@requires("meetings.edit")
def agenda_print(request: HttpRequest, pk: UUID) -> HttpResponse:
    data, at = _agenda_data(request, pk), timezone.now()
    docx = reverse("campaigns:meeting_agenda_docx", args=[pk])
    return _paper(request, pk, data, docx, actor_of(request).name, at)


@require_GET
@requires("meetings.edit")
def agenda_docx(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _docx(_agenda_data(request, pk), actor_of(request).name, timezone.now())


@require_GET
@requires("meetings.view")
def minutes_print(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    found = _minutes_data(request, pk, number)
    docx = reverse("campaigns:meeting_minutes_docx", args=[pk, number])
    return _paper(request, pk, found.data, docx, found.issued_by, found.issued_at)


@require_GET
@requires("meetings.view")
def minutes_docx(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    found = _minutes_data(request, pk, number)
    return _docx(found.data, found.issued_by, found.issued_at)
