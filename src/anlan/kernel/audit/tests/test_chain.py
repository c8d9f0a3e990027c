"""Nobody bends the audit unseen: not with the database's own powers, not in the file beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from anlan.base import crypto
from anlan.base.actor import Actor
from anlan.kernel.audit import retention, sealing, sql, trail
from anlan.kernel.audit.invariants import invariants
from anlan.kernel.audit.models import AuditRow, Link, Purge, Seal
from anlan.kernel.audit.trail import Entry
from anlan.kernel.audit.verifying import slice_of, verify

pytestmark = pytest.mark.realdb

AT = datetime(2024, 6, 25, 8, 30, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)
LI = Actor(7, "李建国", 12, "10.1.2.3")


def write(count: int, at: datetime = AT) -> list[int]:
    before = AuditRow.objects.count()
    with transaction.atomic():
        trail.record([Entry("hazard.create", "h", n) for n in range(count)], by=LI, at=at)
    return list(AuditRow.objects.order_by("id").values_list("id", flat=True)[before:])


@pytest.fixture
def chain(realdb):
    """Three seals over nine rows."""
    ids = []
    for _ in range(3):
        ids += write(3)
        assert sealing.seal(AT) == 3
    assert verify(LATER).ok
    assert verify(LATER).checked == 9
    return ids


def as_superuser(*statements: str) -> None:
    """What somebody with all rights over the database may do: take the guard off, and change."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in sql.unguard_statements(connection.vendor):
            cursor.execute(statement)
        for statement in statements:
            cursor.execute(statement)
        for statement in sql.guard_statements(connection.vendor):
            cursor.execute(statement)


def flaw():
    verdict = verify(LATER)
    assert not verdict.ok
    return verdict.flaws[0]


def test_S24_an_edit_is_named(chain):
    as_superuser(f"UPDATE audit_auditrow SET actor = '王某' WHERE id = {chain[4]}")
    assert (flaw().kind, flaw().row) == ("row changed", chain[4])


def test_S24_an_edited_time_is_named(chain):
    as_superuser(f"UPDATE audit_auditrow SET at = '2024-06-24 08:30:00' WHERE id = {chain[4]}")
    assert (flaw().kind, flaw().row) == ("row changed", chain[4])


def test_S24_a_deletion_is_named(chain):
    as_superuser(f"DELETE FROM audit_auditrow WHERE id = {chain[4]}")
    assert (flaw().kind, flaw().row) == ("row missing", chain[4])


def test_S24_a_deletion_with_its_link_is_named(chain):
    as_superuser(
        f"DELETE FROM audit_auditrow WHERE id = {chain[4]}",
        f"DELETE FROM audit_link WHERE row_id = {chain[4]}",
    )
    assert (flaw().kind, flaw().link) == ("link missing", 5)


def test_S24_a_deletion_whose_gap_was_closed_is_named(chain):
    as_superuser(
        f"DELETE FROM audit_auditrow WHERE id = {chain[4]}",
        f"DELETE FROM audit_link WHERE row_id = {chain[4]}",
        "UPDATE audit_link SET id = -id WHERE id > 5",
        "UPDATE audit_link SET id = -id - 1 WHERE id < 0",
    )
    assert (flaw().kind, flaw().link) == ("chain broken", 5)


def test_S24_an_invented_row_is_named(chain):
    columns = sql.COLUMNS + ("" if sql.postgresql() else ", tx")
    forged = columns.replace("actor", "'王某'").replace("nonce", "nonce + 1")
    as_superuser(
        f"INSERT INTO audit_auditrow ({columns}) SELECT {forged} FROM audit_auditrow "
        f"WHERE id = {chain[4]}"
    )
    invented = AuditRow.objects.latest("id").id
    assert (flaw().kind, flaw().row) == ("row changed", invented)
    sealing.seal(LATER)
    assert (flaw().kind, flaw().row) == ("row changed", invented)


def test_S24_a_copied_row_is_named(chain):
    columns = sql.COLUMNS + ("" if sql.postgresql() else ", tx")
    as_superuser(
        f"INSERT INTO audit_auditrow ({columns}) SELECT {columns} FROM audit_auditrow "
        f"WHERE id = {chain[4]}"
    )
    sealing.seal(LATER)
    assert (flaw().kind, flaw().row) == ("copied", AuditRow.objects.latest("id").id)


def test_S24_two_rows_that_changed_places_are_named(chain):
    first, second = chain[3], chain[5]
    as_superuser(
        f"UPDATE audit_auditrow SET id = -1 WHERE id = {first}",
        f"UPDATE audit_auditrow SET id = {first} WHERE id = {second}",
        f"UPDATE audit_auditrow SET id = {second} WHERE id = -1",
    )
    assert (flaw().kind, flaw().row) == ("chain broken", first)


def test_S24_a_tail_that_was_cut_off_is_named_by_the_file_outside(chain):
    as_superuser(
        f"DELETE FROM audit_auditrow WHERE id >= {chain[6]}",
        "DELETE FROM audit_link WHERE id > 6",
        "DELETE FROM audit_seal WHERE last_link > 6",
    )
    assert (flaw().kind, flaw().link) == ("tail cut", 7)
    assert "audit_heads" in sealing.health(LATER)


def test_S24_everything_gone_is_named(chain):
    as_superuser("DELETE FROM audit_auditrow", "DELETE FROM audit_link", "DELETE FROM audit_seal")
    assert (flaw().kind, flaw().link) == ("tail cut", 1)


def test_S24_a_bent_heads_file_is_named(chain):
    lines = sealing.heads_path().read_text().splitlines()
    assert len(lines) == 3
    content = json.loads(lines[1])
    content["head"] = "00" * 32
    lines[1] = json.dumps(content, sort_keys=True)
    sealing.heads_path().write_text("\n".join(lines) + "\n")
    assert flaw().kind == "heads file bent in line 2"


def test_S24_a_line_taken_out_of_the_heads_file_is_named(chain):
    lines = sealing.heads_path().read_text().splitlines(keepends=True)
    sealing.heads_path().write_text(lines[0] + lines[2])
    assert flaw().kind == "heads file bent in line 2"


def test_S24_a_heads_file_that_is_gone_is_named(chain):
    sealing.heads_path().unlink()
    assert flaw().kind == "heads file missing"
    write(1)
    sealing.seal(LATER)
    assert flaw().kind == "heads file missing", "it isn't made anew in silence"
    assert "audit_heads" in sealing.health(LATER)
    sealing.restored(by="审计员", at=LATER)
    assert verify(LATER).ok


def test_the_heads_file_catches_up_where_the_sealer_was_killed_after_its_commit(chain):
    lines = sealing.heads_path().read_text().splitlines(keepends=True)
    # The last line half written, and the one before it lost with the power.
    sealing.heads_path().write_text(lines[0] + lines[1][:40])
    sealing.seal(AT)
    assert verify(LATER).ok
    assert len(sealing.heads_path().read_text().splitlines()) == 3


def test_S28_a_row_that_waits_for_a_minute_is_reported(chain):
    write(1)
    assert sealing.health(AT + timedelta(seconds=59)) == []
    assert sealing.health(AT + timedelta(seconds=61)) == ["audit_unsealed"]
    assert flaw().kind == "row unsealed"
    sealing.seal(LATER)
    assert sealing.health(LATER) == []


def test_I4_is_said_by_check(chain):
    good = [("I4 audit chain", True, 9, ""), ("I4 audit heads", True, 9, "")]
    assert list(invariants(LATER)) == good
    as_superuser(f"UPDATE audit_auditrow SET result = 'ok?' WHERE id = {chain[0]}")
    ((name, ok, _, detail), _heads) = invariants(LATER)
    assert (name, ok, detail) == ("I4 audit chain", False, f"row changed link 1 row {chain[0]}")


def test_I4_a_cut_tail_is_said_by_the_heads(chain):
    as_superuser(
        "DELETE FROM audit_seal WHERE last_link > 6", "DELETE FROM audit_link WHERE id > 6"
    )
    assert [ok for _, ok, _, _ in invariants(LATER)][1] is False


def test_S28_looking_often_at_a_slice_goes_round_the_chain(chain):
    seen, reached = [], 0
    for _ in range(6):
        reached, verdict = slice_of(reached, 4)
        seen.append((reached, verdict.checked, verdict.ok))
    assert seen == [(4, 4, True), (8, 4, True), (0, 1, True)] * 2
    as_superuser(f"UPDATE audit_auditrow SET actor = '王某' WHERE id = {chain[5]}")
    assert slice_of(0, 4)[1].ok
    assert slice_of(4, 4)[1].flaws[0].row == chain[5]


def test_S31_the_chain_goes_on_over_a_change_of_keys_and_of_profile(chain):
    crypto.ring().rotate("intl")
    write(2)
    sealing.seal(AT)
    crypto.ring().rotate("gm")
    write(2)
    sealing.seal(AT)
    assert verify(LATER).ok
    assert verify(LATER).checked == 13
    assert Seal.objects.values("key").distinct().count() == 3


def test_the_sealer_takes_what_eight_writers_commit_at_once(realdb):
    def act(number: int) -> int:
        if number == 8:
            for _ in range(20):
                sealing.seal(AT)
            return 0
        for _ in range(5):
            with transaction.atomic():
                trail.record([Entry("x.y", "x", n) for n in range(10)], by=LI, at=AT)
        return 50

    assert sum(realdb.together(act, 9)) == 400
    sealing.seal(AT)
    verdict = verify(LATER)
    assert verdict.ok, verdict.flaws
    assert verdict.checked == Link.objects.count() == 400


@pytest.mark.postgresql
def test_a_transaction_that_commits_late_is_sealed_after_those_that_passed_it(realdb):
    import threading

    inside, go = threading.Event(), threading.Event()

    def slow(number: int) -> None:
        if number == 0:
            with transaction.atomic():
                trail.record([Entry("slow", "x", 1)], by=LI, at=AT)
                inside.set()
                assert go.wait(20)
        else:
            assert inside.wait(20)
            write(3)
            assert sealing.seal(AT) == 3
            write(1)
            assert sealing.seal(AT) == 1
            go.set()

    assert realdb.together(slow, 2) == [None, None]
    assert sealing.seal(AT) == 1
    assert verify(LATER).ok
    assert Link.objects.count() == 5


@pytest.mark.postgresql
def test_one_that_commits_while_the_sealer_catches_up_is_sealed_once_it_has(realdb, monkeypatch):
    import threading

    monkeypatch.setattr(sealing, "PASS_ROWS_MAX", 3)
    inside, go = threading.Event(), threading.Event()

    def slow(number: int) -> None:
        if number == 0:
            with transaction.atomic():
                trail.record([Entry("slow", "x", 1)], by=LI, at=AT)
                inside.set()
                assert go.wait(20)
        else:
            assert inside.wait(20)
            write(7)
            assert sealing.seal(AT, passes=1) == 3
            go.set()

    assert realdb.together(slow, 2) == [None, None]
    assert sealing.seal(AT) == 4
    assert sealing.seal(AT) == 1
    assert verify(LATER).ok
    assert Link.objects.count() == 8


def test_the_sealer_that_catches_up_starts_where_its_last_pass_stopped(chain, monkeypatch):
    looks = []

    def unlinked(since, limit, after=0):
        looks.append(after)
        return found(since, limit, after)

    found = sql.unlinked
    monkeypatch.setattr(sql, "unlinked", unlinked)
    monkeypatch.setattr(sealing, "PASS_ROWS_MAX", 3)
    ids = write(8)
    assert sealing.seal(AT) == 8
    assert looks == [0, ids[2], ids[5]]
    assert verify(LATER).ok


def test_S25_the_floor_holds(chain, refused):
    with refused("retention_too_short"):
        retention.purge(by=LI, at=LATER, keep_days=189)


def test_S25_a_purge_archives_what_verifies_and_the_chain_goes_on(chain):
    much_later = AT + timedelta(days=300)
    recent = write(4, at=much_later - timedelta(days=5))
    sealing.seal(much_later)

    done = retention.purge(by=LI, at=much_later, keep_days=200)

    assert (done.rows, done.last_link) == (9, 9)
    assert list(AuditRow.objects.order_by("id").values_list("id", flat=True))[:4] == recent
    assert retention.check_archive(retention.folder() / done.archive) == 9
    sealing.seal(much_later)
    verdict = verify(much_later)
    assert verdict.ok, verdict.flaws
    assert AuditRow.objects.latest("id").action == "audit.purge"
    with pytest.raises(Exception, match="only ever added"), transaction.atomic():
        AuditRow.objects.filter(pk=recent[0]).update(actor="x")
    # And again, from where the first ended.
    assert retention.purge(by=LI, at=much_later + timedelta(days=250), keep_days=200).id == 2
    assert verify(much_later).ok
    assert Purge.objects.count() == 2


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_S25_a_bent_archive_is_refused(chain, refused, place):
    import gzip

    much_later = AT + timedelta(days=300)
    done = retention.purge(by=LI, at=much_later, keep_days=200)
    path = retention.folder() / done.archive
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    number = int(place * 9)
    before, line, after = lines[:number], lines[number], lines[number + 1 :]
    renamed = line.replace("李建国".encode(), "王某某".encode())
    for bent in ([*before, renamed, *after], [*before, *after], lines[:-1]):
        path.write_bytes(gzip.compress(b"".join(bent)))
        with refused("audit_archive_bent"):
            retention.check_archive(path)


def test_nothing_is_taken_out_of_a_broken_chain(chain, refused):
    as_superuser(f"UPDATE audit_auditrow SET actor = '王某' WHERE id = {chain[4]}")
    with refused("audit_chain_broken"):
        retention.purge(by=LI, at=AT + timedelta(days=500))


def test_after_a_restore_the_older_database_is_right_again(chain):
    as_superuser(
        f"DELETE FROM audit_auditrow WHERE id >= {chain[6]}",
        "DELETE FROM audit_link WHERE id > 6",
        "DELETE FROM audit_seal WHERE last_link > 6",
    )
    assert flaw().kind == "tail cut"
    sealing.restored(by="restore", at=LATER)
    assert verify(LATER).ok
    write(2, at=LATER)
    sealing.seal(LATER)
    assert verify(LATER).ok


def test_in_another_cluster_every_row_is_looked_at_again(chain, monkeypatch):
    monkeypatch.setattr(sql, "cluster_and_mark", lambda: ("another", 3))
    monkeypatch.setattr(sql, "nothing_since", lambda mark, cluster: cluster == "another")
    write(2)
    assert sealing.seal(AT) == 2
    assert Seal.objects.latest("id").cluster == "another"
    assert verify(LATER).ok
