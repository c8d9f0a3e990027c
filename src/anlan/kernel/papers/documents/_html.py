"""A web page as text: a block a line, cells behind tabs, scripts and styles left out."""

from __future__ import annotations

import re
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
_FURNITURE = frozenset(("nav", "header", "footer", "aside"))
_BLANKS = re.compile(r"[ \t\r\n\f]+")
DEPTH_MAX = 5_000


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = Text()
        self.now: list[str] = []
        self.silent = 0
        self.furniture: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag in _BLOCKS or tag == "br":
            self.end_line()
        elif tag in ("td", "th") and "".join(self.now).strip():
            self.now.append("\t")
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
        if not self.silent:
            self.now.append(_BLANKS.sub(" ", data))

    def end_line(self) -> None:
        line = re.sub(r" *\t *", "\t", re.sub(" {2,}", " ", "".join(self.now))).strip(" \t\u00a0")
        self.now.clear()
        if line:
            self.text.line(line, "navigation" if self.furniture else "")


def read(path: str, encoding: str) -> dict[str, Any]:
    with open(path, encoding=encoding or "utf-8", errors="replace", newline="") as file:
        source = file.read()
    page = _Page()
    page.feed(source)
    page.close()
    page.end_line()
    said: dict[str, Any] = page.text.said()
    return said
