"""The battle map of a campaign (挂图作战): a chart of its tasks, and their deadlines as a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.campaigns.battlemap import (
    asked as asking,
)
from anlan.domain.campaigns.battlemap import (
    calendar_ics,
    compare,
    grouping,
    layout,
    lights,
    listing,
    rows,
    svg,
    terms,
)
from anlan.domain.campaigns.battlemap.asked import Asked
from anlan.domain.campaigns.battlemap.grouping import GROUPS
from anlan.domain.campaigns.battlemap.layout import ZOOMS
from anlan.domain.campaigns.battlemap.lights import COLOURS, LIGHTS
from anlan.domain.campaigns.battlemap.listing import Listing
from anlan.domain.campaigns.milestones import queries as steps_of
from anlan.domain.campaigns.models import Campaign, Meeting, Stage
from anlan.domain.campaigns.progress import pages as progress_pages
from anlan.domain.campaigns.stages import queries as staged
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.counts import Limit
from anlan.kernel.accounts.gate import actor_of, limited, requires
from anlan.kernel.loop.labels import state_label
from anlan.ui.pages import render_page, wants_fragment

#: Characters of a task's title that the chart shows; its page has the whole.
TITLE_SHOWN_MAX = 60
#: Calendars that one person takes out in an hour.
CALENDARS = Limit("campaign_ics", times=60, seconds=3600)
_ANY = UUID(int=0)


@require_GET
@requires("campaigns.view")
def chart(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The whole map: heads with summed lights, what is open, what changed since a day."""
    by, at = actor_of(request), timezone.now()
    today = timezone.localdate(at)
    campaign = policy.access(Campaign.objects.all(), "campaigns.view", by, pk, at=at)
    asked = asking.read(request.GET, campaign.starts_on, today)
    tasks = rows.scope(campaign, by)
    _version, rule = terms.current()
    tree = grouping.read(tasks, asked.group, campaign, by, rule, today, asked.light)
    stages = _spans(campaign.stages.order_by("place"))
    base = reverse("campaigns:map", args=[pk])
    since = compare.since(tasks, asked.since, rule, today) if asked.since else None
    shown = rows.of_light(tasks, asked.light, rule, today)
    found = listing.count(listing.page(tree, shown, asked, rule), at)
    drawing = _drawing(base, campaign, asked, found, by)
    context = {
        "campaign": campaign, "asked": asked, "tree": tree, "at": at, "who": by.name,
        "today": today, "stages": stages, "since": since, "changes": compare.CHANGES,
        "listing": found,
        "legend": [(light, light.said(rule), tree.total.lights[light.code]) for light in LIGHTS],
        "only": lights.BY_CODE.get(asked.light),
        "rule": rule, "lamps": svg.lamps(),
        "back": svg.back(asked.axis, stages, today, drawing["own_stages"]),
        "axis": svg.head(asked.axis, stages, today, _("today %(day)s") % {"day": f"{today:%m-%d}"}),
        "rule_url": reverse("campaigns:map_rule") if policy.may(by, "listsettings.edit") else "",
        "ics_url": reverse("campaigns:map_ics", args=[pk]), **drawing,
        **_ways(base, asked, campaign.starts_on, _met_on(campaign, by, today)),
    }  # fmt: skip
    return render_page(request, "campaigns/map.html", "campaigns/map.html", context)


def _ways(base: str, asked: Asked, starts_on: date, met_on: date | None) -> dict[str, Any]:
    """The addresses that lead from this map to others."""
    return {
        "groups": [(label, f"{base}?{asked.query(group=code, open=(), after=0)}",
                    code == asked.group) for code, label in GROUPS.items()],
        "zooms": [(label, f"{base}?{asked.zoomed(code, starts_on)}",
                   code == asked.zoom) for code, label in ZOOMS.items()],
        "earlier_url": f"{base}?{asked.moved(-1)}", "later_url": f"{base}?{asked.moved(1)}",
        "now_url": f"{base}?{_now(asked, starts_on)}",
        "closer_url": _zoom(base, asked, 1, starts_on),
        "wider_url": _zoom(base, asked, -1, starts_on),
        "all_url": f"{base}?{asked.query(open=(asking.ALL,), after=0)}",
        "none_url": f"{base}?{asked.query(open=(asking.NOTHING,), after=0)}",
        "compare_url": base, "days": [(label, f"{base}?{asked.query(since=day)}")
                                      for label, day in asking.earlier(asked.today, met_on)],
        "alone_url": f"{base}?{asked.query(since=None)}",
        "strip": [(light, f"{base}?{asked.query(light=light.code, after=0)}")
                  for light in sorted(LIGHTS, key=lambda one: list(COLOURS).index(one.colour))],
        "lights_url": f"{base}?{asked.query(light='', after=0)}",
    }  # fmt: skip


def _met_on(campaign: Campaign, by: Actor, today: date) -> date | None:
    """When a meeting about the campaign was last held, as far as the reader sees its minutes."""
    seen = policy.permitted(Meeting.objects.filter(campaign=campaign), "meetings.view", by)
    held: date | None = seen.filter(held_on__lt=today).aggregate(last=Max("held_on"))["last"]
    return held


def _now(asked: Asked, starts_on: date) -> str:
    axis = layout.begin(asked.zoom, asked.today, starts_on)
    return asked.query(axis=axis, is_moved=False)


def _zoom(base: str, asked: Asked, step: int, starts_on: date) -> str:
    zoom = asked.closer(step)
    return f"{base}?{asked.zoomed(zoom, starts_on)}" if zoom else ""


def _spans(rows: Iterable[Stage]) -> svg.Stages:
    return [(one.name, one.starts_on, one.ends_on) for one in rows]


def _staged(campaign: Campaign, asked: Asked, shown: Listing, by: Actor) -> dict[str, Any]:
    """Stages that plans have of their own, and of each head of a plan whose it shows."""
    own = staged.own(campaign, by) if asked.group == "plan" else {}
    keys = [section.head.key for section in shown.sections]
    tops = staged.tops_of([UUID(key) for key in keys]) if own else {}
    behind = {str(pk): f"-{top}" for pk, top in tops.items() if top in own}
    return {
        "own_stages": {f"-{pk}": _spans(rows) for pk, rows in own.items()},
        "behind_of": lambda key: behind.get(key, ""),
    }


def _drawing(
    base: str, campaign: Campaign, asked: Asked, shown: Listing, by: Actor
) -> dict[str, Any]:
    """What heads and rows are drawn with, on the page and in what is opened later."""
    inner, task = reverse("campaigns:map_rows", args=[campaign.pk]), _task_address()
    return {
        **_staged(campaign, asked, shown, by),
        "late_step": lambda steps, row: next(
            (one.name for one in steps
             if steps_of.state_of(one, asked.today, row.settled) == "late"), "",
        ),
        "figures_of": progress_pages.on_map, "svg": svg, "BY_CODE": lights.BY_CODE,
        "colour_labels": lights.COLOURS,
        "shown_max": TITLE_SHOWN_MAX, "rows_max": rows.ROWS_MAX, "kind_labels": compare.CHANGES,
        "open_of": lambda key: f"{base}?{asked.opened(key)}",
        "close_of": lambda key: f"{base}?{asked.closed(key)}",
        "rows_of": lambda key, depth, after=0: (
            f"{inner}?{asked.query(open=(), after=after)}&key={quote(key)}&depth={depth}"
        ),
        "task_of": lambda row: task.replace(str(_ANY), str(row.pk)) if task else "",
    }  # fmt: skip


def _task_address() -> str:
    try:
        return reverse("campaigns:task", args=[_ANY])
    except NoReverseMatch:
        return ""


@require_GET
@requires("campaigns.view")
def opened(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What lies in one group; without a script, the page with that group open."""
    by, at = actor_of(request), timezone.now()
    today = timezone.localdate(at)
    campaign = policy.access(Campaign.objects.all(), "campaigns.view", by, pk, at=at)
    asked = asking.read(request.GET, campaign.starts_on, today)
    key, depth = request.GET.get("key", "")[: asking.KEY_CHARS_MAX], request.GET.get("depth", "0")
    base = reverse("campaigns:map", args=[pk])
    if not wants_fragment(request):
        return HttpResponseRedirect(f"{base}?{asked.query(open=(key,))}")
    tasks = rows.scope(campaign, by)
    _version, rule = terms.current()
    tree = grouping.read(tasks, asked.group, campaign, by, rule, today, asked.light)
    tasks = rows.of_light(tasks, asked.light, rule, today)
    head = tree.heads.get(key)
    if head is None:
        raise NotFound
    deep = min(int(depth), listing.DEPTH_MAX) if depth.isdecimal() and len(depth) < 3 else 0
    found = listing.count(listing.node(tree, tasks, head, deep, asked, rule), at)
    # "All" comes in answers of a hundred, each of which asks for the next.
    goes_on = request.GET.get("all") == "1"
    context = {"asked": asked, "today": today, "listing": found, "goes_on": goes_on,
               **_drawing(base, campaign, asked, found, by)}  # fmt: skip
    return render_page(request, "campaigns/_map_rows.html", "campaigns/_map_rows.html", context)


@require_GET
@requires("campaigns.view")
@limited(CALENDARS)
def ics(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The deadlines that still run, as a calendar file: of all, of a plan, or of a unit."""
    by, at = actor_of(request), timezone.now()
    campaign = policy.access(Campaign.objects.all(), "campaigns.view", by, pk, at=at)
    tasks, name = rows.scope(campaign, by), campaign.title
    for group in ("plan", "unit"):
        key = request.GET.get(group, "")[: asking.KEY_CHARS_MAX]
        if key:
            tree = grouping.read(tasks, group, campaign, by, lights.DEFAULT, timezone.localdate(at))
            if key not in tree.heads:
                raise NotFound
            tasks = tree.own_rows(tasks, tree.heads[key])
            name = f"{name} · {tree.heads[key].name}"
    found = tasks.filter(case__unsettled=True, case__due_on__isnull=False)
    running = found.order_by("case__due_on", "pk").values_list(
        "pk", "case__due_on", "line__no", "line__title", "case__area__name", "plan__title",
        "case__state", "case__version",
    )[: calendar_ics.EVENTS_MAX + 1]  # fmt: skip
    if len(running) > calendar_ics.EVENTS_MAX:
        name = _("%(name)s (the first %(n)d deadlines)") % {
            "name": name, "n": calendar_ics.EVENTS_MAX,
        }  # fmt: skip
    page = _task_address()
    events = [
        calendar_ics.Event(
            uid=f"{task}@anlan", day=due, title=f"{no} {title}".strip(),
            text=f"{area} · {plan}\n{state_label(state)}", sequence=version,
            url=request.build_absolute_uri(page.replace(str(_ANY), str(task))) if page else "",
        )
        for task, due, no, title, area, plan, state, version
        in running[: calendar_ics.EVENTS_MAX] if due
    ]  # fmt: skip
    answer = HttpResponse(
        calendar_ics.written(name, events, at), content_type="text/calendar; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.ics"
    return answer
