"""The list of rankings and that of own scores: filters, order and columns."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from markupsafe import Markup

from anlan.domain.assessments.loop import LOOKS
from anlan.domain.assessments.models import Appeal, Run, Score
from anlan.domain.assessments.queries import grade_name
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Filters, Search
from anlan.ui.parts import cell

ORDER = Keyset.by("-starts", "-pk")
SCORES_ORDER = Keyset.by("-run__starts", "-pk")
APPEALS_ORDER = Keyset.by("-case__opened_on", "-pk")
#: Areas whose shapes one map draws.
MAP_MAX = 300
STATES: dict[str, Any] = {
    "published": pgettext_lazy("ranking", "published"),
    "draft": pgettext_lazy("ranking", "draft"),
    "corrected": pgettext_lazy("ranking", "corrected since"),
}
_WHERE = {
    "published": Q(stands=True),
    "draft": Q(published_at=None),
    "corrected": Q(published_at__isnull=False, stands=False),
}


def filters(params: QueryDict) -> Filters:
    return Filters(
        (
            Search("q", _("Words in the name of the scheme")),
            Choice("state", _("Status"), list(STATES.items())),
        ),
        params,
    )


def narrowed(rows: QuerySet[Run], asked: Filters) -> QuerySet[Run]:
    if asked["q"]:
        rows = rows.filter(scheme__name__contains=asked["q"])
    if asked["state"]:
        rows = rows.filter(_WHERE[asked["state"]])
    return rows


def state_of(run: Run) -> str:
    if run.published_at is None:
        return "draft"
    return "published" if run.stands else "corrected"


def state_cell(run: Run) -> Markup:
    state = state_of(run)
    tone = {"published": "green", "draft": "amber"}.get(state, "line")
    return Markup(cell("tag", STATES[state], tone))  # noqa: S704  # the macro escapes


def columns() -> list[Column]:
    return [
        Column("scheme", _("Ranking"), cell="scheme.name", kind="text",
               link=lambda run: reverse("assessments:ranking", args=[run.pk])),
        Column("period", _("Period"), cell=lambda run: run.period_label),
        Column("state", _("Status"), cell=state_cell),
        Column("area", _("Area"), cell="area.name", phone=False),
        Column("unit", _("Kept by"), cell="unit.name", kind="text", phone=False),
        Column("version", _("Version of the scheme"), cell="version.number", kind="number",
               phone=False),
        Column("known", _("Figures as known at"), cell="known_at", kind="moment", phone=False),
        Column("published", _("Published"), cell="published_at", kind="moment"),
    ]  # fmt: skip


def score_columns() -> list[Column]:
    return [
        Column("name", pgettext_lazy("assessment", "Compared"), kind="text",
               link=lambda row: reverse("assessments:score", args=[row.pk])),
        Column("scheme", _("Ranking"), cell="run.scheme.name", kind="text"),
        Column("period", _("Period"), cell=lambda row: row.run.period_label),
        Column("total", pgettext_lazy("assessment", "Total"), cell=printed, kind="number"),
        Column("rank", _("Rank"), cell="rank", kind="number"),
        Column("grade", pgettext_lazy("assessment", "Grade"),
               cell=lambda row: grade_name(row.run.spec, row.grade)),
        Column("vetoed", pgettext_lazy("assessment", "Veto"), cell=veto_cell, phone=False),
    ]  # fmt: skip


def printed(row: Score) -> Any:
    return row.printed(row.run.spec.digits)


def veto_cell(row: Score) -> Any:
    return cell("tag", pgettext_lazy("assessment", "vetoed"), "red") if row.vetoed else None


def appeal_columns() -> list[Column]:
    def item(row: Appeal) -> str:
        found = row.score.run.spec.item(row.item)
        return found.name if found else str(_("the whole score"))

    return [
        Column("name", pgettext_lazy("assessment", "Compared"), cell="score.name", kind="text",
               link=lambda row: reverse("assessments:appeal", args=[row.pk])),
        Column("scheme", _("Ranking"), cell="score.run.scheme.name", kind="text"),
        Column("period", _("Period"), cell=lambda row: row.score.run.period_label),
        Column("item", _("About the item"), cell=item, kind="text"),
        Column("state", _("Status"),
               cell=lambda row: cell("state", row.state_label, LOOKS[row.case.state])),
        Column("due", _("Deadline"), cell="case.due_on", kind="day"),
        Column("number", _("Number"), cell="case.number", phone=False),
    ]  # fmt: skip
