"""A campaign's stages as periods of a scheme: taken from the campaign, or written line by line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from anlan.base.actor import Actor
from anlan.domain.assessments.spec import Spec, Stage
from anlan.domain.campaigns.models import Campaign
from anlan.kernel.accounts import policy

#: Between two days: as a period's code has it, or as people write it.
_BETWEEN = re.compile(r"\s*(?:\.\.|至|—+|～|~|/)\s*")


def of_campaign(campaign: Campaign) -> tuple[Stage, ...]:
    rows = sorted(campaign.stages.all(), key=lambda row: row.place)
    return tuple(Stage(row.name, row.starts_on, row.ends_on) for row in rows)


def as_lines(stages: Iterable[Stage]) -> str:
    return "\n".join(f"{each.name}：{each.starts}..{each.ends}" for each in stages)


def from_lines(text: str) -> list[dict[str, str]]:
    """Lines “name: day..day” as a scheme keeps stages; what isn't so is refused when it is read."""
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, _colon, days = line.replace("：", ":").rpartition(":")
        starts, *more = _BETWEEN.split(days.strip(), maxsplit=1)
        found.append({"name": name.strip(), "starts": starts, "ends": "".join(more).strip()})
    return found


def _kept(stages: Iterable[Stage]) -> list[dict[str, str]]:
    return [
        {"name": each.name, "starts": each.starts.isoformat(), "ends": each.ends.isoformat()}
        for each in stages
    ]


def written(spec: Spec, lines: str, campaign: Campaign | None) -> dict[str, Any]:
    """What a scheme keeps: a campaign's stages where one was chosen, else the lines."""
    if campaign:
        return {"campaign": str(campaign.pk), "stages": _kept(of_campaign(campaign))}
    if from_lines(lines) == from_lines(as_lines(spec.stages)):
        # As they are: a line read back has lost a name's own colon.
        return {"campaign": spec.campaign, "stages": _kept(spec.stages)}
    return {"campaign": "", "stages": from_lines(lines)}


def moved(spec: Spec, by: Actor) -> Campaign | None:
    """The campaign whose stages were others when the scheme took them, where one sees it."""
    if not spec.campaign:
        return None
    rows = policy.permitted(Campaign.objects.filter(pk=spec.campaign), "campaigns.view", by)
    row: Campaign | None = rows.prefetch_related("stages").first()
    return row if row is not None and of_campaign(row) != spec.stages else None
