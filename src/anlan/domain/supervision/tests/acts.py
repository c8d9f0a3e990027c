"""What the stories of supervision do again and again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.commands import Finding
from anlan.domain.hazards.tests.stage import ROOT, Cast
from anlan.domain.supervision import commands
from anlan.domain.supervision.commands import NewPaper
from anlan.domain.supervision.models import Paper
from anlan.kernel.regions.queries import by_code


def find(
    cast: Cast, count: int = 1, *, area: str = "530102", source: str = "covert",
    grade: str = "ordinary", at: datetime | None = None, on: date | None = None, word: str = "",
    enterprise: int | None = None,
) -> list[UUID]:  # fmt: skip
    at = at or timezone.now()
    region = by_code(area)
    pks = [uuid7() for _n in range(count)]
    findings = [
        Finding(
            pk=pk, description=f"{word}暗访发现安全出口锁闭{n}", area_id=region.pk,
            unit_id=cast.units["city"].pk, opened_on=on or timezone.localdate(at), source=source,
            grade=grade, enterprise_id=enterprise,
        )
        for n, pk in enumerate(pks)
    ]  # fmt: skip
    hazards.find(findings, by=ROOT, request_id=uuid7(), at=at)
    return pks


def days(count: int) -> date:
    return timezone.localdate() + timedelta(days=count)


def paper_of(
    cast: Cast, hazards: list[UUID], kind: str = "transfer", *, at: datetime | None = None,
    due: date | None = None, receiver: str = "office", who: str = "city",
) -> Paper:  # fmt: skip
    """A paper of the city's office, through the command."""
    at = at or timezone.now()
    new = NewPaper(
        pk=uuid7(), kind=kind, office=cast.units["city"].pk, receiver=cast.units[receiver].pk,
        superior=cast.units["office"].pk if kind == "letter" else None, subject="暗访问题",
        due_on=due or days(10), hazards=tuple(hazards),
    )  # fmt: skip
    commands.issue(new, by=cast.actor(who), request_id=uuid7(), at=at)
    return Paper.objects.get(pk=new.pk)


def form(cast: Cast, hazards: list[UUID], **more: Any) -> dict[str, Any]:
    """What the page of a new paper posts."""
    return {
        "pk": uuid7(), "request_id": uuid7(), "office": cast.units["city"].pk,
        "receiver": cast.units["office"].code, "subject": "关于暗访发现问题的移交",
        "due_on": days(10), "text": "请逐项整改并按期反馈。", "hazards": hazards, **more,
    }  # fmt: skip


def step(client: Client, paper: Paper, code: str, **given: Any) -> Any:
    seen = Paper.objects.select_related("case").get(pk=paper.pk).case.version
    address = reverse("supervision:step", args=[paper.pk, code])
    return client.post(address, {"request_id": uuid7(), "seen": seen, **given})


def replies(paper: Paper, outcome: str = "done", text: str = "已完成整改") -> dict[str, str]:
    found: dict[str, str] = {}
    for item in paper.items.all():
        found[f"outcome_{item.pk}"], found[f"reply_{item.pk}"] = outcome, text
    return found
