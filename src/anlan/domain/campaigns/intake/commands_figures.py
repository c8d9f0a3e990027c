"""Figures of a document: each decision of a person, and what enters the ledger of them.

Nothing enters unless somebody took it. What may not be counted is quoted with its reason; what
entered is taken back by reversing its facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Unpack
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import MovedOn, NotFound, Refusal
from anlan.domain.campaigns.intake import figures
from anlan.domain.campaigns.intake.commands import CutRefused, IntakeNotOpen
from anlan.domain.campaigns.intake.figures import (
    ACCEPTED,
    DROPPED,
    ENTERED,
    OPEN,
    Fields,
    Item,
    items,
)
from anlan.domain.campaigns.intake.ledger import span_of, why_quoted
from anlan.domain.campaigns.models import FigureWords, Intake, QuotedFigure
from anlan.kernel.accounts import policy
from anlan.kernel.facts import sql
from anlan.kernel.facts.kinds import declared
from anlan.kernel.facts.posting import NewFact, post
from anlan.kernel.facts.reversing import reverse
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call, Claim
from anlan.kernel.regions.models import Region

MARKED_MAX = 200


class NoFigureTaken(Refusal):
    code = "intake_no_figure_taken"
    message = _("There is nothing to enter: no figure was taken since the last time.")
    status = 409


@transaction.atomic(durable=True)
def decide(
    pk: UUID, key: str, act: str, fields: Fields | None = None, *, seen: int, **call: Unpack[Call]
) -> UUID:
    """Take a figure as these fields say, leave it out, or open it again."""
    given = {"of": "figure", "key": key, "act": act, "fields": fields}
    states = {"accept": ACCEPTED, "drop": DROPPED, "reopen": OPEN}

    def change(row: Intake, claim: Claim) -> dict[str, Any]:
        item = _item(row, key)
        told = {**row.counted.get(key, {}), "state": states[act]}
        if fields is not None or act == "accept" or item.read is None:
            told["fields"] = fields or item.fields
        row.counted[key] = told
        if act == "accept":
            _remember(row, told["fields"], claim)
        return {"figure": key, "act": act, "text": item.fields["text"][:60]}

    return _change(pk, given, change, seen, **call)


@transaction.atomic(durable=True)
def accept_whole(pk: UUID, *, seen: int, **call: Unpack[Call]) -> UUID:
    """Take every open figure that has no gap, as it was read."""

    def change(row: Intake, claim: Claim) -> dict[str, Any]:
        taken = [item for item in items(row) if item.state == OPEN and not item.gaps]
        for item in taken:
            row.counted[item.key] = {"state": ACCEPTED, "fields": item.fields}
        return {"act": "accept_whole", "figures": [item.key for item in taken]}

    return _change(pk, {"of": "figure", "act": "accept_whole"}, change, seen, **call)


@transaction.atomic(durable=True)
def add(pk: UUID, start: int, end: int, *, seen: int, **call: Unpack[Call]) -> UUID:
    """Make a figure of words that a person marked; it is open until it is taken."""

    def change(row: Intake, claim: Claim) -> dict[str, Any]:
        text = row.reading["text"]
        words = text[max(0, start) : end].strip() if start < end else ""
        if not 1 <= len(words) <= MARKED_MAX:
            reason = _("Mark the figure in the text, at most %(most)d characters.")
            raise CutRefused(reason=reason % {"most": MARKED_MAX})
        begin = text.index(words, max(0, start))
        key = _new_key(row)
        fields = figures.marked(begin, begin + len(words), row.reading)
        row.counted[key] = {"state": OPEN, "fields": fields}
        return {"act": "add", "figure": key, "start": begin, "end": begin + len(words)}

    return _change(pk, {"of": "figure", "act": "add", "start": start, "end": end}, change, seen,
                   **call)  # fmt: skip


@transaction.atomic(durable=True)
def enter(pk: UUID, *, seen: int, **call: Unpack[Call]) -> UUID:
    """Put on record what was taken: counted where the ledger knew nothing of it, else quoted."""

    def change(row: Intake, claim: Claim) -> dict[str, Any]:
        taken = [item for item in items(row) if item.state == ACCEPTED]
        if not taken:
            raise NoFigureTaken
        # Two documents may state the same sum: of two presses the second sees the first one's fact.
        sql.one_at_a_time("anlan.campaigns.enter")
        made = _quoted(row, taken, claim)
        for item in taken:
            row.counted[item.key] = {"state": ENTERED, "fields": item.fields}
        if row.status == Intake.Status.READ:
            Intake.objects.filter(pk=pk).update(status=Intake.Status.COUNTED)
        return {
            "act": "enter",
            "figures": len(made),
            "counted": sum(one.is_counted for one in made),
        }

    return _change(pk, {"of": "figure", "act": "enter"}, change, seen, **call)


@transaction.atomic(durable=True)
def withdraw(
    pk: UUID, figure: UUID | None = None, press: UUID | None = None, **call: Unpack[Call]
) -> UUID:
    """Take back one figure that was entered, or all that one press entered; open to be decided."""
    row, claim = _begin(pk, {"act": "withdraw", "figure": figure, "press": press}, **call)
    if claim.repeated:
        return pk
    rows = QuotedFigure.objects.filter(intake=pk, withdrawn_at=None)
    rows = rows.filter(pk=figure) if figure else rows.filter(press=press or row.pk)
    found = list(rows.select_for_update())
    if not found:
        raise NotFound
    for one in found:
        if one.is_counted:
            reverse(of_batch=one.pk, at=claim.at)
        row.counted[one.key] = {**row.counted.get(one.key, {}), "state": OPEN}
    own = QuotedFigure.objects.filter(pk__in=[one.pk for one in found])
    own.update(withdrawn_at=claim.at, withdrawn_by=claim.by.name[:120])
    left = QuotedFigure.objects.filter(intake=pk, withdrawn_at=None).exists()
    status = row.status
    if status == Intake.Status.COUNTED and not left:
        status = Intake.Status.READ
    Intake.objects.filter(pk=pk).update(counted=row.counted, status=status, version=row.version + 1)
    after = {"figures": [str(one.pk) for one in found][:50], "n": len(found)}
    claim.record("intakes.withdraw_figures", "intake", pk, after=after)
    return claim.done(pk)


@transaction.atomic(durable=True)
def forget(pk: int, **call: Unpack[Call]) -> None:
    """Let go of what words were taken for; what was entered stays as it is."""
    row = policy.access(FigureWords.objects.all(), "intakes.decide", call["by"], pk, at=call["at"])
    claim = plain.claim("intakes.forget_words", {"pk": pk}, **call)
    if claim.repeated:
        return
    row.delete()
    claim.record("intakes.forget_words", "figure_words", pk,
                 before={"words": row.words, "kind": row.kind})  # fmt: skip
    claim.keep([])


# --- within ----------------------------------------------------------------------------------


def _quoted(row: Intake, taken: Sequence[Item], claim: Claim) -> list[QuotedFigure]:
    codes = {item.fields["area"] for item in taken if item.fields["area"]}
    areas = {area.code: area for area in Region.objects.current().filter(code__in=codes)}
    today = timezone.localdate(claim.at)
    made = []
    for item in taken:
        one = item.fields
        area = areas.get(one["area"])
        # One after the other: of two that state the same, the first is counted, the other quoted.
        because = why_quoted(one, area, claim.by, today)
        figure = _figure(row, item, area, because, claim)
        figure.save(force_insert=True)
        if not because:
            _post(figure, claim)
        made.append(figure)
    return made


def _figure(
    row: Intake, item: Item, area: Region | None, because: str, claim: Claim
) -> QuotedFigure:
    one, period = item.fields, span_of(item.fields)
    return QuotedFigure(
        pk=uuid5(claim.request_id, item.key), intake=row, key=item.key, press=claim.request_id,
        unit_id=row.unit_id, area=area, path=area.path if area else "",
        kind=one["kind"] if one["kind"] in declared() else "", quoted_because=because,
        indicator=one["indicator"] or one["text"], value=Decimal(one["value"]),
        measure=one["unit"], bound=one["bound"], direction=one["direction"],
        baseline=one["baseline"], since=period.start if period else None,
        until=period.end if period else None, period=period.code if period else "",
        region=one["region"], actor=one["actor"], text=one["text"], start=item.start, end=item.end,
        made_at=claim.at, made_by=claim.by.name[:120], user_id=claim.by.user_id,
    )  # fmt: skip


def _post(figure: QuotedFigure, claim: Claim) -> None:
    assert figure.area_id
    assert figure.since
    assert figure.until
    until: date | None = figure.until if figure.until > figure.since else None
    fact = NewFact(
        figure.kind, {}, figure.area_id, figure.since, int(figure.value), unit_id=figure.unit_id,
        until=until,
    )  # fmt: skip
    post([fact], at=claim.at, batch_id=figure.pk)


def _remember(row: Intake, fields: Fields, claim: Claim) -> None:
    """The office's own choice, for the next document with these words."""
    if not fields["indicator"]:
        return
    own = {"unit": row.unit, "words": fields["indicator"], "measure": fields["unit"]}
    if fields["kind"] in declared():
        made = {"kind": fields["kind"], "made_at": claim.at, "made_by": claim.by.name[:120]}
        FigureWords.objects.update_or_create(**own, defaults=made)
    else:
        FigureWords.objects.filter(**own).delete()


def _begin(pk: UUID, given: Mapping[str, Any], **call: Unpack[Call]) -> tuple[Intake, Claim]:
    _row, claim = plain.begin(Intake.objects.all(), "intakes.decide", pk, given, **call)
    rows = Intake.objects.select_for_update(of=("self",)).select_related("area", "unit")
    return rows.get(pk=pk), claim


def _change(
    pk: UUID,
    given: Mapping[str, Any],
    change: Callable[[Intake, Claim], dict[str, Any]],
    seen: int,
    **call: Unpack[Call],
) -> UUID:
    row, claim = _begin(pk, given, **call)
    if claim.repeated:
        return pk
    if not row.is_countable:
        raise IntakeNotOpen(status=row.get_status_display())
    if row.version != seen:
        raise MovedOn
    told = change(row, claim)
    Intake.objects.filter(pk=pk).update(counted=row.counted, version=row.version + 1)
    claim.record("intakes.decide", "intake", pk, after=told)
    return claim.done(pk)


def _item(row: Intake, key: str) -> Item:
    found = next((item for item in items(row) if item.key == key), None)
    # What was entered is withdrawn first: it stands in the ledger.
    if found is None or found.state == ENTERED:
        raise NotFound
    return found


def _new_key(row: Intake) -> str:
    n = 1
    while f"a{n}" in row.counted:
        n += 1
    return f"a{n}"
