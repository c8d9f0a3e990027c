"""A duty letter as a document: its sides, its articles by number, and lines to sign on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.domain.campaigns.models import Letter, Signatory
from anlan.kernel.papers.documents.writing import OutDocument

_DIGITS = "〇一二三四五六七八九"


def numeral(n: int) -> str:
    """1 to 100 as an article is numbered: 一, 十二, 二十, 一百."""
    if n >= 100:
        return "一百" if n == 100 else str(n)
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def write(target: Path | BinaryIO, letter: Letter, *, by: Actor, at: datetime) -> None:
    rows = list(letter.signatories.order_by("place"))
    paper = OutDocument(letter.title)
    paper.paragraph(letter.title, "Cover")
    paper.paragraph("", "Plain")
    for side in Signatory.Side:
        names = "、".join(row.unit_name for row in rows if row.side == side)
        paper.labelled(f"{side.label}：", names)
    paper.labelled(
        f"{_('In force')}：",
        f"{date_format(letter.starts_on, 'DATE_FORMAT')}—"
        f"{date_format(letter.ends_on, 'DATE_FORMAT')}",
    )
    if letter.preamble:
        paper.paragraph(letter.preamble)
    for n, article in enumerate(letter.articles.order_by("place"), 1):
        paper.paragraph(f"{numeral(n)}、{article.text}")
    if letter.closing:
        paper.paragraph(letter.closing)
    paper.paragraph("", "Plain")
    headers = [_("Signing side"), _("Unit"), _("Job title"), _("Signature"), _("Day")]
    paper.table(
        headers,
        [
            [
                str(row.get_side_display()), row.unit_name, row.post,
                row.person if row.signed_on else "",
                date_format(row.signed_on, "DATE_FORMAT") if row.signed_on else "",
            ]
            for row in rows
        ],
    )  # fmt: skip
    paper.save(target, by=by.name, at=at)
