"""What a batch's page says of its rows: what became of each, and what of the entry changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from anlan.domain.enterprises import industry
from anlan.domain.enterprises.importing.plan import Plan
from anlan.domain.enterprises.models import Batch, Line, ObjectKind, Scale, Status
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions.models import Region
from anlan.ui.lists import Column, Filters
from anlan.ui.parts import part

DOUBTFUL = "doubtful"
SHOWN = (*Line.Outcome.choices, (DOUBTFUL, gettext_lazy("doubtful")))
_TONES = {"created": "green", "changed": "blue", "equal": "", "doubled": "", "refused": "red"}
#: What a page says of a change; columns that follow from these are left out.
_LABELS: Mapping[str, Any] = {
    "name": gettext_lazy("name of the enterprise"), "credit_code": gettext_lazy("Credit code"),
    "area_id": gettext_lazy("Area"), "address": gettext_lazy("Address"),
    "industry": gettext_lazy("Industry"), "sector_id": gettext_lazy("Sector"),
    "regulator_id": gettext_lazy("Regulator"), "scale": gettext_lazy("Scale"),
    "status": gettext_lazy("Status"), "kind": gettext_lazy("kind of entry"),
    "lon": gettext_lazy("Longitude"), "lat": gettext_lazy("Latitude"),
    "stated_code": gettext_lazy("credit code as stated"),
}  # fmt: skip
NAMES: Mapping[str, Mapping[str, Any]] = {
    "scale": dict(Scale.choices), "status": dict(Status.choices), "kind": dict(ObjectKind.choices),
}  # fmt: skip


def counts(found: Batch) -> dict[str, int]:
    """By the dry run before anything is in, and then really."""
    names = (*Line.Outcome.values, DOUBTFUL, "aside")
    if found.status == Batch.Status.PLANNED:
        return {name: int(found.tried.get(name, 0)) for name in names} if found.tried else {}
    return {name: getattr(found, name) for name in names}


def outcomes(found: Batch, counted: Mapping[str, int]) -> list[tuple[Any, int, str]]:
    """Label, how many, and where they are shown."""
    base = reverse("enterprises:batch", args=[found.pk])
    return [(label, counted.get(code, 0), f"{base}?show={code}#lines") for code, label in SHOWN]


def untaken(found: Batch) -> list[tuple[list[str], str]]:
    """Columns that were read and aren't kept, by why; a heading once."""
    told: dict[str, dict[str, None]] = {}
    for table in Plan.of(found.plan).tables:
        for one in table.columns if table.included else ():
            if one.untaken:
                told.setdefault(one.untaken, {})[one.heading] = None
    return [(list(headings), why) for why, headings in told.items()]


def lines(found: Batch, asked: Filters) -> QuerySet[Line]:
    rows = found.lines.select_related("enterprise")
    if show := asked["show"]:
        rows = rows.filter(doubtful=True) if show == DOUBTFUL else rows.filter(outcome=show)
    if name := asked["name"]:
        rows = rows.filter(name__contains=name)
    return rows


def columns(rows: Sequence[Line]) -> list[Column]:
    named = _names_of(rows)
    return [
        Column("place", _("Row"), cell=lambda row: f"{row.sheet} {row.row}", kind="text"),
        Column("name", _("Enterprise"), cell="name", kind="text", link=_link),
        Column("outcome", _("What becomes of it"), cell=_outcome),
        Column("changes", _("Old → new"), cell=lambda row: _changes(row, named)),
        Column("reason", _("What to look at or to mend"), cell=_reason),
    ]  # fmt: skip


def _link(row: Line) -> str:
    return reverse("enterprises:page", args=[row.enterprise_id]) if row.enterprise_id else ""


def _outcome(row: Line) -> Any:
    told = part("tag", row.get_outcome_display(), _TONES[row.outcome])
    return told + Markup(" ") + part("tag", _("doubtful"), "amber") if row.doubtful else told


def _reason(row: Line) -> Any:
    if not row.reason:
        return None
    where = f"{row.column} {row.header}".strip()
    return Markup('<span class="muted">{}</span> {}').format(where, row.reason)


Named = Mapping[str, Callable[[Any], str]]


def _changes(row: Line, named: Named) -> Any:
    told = [
        Markup("{}：<del>{}</del> → <ins>{}</ins>").format(
            _LABELS[name], named[name](old) if old not in (None, "") else "—",
            named[name](new) if new not in (None, "") else "—",
        )
        for name, (old, new) in row.changes.items()
        if name in _LABELS
    ]  # fmt: skip
    return Markup("<br>").join(told) if told else None


def _names_of(rows: Sequence[Line]) -> Named:
    """How each column's values are called: a statement for areas and one for units."""

    def told(name: str) -> set[Any]:
        return {v for row in rows for v in row.changes.get(name, ()) if v is not None}

    areas = dict(Region.objects.filter(pk__in=told("area_id")).values_list("pk", "full_name"))
    units = dict(Unit.objects.filter(pk__in=told("regulator_id")).values_list("pk", "name"))
    of_sector = sectors.names()
    known: dict[str, Mapping[Any, Any]] = {
        "area_id": areas, "regulator_id": units, "sector_id": of_sector, **NAMES,
    }  # fmt: skip
    found: dict[str, Callable[[Any], str]] = {}
    for name in _LABELS:
        found[name] = partial(_called, known.get(name, {}))
    found["industry"] = lambda code: f"{code} {industry.name(code)}"
    return found


def _called(names: Mapping[Any, Any], value: Any) -> str:
    return str(names.get(value, value))
