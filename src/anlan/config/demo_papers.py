"""Papers in the demo: a situation paper in draft, a circular that was given out with receipts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.paths import below
from anlan.config.demo_offices import CAPITAL, office_code, unit
from anlan.domain.bulletins import commands
from anlan.domain.bulletins.models import Word
from anlan.domain.hazards.models import Hazard
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import User
from anlan.kernel.calendar import periods
from anlan.kernel.regions.models import Region

#: Counties of the capital whose offices get the circular; the first has signed for it.
COUNTIES = ("530102", "530103", "530111")


def papers(*, at: datetime) -> None:
    """Through the commands, each step by another person, as an office would."""
    today = timezone.localdate(at)
    area = Region.objects.get(code=CAPITAL)
    month = periods.month(today).code

    def call(name: str) -> dict[str, Any]:
        by: Actor = held.actor(User.objects.get(username=name), today=today)
        return {"by": by, "at": timezone.now(), "request_id": uuid7()}

    draft = commands.NewPaper(uuid7(), "situation", area.pk, month)
    commands.make(draft, **call("km.office"))
    new = commands.NewPaper(
        uuid7(), "circular", area.pk, month, recipients="各县（市、区）安委会，市安委会成员单位"
    )
    pk = commands.make(new, **call("km.office"))
    commands.add_word("昆安办演示", **call("km.office"))
    commands.submit(pk, **call("km.office"))
    commands.review(pk, said="数据已核对（演示）", **call("km.second"))
    commands.sign(pk, **call("km.leader"))
    word = Word.objects.get(word="昆安办演示")
    commands.number(pk, word=word.pk, **call("km.office"))
    commands.seal(pk, **call("km.office"))
    units = [unit(office_code(code)).pk for code in COUNTIES]
    copies = [unit(f"{CAPITAL}-yj").pk]
    commands.give_out(pk, units=units, copies=copies, **call("km.office"))
    commands.receive(pk, **call("wh.office"))
    _notice(area, month, call("km.office"))


def _notice(area: Region, month: str, common: dict[str, Any]) -> None:
    """A notice of listed supervision, begun at the hazard: what isn't on record is left open."""
    listed = Hazard.objects.filter(below(area.path, "case__path"), case__listed=True)
    if (hazard := listed.order_by("pk").first()) is not None:
        new = commands.NewPaper(uuid7(), "listed", area.pk, month, about=(hazard.pk,))
        commands.make(new, **common)
