"""Duty letters: the list with who hasn't signed, one letter, drawing up, and as a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from markupsafe import Markup

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.campaigns import (
    queries,
)
from anlan.domain.campaigns.carrying import letter_paper
from anlan.domain.campaigns.carrying.commands import letter_targets
from anlan.domain.campaigns.carrying.commands import letters as do
from anlan.domain.campaigns.carrying.forms_signing import (
    LetterForm,
    NewLettersForm,
    Nothing,
    Reason,
    SignForm,
    StepForm,
)
from anlan.domain.campaigns.carrying.loop import LETTER, LETTER_LOOKS, LETTER_STATES
from anlan.domain.campaigns.carrying.views_wanted import campaign_of, saved
from anlan.domain.campaigns.models import Campaign, Letter, Line, Signatory
from anlan.domain.campaigns.permissions import ANSWERS, LEADS
from anlan.domain.campaigns.views_campaigns import own_units
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.audit import trail
from anlan.kernel.loop import offering
from anlan.kernel.loop.models import Event
from anlan.kernel.loop.timeline import timeline_of
from anlan.kernel.papers import scripts
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Filters, Flag, Search
from anlan.ui.pages import go_on, render_page
from anlan.ui.parts import cell

ORDERS = {"due": Keyset.by("case__due_on?", "pk"), "starts": Keyset.by("-starts_on", "-pk")}
DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: Lines of a plan that are offered as articles.
LINES_MAX = 300


def _letters(by: Actor) -> QuerySet[Letter]:
    rows = policy.permitted(Letter.objects.all(), "duty_letters.view", by)
    return rows.select_related("case", "campaign", "unit")


@require_GET
@requires("duty_letters.view")
def letters(request: HttpRequest) -> HttpResponse:
    """Every duty letter that one may see; those behind time and unsigned come to the fore."""
    by, today = actor_of(request), timezone.localdate()
    asked = _filters(request)
    rows = _narrowed(_letters(by), asked, by)
    page = asked.order(ORDERS, "due").page(rows, request.GET)
    _with_signatures(page.rows)
    context = {
        "filters": asked, "page": page, "sort": asked.sort(ORDERS, "due"),
        "columns": _columns(today), "may_make": policy.may(by, "duty_letters.make"),
        "campaign": _chosen(by, request.GET.get("campaign", "")),
    }  # fmt: skip
    return render_page(request, "campaigns/letters.html", "campaigns/_letters.html", context)


def _chosen(by: Actor, pk: str) -> Campaign | None:
    return queries.campaigns(by).filter(pk=queries.uuid_of(pk) or UUID(int=0)).first()


def _filters(request: HttpRequest) -> Filters:
    of: tuple[Any, ...] = ()
    if campaign := request.GET.get("campaign", "")[:40]:
        of = (Choice("campaign", _("Campaign"), [(campaign, _("the one looked at"))]),)
    return Filters(
        (
            Search("q", _("Words in the title")),
            Search("unit", _("Who signs")),
            Choice("state", _("State"), list(LETTER_STATES.items())),
            Flag("unsigned", _("Somebody hasn't signed")),
            Flag("mine", _("For my unit to sign")),
            *of,
        ),
        request.GET,
    )


def _narrowed(rows: QuerySet[Letter], asked: Filters, by: Actor) -> QuerySet[Letter]:
    signing = Signatory.objects.filter(letter=OuterRef("pk"))
    rows = rows.filter(scripts.holding(asked["q"], "title"))
    if name := asked["unit"]:
        rows = rows.filter(Exists(signing.filter(scripts.holding(name, "unit_name"))))
    if state := asked["state"]:
        rows = rows.filter(case__state=state)
    else:
        rows = rows.exclude(case__state="void")
    if asked["unsigned"]:
        rows = rows.filter(Exists(signing.filter(signed_on=None)), case__state="signing")
    if asked["mine"]:
        units = policy.units_of(by, ANSWERS)
        mine = signing.filter(signed_on=None, unit__in=units)
        rows = rows.filter(Exists(mine), case__state="signing")
    if campaign := queries.uuid_of(asked.values.get("campaign")):
        rows = rows.filter(campaign=campaign)
    return rows


def _with_signatures(rows: Any) -> None:
    found: dict[UUID, list[Signatory]] = {row.pk: [] for row in rows}
    for one in Signatory.objects.filter(letter__in=list(found)).order_by("place"):
        found[one.letter_id].append(one)
    for row in rows:
        row.signing = found[row.pk]


def _columns(today: date) -> list[Column]:
    def due(row: Letter) -> Any:
        days = (row.case.due_on - today).days if row.case.unsettled and row.case.due_on else None
        return cell("due", row.case.due_on, days, days is None, False)

    return [
        Column("title", _("Duty letter"), kind="text",
               link=lambda row: reverse("campaigns:letter", args=[row.pk])),
        Column("takes", _("Who undertakes it"), kind="plain", cell=_takers),
        Column("state", _("State"),
               cell=lambda row: cell("state", str(LETTER_STATES[row.case.state]),
                                     LETTER_LOOKS[row.case.state])),
        Column("unsigned", _("Not signed by"), kind="plain", cell=_unsigned),
        Column("due", _("To be signed by"), cell=due, sort="due"),
        Column("ends", _("In force until"), cell="ends_on", kind="day", phone=False),
        Column("unit", _("Drawn up by"), cell="unit.name", phone=False),
    ]  # fmt: skip


def _takers(row: Any) -> str:
    return "、".join(one.unit_name for one in row.signing if one.side == Signatory.Side.TAKES)


def _unsigned(row: Any) -> Any:
    if row.case.state != "signing":
        return ""
    names = [one.unit_name for one in row.signing if one.signed_on is None]
    return Markup("<br>").join(names)


# --- one letter ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """A button on a letter's page and the dialog behind it."""

    code: str
    permission: str
    label: str | Promise
    states: tuple[str, ...]
    form: type[StepForm]
    call: Callable[[Any, UUID, dict[str, Any]], Any]
    symbol: str
    kind: str = ""


def _reasoned(command: Callable[..., Any]) -> Callable[[Any, UUID, dict[str, Any]], Any]:
    return lambda form, pk, call: command(pk, reason=form.cleaned_data["reason"], **call)


def _sign(form: Any, pk: UUID, call: dict[str, Any]) -> Any:
    data = form.cleaned_data
    return do.sign(pk, signatory=int(data["signatory"]), signed_on=data["signed_on"],
                   person=data["person"], post=data["post"], **call)  # fmt: skip


ACTS = (
    Act("sign", "duty_letters.sign", gettext_lazy("Record a signature"), ("signing",), SignForm,
        _sign, "writing-sign", "primary"),
    Act("send_out", "duty_letters.edit", gettext_lazy("Send out for signing"), ("drafted",),
        Nothing, lambda form, pk, call: do.send_out(pk, **call), "send", "primary"),
    Act("end", "duty_letters.edit", gettext_lazy("End it"), ("signed",), Reason,
        _reasoned(do.end), "circle-check"),
    Act("call_back", "duty_letters.edit", gettext_lazy("Call it back"), ("signing",), Reason,
        _reasoned(do.call_back), "arrow-back-up"),
    Act("withdraw", "duty_letters.edit", gettext_lazy("Withdraw the letter"),
        ("drafted", "signing"), Reason, _reasoned(do.withdraw), "trash", "danger"),
)  # fmt: skip
BY_CODE = {act.code: act for act in ACTS}
PERMISSIONS = {"duty_letters.edit", "duty_letters.sign"}


def _letter(pk: UUID, permission: str, by: Actor) -> Letter:
    rows = Letter.objects.select_related("case__area", "campaign", "unit")
    return policy.access(rows, permission, by, pk, at=timezone.now())


@require_GET
@requires("duty_letters.view")
def letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def _signable(row: Letter, by: Actor) -> list[Signatory]:
    """Signatures that this person may put on record."""
    rows = list(row.signatories.filter(signed_on=None).order_by("place"))
    if by.trusted or row.unit_id in policy.units_of(by, LEADS):
        return rows
    units = policy.units_of(by, ANSWERS)
    return [one for one in rows if one.unit_id in units]


def _page(
    request: HttpRequest, pk: UUID, bad: tuple[str, StepForm] | None = None, status: int = 200
) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    row = _letter(pk, "duty_letters.view", by)
    allowed = policy.allowed(Letter, pk, PERMISSIONS, by)
    offered = (act for act in ACTS if act.permission in allowed and row.case.state in act.states)
    dialogs = offering.dialogs(offered, bad, lambda act: _form(act, row, by))
    days = (row.case.due_on - today).days if row.case.unsettled and row.case.due_on else None
    may_read = {plan.pk for plan in queries.plans(by).filter(lines__in=_lines_of(row))}
    context = {
        "letter": row, "case": row.case, "dialogs": dialogs, "bad": bad[0] if bad else "",
        "state": LETTER_STATES[row.case.state], "look": LETTER_LOOKS[row.case.state],
        "targets": [
            (one, letter_targets.plain(one.mid), letter_targets.plain(one.end))
            for one in row.targets.order_by("place")
        ],
        "signatories": list(row.signatories.select_related("unit").order_by("place")),
        "articles": list(row.articles.select_related("line").order_by("place")),
        "may_read": may_read, "days": days,
        "may_edit": "duty_letters.edit" in allowed and row.case.state == "drafted",
        "timeline": timeline_of(list(Event.objects.filter(case=pk).order_by("-seq")),
                                steps={**LETTER.words, "find": gettext_lazy("draw up")},
                                silent=("state",),
                                fields={"signed": gettext_lazy("signature"),
                                        "on": gettext_lazy("on the day"),
                                        "title": gettext_lazy("letter")}),
    }  # fmt: skip
    return render_page(request, "campaigns/letter.html", "campaigns/letter.html", context, status)


def _lines_of(row: Letter) -> QuerySet[Line]:
    return Line.objects.filter(pk__in=row.articles.exclude(line=None).values("line"))


def _form(act: Act, row: Letter, by: Actor, data: Any = None) -> StepForm:
    initial = {"request_id": uuid7(), "seen": row.case.version, "signed_on": timezone.localdate()}
    more: dict[str, Any] = {"rows": _signable(row, by)} if act.form is SignForm else {}
    return act.form(data, auto_id=f"{act.code}_%s", initial=initial, **more)


@require_POST
@requires("duty_letters.view")
def step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    act = BY_CODE.get(code)
    if act is None:
        raise NotFound
    row = _letter(pk, "duty_letters.view", by)
    form = _form(act, row, by, request.POST)
    policy.access(Letter.objects.all(), act.permission, by, pk, at=at)
    if not form.is_valid():
        return _page(request, pk, (code, form), status=422)
    call = {"by": by, "at": at, "seen": form.cleaned_data["seen"], **form.call}
    try:
        act.call(form, pk, call)
    except Refusal as refusal:
        return offering.send_back(
            form, refusal, lambda: _page(request, pk, (code, form), status=422)
        )
    messages.success(request, _("Done: %(step)s.") % {"step": act.label})
    return go_on(request, reverse("campaigns:letter", args=[pk]))


# --- writing -------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("duty_letters.make")
def new_letters(request: HttpRequest) -> HttpResponse:
    """For a year by itself, or of a campaign (?campaign=…), with lines of a plan (&plan=…)."""
    by, at = actor_of(request), timezone.now()
    campaign = None
    if asked := queries.uuid_of(request.GET.get("campaign", "")[:40]):
        campaign = campaign_of(asked, "campaigns.view", by)
    own = Q(parent=None) | Q(unit__in=policy.units_of(by, LEADS))
    plans = list(queries.plans(by).filter(own, campaign=campaign)) if campaign else []
    chosen = queries.uuid_of(request.GET.get("plan", "")[:40])
    plan = next((one for one in plans if one.pk == chosen), None)
    lines = list(plan.lines.order_by("place")[:LINES_MAX]) if plan else []
    form = NewLettersForm(
        request.POST or None, units=own_units(by), lines=lines, initial=_begun(campaign, by)
    )
    made: list[UUID] = []

    def save() -> None:
        call: Any = {"by": by, "at": at, "request_id": form.request}
        new = form.new(uuid7(), campaign.pk if campaign else None)
        made.extend(do.make_letters(new, form.all_takers, **call))

    if request.method == "POST" and saved(form, save):
        words = _("%(count)d duty letters were drawn up. Look them over, then send them out.")
        messages.success(request, words % {"count": len(made)})
        one = reverse("campaigns:letter", args=made[:1])
        return go_on(request, one if len(made) == 1 else _list_of(campaign))
    context = {"form": form, "campaign": campaign, "plans": plans, "plan": plan}
    status = 422 if form.errors else 200
    return render_page(
        request, "campaigns/letters_new.html", "campaigns/letters_new.html", context, status
    )


def _list_of(campaign: Campaign | None) -> str:
    base = reverse("campaigns:letters")
    return f"{base}?campaign={campaign.pk}" if campaign else base


def _begun(campaign: Campaign | None, by: Actor) -> dict[str, Any]:
    today = timezone.localdate()
    units = own_units(by)
    found: dict[str, Any] = {"gives_unit": units[0].name if units else ""}
    if campaign is None:
        year = today.year
        return found | {"starts_on": date(year, 1, 1), "ends_on": date(year, 12, 31)}
    return found | {"starts_on": campaign.starts_on, "ends_on": campaign.ends_on}


@require_http_methods(["GET", "POST"])
@requires("duty_letters.edit")
def edit_letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    row = _letter(pk, "duty_letters.edit", by)
    have = row.signatories.count()
    form = LetterForm(request.POST or None, initial=LetterForm.of(row), have=have)

    def save() -> None:
        call: Any = {"by": by, "at": at, "request_id": form.request,
                     "seen": form.cleaned_data["seen"]}  # fmt: skip
        do.change_letter(pk, form.new(row), **call)

    if request.method == "POST" and saved(form, save):
        messages.success(request, _("Saved."))
        return go_on(request, reverse("campaigns:letter", args=[pk]))
    context = {"form": form, "letter": row}
    status = 422 if form.errors else 200
    return render_page(
        request, "campaigns/letter_edit.html", "campaigns/letter_edit.html", context, status
    )


@require_GET
@requires("duty_letters.view")
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The letter as a document to be signed on paper; on record before it goes out."""
    by, at = actor_of(request), timezone.now()
    row = _letter(pk, "duty_letters.view", by)
    buffer = BytesIO()
    letter_paper.write(buffer, row, by=by, at=at)
    with transaction.atomic():
        entry = trail.Entry("duty_letters.export", "case", pk, after={"title": row.title})
        trail.record([entry], by=by, at=at)
    response = HttpResponse(buffer.getvalue(), content_type=DOCUMENT)
    name = quote(f"{row.title}.docx", safe="")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response
