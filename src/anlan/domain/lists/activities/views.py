"""The register of new activities: the list, one of them, entering it, and its turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.paths import below
from anlan.base.refusal import NotAllowed, NotFound, Refusal
from anlan.domain.library.models import Text
from anlan.domain.lists import tabs
from anlan.domain.lists.activities import commands as do
from anlan.domain.lists.activities.forms import ActivityForm, AssignForm, ReasonForm, title_of
from anlan.domain.lists.activities.models import Activity
from anlan.domain.lists.forms import chosen_by
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.papers import scripts
from anlan.kernel.regions.models import Region
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Filters, Search
from anlan.ui.offers import rest
from anlan.ui.pages import go_on, render_page
from anlan.ui.parts import part

ORDERS = {"newest": Keyset.by("-made_at", "-pk"), "name": Keyset.by("name", "pk")}
TONES = {"found": "amber", "proposed": "blue", "disputed": "red", "settled": "green",
         "ended": "line"}  # fmt: skip
LAWS_MAX = 50
#: What may be done in which state: form, right, states, how it reads, symbol and look.
STEPS: dict[str, tuple[Any, str, tuple[str, ...], Any, str, str]] = {
    "assign": (AssignForm, "activities.edit", ("found", "proposed", "settled"),
               gettext_lazy("Assign a regulator"), "send", "primary"),
    "take_on": (None, "activities.answer", ("proposed",), gettext_lazy("Take it on"), "check",
                "primary"),
    "dispute": (ReasonForm, "activities.answer", ("proposed",), gettext_lazy("Dispute it"),
                "message", ""),
    "decide": (AssignForm, "activities.decide", ("disputed",), gettext_lazy("Decide"), "check",
               "primary"),
    "end": (ReasonForm, "activities.edit", ("found", "proposed", "disputed", "settled"),
            gettext_lazy("Keep it no longer"), "trash", ""),
}  # fmt: skip


def _filters(params: QueryDict) -> Filters:
    return Filters(
        (
            Search("q", _("Words in name or text")),
            Choice("status", _("State"), list(Activity.Status.choices)),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
        ),
        params,
    )


def _columns() -> list[Column]:
    return [
        Column("name", _("Activity"), kind="text", sort="name",
               link=lambda row: reverse("lists:activity", args=[row.pk])),
        Column("status", _("State"), cell=_status),
        Column("regulator", _("Regulator"), kind="text",
               cell=lambda row: row.regulator.name if row.regulator else ""),
        Column("near", _("Near to"), kind="text", phone=False),
        Column("rule", _("Rule or notice"), kind="text", phone=False,
               cell=lambda row: row.law.title if row.law else row.rule),
        Column("unit", _("Kept by"), cell="unit.name", kind="text", phone=False),
    ]  # fmt: skip


def _status(row: Activity) -> Any:
    return part("tag", row.get_status_display(), TONES[row.status])


def _narrowed(rows: QuerySet[Activity], asked: Filters) -> QuerySet[Activity]:
    where = scripts.holding(asked["q"], "name", "text", "near")
    if asked["status"]:
        where &= Q(status=asked["status"])
    if code := asked["area"]:
        region = Region.objects.filter(code=code).first()
        where &= below(region.path) if region else policy.NOTHING
    return rows.filter(where)


@require_GET
@requires("activities.view")
def activities(request: HttpRequest) -> HttpResponse:
    by, asked = actor_of(request), _filters(request.GET)
    seen = policy.permitted(Activity.objects.all(), "activities.view", by)
    having = dict(seen.order_by().values_list("status").annotate(n=Count("pk")))
    rows = _narrowed(seen, asked).select_related("unit", "regulator", "law")
    context = {
        "tabs": tabs.of(by, "activities"), "filters": asked, "columns": _columns(),
        "page": asked.order(ORDERS, "newest").page(rows, request.GET),
        "counts": [(label, having.get(code, 0), f"?status={code}", TONES[code])
                   for code, label in Activity.Status.choices],
        "may_make": policy.may(by, "activities.make"),
    }  # fmt: skip
    return render_page(request, "lists/activities.html", "lists/_activities.html", context)


@require_http_methods(["GET", "POST"])
@requires("activities.make")
def edit_activity(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    initial: dict[str, Any] = {"pk": pk or uuid7()}
    if pk:
        row = policy.access(Activity.objects.all(), "activities.edit", by, pk, at=at)
        initial |= {"name": row.name, "text": row.text, "seen": row.version}
    form = ActivityForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        call: Any = {"by": by, "at": at, "request_id": form.cleaned_data["request_id"]}
        try:
            if pk:
                made = do.change(form.new(pk), seen=form.cleaned_data["seen"], **call)
            else:
                made = do.register(form.new(), **call)
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("It stands on the register."))
            return go_on(request, reverse("lists:activity", args=[made]))
    template, status = "lists/activity_edit.html", 422 if form.errors else 200
    return render_page(request, template, template, {"form": form, "pk": pk}, status)


@require_GET
@requires("activities.view")
def activity(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def _page(
    request: HttpRequest, pk: UUID, bad: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    by = actor_of(request)
    rows = Activity.objects.select_related("area", "unit", "regulator", "law")
    row = policy.access(rows, "activities.view", by, pk)
    rights = {right for _form, right, *_more in STEPS.values()}
    allowed = policy.allowed(Activity, pk, rights, by)
    offered = []
    for code, (made, right, states, label, symbol, kind) in STEPS.items():
        if right in allowed and row.status in states:
            form = bad[1] if bad and bad[0] == code else _form(made, row, by)
            # What waits for a regulator is to be assigned; one that has one may be given another.
            look = "" if code == "assign" and row.status != "found" else kind
            offered.append((code, label, symbol, look, form))
    law_seen = row.law_id and policy.permitted(
        Text.objects.filter(pk=row.law_id), "laws.view", by
    ).exists()  # fmt: skip
    context = {
        "row": row, "tone": TONES[row.status], "offered": offered, "law_seen": law_seen,
        "turns": list(row.turns.select_related("unit").order_by("-pk")),
        "may_edit": "activities.edit" in allowed and row.status != "ended",
        "bad": bad[1] if bad else None, "request_id": uuid7(),
    }  # fmt: skip
    return render_page(request, "lists/activity.html", "lists/activity.html", context, status)


def _form(made: Any, row: Activity, by: Actor, data: Any = None) -> Any:
    if made is None:
        return None
    initial: dict[str, Any] = {"seen": row.version, "request_id": uuid7()}
    if made is AssignForm:
        initial |= {"near": row.near, "rule": row.rule, "law": row.law_id or ""}
        form = AssignForm(data, initial=initial, laws=_laws(row, by))
        return chosen_by(form, by)
    return made(data, initial=initial)


def _laws(row: Activity, by: Actor) -> list[tuple[Any, Any]]:
    """Texts of the library that name the activity, the one that is linked, and the newest."""
    seen = policy.permitted(Text.objects.filter(first_on__isnull=False), "laws.view", by)
    named = seen.filter(Q(title__icontains=row.name) | Q(pk=row.law_id))
    newest = seen.order_by("-made_at", "-pk")[:LAWS_MAX]
    found = {one.pk: one for one in (*named[:LAWS_MAX], *newest)}
    left = max(0, seen.count() - len(found)) if len(found) >= LAWS_MAX else 0
    return [*((str(pk), title_of(one)) for pk, one in found.items()), *rest(left)]


@require_POST
@requires("activities.view")
def activity_step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    if code not in STEPS:
        raise NotFound
    made, right, _states, label, *_more = STEPS[code]
    row = policy.access(Activity.objects.all(), "activities.view", by, pk, at=at)
    if right not in policy.allowed(Activity, pk, {right}, by):
        raise NotAllowed(reason=_("Another unit does that."))
    form = _form(made or ReasonForm, row, by, request.POST)
    if made is None:
        form.fields["reason"].required = False
    if not form.is_valid():
        return _page(request, pk, (code, form), status=422)
    data = form.cleaned_data
    call: Any = {"by": by, "at": at, "request_id": data["request_id"], "seen": data["seen"]}
    steps: dict[str, Callable[[], UUID]] = {
        "assign": lambda: do.assign(pk, form.assignment(), **call),
        "decide": lambda: do.decide(pk, form.assignment(), **call),
        "take_on": lambda: do.take_on(pk, **call),
        "dispute": lambda: do.dispute(pk, reason=data["reason"], **call),
        "end": lambda: do.end(pk, reason=data["reason"], **call),
    }
    try:
        steps[code]()
    except Refusal as refusal:
        if "field" not in refusal.data:
            raise
        put_refusal(form, refusal)
        return _page(request, pk, (code, form), status=422)
    messages.success(request, _("Done: %(step)s.") % {"step": label})
    return go_on(request, reverse("lists:activity", args=[pk]))
