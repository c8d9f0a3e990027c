"""One table and three lists: laid down by an office, handed out, kept by units row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import NotFound
from anlan.domain.campaigns.commands.base import short, text_of
from anlan.domain.campaigns.handing.commands import begin, give, lacks, locked, room_for
from anlan.domain.campaigns.models import (
    NAME_CHARS_MAX,
    TITLE_CHARS_MAX,
    Tally,
    TallyCopy,
    TallyRow,
)
from anlan.domain.campaigns.tallies.spec import (
    CHOICES_MAX,
    COLUMNS_MAX,
    HEADS_MAX,
    KINDS,
    LISTS,
    WHATS,
    Column,
    Head,
    ListSpec,
    Spec,
    read_cell,
)
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call, Claim
from anlan.kernel.notices.kinds import declare

declare(
    "campaigns.tally_given",
    _("“%(name)s” was handed out to your unit: one table and three lists to keep."),
    "campaigns:tally_copy",
)
#: Of a campaign; of one of a unit's lists.
TALLIES_MAX, ROWS_MAX = 50, 2_000


@dataclass(frozen=True)
class NewTally:
    name: str
    lists: tuple[ListSpec, ...]
    heads: tuple[Head, ...]
    basis: str = ""


@transaction.atomic(durable=True)
def make_tally(campaign: UUID, new: NewTally, **call: Unpack[Call]) -> UUID:
    row, claim = room_for(Tally, campaign, TALLIES_MAX, _("A campaign has at most %(n)d of them."),
                          {"tally": new}, **call)  # fmt: skip
    if claim.repeated:
        return claim.answer[0]
    made = Tally(campaign=row, made_at=claim.at, made_by=claim.by.name)
    _put(made, new)
    made.save(force_insert=True)
    claim.record("tallies.make", "campaign", campaign, after={"name": made.name, **made.spec})
    return claim.done(made.pk)


@transaction.atomic(durable=True)
def change_tally(pk: UUID, new: NewTally, *, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """Until it is handed out: then units have written by it."""
    row, claim = begin(Tally, pk, {"new": new}, **call)
    if claim.repeated:
        return pk
    held = locked(row, seen)
    if held.issued_on is not None:
        raise lacks("name", _("It is handed out; lay down another one instead."))
    before = {"name": row.name, **row.spec}
    _put(held, new)
    held.save()
    after = {"name": held.name, **held.spec}
    claim.record("tallies.change", "campaign", row.campaign_id, before=before, after=after)
    return claim.done(pk)


@transaction.atomic(durable=True)
def hand_out_tally(
    pk: UUID, *, heap: str, names: Sequence[str] = (), seen: int | None = None,
    **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Give units a table and lists to keep; who has them keeps them."""
    row, claim = begin(Tally, pk, {"heap": heap, "names": list(names)}, **call)
    if claim.repeated:
        return pk
    give(
        locked(row, seen), TallyCopy, heap, names, claim, "tallies.hand_out",
        "campaigns.tally_given", {}, sums=Spec.of(row.spec).nothing, numbers=[0] * LISTS,
    )  # fmt: skip
    return claim.done(pk)


@dataclass(frozen=True)
class Written:
    """A row as its unit writes it: of one of the lists, by its columns; ``number`` of one there."""

    place: int
    cells: tuple[Any, ...]
    number: int | None = None


@transaction.atomic(durable=True)
def write_rows(pk: UUID, rows: Sequence[Written], **call: Unpack[Call]) -> UUID:
    """Add rows, or write rows that are there anew; the table follows in the same breath.

    Raises PlanIncomplete with the field ``c<column>`` and, of several rows, which one it is.
    """
    copy, claim = plain.begin(
        TallyCopy.objects.all(), "tallies.fill", pk, {"rows": list(rows)}, **call
    )
    if claim.repeated:
        return pk
    held, spec = _copy(copy.pk)
    there = {(row.place, row.number): row for row in held.rows.filter(removed_at=None)}
    before, after = list[str](), list[str]()
    fresh, changed = list[TallyRow](), list[TallyRow]()
    for n, written in enumerate(rows):
        values = _values(spec, written, n if len(rows) > 1 else None)
        if written.number is None:
            held.numbers[written.place] += 1
            row = TallyRow(copy=held, place=written.place, number=held.numbers[written.place])
            fresh.append(row)
        else:
            found = there.get((written.place, written.number))
            if found is None:
                raise lacks("number", _("There is no row %(n)s any more.") % {"n": written.number})
            row = found
            if row.values == values:
                continue
            before.append(_said(spec, row))
            changed.append(row)
        row.values, row.changed_at, row.changed_by = values, claim.at, claim.by.name
        after.append(_said(spec, row))
    counts = [sum(place == key[0] for key in there) for place in range(LISTS)]
    for row in fresh:
        counts[row.place] += 1
    if max(counts) > ROWS_MAX:
        raise lacks("rows", _("A list has at most %(n)d rows.") % {"n": ROWS_MAX})
    TallyRow.objects.bulk_create(fresh, batch_size=500)
    TallyRow.objects.bulk_update(changed, ["values", "changed_at", "changed_by"], batch_size=200)
    _keep_in_step(held, spec, claim)
    claim.record("tallies.write", "unit", copy.unit_id, before={"rows": before},
                 after={"rows": after})  # fmt: skip
    return claim.done(pk)


@transaction.atomic(durable=True)
def remove_row(pk: UUID, row: UUID, **call: Unpack[Call]) -> UUID:
    """Take a row out of its list: it stays on record and counts no more."""
    copy, claim = plain.begin(TallyCopy.objects.all(), "tallies.fill", pk, {"remove": row}, **call)
    if claim.repeated:
        return pk
    held, spec = _copy(copy.pk)
    found = held.rows.filter(pk=row, removed_at=None).first()
    if found is None:
        raise NotFound
    found.removed_at = claim.at
    found.save(update_fields=["removed_at"])
    _keep_in_step(held, spec, claim)
    before = {"rows": [_said(spec, found)]}
    claim.record("tallies.remove", "unit", copy.unit_id, before=before)
    return claim.done(pk)


@transaction.atomic(durable=True)
def confirm_tally(pk: UUID, **call: Unpack[Call]) -> UUID:
    """Say that nothing has changed: the lists stand as of today."""
    copy, claim = plain.begin(TallyCopy.objects.all(), "tallies.fill", pk, {"confirm": 1}, **call)
    if claim.repeated:
        return pk
    TallyCopy.objects.filter(pk=pk).update(updated_at=claim.at)
    claim.record("tallies.confirm", "unit", copy.unit_id)
    return claim.done(pk)


# --- in common -----------------------------------------------------------------------------


def _copy(pk: UUID) -> tuple[TallyCopy, Spec]:
    rows = TallyCopy.objects.select_for_update(of=("self",)).select_related("tally")
    held = rows.get(pk=pk)
    return held, Spec.of(held.tally.spec)


def _keep_in_step(copy: TallyCopy, spec: Spec, claim: Claim) -> None:
    rows = copy.rows.filter(removed_at=None).values_list("place", "values")
    copy.sums, copy.updated_at = spec.sums(list(rows)), claim.at
    copy.save(update_fields=["sums", "numbers", "updated_at"])


def _values(spec: Spec, written: Written, n: int | None) -> list[Any]:
    if not 0 <= written.place < LISTS:
        raise NotFound
    columns = spec.lists[written.place].columns
    if len(written.cells) != len(columns):
        raise lacks("rows", _("A row of this list has %(n)d columns.") % {"n": len(columns)})
    values = []
    for at, (column, said) in enumerate(zip(columns, written.cells, strict=True)):
        try:
            values.append(read_cell(column, said))
        except ValueError as wrong:
            reason = wrong.args[0]
            if n is not None:
                reason = _("Row %(n)d, %(column)s: %(reason)s") % {
                    "n": n + 1, "column": column.name, "reason": reason,
                }  # fmt: skip
            raise lacks(f"c{at}", reason) from None
    if not any(value not in ("", None) for value in values):
        raise lacks("c0", _("An empty row says nothing; fill something in."))
    return values


def _said(spec: Spec, row: TallyRow) -> str:
    cells = "，".join(str(value)[:40] for value in row.values if value not in ("", None))
    return f"{spec.lists[row.place].name} {row.number}：{cells}"[:300]


def _put(row: Tally, new: NewTally) -> None:
    row.name = text_of(new.name, "name", _("Give it a name."), TITLE_CHARS_MAX)
    row.basis = short(new.basis, "basis", TITLE_CHARS_MAX)
    if len(new.lists) != LISTS:
        raise lacks("name", _("There are three lists."))
    for n, one in enumerate(new.lists):
        text_of(one.name, f"list_{n}", _("Give it a name."), NAME_CHARS_MAX)
        _check_columns(one.columns, f"columns_{n}")
    if len({one.name.strip() for one in new.lists}) < LISTS:
        raise lacks("list_2", _("Give each list a name of its own."))
    if not 0 < len(new.heads) <= HEADS_MAX:
        reason = _("The table needs from one to %(n)d figures.") % {"n": HEADS_MAX}
        raise lacks("head_0", reason)
    for n, head in enumerate(new.heads):
        _check_head(head, new.lists, n)
    if len({head.name.strip() for head in new.heads}) < len(new.heads):
        raise lacks("head_0", _("Give each figure a name of its own."))
    row.spec = Spec(new.lists, new.heads).data


def _check_columns(columns: Sequence[Column], field: str) -> None:
    if not 0 < len(columns) <= COLUMNS_MAX:
        raise lacks(field, _("A list has from one to %(n)d columns.") % {"n": COLUMNS_MAX})
    if len({one.name for one in columns}) < len(columns):
        raise lacks(field, _("Give each column a name of its own."))
    for one in columns:
        text_of(one.name, field, _("Each line begins with the column’s name."), NAME_CHARS_MAX)
        if one.kind not in KINDS:
            reason = _("“%(name)s”: write what it holds as one of these: %(words)s")
            words = "、".join(str(word) for word in KINDS.values())
            raise lacks(field, reason % {"name": one.name, "words": words})
        if one.kind == "choice" and not 2 <= len(one.choices) <= CHOICES_MAX:
            reason = _("“%(name)s”: write two to %(n)d words to choose from, with / between.")
            raise lacks(field, reason % {"name": one.name, "n": CHOICES_MAX})
        for word in one.choices:
            short(word, field, NAME_CHARS_MAX)


def _check_head(head: Head, lists: Sequence[ListSpec], n: int) -> None:
    text_of(head.name, f"head_{n}", _("Give it a name."), NAME_CHARS_MAX)
    if head.what not in WHATS or not 0 <= head.place < LISTS:
        raise lacks(f"what_{n}", _("Choose what it counts."))
    if head.what == "rows":
        return
    at = lists[head.place].at(head.column)
    if at is None:
        reason = _("The list has no such column; it has %(names)s.")
        names = "、".join(one.name for one in lists[head.place].columns)
        raise lacks(f"column_{n}", reason % {"names": names})
    column = lists[head.place].columns[at]
    if head.what == "sum" and column.kind != "number":
        raise lacks(f"column_{n}", _("Only a column of numbers can be added up."))
    if head.what != "sum" and head.value and column.kind not in ("choice", "text"):
        raise lacks(f"value_{n}", _("Of numbers and days only whether there are any is counted."))
    if head.what != "sum" and head.value and column.choices and head.value not in column.choices:
        words = "、".join(column.choices)
        raise lacks(f"value_{n}", _("Write one of these: %(words)s") % {"words": words})
