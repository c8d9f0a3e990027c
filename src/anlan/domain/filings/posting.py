"""What a filing declares becomes facts: of an item and a period once, and of a visit once.

The form's own line is added up; what the other line declares stands beside, as another kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from anlan.base import bulk
from anlan.base.text import plain
from anlan.domain.filings.entering import Asked, Listed
from anlan.domain.filings.figuring import Shown, line_is_own, years
from anlan.domain.filings.loop import BESIDE, FIGURE, ITEM, VISIT, VISITED
from anlan.domain.filings.models import Declared, Entry, Filing, Item, Record
from anlan.domain.filings.refusals import CountedTwice
from anlan.domain.filings.vague import Bounds
from anlan.kernel.accounts.models import Unit
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact

SUBJECT_CHARS_MAX = 60


def hold(filing: Filing) -> None:
    """Two filings of one unit declare one after the other, so that neither overlooks the other."""
    list(Unit.objects.select_for_update(of=("self",), no_key=True).filter(pk=filing.unit_id))


def refuse_twice(asked: Asked, values: Mapping[str, Any]) -> None:
    """Raises CountedTwice where an item stands declared by the unit for overlapping days."""
    filing, typed = asked.filing, asked.typed
    cells = {item.pk: key for key, item in typed.items()
             if isinstance(values.get(key), int) or Bounds.of(values.get(key))}  # fmt: skip
    rows = (
        Declared.objects.filter(unit=filing.unit_id, stands=True, item__in=sorted(cells),
                                start__lte=filing.end, end__gte=filing.start)
        .exclude(entry__filing=filing.pk).select_related("entry__filing__form").order_by("pk")
    )  # fmt: skip
    found = rows.first()
    if found is not None:
        key = cells[found.item_id]
        raise CountedTwice(
            field=key, cell=asked.known[key].label, reason=_(
                "your unit has declared it for %(from)s to %(to)s on “%(form)s” already (number "
                "%(number)s). It is counted there; mark it as not applicable here, or have it "
                "corrected there."
            ) % {
                "from": date_format(found.start), "to": date_format(found.end),
                "form": found.entry.filing.form.title,
                "number": found.entry.filing.case.number,
            },
        )  # fmt: skip


def refuse_derived(asked: Asked, values: Mapping[str, Any],
                   ledger_says: Mapping[str, int]) -> None:  # fmt: skip
    """Raises CountedTwice where a unit declares what the ledger counts for its area already."""
    for key, item in asked.typed.items():
        counted = ledger_says.get(key, 0)
        if asked.known[key].cell.mode == "derived" and counted and values.get(key):
            raise CountedTwice(
                field=key, cell=asked.known[key].label, reason=_(
                    "%(n)d are counted in the ledger for your area in this period already, so "
                    "“%(item)s” isn't declared beside. Ask the unit that wants the form to enter "
                    "your unit as being on the system."
                ) % {"n": counted, "item": item.name},
            )  # fmt: skip


def enter(asked: Asked, kind: str, values: Mapping[str, Any], shown: Shown,
          reasons: Mapping[str, str], work: Any, **more: Any) -> Entry:  # fmt: skip
    """Keep what was submitted, with what the ledger said beside it at that moment."""
    filing = asked.filing
    last = filing.entries.order_by("-number").values_list("number", flat=True).first() or 0
    own = asked.typed
    return Entry.objects.create(
        filing=filing, number=last + 1, kind=kind, values=dict(values),
        derived={k: one.kept for k, one in shown.derived.items() if k not in own}
        | years(asked, shown),
        reasons=dict(reasons), at=work.at, day=timezone.localdate(work.at),
        user_id=work.by.user_id, who=work.by.name, **more,
    )  # fmt: skip


def post(asked: Asked, entry: Entry, values: Mapping[str, Any],
         listed: Mapping[str, Sequence[Listed]], at: datetime) -> None:  # fmt: skip
    """Declare what an entry says; of a list, only what isn't counted yet."""
    filing, own = asked.filing, line_is_own(asked.filing)
    rows, facts = [], []
    until = filing.end if filing.end > filing.start else None
    kind = FIGURE.code if own else BESIDE.code
    for key, item in asked.typed.items():
        value = values.get(key)
        if key in listed:
            value = _list(asked, entry, key, item, listed[key], at)
        bounds = Bounds.of(value)
        if not isinstance(value, int) and bounds is None:
            continue
        rows.append(
            bulk.make(
                Declared,
                entry_id=entry.pk,
                unit_id=filing.unit_id,
                item_id=item.pk,
                cell=key,
                start=filing.start,
                end=filing.end,
                value=value if isinstance(value, int) else 0,
                said=bounds.said if bounds else "",
                low=bounds.low if bounds else None,
                high=bounds.high if bounds else None,
            )
        )
        # The ledger holds what is exact; bounds stand beside it, in no sum of it.
        if value and isinstance(value, int):
            facts.append(
                NewFact(kind, {ITEM: str(item.pk)}, filing.unit.area_id, filing.start, value,
                        unit_id=filing.unit_id, until=until)
            )  # fmt: skip
    bulk.insert(rows)
    ledger.post(facts, at=at, batch_id=entry.pk)


def _list(asked: Asked, entry: Entry, key: str, item: Item, listed: Sequence[Listed],
          at: datetime) -> int:  # fmt: skip
    """Keep a list; returns how many of it count. The one that was there first wins (S310)."""
    filing, own = asked.filing, line_is_own(asked.filing)
    # Two units that list the same one wait for each other here.
    list(Item.objects.select_for_update(of=("self",), no_key=True).filter(pk=item.pk))
    keys = [one.key for one in listed]
    winners = {
        row.key: row for chunk in bulk.slices(keys)
        for row in Record.objects.filter(item=item, key__in=chunk, stands=True, won=True)
    }  # fmt: skip
    rows = [
        bulk.make(
            Record, entry_id=entry.pk, unit_id=filing.unit_id, item_id=item.pk, cell=key, place=n,
            day=one.day, subject=one.subject, what=one.what, key=one.key,
            won=own and one.key not in winners,
            winner_id=winners[one.key].pk if one.key in winners else None,
        )
        for n, one in enumerate(listed)
    ]  # fmt: skip
    bulk.insert(rows)
    if own:
        _count([row for row in rows if row.won], item, filing, entry.pk, at)
        return sum(row.won for row in rows)
    return len(rows)


def _count(rows: Sequence[Record], item: Item, filing: Filing, batch: UUID, at: datetime) -> None:
    labels = {ITEM: str(item.pk)}
    area, unit = filing.unit.area_id, filing.unit_id
    facts = []
    for row in rows:
        facts.append(NewFact(VISIT.code, labels, area, row.day, 1, unit_id=unit))
        subject = f"{item.pk}:{plain(row.subject)}"[:SUBJECT_CHARS_MAX]
        facts.append(NewFact(VISITED.code, labels, area, row.day, 1, subject=subject, unit_id=unit))
    ledger.post(facts, at=at, batch_id=batch)


def take_back(entry: Entry, at: datetime) -> None:
    """What was returned or replaced counts no more; what it kept others from counting does."""
    ledger.reverse(of_batch=entry.pk, at=at, batch_id=entry.pk)
    Declared.objects.filter(entry=entry, stands=True).update(stands=False)
    records = list(entry.records.filter(stands=True))
    if not records:
        return
    items = sorted({row.item_id for row in records})
    list(Item.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=items)
         .order_by("pk"))  # fmt: skip
    Record.objects.filter(entry=entry, stands=True).update(stands=False, won=False)
    for row in records:
        if row.won:
            _next(row, at)


def _next(left: Record, at: datetime) -> None:
    """The next unit that listed the same one has it counted now."""
    heirs = Record.objects.filter(item=left.item_id, key=left.key, stands=True, won=False)
    heir = (
        heirs.filter(Q(entry__filing__line=left.entry.filing.form.line))
        .select_related("entry__filing__unit", "entry__filing__form", "item").order_by("pk").first()
    )  # fmt: skip
    if heir is None:
        Record.objects.filter(winner=left).update(winner=None)
        return
    filing = heir.entry.filing
    Record.objects.filter(pk=heir.pk).update(won=True, winner=None)
    Record.objects.filter(winner=left).exclude(pk=heir.pk).update(winner=heir)
    _count([heir], heir.item, filing, heir.entry_id, at)
    Declared.objects.filter(entry=heir.entry_id, cell=heir.cell).update(value=_won(heir))
    until = filing.end if filing.end > filing.start else None
    fact = NewFact(FIGURE.code, {ITEM: str(heir.item_id)}, filing.unit.area_id, filing.start, 1,
                   unit_id=filing.unit_id, until=until)  # fmt: skip
    ledger.post([fact], at=at, batch_id=heir.entry_id)


def _won(heir: Record) -> int:
    rows = Record.objects.filter(entry=heir.entry_id, cell=heir.cell, stands=True)
    return rows.filter(Q(won=True)).count()
