"""What a document holds beside its text: 版记 at its foot, and a list of contents."""

from __future__ import annotations

import math
from collections.abc import Sequence

from anlan.kernel.papers.official import layout, titles
from anlan.kernel.papers.official.blocks import NOTE, PLAIN, paragraph
from anlan.kernel.papers.official.ooxml import escaped
from anlan.kernel.papers.official.paper import Heading, Paper

_IMPRINT = "公文版记"
_FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'


def contents(paper: Paper) -> str:
    """A real list of contents; Word numbers its pages when asked to update it."""
    headings = [block for block in paper.blocks if isinstance(block, Heading)]
    begin = (
        _FIELD.format("begin")
        + '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-2" \\h </w:instrText></w:r>'
        + _FIELD.format("separate")
    )
    made = ""
    for n, one in enumerate(headings):
        left = (max(one.level, 1) - 1) * round(2 * layout.TEXT_POINTS * 20)
        made += paragraph(one.text, PLAIN, f'<w:ind w:left="{left}"/>', begin if n == 0 else "")
    return made + paragraph("", PLAIN, before=_FIELD.format("end")) if headings else ""


def imprint(lines: Sequence[str], *, ruled: bool = True) -> str:
    """Lines in a box at the foot of the page on which the paper ends.

    A box that is drawn stands there in every program: a table that floats sinks in Word alone, and
    a frame of paragraphs doesn't in LibreOffice.
    """
    thick, thin = (round(mm / layout.MM_PER_POINT * 8)
                   for mm in (layout.IMPRINT_THICK_MM, layout.IMPRINT_THIN_MM))  # fmt: skip
    char = round(layout.SMALL_POINTS * 20)
    tab = round(layout.TEXT_WIDTH_MM / 25.4 * 1440) - char
    tabs = f'<w:tabs><w:tab w:val="right" w:pos="{tab}"/></w:tabs>'
    inside = f'<w:ind w:left="{char}" w:right="{char}"/>'
    made, points = _rule(thick) if ruled else "", 4.0
    across = layout.TEXT_WIDTH_MM / layout.MM_PER_POINT / layout.SMALL_POINTS - 2
    for n, line in enumerate(lines):
        for part in _parts(line, across):
            first, _tab, second = part.partition("\t")
            runs = f'<w:r><w:t xml:space="preserve">{escaped(first)}</w:t></w:r>'
            runs += "<w:r><w:tab/></w:r>" if second else ""
            made += paragraph(second, _IMPRINT, f"{tabs}{inside}", before=runs)
            points += 22.0 * math.ceil(1.04 * titles.width_of(part) / across)
        made += _rule(thick if n == len(lines) - 1 else thin) if ruled else ""
        points += 4.0
    return _boxed(made, points)


def _parts(line: str, across: float) -> list[str]:
    """Its paragraphs; who printed it and when go apart where a day would be torn in two."""
    first, tab, second = line.partition("\t")
    if tab and titles.width_of(first) + titles.width_of(second) + 1 > across:
        return [first, f"\t{second}"]
    return line.split("\n")


def _rule(eighths: int) -> str:
    """A line from side to side, while the words between two of them stand a character in."""
    edge = f'<w:top w:val="single" w:sz="{eighths}" w:space="0" w:color="000000"/>'
    low = '<w:spacing w:line="80" w:lineRule="exact"/>'
    return paragraph("", _IMPRINT, f"<w:pBdr>{edge}</w:pBdr>{low}")


def _boxed(inner: str, points: float) -> str:
    """The box, hung on a last line as low as a line can be; its words stand on its floor."""
    size = f'cx="{layout.TEXT_WIDTH_MM * 36_000}" cy="{round(points * 12_700)}"'
    run = (
        '<w:r><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" '
        'relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1">'
        '<wp:simplePos x="0" y="0"/>'
        '<wp:positionH relativeFrom="margin"><wp:align>left</wp:align></wp:positionH>'
        '<wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>'
        f'<wp:extent {size}/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapTopAndBottom/>'
        '<wp:docPr id="900" name="版记"/><wp:cNvGraphicFramePr/><a:graphic>'
        '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
        '<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/>'
        f'<a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/>'
        f"</wps:spPr><wps:txbx><w:txbxContent>{inner}</w:txbxContent></wps:txbx>"
        '<wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"/></wps:wsp>'
        "</a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>"
    )
    return paragraph("", NOTE, '<w:spacing w:line="20" w:lineRule="exact"/>', before=run)
