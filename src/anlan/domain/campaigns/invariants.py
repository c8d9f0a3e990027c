"""What ``./anlan check`` asks of campaigns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, Q, Sum

from anlan.domain.campaigns.checklists import turns
from anlan.domain.campaigns.checklists.loop import KIND as TURN
from anlan.domain.campaigns.intake.ledger import is_counted
from anlan.domain.campaigns.loop import KIND
from anlan.domain.campaigns.models import (
    ChecklistTurn,
    Feed,
    Filing,
    Plan,
    QuotedFigure,
    Report,
    Return,
    TallyCopy,
    Task,
)
from anlan.domain.campaigns.progress import facts as progress_facts
from anlan.domain.campaigns.returns import feeding
from anlan.domain.campaigns.returns.loop import FIGURE
from anlan.domain.campaigns.returns.loop import KIND as RETURN
from anlan.domain.campaigns.tallies import queries as tallies
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.invariants import figures_are_cases

Finding = tuple[str, bool, int, str]
NAMED_MAX = 5


def invariants(now: datetime) -> Iterator[Finding]:
    yield figures_are_cases("I5 figures of campaign tasks are their cases", KIND, Task, now)
    yield figures_are_cases("I5 figures of returns are their cases", RETURN, Return, now)
    yield _filed_is_what_filings_say()
    yield _lines_are_of_the_tree()
    yield _drafts_give_nothing_of_their_own()
    yield _figures_of_documents_are_counted_once()
    yield _declared_is_what_reports_say()
    yield _declared_is_what_returns_say()
    yield _tables_are_their_lists()
    name = "I5 figures of turns at working lists are their cases"
    yield figures_are_cases(name, TURN, ChecklistTurn, now)
    yield _turns_are_their_ticks()


def _declared_is_what_reports_say() -> Finding:
    """What stands declared toward each target is what the newest standing reports say."""
    bad = progress_facts.disagreeing()
    checked = Report.objects.exclude(reached={}).count()
    return "I5 declared figures are their reports", not bad, checked, "; ".join(bad[:NAMED_MAX])


def _declared_is_what_returns_say() -> Finding:
    """What returns count of targets is what was accepted, each once."""
    bad = feeding.disagreeing()
    checked = Feed.objects.filter(ended_at=None).count()
    return (
        "I5 targets fed by returns are what was accepted",
        not bad,
        checked,
        "; ".join(bad[:NAMED_MAX]),
    )


def _tables_are_their_lists() -> Finding:
    """Each unit's table says what its three lists do."""
    bad, checked = tallies.disagreeing(), TallyCopy.objects.count()
    return "I5 tables are their lists", not bad, checked, "; ".join(bad[:NAMED_MAX])


def _turns_are_their_ticks() -> Finding:
    """A turn is done where each of its items is, and the ledger says how many of how many are."""
    bad, checked = turns.disagreeing(), ChecklistTurn.objects.count()
    return "I5 turns at working lists are their ticks", not bad, checked, "; ".join(bad[:NAMED_MAX])


def _filed_is_what_filings_say() -> Finding:
    """What facts say of each filing is what it says itself; of a returned one, nothing."""
    facts = Fact.objects.filter(kind__code=FIGURE.code).order_by()
    sums = dict(facts.values_list("batch_id").annotate(n=Sum("quantity")))
    filings = Filing.objects.exclude(figures={}).values_list("pk", "status", "figures")
    bad = [
        str(pk)
        for pk, status, figures in filings
        if sums.get(pk, 0) != (0 if status == Filing.Status.RETURNED else sum(figures.values()))
    ]
    return (
        "I5 figures of returns are what was filed",
        not bad,
        len(sums),
        "; ".join(bad[:NAMED_MAX]),
    )


def _lines_are_of_the_tree() -> Finding:
    """A task whose line is another plan's is a part of that line's task in the plan above."""
    inherited = Task.objects.exclude(line__plan=F("plan"))
    wrong = inherited.filter(
        Q(parent=None) | ~Q(parent__line=F("line")) | ~Q(parent__plan=F("plan__parent"))
    )
    bad = list(wrong.values_list("case__number", flat=True)[:NAMED_MAX])
    return "I6 fixed tasks come from the plan above", not bad, inherited.count(), "; ".join(bad)


def _drafts_give_nothing_of_their_own() -> Finding:
    drafts = Plan.objects.filter(status=Plan.Status.DRAFT)
    wrong = Task.objects.filter(plan__in=drafts, line__plan=F("plan"))
    bad = list(wrong.values_list("case__number", flat=True)[:NAMED_MAX])
    return "I6 drafts give no tasks of their own", not bad, drafts.count(), "; ".join(bad)


def _figures_of_documents_are_counted_once() -> Finding:
    """Derived or declared, never both: cases that came in later are told from a document's sum."""
    counted = QuotedFigure.objects.filter(quoted_because="", withdrawn_at=None)
    bad = [
        f"{row.kind} {row.period} {row.area.code}"
        for row in counted.select_related("area").order_by("made_at", "pk").iterator()
        if row.area and row.since and row.until
        and is_counted(row.kind, row.area, row.since, row.until, besides=row.pk)
    ]  # fmt: skip
    name = "I5 figures of documents are counted once"
    return name, not bad, counted.count(), "; ".join(bad[:NAMED_MAX])
