"""Setting up the bodies that carry a campaign, and who sits in them from when to when.

Somebody who leaves keeps the row; a slip of the pen is corrected in it, on record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base import stored
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import MovedOn, NotFound
from anlan.domain.campaigns.carrying.commands.wanted import day_within, lacks, short, text_of
from anlan.domain.campaigns.carrying.refusals import OrganEnded
from anlan.domain.campaigns.matching import units_named
from anlan.domain.campaigns.models import (
    NAME_CHARS_MAX,
    Campaign,
    Organ,
    OrganMember,
    OrganPlan,
    Plan,
)
from anlan.kernel.accounts import policy, sectors
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call, Claim

ORGANS_MAX, MEMBERS_MAX, PLANS_MAX = 100, 300, 60


@dataclass(frozen=True)
class NewOrgan:
    name: str
    since: date
    kind: str = "leading_group"
    parent: UUID | None = None
    sectors: tuple[str, ...] = ()
    duties: str = ""
    basis: str = ""
    until: date | None = None
    #: Plans for which it answers.
    plans: tuple[UUID, ...] = ()
    pk: UUID = field(default_factory=uuid7, repr=False)


@dataclass(frozen=True)
class NewOrganMember:
    """A person, a unit, or a person of a unit. Without ``unit`` it is looked for by its name."""

    role: str
    since: date
    person: str = ""
    post: str = ""
    unit_name: str = ""
    unit: int | None = None
    note: str = ""


@transaction.atomic(durable=True)
def make_organ(
    campaign: UUID, new: NewOrgan, members: Sequence[NewOrganMember] = (), **call: Unpack[Call]
) -> UUID:
    given = {"new": new, "members": list(members)}
    row, claim = plain.begin(Campaign.objects.all(), "campaigns.edit", campaign, given, **call)
    if claim.repeated:
        return claim.answer[0]
    Campaign.objects.select_for_update(of=("self",)).get(pk=campaign)
    if row.organs.count() >= ORGANS_MAX:
        raise lacks("name", _("A campaign has at most %(n)d bodies.") % {"n": ORGANS_MAX})
    organ = Organ(id=new.pk, campaign=row, made_at=claim.at, made_by=claim.by.name)
    _put(organ, new, claim.by)
    organ.save(force_insert=True)
    _carry(organ, new.plans, claim.by)
    for member in members:
        _member(organ, member).save()
    claim.record("organs.make", "campaign", campaign, after=_told(organ))
    return claim.done(organ.pk)


@transaction.atomic(durable=True)
def change_organ(pk: UUID, new: NewOrgan, *, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """Another name, task, paper or end; its members are changed one by one."""
    organ, claim = _begin(pk, {"new": new}, **call)
    if claim.repeated:
        return pk
    _turn(organ, seen)
    before = _told(organ)
    _put(organ, new, claim.by)
    if new.until is not None and organ.members.filter(since__gt=new.until).exists():
        raise lacks("until", _("Somebody joined after that day; choose a later one."))
    organ.save()
    _carry(organ, new.plans, claim.by)
    if new.until is not None:
        organ.members.filter(until=None).update(until=new.until)
    after = _told(organ)
    claim.record("organs.change", "campaign", organ.campaign_id, before=before, after=after)
    return claim.done(pk)


@transaction.atomic(durable=True)
def add_members(
    pk: UUID, members: Sequence[NewOrganMember], *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:
    organ, claim = _begin(pk, {"members": list(members)}, **call)
    if claim.repeated:
        return pk
    _turn(organ, seen, alive=True)
    if organ.members.count() + len(members) > MEMBERS_MAX:
        raise lacks("person", _("A body has at most %(n)d members.") % {"n": MEMBERS_MAX})
    rows = [_member(organ, member) for member in members]
    OrganMember.objects.bulk_create(rows)
    after = {"organ": organ.name, "members": [_name(row) for row in rows]}
    claim.record("organs.join", "campaign", organ.campaign_id, after=after)
    return claim.done(pk)


@transaction.atomic(durable=True)
def end_member(
    pk: UUID, member: int, *, until: date, note: str = "", follower: NewOrganMember | None = None,
    seen: int | None = None, **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Somebody leaves on a day, and somebody else may take the place the day after."""
    given = {"member": member, "until": until, "note": note, "follower": follower}
    organ, claim = _begin(pk, given, **call)
    if claim.repeated:
        return pk
    _turn(organ, seen, alive=True)
    row = organ.members.filter(pk=member, until=None).first()
    if row is None:
        raise NotFound
    if until < row.since:
        raise lacks("until", _("The day is before they came."))
    row.until, row.note = until, short(note, "note") or row.note
    row.save()
    after: dict[str, Any] = {"organ": organ.name, "leaves": _name(row), "until": until.isoformat()}
    if follower is not None:
        if follower.since <= until:
            raise lacks("since", _("The follower comes after the day on which the place is left."))
        came = _member(organ, follower)
        came.save()
        after["comes"] = _name(came)
    claim.record("organs.leave", "campaign", organ.campaign_id, reason=note, after=after)
    return claim.done(pk)


@transaction.atomic(durable=True)
def correct_member(
    pk: UUID, member: int, new: NewOrganMember, *, until: date | None = None,
    seen: int | None = None, **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Mend a slip: name, post, unit or days as they should have been written."""
    organ, claim = _begin(pk, {"member": member, "new": new, "until": until}, **call)
    if claim.repeated:
        return pk
    _turn(organ, seen)
    old = organ.members.filter(pk=member).first()
    if old is None:
        raise NotFound
    row = _member(organ, new)
    if until is not None and until < row.since:
        raise lacks("until", _("The day is before they came."))
    row.pk, row.until, row._state.adding = old.pk, until, False
    row.save()
    claim.record(
        "organs.correct", "campaign", organ.campaign_id,
        before={"organ": organ.name, "member": _name(old)}, after={"member": _name(row)},
    )  # fmt: skip
    return claim.done(pk)


# --- in common -----------------------------------------------------------------------------


def _begin(pk: UUID, given: dict[str, Any], **call: Unpack[Call]) -> tuple[Organ, Claim]:
    """The body, where one may write to its campaign; else what isn't there."""
    organ = Organ.objects.select_related("campaign__area").filter(pk=pk).first()
    if organ is None:
        raise NotFound
    given = {"organ": pk, **given}
    rows = Campaign.objects.all()
    _row, claim = plain.begin(rows, "campaigns.edit", organ.campaign_id, given, **call)
    return organ, claim


def _turn(organ: Organ, seen: int | None, *, alive: bool = False) -> None:
    locked = Organ.objects.select_for_update(of=("self",)).get(pk=organ.pk)
    if seen is not None and locked.version != seen:
        raise MovedOn
    if alive and locked.until is not None:
        raise OrganEnded(name=organ.name)
    organ.version = locked.version + 1
    Organ.objects.filter(pk=organ.pk).update(version=organ.version)


def _put(organ: Organ, new: NewOrgan, by: Actor) -> None:
    if new.kind not in Organ.Kind.values:
        raise lacks("kind", _("Choose what kind of body it is."))
    day_within(new.since, "since")
    day_within(new.until, "until")
    if new.until is not None and new.until < new.since:
        raise lacks("until", _("The last day is before the first; correct one."))
    known = sectors.names()
    if not set(new.sectors) <= known.keys():
        raise lacks("sectors", _("Choose the sectors from the list."))
    organ.name = text_of(new.name, "name", _("Write what the body is called."))
    organ.kind, organ.since, organ.until = new.kind, new.since, new.until
    codes = list(dict.fromkeys(new.sectors))
    organ.sectors = f",{','.join(codes)}," if codes else ""
    organ.duties = short(new.duties, "duties", 5_000)
    organ.basis = short(new.basis, "basis")
    organ.parent = _parent(organ, new.parent)


def _parent(organ: Organ, pk: UUID | None) -> Organ | None:
    if pk is None:
        return None
    parent = Organ.objects.filter(pk=pk, campaign=organ.campaign_id).first()
    above, steps = parent, 0
    while above is not None and steps < ORGANS_MAX:
        if above.pk == organ.pk:
            parent = None
            break
        above, steps = above.parent, steps + 1
    if parent is None:
        raise lacks("parent", _("Choose another body of this campaign, not one below it."))
    return parent


def _carry(organ: Organ, plans: Sequence[UUID], by: Actor) -> None:
    """The plans for which it answers from now on, among those that ``by`` may see.

    A new one must be in their hands: members see its tasks, and its head checks them.
    """
    wanted = set(plans)
    if len(wanted) > PLANS_MAX:
        raise lacks("plans", _("A body carries at most %(n)d plans.") % {"n": PLANS_MAX})
    seen = policy.permitted(Plan.objects.filter(campaign=organ.campaign_id), "plans.view", by)
    may = set(seen.values_list("pk", flat=True))
    if not wanted <= may:
        raise lacks("plans", _("Choose plans of this campaign."))
    others = OrganPlan.objects.filter(plan__in=wanted).exclude(organ=organ)
    if taken := others.select_related("plan", "organ").first():
        raise lacks(
            "plans",
            _("“%(plan)s” is carried by %(organ)s already; take it off there first.")
            % {"plan": taken.plan.title, "organ": taken.organ.name},
        )
    have = set(organ.carried.values_list("plan", flat=True))
    mine = policy.permitted(Plan.objects.filter(pk__in=wanted - have), "plans.entrust", by)
    if mine.count() < len(wanted - have):
        raise lacks(
            "plans",
            _(
                "Members of a body see the tasks of its plans. Choose plans of your own unit, or "
                "of an area that you lead as a whole."
            ),
        )
    # What its writer may not see stays as it was.
    organ.carried.filter(plan__in=(have & may) - wanted).delete()
    OrganPlan.objects.bulk_create(
        OrganPlan(organ=organ, plan_id=plan) for plan in sorted(wanted - have)
    )


def _member(organ: Organ, new: NewOrganMember) -> OrganMember:
    if new.role not in OrganMember.Role.values:
        raise lacks("role", _("Choose the role from the list."))
    person = short(new.person, "person", NAME_CHARS_MAX)
    unit_name = short(new.unit_name, "unit_name")
    unit = Unit.objects.filter(pk=new.unit, valid_to=None).first() if new.unit else None
    if new.unit and unit is None:
        raise lacks("unit_name", _("Choose the unit from the list."))
    if unit is not None:
        unit_name = unit_name or unit.name
    if not (person or unit_name):
        raise lacks("person", _("Name a person, a unit, or both."))
    day_within(new.since, "since")
    if new.since < organ.since:
        raise lacks("since", _("The body was set up later; choose its first day or a later one."))
    pk = unit.pk if unit else units_named([unit_name], organ.campaign.area).get(unit_name)
    return OrganMember(
        organ=organ, role=new.role, person=person, post=short(new.post, "post", NAME_CHARS_MAX),
        unit_name=unit_name, unit_id=pk, since=new.since, note=short(new.note, "note"),
    )  # fmt: skip


def _name(row: OrganMember) -> str:
    days = f"{row.since}–{row.until or ''}"
    with stored.house_language():
        words = (row.get_role_display(), row.person, row.post, row.unit_name, days)
        return " ".join(str(word) for word in words if word)


def _told(organ: Organ) -> dict[str, Any]:
    plans = organ.carried.select_related("plan").order_by("plan__title")
    return {
        "name": organ.name, "kind": organ.kind, "sectors": organ.sectors, "basis": organ.basis,
        "from": organ.since.isoformat(), "to": organ.until.isoformat() if organ.until else "",
        "plans": [one.plan.title for one in plans],
    }  # fmt: skip
