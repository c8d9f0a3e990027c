"""A web page as text: a block a line, cells behind tabs, scripts and styles left out.

With every character goes where it stands in the file, so that a find can be shown in the page's
own source as well.
"""

from __future__ import annotations

import html
from array import array
from html.parser import HTMLParser
from typing import Any

from _parts import DITTO, Stop, Text, span  # type: ignore[import-not-found]  # loaded by path in the child

# Each is asked for by its tag, and nothing else.
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt"),
        *("fieldset", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr"),
        *("html", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot"),
        *("thead", "title", "tr", "ul"),
    )
)
_SILENT = frozenset(("script", "style", "noscript", "template", "textarea", "select", "svg"))
_FURNITURE = frozenset(("nav", "header", "footer", "aside", "title"))
_BLANKS = frozenset(" \t\r\n\f")
DEPTH_MAX = 5_000
#: A break inside a cell, until it is known whether its row is one of a table or lays out a page.
_BREAK = "\v"
#: A row with more is no row: old pages lay themselves out in tables.
ROW_CHARS_MAX = 1_500


class _Table:
    """Where in a table we are: which columns are still taken by cells from above."""

    def __init__(self) -> None:
        self.taken: dict[int, int] = {}
        self.column = 0
        self.skipped = 0
        self.in_cell = False
        self.lays_out = False

    def row(self) -> None:
        self.column = self.skipped = 0
        self.in_cell = False

    def cell(self, across: int, down: int) -> None:
        if down > 1:
            self.taken.update(dict.fromkeys(range(self.column, self.column + across), down - 1))
        self.column += across
        self.skipped = across - 1
        self.in_cell = True

    def merged(self) -> bool:
        """Whether the next column belongs to a cell from above; it is passed then."""
        if not self.taken.get(self.column):
            return False
        self.taken[self.column] -= 1
        self.column += 1
        return True


class _Page(HTMLParser):
    def __init__(self, source: str) -> None:
        # Entities come one by one, so that each has its own place.
        super().__init__(convert_charrefs=False)
        self.source = source
        self.text = Text()
        self.lines = array("L", [0])
        at = source.find("\n")
        while at >= 0:
            self.lines.append(at + 1)
            at = source.find("\n", at + 1)
        #: The line being made: its characters, and where each begins and ends in the file.
        self.now: list[str] = []
        self.began, self.ended = array("L"), array("L")
        self.starts, self.ends = array("L"), array("L")
        self.silent = 0
        self.furniture: list[str] = []
        self.tables: list[_Table] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag == "table":
            self._open_table()
        elif tag in ("td", "th"):
            self._cell(dict(attrs))
        elif tag in _BLOCKS or tag == "br":
            self._break(tag)
        if tag in _FURNITURE:
            self.furniture.append(tag)
            if len(self.furniture) > DEPTH_MAX:
                raise Stop("bomb")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in ("td", "th"):
            if self.tables:
                self.tables[-1].in_cell = False
        elif tag == "table":
            self._end_row()
            del self.tables[-1:]
        elif tag in _BLOCKS:
            self._break(tag)
        if tag in _FURNITURE and tag in self.furniture:
            while self.furniture.pop() != tag:
                pass

    def _open_table(self) -> None:
        if self.tables and self.tables[-1].in_cell:
            self.tables[-1].lays_out = True
        self.end_line()
        self.tables.append(_Table())
        if len(self.tables) > DEPTH_MAX:
            raise Stop("bomb")

    def _break(self, tag: str) -> None:
        """A block ends a line; inside a cell of a table it only parts what stands there."""
        table = self.tables[-1] if self.tables else None
        if tag == "tr":
            self._end_row()
        elif table is None or not table.in_cell or table.lays_out:
            self.end_line()
        elif self.now and self.now[-1] not in ("\t", _BREAK):
            self._add(_BREAK, self._at(), self._at())

    def _end_row(self) -> None:
        if self.tables and self.now:
            while self.tables[-1].merged():
                self._sign("\t" + DITTO)
        self.end_line()
        if self.tables:
            self.tables[-1].row()

    def _cell(self, attrs: dict[str, str | None]) -> None:
        if not self.tables:
            if any(char not in _BLANKS for char in self.now):
                self._sign("\t")
            return
        table = self.tables[-1]
        if table.column:
            self._sign("\t" * (1 + table.skipped))
        while table.merged():
            self._sign(DITTO + "\t")
        table.cell(span(attrs.get("colspan")), span(attrs.get("rowspan")))

    def _sign(self, signs: str) -> None:
        """Signs of ours stand nowhere in the file."""
        for sign in signs:
            self._add(sign, self._at(), self._at())

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        at = self._at()
        for place, char in enumerate(data, at):
            self._add(" " if char in _BLANKS else char, place, place + 1)

    def handle_entityref(self, name: str) -> None:
        self._entity(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._entity(f"&#{name}")

    def _entity(self, written: str) -> None:
        if self.silent:
            return
        at = self._at()
        ended = self._has_semicolon(len(written))
        # An entity that nobody knows stays as it was written.
        for char in html.unescape(written + (";" if ended else "")):
            self._add(char, at, at + len(written) + ended)

    def _has_semicolon(self, length: int) -> bool:
        at = self._at()
        return self.source[at + length : at + length + 1] == ";"

    def _at(self) -> int:
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def _add(self, char: str, start: int, end: int) -> None:
        """A blank behind a blank or a tab says nothing more; nor does one before a tab."""
        last = self.now[-1] if self.now else ""
        if char == " " and last in (" ", "\t", _BREAK, ""):
            return
        while char in ("\t", _BREAK) and self.now and self.now[-1] in (" ", _BREAK):
            self._drop()
        self.now.append(char)
        self.began.append(start)
        self.ended.append(end)

    def _drop(self) -> None:
        self.now.pop()
        self.began.pop()
        self.ended.pop()

    def end_line(self) -> None:
        """A row of a table stays one line; what a table only lays out is a line a block."""
        row = "\t" in self.now and len(self.now) <= ROW_CHARS_MAX
        at = 0
        for stop in [] if row else [i for i, char in enumerate(self.now) if char == _BREAK]:
            self._line(at, stop)
            at = stop + 1
        self._line(at, len(self.now))
        self.now.clear()
        del self.began[:], self.ended[:]

    def _line(self, first: int, last: int) -> None:
        blank = (" ", "\t", "\u00a0", _BREAK)
        while last > first and self.now[last - 1] in blank:
            last -= 1
        while first < last and self.now[first] in blank:
            first += 1
        line = "".join(self.now[first:last]).replace(_BREAK, " ")
        if line:
            self.text.line(line, "navigation" if self.furniture else "")
            self.starts.extend([*self.began[first:last], self.ended[last - 1]])
            self.ends.extend([*self.ended[first:last], self.ended[last - 1]])


def read(path: str, encoding: str) -> dict[str, Any]:
    with open(path, encoding=encoding or "utf-8", errors="replace", newline="") as file:
        source = file.read()
    page = _Page(source)
    page.feed(source)
    page.close()
    page.end_line()
    said: dict[str, Any] = page.text.said()
    said["starts"], said["ends"] = list(page.starts), list(page.ends)
    return said
