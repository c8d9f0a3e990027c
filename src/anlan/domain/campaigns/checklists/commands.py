"""Lists by which units work: drawn up, handed out, and worked through item by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.paths import below
from anlan.base.refusal import MovedOn, NotFound
from anlan.domain.campaigns.commands.base import day_within, short, text_of
from anlan.domain.campaigns.matching import units_named
from anlan.domain.campaigns.models import (
    NAME_CHARS_MAX,
    TITLE_CHARS_MAX,
    Campaign,
    Checklist,
    ChecklistCopy,
    ChecklistItem,
    ChecklistTick,
)
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call, Claim
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare
from anlan.kernel.notices.outbox import Post

declare(
    "campaigns.checklist_given",
    _("“%(name)s” was handed out to your unit: %(count)s items to work through."),
    "campaigns:checklist_copy",
)
#: Of a campaign, of a list, of one handing out, and of the office's own columns.
CHECKLISTS_MAX, ITEMS_MAX, UNITS_MAX, COLUMNS_MAX = 200, 300, 3_000, 6
TEXT_CHARS_MAX = 1_000

#: To which units at once: those named, the offices next below, all offices below, departments.
HEAPS: dict[str, Any] = {
    "named": _("the units named below"),
    "next": _("committee offices of the areas next below"),
    "all": _("committee offices of all areas below"),
    "own": _("departments of the campaign’s own area"),
}


@dataclass(frozen=True)
class NewItem:
    text: str
    aspect: str = ""
    post: str = ""
    indicator: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewChecklist:
    name: str
    kind: str
    tier: str = ""
    basis: str = ""
    due_on: date | None = None
    columns: tuple[str, ...] = ()
    items: tuple[NewItem, ...] = ()


def lacks(field: str, reason: Any) -> PlanIncomplete:
    return PlanIncomplete(field=field, reason=reason)


@transaction.atomic(durable=True)
def make_checklist(campaign: UUID, new: NewChecklist, **call: Unpack[Call]) -> UUID:
    rows = Campaign.objects.all()
    row, claim = plain.begin(rows, "campaigns.edit", campaign, {"new": new}, **call)
    if claim.repeated:
        return claim.answer[0]
    Campaign.objects.select_for_update(of=("self",)).get(pk=campaign)
    if row.checklists.count() >= CHECKLISTS_MAX:
        raise lacks("name", _("A campaign has at most %(n)d lists.") % {"n": CHECKLISTS_MAX})
    made = Checklist(campaign=row, made_at=claim.at, made_by=claim.by.name)
    _put(made, new)
    made.save(force_insert=True)
    _put_items(made, new)
    claim.record("checklists.make", "campaign", campaign, after=_told(new))
    return claim.done(made.pk)


@transaction.atomic(durable=True)
def change_checklist(
    pk: UUID, new: NewChecklist, *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:
    """Until it is handed out: then units have worked by it."""
    row, claim = _begin(pk, {"new": new}, **call)
    if claim.repeated:
        return pk
    locked = _locked(row, seen)
    if locked.issued_on is not None:
        raise lacks("items", _("It is handed out; draw up another list instead."))
    before = {"name": row.name, "items": row.items.count()}
    _put(locked, new)
    locked.save()
    locked.items.all().delete()
    _put_items(locked, new)
    claim.record("checklists.change", "campaign", row.campaign_id, before=before, after=_told(new))
    return claim.done(pk)


@transaction.atomic(durable=True)
def hand_out(
    pk: UUID, *, heap: str, names: Sequence[str] = (), seen: int | None = None,
    **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Give units a copy to work through; who has one keeps it."""
    row, claim = _begin(pk, {"heap": heap, "names": list(names)}, **call)
    if claim.repeated:
        return pk
    locked = _locked(row, seen)
    count = locked.items.count()
    if not count:
        raise lacks("items", _("Write down at least one item of the list first."))
    have = locked.copies.values("unit")
    units = list(units_of_heap(locked.campaign, heap, names).exclude(pk__in=have)[: UNITS_MAX + 1])
    if not units:
        raise lacks("units", _("All of these units have it, or there is none."))
    if len(units) > UNITS_MAX:
        reason = _("At most %(n)d units at once; name them, or take those next below.")
        raise lacks("heap", reason % {"n": UNITS_MAX})
    copies = [
        bulk.make(ChecklistCopy, checklist_id=pk, unit_id=unit.pk, path=unit.path, made_at=claim.at)
        for unit in units
    ]
    bulk.insert(copies)
    locked.issued_on = locked.issued_on or timezone.localdate(claim.at)
    locked.save(update_fields=["issued_on", "version"])
    said = {"name": locked.name, "count": count}
    outbox.post_many(
        [
            Post("campaigns.checklist_given", str(copy.pk), said, to_units=(copy.unit_id,))
            for copy in copies
        ],
        at=claim.at,
    )
    after = {"list": locked.name, "units": len(units)}
    claim.record("checklists.hand_out", "campaign", row.campaign_id, after=after)
    return claim.done(pk)


@dataclass(frozen=True)
class NewTick:
    item: int
    state: str
    note: str = ""


@transaction.atomic(durable=True)
def fill(pk: UUID, ticks: Sequence[NewTick], **call: Unpack[Call]) -> UUID:
    """Say how items of one's unit's copy stand; what isn't named stays as it is."""
    copy, claim = plain.begin(
        ChecklistCopy.objects.all(), "checklists.fill", pk, {"ticks": list(ticks)}, **call
    )
    if claim.repeated:
        return pk
    copy = ChecklistCopy.objects.select_for_update(of=("self",)).get(pk=pk)
    texts = dict(copy.checklist.items.values_list("pk", "text"))
    old = {row.item_id: row for row in copy.ticks.all()}
    today, changed = timezone.localdate(claim.at), []
    for one in ticks:
        if one.item not in texts or one.state not in ChecklistTick.State.values:
            raise lacks("items", _("Choose how each item stands from the list."))
        note = short(one.note, f"note_{one.item}", TITLE_CHARS_MAX)
        before = old.get(one.item)
        stood = (before.state, before.note) if before else ("open", "")
        if one.state == ChecklistTick.State.NOT_APPLICABLE and not note:
            raise lacks(f"note_{one.item}", _("Say why it doesn’t apply."))
        if (one.state, note) != stood:
            changed.append(
                ChecklistTick(copy=copy, item_id=one.item, state=one.state, note=note, on=today,
                              who=claim.by.name)
            )  # fmt: skip
    ChecklistTick.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["copy", "item"],
        update_fields=["state", "note", "on", "who"],
    )  # fmt: skip
    claim.record(
        "checklists.fill", "unit", copy.unit_id,
        before={"items": [_said(old.get(one.item_id), texts[one.item_id]) for one in changed]},
        after={"items": [_said(one, texts[one.item_id]) for one in changed]},
    )  # fmt: skip
    return claim.done(pk)


def _said(one: ChecklistTick | None, text: str) -> str:
    state = str(one.get_state_display() if one else ChecklistTick.State.OPEN.label)
    return f"{text[:30]}：{state}{' ' + one.note if one and one.note else ''}"


# --- in common -----------------------------------------------------------------------------


def _begin(pk: UUID, given: Mapping[str, Any], **call: Unpack[Call]) -> tuple[Checklist, Claim]:
    """The list, where one may write to its campaign; else what isn't there."""
    row = Checklist.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound
    rows = Campaign.objects.all()
    given = {"checklist": pk, **given}
    _row, claim = plain.begin(rows, "campaigns.edit", row.campaign_id, given, **call)
    return row, claim


def _locked(row: Checklist, seen: int | None) -> Checklist:
    rows = Checklist.objects.select_for_update(of=("self",)).select_related("campaign__area")
    locked = rows.get(pk=row.pk)
    if seen is not None and locked.version != seen:
        raise MovedOn
    locked.version += 1
    return locked


def units_of_heap(campaign: Campaign, heap: str, names: Sequence[str]) -> Any:
    """The units of one heap, in the order of their areas."""
    rows = Unit.objects.filter(below(campaign.path), valid_to=None).order_by("path", "pk")
    if heap == "named":
        wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))
        found = units_named(wanted, campaign.area)
        if missing := [name for name in wanted if name not in found]:
            reason = _("None of our units is called %(names)s; write the full name.")
            raise lacks("units", reason % {"names": "、".join(missing[:10])})
        return rows.filter(pk__in=set(found.values()))
    if heap not in HEAPS:
        raise lacks("heap", _("Choose to whom it is handed out."))
    offices = Q(kind="committee_office") & ~Q(pk=campaign.unit_id)
    if heap == "next":
        return rows.filter(offices, area__parent=campaign.area_id)
    if heap == "all":
        return rows.filter(offices)
    return rows.filter(area=campaign.area_id, kind="department")


def _put(row: Checklist, new: NewChecklist) -> None:
    row.name = text_of(new.name, "name", _("Give it a name."), TITLE_CHARS_MAX)
    if new.kind not in Checklist.Kind.values:
        raise lacks("kind", _("Choose what kind of list it is."))
    if new.tier and new.tier not in Checklist.Tier.values:
        raise lacks("tier", _("Choose for whom it is from the list."))
    row.kind, row.tier, row.due_on = new.kind, new.tier, new.due_on
    day_within(new.due_on, "due_on")
    row.basis = short(new.basis, "basis", TITLE_CHARS_MAX)
    names = [short(name, "columns", NAME_CHARS_MAX) for name in new.columns if name.strip()]
    if len(names) > COLUMNS_MAX or len(set(names)) < len(names):
        reason = _("At most %(n)d columns, each with a name of its own.") % {"n": COLUMNS_MAX}
        raise lacks("columns", reason)
    row.columns = names


def _put_items(row: Checklist, new: NewChecklist) -> None:
    if len(new.items) > ITEMS_MAX:
        raise lacks("items", _("A list has at most %(n)d items.") % {"n": ITEMS_MAX})
    rows = []
    for place, one in enumerate(new.items):
        values = dict(zip(row.columns, one.values, strict=False))
        rows.append(
            ChecklistItem(
                checklist=row, place=place, aspect=short(one.aspect, "items", NAME_CHARS_MAX),
                text=text_of(one.text, "items", _("Each line needs the words of its item."),
                             TEXT_CHARS_MAX),
                post=short(one.post, "items", NAME_CHARS_MAX),
                indicator=short(one.indicator, "items", NAME_CHARS_MAX),
                values={
                    name: short(value, "items", TITLE_CHARS_MAX)
                    for name, value in values.items() if value.strip()
                },
            )
        )  # fmt: skip
    ChecklistItem.objects.bulk_create(rows)


def _told(new: NewChecklist) -> dict[str, Any]:
    return {"name": new.name, "kind": new.kind, "columns": list(new.columns),
            "items": len(new.items)}  # fmt: skip
