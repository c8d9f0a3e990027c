"""A month of a campaign: what is due, held or ends on each day, as far as the reader may see it."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, date
from typing import NamedTuple

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.domain.campaigns.battlemap import rows
from anlan.domain.campaigns.models import Campaign, Hearing, Meeting, Return, Stage
from anlan.domain.campaigns.queries import late
from anlan.domain.campaigns.stages import queries as staged
from anlan.kernel.accounts import policy
from anlan.kernel.calendar.workdays import Calendar

#: A day with so few tasks names them; one with more gives their number.
NAMED_MAX = 3
WEEK = 7


class Mark(NamedTuple):
    """One thing on a day; ``tone`` colours it, ``url`` leads to it."""

    text: str
    url: str = ""
    tone: str = ""
    symbol: str = ""


@dataclass
class Day:
    day: date
    #: Off, by the calendar of working days; worked though it is a weekend.
    is_rest: bool
    is_made_up: bool
    tasks: int = 0
    open_tasks: int = 0
    late_tasks: int = 0
    url: str = ""
    marks: list[Mark] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.tasks or self.marks)


def first_of(text: str, today: date) -> date:
    """The month that an address asks for ("2026-11"); this one where it asks for none we know."""
    year, _dash, month = text.partition("-")
    if year.isdecimal() and month.isdecimal() and len(year) == 4 and len(month) <= 2:
        asked = int(year), int(month)
        if MINYEAR < asked[0] < MAXYEAR and 1 <= asked[1] <= 12:
            return date(*asked, 1)
    return today.replace(day=1)


def moved(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def weeks_of(campaign: Campaign, by: Actor, first: date, today: date) -> list[list[Day]]:
    """The month's weeks from Monday to Sunday, whole. Its statements don't depend on its rows."""
    days = list(calendar.Calendar().itermonthdates(first.year, first.month))
    working = Calendar.load(days[0].year, days[-1].year)
    found = {
        day: Day(
            day,
            is_rest=not working.is_workday(day),
            is_made_up=day.weekday() >= 5 and working.is_workday(day),
        )
        for day in days
    }
    _stages(campaign, by, found)
    _tasks(campaign, by, found, today)
    _returns(campaign, by, found)
    _hearings(campaign, by, found, today)
    _meetings(campaign, by, found)
    every = list(found.values())
    return [every[start : start + WEEK] for start in range(0, len(every), WEEK)]


def _between(days: Iterable[date], column: str) -> Q:
    every = sorted(days)
    return Q(**{f"{column}__range": (every[0], every[-1])})


def _stages(campaign: Campaign, by: Actor, found: dict[date, Day]) -> None:
    """The campaign's; and those that plans in force have of their own, with the plan's title."""
    begun_or_ended = _between(found, "starts_on") | _between(found, "ends_on")
    of_plans = staged.of_plans(campaign, by).select_related("plan")
    for stages in (campaign.stages.order_by("place"), of_plans):
        for one in stages.filter(begun_or_ended):
            _mark_stage(one, found)


def _mark_stage(stage: Stage, found: dict[date, Day]) -> None:
    name = f"{stage.plan.title} · {stage.name}" if stage.plan else stage.name
    for day, words in (
        (stage.starts_on, _("%(stage)s begins")), (stage.ends_on, _("%(stage)s ends")),
    ):  # fmt: skip
        if day in found:
            found[day].marks.append(Mark(words % {"stage": name}, tone="blue", symbol="flag"))


def _tasks(campaign: Campaign, by: Actor, found: dict[date, Day], today: date) -> None:
    tasks = rows.scope(campaign, by).filter(_between(found, "case__due_on"))
    sums = tasks.order_by().values("case__due_on").annotate(
        n=Count("pk"),
        open=Count("pk", filter=Q(case__is_open=True)),
        late=Count("pk", filter=late(today)),
    )  # fmt: skip
    base = reverse("campaigns:tasks")
    for row in sums:
        due_on = row["case__due_on"]
        assert due_on is not None, row
        day = found[due_on]
        day.tasks, day.open_tasks, day.late_tasks = row["n"], row["open"], row["late"]
        day.url = f"{base}?campaign={campaign.pk}&due_from={day.day}&due_to={day.day}"
    few = [day.day for day in found.values() if 0 < day.tasks <= NAMED_MAX]
    if not few:
        return
    named = tasks.filter(case__due_on__in=few).order_by("case__due_on", "pk")
    for pk, due, title, is_open in named.values_list(
        "pk", "case__due_on", "line__title", "case__is_open"
    ):
        assert due is not None, pk
        tone = "" if not is_open else "red" if due < today else "amber"
        url = reverse("campaigns:task", args=[pk])
        found[due].marks.append(Mark(title, url, tone, "list-check"))


def _returns(campaign: Campaign, by: Actor, found: dict[date, Day]) -> None:
    returns = policy.permitted(Return.objects.all(), "returns.view", by)
    owed = returns.filter(_between(found, "due_on"), duty__plan__campaign=campaign)
    sums = owed.exclude(case__state="void").order_by().values(
        "due_on", "duty", "duty__title"
    ).annotate(n=Count("pk"), filed=Count("pk", filter=~Q(kind="")))  # fmt: skip
    for row in sums.order_by("due_on", "duty"):
        said = {"title": row["duty__title"], "filed": row["filed"], "n": row["n"]}
        words = _("%(title)s: %(filed)d of %(n)d filed") % said
        tone = "green" if row["filed"] == row["n"] else "amber"
        url = reverse("campaigns:duty", args=[row["duty"]])
        found[row["due_on"]].marks.append(Mark(words, url, tone, "report"))


def _hearings(campaign: Campaign, by: Actor, found: dict[date, Day], today: date) -> None:
    seen = policy.permitted(Hearing.objects.all(), "hearings.view", by)
    own = seen.filter(campaign=campaign).exclude(case__state="void")
    rows_ = own.filter(_between(found, "held_on") | _between(found, "case__due_on"))
    for pk, body, held_on, due_on in rows_.order_by("case__due_on", "pk").values_list(
        "pk", "body", "held_on", "case__due_on"
    ):
        day, words = (held_on, _("%(body)s heard of it")) if held_on else (
            due_on, _("%(body)s is to hear of it"))  # fmt: skip
        if day not in found:
            continue
        tone = "green" if held_on else "red" if day < today else "amber"
        url = reverse("campaigns:hearing", args=[pk])
        found[day].marks.append(Mark(words % {"body": body}, url, tone, "gavel"))


def _meetings(campaign: Campaign, by: Actor, found: dict[date, Day]) -> None:
    seen = policy.permitted(Meeting.objects.all(), "meetings.view", by).filter(campaign=campaign)
    nexts: dict[date, list[Meeting]] = defaultdict(list)
    held = seen.filter(
        _between(found, "held_on") | _between(found, "next_on")
    ).order_by("held_on", "pk").only("pk", "title", "held_on", "next_on")  # fmt: skip
    for meeting in held:
        url = reverse("campaigns:meeting", args=[meeting.pk])
        if meeting.held_on in found:
            found[meeting.held_on].marks.append(Mark(meeting.title, url, "blue", "users"))
        if meeting.next_on in found:
            nexts[meeting.next_on].append(meeting)
    held_on = {meeting.held_on for meeting in held}
    for day, meetings in nexts.items():
        # Once a meeting stands on that day it is shown itself.
        if day not in held_on:
            url = reverse("campaigns:meeting", args=[meetings[-1].pk])
            found[day].marks.append(Mark(_("next dispatch meeting"), url, "", "users"))
