"""Sets of check items and acceptance items: made, changed, ended; their items, one by one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Unpack
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import MovedOn, NotFound
from anlan.domain.library.commands.base import lacks, short, text_of
from anlan.domain.library.models import TITLE_CHARS_MAX, Article, RuleItem, RuleSet, Text
from anlan.domain.library.permissions import WRITES
from anlan.domain.library.refusals import NotReferable
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Sector
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call, Claim

#: Items of one set, and characters of one.
ITEMS_MAX, WORDS_CHARS_MAX = 500, 4_000


@dataclass(frozen=True)
class SetTerms:
    title: str
    purpose: str
    sector: str = ""
    note: str = ""


@dataclass(frozen=True)
class ItemTerms:
    words: str
    method: str = ""
    article: int | None = None


@transaction.atomic(durable=True)
def make_set(new: SetTerms, *, pk: UUID, **call: Unpack[Call]) -> UUID:
    policy.demand(call["by"], "rulesets.make", call["at"])
    claim = plain.claim("rulesets.make", {"pk": pk, "new": asdict(new)}, **call)
    if claim.repeated:
        return pk
    unit = main_unit(claim.by, WRITES)
    row = RuleSet(
        id=pk, area_id=unit.area_id, path=unit.path, unit=unit, made_at=claim.at,
        made_by=claim.by.name,
    )  # fmt: skip
    _put(row, new)
    row.save(force_insert=True)
    claim.record("rulesets.make", "rule_set", pk, after=asdict(new))
    return claim.done(pk)


@transaction.atomic(durable=True)
def change_set(
    pk: UUID, new: SetTerms, *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:  # fmt: skip
    row, claim = _begin(pk, {"new": asdict(new)}, seen, **call)
    if claim.repeated:
        return pk
    before = {"title": row.title, "note": row.note}
    _put(row, new)
    row.save()
    claim.record("rulesets.change", "rule_set", pk, before=before, after=asdict(new))
    return claim.done(pk)


@transaction.atomic(durable=True)
def end_set(
    pk: UUID, *, ended: bool, seen: int | None = None, **call: Unpack[Call]
) -> UUID:  # fmt: skip
    """Take a set out of use, or into it again."""
    row, claim = _begin(pk, {"ended": ended}, seen, **call)
    if claim.repeated:
        return pk
    row.ended_on = timezone.localdate(claim.at) if ended else None
    row.save(update_fields=["ended_on", "version"])
    claim.record("rulesets.end" if ended else "rulesets.reopen", "rule_set", pk)
    return claim.done(pk)


@transaction.atomic(durable=True)
def put_item(
    pk: UUID, new: ItemTerms, *, item: int | None = None, seen: int | None = None,
    **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Add an item, or write one anew; its article is one that stands in the library."""
    row, claim = _begin(pk, {"item": item, "new": asdict(new)}, seen, **call)
    if claim.repeated:
        return pk
    before = None
    if item is None:
        last = row.items.aggregate(last=Max("place"))["last"]
        if row.items.filter(withdrawn_at=None).count() >= ITEMS_MAX:
            raise lacks("words", _("A set has at most %(n)d items.") % {"n": ITEMS_MAX})
        found = RuleItem(rule_set=row, place=0 if last is None else last + 1)
    else:
        found = _item(row, item)
        before = {"words": found.words}
    found.words = text_of(new.words, "words", _("Write what is checked."), WORDS_CHARS_MAX)
    found.method = short(new.method, "method", TITLE_CHARS_MAX)
    found.article = _article(new.article, claim) if new.article else None
    found.save()
    row.save(update_fields=["version"])
    after = {"words": found.words, "article": found.article.label if found.article else ""}
    claim.record("rulesets.put_item", "rule_set", pk, before=before, after=after)
    return claim.done(pk)


@transaction.atomic(durable=True)
def withdraw_item(
    pk: UUID, item: int, *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:  # fmt: skip
    row, claim = _begin(pk, {"withdraw": item}, seen, **call)
    if claim.repeated:
        return pk
    found = _item(row, item)
    found.withdrawn_at = claim.at
    found.save(update_fields=["withdrawn_at"])
    row.save(update_fields=["version"])
    claim.record("rulesets.withdraw_item", "rule_set", pk, before={"words": found.words})
    return claim.done(pk)


def _begin(
    pk: UUID, given: dict[str, object], seen: int | None, **call: Unpack[Call]
) -> tuple[RuleSet, Claim]:
    row, claim = plain.begin(RuleSet.objects.all(), "rulesets.edit", pk, given, **call)
    if claim.repeated:
        return row, claim
    assert connection.in_atomic_block, "the lock is its caller's"
    row = RuleSet.objects.select_for_update(of=("self",)).get(pk=pk)
    if seen is not None and row.version != seen:
        raise MovedOn
    row.version += 1
    return row, claim


def _put(row: RuleSet, new: SetTerms) -> None:
    row.title = text_of(new.title, "title", _("Write the title."), TITLE_CHARS_MAX)
    row.note = short(new.note, "note", TITLE_CHARS_MAX)
    if new.purpose not in RuleSet.Purpose.values:
        raise lacks("purpose", _("Choose what its items are for."))
    row.purpose = new.purpose
    if new.sector and not Sector.objects.filter(pk=new.sector).exists():
        raise lacks("sector", _("Choose the sector from the list."))
    row.sector_id = new.sector or None


def _item(row: RuleSet, pk: int) -> RuleItem:
    found = row.items.filter(pk=pk, withdrawn_at=None).first()
    if found is None:
        raise NotFound
    return found


def _article(pk: int, claim: Claim) -> Article:
    """An article that the person may read, of an edition that stands."""
    found = Article.objects.select_related("edition").filter(pk=pk).first()
    if found is None:
        raise NotFound
    policy.access(Text.objects.all(), "laws.view", claim.by, found.edition.text_id, at=claim.at)
    if not found.edition.stands:
        raise NotReferable
    return found
