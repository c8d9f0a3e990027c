"""What a measure answers, and which measures it revises, replaces or interprets."""

from __future__ import annotations

from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from anlan.domain.hazards.models import Hazard
from anlan.domain.lists.models import Item
from anlan.domain.measures.commands.base import begin, lacks, short, turns
from anlan.domain.measures.commands.force import Ended, ends
from anlan.domain.measures.models import TITLE_CHARS_MAX, Answered, Follows, Measure
from anlan.domain.measures.refusals import AlreadyThere
from anlan.kernel.accounts import policy
from anlan.kernel.loop import engine
from anlan.kernel.loop.frame import OnOne


@transaction.atomic(durable=True)
def answer(
    pk: UUID,
    *,
    hazard: UUID | None = None,
    item: UUID | None = None,
    note: str = "",
    **call: Unpack[OnOne],
) -> list[UUID]:
    """Say that a measure answers a problem; one must see the problem to say so."""
    given = {"step": "answer", "hazard": hazard, "item": item, "note": note}
    work = begin("measures.edit", [pk], given, **call)
    for turn in turns(work):
        if (hazard is None) == (item is None):
            raise lacks("problem", _("Choose the problem that it answers."))
        if hazard:
            found: Hazard | Item = policy.access(
                Hazard.objects.select_related("case"), "hazard.view", work.by, hazard, at=work.at
            )
        else:
            found = policy.access(
                Item.objects.select_related("case"), "lists.view", work.by, item, at=work.at
            )
        number = found.case.number
        try:
            with transaction.atomic():
                Answered.objects.create(
                    measure=turn.measure, hazard_id=hazard, item_id=item, at=work.at,
                    who=work.by.name, note=short(note, "note", TITLE_CHARS_MAX),
                )  # fmt: skip
        except IntegrityError:
            raise AlreadyThere(what=number) from None
        turn.take("link", {"answers": ["", number]})
    return work.done()


@transaction.atomic(durable=True)
def unanswer(pk: UUID, *, link: int, **call: Unpack[OnOne]) -> list[UUID]:
    """Take such a link back; the history says that it was there."""
    work = begin("measures.edit", [pk], {"step": "unanswer", "link": link}, **call)
    for turn in turns(work):
        row = turn.measure.answers.filter(pk=link).select_related(
            "hazard__case", "item__case").first()  # fmt: skip
        if row is None:
            raise lacks("link", _("It was taken back already. Reload the page."))
        case = row.hazard.case if row.hazard else row.item.case if row.item else None
        turn.take("link", {"answers": [case.number if case else "", ""]})
        row.delete()
    return work.done()


@transaction.atomic(durable=True)
def follow(pk: UUID, *, earlier: UUID, how: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Say that it revises, replaces or interprets an earlier one.

    What it revises or replaces ends once it is in force; so only that one's keeper may say so.
    """
    work = begin("measures.edit", [pk], {"earlier": earlier, "how": how}, **call)
    for turn in turns(work):
        if how not in Follows.How.values:
            raise lacks("how", _("Choose what it does to the earlier one."))
        if earlier == pk:
            raise lacks("earlier", _("Choose another measure than itself."))
        ending = Follows.ENDS.get(Follows.How(how))
        needs = "measures.decide" if ending else "measures.view"
        found = policy.access(
            Measure.objects.select_related("case"), needs, work.by, earlier, at=work.at
        )
        if found.case.state != "in_force":
            raise lacks("earlier", _("Choose one that is in force."))
        if Follows.objects.filter(measure=earlier, earlier=pk).exists():
            raise lacks("earlier", _("That one already follows this one."))
        try:
            with transaction.atomic():
                Follows.objects.create(
                    measure=turn.measure, earlier=found, how=how, at=work.at, who=work.by.name
                )
        except IntegrityError:
            raise AlreadyThere(what=found.title) from None
        turn.take("link", {"how": how, "earlier": found.title})
        if ending and turn.case.state == "in_force":
            found.case = engine.lock([earlier])[earlier]
            if found.case.state == "in_force":
                day = max(turn.measure.in_force_on or turn.today, found.in_force_on or turn.today)
                ends(ending, [Ended(found, min(day, turn.today))], **work.call)
    return work.done()
