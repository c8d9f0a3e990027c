"""Transfers and letters: their lists, a new one, one with everything around it, its steps."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7, uuid_of
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.supervision import columns, commands, exporting, forms, queries, steps
from anlan.domain.supervision.commands import NewPaper
from anlan.domain.supervision.commands.issuing import word_of
from anlan.domain.supervision.commands.papers import ANSWER_FILES
from anlan.domain.supervision.files import files_of
from anlan.domain.supervision.loop import LETTER, LOOPS, NAMES, STATES, STEPS, TRANSFER
from anlan.domain.supervision.models import Letterhead, Outcome, Paper
from anlan.domain.supervision.permissions import OFFICE
from anlan.domain.supervision.tabs import tabs
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.fields import chosen_by
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.units import seen
from anlan.kernel.loop import offering
from anlan.kernel.loop.forms import CarryOut, Opinion, StepForm
from anlan.kernel.loop.models import Proposal
from anlan.kernel.loop.timeline import timeline_of
from anlan.kernel.papers import attachments
from anlan.kernel.papers.models import Attachment
from anlan.ui.lists import chosen
from anlan.ui.pages import go_on, render_page

EMPTY = {
    TRANSFER.kind: (
        gettext_lazy("No transfer yet"),
        gettext_lazy("Findings of unannounced checks are bundled into a transfer to whoever must "
                     "deal with them; what was transferred to your unit shows here, too."),
    ),
    LETTER.kind: (
        gettext_lazy("No letter yet"),
        gettext_lazy("A letter tells a responsible unit, and the unit above it, of cases that "
                     "must be dealt with; it starts here or from a hazard's page."),
    ),
}  # fmt: skip
#: The page of the list that each kind of paper stands in.
#: What a paper's own page shows beside its history.
SILENT = ("state", "rectifier", "replies", "talk", "answer")
LISTS = {TRANSFER.kind: "supervision:transfers", LETTER.kind: "supervision:letters"}


@require_GET
@requires("paper.view")
def transfers(request: HttpRequest) -> HttpResponse:
    return _list(request, TRANSFER.kind)


@require_GET
@requires("paper.view")
def letters(request: HttpRequest) -> HttpResponse:
    return _list(request, LETTER.kind)


def _list(request: HttpRequest, kind: str) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    asked = columns.paper_filters(request.GET)
    order = asked.order(columns.ORDERS, "issued")
    page = queries.page(by, kind, asked, order, request.GET, today)
    context = {
        "kind": kind, "name": NAMES[kind], "tabs": tabs(by, kind), "filters": asked, "page": page,
        "sort": asked.sort(columns.ORDERS, "issued"),
        "columns": chosen(columns.paper_columns(today), request.GET.get("cols", "")),
        "may_issue": policy.may(by, "paper.issue"), "empty": EMPTY[kind],
    }  # fmt: skip
    return render_page(request, "supervision/papers.html", "supervision/_papers.html", context)


# --- a new one -----------------------------------------------------------------------------


def _offices(request: HttpRequest) -> list[Unit]:
    units = policy.units_of(actor_of(request), OFFICE)
    return list(Unit.objects.filter(pk__in=units).order_by("path", "code"))


@require_http_methods(["GET", "POST"])
@requires("paper.issue")
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """A form over a table of what the paper can be about."""
    if kind not in LOOPS:
        raise NotFound
    by, at = actor_of(request), timezone.now()
    offices = _offices(request)
    if request.method == "POST":
        form = chosen_by(forms.PaperForm(kind, offices, request.POST), by)
        if form.is_valid():
            try:
                pk = commands.issue(
                    _stated(form, kind), by=by, request_id=form.cleaned_data["request_id"], at=at
                )
            except Refusal as refusal:
                if refusal.status >= 403 and refusal.status != 409:
                    raise
                name = str(refusal.data.get("field", ""))
                form.add_error(name if name in form.fields else None, str(refusal))
            else:
                messages.success(request, _("Issued."))
                return go_on(request, reverse("supervision:paper", args=[pk]))
    else:
        form = forms.PaperForm(kind, offices, initial={"pk": uuid7(), "request_id": uuid7()})
    return _new(request, kind, form)


def _stated(form: forms.PaperForm, kind: str) -> NewPaper:
    data = form.cleaned_data
    superior = data.get("superior")
    return NewPaper(
        pk=data["pk"], kind=kind, office=data["office"], receiver=data["receiver"].pk,
        superior=superior.pk if superior else None, subject=data["subject"], text=data["text"],
        due_on=data["due_on"], hazards=form.chosen,
    )  # fmt: skip


def _new(request: HttpRequest, kind: str, form: forms.PaperForm) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    asked = columns.candidate_filters(request.GET)
    page = queries.candidates(by, kind, asked, request.GET, today)
    first = [pk for value in request.GET.getlist("hazard") if (pk := uuid_of(value))]
    ticked = [*form.chosen, *first]
    listed = {row.pk for row in page.rows}
    # What was chosen before stays in the table though the filters no longer show it.
    before = queries.named(by, [pk for pk in ticked if pk not in listed])
    units = {
        name: form.cleaned_data.get(name) if form.is_bound and form.is_valid() else None
        for name in ("receiver", "superior")
    }
    for name in units:
        if form.is_bound and units[name] is None and (code := form.data.get(name)):
            units[name] = seen(code, by)
    context = {
        "kind": kind, "name": NAMES[kind], "form": form, "filters": asked, "page": page,
        "rows": [*before, *page.rows], "ticked": set(ticked), "units": units,
        "is_letter": kind == LETTER.kind, "list_url": reverse(LISTS[kind]),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render_page(request, "supervision/new.html", "supervision/new.html", context, status)


@require_http_methods(["GET", "POST"])
@requires("paper.issue")
def letterhead(request: HttpRequest) -> HttpResponse:
    """How one's offices head their papers."""
    offices = _offices(request)
    heads = {row.unit_id: row for row in Letterhead.objects.filter(unit__in=offices)}
    asked = request.GET.get("office", "")
    office = next((each for each in offices if str(each.pk) == asked), next(iter(offices), None))
    head = heads.get(office.pk) if office else None
    initial = {
        "office": office.pk if office else None,
        "transfer": head.transfer if head else "", "letter": head.letter if head else "",
    }  # fmt: skip
    form = forms.HeadForm(offices, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        commands.set_letterhead(
            data["office"], transfer=data["transfer"], letter=data["letter"],
            by=actor_of(request), at=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("Saved; it holds for papers from now on."))
        return go_on(request, reverse("supervision:letterhead"))
    context = {
        "form": form,
        "rows": [
            (unit, word_of(unit, TRANSFER.kind), word_of(unit, LETTER.kind), heads.get(unit.pk))
            for unit in offices
        ],
        "year": timezone.localdate().year, "tabs": tabs(actor_of(request), ""),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render_page(
        request, "supervision/letterhead.html", "supervision/letterhead.html", context, status
    )


# --- one -----------------------------------------------------------------------------------


def _access(request: HttpRequest, pk: UUID) -> Paper:
    rows = Paper.objects.select_related("case__area", "office", "receiver", "superior")
    found: Paper = policy.access(rows, "paper.view", actor_of(request), pk)
    found.demand_intact()
    return found


@require_GET
@requires("paper.view")
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def _page(
    request: HttpRequest, pk: UUID, bad: tuple[str, StepForm] | None = None, status: int = 200
) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    row = _access(request, pk)
    case, around = row.case, queries.around(row, by)
    allowed = {
        permission
        for permission in {step.permission for step in steps.STEPS} | {"paper.decide"}
        if policy.permitted(Paper.objects.filter(pk=pk), permission, by).exists()
    }
    dialogs = offering.dialogs(
        steps.offered(row, around, allowed, today), bad, lambda step: _form(step, row)
    )
    replying = "paper.reply" in allowed and case.state == "assigned"
    replies = None
    if replying:
        initial = {"request_id": uuid7(), "seen": case.version}
        replies = bad[1] if bad and bad[0] == "reply" else forms.Replies(
            around.items, initial=initial
        )  # fmt: skip
    context = {
        "paper": row, "case": case, "around": around, "dialogs": dialogs,
        "bad": bad[0] if bad else "", "replies": replies, "name": NAMES[row.kind],
        "state": STATES[case.state], "outcomes": dict(Outcome.choices),
        "days": (case.due_on - today).days if case.due_on and case.unsettled else None,
        "list_url": reverse(LISTS[row.kind]), "today": today,
        "timeline": timeline_of(around.events, steps=STEPS, silent=SILENT),
        "proposals": _talks(around) if "paper.decide" in allowed else [],
        "talks": around.proposals, "request_ids": [uuid7() for _row in around.proposals],
        "left": sum(not item.outcome for item in around.items), "by": by.name,
        "now": timezone.now(),
    }  # fmt: skip
    return render_page(request, "supervision/paper.html", "supervision/paper.html", context, status)


def _talks(around: queries.Around) -> list[Proposal]:
    undecided = (Proposal.Status.DRAFTED, Proposal.Status.APPROVED)
    return [row for row in around.proposals if row.status in undecided]


def _form(step: steps.Step, row: Paper) -> StepForm:
    initial = {"request_id": uuid7(), "seen": row.case.version}
    return step.form(initial=initial, auto_id=f"{step.code}_%s")


@require_POST
@requires("paper.view")
def step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Take a step from a paper's page. A form that must be mended comes back as it was typed."""
    by, at = actor_of(request), timezone.now()
    row = _access(request, pk)
    taken = steps.BY_CODE.get(code)
    if taken is None and code != "reply":
        raise NotFound
    if taken is None:
        items = queries.around(row, by).items
        form: StepForm = forms.Replies(items, request.POST)
    else:
        form = taken.form(request.POST, auto_id=f"{code}_%s")
    if not form.is_valid():
        return _page(request, pk, (code, form), status=422)
    try:
        if taken is None:
            assert isinstance(form, forms.Replies)
            commands.reply(
                pk, form.replies, by=by, at=at, request_id=form.cleaned_data["request_id"],
                seen=form.cleaned_data["seen"],
            )  # fmt: skip
        else:
            files = files_of(request, "files") if taken.files else []
            steps.take(taken, form, pk, by=by, at=at, files=files)
    except Refusal as refusal:
        return offering.send_back(
            form, refusal, lambda: _page(request, pk, (code, form), status=422)
        )
    label = taken.label if taken else _("Replies saved")
    messages.success(request, _("Done: %(step)s.") % {"step": label})
    return go_on(request, reverse("supervision:paper", args=[pk]))


@require_GET
@requires("paper.view")
def file(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponse:
    """A file of an answer, for whoever may see the paper."""
    answers = [str(each) for each in _access(request, pk).answers.values_list("pk", flat=True)]
    one = (
        Attachment.objects.filter(
            object_type=ANSWER_FILES, object_id__in=answers, withdrawn_at=None, pk=file
        )
        .select_related("blob")
        .first()
    )
    if one is None:
        raise NotFound
    return attachments.serve(one)


@require_GET
@requires("paper.view")
def export(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _access(request, pk)
    by = actor_of(request)
    return exporting.answer(row, queries.around(row, by), by=by, at=timezone.now())


@require_POST
@requires("paper.decide")
def talk(request: HttpRequest, pk: UUID, proposal: UUID, code: str) -> HttpResponse:
    """The leader approves or dismisses a talk that was proposed, or enters that it was held."""
    by, at = actor_of(request), timezone.now()
    _access(request, pk)
    if not Proposal.objects.filter(pk=proposal, case=pk).exists():
        raise NotFound
    if code == "carry_out":
        form: StepForm = CarryOut(request.POST)
        if form.is_valid():
            commands.carry_out_talk(
                proposal, on=form.cleaned_data["on"],
                paper_number=form.cleaned_data["paper_number"], by=by, at=at, **form.call,
            )  # fmt: skip
    elif code in ("approve", "dismiss"):
        form = Opinion(request.POST)
        if form.is_valid():
            commands.decide_talk(
                proposal, approve=code == "approve", reason=form.cleaned_data["reason"], by=by,
                at=at, **form.call,
            )  # fmt: skip
    else:
        raise NotFound
    if not form.is_valid():
        told = [str(error) for errors in form.errors.values() for error in errors]
        messages.error(request, " ".join(told))
    return go_on(request, reverse("supervision:paper", args=[pk]))
