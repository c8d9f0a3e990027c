"""./anlan figures: sums of the ledger on the command line."""

from __future__ import annotations

from argparse import Namespace
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Unreadable
from anlan.config.cli_say import both, emit, say
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import figures, kinds
from anlan.kernel.facts.figures import Cell, Query
from anlan.kernel.facts.kinds import Measure
from anlan.kernel.regions import queries
from anlan.kernel.regions.models import Region


def main(args: Namespace) -> int:
    """Print every figure asked for; zero is zero, and what is missing is null with its reason."""
    at = timezone.now()
    region, period = queries.by_code(args.region), periods.parse(args.period)
    as_known = _moment(args.as_known_at)
    by = [name.strip() for name in (args.by or "").split(",") if name.strip()]
    cells = figures.figures(
        Query(
            kinds=_kinds(args.kind, period), areas=[region.pk], periods=[period], at=at, by=by,
            as_known_at=as_known,
        )
    )  # fmt: skip
    answer: dict[str, Any] = {
        "region": region.code,
        "period": period.code,
        "as_known_at": (as_known or at).isoformat(),
        "cells": _cells(cells),
    }
    if args.json:
        emit(answer)
        return 0
    for cell in answer["cells"]:
        labels = " ".join(f"{name}={value}" for name, value in cell["labels"].items())
        value = cell["value"] if cell["value"] is not None else both("缺", "missing")
        say(f"{cell['region']}\t{cell['period']}\t{cell['kind']}\t{labels}\t{value}")
    return 0


def _kinds(asked: list[str] | None, period: Period) -> list[str]:
    """The kinds asked for, or all that can be summed over the period."""
    known = kinds.declared()
    for code in asked or ():
        if code not in known:
            reason = _("%(code)s is no kind of fact") % {"code": code}
            raise Unreadable(field="--kind", reason=reason)
    if asked:
        return list(asked)
    single = {"month": period.kind == "month", "year": period.kind == "year"}
    return [
        code
        for code, kind in known.items()
        if kind.measure is not Measure.DISTINCT or single.get(kind.period, False)
    ]


def _moment(text: str | None) -> datetime | None:
    """A moment, or the end of a day where only a day is given."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if len(text) == len("2024-06-25"):
            moment = datetime.combine(date.fromisoformat(text), datetime.max.time())
    except ValueError:
        raise Unreadable(
            field="--as-known-at", reason=_("write a moment like 2024-06-25T14:30:00")
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.get_default_timezone())


def _cells(cells: list[Cell]) -> list[dict[str, Any]]:
    codes = dict(
        Region.objects.filter(pk__in={cell.area_id for cell in cells}).values_list("pk", "code")
    )
    return [
        {
            "region": codes[cell.area_id],
            "period": cell.period.code,
            "kind": cell.kind,
            "labels": dict(cell.labels),
            "value": cell.value,
            **({"missing": cell.missing} if cell.missing else {}),
            **({"own": True} if cell.own else {}),
        }
        for cell in cells
    ]
