"""Lists by which units and posts work: drawn up, handed out, worked through item by item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import stored
from anlan.domain.campaigns.checklists import turns
from anlan.domain.campaigns.commands.base import day_within, short, text_of
from anlan.domain.campaigns.handing.commands import begin, give, lacks, locked, room_for
from anlan.domain.campaigns.models import (
    NAME_CHARS_MAX,
    TITLE_CHARS_MAX,
    Checklist,
    ChecklistCopy,
    ChecklistItem,
    ChecklistTick,
    ChecklistTurn,
)
from anlan.kernel.audit import trail
from anlan.kernel.jobs import queue
from anlan.kernel.loop import engine, frame, plain
from anlan.kernel.loop.frame import OnOne
from anlan.kernel.loop.plain import Call
from anlan.kernel.notices.kinds import declare

declare(
    "campaigns.checklist_given",
    _("“%(name)s” was handed out to your unit: %(count)s items to work through."),
    "campaigns:checklist_copy",
)
#: Of a campaign, of a list, and of the office's own columns.
CHECKLISTS_MAX, ITEMS_MAX, COLUMNS_MAX = 200, 300, 6
#: Posts of a list, each with how often: so many turns may wait for a unit at once.
TURNS_MAX = 40
TEXT_CHARS_MAX = 1_000
#: The job that drops what is left of a list that was ended (jobs.py).
DROP = "campaigns.drop_turns"
#: So many days back a page that lay open is still taken for the periods it was drawn for.
DRAWN_DAYS_MAX = 1


@dataclass(frozen=True)
class NewItem:
    text: str
    aspect: str = ""
    post: str = ""
    indicator: str = ""
    values: tuple[str, ...] = ()
    link: str = ""
    every: str = ""


@dataclass(frozen=True)
class NewChecklist:
    name: str
    kind: str
    tier: str = ""
    basis: str = ""
    due_on: date | None = None
    columns: tuple[str, ...] = ()
    items: tuple[NewItem, ...] = ()
    workdays: bool = False


@transaction.atomic(durable=True)
def make_checklist(campaign: UUID, new: NewChecklist, **call: Unpack[Call]) -> UUID:
    reason = _("A campaign has at most %(n)d lists.")
    row, claim = room_for(Checklist, campaign, CHECKLISTS_MAX, reason, {"new": new}, **call)
    if claim.repeated:
        return claim.answer[0]
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
    row, claim = begin(Checklist, pk, {"new": new}, **call)
    if claim.repeated:
        return pk
    held = locked(row, seen)
    if held.issued_on is not None:
        raise lacks("items", _("It is handed out; draw up another list instead."))
    before = {"name": row.name, "items": row.items.count()}
    _put(held, new)
    held.save()
    held.items.all().delete()
    _put_items(held, new)
    claim.record("checklists.change", "campaign", row.campaign_id, before=before, after=_told(new))
    return claim.done(pk)


@transaction.atomic(durable=True)
def hand_out(
    pk: UUID, *, heap: str, names: Sequence[str] = (), seen: int | None = None,
    **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Give units a copy to work through; who has one keeps it.

    What is due now is asked for: of the first units at once, of the rest when the clock comes by.
    """
    row, claim = begin(Checklist, pk, {"heap": heap, "names": list(names)}, **call)
    if claim.repeated:
        return pk
    held = locked(row, seen)
    count = held.items.count()
    if not count:
        raise lacks("items", _("Write down at least one item of the list first."))
    if held.ended_on is not None:
        raise lacks("heap", _("The list is ended; draw up another one instead."))
    made = give(held, ChecklistCopy, heap, names, claim, "checklists.hand_out",
                "campaigns.checklist_given", {"count": count})  # fmt: skip
    turns.open_turns(held, [copy.pk for copy in made[: turns.PART]], **claim.call)
    return claim.done(pk)


@transaction.atomic(durable=True)
def end_checklist(pk: UUID, *, reason: str, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """Ask for nothing more by it. What isn't due yet is dropped; what is late stays.

    A list of a province has thousands of turns: what is left after the first is the worker's.
    """
    row, claim = begin(Checklist, pk, {"end": reason}, **call)
    if claim.repeated:
        return pk
    why = text_of(reason, "reason", _("Say why; the units will read it."))
    held = locked(row, seen)
    if held.issued_on is None or held.ended_on is not None:
        raise lacks("reason", _("It isn’t handed out, or was ended before."))
    held.ended_on = timezone.localdate(claim.at)
    held.save(update_fields=["ended_on", "version"])
    if turns.drop(held, why, **claim.call) == turns.DROPPED_AT_ONCE:
        queue.enqueue(DROP, {"list": str(pk), "reason": why}, claim.by, key=f"{DROP}:{pk}",
                      at=claim.at)  # fmt: skip
    claim.record("checklists.end", "campaign", row.campaign_id, reason=why,
                 after={"name": held.name})  # fmt: skip
    return claim.done(pk)


@dataclass(frozen=True)
class NewTick:
    item: int
    state: str
    note: str = ""


@transaction.atomic(durable=True)
def fill(
    pk: UUID, ticks: Sequence[NewTick], *, drawn: date | None = None, **call: Unpack[Call]
) -> UUID:  # fmt: skip
    """Say how items of one's unit's copy stand; what isn't named stays as it is.

    drawn:  the day whose periods the page showed, where it was opened before midnight.
    """
    given = {"ticks": list(ticks)} | ({"drawn": drawn} if drawn else {})
    row, claim = plain.begin(ChecklistCopy.objects.all(), "checklists.fill", pk, given, **call)
    if claim.repeated:
        return pk
    today = timezone.localdate(claim.at)
    items = {one.pk: one for one in ChecklistItem.objects.filter(checklist=row.checklist_id)}
    day = _day_shown(drawn or today, today, {items[one.item].every for one in ticks
                                             if one.item in items})  # fmt: skip
    codes = {every: turns.code_of(every, day) for every in ChecklistItem.Every.values}
    periods = {pk: codes[one.every] for pk, one in items.items()}
    copy = _copies().get(pk=pk)
    told = _tick(copy, items, periods, ticks, claim.by.name, today)
    if told.periods:
        rows = list(ChecklistTurn.objects.filter(copy=copy, period__in=told.periods))
        cases = engine.lock([turn.pk for turn in rows])
        turns.settle(copy.checklist_id, rows, cases, **claim.call)
    claim.record("checklists.fill", "unit", copy.unit_id,
                 before={"items": told.before}, after={"items": told.after})  # fmt: skip
    return claim.done(pk)


def _day_shown(drawn: date, today: date, every: Iterable[str]) -> date:
    """The day in whose periods the ticks stand; refused where the page lay open for longer."""
    if all(turns.code_of(one, drawn) == turns.code_of(one, today) for one in every):
        return today
    if timedelta() < today - drawn <= timedelta(DRAWN_DAYS_MAX):
        return drawn
    reason = _("This page was opened on %(day)s, and periods have ended since. Open it again.")
    raise lacks("items", reason % {"day": drawn})


@transaction.atomic(durable=True)
def fill_turn(pk: UUID, ticks: Sequence[NewTick], **call: Unpack[OnOne]) -> list[UUID]:
    """Say how the items of one post stand in one period: its holder's own, in time or late."""
    given = {"ticks": list(ticks)}
    copy = _copies().filter(turns=pk).first()
    work = frame.begin(ChecklistTurn, "checklist_turns.fill", [pk], given, **call)
    for _machine, case in work.each():
        assert copy is not None, "its turn was found"
        turn = ChecklistTurn.objects.get(pk=pk)
        if case.state == "void":
            raise lacks("items", _("It is no longer asked for."))
        items = {
            one.pk: one for one in copy.checklist.items.filter(post=turn.post, every=turn.every)
        }
        periods = dict.fromkeys(items, turn.period)
        today = timezone.localdate(work.at)
        told = _tick(copy, items, periods, ticks, work.by.name, today)
        if told.periods:
            turns.settle(copy.checklist_id, [turn], {pk: case}, **work.call)
        entry = trail.Entry(
            "checklist_turn.fill", "case", pk, request_id=work.request_id,
            before={"items": told.before}, after={"items": told.after},
        )  # fmt: skip
        trail.record([entry], by=work.by, at=work.at)
    return work.done()


# --- in common -----------------------------------------------------------------------------


def _copies() -> QuerySet[ChecklistCopy]:
    """Copies under their lock: two who tick at once come one after the other.

    Everybody locks a copy before the cases of its turns.
    """
    return ChecklistCopy.objects.select_for_update(of=("self",)).select_related("checklist")


@dataclass(frozen=True)
class Told:
    """What a command ticked: in which periods, and what the items said before and after."""

    periods: frozenset[str]
    before: list[str]
    after: list[str]


def _tick(
    copy: ChecklistCopy, items: Mapping[int, ChecklistItem], periods: Mapping[int, str],
    ticks: Sequence[NewTick], who: str, today: date,
) -> Told:  # fmt: skip
    """Write down how items stand in their periods, where that is something new."""
    there = copy.ticks.filter(item__in=items, period__in=set(periods.values()))
    old = {row.item_id: row for row in there if row.period == periods[row.item_id]}
    changed = []
    for one in ticks:
        if one.item not in items or one.state not in ChecklistTick.State.values:
            raise lacks("items", _("Choose how each item stands from the list."))
        note = short(one.note, f"note_{one.item}", TITLE_CHARS_MAX)
        before = old.get(one.item)
        stood = (before.state, before.note) if before else ("open", "")
        if one.state == ChecklistTick.State.NOT_APPLICABLE and not note:
            raise lacks(f"note_{one.item}", _("Say why it doesn’t apply."))
        if (one.state, note) != stood:
            changed.append(
                ChecklistTick(copy=copy, item_id=one.item, period=periods[one.item],
                              state=one.state, note=note, on=today, who=who)
            )  # fmt: skip
    ChecklistTick.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["copy", "item", "period"],
        update_fields=["state", "note", "on", "who"],
    )  # fmt: skip
    return Told(
        frozenset(one.period for one in changed),
        [_said(old.get(one.item_id), items[one.item_id].text) for one in changed],
        [_said(one, items[one.item_id].text) for one in changed],
    )  # fmt: skip


def _said(one: ChecklistTick | None, text: str) -> str:
    with stored.house_language():
        state = str(one.get_state_display() if one else ChecklistTick.State.OPEN.label)
    return f"{text[:30]}：{state}{' ' + one.note if one and one.note else ''}"


def _put(row: Checklist, new: NewChecklist) -> None:
    row.name = text_of(new.name, "name", _("Give it a name."), TITLE_CHARS_MAX)
    if new.kind not in Checklist.Kind.values:
        raise lacks("kind", _("Choose what kind of list it is."))
    if new.tier and new.tier not in Checklist.Tier.values:
        raise lacks("tier", _("Choose for whom it is from the list."))
    row.kind, row.tier, row.due_on = new.kind, new.tier, new.due_on
    row.workdays = new.workdays
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
    if len({(one.post, one.every) for one in new.items}) > TURNS_MAX:
        reason = _("At most %(n)d posts, each with how often, stand on one list; make several.")
        raise lacks("items", reason % {"n": TURNS_MAX})
    rows = []
    for place, one in enumerate(new.items):
        if one.every not in ChecklistItem.Every.values:
            words = "、".join(str(word) for word in ChecklistItem.Every.labels)
            reason = _("“%(said)s”: write how often as one of these: %(words)s")
            raise lacks("items", reason % {"said": one.every, "words": words})
        values = dict(zip(row.columns, one.values, strict=False))
        rows.append(
            ChecklistItem(
                checklist=row, place=place, link=short(one.link, "items", NAME_CHARS_MAX),
                aspect=short(one.aspect, "items", NAME_CHARS_MAX),
                text=text_of(one.text, "items", _("Each line needs the words of its item."),
                             TEXT_CHARS_MAX),
                post=short(one.post, "items", NAME_CHARS_MAX),
                indicator=short(one.indicator, "items", NAME_CHARS_MAX), every=one.every,
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
