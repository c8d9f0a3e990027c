"""What python-docx has no words for: grid, borders, fields, watermark, the order of children."""

from __future__ import annotations

import re
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from anlan.kernel.papers.official import layout

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")


def bare(text: str) -> str:
    """Without the signs that no XML takes."""
    return _NO_XML.sub("", text)


def east(properties: Any, font: str) -> None:
    fonts = properties.get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        if fonts.get(qn(theme)) is not None:
            del fonts.attrib[qn(theme)]


def indent(properties: Any, chars: int, points: float) -> None:
    """In characters, so that it follows the size somebody chooses in Word."""
    ind = properties.get_or_add_ind()
    ind.set(qn("w:firstLineChars"), str(chars * 100))
    ind.set(qn("w:firstLine"), str(int(chars * points * 20)))


def no_borders(properties: Any) -> None:
    for border in properties.findall(qn("w:pBdr")):
        properties.remove(border)


def unsnapped(properties: Any) -> None:
    """Lines have their exact height; snapped to the grid as well, small ones would take a line."""
    for old in properties.findall(qn("w:snapToGrid")):
        properties.remove(old)
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    properties.insert_element_before(
        snap, "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents", "w:jc",
        "w:textAlignment", "w:outlineLvl", "w:rPr",
    )  # fmt: skip


def spaced(properties: Any, twips: int) -> None:
    for old in properties.findall(qn("w:spacing")):
        properties.remove(old)
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(twips))
    properties.insert_element_before(
        spacing, "w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:highlight", "w:u", "w:lang"
    )


def language(styles: Any) -> None:
    """Without it a reader may take the Japanese or Taiwan shapes of signs."""
    for each in styles.iter(qn("w:lang")):
        each.set(qn("w:eastAsia"), "zh-CN")


def grid(section: Any) -> None:
    """22 lines a page (文档网格). 28 characters a line are the styles' to hold: readers disagree
    over characters that are wider than their cell, and 三号 is."""
    found = section._sectPr.find(qn("w:docGrid"))
    if found is None:
        found = OxmlElement("w:docGrid")
        section._sectPr.append(found)
    found.set(qn("w:type"), "lines")
    found.set(qn("w:linePitch"), str(round(layout.LINE_POINTS * 20)))


def border(
    paragraph: Paragraph, side: str, kind: str, eighths: int, color: str, space_mm: float
) -> None:
    space = min(31, round(space_mm / layout.MM_PER_POINT))
    borders = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:{side} w:val="{kind}" w:sz="{eighths}" '
        f'w:space="{space}" w:color="{color}"/></w:pBdr>'
    )
    properties = paragraph._p.get_or_add_pPr()
    # Its place among its sisters is fixed by the schema.
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:spacing", "w:ind",
        "w:jc", "w:rPr",
    )  # fmt: skip


def number(paragraph: Paragraph, side: Any) -> None:
    """— 1 —: 四号 宋体, a character in from its side."""
    paragraph.alignment = side
    form = paragraph.paragraph_format
    form.first_line_indent = Mm(0)
    if side == WD_ALIGN_PARAGRAPH.RIGHT:
        form.right_indent = Pt(layout.SMALL_POINTS)
    else:
        form.left_indent = Pt(layout.SMALL_POINTS)
    for kind, text in (("", "— "), ("begin", ""), ("code", " PAGE "), ("separate", ""),
                       ("", "1"), ("end", ""), ("", " —")):  # fmt: skip
        run = paragraph.add_run(text if not kind else "")
        run.font.size = Pt(layout.SMALL_POINTS)
        run.font.name = layout.WORD_FONTS["number"]
        east(run._r.get_or_add_rPr(), layout.WORD_FONTS["number"])
        if kind == "code":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = text
            run._r.append(code)
        elif kind:
            char = OxmlElement("w:fldChar")
            char.set(qn("w:fldCharType"), kind)
            run._r.append(char)


def watermark(header: Any, text: str) -> None:
    paragraph = header.paragraphs[0] if header.paragraphs else header.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Mm(0)
    paragraph._p.append(watermark_run(text))


def watermark_run(text: str) -> Any:
    """Light words across the page, as Word itself puts them in (VML in the header)."""
    words = bare(text).replace("&", "＆").replace("<", "＜").replace(">", "＞").replace('"', "＂")
    return parse_xml(
        '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
        '<w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
        '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
        '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
        '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/>'
        '<v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/>'
        '<v:f eqn="sum @6 0 @5"/></v:formulas><v:path textpathok="t" o:connecttype="custom" '
        'o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>'
        '<v:textpath on="t" fitshape="t"/></v:shapetype>'
        '<v:shape id="AnlanWatermark" type="#_x0000_t136" '
        'style="position:absolute;margin-left:0;margin-top:0;width:440pt;height:26pt;rotation:328;'
        "z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        'mso-position-vertical:center;mso-position-vertical-relative:margin" '
        'fillcolor="#d9d9d9" stroked="f"><v:fill opacity=".6"/>'
        f'<v:textpath on="t" fitshape="t" style="font-family:&quot;SimSun&quot;" string="{words}"/>'
        "</v:shape></w:pict></w:r>"
    )


def escaped(text: str) -> str:
    return bare(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
