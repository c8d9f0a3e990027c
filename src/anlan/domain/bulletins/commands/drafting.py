"""拟稿: beginning a paper, changing its text, reading its figures anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import NotFound
from anlan.domain.bulletins import board as on
from anlan.domain.bulletins import body, figures, kinds, language, scope, subjects, tables
from anlan.domain.bulletins.body import Block, Sentence
from anlan.domain.bulletins.commands.base import Turn, begin, lacks, scope_of, short, text_of, turns
from anlan.domain.bulletins.kinds import BY_RULE, KINDS, PaperKind
from anlan.domain.bulletins.loop import PAPER
from anlan.domain.bulletins.models import (
    LIST_CHARS_MAX,
    NAME_CHARS_MAX,
    TITLE_CHARS_MAX,
    About,
    Paper,
)
from anlan.domain.bulletins.scope import Scope
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.calendar import periods
from anlan.kernel.loop import engine, plain
from anlan.kernel.loop.engine import NewCase
from anlan.kernel.loop.frame import OnOne
from anlan.kernel.loop.plain import Call
from anlan.kernel.regions.models import Region
from anlan.ui.figures import moment

#: Text fields around the text, with how long each may be.
HEAD: Mapping[str, int] = {
    "title": TITLE_CHARS_MAX, "organ": NAME_CHARS_MAX, "mark": NAME_CHARS_MAX,
    "recipients": LIST_CHARS_MAX, "copies": LIST_CHARS_MAX, "note": TITLE_CHARS_MAX,
    "annexes": LIST_CHARS_MAX, "secrecy": 20, "urgency": 20,
}  # fmt: skip


@dataclass(frozen=True)
class NewPaper:
    """``pk`` is made by the client; ``area`` is what it tells of, ``unit`` 0 one's own."""

    pk: UUID
    kind: str
    area: int
    period: str
    title: str = ""
    recipients: str = ""
    due_on: date | None = None
    #: Hazards that a letter or notice is about: it is filled in from what is on record of them.
    about: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Change:
    """The head's fields that are given, and the text of the blocks that are."""

    head: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic(durable=True)
def make(new: NewPaper, **call: Unpack[Call]) -> UUID:
    """Begin a paper: its rules write the first draft from the figures of this moment."""
    by, at = call["by"], call["at"]
    policy.demand(by, "bulletins.make", at)
    claim = plain.claim("bulletins.make", {"new": asdict(new)}, **call)
    if claim.repeated:
        return new.pk
    kind = KINDS.get(new.kind)
    if kind is None:
        raise lacks("kind", _("Choose what kind of paper it is."))
    period = periods.parse(new.period)
    kind.demand(period)
    area = Region.objects.filter(pk=new.area, valid_to=None).first()
    if area is None:
        raise lacks("area", _("Choose the area from the list."))
    unit = main_unit(by, JUDGES)
    found = scope.of(by, area, period, at, known_at=at)
    today = timezone.localdate(at)
    about = subjects.read(new.about, by)
    if about and not kind.about:
        raise lacks(
            "kind", _("A paper of this kind isn't about hazards; choose a letter or notice.")
        )
    with language.of_papers():
        usual = kinds.title_of(kind, found, about)[:TITLE_CHARS_MAX]
        written = kinds.composed(kind, found, about)
    title = short(new.title, "title", TITLE_CHARS_MAX) or usual
    recipients = short(new.recipients, "recipients", LIST_CHARS_MAX)
    case = NewCase(
        pk=new.pk, area_id=area.pk, path=area.path, unit_id=unit.pk, opened_on=today,
        grade=kind.code, due_on=new.due_on,
    )  # fmt: skip
    engine.open_cases(PAPER, [case], **call)
    Paper.objects.create(
        case_id=new.pk, title=title, organ=unit.name, period=found.period.code,
        sectors=None if found.sectors is None else list(found.sectors),
        recipients=recipients or subjects.recipients(about)[:LIST_CHARS_MAX],
        body=body.kept(written), known_at=at, drafter=by.name,
    )  # fmt: skip
    About.objects.bulk_create(About(paper_id=new.pk, case_id=one.hazard.pk) for one in about)
    return claim.done(new.pk)


@transaction.atomic(durable=True)
def edit(pk: UUID, *, change: Change, **call: Unpack[OnOne]) -> list[UUID]:
    """Change head and text. A sentence that is changed loses its binding, and says so."""
    work = begin("bulletins.edit", [pk], {"step": "edit", "change": asdict(change)}, **call)
    for turn in turns(work):
        told: dict[str, Any] = {}
        fields: dict[str, str] = {}
        for name, value in change.head.items():
            new = short(value, name, HEAD[name])
            if name in ("title", "organ"):
                new = text_of(value, name, _("Fill this in."), HEAD[name])
            if new != getattr(turn.paper, name):
                told[name] = [getattr(turn.paper, name), new]
                fields[name] = new
        blocks, texts = _changed(turn, change.texts)
        told |= texts
        if told:
            turn.take("edit", told)
            turn.save(**fields)
            turn.keep(blocks)
    return work.done()


def _changed(turn: Turn, texts: Mapping[str, str]) -> tuple[list[Block], dict[str, Any]]:
    """The blocks with the texts put in, and what the history tells of each."""
    about = replace(scope_of(turn.paper, turn.work.at), by=turn.work.by)
    blocks, told = turn.blocks, dict[str, Any]()
    fresh: list[Block] = []
    for block in blocks:
        typed = texts.get(block.id)
        if typed is None or typed.replace("\r\n", "\n").strip() == body.standing(block).strip():
            fresh.append(block)
            continue
        if block.kind in ("heading", "table", "chart"):
            made = replace(block, title=text_of(typed, block.id, _("Fill this in."), 200))
        else:
            made = body.edited(block, typed, about)
        told[f"text:{block.id}"] = [_shown(block), _shown(made)]
        fresh.append(made)
    return filled(fresh, about), told


def _shown(block: Block) -> str:
    return (body.standing(block) or block.title)[:TITLE_CHARS_MAX]


def filled(blocks: Sequence[Block], about: Scope) -> list[Block]:
    """Figures that a person put in, as the paper's moment knows them; the others stand already."""
    wanted = body.figures_of(blocks)
    bare = [each for each in wanted if each.value is None and not each.missing]
    known = {each.key: each for each in figures.again(bare, about)}
    return body.replaced(
        list(blocks), [known.get(each.key, each) if each in bare else each for each in wanted]
    )


@transaction.atomic(durable=True)
def refresh(pk: UUID, **call: Unpack[OnOne]) -> list[UUID]:
    """Read every figure anew, as known now; rules write their sentences again.

    What a person wrote stays as it is, and so does what a person took out.
    """
    work = begin("bulletins.edit", [pk], {"step": "refresh"}, **call)
    for turn in turns(work):
        blocks = read_anew(turn.blocks, scope_of(turn.paper, work.at, known_at=work.at))
        turn.take("refresh", {"known_at": [moment(turn.paper.known_at), moment(work.at)]})
        turn.save(known_at=work.at)
        turn.keep(blocks)
    return work.done()


def read_anew(blocks: Sequence[Block], about: Scope) -> list[Block]:
    """The same text with its figures as ``about`` knows them."""
    with language.of_papers():
        found = on.read(about)
        return _asked_again([_anew(block, found, about) for block in blocks], about)


def _anew(block: Block, found: on.Board, about: Scope) -> Block:
    if block.kind in ("table", "chart"):
        return tables.built(block, about)
    rules = BY_RULE.get(block.rules)
    if rules is None:
        return block
    made = {one.rule: one for one in rules(found) if one.rule not in block.dropped}
    kept: list[Sentence] = []
    for one in block.sentences:
        if not one.rule:
            kept.append(one)
        elif one.was:
            # Changed by hand: it stays, beside what its rule would say now.
            kept.append(replace(one, was=made.pop(one.rule).words) if one.rule in made else one)
        elif one.rule in made:
            kept.append(made.pop(one.rule))
    return replace(block, sentences=(*kept, *made.values()))


def _asked_again(blocks: Sequence[Block], about: Scope) -> list[Block]:
    """Figures in sentences by hand; rules and tables have read theirs."""
    fresh = []
    for block in blocks:
        if block.kind in ("table", "chart"):
            fresh.append(block)
            continue
        own = [one for one in block.sentences if not one.is_bound]
        asked = iter(figures.again([f for one in own for f in one.figures], about))
        fresh.append(replace(block, sentences=tuple(
            replace(one, figures=tuple(next(asked) for _f in one.figures))
            if not one.is_bound else one
            for one in block.sentences
        )))  # fmt: skip
    return fresh


@transaction.atomic(durable=True)
def restore(pk: UUID, *, block: str, place: int, **call: Unpack[OnOne]) -> list[UUID]:
    """Put back what the rule says in place of a sentence that was changed by hand."""
    work = begin("bulletins.edit", [pk], {"step": "restore", "block": block, "n": place}, **call)
    for turn in turns(work):
        about = scope_of(turn.paper, work.at)
        blocks = turn.blocks
        n, found = _at(blocks, block)
        if not 0 <= place < len(found.sentences) or not found.sentences[place].was:
            raise NotFound
        old = found.sentences[place]
        rules = BY_RULE.get(found.rules)
        with language.of_papers():
            said = rules(on.read(about)) if rules else ()
        made = next((one for one in said if one.rule == old.rule), None)
        if made is None:
            raise lacks("block", _("Its rule finds nothing to say now; delete the sentence."))
        sentences = [*found.sentences[:place], made, *found.sentences[place + 1 :]]
        blocks[n] = replace(found, sentences=tuple(sentences))
        turn.take("edit", {f"text:{block}": [old.words, made.words]})
        turn.keep(blocks)
    return work.done()


@transaction.atomic(durable=True)
def put_block(
    pk: UUID, *, kind: str, title: str = "", text: str = "", spec: Mapping[str, Any] | None = None,
    after: str = "", **call: Unpack[OnOne],
) -> list[UUID]:  # fmt: skip
    """Add a heading, a paragraph, or a table or chart bound to indicators."""
    given = {"kind": kind, "title": title, "text": text, "spec": spec or {}, "after": after}
    work = begin("bulletins.edit", [pk], {"step": "put_block", **given}, **call)
    for turn in turns(work):
        about = replace(scope_of(turn.paper, work.at), by=work.by)
        made = _new_block(kind, title, text, spec or {}, about)
        blocks = turn.blocks
        n = _at(blocks, after)[0] + 1 if after else len(blocks)
        blocks.insert(n, made)
        turn.take("edit", {f"text:{made.id}": ["", _shown(made)]})
        turn.keep(filled(blocks, about))
    return work.done()


def _new_block(kind: str, title: str, text: str, spec: Mapping[str, Any], about: Scope) -> Block:
    if kind in ("heading", "annex"):
        words = text_of(title, "title", _("Fill this in."), 200)
        return kinds.heading(words, body.ANNEX if kind == "annex" else 1)
    if kind in ("text", "points"):
        words = text_of(text, "text", _("Fill this in."), body.BLOCK_CHARS_MAX)
        empty = replace(kinds.heading(""), kind="text" if kind == "text" else "points")
        return body.edited(empty, words, about)
    if kind in ("table", "chart"):
        empty = replace(
            kinds.heading(text_of(title, "title", _("Fill this in."), 200)),
            kind="table" if kind == "table" else "chart", spec=tables.checked(spec, about),
        )  # fmt: skip
        with language.of_papers():
            return tables.built(empty, about)
    raise lacks("kind", _("Choose what to add."))


@transaction.atomic(durable=True)
def drop_block(pk: UUID, *, block: str, **call: Unpack[OnOne]) -> list[UUID]:
    work = begin("bulletins.edit", [pk], {"step": "drop_block", "block": block}, **call)
    for turn in turns(work):
        blocks = turn.blocks
        n, found = _at(blocks, block)
        if found.required:
            raise lacks("block", _("A paper of this kind needs this part."))
        del blocks[n]
        turn.take("edit", {f"text:{block}": [_shown(found), ""]})
        turn.keep(blocks)
    return work.done()


@transaction.atomic(durable=True)
def move_block(pk: UUID, *, block: str, up: bool, **call: Unpack[OnOne]) -> list[UUID]:
    work = begin("bulletins.edit", [pk], {"step": "move", "block": block, "up": up}, **call)
    for turn in turns(work):
        blocks = turn.blocks
        n, found = _at(blocks, block)
        to = n - 1 if up else n + 1
        if 0 <= to < len(blocks):
            blocks[n], blocks[to] = blocks[to], blocks[n]
            turn.take("edit", {"moved": ["", _shown(found)]})
            turn.keep(blocks)
    return work.done()


def _at(blocks: Sequence[Block], pk: str) -> tuple[int, Block]:
    for n, block in enumerate(blocks):
        if block.id == pk:
            return n, block
    raise NotFound


def kind_of(paper: Paper) -> PaperKind:
    return KINDS[paper.case.grade]
