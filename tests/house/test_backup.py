"""The drill of F20 and the seals of S35: a backup comes back whole, or not at all."""

from __future__ import annotations

import json
import shutil
import tarfile
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from anlan.config import backup, cli, home
from anlan.kernel.regions.models import Region
from tests.house.test_databases import add

pytestmark = pytest.mark.realdb


@pytest.fixture
def anlan(realdb, capsys, monkeypatch):
    """Run a command in this process; returns its exit status and what it said in JSON."""
    # A restored database of two provinces needn't get the others.
    monkeypatch.setattr(home, "_seed", lambda: None)

    def run(*arguments: str) -> tuple[int, dict]:
        status = cli.main([*arguments, "--json"])
        connection.close()
        return status, json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def files(realdb) -> Path:
    """Attachments, one of them larger than a chunk."""
    folder = Path(settings.MEDIA_ROOT)
    (folder / "ab").mkdir(parents=True)
    (folder / "ab/abc").write_bytes(b"photo" * 300_000)
    (folder / "ab/空").write_bytes(b"")
    return folder


@pytest.fixture
def made(anlan, files) -> Path:
    add("BEFORE", "备份之前")
    status, done = anlan("backup")
    assert (status, done["members"]) == (0, 3)
    return Path(done["file"])


def empty(realdb) -> None:
    """As on a new machine: nothing but the secrets, which lie elsewhere."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connection.close()
    for path in realdb.home.iterdir():
        if path.name != "secrets":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def test_F20_what_was_backed_up_comes_back(realdb, anlan, made, files, tmp_path):
    kept = shutil.copy(made, tmp_path / "kept.backup")
    empty(realdb)
    assert not files.exists()
    status, done = anlan("restore", str(kept))
    assert (status, done["members"]) == (0, 3)
    assert Region.objects.get(code="BEFORE").name == "备份之前"
    assert (files / "ab/abc").read_bytes() == b"photo" * 300_000
    assert (files / "ab/空").read_bytes() == b""


def test_F20_a_backup_taken_among_writers_is_of_one_moment(realdb, anlan, tmp_path):
    """Each transaction writes two rows; a snapshot that cut through one would hold one of them."""
    stop, failed = threading.Event(), []

    def write() -> None:
        number = 0
        try:
            while not stop.is_set():
                with transaction.atomic():
                    add(f"L{number}")
                    add(f"R{number}")
                number += 1
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            assert anlan("backup", str(tmp_path / f"{number}.backup"))[0] == 0
    finally:
        stop.set()
        writer.join()
    assert not failed
    empty(realdb)
    assert anlan("restore", str(tmp_path / "2.backup"))[0] == 0
    left = Region.objects.filter(code__startswith="L").count()
    assert left == Region.objects.filter(code__startswith="R").count()
    assert left > 0


def test_S35_neither_data_nor_keys_can_be_read_in_it(realdb, made):
    data = made.read_bytes()
    assert "备份之前".encode() not in data
    assert b"photophoto" not in data
    for secret in (realdb.home / "secrets").iterdir():
        if secret.is_file() and secret.name != "backup":
            assert secret.read_bytes()[:16] not in data


def test_S35_no_secret_is_among_its_members(realdb, made, tmp_path):
    manifest = backup.open_backup(made, realdb.home / "secrets/backup", tmp_path / "out")
    names = [member["name"] for member in manifest["members"]]
    assert not any("secret" in name for name in names), names
    assert len(names) == 3


@pytest.mark.parametrize("place", ["header", "first", "middle", "signature", "shorter", "longer"])
def test_S35_a_changed_byte_is_refused_and_nothing_is_restored(
    realdb, anlan, made, tmp_path, place
):
    data = bytearray(made.read_bytes())
    at = {"header": 60, "first": 400, "middle": len(data) // 2, "signature": len(data) - 5}
    if place == "shorter":
        del data[-200:]
    elif place == "longer":
        data += b"x"
    else:
        data[at[place]] ^= 1
    bent = tmp_path / "bent.backup"
    bent.write_bytes(data)
    empty(realdb)
    status, done = anlan("restore", str(bent))
    assert status == 1
    code = done["error"]["code"]
    # A bit of the header may fall into the key's name.
    assert code in ("backup_tampered", *(["backup_key_missing"] if place == "header" else []))
    assert connection.introspection.table_names() == []
    assert not (realdb.home / "files").exists()


def test_S35_chunks_cannot_change_places(realdb, made, tmp_path, monkeypatch):
    """Even whoever holds the signing key's file can't have sealed parts in another order."""
    monkeypatch.setattr("anlan.config.backup.restoring._verify", lambda *_: None)
    data = made.read_bytes()
    body = data.index(b"\n", len(backup.MAGIC)) + 1
    length = int.from_bytes(data[body : body + 4], "big") + 5 + backup.NONCE_BYTES
    first, second = data[body : body + length], data[body + length : body + 2 * length]
    swapped = tmp_path / "swapped.backup"
    swapped.write_bytes(data[:body] + second + first + data[body + 2 * length :])
    with pytest.raises(backup.BackupTampered):
        backup.open_backup(swapped, realdb.home / "secrets/backup", tmp_path / "out")


def test_a_home_with_data_is_left_alone_unless_told(realdb, anlan, made, tmp_path):
    add("AFTER")
    kept = shutil.copy(made, tmp_path / "kept.backup")
    _status, done = anlan("restore", str(kept))
    assert done["error"]["code"] == "target_not_empty"
    assert Region.objects.filter(code="AFTER").exists()
    status, done = anlan("restore", str(kept), "--replace")
    assert status == 0
    assert not Region.objects.filter(code="AFTER").exists()
    aside = Path(done["put_aside"])
    assert any(aside.iterdir()), "what was there is put aside, not thrown away"


def test_without_its_key_it_says_what_is_missing(realdb, anlan, made, tmp_path):
    kept = shutil.copy(made, tmp_path / "kept.backup")
    key = shutil.move(realdb.home / "secrets/backup", tmp_path / "key")
    empty(realdb)
    _status, done = anlan("restore", str(kept))
    assert done["error"]["code"] == "backup_key_missing"
    assert anlan("restore", str(kept), "--key", str(key))[0] == 0
    assert Region.objects.filter(code="BEFORE").exists()


def test_a_member_that_leads_outside_is_refused(realdb, tmp_path):
    key = backup.read_key(tmp_path / "key", make=True)
    path = tmp_path / "evil.backup"
    header = json.dumps(
        {"key": key.id, "made_at": "2024-01-01", "database": connection.vendor}
    ).encode()
    with path.open("wb") as out:
        sealer = backup.Sealer(out, key, header)
        with tarfile.open(fileobj=sealer, mode="w|gz") as tar:
            tar.addfile(tarfile.TarInfo("../outside"))
        sealer.finish()
    with pytest.raises(backup.BackupTampered):
        backup.open_backup(path, tmp_path / "key", tmp_path / "a/b")
    assert not (tmp_path / "a/outside").exists()
