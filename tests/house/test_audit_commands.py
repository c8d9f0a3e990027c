"""The audit from the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from anlan.base import crypto
from anlan.base.actor import CLOCK
from anlan.kernel.audit import sql, trail
from anlan.kernel.audit.models import AuditRow

pytestmark = pytest.mark.realdb


def test_verify_says_so_and_fails_where_a_row_was_bent(realdb):
    with transaction.atomic():
        entries = [trail.Entry("x.y", "x", n) for n in range(3)]
        trail.record(entries, by=CLOCK, at=datetime.now(UTC))
    answer = json.loads(realdb.anlan("audit", "verify", "--json").stdout)
    assert answer == {"ok": True, "checked": 3, "flaws": []}
    bent = AuditRow.objects.order_by("id")[1].pk
    with transaction.atomic():
        sql.run(sql.unguard_statements(connection.vendor))
        sql.run([f"UPDATE audit_auditrow SET actor = 'x' WHERE id = {bent}"])
        sql.run(sql.guard_statements(connection.vendor))
    done = realdb.anlan("audit", "verify", "--json", check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["flaws"] == [f"row changed link 2 row {bent}"]


def test_S25_purge_refuses_to_go_below_the_floor(realdb):
    done = realdb.anlan("audit", "purge", "--keep-days", "100", "--json", check=False)
    assert done.returncode != 0
    assert "190" in done.stderr


def test_S31_a_key_is_replaced_while_another_process_works_and_all_stays_readable(realdb):
    before = crypto.seal(b"x", "t.c:1", "test")
    answer = json.loads(realdb.anlan("keys", "rotate", "--profile", "intl", "--json").stdout)
    assert answer["profile"] == "intl"
    assert crypto.ring().get(answer["key"]).suite.name == "intl"
    assert crypto.unseal(before, "t.c:1", "test") == b"x"
    assert AuditRow.objects.latest("id").object_id == answer["key"]
