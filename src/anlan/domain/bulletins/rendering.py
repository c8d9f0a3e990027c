"""From blocks to the paper that the writers of the kernel take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.domain.bulletins import language, tables
from anlan.domain.bulletins.body import ANNEX, Block
from anlan.domain.bulletins.kinds import PaperKind
from anlan.domain.bulletins.scope import Scope
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.units import name_of as unit_name
from anlan.kernel.indicators.declare import indicator
from anlan.kernel.papers.official import paper as out
from anlan.kernel.papers.official import pdf, slides, word
from anlan.ui.figures import moment

#: Points that a slide of one meeting shows.
FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


@dataclass(frozen=True)
class Head:
    """What stands around the text of one paper."""

    title: str
    organ: str = ""
    number: str = ""
    recipients: str = ""
    copies: str = ""
    day: date | None = None
    printed_on: date | None = None
    note: str = ""
    signer: str = ""
    annexes: Sequence[str] = field(default_factory=tuple)
    mark: str = ""
    secrecy: str = ""
    urgency: str = ""


def written(
    form: str, kind: PaperKind, head: Head, blocks: Sequence[Block], scope: Scope, *, by: Actor,
    at: datetime, state: str = "",
) -> bytes:  # fmt: skip
    """The file. What goes out says who had it made, when, and within which scope."""
    with language.of_papers():
        mark = watermark(scope, by, at, state)
        if form == "pptx":
            return slides.write(deck(head, blocks, scope, mark))
        made = paper(kind, head, blocks, scope, mark)
    if form == "pdf":
        return pdf.write(made)
    return word.write(made, by=by.name, at=at)


def watermark(scope: Scope, by: Actor, at: datetime, state: str = "") -> str:
    """Who had it made and of which unit, when and within which scope; first that it is a draft."""
    words = [*filter(None, [state, unit_name(by), by.name]), scope.area.name, moment(at)]
    if scope.sectors is not None:
        names = sectors.names()
        words.append("、".join(names.get(code, code) for code in scope.sectors))
    return " · ".join(words)


def paper(
    kind: PaperKind, head: Head, blocks: Sequence[Block], scope: Scope, mark: str = ""
) -> out.Paper:
    is_page = kind.form == "page"
    text, annexes = parted(blocks)
    annexes += [out.Annex(title) for title in head.annexes]
    return out.Paper(
        form=kind.form, title=head.title, mark=head.mark or f"{head.organ}{kind.mark}",
        number=head.number, signer=head.signer, recipients=head.recipients,
        blocks=list(_blocks(text, is_page)), author="" if is_page else head.organ,
        day=head.day, sealed=kind.sealed, note=head.note, copies=head.copies,
        printed_by="" if is_page else head.organ, printed_on=head.printed_on,
        annexes=annexes, secrecy=head.secrecy, urgency=head.urgency,
        subtitle=_subtitle(head, scope) if is_page else "",
        basis=basis(blocks, scope) if is_page else "", watermark=mark,
    )  # fmt: skip


def parted(blocks: Sequence[Block]) -> tuple[list[Block], list[out.Annex]]:
    """The text, and what stands in annexes: from a heading of that level on."""
    starts = [n for n, block in enumerate(blocks)
              if block.kind == "heading" and block.level == ANNEX]  # fmt: skip
    if not starts:
        return list(blocks), []
    ends = [*starts[1:], len(blocks)]
    annexes = [
        out.Annex(blocks[start].title, list(_blocks(blocks[start + 1 : end], False)))
        for start, end in zip(starts, ends, strict=True)
    ]
    return list(blocks[: starts[0]]), annexes


def _subtitle(head: Head, scope: Scope) -> str:
    known = _("figures as known on %(when)s") % {"when": moment(scope.known_at or scope.at)}
    parts = [head.organ, head.number, str(scope.period.label), known]
    return "　".join(part for part in parts if part)


def basis(blocks: Iterable[Block], scope: Scope) -> str:
    """On what the figures rest: each indicator once, with its 口径."""
    codes = dict.fromkeys(
        figure.indicator for block in blocks for figure in block.figures if figure.indicator
    )
    told = [f"{each.label}：{str(each.full_basis).rstrip('。.')}" for each in map(indicator, codes)]
    lead = _("Basis of the figures")
    if scope.sectors is not None:
        names = sectors.names()
        told.insert(0, _("Only the sectors %(sectors)s.") % {
            "sectors": "、".join(names.get(code, code) for code in scope.sectors)
        })  # fmt: skip
    return f"{lead}：{'；'.join(told)}" if told else ""


def _blocks(blocks: Sequence[Block], is_page: bool) -> Iterable[out.Block]:
    skip = False
    for n, block in enumerate(blocks):
        if skip:
            skip = False
            continue
        after = blocks[n + 1 : n + 2]
        # On one page a chart and the table after it stand beside one another.
        is_pair = [each.kind for each in (block, *after) if each.rows] == ["chart", "table"]
        if is_page and is_pair:
            skip = True
            yield out.Beside(_picture(block), _table(after[0]))
            continue
        yield from _one(block, is_page)


def _one(block: Block, is_page: bool) -> Iterable[out.Block]:
    match block.kind:
        case "heading":
            yield out.Heading(block.title, block.level)
        case "points":
            yield out.Listing([one.words for one in block.sentences])
        case "table":
            yield _table(block) if block.rows else out.Words(_nothing(block))
        case "chart":
            yield _picture(block) if block.rows else out.Words(_nothing(block))
        case "text":
            if is_page:
                for sentence in block.sentences:
                    yield out.Words(sentence.words)
            elif block.words:
                yield out.Words(block.words)


def _table(block: Block) -> out.Table:
    first = tables.words_of(block.spec)
    return out.Table(
        block.title, list(map(_head, block.heads)),
        [[cell.text for cell in row] for row in block.rows], block.note,
        tuple(range(first, len(block.heads))),
    )  # fmt: skip


def _nothing(block: Block) -> str:
    """In the place of a table that would be a head alone, or a chart without a line."""
    return _("%(title)s: nothing was counted there.") % {"title": block.title}


def _head(text: str) -> str:
    """What a column is compared with stands whole on a line of its own."""
    return text if text.isascii() or text.count(" ") != 1 else text.replace(" ", "\n")


def _picture(block: Block) -> out.Picture:
    note = "　".join(filter(None, [block.note, tables.left_out(block)]))
    return out.Picture(block.title, tables.drawing(block), note)


def deck(head: Head, blocks: Sequence[Block], scope: Scope, mark: str) -> out.Deck:
    """For the meeting: the text with trend and ranking first, then a slide for each heading."""
    foot = _subtitle(head, scope)
    made: list[out.Slide] = []
    title, points = head.title.replace("\n", ""), list[str]()
    pictures: list[out.Picture] = []
    sheets: list[out.Table] = []

    def close() -> None:
        nonlocal points, pictures, sheets
        first_p, first_t = pictures[:1], sheets[:1]
        if points or first_p or first_t:
            made.append(out.Slide(title, points, first_p[0].drawing if first_p else None,
                                  first_t[0] if first_t else None, foot))  # fmt: skip
        for picture in pictures[1:]:
            made.append(out.Slide(picture.title, (), picture.drawing, None, foot))
        for sheet in sheets[1:]:
            made.append(out.Slide(sheet.title, (), None, sheet, foot))
        points, pictures, sheets = [], [], []

    for block in blocks:
        if block.kind == "heading":
            close()
            title = block.title
        elif block.kind in ("chart", "table") and not block.rows:
            points.append(_nothing(block))
        elif block.kind == "chart":
            pictures.append(_picture(block))
        elif block.kind == "table":
            sheets.append(_table(block))
        else:
            points += [one.words for one in block.sentences]
    close()
    return out.Deck(head.title, made, mark)


def name_of(title: str, form: str) -> str:
    """The file's name, as its title is."""
    kept: Any = "".join(sign for sign in title if sign.isalnum() or sign in "（）〔〕-_ ")
    return f"{kept.strip()[:80] or timezone.localdate().isoformat()}.{form}"
