"""What a file says, as one text, and where its pages and its furniture stand in it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mark:
    """A line that belongs to the page and not to what is said: it is marked, never cut out.

    ``kind`` is page_number, running_head, navigation or contents.
    """

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """A stretch that stands in the file once more; ``first`` is where it stands first."""

    start: int
    end: int
    first: int


@dataclass(frozen=True, slots=True)
class Unsure:
    """Words that were recognised from a picture and may be others; ``sure`` is 0 to 1."""

    start: int
    end: int
    sure: float


@dataclass(frozen=True, slots=True)
class Recognised:
    """Pages (from 1) that were pictures, and how sure their text is on the whole, 0 to 1."""

    pages: tuple[int, ...]
    sure: float


@dataclass(frozen=True, slots=True)
class Source:
    """The file itself, where its text was taken out of markup.

    Character ``i`` of the document's text stands there from ``starts[i]`` to ``ends[i]``.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where this stretch of the text stands in the file, with the markup inside it."""
        if start >= len(self.starts):
            return len(self.text), len(self.text)
        if end <= start:
            return self.starts[start], self.starts[start]
        return self.starts[start], self.ends[min(end, len(self.ends)) - 1]


@dataclass(frozen=True, slots=True)
class Document:
    """``text`` is what every offset counts in, in code points.

    For .txt it is the file's own text, decoded and nothing else. For all other kinds it is made
    by us: a paragraph a line, a row of a table a line with its cells behind tabs.
    """

    name: str
    kind: str
    encoding: str
    text: str
    #: Where each page begins; one page where the kind has none.
    pages: tuple[int, ...] = (0,)
    furniture: tuple[Mark, ...] = ()
    copies: tuple[Repeat, ...] = ()
    #: What was noticed while reading, as codes (``pages_without_text:3``).
    notes: tuple[str, ...] = field(default=())
    unsure: tuple[Unsure, ...] = ()
    recognised: Recognised | None = None
    #: Of a web page only.
    source: Source | None = None
