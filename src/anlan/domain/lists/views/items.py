"""The overview of problem lists, one list with its filters, an item's page and its steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.enterprises import commands as enterprises
from anlan.domain.lists import columns, commands, forms, queries, settings, steps, sums, tabs
from anlan.domain.lists.ages import opened_in
from anlan.domain.lists.commands import THREE_LABELS
from anlan.domain.lists.commands.library import ACCEPTED
from anlan.domain.lists.history import timeline_of
from anlan.domain.lists.models import Item, LibraryCase, Origin
from anlan.kernel.accounts import lists as kept_lists
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.accounts.views_pickers import area_name, crumbs_of
from anlan.kernel.loop import offering
from anlan.kernel.loop.settings import RUNGS
from anlan.ui.pages import go_on, render_page

kept_lists.register("lists:items", page="lists:items")


@require_GET
@requires("lists.view")
def overview(request: HttpRequest) -> HttpResponse:
    """Each list's counters, and all of them by area; each figure opens its rows."""
    by, today = actor_of(request), timezone.localdate()
    rows = queries.visible(by).exclude(case__state="void")
    figures = queries.counts(today)
    total = rows.aggregate(**figures)
    by_kind: dict[int, dict[str, Any]] = {
        line["kind_id"]: {**line} for line in rows.values("kind_id").annotate(**figures)
    }
    kinds = list(queries.kinds(by))
    rules = queries.versions(kinds)
    root = sums.widest(by)
    by_path = rows.values_list("case__path").annotate(**figures)
    area_rows = [(path, counts) for path, *counts in by_path if path.startswith(root.path)]
    bands = settings.bands()
    ages = rows.filter(case__is_open=True).aggregate(
        **{f"band_{n}": Count("pk", filter=opened_in(band, today)) for n, band in enumerate(bands)}
    )
    todo = queries.waiting(by)
    base = reverse("lists:items")
    context = {
        "total": _cells(total, base, ""),
        "lines": [
            (kind, _cells(by_kind.get(kind.pk, {}), base, f"kind={kind.pk}"),
             rules[kind.pk].rules.gaps)
            for kind in kinds
        ],
        "areas": [
            (line, _cells(dict(zip(queries.FIGURES, line.counts, strict=True)), base,
                          f"{'here' if line.own else 'area'}={line.region.code}"))
            for line in sums.by_area(area_rows, root, len(queries.FIGURES))
            if any(line.counts)
        ],
        "root": root,
        "ages": [
            (band.label, ages[f"band_{n}"], f"{base}?open=1&{band.query(today)}")
            for n, band in enumerate(bands)
        ],
        "todo": [(columns.TODO[code], n, f"{base}?todo={code}") for code, n in todo.items() if n],
        "deciding": queries.to_decide(by) if policy.may(by, "promotion.decide") else 0,
        "may_enter": queries.may_enter(by), "may_kinds": policy.may(by, "listkind.make"),
        "may_decide": policy.may(by, "promotion.view"),
        "tabs": tabs.of(by, "overview"),
    }  # fmt: skip
    return render_page(request, "lists/overview.html", "lists/overview.html", context)


def _cells(counts: Mapping[str, int], base: str, narrowed: str) -> list[tuple[str, int, str]]:
    found = []
    for name in queries.FIGURES:
        query = "&".join(filter(None, (narrowed, queries.OPENS[name])))
        found.append((name, counts.get(name, 0), f"{base}?{query}" if query else base))
    return found


@require_GET
@requires("lists.view")
def items(request: HttpRequest) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    asked = columns.filters(request.GET, list(queries.kinds(by)))
    rows = queries.narrowed(queries.visible(by), asked, by, today)
    page = asked.order(columns.ORDERS, "found").page(rows.select_related(*queries.ROW), request.GET)
    kept = kept_lists.Kept(request, columns.columns(today))
    context = {
        "filters": asked, "page": page, "sort": asked.sort(columns.ORDERS, "found"),
        "kept": kept, "columns": kept.columns, "may_enter": queries.may_enter(by),
    }  # fmt: skip
    return render_page(request, "lists/items.html", "lists/_items.html", context)


@require_GET
@requires("lists.view")
def item(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def _page(
    request: HttpRequest, pk: UUID, bad: tuple[str, forms.StepForm] | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    by, today = actor_of(request), timezone.localdate()
    row = policy.access(
        Item.objects.select_related(*queries.ROW, "case__unit", "hazard"), "lists.view", by, pk
    )
    around = queries.around(row)
    wanted = {page.permission for page in steps.PAGES} | {"lists.shelve"}
    allowed = policy.allowed(Item, pk, wanted, by)
    dialogs = offering.dialogs(
        steps.offered(row, around, allowed, by), bad, lambda page: _form(page, row, around, by)
    )
    rules, case = row.rules, row.case
    waits = rules.following(case.state) if case.is_open else ""
    day, days = columns.days_left(row, today)
    scores = [one.score for one in around.evaluations if one.score is not None]
    hazard_seen = row.hazard_id and policy.may(by, "hazard.view")
    context = {
        "item": row, "case": case, "rules": rules, "around": around, "dialogs": dialogs,
        "bad": bad[0] if bad else "", "crumbs": crumbs_of(case.area),
        "state": columns.label_of(case.state), "look": columns.LOOKS.get(case.state, case.state),
        "rung": RUNGS[case.rung - 1] if case.rung else "",
        "step_names": [rules.step_name(step) for step in rules.steps],
        "step_now": _place(rules.steps, waits, case.is_open),
        "day": day, "days": days, "origin": Origin(row.origin).label,
        "timeline": timeline_of(around.events),
        "hazard_url": reverse("hazards:page", args=[row.hazard_id]) if hazard_seen else "",
        "mean": sum(scores) / len(scores) if scores else None,
        "three": [(THREE_LABELS[name], getattr(row, name)) for name in Item.THREE],
        "library_url": _library_url(row, by, allowed),
        "checks": list(row.checks.select_related("unit").order_by("-pk")) if rules.tracked else [],
        "check_days": (row.check_due_on - timezone.localdate()).days if row.check_due_on else None,
        "missing": row.three_missing, "may_kinds": policy.may(by, "listkind.view"),
    }  # fmt: skip
    return render_page(request, "lists/item.html", "lists/item.html", context, status)


def _library_url(row: Item, by: Actor, allowed: set[str]) -> tuple[str, bool]:
    """Where the library tells of it, or where one puts it in; the flag says which."""
    told = LibraryCase.objects.filter(item=row.pk, withdrawn_at=None)
    found = policy.permitted(told, "library.view", by).values_list("pk", flat=True).first()
    if found:
        return reverse("lists:library_case", args=[found]), True
    taken = LibraryCase.objects.filter(item=row.pk)
    others = taken.exists() and not policy.permitted(taken, "library.edit", by).exists()
    if "lists.shelve" in allowed and row.case.state in ACCEPTED and not others:
        return reverse("lists:shelve", args=[row.pk]), False
    return "", False


def _place(taken: list[str], waits: str, is_open: bool) -> int:
    """How many of the steps are done."""
    return taken.index(waits) if waits in taken else len(taken)


def _form(
    page: offering.StepPage, row: Item, around: queries.Around, by: Actor, data: Any = None
) -> Any:
    more: dict[str, Any] = {"auto_id": f"{page.code}_%s"}
    initial: dict[str, Any] = {"request_id": uuid7(), "seen": row.case.version}
    if page.form is forms.Ask:
        have = {one.unit_id for one in around.elsewhere}
        more["choices"] = [
            (unit.pk, unit.name)
            for unit in queries.neighbours(row, around.parties, by)
            if unit.pk not in have
        ]
        initial["wanted"] = row.title
    if page.form in (forms.Evaluate, forms.Assign):
        more["rules"] = row.rules
    if page.form is forms.Track:
        initial |= {"on": timezone.localdate(), "closure": row.closure}
    if page.form is forms.Three:
        initial |= {name: getattr(row, name) for name in (*Item.THREE, "mechanism_ref")}
    if page.form is forms.Apply:
        initial |= {"mechanism": row.mechanism, "mechanism_ref": row.mechanism_ref}
    if page.form is forms.Rectify:
        initial["cause"] = row.cause
    return forms.chosen_by(page.form(data, initial=initial, **more), by)


@require_POST
@requires("lists.view")
def step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Take a step from an item's page. A form that must be mended comes back as it was typed."""
    by, at = actor_of(request), timezone.now()
    row = policy.access(Item.objects.select_related(*queries.ROW), "lists.view", by, pk, at=at)
    page = offering.page_of(steps.BY_CODE, code)
    form = _form(page, row, queries.around(row), by, request.POST)
    return offering.answer(
        request, pk, page, form, by=by, at=at,
        again=lambda bad: _page(request, pk, bad, status=422),
        done=lambda: reverse("lists:item", args=[pk]),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires("lists.enter")
def new(request: HttpRequest) -> HttpResponse:
    """Enter a problem that an inspection, an accident or a report brought to light."""
    by, at = actor_of(request), timezone.now()
    kinds = queries.usable(by)
    topics = _topics(kinds)
    unit = main_unit(by, ("office", "leader"))
    if request.method == "GET":
        form = forms.Enter(
            initial={"pk": uuid7(), "request_id": uuid7(), "found_on": timezone.localdate(at),
                     "kind": request.GET.get("kind", "")},
            kinds=kinds, topics=topics,
        )  # fmt: skip
    else:
        form = forms.Enter(request.POST, kinds=kinds, topics=topics)
        if form.is_valid():
            try:
                pk = _enter(form, by, at)
            except Refusal as refusal:
                if "field" not in refusal.data:
                    raise
                name = str(refusal.data["field"])
                name = "enterprise_name" if name == "enterprise" else name
                form.add_error(name if name in form.fields else None, str(refusal))
            else:
                messages.success(request, _("Put on the list."))
                return go_on(request, reverse("lists:item", args=[pk]))
    chosen = form["area"].value() or unit.area.code
    context = {
        "form": form, "kinds": kinds, "area_code": chosen, "area_text": area_name(chosen),
        "may_kinds": policy.may(by, "listkind.make"),
    }  # fmt: skip
    return render_page(
        request, "lists/new.html", "lists/new.html", context, 422 if form.errors else 200
    )


def _topics(kinds: Any) -> list[str]:
    """The focus topics of all kinds offered; the command knows which go with which."""
    found = queries.versions(kinds).values()
    return list(dict.fromkeys(topic for one in found for topic in one.rules.topics))


def _enter(form: forms.Enter, by: Actor, at: Any) -> UUID:
    data = form.cleaned_data
    enterprise = None
    if name := data["enterprise_name"].strip():
        area = data["area"]
        wanted = enterprises.Wanted(name, area.pk, area.path, "", data["sector"] or None)
        with transaction.atomic():
            match = enterprises.match([wanted], by=by, at=at, source="form")[0]
        enterprise = match.id if match else None
    entry = commands.Entry(
        pk=data["pk"], kind=int(data["kind"]), title=data["title"],
        description=data["description"], area=data["area"].pk, origin=data["origin"],
        origin_text=data["origin_text"], topic=data["topic"], cause=data["cause"],
        sector=data["sector"] or None, enterprise=enterprise, found_on=data["found_on"],
    )  # fmt: skip
    return commands.enter(entry, by=by, at=at, request_id=data["request_id"])
