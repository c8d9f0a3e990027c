"""A ranking as a workbook: the table, and the parts of the scores that the reader may open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.base.actor import Actor
from anlan.domain.assessments import working
from anlan.domain.assessments.forms import rule_said
from anlan.domain.assessments.queries import Ranking
from anlan.domain.assessments.spec_text import text_of
from anlan.kernel.indicators.arithmetic import rounded
from anlan.kernel.papers.sheets.handing_out import mark_of
from anlan.kernel.papers.sheets.writing import OutTable

#: Decimals of an exact number in a sheet, where the scheme rounds nothing.
DIGITS = 4


def tables_of(found: Ranking, by: Actor, at: datetime) -> list[OutTable]:
    run = found.run
    known = timezone.localtime(run.known_at)
    titles = [
        f"{run.scheme.name} {run.period_label}",
        _("Figures until %(day)s as known at %(moment)s, scheme version %(version)s")
        % {"day": run.through, "moment": f"{known:%Y-%m-%d %H:%M}", "version": run.version.number},
    ]
    titles.append(mark_of(by, at))
    if run.published_at is None:
        titles.append(_("Draft, not published"))
    heads = [
        _("Rank"), pgettext("assessment", "Compared"), pgettext("assessment", "Total"),
        pgettext("assessment", "Grade"), pgettext("assessment", "Veto"), _("Places won"),
        _("To the next rank"),
    ]  # fmt: skip
    rows = [
        [row.score.rank, row.name, row.printed, row.grade, "、".join(row.vetoes), row.won, row.gap]
        for row in found.rows
    ]
    tables = [OutTable(_("Ranking"), heads, rows, titles=titles, widths=[8, 24, 12, 12, 24, 12])]
    if any(row.opens for row in found.rows):
        tables.append(
            OutTable(
                _("Parts"),
                [pgettext("assessment", "Compared"), pgettext("assessment", "Item"), _("Weight"),
                 _("Numerator"), _("Denominator"),
                 _("Figure"), _("Rule"), _("Points")],
                _parts(found), widths=[24, 28, 10, 14, 14, 14, 36, 12],
            )
        )  # fmt: skip
    return tables


def _parts(found: Ranking) -> Iterator[list[Any]]:
    items = {item.code: item for item in found.spec.items}
    rules = {code: str(rule_said(item.rule)) for code, item in items.items()}
    for row in found.rows:
        if not row.opens:
            continue
        for data in row.score.data["parts"]:
            part = working.part_read(data)
            item, figure = items[part.item], part.figure
            yield [
                row.name, item.name, text_of(item.weight), _shown(figure.numerator),
                _shown(figure.denominator), _shown(figure.value), rules[part.item],
                _shown(part.points),
            ]  # fmt: skip


def _shown(number: Fraction | None) -> Any:
    if number is None:
        return None
    return int(number) if number.denominator == 1 else rounded(number, DIGITS)
