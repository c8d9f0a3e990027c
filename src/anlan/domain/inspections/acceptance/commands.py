"""Entering what an acceptance found: items that aren't met become hazards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Unpack
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from anlan.base import stored, text
from anlan.base.ids import id_after
from anlan.base.limits import TEXT_CHARS_MAX
from anlan.base.refusal import MovedOn, NotFound
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.models import Source
from anlan.domain.inspections.acceptance import facts
from anlan.domain.inspections.acceptance.models import (
    GROUND_CHARS_MAX,
    NAME_CHARS_MAX,
    NOTE_CHARS_MAX,
    Acceptance,
    AcceptanceItem,
)
from anlan.domain.inspections.acceptance.permissions import ENTERS
from anlan.domain.inspections.acceptance.refusals import AcceptanceRefused
from anlan.domain.library import grounds
from anlan.domain.library.models import RuleItem, RuleSet
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call

Outcome = AcceptanceItem.Outcome
REMARK_CHARS_MAX = 1_000
#: No acceptance is older; a slip of the year would count far back.
YEARS_BACK_MAX = 10
text_of = partial(text.stated, refusal=AcceptanceRefused)
short = partial(text.short, refusal=AcceptanceRefused)


@dataclass(frozen=True)
class Answer:
    """What was found of an item; one that isn't met says what is wrong."""

    outcome: str
    remark: str = ""


@dataclass(frozen=True)
class NewAcceptance:
    """``pk`` is made by the client; answers by the item's id, one for each that stands.

    seen: the version of the set whose words were read; None where nobody read them on a page.
    """

    pk: UUID
    rule_set: UUID
    enterprise: int
    on: date
    visitor: str
    answers: Mapping[int, Answer]
    note: str = ""
    seen: int | None = None


@transaction.atomic(durable=True)
def enter(new: NewAcceptance, **call: Unpack[Call]) -> UUID:
    """Enter an acceptance, and each item that isn't met as a hazard with the item as its basis."""
    by, at = call["by"], call["at"]
    sets = RuleSet.objects.filter(purpose=RuleSet.Purpose.ACCEPTANCE)
    rule_set = policy.access(sets, "rulesets.view", by, new.rule_set, at=at)
    firms = Enterprise.objects.listed()
    firm = policy.access(firms, "enterprise.accept", by, new.enterprise, at=at)
    given = {**asdict(new), "answers": {str(pk): asdict(a) for pk, a in new.answers.items()}}
    claim = plain.claim("acceptances.enter", given, **call)
    if claim.repeated:
        return new.pk
    if Acceptance.objects.filter(pk=new.pk).exists():
        raise MovedOn
    rows = _judged(new, rule_set, timezone.localdate(at))
    findings = [
        _finding(new, row, rule_set, firm, main_unit(by, ENTERS).pk)
        for row in rows if row.outcome == Outcome.FAILED
    ]  # fmt: skip
    if findings:
        # Its own request, so that either may be repeated alone.
        hazards.find_within(findings, by=by, at=at, request_id=uuid5(call["request_id"], "hazards"))
    row = _kept(new, rule_set, firm, rows, claim)
    facts.post(row, 1, at)
    after = {"enterprise_id": firm.pk, "met": row.met, "failed": row.failed}
    claim.record("acceptances.enter", "acceptance", new.pk, after=after)
    return claim.done(new.pk)


def _finding(
    new: NewAcceptance, row: AcceptanceItem, rule_set: RuleSet, firm: Enterprise, unit: int
) -> hazards.Finding:
    """The hazard that an item is which isn't met."""
    with stored.house_language():
        remarks = _("Acceptance: %(set)s") % {"set": rule_set.title}
    return hazards.Finding(
        pk=id_after(new.pk, row.place), description=_description(row), area_id=firm.area_id,
        unit_id=unit, opened_on=new.on, sector=firm.sector_id, source=Source.INSPECTION,
        enterprise_id=firm.pk,
        fields={
            "found_by": new.visitor.strip(),
            "basis": (row.ground or rule_set.title)[:GROUND_CHARS_MAX],
            "remarks": remarks,
        },
    )  # fmt: skip


def _judged(new: NewAcceptance, rule_set: RuleSet, today: date) -> list[AcceptanceItem]:
    """The items with what was found of each. Raises AcceptanceRefused, MovedOn."""
    if rule_set.ended_on:
        raise AcceptanceRefused(
            field="rule_set", reason=_("The set was taken out of use. Choose another.")
        )
    if new.seen not in (None, rule_set.version):
        raise AcceptanceRefused(
            field="rule_set",
            reason=_("The set was changed while you filled it in. Look its items over, and send "
                     "it again."),
        )  # fmt: skip
    if not today.year - YEARS_BACK_MAX <= new.on.year or new.on > today:
        raise AcceptanceRefused(
            field="on", reason=_("The day lies ahead of today or too far back; correct it.")
        )
    text_of(new.visitor, "visitor", _("Write who was there."), NAME_CHARS_MAX)
    short(new.note, "note", NOTE_CHARS_MAX)
    items = standing(rule_set)
    if not items:
        raise AcceptanceRefused(field="rule_set", reason=_("The set has no items yet."))
    if {item.pk for item in items} != set(new.answers):
        # Somebody changed the set while this was filled in.
        raise MovedOn
    rows = [_row(n, item, new.answers[item.pk]) for n, item in enumerate(items, 1)]
    if all(row.outcome == Outcome.APART for row in rows):
        raise AcceptanceRefused(
            field=field_of(items[0].pk), reason=_("At least one item must apply.")
        )
    return rows


def standing(rule_set: RuleSet) -> list[RuleItem]:
    rows = rule_set.items.filter(withdrawn_at=None).order_by("place")
    return list(rows.select_related("article__edition__text"))


def field_of(item: int) -> str:
    """What a form calls the answer to an item."""
    return f"item_{item}"


def _row(place: int, item: RuleItem, answer: Answer) -> AcceptanceItem:
    if answer.outcome not in Outcome.values:
        raise AcceptanceRefused(
            field=field_of(item.pk), reason=_("Item %(n)d: say whether it is met.") % {"n": place}
        )
    remark = short(answer.remark, f"remark_{item.pk}", REMARK_CHARS_MAX)
    if answer.outcome == Outcome.FAILED and not remark:
        raise AcceptanceRefused(
            field=f"remark_{item.pk}",
            reason=_("Item %(n)d: write what is wrong and where.") % {"n": place},
        )
    return AcceptanceItem(
        place=place, item=item, words=item.words, ground=ground(item), outcome=answer.outcome,
        remark=remark,
    )  # fmt: skip


def ground(item: RuleItem) -> str:
    if item.article is None:
        return ""
    return f"《{item.article.edition.title}》{item.article.label}"[:GROUND_CHARS_MAX]


def _description(row: AcceptanceItem) -> str:
    """The remark, and as much of the item's words as a description holds beside it."""
    words = Truncator(row.words).chars(TEXT_CHARS_MAX - len(row.remark) - len("（）"))
    return f"{row.remark}（{words}）"


def _kept(
    new: NewAcceptance, rule_set: RuleSet, firm: Enterprise, rows: Sequence[AcceptanceItem],
    claim: plain.Claim,
) -> Acceptance:  # fmt: skip
    """The acceptance with its items; each that isn't met names its hazard."""
    by, at = claim.by, claim.at
    failed = [row for row in rows if row.outcome == Outcome.FAILED]
    row = Acceptance(
        id=new.pk, rule_set=rule_set, enterprise=firm, area_id=firm.area_id, path=firm.path,
        sector_id=firm.sector_id, on=new.on, visitor=new.visitor.strip(),
        unit=main_unit(by, ENTERS), user_id=by.user_id, entered_at=at, note=new.note.strip(),
        failed=len(failed),
        met=sum(each.outcome == Outcome.MET for each in rows),
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        # Sent at the same moment from another page.
        raise MovedOn from None
    for each in rows:
        each.acceptance = row
    for each in failed:
        each.hazard_id = id_after(new.pk, each.place)
    AcceptanceItem.objects.bulk_create(rows, batch_size=500)
    grounds.found_by_item(
        [
            (each.item.article, id_after(new.pk, each.place))
            for each in failed if each.item.article
        ],
        who=by.name, at=at,
    )  # fmt: skip
    return row


@transaction.atomic(durable=True)
def withdraw(pk: UUID, *, reason: str, **call: Unpack[Call]) -> UUID:
    """Take back what was entered by mistake; its hazards stay, to be voided one by one."""
    given = {"reason": reason}
    row, claim = plain.begin(Acceptance.objects.all(), "acceptances.withdraw", pk, given, **call)
    if claim.repeated:
        return pk
    row = Acceptance.objects.select_for_update(of=("self",)).get(pk=pk)
    if row.withdrawn_at:
        raise NotFound
    row.withdrawn_because = text_of(
        reason, "reason", _("Write why the acceptance is withdrawn."), NOTE_CHARS_MAX
    )
    row.withdrawn_at = claim.at
    row.save(update_fields=["withdrawn_at", "withdrawn_because"])
    facts.post(row, -1, claim.at)
    claim.record("acceptances.withdraw", "acceptance", pk, reason=reason)
    return claim.done(pk)
