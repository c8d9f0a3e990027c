"""A web page as text: a block a line, cells behind tabs, scripts and styles left out.

With every character goes where it stands in the file, so that a find can be shown in the page's
own source as well.
"""

from __future__ import annotations

import html
from array import array
from html.parser import HTMLParser
from typing import Any

from _parts import Stop, Text  # type: ignore[import-not-found]  # loaded by path in the child

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

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag in _BLOCKS or tag == "br":
            self.end_line()
        elif tag in ("td", "th") and any(char not in _BLANKS for char in self.now):
            self._add("\t", self._at(), self._at())
        if tag in _FURNITURE:
            self.furniture.append(tag)
            if len(self.furniture) > DEPTH_MAX:
                raise Stop("bomb")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in _BLOCKS:
            self.end_line()
        if tag in _FURNITURE and tag in self.furniture:
            while self.furniture.pop() != tag:
                pass

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
        if char == " " and last in (" ", "\t", ""):
            return
        if char == "\t" and last == " ":
            self._drop()
        self.now.append(char)
        self.began.append(start)
        self.ended.append(end)

    def _drop(self) -> None:
        self.now.pop()
        self.began.pop()
        self.ended.pop()

    def end_line(self) -> None:
        while self.now and self.now[-1] in " \t\u00a0":
            self._drop()
        first = 0
        while first < len(self.now) and self.now[first] in " \t\u00a0":
            first += 1
        line = "".join(self.now[first:])
        if line:
            self.text.line(line, "navigation" if self.furniture else "")
            self.starts.extend([*self.began[first:], self.ended[-1]])
            self.ends.extend([*self.ended[first:], self.ended[-1]])
        self.now.clear()
        del self.began[:], self.ended[:]


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
