"""Foreign rows of campaigns: a campaign, a plan that nobody else may see, its line and a task."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.campaigns import commands
from anlan.domain.campaigns.commands.terms import NewCampaign, NewLine, NewPlan
from anlan.domain.campaigns.models import Plan, Task
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions.models import Region


def plant_campaigns(
    word: str, place: Region, sector: str, unit: Unit, *, by: Actor, at: datetime
) -> dict[str, Any]:
    """Numbers by the names of the pages that open them, for these take several kinds.

    Of another area alone: a plan is read by everybody of its own, whatever their sector.
    """
    call: Any = {"by": by, "at": at}
    campaign = commands.make_campaign(
        NewCampaign(unit.pk, f"{word}行动", date(2024, 1, 1), date(2026, 12, 31)),
        request_id=uuid7(), **call,
    )  # fmt: skip
    new = NewPlan(campaign, unit.pk, f"{word}方案", date(2024, 1, 1), date(2026, 12, 31))
    line = NewLine(f"{word}任务", sectors=(sector,))
    plan = commands.make_plan_with_lines(new, [line], request_id=uuid7(), **call)
    # As if the unit sat there: whoever planted the other rows reports for the nation.
    Plan.objects.filter(pk=plan).update(area=place, path=place.path)
    commands.publish(plan, request_id=uuid7(), **call)
    task = Task.objects.get(plan=plan).pk
    row = Plan.objects.select_related("campaign").get(pk=plan)
    row.campaign.area, row.campaign.path = place, place.path
    row.campaign.save()
    plans = ("plan", "edit_plan", "publish", "break_down", "break_down_progress",
             "break_down_stop", "quotas", "shares", "new_line", "line", "remove_line")  # fmt: skip
    pages = ("campaign", "edit", "new_plan", "map", "map_rows", "map_ics")
    return {
        "campaigns:task": task, "campaigns:step": task,
        **{f"campaigns:{name}": plan for name in plans},
        **{f"campaigns:{name}": campaign for name in pages},
    }  # fmt: skip
