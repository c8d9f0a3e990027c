"""The audit from the command line."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from anlan.base import crypto
from anlan.base.actor import CLOCK, Actor
from anlan.base.ids import uuid7
from anlan.config import audit_cli
from anlan.kernel.accounts import seals
from anlan.kernel.audit import sql, trail
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.papers import attachments
from anlan.kernel.papers.tests.samples import PDF

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


def test_S29_a_change_of_suite_keeps_what_was_sealed_summed_and_chained(realdb):
    """Everything that a key writes is written once under each suite, and all of it stays good."""
    day = datetime(2024, 6, 25, tzinfo=UTC)

    def write() -> tuple[str, str, str]:
        with transaction.atomic():
            name = trail.personal("user:1", "李建国")
            trail.record([trail.Entry("x.y", "x", 1, after={"name": name})], by=CLOCK, at=day)
        return crypto.seal_text("昆明", "t.c:1", "t"), seals.seal("a", 1), crypto.blind("a", "t")

    written = [write()]
    assert crypto.ring().current().suite.name == "gm"
    for suite in ("intl", "gm"):
        done = realdb.anlan("keys", "rotate", "--profile", suite, "--json")
        assert json.loads(done.stdout)["profile"] == suite
        crypto.ring()._read_at = float("-inf")  # what a second's wait would do
        written.append(write())
        assert crypto.ring().current().suite.name == suite
    assert len({key.partition(":")[0] for _text, key, _sum in written}) == 3
    for text, mac, found in written:
        assert crypto.unseal_text(text, "t.c:1", "t") == "昆明"
        assert seals.holds(mac, "a", 1)
        assert not seals.holds(mac, "a", 2)
        assert found == written[0][2], "else nothing older would be found"
    answer = json.loads(realdb.anlan("audit", "verify", "--json").stdout)
    assert answer["ok"], answer


def test_S29_the_setting_is_followed_at_the_next_start_and_only_then_once(realdb, monkeypatch):
    by = Namespace(actor=Actor(None, "cli:test", trusted=True))
    audit_cli.follow_setting(by)
    assert crypto.ring().current().suite.name == "gm", "nothing was said, so nothing changes"
    monkeypatch.setenv("ANLAN_CRYPTO", "intl")
    for _start in range(2):
        audit_cli.follow_setting(by)
        assert crypto.ring().current().suite.name == "intl"
    assert AuditRow.objects.filter(action="keys.rotate").count() == 1
    done = realdb.anlan("keys", "rotate", "--profile", "rot13", check=False)
    assert done.returncode == 2
    monkeypatch.setenv("ANLAN_CRYPTO", "rot13")
    done = realdb.anlan("check", check=False)
    assert done.returncode != 0
    assert "use gm or intl" in done.stderr


def test_S49_the_original_comes_out_for_a_reason_on_record_and_into_a_new_file(realdb, tmp_path):
    by = Actor(None, "李建国", trusted=True)
    kept = attachments.store(PDF, "报告.pdf", "x", "1", "after", by=by, at=datetime.now(UTC))
    assert attachments.read(kept)[0] != PDF
    target = tmp_path / "original.pdf"
    asked = ("original", str(kept.pk), str(target), "--json")
    assert realdb.anlan(*asked, check=False).returncode == 2, "no reason, no file"
    assert not target.exists()
    realdb.anlan(*asked, "--reason", "核对电子签章")
    assert target.read_bytes() == PDF
    assert target.stat().st_mode & 0o077 == 0
    row = AuditRow.objects.latest("id")
    assert (row.action, row.object_id) == ("papers.original", str(kept.pk))
    assert row.reason == "核对电子签章"
    for number, file, code in (
        (str(kept.pk), target, "file_there"),
        (str(uuid7()), tmp_path / "b", "not_found"),
        ("x", tmp_path / "b", "not_found"),
    ):
        done = realdb.anlan("original", number, str(file), "--reason", "x", "--json", check=False)
        assert json.loads(done.stdout)["error"]["code"] == code
    assert AuditRow.objects.filter(action="papers.original").count() == 1
