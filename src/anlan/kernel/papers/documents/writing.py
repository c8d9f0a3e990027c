"""Documents out: a .docx of headings, paragraphs and plain tables, with a list of contents.

WordprocessingML in as few parts as Word, WPS and LibreOffice ask for. Fonts are named as offices
have them (方正小标宋、黑体、仿宋); whoever lacks one sees the system's own.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
#: Name in the file, label, based on a heading level, font, half-points, bold, centred, indent.
_STYLES = (
    ("Normal", "Normal", -1, "仿宋", 32, False, False, True),
    ("Cover", "Title", -1, "方正小标宋简体", 72, True, True, False),
    ("Under", "Subtitle", -1, "楷体", 36, False, True, False),
    ("Heading1", "heading 1", 0, "黑体", 36, False, False, False),
    ("Heading2", "heading 2", 1, "楷体", 32, True, False, False),
    ("TOC1", "toc 1", -1, "黑体", 28, False, False, False),
    ("TOC2", "toc 2", -1, "仿宋", 28, False, False, False),
    ("Plain", "Plain", -1, "仿宋", 28, False, False, False),
)


def clean(text: str) -> str:
    return escape(_NO_XML.sub("", text))


@dataclass
class OutDocument:
    """Written from top to bottom; ``save`` puts the contents where ``contents`` was called."""

    title: str
    body: list[str] = field(default_factory=list)
    _headings: list[tuple[int, str]] = field(default_factory=list)
    _contents_at: int = -1

    def paragraph(self, text: str, style: str = "Normal") -> None:
        """A text; each of its lines is a paragraph of its own."""
        for line in text.splitlines() or [""]:
            self.body.append(_paragraph(_run(line), style))

    def heading(self, text: str, level: int = 1) -> None:
        number = len(self._headings)
        self._headings.append((level, text))
        mark = f'<w:bookmarkStart w:id="{number}" w:name="_Toc{number}"/>'
        self.body.append(
            _paragraph(f'{mark}{_run(text)}<w:bookmarkEnd w:id="{number}"/>', f"Heading{level}")
        )

    def labelled(self, label: str, text: str) -> None:
        """A paragraph that begins with what it says, in bold; nothing where there is no text."""
        if not text:
            return
        first, *more = text.splitlines()
        bold = f"<w:r><w:rPr><w:b/></w:rPr><w:t>{clean(label)}</w:t></w:r>"
        self.body.append(_paragraph(bold + _run(first), "Normal"))
        for line in more:
            self.paragraph(line)

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        edge = "".join(
            f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
            for side in ("top", "left", "bottom", "right", "insideH", "insideV")
        )
        lines = "".join(_table_row(row, head=n == 0) for n, row in enumerate([headers, *rows]))
        self.body.append(
            f'<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{edge}</w:tblBorders>'
            f"</w:tblPr><w:tblGrid>{'<w:gridCol/>' * len(headers)}</w:tblGrid>{lines}</w:tbl>"
        )
        # Word wants a paragraph after a table.
        self.body.append(_paragraph("", "Plain"))

    def page_break(self) -> None:
        self.body.append(_paragraph('<w:r><w:br w:type="page"/></w:r>', "Plain"))

    def contents(self) -> None:
        self._contents_at = len(self.body)

    def save(self, target: Path | BinaryIO, *, by: str, at: datetime) -> None:
        body = list(self.body)
        if self._contents_at >= 0:
            body[self._contents_at : self._contents_at] = self._contents()
        parts = {
            "[Content_Types].xml": _content_types(),
            "_rels/.rels": _relations(
                ("officeDocument", "word/document.xml"), ("core-properties", "docProps/core.xml")
            ),
            "docProps/core.xml": _core(self.title, by, at),
            "word/document.xml": _document(body),
            "word/styles.xml": _styles(),
            "word/footer.xml": _footer(),
            "word/_rels/document.xml.rels": _relations(
                ("styles", "styles.xml"), ("footer", "footer.xml")
            ),
        }
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in parts.items():
                archive.writestr(name, text)

    def _contents(self) -> list[str]:
        """A real list of contents, filled in; Word numbers its pages when asked to update it."""
        found = []
        for number, (level, text) in enumerate(self._headings):
            begin = _field("begin") + _code(' TOC \\o "1-2" \\h ') + _field("separate")
            link = f'<w:hyperlink w:anchor="_Toc{number}">{_run(text)}</w:hyperlink>'
            found.append(_paragraph((begin if number == 0 else "") + link, f"TOC{level}"))
        return [*found, _paragraph(_field("end"), "Plain")] if found else []


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{clean(text)}</w:t></w:r>' if text else ""


def _paragraph(inner: str, style: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{inner}</w:p>'


def _field(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def _code(text: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve">{escape(text)}</w:instrText></w:r>'


def _table_row(cells: Sequence[str], *, head: bool) -> str:
    inner = "".join(
        "<w:tc><w:tcPr/>" + "".join(
            _paragraph(_run(line), "Plain") for line in (cell.splitlines() or [""])
        ) + "</w:tc>"
        for cell in cells
    )  # fmt: skip
    mark = "<w:trPr><w:tblHeader/></w:trPr>" if head else ""
    return f"<w:tr>{mark}{inner}</w:tr>"


def _document(body: Sequence[str]) -> str:
    # A4 with the margins of GB/T 9704: 37, 35, 28 and 26 mm.
    section = (
        '<w:sectPr><w:footerReference w:type="default" r:id="rId2"/>'
        '<w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588" w:header="851" '
        'w:footer="1418" w:gutter="0"/><w:titlePg/></w:sectPr>'
    )
    return f"{_HEAD}<w:document {_W} {_R}><w:body>{''.join(body)}{section}</w:body></w:document>"


def _styles() -> str:
    found = []
    for name, label, level, font, size, bold, centred, indent in _STYLES:
        # Children stand in the order that the schema asks for.
        shape = "<w:keepNext/>" if level >= 0 else ""
        shape += '<w:spacing w:line="560" w:lineRule="atLeast"/>'
        shape += '<w:ind w:firstLineChars="200" w:firstLine="640"/>' if indent else ""
        shape += '<w:jc w:val="center"/>' if centred else ""
        shape += f'<w:outlineLvl w:val="{level}"/>' if level >= 0 else ""
        latin = "Times New Roman"
        fonts = f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{font}"/>'
        default = ' w:default="1"' if name == "Normal" else ""
        based = "" if name == "Normal" else '<w:basedOn w:val="Base"/>'
        found.append(
            f'<w:style w:type="paragraph"{default} w:styleId="{name}"><w:name w:val="{label}"/>'
            f"{based}<w:qFormat/><w:pPr>{shape}</w:pPr><w:rPr>{fonts}{'<w:b/>' if bold else ''}"
            f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
        )
    base = '<w:style w:type="paragraph" w:styleId="Base"><w:name w:val="Base"/></w:style>'
    return f"{_HEAD}<w:styles {_W}>{base}{''.join(found)}</w:styles>"


def _footer() -> str:
    page = _field("begin") + _code(" PAGE ") + _field("separate") + _run("1") + _field("end")
    inner = f'<w:p><w:pPr><w:jc w:val="center"/></w:pPr>{_run("— ")}{page}{_run(" —")}</w:p>'
    return f"{_HEAD}<w:ftr {_W}>{inner}</w:ftr>"


def _content_types() -> str:
    parts = (
        ("/word/document.xml", f"{_MAIN}.document.main+xml"),
        ("/word/styles.xml", f"{_MAIN}.styles+xml"),
        ("/word/footer.xml", f"{_MAIN}.footer+xml"),
        ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
    )
    named = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts)
    return (
        f'{_HEAD}<Types xmlns="{_TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{named}</Types>'
    )


def _relations(*targets: tuple[str, str]) -> str:
    kinds = {"core-properties": f"{_RELS}/metadata/core-properties"}
    inner = "".join(
        f'<Relationship Id="rId{n}" Type="{kinds.get(kind, f"{_OFFICE}/{kind}")}" '
        f'Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_RELS}">{inner}</Relationships>'


def _core(title: str, by: str, at: datetime) -> str:
    return (
        f"{_HEAD}<cp:coreProperties "
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{clean(title)}</dc:title><dc:creator>{clean(by)}</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{at:%Y-%m-%dT%H:%M:%SZ}</dcterms:created>'
        "</cp:coreProperties>"
    )
