"""Schemes: the list, a scheme with its items and versions, put in force, worked out."""

from __future__ import annotations

from datetime import datetime
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
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.assessments import (
    choosing,
    commands,
    forms,
    item_tasks,
    letters,
    queries,
    spec,
    stages,
    tabs,
)
from anlan.domain.assessments.models import NAME_CHARS_MAX, Run, Scheme, Score, Version
from anlan.domain.assessments.permissions import GIVES, LEADS
from anlan.domain.assessments.presets import presets
from anlan.domain.assessments.spec import Spec
from anlan.domain.assessments.spec_text import text_of
from anlan.domain.campaigns.models import Letter
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.indicators.declare import declared
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Column, Filters, Search
from anlan.ui.pages import go_on, render_page

ORDER = Keyset.by("-made_at", "-pk")
#: Rankings that a scheme's page shows.
RUNS_SHOWN = 12
#: Checks that stand beside a duty letter: of ten years.
CHECKS_MAX = 20


@require_GET
@requires("schemes.view")
def scheme_list(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    asked = Filters((Search("q", gettext_lazy("Words in the name")),), request.GET)
    rows = queries.schemes(by)
    if asked["q"]:
        rows = rows.filter(name__contains=asked["q"])
    columns = [
        Column("name", _("Scheme"), kind="text",
               link=lambda row: reverse("assessments:scheme", args=[row.pk])),
        Column("area", _("Area"), cell="area.name"),
        Column("unit", _("Kept by"), cell="unit.name", kind="text"),
        Column("made", _("Made"), cell="made_at", kind="moment", phone=False),
        Column("withdrawn", _("Withdrawn"), cell="withdrawn_at", kind="moment", phone=False),
    ]  # fmt: skip
    context = {
        "filters": asked, "page": ORDER.page(rows, request.GET), "columns": columns,
        "tabs": tabs.of(by, "schemes"), "may_make": policy.may(by, "schemes.make"),
    }  # fmt: skip
    return render_page(request, "assessments/schemes.html", "assessments/_schemes.html", context)


@require_http_methods(["GET", "POST"])
@requires("schemes.make")
def new(request: HttpRequest) -> HttpResponse:
    """Take up a shipped scheme as one's own draft, or begin with an empty one."""
    by, at = actor_of(request), timezone.now()
    unit = main_unit(by, LEADS)
    data = request.POST if request.method == "POST" else None
    letter = letters.asked(by, (data or request.GET).get("letter", ""), unit.pk)
    initial = {"pk": uuid7(), "request_id": uuid7(), "preset": "index",
               "letter": letter.pk if letter else None}  # fmt: skip
    form = forms.NewScheme(data, initial=initial)
    if data is not None and form.is_valid():
        given = form.cleaned_data
        name, spec = _begun(given["preset"], letter, unit)
        try:
            pk = commands.make_scheme(
                given["pk"], name=given["name"] or name, data=spec,
                by=by, at=at, request_id=given["request_id"],
            )  # fmt: skip
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("A draft was made. Look it through and put it in force."))
            return go_on(request, reverse("assessments:scheme", args=[pk]))
    said = [(each.name, each.note) for each in presets().values()]
    context = {"form": form, "unit": unit, "said": said, "letter": letter,
               "targets": letter.targets.order_by("place") if letter else []}  # fmt: skip
    return render_page(
        request,
        "assessments/new.html",
        "assessments/new.html",
        context,
        422 if form.errors else 200,
    )


def _begun(preset: str, letter: Letter | None, unit: Unit) -> tuple[str, dict[str, Any]]:
    """Name and content of a draft: by a letter's targets, as it is shipped, or empty."""
    if letter is not None:
        name = _("Check of “%(title)s”") % {"title": letter.title}
        return name[:NAME_CHARS_MAX], letters.drafted(letter, unit)
    found = presets().get(preset)
    return (found.name, found.spec(unit.code)) if found else ("", {})


@require_GET
@requires("duty_letters.view")
def of_letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Beside a duty letter: what its checks came to, as far as one may see them."""
    by = actor_of(request)
    letter = policy.access(Letter.objects.all(), "duty_letters.view", by, pk)
    rows = policy.permitted(Score.objects.filter(subject=str(pk)), "scores.view", by)
    rows = rows.filter(run__published_at__isnull=False, run__stands=True)
    found = rows.select_related("run__version", "run__scheme").order_by("-run__starts")
    shown = None if request.GET.get("all") == "1" else CHECKS_MAX
    checks = list(found[:shown])
    context = {
        "pk": pk, "rows": [(row, row.printed(row.run.spec.digits)) for row in checks],
        "left": found.count() - len(checks) if len(checks) == shown else 0,
        # A scheme is its maker's main unit's, and begins with a letter of that unit alone.
        "may_make": letter.targets.exists() and policy.may(by, "schemes.make")
        and letter.unit_id in policy.units_of(by, LEADS)
        and letter.unit_id == main_unit(by, LEADS).pk,
    }  # fmt: skip
    return render_page(
        request, "assessments/_of_letter.html", "assessments/_of_letter.html", context
    )


def read(by: Actor, pk: UUID, permission: str = "schemes.view") -> Scheme:
    return policy.access(Scheme.objects.select_related("area", "unit"), permission, by, pk)


def shown_version(row: Scheme, by: Actor, asked: str) -> Version | None:
    """The version that a page shows: the one asked for, else a draft that is one's own, else that
    in force."""
    drafts = policy.permitted(Scheme.objects.filter(pk=row.pk), "schemes.drafts", by).exists()
    rows = Version.objects.filter(scheme=row).order_by("-number")
    if not drafts:
        rows = rows.filter(in_force_at__isnull=False)
    if asked.isascii() and asked.isdecimal() and len(asked) < 5:
        return rows.filter(number=int(asked)).first()
    return rows.first()


@require_GET
@requires("schemes.view")
def scheme(request: HttpRequest, pk: UUID) -> HttpResponse:
    return page(request, pk)


def page(request: HttpRequest, pk: UUID, bad: Any = None, status: int = 200) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    row = read(by, pk)
    version = shown_version(row, by, request.GET.get("version", ""))
    if version is None:
        raise NotFound
    found = version.read
    may_edit = policy.permitted(Scheme.objects.filter(pk=pk), "schemes.edit", by).exists()
    is_draft = version.in_force_at is None
    drafts = policy.permitted(Scheme.objects.filter(pk=pk), "schemes.drafts", by).exists()
    versions = Version.objects.filter(scheme=row).order_by("-number")
    if not drafts:
        versions = versions.filter(in_force_at__isnull=False)
    in_force = commands.in_force(row)
    runs = policy.permitted(Run.objects.filter(scheme=row), "rankings.view", by)
    shown = None if request.GET.get("runs") == "all" else RUNS_SHOWN
    made = list(runs.order_by("-starts", "-number")[:shown])
    runs = runs.select_related("version")
    context = {
        "row": row, "version": version, "spec": found, "is_draft": is_draft,
        "versions": list(versions), "in_force": in_force,
        "findings": commands.findings_of(found) if is_draft and may_edit else [],
        "dimensions": [(each, _items(found, each.code)) for each in found.dimensions],
        "astray": _items(found, None),
        "vetoes": [(veto, declared().get(veto.indicator)) for veto in found.vetoes],
        "names": {"group": spec.GROUPS, "ties": spec.TIES, "absent": spec.ABSENT,
                  "measures": spec.MEASURES,
                  "levels": spec.LEVELS, "period": forms.PERIOD_NAMES},
        "stages_said": "；".join(found.label(each.span) for each in found.stages),
        "grades_said": "、".join(
            each.name + (f" ≥ {text_of(each.least)}" if each.least is not None else "")
            for each in found.grades
        ),
        "stages_moved": stages.moved(found, by) if may_edit else None,
        "grade_of": lambda code: queries.grade_name(found, code),
        "text_of": text_of, "may_edit": may_edit and row.withdrawn_at is None,
        "may_restore": may_edit and row.withdrawn_at is not None,
        "mine": _to_score(found, by) if not is_draft else set(),
        "runs": made, "runs_left": runs.count() - len(made) if len(made) == shown else 0,
        "form": bad or run_form(row, in_force, at), "bad": bad is not None,
        "request_id": uuid7(), "tabs": tabs.of(by, "schemes"),
        "tasks_of": item_tasks.counts(pk, by),
    }  # fmt: skip
    return render_page(
        request, "assessments/scheme.html", "assessments/scheme.html", context, status
    )


def _items(found: Spec, dimension: str | None) -> list[Any]:
    """Items with their indicator and rule in words; of None those of no dimension."""
    codes = {each.code for each in found.dimensions}
    return [
        (item, declared().get(item.indicator), forms.rule_said(item.rule))
        for item in found.items
        if item.dimension == dimension or (dimension is None and item.dimension not in codes)
    ]


def _to_score(found: Spec, by: Actor) -> set[str]:
    """Items of which one's own units give the points."""
    codes = set(
        Unit.objects.filter(pk__in=policy.units_of(by, GIVES)).values_list("code", flat=True)
    )
    return {item.code for item in found.items if item.manual and item.rule.scorer in codes}


def run_form(row: Scheme, version: Version | None, at: datetime, data: Any = None) -> Any:
    today, spec = timezone.localdate(at), version.read if version else None
    usual = choosing.usual(choosing.offered(spec, today), today) if spec else None
    initial = {"pk": uuid7(), "request_id": uuid7(), "period": usual.code if usual else ""}
    periods = choosing.choices(spec, today) if spec else []
    return forms.Run(data, initial=initial, periods=periods)


@require_POST
@requires("schemes.edit")
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    row = read(by, pk, "schemes.edit")
    form = run_form(row, commands.in_force(row), at, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = commands.run_scheme(
                given["pk"], scheme=pk, period=given["period"], reason=given["reason"], by=by,
                at=at, request_id=given["request_id"],
            )  # fmt: skip
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Worked out. Nobody else sees it before you publish it."))
            return go_on(request, reverse("assessments:ranking", args=[made]))
    return page(request, pk, form, status=422)


@require_POST
@requires("schemes.edit")
def in_force(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    read(by, pk, "schemes.edit")
    try:
        commands.put_in_force(pk, seen=_seen(request), by=by, at=at, request_id=_id(request))
    except Refusal as refusal:
        if refusal.status >= 409:
            raise
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("In force. This version is never changed any more."))
    return go_on(request, reverse("assessments:scheme", args=[pk]))


@require_POST
@requires("schemes.edit")
def drop_draft(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    commands.drop_draft(pk, seen=_seen(request), by=by, at=at, request_id=_id(request))
    messages.success(request, _("The draft was thrown away."))
    return go_on(request, reverse("assessments:scheme", args=[pk]))


@require_POST
@requires("schemes.edit")
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    back = request.POST.get("back") == "1"
    commands.withdraw_scheme(pk, back=back, by=by, at=at, request_id=_id(request))
    messages.success(request, _("The scheme is used again.") if back else _("Withdrawn."))
    return go_on(request, reverse("assessments:scheme", args=[pk]))


def _seen(request: HttpRequest) -> int:
    """The draft's version that was looked at; what isn't a number was none."""
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return uuid7()
