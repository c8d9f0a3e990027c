"""Papers in the worklist: to review, to countersign, to sign, to number, to sign for."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.bulletins import commands
from anlan.domain.bulletins.loop import KIND
from anlan.domain.bulletins.models import Countersign, Delivery, Paper
from anlan.domain.bulletins.permissions import RECEIVES
from anlan.domain.lists.permissions import LEADS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.loop.models import Event
from anlan.kernel.loop.worklist import Tray, Work, one_by_one, opened

ROW = ("case", "case__area", "case__unit")


def trays(by: Actor) -> list[Tray]:
    # What one wrote oneself waits for somebody else.
    wrote = Event.objects.filter(user_id=by.user_id or 0, step__in=("find", "edit", "refresh"))
    others = ~Q(pk__in=wrote.values("case"))
    own, leads = policy.units_of(by, JUDGES), policy.units_of(by, LEADS)
    office = policy.units_of(by, (Role.OFFICE,))
    asked = Countersign.objects.filter(unit__in=own, agreed_at=None)
    given = Delivery.objects.filter(unit__in=policy.units_of(by, RECEIVES), received_at=None)
    return [
        Tray("receive", _("to sign for"), Q(case__kind=KIND, case__state="given_out",
               pk__in=given.values("paper")),
             "bulletins.receive"),
        Tray("review", _("papers to review"),
             opened([KIND], state="reviewing", unit__in=own) & others, "bulletins.edit"),
        Tray("countersign", _("papers to countersign"),
             opened([KIND], state="countersigning", pk__in=asked.values("paper")),
             "bulletins.countersign"),
        Tray("sign", _("papers to sign"),
             opened([KIND], state="signing", unit__in=leads) & others, "bulletins.sign"),
        Tray("number", _("papers to number and give out"),
             opened([KIND], state__in=["signed", "numbered", "sealed"], unit__in=office),
             "bulletins.number"),
    ]  # fmt: skip


WORK = Work(
    kinds={KIND: _("paper")},
    model=Paper,
    related=ROW,
    view="bulletins.view",
    trays=trays,
    title=lambda row: row.title,
    whose=lambda row: row.case.unit.name,
    state=lambda row: row.state_label,
    sign=one_by_one(commands.receive),
)
