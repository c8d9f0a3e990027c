"""The drill of F20 and the seals of S35: a backup comes back whole, or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import struct
import tarfile
import threading
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connection, transaction

from anlan.base import crypto
from anlan.config import backup, cli, home
from anlan.kernel.audit.models import AuditRow
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


@pytest.mark.parametrize(
    "place", ["header", "first", "middle", "signature", "end", "shorter", "longer"]
)
def test_S35_a_changed_byte_is_refused_and_nothing_is_restored(
    realdb, anlan, made, tmp_path, place
):
    data = bytearray(made.read_bytes())
    at = {
        "header": 60, "first": 500, "middle": len(data) // 2, "signature": len(data) - 100,
        "end": len(data) - 5,
    }  # fmt: skip
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
    key = backup.key_for_making(tmp_path / "key")
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


def header_of(path: Path) -> dict:
    with path.open("rb") as file:
        file.readline()
        return json.loads(file.readline())


def of_the_first_kind(path: Path, key: Path, text: bytes) -> None:
    """A backup as it was written before there were suites, by the letters of that time."""
    secret, signing = bytes(range(32)), Ed25519PrivateKey.from_private_bytes(bytes(32))
    told = {"id": "0011223344556677", "sealing": secret, "signing": bytes(32)}
    key.write_text(
        json.dumps(told | {n: b64encode(told[n]).decode() for n in ("sealing", "signing")})
    )
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w|gz") as tar:
        line = {"name": "files/a", "bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()}
        manifest = json.dumps({"made_at": "2024-01-01", "members": [line]}).encode()
        for name, content in (("files/a", text), ("manifest.json", manifest)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    header = json.dumps(
        {"key": told["id"], "made_at": "2024-01-01", "database": connection.vendor}
    ).encode()
    bound = hashlib.sha256(header).digest() + struct.pack(">Q?", 0, True)
    nonce = bytes(12)
    sealed = AESGCM(secret).encrypt(nonce, packed.getvalue(), bound)
    data = (
        b"ANLAN-BACKUP-1\n"
        + header
        + b"\n"
        + struct.pack(">I?", len(sealed), True)
        + nonce
        + sealed
    )
    path.write_bytes(data + signing.sign(hashlib.sha256(data).digest()))


def test_S29_a_backup_follows_the_suite_and_those_of_the_former_one_still_open(
    realdb, anlan, files, tmp_path
):
    add("BEFORE", "备份之前")
    made = {}
    for number, suite in enumerate(("gm", "intl", "gm")):
        if crypto.ring().current().suite.name != suite:
            crypto.ring().rotate(suite)
        status, done = anlan("backup", str(tmp_path / f"{number}.backup"))
        assert status == 0
        assert done["sum"].startswith({"gm": "sm3:", "intl": "sha256:"}[suite])
        made[number] = Path(done["file"])
        header = header_of(made[number])
        assert (header["profile"], header["key"]) == (suite, done["key"])
        # Whoever stores it checks it with what stands in it, and without any secret.
        data = made[number].read_bytes()
        body, trailer = data[:-128], data[-128:]
        digest = hashlib.new(crypto.SUITES[suite].digest_name, body).digest()
        signature = trailer[1 : 1 + trailer[0]]
        public = b64decode(header["public"])
        assert crypto.SUITES[suite].verified(public, digest, signature)
        assert not crypto.SUITES[suite].verified(public, digest[::-1], signature)
    assert len({header_of(path)["key"] for path in made.values()}) == 3
    for number, path in made.items():
        manifest = backup.open_backup(
            path, realdb.home / "secrets/backup", tmp_path / f"out{number}"
        )
        assert len(manifest["members"]) == 3
    empty(realdb)
    assert anlan("restore", str(made[1]))[0] == 0
    assert Region.objects.get(code="BEFORE").name == "备份之前"


def test_S29_a_backup_from_before_there_were_suites_still_opens(realdb, tmp_path):
    path, key = tmp_path / "old.backup", tmp_path / "key"
    of_the_first_kind(path, key, b"photo")
    manifest = backup.open_backup(path, key, tmp_path / "out")
    assert [member["name"] for member in manifest["members"]] == ["files/a"]
    assert (tmp_path / "out/files/a").read_bytes() == b"photo"
    data = bytearray(path.read_bytes())
    data[-10] ^= 1
    path.write_bytes(data)
    with pytest.raises(backup.BackupTampered):
        backup.open_backup(path, key, tmp_path / "again")


def test_S35_a_second_copy_lies_elsewhere_and_was_read_back(
    realdb, anlan, files, tmp_path, monkeypatch
):
    elsewhere = tmp_path / "mounted"
    elsewhere.mkdir()
    status, done = anlan("backup", "--copy", str(elsewhere))
    assert status == 0
    copy = Path(done["copy"])
    assert copy.parent == elsewhere
    assert copy.read_bytes() == Path(done["file"]).read_bytes()
    assert json.loads(AuditRow.objects.latest("id").after)["copied"] is True

    monkeypatch.setenv("ANLAN_BACKUP_COPY", str(tmp_path / "not-mounted"))
    file = tmp_path / "kept.backup"
    status, done = anlan("backup", str(file))
    assert (status, done["error"]["code"]) == (1, "copy_failed")
    assert file.exists(), "the backup itself is there, and whole"
    assert not (tmp_path / "not-mounted").exists(), "nothing is made where nothing is mounted"

    def lossy(source, target, length=0):
        target.write(source.read()[:-1])

    monkeypatch.setattr("anlan.config.backup.making.shutil.copyfileobj", lossy)
    monkeypatch.setenv("ANLAN_BACKUP_COPY", str(elsewhere))
    status, done = anlan("backup", str(tmp_path / "other.backup"))
    assert done["error"]["code"] == "copy_failed"
    assert [path.name for path in elsewhere.iterdir()] == [copy.name]


def test_S35_a_backup_made_with_another_key_is_refused(realdb, anlan, made, tmp_path):
    kept = shutil.copy(made, tmp_path / "kept.backup")
    (realdb.home / "secrets/backup").unlink()
    backup.key_for_making(realdb.home / "secrets/backup")
    empty(realdb)
    status, done = anlan("restore", str(kept))
    assert (status, done["error"]["code"]) == (1, "backup_key_missing")
    assert connection.introspection.table_names() == []
