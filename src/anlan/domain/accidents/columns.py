"""The register of accidents: its filters, orders and columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.accidents import law
from anlan.domain.accidents.loop import LOOKS, STATES, state_label
from anlan.domain.accidents.models import WAN_FEN, Accident, Nature, Scope
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.loop.settings import RUNGS
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Days, Filters, Flag, Record, Search
from anlan.ui.parts import cell

ORDERS = {
    # By its day and, of one day, by when it was entered: the case alone tells, with its index.
    "newest": Keyset.by("-case__opened_on", "-pk"),
    "due": Keyset.by("case__due_on?", "pk"),
    "deaths": Keyset.by("-deaths", "-pk"),
}
#: Grades that stand together in a sentence, by a word.
GROUPS = {"larger_up": law.LARGER_UP, "major_up": law.MAJOR_UP}
GROUP_LABELS: dict[str, Any] = {
    "larger_up": _("relatively serious and graver"), "major_up": _("serious and graver"),
}  # fmt: skip


def filters(params: QueryDict) -> Filters:
    return Filters(
        (
            Search("q", _("Words in what, place, enterprise or number")),
            Choice("grade", pgettext_lazy("accident", "Grade"),
                   [*law.GRADES.items(), *GROUP_LABELS.items(), ("none", _("not graded"))]),
            Choice("scope", _("Statistical scope"), list(Scope.choices)),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Choice("sector", _("Sector"), lambda: list(sectors.names().items())),
            Choice("type", _("Type of accident"),
                   [(row.key, f"{row.name} ({row.edition})") for row in law.types().values()]),
            Choice("nature", pgettext_lazy("accident", "Kind"), list(Nature.choices)),
            Choice("state", _("Status"), list(STATES.items())),
            Days("on", _("Happened on")),
            Record("batch", _("Batch")),
            Flag("late", _("Report overdue")),
            Flag("suspected", _("Reporting suspected")),
        ),
        params,
    )  # fmt: skip


def columns(today: date) -> list[Column]:
    return [
        Column("title", pgettext_lazy("accident", "What happened"), kind="text",
               link=lambda row: reverse("accidents:page", args=[row.pk])),
        Column("happened", _("When"), cell="happened_at", kind="moment", sort="newest"),
        Column("grade", pgettext_lazy("accident", "Grade"), cell=grade_cell),
        Column("deaths", _("Deaths"), kind="number", sort="deaths"),
        Column("serious", _("Serious injuries"), kind="number", phone=False),
        Column("loss", _("Direct loss (10,000 yuan)"), cell=loss, kind="number", phone=False),
        Column("area", _("Area"), cell="case.area.name"),
        Column("enterprise", _("Enterprise"), cell="enterprise_name", kind="text", phone=False),
        Column("state", _("Status"), cell=state_cell),
        Column("scope", _("Statistical scope"), cell="scope_label", kind="code"),
        Column("type", _("Type of accident"), cell="type_label", phone=False,
               shown=False),
        Column("sector", _("Sector"), cell="case.sector.name", phone=False, shown=False),
        Column("missing", _("Missing people"), kind="number", phone=False, shown=False),
        Column("late", _("Died later than counts"), cell="deaths_late", kind="number", phone=False,
               shown=False),
        Column("place", pgettext_lazy("accident", "Place"), kind="text", phone=False, shown=False),
        Column("due", _("Report owed until"), cell=_due(today), sort="due", phone=False,
               shown=False),
        Column("no", pgettext_lazy("accident", "Number"), cell="case.number", phone=False,
               shown=False),
    ]  # fmt: skip


def grade_cell(row: Accident) -> Any:
    return cell("grade", row.grade_label, row.case.grade in law.MAJOR_UP)


def loss(row: Accident) -> str:
    """In 10,000 yuan, without the noughts."""
    return wan(row.loss_fen)


def wan(fen: int | None) -> str:
    if not fen:
        return "0"
    whole, rest = divmod(fen, WAN_FEN)
    return f"{whole:,}" + (f".{rest:06d}".rstrip("0") if rest else "")


def state_cell(row: Accident) -> Any:
    shown = cell("state", state_label(row.case.state), LOOKS[row.case.state])
    if row.case.rung and row.case.unsettled:
        shown += cell("rung", RUNGS[row.case.rung - 1], row.case.rung)
    return shown


def _due(today: date) -> Any:
    def due(row: Accident) -> Any:
        day = row.case.due_on
        if not day or not row.case.unsettled:
            return None
        return cell("due", day, (day - today).days, False)

    return due


def added(parts: Mapping[Any, int], *, is_loss: bool) -> Column:
    """How much of a figure each accident is."""

    def part(row: Accident) -> Any:
        return wan(parts.get(row.pk, 0)) if is_loss else parts.get(row.pk, 0)

    return Column("part", _("Counts"), cell=part, kind="text" if is_loss else "number")


#: The columns of a workbook, as our import reads them.
OUT: tuple[tuple[Any, Callable[[Accident], Any]], ...] = (
    ("事故编号", lambda row: row.case.number),
    ("事故名称", lambda row: row.title),
    ("发生时间", lambda row: f"{timezone.localtime(row.happened_at):%Y-%m-%d %H:%M}"),
    ("区划代码", lambda row: row.case.area.code),
    ("地区", lambda row: row.case.area.name),
    ("事故地点", lambda row: row.place),
    ("事故单位", lambda row: row.enterprise_name),
    ("行业领域", lambda row: row.case.sector.name if row.case.sector else ""),
    ("性质", lambda row: str(Nature(row.nature).label)),
    ("事故类别", lambda row: row.type_label),
    ("死亡人数", lambda row: row.deaths),
    ("重伤人数", lambda row: row.serious),
    ("轻伤人数", lambda row: row.light),
    ("失踪人数", lambda row: row.missing),
    ("直接经济损失（万元）", lambda row: wan(row.loss_fen).replace(",", "")),
    ("事故等级", lambda row: row.grade_label),
    ("统计口径", lambda row: row.scope_label),
    ("状态", lambda row: state_label(row.case.state)),
)
