"""What must hold of cases and their histories at rest (I2, I3, I6, I10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db.models import Count, Exists, F, Max, Model, OuterRef, Q, Subquery, Sum
from django.utils import timezone

from anlan.kernel.facts.models import Fact
from anlan.kernel.loop import seals
from anlan.kernel.loop.machine import Machine, machines
from anlan.kernel.loop.models import Case, Event, Request
from anlan.kernel.loop.requests import UNANSWERED

Finding = tuple[str, bool, int, str]
#: Offenders that a finding names.
NAMED_MAX = 5


def invariants(now: datetime | None = None) -> Iterator[Finding]:
    """Each a fixed number of statements, however many cases there are."""
    cases, events = Case.objects.count(), Event.objects.count()
    unanswered = Request.objects.filter(result=UNANSWERED).count()
    yield "I2 requests", not unanswered, Request.objects.count(), f"{unanswered or ''}"
    chains = Case.objects.annotate(n=Count("events"), top=Max("events__seq"))
    broken = chains.exclude(n=F("version"), top=F("version"))
    named = list(broken.values_list("number", flat=True)[:NAMED_MAX])
    yield _finding("I3 histories are chains", cases, named)
    last = Event.objects.filter(seq=F("case__version")).exclude(target_state=F("case__state"))
    yield _finding("I3 cases are where their histories end", cases, list(_numbers(last)))
    before = Event.objects.filter(case=OuterRef("case"), seq=OuterRef("seq") - 1)
    torn = (
        Event.objects.filter(seq__gt=1)
        .annotate(before=Subquery(before.values("target_state")[:1]))
        .exclude(before=F("source_state"))
    )
    yield _finding("I6 each step begins where the last ended", events, list(_numbers(torn)))
    yield _finding("I6 each step is one of the loop's", events, list(_unlawful()))
    flags = Q()
    for machine in machines().values():
        opened = [state for state in machine.order if machine.is_open(state)]
        flags |= Q(kind=machine.kind) & (
            Q(is_open=True) & ~Q(state__in=opened)
            | Q(is_open=False, state__in=opened)
            | Q(unsettled=True) & ~Q(state__in=machine.unsettled)
            | Q(unsettled=False, state__in=machine.unsettled)
        )
    wrong = Case.objects.filter(flags).values_list("number", flat=True)
    yield _finding("I6 flags follow the state", cases, list(wrong[:NAMED_MAX]))
    yield from seals.invariants()


def figures_are_cases(
    name: str, kind: str, model: type[Model] | None, now: datetime, more: Mapping[str, Q] = {}
) -> Finding:
    """What the ledger says of a kind of cases today is what a count of them says (I5).

    Found are all that weren't taken back. ``more``: what else is counted, by the ending of its
    fact kind, and of which cases. ``model``: whose row each case has.
    """
    today, cases = timezone.localdate(now), Case.objects.filter(kind=kind)
    gone = Event.objects.filter(case=OuterRef("pk"), step__in=("withdraw", "merge"))
    expected = {
        "found": cases.filter(~Exists(gone)).count(),
        "open": cases.filter(is_open=True).count(),
        "overdue": cases.overdue(today).count(),
        **{ending: cases.filter(which).count() for ending, which in more.items()},
    }
    codes = [f"{kind}.{ending}" for ending in expected]
    # One may be found on a day to come; what is open then is not open today.
    facts = Fact.objects.filter(Q(day__lte=today) | Q(kind__code=f"{kind}.found"))
    sums = dict(
        facts.filter(kind__code__in=codes).order_by().values_list("kind__code").annotate(
            n=Sum("quantity"))
    )  # fmt: skip
    bad = [
        f"{ending}: {sums.get(f'{kind}.{ending}', 0)} ≠ {count}"
        for ending, count in expected.items()
        if sums.get(f"{kind}.{ending}", 0) != count
    ]
    if model is not None:
        bare = cases.filter(~Exists(model._default_manager.filter(case=OuterRef("pk"))))
        bad += bare.values_list("number", flat=True)[:NAMED_MAX]
    return _finding(name, cases.count(), bad)


def _finding(name: str, checked: int, bad: list[str]) -> Finding:
    return name, not bad, checked, "; ".join(bad[:NAMED_MAX])


def _numbers(events: object) -> Iterator[str]:
    yield from events.values_list("case__number", flat=True)[:NAMED_MAX]  # type: ignore[attr-defined]


def _unlawful() -> Iterator[str]:
    """Kinds of steps in the histories that no loop provides for."""
    seen = Event.objects.order_by().values_list(
        "case__kind", "step", "source_state", "target_state"
    ).distinct()  # fmt: skip
    for kind, step, source, target in seen:
        machine = machines().get(kind)
        if machine is None or not _lawful(machine, step, source, target):
            yield f"{kind}: {step} {source} → {target}"


def _lawful(machine: Machine, step: str, source: str, target: str) -> bool:
    if step == "succeed":
        # A unit ended, whatever loop the case is in (succession.py).
        return source == target and machine.is_open(source)
    if step == "find":
        return source == "" and target == machine.initial
    if step == "backfill":
        return source == "" and target in machine.order
    if step == "withdraw":
        return target == "void"
    table = {row.name: row for row in machine.steps}
    if step not in table:
        return False
    row = table[step]
    return source in row.sources and target == (row.target or source)
