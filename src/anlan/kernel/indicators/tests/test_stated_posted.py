"""The same checks through the ledger: sums and rates of facts that were posted, by ``evaluate``.

What is a count, a sum of counts, or one count against another can be posted: it must come out of
the ledger as it comes out of the arithmetic.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from anlan.kernel.calendar.periods import parse
from anlan.kernel.facts import kinds, ledger
from anlan.kernel.facts.figures import Query
from anlan.kernel.facts.kinds import FactKind
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.facts.tests.support import townships
from anlan.kernel.indicators.compute import evaluate
from anlan.kernel.indicators.declare import Average, Count, Ratio
from anlan.kernel.indicators.tests.test_stated import ROWS

AT = datetime(2024, 6, 10, 4, tzinfo=UTC)
PART, WHOLE = "stated.part", "stated.whole"


def operands(row: dict[str, Any]) -> list[int] | None:
    """The numbers of a tree of one operator over counts; None where it is anything else."""
    if not row["tree"] or row["tree"][0] not in ("sum", "percent", "ratio"):
        return None
    leaves = row["tree"][1:3] if row["tree"][0] != "sum" else row["tree"][1:]
    found = [row["facts"].get(leaf, {}).get("value") if isinstance(leaf, str) else leaf
             for leaf in leaves]  # fmt: skip
    return found if all(isinstance(value, int) for value in found) else None


POSTED = [row for row in ROWS if operands(row)]


@pytest.fixture(autouse=True)
def declared():
    known = [FactKind(code, code, "items", "as stated") for code in (PART, WHOLE)]
    kinds.declare(known)


def value(indicator, area, **options):
    query = Query([], [area.pk], [parse("2024")], AT, **options)
    [found] = evaluate([indicator], query)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("row", POSTED, ids=lambda row: row["id"])
def test_checks(row):
    area, numbers, name = townships(1)[0], operands(row), row["tree"][0]
    assert numbers is not None
    codes = [PART] * len(numbers) if name == "sum" else [PART, WHOLE]
    facts = [
        NewFact(code, {"part": f"p{n}"}, area.pk, date(2024, 5, n % 28 + 1), number)
        for n, (code, number) in enumerate(zip(codes, numbers, strict=True))
    ]
    with transaction.atomic():
        ledger.post(facts, at=AT)
    digits = row["tree"][3] if len(row["tree"]) > 3 else 2
    if name == "sum":
        assert value(Count("sum", "sum", PART), area).value == row["computed"]
        apart = evaluate([Count("sum", "sum", PART)],
                         Query([], [area.pk], [parse("2024")], AT, by=["part"]))  # fmt: skip
        assert [each.value for each in apart] == numbers
        return
    make = Ratio if name == "percent" else Average
    each = make("rate", "rate", PART, WHOLE, digits=digits, **(
        {"bounded": "as the document says"} if name == "percent" else {}))  # fmt: skip
    found = value(each, area)
    assert found.value == Decimal(row["computed"])
    assert found.counts == tuple(numbers)


def test_most_checks_that_a_ledger_can_carry_are_posted():
    assert len(POSTED) >= 55, len(POSTED)
