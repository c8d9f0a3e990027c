"""Documents handed in: kept to be read, what was read, each decision of a person, and the plan.

Nothing of a document enters a plan unless somebody took it. Two people at one document: who saw an
older version is refused (409), and nothing of theirs is lost but that one press.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import MovedOn, NotFound, Refusal
from anlan.domain.campaigns.commands import campaigns, plans
from anlan.domain.campaigns.commands.terms import NewCampaign, NewPlan
from anlan.domain.campaigns.intake import items as cutting
from anlan.domain.campaigns.intake.fields import codes, line_of
from anlan.domain.campaigns.intake.items import ACCEPTED, DROPPED, GONE, OPEN, Fields, Item, items
from anlan.domain.campaigns.models import TITLE_CHARS_MAX, Intake
from anlan.domain.lists.permissions import LEADS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.jobs import queue
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call, Claim

TASK = "campaigns.read"
#: What a person marks in the text at least and at most.
MARKED_MIN, MARKED_MAX = 4, 4_000


class IntakeNotOpen(Refusal):
    """It is being read, couldn't be read, or was made into a plan already."""

    code = "intake_not_open"
    message = _("This document is %(status)s, so nothing can be decided about it.")
    status = 409


class NothingTaken(Refusal):
    code = "intake_nothing_taken"
    message = _("Nothing of this document was taken yet. Accept at least one task first.")
    status = 409


class CutRefused(Refusal):
    code = "intake_cut_refused"
    message = _("%(reason)s")
    status = 422


@dataclass(frozen=True)
class HandedIn:
    """A file as it was kept: its name as sent, and the sum under which the store has it."""

    pk: UUID
    name: str
    sum: str


@transaction.atomic(durable=True)
def hand_in(new: HandedIn, **call: Unpack[Call]) -> UUID:
    """Keep that a document waits to be read, with the job that reads it."""
    by, at = call["by"], call["at"]
    policy.demand(by, "intakes.make", at)
    # Not the sum: sealed twice, the same file has two.
    claim = plain.claim("intakes.make", {"pk": new.pk, "name": new.name}, **call)
    if claim.repeated:
        return claim.answer[0]
    unit = main_unit(by, LEADS)
    row = Intake.objects.create(
        id=new.pk, area=unit.area, path=unit.path, unit=unit, name=new.name[:TITLE_CHARS_MAX],
        made_at=at, made_by=by.name, user_id=by.user_id,
    )  # fmt: skip
    payload = {"intake": str(row.pk), "sum": new.sum}
    queue.enqueue(TASK, payload, by, key=f"{TASK}:{row.pk}", at=at)
    claim.record("intakes.make", "intake", row.pk, after={"name": row.name})
    return claim.done(row.pk)


@transaction.atomic(durable=True)
def keep_reading(pk: UUID, reading: Mapping[str, Any], **call: Unpack[Call]) -> UUID:
    """What the reader found, for a person to confirm; nothing where it waits no longer."""
    status = Intake.Status.READ
    return _read(pk, {"status": status, "reading": dict(reading)}, **call)


@transaction.atomic(durable=True)
def keep_failure(pk: UUID, refusal: Refusal, **call: Unpack[Call]) -> UUID:
    """Why it couldn't be read, as a code with its data, so that each reader is told in theirs."""
    why = {"refusal": {"code": refusal.code, "data": refusal.data}}
    status = Intake.Status.FAILED
    return _read(pk, {"status": status, "reading": why, "why": str(refusal)}, **call)


def _read(pk: UUID, fields: dict[str, Any], **call: Unpack[Call]) -> UUID:
    claim = plain.claim("intakes.read", {"pk": pk}, **call)
    if claim.repeated:
        return pk
    if Intake.objects.filter(pk=pk, status=Intake.Status.WAITING).update(**fields):
        claim.record("intakes.read", "intake", pk, after={"status": fields["status"]})
    return claim.done(pk)


# --- decisions -------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def decide(
    pk: UUID, key: str, act: str, fields: Fields | None = None, *, seen: int, **call: Unpack[Call]
) -> UUID:
    """Take an item as these fields say, leave it out, or open it again."""
    given = {"key": key, "act": act, "fields": fields}
    states = {"accept": ACCEPTED, "drop": DROPPED, "reopen": OPEN}

    def change(row: Intake) -> dict[str, Any]:
        item = _item(row, key)
        told = {**row.decisions.get(key, {}), "state": states[act]}
        if fields is not None or act == "accept" or item.read is None:
            told["fields"] = fields or item.fields
        row.decisions[key] = told
        changed = Item(key, states[act], told.get("fields", item.fields), item.read).changed
        return {"item": key, "act": act, "title": item.title[:60], "changed": changed}

    return _change(pk, given, change, seen, **call)


@transaction.atomic(durable=True)
def accept_whole(pk: UUID, *, seen: int, **call: Unpack[Call]) -> UUID:
    """Take every open item that has no gap, as it was read."""

    def change(row: Intake) -> dict[str, Any]:
        taken = [item for item in items(row) if item.state == OPEN and not item.gaps]
        for item in taken:
            row.decisions[item.key] = {"state": ACCEPTED, "fields": item.fields}
        return {"act": "accept_whole", "items": [item.key for item in taken]}

    return _change(pk, {"act": "accept_whole"}, change, seen, **call)


@transaction.atomic(durable=True)
def split(pk: UUID, key: str, place: int, *, seen: int, **call: Unpack[Call]) -> UUID:
    """Cut an item in two at a place of the text; both are open again."""

    def change(row: Intake) -> dict[str, Any]:
        item = _item(row, key)
        if not item.start < place < item.end:
            raise CutRefused(reason=_("Choose a place inside this task's words."))
        head, tail = cutting.split(item, place, row.reading)
        if not head["text"] or not tail["text"]:
            raise CutRefused(reason=_("One of the parts would be empty; choose another place."))
        new = _new_key(row, f"{key}.")
        row.decisions[key] = {"state": OPEN, "fields": head}
        row.decisions[new] = {"state": OPEN, "fields": tail}
        return {"act": "split", "item": key, "at": place, "into": new}

    return _change(pk, {"act": "split", "key": key, "at": place}, change, seen, **call)


@transaction.atomic(durable=True)
def join(pk: UUID, key: str, *, seen: int, **call: Unpack[Call]) -> UUID:
    """Make one of an item and the one behind it."""

    def change(row: Intake) -> dict[str, Any]:
        every = items(row)
        item = _item(row, key)
        behind = [one for one in every[every.index(item) + 1 :] if one.state != DROPPED]
        if not behind:
            raise CutRefused(reason=_("This is the last task; there is none behind it to join."))
        row.decisions[key] = {"state": OPEN, "fields": cutting.join(item, behind[0])}
        row.decisions[behind[0].key] = {"state": GONE, "into": key}
        return {"act": "join", "item": key, "with": behind[0].key}

    return _change(pk, {"act": "join", "key": key}, change, seen, **call)


@transaction.atomic(durable=True)
def add(pk: UUID, start: int, end: int, *, seen: int, **call: Unpack[Call]) -> UUID:
    """Make an item of words that a person marked in the text; it is open until it is taken."""

    def change(row: Intake) -> dict[str, Any]:
        text = row.reading["text"]
        words = text[max(0, start) : end].strip() if start < end else ""
        if not MARKED_MIN <= len(words) <= MARKED_MAX:
            reason = _("Mark the words of the task in the text: between %(least)d and %(most)d.")
            raise CutRefused(reason=reason % {"least": MARKED_MIN, "most": MARKED_MAX})
        begin = text.index(words, max(0, start))
        key = _new_key(row, "a")
        fields = cutting.marked(begin, begin + len(words), row.reading)
        row.decisions[key] = {"state": OPEN, "fields": fields}
        return {"act": "add", "item": key, "start": begin, "end": begin + len(words)}

    return _change(pk, {"act": "add", "start": start, "end": end}, change, seen, **call)


@transaction.atomic(durable=True)
def put_aside(pk: UUID, *, seen: int, **call: Unpack[Call]) -> UUID:
    """Leave a document alone: it was the wrong one, or was read for nothing."""
    row, claim = _begin(pk, {"act": "put_aside"}, **call)
    if claim.repeated:
        return pk
    if row.version != seen:
        raise MovedOn
    if row.status not in (Intake.Status.READ, Intake.Status.FAILED, Intake.Status.WAITING):
        raise IntakeNotOpen(status=row.get_status_display())
    Intake.objects.filter(pk=pk).update(status=Intake.Status.DROPPED, version=seen + 1)
    claim.record("intakes.put_aside", "intake", pk)
    return claim.done(pk)


@transaction.atomic(durable=True)
def make_plan(
    pk: UUID, new: NewPlan, campaign: NewCampaign | None = None, *, seen: int, **call: Unpack[Call]
) -> UUID:
    """A draft of what was taken, in the order of the text, each line pointing into it.

    campaign: made with it where none is there yet; ``new.campaign`` is its number then.
    """
    row, claim = _begin(pk, {"act": "plan", "new": new, "campaign": campaign}, **call)
    if claim.repeated:
        return claim.answer[0]
    _demand_open(row, seen)
    taken = [item for item in items(row) if item.state == ACCEPTED]
    if not taken:
        raise NothingTaken
    known = codes()
    if campaign is not None:
        campaigns.campaign_within(campaign, claim)
    lines = [line_of(item.fields, known) for item in taken]
    paper = replace(new, unit=row.unit_id, text=row.reading["text"])
    made = plans.plan_within(paper, lines, claim)
    Intake.objects.filter(pk=pk).update(
        status=Intake.Status.TAKEN, plan=made, version=row.version + 1
    )
    claim.record("intakes.plan", "intake", pk, after={"plan": str(made), "lines": len(lines)})
    return claim.done(made)


def _begin(pk: UUID, given: Mapping[str, Any], **call: Unpack[Call]) -> tuple[Intake, Claim]:
    _row, claim = plain.begin(Intake.objects.all(), "intakes.decide", pk, given, **call)
    rows = Intake.objects.select_for_update(of=("self",)).select_related("area")
    return rows.get(pk=pk), claim


def _demand_open(row: Intake, seen: int) -> None:
    if not row.is_open:
        raise IntakeNotOpen(status=row.get_status_display())
    if row.version != seen:
        raise MovedOn


def _change(
    pk: UUID,
    given: Mapping[str, Any],
    change: Callable[[Intake], dict[str, Any]],
    seen: int,
    **call: Unpack[Call],
) -> UUID:
    """Change the decisions of an intake that is open and as the page saw it."""
    row, claim = _begin(pk, given, **call)
    if claim.repeated:
        return pk
    _demand_open(row, seen)
    told = change(row)
    Intake.objects.filter(pk=pk).update(decisions=row.decisions, version=row.version + 1)
    claim.record("intakes.decide", "intake", pk, after=told)
    return claim.done(pk)


def _item(row: Intake, key: str) -> Item:
    found = next((item for item in items(row) if item.key == key), None)
    if found is None:
        raise NotFound
    return found


def _new_key(row: Intake, prefix: str) -> str:
    n = 1
    while f"{prefix}{n}" in row.decisions:
        n += 1
    return f"{prefix}{n}"
