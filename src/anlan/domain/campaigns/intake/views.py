"""Documents handed in: dropped, being read, confirmed task by task, and made into a draft plan."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.campaigns.intake import commands
from anlan.domain.campaigns.intake import jobs as jobs_intake
from anlan.domain.campaigns.intake.fields import COMPARATORS, TaskIncomplete, ours, posted, typed
from anlan.domain.campaigns.intake.figures import corrections as figure_corrections
from anlan.domain.campaigns.intake.figures import is_report
from anlan.domain.campaigns.intake.items import (
    ACCEPTED,
    DROPPED,
    OPEN,
    Fields,
    Item,
    after,
    corrections,
    cuts,
    items,
    mendings,
)
from anlan.domain.campaigns.intake.plan import PlanForm
from anlan.domain.campaigns.intake.text import lines
from anlan.domain.campaigns.models import Intake, Line, LineUnit
from anlan.domain.campaigns.reading.arithmetic import SENTENCES
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit
from anlan.kernel.jobs.models import Job
from anlan.kernel.loop.plain import Call
from anlan.kernel.papers.documents import refusals
from anlan.kernel.papers.documents.reading import can_recognise
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Column, Filters
from anlan.ui.pages import go_on, is_htmx, render_page
from anlan.ui.parts import part

ORDERS = {"made": Keyset.by("-made_at", "-pk")}
#: The mark of a state of an intake, by what ui.state knows.
TONES = {
    "waiting": "running", "read": "draft", "taken": "done", "counted": "done", "dropped": "void",
}  # fmt: skip
#: What a person should look at before taking an item.
GAPS = {
    "title": gettext_lazy("It has no heading of its own; give it a title."),
    "due": gettext_lazy("The year of the deadline is inferred from the context."),
    "target": gettext_lazy("The number isn't stated in so many words, but inferred from them."),
    "unit": gettext_lazy("A unit that it names isn't found among ours; choose which one is meant."),
    "repair": gettext_lazy("Its words have lost signs; look at the marked places."),
    "contradiction": gettext_lazy("Its numbers are part of a contradiction (see above)."),
    "recognised": gettext_lazy("Its words were recognised from a picture and aren't sure."),
    "model": gettext_lazy("A language model proposed it; hold it against the text."),
}
_FAILURES = {
    one.code: one
    for one in (*vars(refusals).values(), jobs_intake.FileGone)
    if isinstance(one, type) and issubclass(one, refusals.DocumentRefusal)
}


@require_http_methods(["GET", "POST"])
@requires("intakes.view")
def intakes(request: HttpRequest) -> HttpResponse:
    """What the unit was handed, and a place to drop the next."""
    by = actor_of(request)
    if request.method == "POST":
        return _received(request)
    rows = policy.permitted(Intake.objects.all(), "intakes.view", by)
    rows = rows.defer("reading", "decisions").select_related("unit")
    asked = Filters((), request.GET)
    page = asked.order(ORDERS, "made").page(rows, request.GET)
    context = {
        "filters": asked, "page": page, "columns": _columns(), "sort": "made",
        "can_recognise": can_recognise(),
    }  # fmt: skip
    return render_page(request, "campaigns/intakes.html", "campaigns/_intakes.html", context)


def _received(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise TaskIncomplete(
            field="file", reason=_("Choose the notice: a .pdf, .docx, .doc or .txt.")
        )
    policy.demand(actor_of(request), "intakes.make", timezone.now())
    pk = commands.hand_in(jobs_intake.kept(file), **call_of(request))
    return go_on(request, reverse("campaigns:intake", args=[pk]))


def _columns() -> list[Column]:
    return [
        Column("name", _("Document"), kind="text", cell="name",
               link=lambda row: reverse("campaigns:intake", args=[row.pk])),
        Column("status", _("State"), cell=lambda row: part(
            "state", row.get_status_display(), TONES.get(row.status, row.status))),
        Column("made", _("Handed in"), cell="made_at", kind="moment"),
        Column("by", _("By"), cell="made_by", phone=False),
        Column("unit", _("Unit"), cell="unit.name", phone=False),
    ]  # fmt: skip


def call_of(request: HttpRequest) -> Call:
    """The id that the form carries makes a repeat harmless; a form without one gets a new one."""
    try:
        request_id = UUID(request.POST.get("request_id", ""))
    except ValueError:
        request_id = uuid7()
    return {"by": actor_of(request), "at": timezone.now(), "request_id": request_id}


def intake_of(request: HttpRequest, pk: UUID) -> Intake:
    rows = Intake.objects.select_related("area", "unit", "plan")
    return policy.access(rows, "intakes.view", actor_of(request), pk)


@require_GET
@requires("intakes.view")
def intake(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A document at whatever step it is: being read, to be confirmed, made into a plan."""
    row = intake_of(request, pk)
    if row.is_countable and _figures_first(request, row):
        return redirect("campaigns:intake_figures", pk=pk)
    if not row.is_open:
        return _not_open(request, row)
    every = items(row)
    context = _context(request, row, every, _asked(every, request.GET.get("item", "")))
    if not is_htmx(request):
        context |= _paper(row, every)
    return render_page(request, "campaigns/intake.html", "campaigns/_intake_item.html", context)


def _figures_first(request: HttpRequest, row: Intake) -> bool:
    """A report gives nobody anything to do: whoever asks for its tasks says so in the address."""
    asked = "item" in request.GET or "tasks" in request.GET or is_htmx(request)
    return not asked and row.status != Intake.Status.TAKEN and is_report(row.reading)


def _not_open(request: HttpRequest, row: Intake) -> HttpResponse:
    context = {"intake": row, "tone": TONES.get(row.status, row.status), **_work(row)}
    template = "campaigns/intake_other.html"
    return render_page(request, template, template, context)


def _work(row: Intake) -> dict[str, Any]:
    """How the reading stands: its job, or why there is nothing to confirm."""
    job = None
    if row.status == Intake.Status.WAITING:
        key = f"{commands.TASK}:{row.pk}"
        job = Job.objects.filter(task=commands.TASK, key=key).order_by("-id").first()
    return {"job": job, "running": bool(job and job.is_live), "why": _why(row)}


def _why(row: Intake) -> str:
    told = row.reading.get("refusal", {})
    known = _FAILURES.get(told.get("code", ""))
    return str(known(**told["data"])) if known else row.why


@require_GET
@requires("intakes.view")
def intake_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the progress bar asks every second; at the end it sends for the page."""
    row = intake_of(request, pk)
    context = {"intake": row, **_work(row)}
    response = HttpResponse(render_to_string("campaigns/_intake_job.html", context, request))
    if not context["running"]:
        response["HX-Refresh"] = "true"
    return response


# --- confirming ------------------------------------------------------------------------------


def _asked(every: list[Item], key: str) -> Item | None:
    return next((item for item in every if item.key == key), None) or after(every)


def _context(
    request: HttpRequest,
    row: Intake,
    every: list[Item],
    item: Item | None,
    typed_in: Fields | None = None,
) -> dict[str, Any]:
    fields = typed_in or (item.fields if item else None)
    keys = [one.key for one in every]
    at = keys.index(item.key) if item else len(keys)
    return {
        "intake": row, "items": every, "item": item, "fields": fields,
        "taken": sum(one.state == ACCEPTED for one in every),
        "dropped": sum(one.state == DROPPED for one in every),
        "decided": sum(one.state != OPEN for one in every),
        "whole": sum(one.state == OPEN and not one.gaps for one in every),
        "before": every[at - 1] if at > 0 and every else None,
        "behind": every[at + 1] if at + 1 < len(every) else None,
        "gaps": [GAPS[code] for code in (item.gaps if item else ())],
        "mendings": mendings(fields, row.reading) if fields else [],
        "cuts": cuts(item, row.reading) if item else [],
        "kinds": Line.Kind.choices, "roles": LineUnit.Role.choices, "comparators": COMPARATORS,
        "names": _names(fields), "request_id": uuid7(),
        "by_default": bool(fields and not fields["units"]) and _recipients(row),
    }  # fmt: skip


def _names(fields: Fields | None) -> dict[int, str]:
    """Names of our units that the shown item means: one statement, or none."""
    wanted = [one["unit"] for one in (fields or {}).get("units", ()) if one["unit"]]
    return dict(Unit.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}


def _recipients(row: Intake) -> str:
    said = row.reading.get("notice", {}).get("recipients", ())
    return "、".join(re.sub(r"\s", "", one["text"]) for one in said)


def _paper(row: Intake, every: list[Item]) -> dict[str, Any]:
    """The document itself: drawn once, a decision moves only what is coloured in it."""
    reading = row.reading
    return {
        "lines": lines(reading, every), "notice": reading.get("notice", {}),
        "recognised": reading.get("recognised"), "model": reading.get("model"),
        "figures": len(reading.get("figures", ())),
        "repairs": len(reading.get("repairs", ())), "ours": list(ours(row)),
        "against": [told_against(one) for one in reading.get("contradictions", ())],
    }  # fmt: skip


def told_against(one: Mapping[str, Any]) -> dict[str, Any]:
    said = _(SENTENCES[one["code"]]) % one["values"] if one["code"] in SENTENCES else one["reason"]
    return {"reason": said, "verdict": one["verdict"], "start": one["start"], "end": one["end"]}


@require_POST
@requires("intakes.decide")
def intake_decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One press: take, leave out, open again, split, join, add, or take all without a gap."""
    row = intake_of(request, pk)
    if not row.is_open:
        raise commands.IntakeNotOpen(status=row.get_status_display())
    act, key = request.POST.get("act", ""), request.POST.get("item", "")
    seen = number_of(request, "version")
    if act in ("accept", "drop", "reopen"):
        return _decided(request, row, act, key, seen)
    call = call_of(request)
    if act == "accept_whole":
        commands.accept_whole(pk, seen=seen, **call)
    elif act == "split":
        commands.split(pk, key, number_of(request, "at"), seen=seen, **call)
    elif act == "join":
        commands.join(pk, key, seen=seen, **call)
    elif act == "add":
        commands.add(pk, *span_of(request, row), seen=seen, **call)
        changed = items(Intake.objects.select_related("area").get(pk=pk))
        key = next((one.key for one in reversed(changed) if one.key.startswith("a")), "")
    else:
        raise NotFound
    # The text is cut otherwise now, so it is drawn anew.
    return go_on(request, _url(pk, key if act != "accept_whole" else ""))


def number_of(request: HttpRequest, name: str) -> int:
    said = request.POST.get(name, "")
    return int(said) if said.isdecimal() and len(said) < 12 else -1


def span_of(request: HttpRequest, row: Intake) -> tuple[int, int]:
    """Where the words that were marked stand; without a script they are typed or pasted."""
    start, end = number_of(request, "start"), number_of(request, "end")
    words = request.POST.get("words", "").strip()
    if start < 0 and words:
        start = row.reading["text"].find(words)
        end = start + len(words)
    return max(0, start), end if start >= 0 else -1


def _url(pk: UUID, key: str) -> str:
    return reverse("campaigns:intake", args=[pk]) + (f"?item={key}" if key else "")


def _decided(request: HttpRequest, row: Intake, act: str, key: str, seen: int) -> HttpResponse:
    every = items(row)
    item = next((one for one in every if one.key == key), None)
    if item is None:
        raise NotFound
    fields = None
    if act == "accept" and "title" in request.POST:
        try:
            fields = posted(request.POST, item.fields, row.path, ours(row))
        except TaskIncomplete as refusal:
            return _wrong(request, row, every, item, refusal)
    commands.decide(row.pk, key, act, fields, seen=seen, **call_of(request))
    row = intake_of(request, row.pk)
    every = items(row)
    chosen = (
        next((one for one in every if one.key == key), None)
        if act == "reopen"
        else after(every, key)
    )
    url = _url(row.pk, chosen.key if chosen else "")
    if not is_htmx(request):
        return go_on(request, url)
    response = render_page(request, "campaigns/intake.html", "campaigns/_intake_item.html",
                           _context(request, row, every, chosen))  # fmt: skip
    response["HX-Replace-Url"] = url
    return response


def _wrong(
    request: HttpRequest, row: Intake, every: list[Item], item: Item, refusal: Refusal
) -> HttpResponse:
    """The form once more, with what was typed and what is wrong with it."""
    fields = typed(request.POST, item.fields)
    context = _context(request, row, every, item, fields) | {"wrong": refusal}
    if not is_htmx(request):
        context |= _paper(row, every)
    return render_page(
        request, "campaigns/intake.html", "campaigns/_intake_item.html", context, 422
    )


@require_POST
@requires("intakes.decide")
def intake_aside(request: HttpRequest, pk: UUID) -> HttpResponse:
    intake_of(request, pk)
    commands.put_aside(pk, seen=number_of(request, "version"), **call_of(request))
    messages.success(request, _("Put aside; nothing of it is in any plan."))
    return go_on(request, reverse("campaigns:intakes"))


@require_http_methods(["GET", "POST"])
@requires("intakes.decide")
def intake_plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the plan is called and where it belongs; most of it stands in the document."""
    row = intake_of(request, pk)
    if not row.is_open:
        raise commands.IntakeNotOpen(status=row.get_status_display())
    every = items(row)
    form = PlanForm(row, actor_of(request), request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                call, seen = call_of(request), form.cleaned_data["version"]
                plan, campaign = form.terms(call["request_id"])
                made = commands.make_plan(pk, plan, campaign, seen=seen, **call)
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("The draft is made. Look it over, then publish it."))
                return go_on(request, reverse("campaigns:plan", args=[made]))
    context = {
        "intake": row, "form": form, "taken": sum(one.state == ACCEPTED for one in every),
        "left": sum(one.state == OPEN for one in every), "request_id": uuid7(),
    }  # fmt: skip
    template = "campaigns/intake_plan.html"
    return render_page(request, template, template, context, status)


@require_GET
@requires("intakes.view")
def intake_corrections(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What people decided otherwise than was read, a line each: examples for the reader's tests."""
    row = intake_of(request, pk)
    every = [*corrections(row), *figure_corrections(row)]
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in every)
    response = HttpResponse(text, content_type="application/x-ndjson; charset=utf-8")
    name = quote(f"{row.name.rpartition('.')[0] or row.name}-corrections.jsonl")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response
