"""Trials that write nothing: a draft over past periods, and a score were its figures others."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.assessments import (
    behind,
    choosing,
    commands,
    queries,
    spec,
    spec_text,
    tabs,
    trying,
    working,
)
from anlan.domain.assessments.compared import Compared
from anlan.domain.assessments.models import Score
from anlan.domain.assessments.trying import CLOSED_MAX, Changed, Counted
from anlan.domain.assessments.views import schemes, scores
from anlan.domain.hazards.models import Hazard
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.indicators.arithmetic import rounded
from anlan.kernel.indicators.declare import declared
from anlan.kernel.loop.models import Case
from anlan.ui.pages import render_page

#: Periods that a trial looks at, the newest among them the one asked for.
TRIAL_PERIODS = 3
#: Those that nobody has rectified yet come first, since they are what a rate waits for.
_ORDER = ("-unsettled", F("due_on").asc(nulls_last=True), "pk")
#: Hazards that are offered one by one.
OFFERED_MAX = 30


@require_GET
@requires("schemes.edit")
def trial(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the draft would have given in past periods, by what the ledger knows today."""
    by, at = actor_of(request), timezone.now()
    row = schemes.read(by, pk, "schemes.edit")
    version = schemes.shown_version(row, by, request.GET.get("version", ""))
    if version is None:
        raise NotFound
    found = version.read
    findings = commands.findings_of(found)
    today = timezone.localdate(at)
    offered = choosing.offered(found, today)
    asked = next((each for each in offered if each.code == request.GET.get("period")), None)
    asked = asked or choosing.usual(offered, today)
    start = offered.index(asked) if asked else 0
    spans = offered[start : start + TRIAL_PERIODS][::-1]
    worked, refused = [], ""
    # What adds up to another total can still be tried; what can't be worked out can't.
    stops = ("items", "vetoes", "tree", "stages")
    blocking = [each for each in findings if each.place.startswith(stops)]
    if not blocking:
        try:
            for span in spans:
                basis = working.basis_of(found, row.area, span, at=at, scheme=row)
                worked.append((span, working.work_out(basis, at=at, known_at=None)))
        except Refusal as refusal:
            refused = str(refusal)
    context = {
        "row": row, "version": version, "spec": found, "findings": findings, "refused": refused,
        "blocking": bool(blocking), "offered": offered, "asked": asked.code if asked else "",
        "spans": [span for span, _worked in worked], "lines": _lines(worked, found.digits, found),
        "tabs": tabs.of(by, "schemes"),
    }  # fmt: skip
    return render_page(request, "assessments/trial.html", "assessments/trial.html", context)


def _lines(worked: list[Any], digits: int, found: spec.Spec) -> list[Any]:
    """By compared: name, and total, rank, grade and veto of each period; by the newest rank."""
    if not worked:
        return []
    _span, newest = worked[-1]
    lines = []
    for one in newest.basis.compared:
        cells = []
        for _period, each in worked:
            scored = each.scored.get(one.key)
            total = scored.total if scored else None
            cells.append(
                {
                    "total": None if total is None else rounded(total, digits),
                    "rank": scored.rank if scored else None,
                    "grade": queries.grade_name(found, scored.grade) if scored else "",
                    "vetoed": bool(scored and scored.vetoed),
                }
            )
        lines.append((newest.scored[one.key].rank or len(newest.scored) + 1, one.name, cells))
    return sorted(lines, key=lambda line: (line[0], line[1]))


# --- what if -------------------------------------------------------------------------------


@require_GET
@requires("scores.view")
def what_if(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close these hazards, or set that figure: which total, which rank? Nothing is written."""
    by, at = actor_of(request), timezone.now()
    row = scores.read(by, pk)
    run, found = row.run, row.run.spec
    today = timezone.localdate(at)
    errors: dict[str, str] = {}
    one = _compared(row)
    waiting = _open_cases(one, by)
    chosen = _chosen(request, waiting, errors)
    done_on = run.through if run.is_over else today
    counted = Counted.of(run, one, "hazard", [case.pk for case in chosen])
    effects = trying.effects_of_closing(chosen, counted, done_on)
    changes = {change.item: change for change in trying.changes_of(run, row, effects)}
    changes |= _typed(request, row, errors)
    outcome = trying.try_out(run, row, changes.values()) if not errors else None
    items = {item.code: item for item in found.items}
    moved = []
    if outcome is not None:
        before = {part.item: part for part in outcome.before.parts}
        moved = [
            (items[part.item], before[part.item], part)
            for part in outcome.after.parts
            if part != before[part.item]
        ]
    offered = list(waiting.order_by(*_ORDER)[:OFFERED_MAX])
    titles = _titles(offered, by)
    context = {
        "row": row, "run": run, "spec": found, "outcome": outcome, "moved": moved,
        "errors": errors, "closed": len(chosen), "waiting": waiting.count(),
        "offered": [(case, titles.get(case.pk, case.number)) for case in offered],
        "chosen": {str(case.pk) for case in chosen}, "today": today,
        "oldest": request.GET.get("oldest", ""), "digits": found.digits,
        "lines": _inputs(request, row), "shown": _shown,
        "asked": any(request.GET.values()), "tabs": tabs.of(by, "scores"),
        "grade_name": lambda code: queries.grade_name(found, code),
    }  # fmt: skip
    return render_page(
        request, "assessments/what_if.html", "assessments/what_if.html", context,
        422 if errors else 200,
    )  # fmt: skip


def _compared(row: Score) -> Compared:
    compared = working.basis_again(row.run).compared
    return next(each for each in compared if each.key == row.subject)


def _open_cases(one: Compared, by: Actor) -> Any:
    """Open hazards of the scored unit that the reader may see."""
    places = behind.places_of(one)
    seen = policy.permitted(Hazard.objects.all(), "hazard.view", by)
    cases = Case.objects.filter(
        kind="hazard", is_open=True, area__in=places, pk__in=seen.values("pk")
    )
    return cases.filter(sector__in=one.labels) if one.labels else cases


def _chosen(request: HttpRequest, waiting: Any, errors: dict[str, str]) -> list[Case]:
    """Those that are ticked, and so many of those longest due."""
    picked = []
    for text in request.GET.getlist("close")[:CLOSED_MAX]:
        try:
            picked.append(UUID(text))
        except ValueError:
            continue
    found = {case.pk: case for case in waiting.filter(pk__in=picked)} if picked else {}
    text = request.GET.get("oldest", "").strip()
    if text:
        if not (text.isascii() and text.isdecimal() and len(text) < 5 and int(text) <= CLOSED_MAX):
            errors["oldest"] = _("Write a whole number from 0 to %(max)d.") % {"max": CLOSED_MAX}
            return []
        rows = waiting.order_by(*_ORDER)[: int(text)]
        found |= {case.pk: case for case in rows}
    return list(found.values())


def _typed(request: HttpRequest, row: Score, errors: dict[str, str]) -> dict[str, Changed]:
    """Figures that were typed over, as far as they differ from what stands."""
    found = {}
    figures = working.subject_read(row).figures
    for item in row.run.spec.items:
        values: dict[str, Fraction | None] = {}
        for letter, old in (("n", figures[item.code].numerator),
                            ("d", figures[item.code].denominator)):  # fmt: skip
            name = f"{letter}-{item.code}"
            text = request.GET.get(name, "").strip()
            if not text:
                continue
            try:
                value = spec_text.number(text, name)
            except Refusal as refusal:
                errors[name] = str(refusal)
                continue
            if value != old:
                values[letter] = value
        if values:
            found[item.code] = Changed(item.code, values.get("n"), values.get("d"))
    return found


def _inputs(request: HttpRequest, row: Score) -> list[dict[str, Any]]:
    """A line for each item: what stands, and what was typed."""
    found = []
    figures = working.subject_read(row).figures
    for item in row.run.spec.items:
        figure, indicator = figures[item.code], declared().get(item.indicator)
        found.append(
            {
                "item": item, "label": indicator.label if indicator else "",
                "n": spec_text.text_of(figure.numerator),
                "d": spec_text.text_of(figure.denominator),
                "typed_n": request.GET.get(f"n-{item.code}", ""),
                "typed_d": request.GET.get(f"d-{item.code}", ""),
                "two": figure.form != "count",
            }
        )  # fmt: skip
    return found


def _titles(cases: list[Case], by: Actor) -> dict[UUID, str]:
    rows = policy.permitted(
        Hazard.objects.filter(pk__in=[case.pk for case in cases]), "hazard.view", by
    )
    return dict(rows.values_list("pk", "description"))


def _shown(number: Fraction | None, digits: int = 2) -> Any:
    return None if number is None else rounded(number, digits)
