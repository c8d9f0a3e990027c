"""F28: somebody with all rights over the database bends a row. The check says which rule."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.faults.test_races import check

pytestmark = pytest.mark.realdb


STORY = """
    day         who        does       -> state
    2024-03-01  inspector  find       -> found
    2024-03-01  office     assign     -> assigned
    2024-03-08  firm       rectify    -> rectified
    2024-03-09  inspector  verify     -> verified
    2024-03-10  office     close      -> closed
"""


def bend(*statements: str) -> None:
    """As a superuser may: take the guards off, change, and put the guards back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement)
                assert cursor.rowcount, f"nothing was bent: {statement}"
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        guards = cursor.fetchall()
        for name, _sql in guards:
            cursor.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount, f"nothing was bent: {statement}"
        for _name, sql in guards:
            cursor.execute(sql)
        cursor.execute("PRAGMA foreign_keys = ON")


#: What is bent, and how the rule begins that must be found broken.
BENDS = {
    "an audit row's actor": ("UPDATE audit_auditrow SET actor = '王某'", "I4"),
    "an audit row taken out": ("DELETE FROM audit_auditrow WHERE action = 'hazard.close'", "I4"),
    "a case reopened by hand": ("UPDATE loop_case SET state = 'assigned'", "I3"),
    "a closing day": ("UPDATE loop_case SET closed_on = '2024-03-05'", "S32"),
    "a closed case's deadline": ("UPDATE loop_case SET due_on = '2024-12-31'", "S32"),
    "a case's step taken out": ("DELETE FROM loop_event WHERE step = 'rectify'", "I3"),
    "a step renamed": ("UPDATE loop_event SET step = 'reject' WHERE step = 'verify'", "I6"),
    "a fact's quantity": ("UPDATE facts_fact SET quantity = quantity + 1 WHERE quantity = 1", "I5"),
    "a fact taken out": (
        "DELETE FROM facts_fact WHERE kind_id = "
        "(SELECT id FROM facts_kind WHERE code = 'hazard.closed')",
        "I5",
    ),
    "an attachment's row": ("UPDATE papers_blob SET sum = 'sm3:' || substr(sum, 6) || '0'", "I8"),
}


def _folded() -> None:
    """A fact that no sum has taken in yet is in none that could disagree.

    On PostgreSQL a transaction of some test beside this one holds the fold back meanwhile.
    """
    from anlan.kernel.facts import ledger

    for _n in range(600):
        now = timezone.now()
        ledger.fold(now)
        if not ledger.health(now).unfolded:
            return
        time.sleep(0.1)
    raise AssertionError("somebody's transaction lasted a minute")


@pytest.mark.parametrize("what", BENDS)
def test_F28_what_a_superuser_bends_is_found(realdb: Any, what: str) -> None:
    from anlan.domain.hazards.tests import stage
    from anlan.kernel.papers import attachments
    from anlan.kernel.papers.tests.samples import PDF

    told = stage.told(stage.whole(), STORY)
    day = date(2024, 3, 10)
    with transaction.atomic():
        attachments.attach(
            attachments.prepare(PDF, "a.pdf"), "hazard", str(told.pk), "evidence",
            by=told.cast.actor("office", day), at=stage.moment(day),
        )  # fmt: skip
    assert not check(), "nothing is broken before"
    _folded()
    statement, rule = BENDS[what]
    bend(statement)
    broken = check()
    assert any(name.startswith(rule) for name in broken), broken
