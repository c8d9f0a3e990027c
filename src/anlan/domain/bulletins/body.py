"""The text of a paper as blocks of sentences, each with the figures that stand in it.

    {"id": "b3", "kind": "text",
     "sentences": [{"text": "… {0} …", "figures": […], "rule": "found"}]}

A sentence made by a rule is *bound*: asked again, the rule writes it anew. One that somebody wrote
or changed is *free*: its words stay, and only the figures put in as {indicator} follow the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from django.utils.translation import gettext as _

from anlan.domain.bulletins import language
from anlan.domain.bulletins.figures import CHANGE, COMPARED, PARTS, VALUE, Figure
from anlan.domain.bulletins.refusals import PaperIncomplete, TooLong
from anlan.domain.bulletins.scope import Scope
from anlan.domain.statistics import bindings
from anlan.kernel.indicators.compute import PREVIOUS, YEAR_AGO
from anlan.ui.figures import chinese

BLOCKS_MAX, SENTENCES_MAX, FIGURES_MAX = 200, 400, 12_000
BLOCK_CHARS_MAX = 20_000

#: {0}, or with the words that stand for it: {0|no hazard}.
_MARK = re.compile(r"\{(\d{1,3})(?:\|([^{}]*))?\}")
#: {hazard.found}, {hazard.found:year_ago}, {hazard.found:year_ago:change}
_WISH = re.compile(
    r"\{([a-z_]+\.[a-z_0-9]+(?:@[0-9a-f]{32}(?:~[0-9]{1,18})?)?)(?::([a-z_]+))?(?::([a-z_]+))?\}"
)
#: After a full stop: in Chinese at once, else where a blank and a capital follow.
_END = re.compile(r"(?<=[。！？])\s*|(?<=[.!?])\s+(?=[A-Z])|\n+")

#: Level of a heading with which an annex begins: what follows it stands there.
ANNEX = 0

Kind = Literal["heading", "text", "points", "table", "chart"]


@dataclass(frozen=True)
class Spot:
    """Where a figure stands in its sentence, and how it reads there."""

    n: int
    figure: Figure
    words: str


@dataclass(frozen=True)
class Sentence:
    text: str
    figures: tuple[Figure, ...] = ()
    #: The rule that wrote it; empty where a person did.
    rule: str = ""
    #: What the rule had written, where a person changed it: it lost its binding.
    was: str = ""

    @property
    def is_bound(self) -> bool:
        return bool(self.rule) and not self.was

    @property
    def words(self) -> str:
        return "".join(part if isinstance(part, str) else part.words for part in self.parts)

    @property
    def parts(self) -> list[str | Spot]:
        """Words, and figures with their place in the sentence."""
        found: list[str | Spot] = []
        at = 0
        for match in _MARK.finditer(self.text):
            n = int(match[1])
            if n >= len(self.figures):
                continue
            if match.start() > at:
                found.append(self.text[at : match.start()])
            figure = self.figures[n]
            found.append(Spot(n, figure, match[2] or figure.text))
            at = match.end()
        return [*found, self.text[at:]] if at < len(self.text) else found

    @property
    def typed(self) -> str:
        """As it stands in the field in which it is changed: put-in figures by their names."""
        if self.is_bound:
            return self.words
        return "".join(
            part if isinstance(part, str) else "{" + wish_of(part.figure) + "}"
            for part in self.parts
        )

    @property
    def data(self) -> dict[str, Any]:
        return {
            "text": self.text, "figures": [each.data for each in self.figures], "rule": self.rule,
            "was": self.was,
        }  # fmt: skip

    @classmethod
    def of(cls, data: dict[str, Any]) -> Sentence:
        figures = tuple(Figure.of(each) for each in data["figures"])
        return cls(data["text"], figures, data["rule"], data["was"])


def wish_of(figure: Figure) -> str:
    parts = [bindings.word_for(figure.indicator)]
    if figure.compare:
        parts.append(figure.compare)
        if figure.part != CHANGE:
            parts.append(figure.part)
    return ":".join(parts)


@dataclass(frozen=True)
class Cell:
    """Of a table: words, or a figure."""

    words: str = ""
    figure: Figure | None = None

    @property
    def text(self) -> str:
        return self.figure.text if self.figure else self.words


@dataclass(frozen=True)
class Block:
    id: str
    kind: Kind
    #: Of a heading its words; of a table or chart its title.
    title: str = ""
    level: int = 1
    sentences: tuple[Sentence, ...] = ()
    #: What the rules of this block are, so that they can be asked again ("problems", "element").
    rules: str = ""
    #: Rules whose sentences somebody took out: they aren't written again.
    dropped: tuple[str, ...] = ()
    #: Of an element of a letter, that it must be filled in before the paper goes on.
    required: bool = False
    hint: str = ""
    #: Of tables and charts: what they show.
    spec: dict[str, Any] = field(default_factory=dict)
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    note: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(sentence.words.strip() for sentence in self.sentences)

    @property
    def words(self) -> str:
        return glue().join(sentence.words for sentence in self.sentences)

    @property
    def typed(self) -> str:
        between = "\n" if self.kind == "points" else glue()
        return between.join(sentence.typed for sentence in self.sentences)

    @property
    def figures(self) -> Iterator[Figure]:
        for sentence in self.sentences:
            yield from sentence.figures
        for row in self.rows:
            for cell in row:
                if cell.figure:
                    yield cell.figure

    @property
    def data(self) -> dict[str, Any]:
        kept: dict[str, Any] = {
            "id": self.id, "kind": self.kind, "title": self.title, "level": self.level,
            "sentences": [each.data for each in self.sentences], "rules": self.rules,
            "dropped": list(self.dropped), "required": self.required, "hint": self.hint,
            "spec": self.spec, "heads": list(self.heads), "note": self.note,
            "rows": [[cell.figure.data if cell.figure else cell.words for cell in row]
                     for row in self.rows],
        }  # fmt: skip
        return kept

    @classmethod
    def of(cls, data: dict[str, Any]) -> Block:
        rows = tuple(
            tuple(Cell(cell) if isinstance(cell, str) else Cell(figure=Figure.of(cell))
                  for cell in row)
            for row in data["rows"]
        )  # fmt: skip
        return cls(
            data["id"], data["kind"], data["title"], data["level"],
            tuple(Sentence.of(each) for each in data["sentences"]), data["rules"],
            tuple(data["dropped"]), data["required"], data["hint"], data["spec"],
            tuple(data["heads"]), rows, data["note"],
        )  # fmt: skip


def loaded(data: Sequence[dict[str, Any]]) -> list[Block]:
    return [Block.of(each) for each in data]


def kept(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """As JSON; refuses what no reader would open."""
    blocks = list(blocks)
    if len(blocks) > BLOCKS_MAX:
        raise TooLong(max=BLOCKS_MAX, what=_("parts"))
    figures = sum(1 for block in blocks for _figure in block.figures)
    if figures > FIGURES_MAX:
        raise TooLong(max=FIGURES_MAX, what=_("figures"))
    return [block.data for block in blocks]


def figures_of(blocks: Iterable[Block]) -> list[Figure]:
    return [figure for block in blocks for figure in block.figures]


def replaced(blocks: Sequence[Block], figures: Iterable[Figure]) -> list[Block]:
    """The same blocks with these figures in their places, in the order of ``figures_of``."""
    source = iter(figures)
    found = []
    for block in blocks:
        sentences = tuple(
            replace(sentence, figures=tuple(next(source) for _figure in sentence.figures))
            for sentence in block.sentences
        )
        rows = tuple(
            tuple(replace(cell, figure=next(source)) if cell.figure else cell for cell in row)
            for row in block.rows
        )
        found.append(replace(block, sentences=sentences, rows=rows))
    return found


def standing(block: Block) -> str:
    """``typed`` in the language of papers, whoever asks."""
    with language.of_papers():
        return block.typed


def glue() -> str:
    """What stands between two sentences."""
    return "" if chinese() else " "


# --- what a person types ---------------------------------------------------------------------


def split(text: str, *, lines: bool = False) -> list[str]:
    """Sentences as they were typed; of points a line each."""
    parts = text.splitlines() if lines else _END.split(text.replace("\r\n", "\n"))
    return [part.strip() for part in parts if part and part.strip()]


def edited(block: Block, typed: str, scope: Scope) -> Block:
    """The block after a person changed its text.

    A sentence that stands as its rule wrote it stays bound. One that was changed keeps what it was,
    so that the page shows the loss. A rule's sentence that is gone stays gone.
    """
    if len(typed) > BLOCK_CHARS_MAX:
        raise PaperIncomplete(
            field=block.id, reason=_("Shorten it to %(n)s characters.") % {"n": BLOCK_CHARS_MAX}
        )
    parts = split(typed, lines=block.kind == "points")
    if len(parts) > SENTENCES_MAX:
        raise TooLong(max=SENTENCES_MAX, what=_("sentences"))
    bound = [sentence for sentence in block.sentences if sentence.rule]
    with language.of_papers():
        pieces = {sentence: split(sentence.typed, lines=block.kind == "points")
                  for sentence in block.sentences}  # fmt: skip
    had = {wish_of(figure) for figure in block.figures}
    found: list[Sentence] = []
    used: list[Sentence] = []
    at = 0
    while at < len(parts):
        same = next(
            (one for one, mine in pieces.items()
             if one not in used and mine and parts[at : at + len(mine)] == mine),
            None,
        )  # fmt: skip
        if same is not None:
            found.append(same)
            used.append(same)
            at += len(pieces[same])
            continue
        found.append(written(parts[at], scope, block.id, had))
        at += 1
    lost = [one for one in bound if one not in used]
    changed = [n for n, one in enumerate(found) if one not in used]
    # The nth sentence that is new stands where the nth that is gone stood.
    for n, old in zip(changed, lost, strict=False):
        with language.of_papers():
            found[n] = replace(found[n], rule=old.rule, was=old.was or old.words)
    gone = [old.rule for old in lost[len(changed) :]]
    return replace(
        block, sentences=tuple(found), dropped=tuple(dict.fromkeys([*block.dropped, *gone]))
    )


def written(
    text: str, scope: Scope, field_name: str = "text", had: Collection[str] = ()
) -> Sentence:
    """A sentence of a person's own, with the figures that it names in braces.

    had:  what stood there already: whoever mends the words beside it reads it as it is.
    """
    figures: list[Figure] = []

    def put(match: re.Match[str]) -> str:
        figures.append(_wished(match, scope, field_name, had))
        return "{" + str(len(figures) - 1) + "}"

    return Sentence(_WISH.sub(put, text), tuple(figures))


def _wished(match: re.Match[str], scope: Scope, field_name: str, had: Collection[str]) -> Figure:
    code, compare, part = bindings.spelled(match[1]), match[2] or "", match[3] or ""
    if bindings.find(code) is None:
        raise _unknown(field_name, match[0])
    if match[0][1:-1] not in had and not scope.may_tell(code):
        raise PaperIncomplete(field=field_name, reason=bindings.not_read(match[0]))
    if compare and compare not in COMPARED:
        raise _unknown(field_name, match[0])
    if part and (not compare or part not in PARTS):
        raise _unknown(field_name, match[0])
    part = part or (CHANGE if compare else VALUE)
    return Figure(code, scope.area.pk, scope.period.code, part, compare)


def _unknown(field_name: str, wish: str) -> PaperIncomplete:
    reason = _(
        "%(wish)s names no figure. Write it like {hazard.found}, {hazard.found:%(year)s} or "
        "{hazard.found:%(before)s}; the list beside the text has all of them."
    ) % {"wish": wish, "year": YEAR_AGO, "before": PREVIOUS}
    return PaperIncomplete(field=field_name, reason=reason)
