"""A paper's text as fragments that an office's own template holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from anlan.kernel.papers.official import styles, word
from anlan.kernel.papers.official.paper import Paper


@dataclass(frozen=True)
class Parts:
    """What goes into an office's template: fragments that name styles and pictures by marks."""

    written: dict[str, str]
    #: Mark, name and definition of each style that is used.
    styles: list[list[str]]
    pictures: list[bytes]


def parts(paper: Paper) -> Parts:
    """The text with its tables and charts, and the annexes, for a template to hold."""
    pictures: list[bytes] = []

    def hold(png: bytes) -> str:
        pictures.append(png)
        return f"anlan-picture-{len(pictures) - 1}"

    written: dict[str, str] = {}
    known: dict[str, Any] = {}
    for name in ("body", "annex_pages"):
        one = word.Writer(paper, 1.0, hold)
        styles.put(one.doc, page=False, scale=1.0)
        known = {style.style_id: style for style in one.doc.styles}
        if name == "body":
            one.put(paper.blocks)
            one.put_annex_list()
        else:
            one.put_annexes()
        written[name] = one.fragment()
    used = {each: n for n, each in enumerate(sorted(
        {match for xml in written.values() for match in _STYLED.findall(xml)}
    ))}  # fmt: skip
    for name, xml in written.items():
        written[name] = _STYLED.sub(
            lambda match: f'<w:pStyle w:val="anlan-style-{used[match[1]]}"/>', xml
        )
    return Parts(
        written,
        [[f"anlan-style-{n}", _name_of(known[each]), etree.tostring(known[each].element).decode()]
         for each, n in used.items()],
        pictures,
    )  # fmt: skip


_STYLED = re.compile(r'<w:pStyle w:val="([^"]+)"/>')


def _name_of(style: Any) -> str:
    """As the file has it: “heading 1”, where python-docx says “Heading 1”."""
    return str(style.element.name_val)
