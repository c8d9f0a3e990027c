"""核稿, 会签, 签发: each by somebody who didn't write it; sent back with the reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.domain.bulletins import body, figures
from anlan.domain.bulletins.commands.base import Turn, begin, lacks, scope_of, text_of, turns
from anlan.domain.bulletins.loop import PAPER
from anlan.domain.bulletins.models import NAME_CHARS_MAX, Countersign
from anlan.domain.bulletins.refusals import NotReproduced
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop.frame import OnOne
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare

#: Units that countersign one paper.
COUNTERSIGNS_MAX = 30
#: What no paper goes out with: placeholders that somebody forgot (documents.md, 3).
_FORGOTTEN = re.compile(r"\{\{|\}\}|\{%|X{3,}|Ｘ{2,}|×{3,}|待填|待补|TODO", re.IGNORECASE)

declare("bulletins.to_review", _("A paper waits for review: “%(title)s”."), "bulletins:page")
declare("bulletins.to_countersign", _("Your unit is asked to countersign “%(title)s”."),
        "bulletins:page")  # fmt: skip
declare("bulletins.to_sign", _("A paper waits to be signed: “%(title)s”."), "bulletins:page")
declare("bulletins.sent_back", _("“%(title)s” was sent back: %(reason)s"), "bulletins:page")
declare("bulletins.declined", _("%(units)s declined to countersign “%(title)s”: %(reason)s"),
        "bulletins:page")  # fmt: skip


@transaction.atomic(durable=True)
def submit(pk: UUID, **call: Unpack[OnOne]) -> list[UUID]:
    """Hand it in for review: nothing may be left open in it."""
    work = begin("bulletins.edit", [pk], {"step": "submit"}, **call)
    for turn in turns(work):
        check_whole(turn)
        turn.take("submit")
        _tell(turn, "bulletins.to_review", [turn.case.unit_id])
    return work.done()


def check_whole(turn: Turn) -> None:
    """Refuse a paper with an empty element, a forgotten placeholder or a figure without value."""
    for block in turn.blocks:
        if block.required and block.is_empty:
            raise lacks(block.id, _("Fill in what is asked: %(hint)s") % {"hint": block.hint})
        words = f"{block.title}{block.words}"
        if found := _FORGOTTEN.search(words):
            reason = _("“%(what)s” was left in the text: “%(text)s”.")
            raise lacks(block.id, reason % {"what": found[0], "text": words[:60]})
        for sentence in block.sentences:
            empty = [each for each in sentence.figures if each.value is None]
            # A rule says itself what is missing; in a sentence by hand a gap would stand.
            if empty and not sentence.is_bound:
                reason = _("There is no value for %(label)s; reword “%(text)s”.")
                data = {"label": empty[0].label, "text": sentence.words[:60]}
                raise lacks(block.id, reason % data)
    if not turn.paper.title.strip():
        raise lacks("title", _("Write the title."))


@transaction.atomic(durable=True)
def review(pk: UUID, *, said: str = "", **call: Unpack[OnOne]) -> list[UUID]:
    """核稿: it may be signed."""
    work = begin("bulletins.edit", [pk], {"step": "review", "said": said}, **call)
    for turn in turns(work):
        turn.take("review", reason=said.strip()[:1_000])
        _tell(turn, "bulletins.to_sign", [turn.case.unit_id])
    return work.done()


@transaction.atomic(durable=True)
def ask(pk: UUID, *, units: Sequence[int], said: str = "", **call: Unpack[OnOne]) -> list[UUID]:
    """核稿 passed; these units countersign before it is signed."""
    work = begin("bulletins.edit", [pk], {"step": "ask", "units": list(units)}, **call)
    for turn in turns(work):
        wanted = list(dict.fromkeys(unit for unit in units if unit != turn.case.unit_id))
        known = Unit.objects.filter(pk__in=wanted, valid_to=None)
        if not wanted or known.count() != len(wanted):
            raise lacks("units", _("Choose the units that countersign from the list."))
        if len(wanted) > COUNTERSIGNS_MAX:
            raise lacks("units", _("At most %(n)d units.") % {"n": COUNTERSIGNS_MAX})
        turn.paper.countersigns.all().delete()
        Countersign.objects.bulk_create(
            Countersign(paper=turn.paper, unit_id=unit, asked_at=work.at) for unit in wanted
        )
        turn.take("ask", {"units": "、".join(unit.name for unit in known)},
                  reason=said.strip()[:1_000])  # fmt: skip
        _tell(turn, "bulletins.to_countersign", wanted)
    return work.done()


@transaction.atomic(durable=True)
def agree(pk: UUID, *, said: str = "", **call: Unpack[OnOne]) -> list[UUID]:
    """会签: one's units agree; the last of them sends it on to be signed."""
    work = begin("bulletins.countersign", [pk], {"step": "agree", "said": said}, **call)
    for turn in turns(work):
        own = turn.paper.countersigns.filter(agreed_at=None)
        if not work.by.trusted:
            own = own.filter(unit__in=policy.units_of(work.by, JUDGES))
        names = list(own.values_list("unit__name", flat=True))
        if not names:
            raise lacks("said", _("Your unit has countersigned already."))
        own.update(agreed_at=work.at, who=work.by.name[:NAME_CHARS_MAX], said=said.strip()[:1_000])
        turn.take("agree", {"units": "、".join(names)}, reason=said.strip()[:1_000])
        if not turn.paper.countersigns.filter(agreed_at=None).exists():
            turn.take("agreed")
            _tell(turn, "bulletins.to_sign", [turn.case.unit_id])
    return work.done()


@transaction.atomic(durable=True)
def decline(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """会签 refused: back to whoever wrote it, with what one's unit objects to.

    The objection stands beside the paper until units are asked again, whatever is signed meanwhile.
    """
    work = begin("bulletins.countersign", [pk], {"step": "decline", "reason": reason}, **call)
    for turn in turns(work):
        why = text_of(reason, "reason", _("Say what your unit objects to."), 1_000)
        own = turn.paper.countersigns.filter(agreed_at=None)
        if not work.by.trusted:
            own = own.filter(unit__in=policy.units_of(work.by, JUDGES))
        names = list(own.values_list("unit__name", flat=True))
        if not names:
            raise lacks("reason", _("Your unit has countersigned already."))
        own.update(said=why, who=work.by.name[:NAME_CHARS_MAX])
        turn.take("decline", {"units": "、".join(names)}, reason=why)
        outbox.post(
            "bulletins.declined", to_units=[turn.case.unit_id], about=pk, at=work.at,
            data={"title": turn.paper.title, "units": "、".join(names), "reason": why},
        )  # fmt: skip
    return work.done()


@transaction.atomic(durable=True)
def send_back(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Back to whoever wrote it, with the reason; it goes through all steps again."""
    work = begin("bulletins.edit", [pk], {"step": "send_back", "reason": reason}, **call)
    for turn in turns(work):
        why = text_of(reason, "reason", _("Say what is to be mended."), 1_000)
        turn.take("send_back", reason=why)
        turn.paper.countersigns.all().delete()
        outbox.post("bulletins.sent_back", to_units=[turn.case.unit_id], about=pk, at=work.at,
                    data={"title": turn.paper.title, "reason": why})  # fmt: skip
    return work.done()


@transaction.atomic(durable=True)
def sign(pk: UUID, **call: Unpack[OnOne]) -> list[UUID]:
    """签发, by another person than who wrote it. The figures are asked for once more: they stand
    as the ledger knew them, or the paper isn't signed."""
    work = begin("bulletins.sign", [pk], {"step": "sign"}, **call)
    for turn in turns(work):
        check_whole(turn)
        blocks = turn.blocks
        about = scope_of(turn.paper, work.at)
        told = body.figures_of(blocks)
        if not figures.stand(told, figures.again(told, about)):
            raise NotReproduced
        turn.take("sign", {"signer": work.by.name})
        turn.save(signer=work.by.name[:NAME_CHARS_MAX], signed_at=work.at, dated=turn.today)
    return work.done()


@transaction.atomic(durable=True)
def void(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Drop what has no number yet."""
    work = begin("bulletins.edit", [pk], {"step": "void", "reason": reason}, **call)
    for turn in turns(work):
        why = text_of(reason, "reason", _("Say why it is dropped."), 1_000)
        loop.void(PAPER, [turn.case], reason=why, **work.call)
    return work.done()


def _tell(turn: Turn, kind: str, units: Sequence[int]) -> None:
    outbox.post(kind, to_units=list(units), about=turn.paper.pk, at=turn.work.at,
                data={"title": turn.paper.title})  # fmt: skip
