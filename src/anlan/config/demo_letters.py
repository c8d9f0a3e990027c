"""The yearly duty letters of a city's counties in the demo: signed, and checked at mid-year."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.assessments import commands, letters
from anlan.domain.campaigns.carrying.commands import letter_targets
from anlan.domain.campaigns.carrying.commands import letters as signing
from anlan.domain.campaigns.carrying.commands.letters import NewArticle, NewLetter, NewSignatory
from anlan.domain.campaigns.models import Letter
from anlan.kernel.accounts.units import main_unit

#: Whose governments signed.
TAKERS = ("五华区人民政府（演示）", "盘龙区人民政府（演示）", "官渡区人民政府（演示）")
TARGETS = """生产安全事故起数，不超过，1，3
整改率，不低于，90，95
安全生产宣传教育（场次），不低于，10，20
五华区人民政府（演示），生产安全事故起数，不超过，0，1"""
#: As an office would state them; no document gives any.
WEIGHTS, EACH = ("50", "30", "20"), "10"


def checked(office: Actor, at: datetime) -> None:
    """Letters of this year, a scheme by their targets, and the ranking of its first half."""
    today = timezone.localdate(at)
    unit = main_unit(office, ("office", "leader"))

    def call() -> dict[str, Any]:
        return {"by": office, "at": at, "request_id": uuid7()}

    new = NewLetter(
        unit.pk, f"{today.year}年度安全生产目标责任书（演示）", date(today.year, 1, 1),
        date(today.year, 12, 31), today, articles=(NewArticle("落实属地监管责任（演示）"),),
        targets=letter_targets.read(TARGETS, TAKERS),
        signatories=(NewSignatory("gives", "昆明市人民政府（演示）", "张某（演示）", "市长"),),
    )  # fmt: skip
    made = signing.make_letters(
        new, [NewSignatory("takes", name, "李某（演示）", "区长") for name in TAKERS], **call()
    )
    for pk in made:
        signing.send_out(pk, **call())
        for row in Letter.objects.get(pk=pk).signatories.all():
            signing.sign(pk, signatory=row.pk, signed_on=today, **call())
    letter, scheme = Letter.objects.get(pk=made[0]), uuid7()
    spec = letters.drafted(letter, unit)
    for item, weight in zip(spec["items"], WEIGHTS, strict=True):
        item["weight"] = weight
    spec["items"][0]["rule"]["each"] = EACH
    commands.make_scheme(scheme, name="年度目标责任书考核（演示）", data=spec, **call())
    commands.put_in_force(scheme, seen=1, **call())
    if today >= date(today.year, 7, 2):
        run = commands.run_scheme(uuid7(), scheme=scheme, period=f"{today.year}H1", **call())
        commands.publish(run, audience="ranking", **call())
