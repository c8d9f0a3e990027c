"""What a paper says, whatever file it becomes: its head, its blocks, its end.

Blocks hold words that are final: figures stand in them as text. Nothing of a paper is read as
markup by any of the writers, so that hostile words stay words (S53).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from anlan.kernel.papers.official.drawing import Drawing

#: What one paper may hold; a circular of 20 pages has a tenth of it.
BLOCKS_MAX, ROWS_MAX, COLUMNS_MAX = 600, 2_000, 30

#: document 公文, letter 信函格式, brief 简报, page: one page without a red head; plain: minutes,
#: duty letters, compilations, which have the page of the standard and no head.
Form = Literal["document", "letter", "brief", "page", "plain"]


@dataclass(frozen=True)
class Heading:
    """一、 / （一） / 1. / （1）: the number is part of the words."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Words:
    """A paragraph. ``align``: "" is a paragraph of text, or left, center, right."""

    text: str
    align: str = ""


@dataclass(frozen=True)
class Labelled:
    """A paragraph that begins with what it says, in bold."""

    label: str
    text: str


@dataclass(frozen=True)
class Listing:
    """Short points, each a line of its own."""

    points: Sequence[str]


@dataclass(frozen=True)
class Table:
    """``wide``: how many characters each column wants, for their shares of the width."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    #: Columns that hold numbers are set to the right.
    numbers: Sequence[int] = ()


@dataclass(frozen=True)
class Picture:
    title: str
    drawing: Drawing
    note: str = ""


@dataclass(frozen=True)
class Break:
    """A new page."""


@dataclass(frozen=True)
class Beside:
    """Two blocks beside one another, on a paper of one page."""

    left: Picture
    right: Table


Block = Heading | Words | Labelled | Listing | Table | Picture | Break | Beside


def lines(text: str, label: str = "") -> list[Block]:
    """Each line of a text as a paragraph of its own; the first begins with the label."""
    first, *more = text.splitlines() or [""]
    return [Labelled(label, first) if label else Words(first), *(Words(one) for one in more)]


@dataclass(frozen=True)
class Cover:
    """A first page with the title alone, who made it and when; a list of contents follows."""

    organ: str
    day: str
    #: What stands over the list of headings.
    contents: str


@dataclass(frozen=True)
class Annex:
    """An attachment that follows the text: 附件 with its number and title."""

    title: str
    blocks: Sequence[Block] = ()


@dataclass(frozen=True)
class Paper:
    form: Form
    title: str
    blocks: Sequence[Block]
    #: 发文机关标志, or the name of a brief.
    mark: str = ""
    number: str = ""
    #: Of a paper that goes up (上行文): who signed it, beside the number.
    signer: str = ""
    secrecy: str = ""
    urgency: str = ""
    recipients: str = ""
    #: Those of them that stand in 版记, where the first page has no room (addressing.py).
    addressed: str = ""
    annexes: Sequence[Annex] = ()
    #: 署名 and 成文日期.
    author: str = ""
    day: date | None = None
    #: Whether a seal goes over author and day; without one they stand differently.
    sealed: bool = True
    note: str = ""
    copies: str = ""
    printed_by: str = ""
    printed_on: date | None = None
    #: Under the title: what the paper is about and as known when, on papers of one page.
    subtitle: str = ""
    #: At the foot of the last page: on what the figures rest (口径).
    basis: str = ""
    #: Who had it made, when and within which scope; light, across each page.
    watermark: str = ""
    cover: Cover | None = None

    def __post_init__(self) -> None:
        # What is compiled into a book has the limits of its compiler.
        assert self.form == "plain" or len(self.blocks) <= BLOCKS_MAX, len(self.blocks)
        for block in self.blocks:
            if isinstance(block, Table):
                assert len(block.rows) <= ROWS_MAX, block.title
                assert len(block.headers) <= COLUMNS_MAX, block.title
                assert all(len(row) == len(block.headers) for row in block.rows), block.title


@dataclass(frozen=True)
class Slide:
    """One slide: a title, points, and at most one drawing and one table."""

    title: str
    points: Sequence[str] = ()
    drawing: Drawing | None = None
    table: Table | None = None
    foot: str = ""


@dataclass(frozen=True)
class Deck:
    title: str
    slides: Sequence[Slide] = field(default_factory=tuple)
    watermark: str = ""


_DIGITS = "〇一二三四五六七八九"


def numeral(n: int) -> str:
    """1 to 100 as a section or an article is numbered: 一, 十二, 二十, 一百."""
    if n >= 100:
        return "一百" if n == 100 else str(n)
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def chinese_day(day: date) -> str:
    """成文日期: Arabic figures, the year in full, month and day without a nought."""
    return f"{day.year}年{day.month}月{day.day}日"
