"""What carries out a plan's items, what a plan carries out, and the tree of one line."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.campaigns import columns, queries
from anlan.domain.campaigns.carrying.views_wanted import call_of, saved
from anlan.domain.campaigns.deriving import exporting
from anlan.domain.campaigns.deriving import queries as deriving
from anlan.domain.campaigns.deriving.commands import name_items
from anlan.domain.campaigns.deriving.forms import SOURCE, ItemsForm, said
from anlan.domain.campaigns.loop import STATES
from anlan.domain.campaigns.models import Derived, Line, Plan, Stage
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.papers import scripts
from anlan.ui.lists import Choice, Filters, Flag, Search
from anlan.ui.offers import first_of, rest
from anlan.ui.pages import go_on, render_page

ORDERS = columns.LINE_ORDERS
#: Plans that are offered as the one above.
OFFERED_MAX = 200
RELATED = ("campaign", "unit", "area")


def _plan(pk: UUID, permission: str, by: Actor, at: Any = None) -> Plan:
    return policy.access(Plan.objects.select_related(*RELATED), permission, by, pk, at=at)


def _words(rows: QuerySet[Line], text: Any) -> QuerySet[Line]:
    return rows.filter(scripts.holding(text, "title", "text"))


@require_GET
@requires("plans.view")
def derived(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Each item of a plan with what carries it out; those that nobody does."""
    by, today = actor_of(request), timezone.localdate()
    plan = _plan(pk, "plans.view", by)
    below = deriving.children(plan, by)
    named = [(str(one.plan.pk), f"{one.plan.title} · {one.plan.unit.name}") for one in below]
    groups = deriving.groups(plan, by, today)
    stages = list(Stage.objects.filter(lines__plan=plan).distinct().order_by("place"))
    filters = Filters(
        (
            Search("q", _("Words in the item")),
            Flag("none", _("Carried out by none")),
            Choice("by", _("Carried out by the plan"), named),
            *_choices("group", _("Group"), [(str(one.line), one.name) for one in groups]),
            *_choices("stage", _("Stage"), [(str(one.pk), one.name) for one in stages]),
        ),
        request.GET,
    )
    rows = _words(deriving.items_of(plan), filters["q"])
    if group := queries.uuid_of(filters.values.get("group")):
        rows = rows.filter(section=Line.objects.filter(pk=group).values("section")[:1])
    if stage := filters.values.get("stage"):
        rows = rows.filter(stage=int(stage))
    child = queries.uuid_of(filters["by"])
    more: dict[str, Any] = {"line__plan": child} if child else {}
    if filters["none"]:
        rows = rows.filter(~deriving.linked(by, **more))
    elif child:
        rows = rows.filter(deriving.linked(by, **more))
    page: Any = filters.order(ORDERS, "place").page(rows, request.GET)
    context = {
        "plan": plan, "filters": filters, "below": below, "tab": "derived", "groups": groups,
        "page": replace(page, rows=deriving.with_lines(page.rows, by, today, child)),
        "cover": deriving.coverage(plan, by), "all_below": len(below) < deriving.PLANS_MAX,
    }  # fmt: skip
    return render_page(request, "campaigns/derived.html", "campaigns/_derived.html", context)


def _choices(name: str, label: str, options: list[tuple[str, str]]) -> tuple[Choice, ...]:
    """A filter, where there is something to choose from."""
    return (Choice(name, label, options),) if options else ()


@require_GET
@requires("plans.view")
def export(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    return exporting.answer(_plan(pk, "plans.view", by), by=by, at=timezone.now())


@require_GET
@requires("plans.view")
def tree(request: HttpRequest, pk: UUID, line_pk: UUID) -> HttpResponse:
    """One line: what it carries out, and all that carries it out in turn."""
    by = actor_of(request)
    plan = _plan(pk, "plans.view", by)
    line = Line.objects.filter(plan=plan, pk=line_pk).first()
    if line is None:
        raise NotFound
    context = {
        "plan": plan, "line": line, "tree": deriving.tree(line, by), "states": STATES,
        "above": deriving.items_above(line, by), "today": timezone.localdate(),
        "days_left": columns.days_left,
    }  # fmt: skip
    name = "campaigns/derived_tree.html"
    return render_page(request, name, name, context)


# --- what a plan carries out ---------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("plans.view")
def derives(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The items that each line of a plan carries out; typed by number, a page of lines at once."""
    by = actor_of(request)
    plan = _plan(pk, "plans.view", by)
    may_edit = "plans.edit" in policy.allowed(Plan, pk, {"plans.edit"}, by)
    if request.method == "POST" and not may_edit:
        _plan(pk, "plans.edit", by, timezone.now())
    have = deriving.sources(plan, by)
    offered = _offered(plan, by, may_edit)
    filters = Filters(
        (
            Search("q", _("Words in the line")),
            Choice("source", str(SOURCE), offered),
            Flag("none", _("Carries out none")),
        ),
        request.GET,
    )
    source = _source(filters["source"], have, by)
    rows = _words(deriving.items_of(plan), filters["q"])
    if filters["none"]:
        named = Derived.objects.filter(line=OuterRef("pk"))
        rows = rows.filter(~Exists(named.filter(item__plan=source) if source else named))
    page: Any = filters.order(ORDERS, "place").page(rows, request.GET)
    items = list(deriving.items_of(source)) if source else []
    form = _form(request, plan, source, page.rows, items)
    if request.method == "POST" and source is None:
        raise NotFound
    if (
        source is not None
        and request.method == "POST"
        and saved(form, lambda: name_items(pk, source.pk, form.rows, **call_of(request, form)))
    ):
        messages.success(request, _("Saved."))
        return go_on(request, reverse("campaigns:derives", args=[pk]) + filters.query())
    context = {
        "plan": plan, "filters": filters, "page": page, "form": form, "source": source,
        "items": list(enumerate(items, 1)), "have": have, "may_edit": may_edit,
        "offered": offered, "tab": "derives", "named": _named(page.rows, by),
        "lines": deriving.items_of(plan).count(),
        "bare": deriving.items_of(plan).exclude(derives_from__isnull=False).count(),
    }  # fmt: skip
    status = 422 if form.errors else 200
    name = "campaigns/derives.html"
    return render_page(request, name, name, context, status)


def _offered(plan: Plan, by: Actor, may_edit: bool) -> list[tuple[Any, Any]]:
    """Plans in force that one may read, texts from above first, then those of areas above."""
    rows = queries.plans(by).exclude(status=Plan.Status.DRAFT).exclude(pk=plan.pk)
    if not may_edit:
        rows = rows.filter(lines__derived__line__plan=plan).distinct()
    text = Q(kind__in=(Plan.Kind.TEXT, Plan.Kind.PACKAGE))
    first, left = first_of(rows.filter(text).order_by("path", "-starts_on", "pk"), OFFERED_MAX)
    other = rows.exclude(text).filter(parent=None).order_by("path", "-starts_on", "pk")
    more, more_left = first_of(other, OFFERED_MAX - len(first))
    found = [(str(one.pk), f"{one.title} · {one.unit.name}") for one in (*first, *more)]
    return [*found, *rest(left + more_left)]


def _source(asked: Any, have: list[deriving.Child], by: Actor) -> Plan | None:
    """The plan above that is looked at: the one asked for, else the first that is named."""
    if asked:
        rows = queries.plans(by).exclude(status=Plan.Status.DRAFT)
        return rows.filter(pk=queries.uuid_of(asked) or UUID(int=0)).first()
    return have[0].plan if have else None


def _form(
    request: HttpRequest, plan: Plan, source: Plan | None, lines: list[Line], items: list[Line]
) -> ItemsForm:
    number = {item.pk: n for n, item in enumerate(items, 1)}
    places: dict[UUID, list[int]] = defaultdict(list)
    pairs = Derived.objects.filter(line__in=[line.pk for line in lines], item__plan=source)
    for line, item in pairs.values_list("line", "item") if source else ():
        places[line].append(number[item])
    initial: dict[str, Any] = {"seen": plan.version}
    initial |= {f"items_{n}": said(places[line.pk]) for n, line in enumerate(lines)}
    data = request.POST if request.method == "POST" else None
    return ItemsForm(data, lines=lines, items=items, initial=initial)


def _named(lines: list[Line], by: Actor) -> dict[UUID, list[Line]]:
    """By line, the items that it carries out, of whatever plan."""
    found: dict[UUID, list[Line]] = defaultdict(list)
    readable = queries.plans(by).order_by().values("pk")
    rows = Derived.objects.filter(line__in=[line.pk for line in lines], item__plan__in=readable)
    for link in rows.select_related("item__plan").order_by("item__plan", "item__place"):
        found[link.line_id].append(link.item)
    return found
