"""Whether a filing was in time (报送及时): judged once, by its first complete submission.

A statistics office asks two things of a unit, and tells them apart. *In time* is whether something
complete came by the deadline: the first submission says so, for ever. *Accepted* is whether what
came was right: that it was sent back (退回), how often, by when it had to be mended and when it
was, stands beside, on the filing's page, in its history and as ``filing.rejected``; it makes
nobody late who was in time, and nobody in time who was late. A deadline that is moved for
everybody (``other_day``) or put off before anything was submitted is the one to judge by.

So the loop, which judges each round by the deadline of that round, leaves these two figures to us
(``Machine.judges_deadlines``), and page and ledger follow one rule: ``in_time`` here, the same in
SQL as ``IN_TIME``. ``./anlan check`` compares both (invariants.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Q

from anlan.base import bulk
from anlan.domain.filings.loop import KIND
from anlan.domain.filings.models import Filing
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.loop.models import Case
from anlan.kernel.loop.posting import labels_of

DUE, DUE_MET = f"{KIND}.due", f"{KIND}.due_met"
#: Who owes it: nobody is late with what doesn't apply to them.
OWED = ~Q(case__state="void")
IN_TIME = OWED & Q(first_on__lte=F("due_on"))


def in_time(row: Filing) -> bool:
    """Whether its first submission came by the deadline that holds for it."""
    return row.case.state != "void" and row.first_on is not None and row.first_on <= row.due_on


def owe(asked: Iterable[tuple[Case, date]], *, at: datetime) -> None:
    """Count what was just asked for among what is due; nothing stands of it yet."""
    ledger.post([_due(case, day) for case, day in asked], at=at)


def _due(case: Case, day: date) -> NewFact:
    return NewFact(DUE, labels_of(case), case.area_id, day, 1, case.pk, unit_id=case.unit_id)


def judge(pks: Collection[UUID], *, at: datetime) -> None:
    """Let the ledger say of these filings what their rows say; what it says already stays.

    In the caller's transaction, after the rows were written. Constant in statements for a batch.
    """
    for chunk in bulk.slices(sorted(pks)):
        rows = {row.pk: row for row in Filing.objects.filter(pk__in=chunk).select_related("case")}
        stands: dict[UUID | None, list[tuple[str, date]]] = defaultdict(list)
        ids: dict[UUID | None, list[int]] = defaultdict(list)
        facts = ledger.standing(Q(case_id__in=chunk, kind__code__in=(DUE, DUE_MET)))
        for pk, case, kind, day in facts.values_list("pk", "case_id", "kind__code", "day"):
            stands[case].append((kind, day))
            ids[case].append(pk)
        wrong, opened, met = [], [], []
        for pk, row in rows.items():
            owed = row.case.state != "void"
            wanted = [(DUE, row.due_on)] if owed else []
            wanted += [(DUE_MET, row.due_on)] if in_time(row) else []
            if sorted(stands[pk]) == wanted:
                continue
            if in_time(row):
                met.append(pk)
            if stands[pk] != [(DUE, row.due_on)] or not owed:
                wrong += ids[pk]
                opened += [_due(row.case, row.due_on)] if owed else []
        if wrong:
            ledger.reverse(fact_ids=wrong, at=at)
        ledger.post([*opened, *ledger.cohort(DUE, DUE_MET, met)], at=at)
