"""Figures of targets as pages show them: the count, how it stands, and where it opens to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from markupsafe import Markup

from anlan.domain.campaigns import (
    queries,
)
from anlan.domain.campaigns.models import Line, Plan, Target, Task
from anlan.domain.campaigns.progress import facts as progress_facts
from anlan.domain.campaigns.progress import tasks as progress_tasks
from anlan.domain.campaigns.progress.counting import COUNTABLE
from anlan.domain.campaigns.progress.facts import Declared
from anlan.domain.campaigns.progress.figures import Figure
from anlan.domain.campaigns.returns import feeding
from anlan.ui.figures import number
from anlan.ui.parts import part

#: Figures of one task that a row of the map has room for.
ON_MAP_MAX = 2
#: By the tone of a verdict, the ink of the map's row.
INKS = {"green": "green", "red": "red", "amber": "yellow"}


def plain(value: Decimal | None) -> str:
    """A number with the digits that it has: 1,234.5"""
    if value is None:
        return "—"
    shown = value.normalize()
    places = max(0, -int(shown.as_tuple().exponent))
    return number(value, places)


def count_words(figure: Figure) -> str:
    """138 of 150; against a base, the change; of a direction, what was counted."""
    if figure.value is None:
        return "—"
    unit = "%" if figure.counting.is_rate else ""
    value = f"{plain(figure.value)}{unit}"
    if figure.asked.target.kind == "change" and figure.change is not None:
        percent = "%" if figure.asked.target.unit in ("%", "％") and not unit else ""
        sign = "+" if figure.change > 0 else ""
        return _("%(now)s against %(base)s (%(change)s)") % {
            "now": value, "base": f"{plain(figure.base)}{unit}",
            "change": f"{sign}{figure.change:f}{percent}",
        }  # fmt: skip
    if figure.asked.target.kind == "number" and figure.wanted is not None:
        return _("%(value)s of %(wanted)s") % {
            "value": value, "wanted": f"{plain(figure.wanted)}{unit}",
        }  # fmt: skip
    return value


def short_words(figure: Figure) -> str:
    """short by 12; over by 3"""
    if figure.short is None:
        return ""
    words = _("over by %(n)s") if figure.asked.target.comparator == "<=" else _("short by %(n)s")
    return words % {"n": plain(figure.short)}


def shown(figure: Figure, href: str) -> Markup:
    """The figure in a line: count, verdict, what lacks."""
    tag = part("tag", str(figure.verdict.label), figure.verdict.tone)
    short = short_words(figure)
    return Markup('<a class="fig" href="{}">{}</a> {} {}').format(
        href, count_words(figure), tag,
        Markup('<small class="muted">{}</small>').format(short) if short else "",
    )  # fmt: skip


# --- a plan's lines ------------------------------------------------------------------------


def of_plan(
    plan: Plan, rows: Sequence[Any], at: datetime, may_edit: bool = False
) -> dict[int, Markup]:
    """By target, what stands behind it on the plan's page; constant in statements.

    rows:      queries.LineRow.
    may_edit:  whether the reader chooses what counts a target.
    """
    targets = [target for row in rows for target in row.targets]
    lines: list[Line] = [row.line for row in rows]
    figures = progress_tasks.of_lines(plan, lines, targets, at=at)
    found = {
        pk: shown(figure, reverse("campaigns:line_figure", args=[plan.pk, pk]))
        for pk, figure in figures.items()
    }
    if may_edit:
        for target in targets:
            if not target.counted and target.kind in COUNTABLE:
                href = reverse("campaigns:counting", args=[plan.pk, target.pk])
                found[target.pk] = Markup(
                    '<a class="muted" href="{}"><small>{}</small></a>'
                ).format(href, _("let the ledger count it"))
    typed = [one for one in targets if one.value is not None and not one.counted]
    if not typed or plan.status == Plan.Status.DRAFT:
        return found
    own, parts = progress_facts.of_plan(plan), progress_facts.of_parts(plan)
    filed = feeding.sums([target.pk for target in typed])
    for target in typed:
        words = declared_words(
            target, own.get(target.pk), parts.get(target.pk), filed.get(target.pk)
        )
        if words:
            href = reverse("campaigns:declared", args=[plan.pk, target.pk])
            found[target.pk] = Markup('<a class="fig" href="{}">{}</a>').format(href, words)
    return found


def declared_words(
    target: Target, own: Declared | None, parts: Declared | None, filed: Declared | None = None
) -> str:
    """declared 6; units below 40 (3 units); by returns 138 of 150 (2 units)"""
    words = []
    if filed is not None:
        value = plain(queries.number(filed.value, target.digits))
        wanted = plain(queries.number(target.value, target.digits))
        words.append(
            _("by returns %(value)s of %(wanted)s (%(n)d units)")
            % {"value": value, "wanted": wanted, "n": filed.units}
        )
    if own is not None:
        value = plain(queries.number(own.value, target.digits))
        words.append(_("declared %(value)s") % {"value": value})
    if parts is not None:
        value = plain(queries.number(parts.value, target.digits))
        # A rate or a largest of several doesn't add up.
        if queries.adds_up(target):
            words.append(
                _("units below %(value)s (%(n)d units)") % {"value": value, "n": parts.units}
            )
        else:
            words.append(_("%(n)d units below declared it") % {"n": parts.units})
    return "；".join(words)


# --- tasks ---------------------------------------------------------------------------------


def by_task(pks: Iterable[UUID], at: datetime) -> dict[UUID, list[Figure]]:
    """What is counted of these tasks, of those of which anything is."""
    counted = Target.objects.filter(line=OuterRef("line")).exclude(counted="")
    rows = Task.objects.filter(Exists(counted), pk__in=list(pks)).select_related("case")
    found: dict[UUID, list[Figure]] = {}
    for (pk, _target), figure in progress_tasks.of_tasks(list(rows), at=at).items():
        found.setdefault(pk, []).append(figure)
    return found


def _address(pk: UUID, figure: Figure) -> str:
    return reverse("campaigns:task_figure", args=[pk, figure.asked.target.pk])


def on_tasks(tasks: Sequence[Task], at: datetime) -> None:
    """Give each task of a list what is counted of it, as a cell shows it."""
    found = by_task([task.pk for task in tasks], at)
    for task in tasks:
        task.counted_cell = Markup("<br>").join(  # type: ignore[attr-defined]
            shown(each, _address(task.pk, each)) for each in found.get(task.pk, ())
        )


def on_map(pk: UUID, figures: Sequence[Figure]) -> Markup:
    """What is counted of a task in the little room of a map's row; the tip says it in full."""
    cells = [
        Markup('<a class="fig ink-{}" href="{}" title="{}">{}</a>').format(
            INKS.get(each.verdict.tone, "grey"), _address(pk, each), said_whole(each), _brief(each)
        )
        for each in figures[:ON_MAP_MAX]
    ]
    more = len(figures) - ON_MAP_MAX
    if more > 0:
        cells.append(Markup("<span>+{}</span>").format(more))
    return Markup("<br>").join(cells)


def said_whole(figure: Figure) -> str:
    """关闭矿山20处: 12 of 20, missed, short by 8"""
    words = (count_words(figure), str(figure.verdict.label), short_words(figure))
    return f"{queries.said(figure.asked.target)}: {' '.join(word for word in words if word)}"


def _brief(figure: Figure) -> str:
    """12/20; what is wanted is told of a number alone."""
    if figure.value is None:
        return "—"
    unit = "%" if figure.counting.is_rate else ""
    if figure.asked.target.kind == "number" and figure.wanted is not None:
        return f"{plain(figure.value)}/{plain(figure.wanted)}{unit}"
    return f"{plain(figure.value)}{unit}"


def missing_words(figure: Figure, reasons: Mapping[str, Any]) -> str:
    return str(reasons.get(figure.missing, "")) if figure.missing else ""


def years(figure: Figure) -> Iterable[tuple[str, Any, Any, bool]]:
    """The series of a direction: its year, what was counted, the same days a year before."""
    for each in figure.series:
        whole = each.period.end.month == 12 and each.period.end.day == 31
        label = str(each.period.start.year)
        if not whole:
            label = _("%(year)s to %(day)s") % {
                "year": label, "day": f"{each.period.end:%m-%d}",
            }  # fmt: skip
        yield label, each.value, each.before, each.declared
