"""A duty letter as a document: its sides, its articles by number, and lines to sign on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.domain.campaigns.carrying.commands.letter_targets import plain
from anlan.domain.campaigns.models import Letter, Signatory
from anlan.kernel.papers.official import word
from anlan.kernel.papers.official.language import of_papers
from anlan.kernel.papers.official.paper import (
    Block,
    Labelled,
    Paper,
    Table,
    lines,
    numeral,
)


def write(target: Path | BinaryIO, letter: Letter, *, by: Actor, at: datetime) -> None:
    with of_papers():
        made = word.write(paper(letter), by=by.name, at=at)
    if isinstance(target, Path):
        target.write_bytes(made)
    else:
        target.write(made)


def paper(letter: Letter) -> Paper:
    rows = list(letter.signatories.order_by("place"))
    sides = [
        (side.label, "、".join(row.unit_name for row in rows if row.side == side))
        for side in Signatory.Side
    ]
    starts, ends = (date_format(day, "DATE_FORMAT") for day in (letter.starts_on, letter.ends_on))
    blocks: list[Block] = [Labelled(f"{label}：", names) for label, names in sides if names]
    term = _("Term of the letter")
    blocks.append(Labelled(f"{term}：", f"{starts}—{ends}"))
    blocks += lines(letter.preamble) if letter.preamble else []
    for n, article in enumerate(letter.articles.order_by("place"), 1):
        blocks += lines(f"{numeral(n)}、{article.text}")
    blocks += _targets(letter)
    blocks += lines(letter.closing) if letter.closing else []
    headers = [_("Signing side"), _("Unit"), _("Job title"), _("Signature"), _("Day")]
    signed = [
        [
            str(row.get_side_display()), row.unit_name, row.post,
            row.person if row.signed_on else "",
            date_format(row.signed_on, "DATE_FORMAT") if row.signed_on else "",
        ]
        for row in rows
    ]  # fmt: skip
    return Paper(form="plain", title=letter.title, blocks=[*blocks, Table("", headers, signed)])


def _targets(letter: Letter) -> list[Block]:
    rows = [
        [one.name, _("at most") if one.at_most else _("at least"), plain(one.mid), plain(one.end)]
        for one in letter.targets.order_by("place")
    ]
    heads = [_("Target"), "", _("By mid-year"), _("By the year’s end")]
    return [Table(_("Targets undertaken"), heads, rows, numbers=(2, 3))] if rows else []
