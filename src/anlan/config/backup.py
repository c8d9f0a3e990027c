"""./anlan backup and ./anlan restore: one file that holds everything but the keys (S35, F20).

    ANLAN-BACKUP-1 ⏎  header as JSON ⏎  chunks …  signature (64 bytes)

Inside the chunks is a compressed tar: the database first, then the attachments, and a manifest
with the SHA-256 of each. A chunk is sealed with AES-256-GCM, bound to the header, to its place and
to whether it is the last, so none can be changed, moved, dropped or added. Ed25519 signs the whole,
so that a store without the secret can check what it keeps.

The order matters: an attachment is on disk before its row commits, so attachments that are read
after the database hold at least what its rows name, while people go on working.

The key file (``secrets/backup``) is never in a backup, nor is any other secret: keep a copy of the
``secrets`` folder in another place than the backups.
"""

from __future__ import annotations

import argparse
import fcntl
import gzip
import hashlib
import io
import json
import os
import secrets
import shutil
import sqlite3
import struct
import subprocess
import tarfile
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.refusal import Refusal
from anlan.config import home
from anlan.config.cli_say import emit, say
from anlan.kernel.audit import sealing, trail
from anlan.kernel.facts import ledger

MAGIC = b"ANLAN-BACKUP-1\n"
CHUNK_BYTES = 1 << 20
#: Most bytes are photographs, which don't shrink; the rest does at any level.
COMPRESSION = 4
NONCE_BYTES = 12
TAG_BYTES = 16
SIGNATURE_BYTES = 64
HEADER_BYTES_MAX = 4_096
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
MANIFEST = "manifest.json"
FILES = "files"


class BackupTampered(Refusal):
    code = "backup_tampered"
    message = gettext_lazy(
        "%(file)s is not as it was written (%(reason)s), so nothing was restored. "
        "Take another copy of this backup, or an earlier backup."
    )


class BackupKeyMissing(Refusal):
    code = "backup_key_missing"
    message = gettext_lazy(
        "The key %(key)s that this backup was made with is not in %(path)s. "
        "Put the secrets folder back first, or name the key file with --key."
    )


class TargetNotEmpty(Refusal):
    code = "target_not_empty"
    message = gettext_lazy(
        "%(home)s holds data already, so nothing was restored. Name an empty ANLAN_HOME, "
        "or add --replace: the present data is then put aside in that folder."
    )


class StillServing(Refusal):
    code = "still_serving"
    message = gettext_lazy("Anlan is being served from %(home)s. Stop it, then restore.")


class OtherDatabase(Refusal):
    code = "other_database"
    message = gettext_lazy(
        "This backup was made of a %(made)s database, and ANLAN_DATABASE selects %(here)s. "
        "Set ANLAN_DATABASE to match."
    )


class ToolMissing(Refusal):
    code = "tool_missing"
    message = gettext_lazy(
        "%(tool)s was not found. Install PostgreSQL's client programs "
        "(Debian: apt-get install postgresql-client)."
    )


class ToolFailed(Refusal):
    code = "tool_failed"
    message = gettext_lazy("%(tool)s failed: %(reason)s")


# --- The key -------------------------------------------------------------------------------


@dataclass(frozen=True)
class BackupKey:
    """A secret that seals and a secret that signs; ``id`` stands in the header."""

    id: str
    sealing: bytes
    signing: Ed25519PrivateKey

    @property
    def public(self) -> Ed25519PublicKey:
        return self.signing.public_key()


def read_key(path: Path, *, make: bool = False) -> BackupKey:
    if make and not path.exists():
        text = json.dumps(
            {
                "id": secrets.token_hex(8),
                "sealing": b64encode(secrets.token_bytes(32)).decode(),
                "signing": b64encode(secrets.token_bytes(32)).decode(),
            }
        )
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    try:
        found = json.loads(path.read_text())
        return BackupKey(
            found["id"],
            b64decode(found["sealing"]),
            Ed25519PrivateKey.from_private_bytes(b64decode(found["signing"])),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupKeyMissing(key="", path=str(path)) from error


def _key_path(args: argparse.Namespace) -> Path:
    return Path(args.key) if args.key else settings.HOME / "secrets" / "backup"


# --- The sealed stream ---------------------------------------------------------------------


class Sealer(io.RawIOBase):
    """A writer that seals what is written, chunk by chunk; ``finish()`` signs the whole."""

    def __init__(self, out: IO[bytes], key: BackupKey, header: bytes) -> None:
        self._out, self._key = out, key
        self._cipher, self._bound = AESGCM(key.sealing), hashlib.sha256(header).digest()
        self._hash = hashlib.sha256()
        self._buffer, self._number = bytearray(), 0
        self._put(MAGIC + header + b"\n")

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._buffer += data
        while len(self._buffer) > CHUNK_BYTES:
            self._seal(bytes(self._buffer[:CHUNK_BYTES]), last=False)
            del self._buffer[:CHUNK_BYTES]
        return len(data)

    def finish(self) -> str:
        """Returns the SHA-256 of everything that was signed."""
        self._seal(bytes(self._buffer), last=True)
        self._out.write(self._key.signing.sign(self._hash.digest()))
        return self._hash.hexdigest()

    def _seal(self, plain: bytes, *, last: bool) -> None:
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, plain, _bind(self._bound, self._number, last))
        self._put(struct.pack(">I?", len(sealed), last) + nonce + sealed)
        self._number += 1

    def _put(self, data: bytes) -> None:
        self._hash.update(data)
        self._out.write(data)


def _bind(header: bytes, number: int, last: bool) -> bytes:
    return header + struct.pack(">Q?", number, last)


class Opener(io.RawIOBase):
    """A reader of what a Sealer wrote; raises BackupTampered at the first byte that is not so."""

    def __init__(self, source: IO[bytes], key: BackupKey, header: bytes, name: str) -> None:
        self._source, self._name = source, name
        self._cipher, self._bound = AESGCM(key.sealing), hashlib.sha256(header).digest()
        self._rest, self._number, self._last = b"", 0, False

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self._rest and not self._last:
            self._rest = self._next()
        count = min(len(into), len(self._rest))
        into[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def _next(self) -> bytes:
        length, last = struct.unpack(">I?", _exactly(self._source, 5, self._name))
        if length > CHUNK_BYTES + TAG_BYTES:
            raise BackupTampered(file=self._name, reason=_("a chunk is too long"))
        nonce = _exactly(self._source, NONCE_BYTES, self._name)
        sealed = _exactly(self._source, length, self._name)
        try:
            plain = self._cipher.decrypt(nonce, sealed, _bind(self._bound, self._number, last))
        except InvalidTag as error:
            raise BackupTampered(file=self._name, reason=_("a chunk was changed")) from error
        self._number, self._last = self._number + 1, last
        return plain


def _exactly(source: IO[bytes], count: int, name: str) -> bytes:
    data = source.read(count)
    if len(data) != count:
        raise BackupTampered(file=name, reason=_("it ends too early"))
    return data


# --- Backing up ----------------------------------------------------------------------------


def backup(args: argparse.Namespace) -> int:
    """Write a backup while everybody works on. Prints where it lies."""
    now = timezone.now()
    path = Path(args.file) if args.file else _default_path(now)
    path.parent.mkdir(parents=True, exist_ok=True)
    key = read_key(_key_path(args), make=not args.key)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with _at_work(path.parent):
        digest, manifest = _write(path, part, key, now)
    after = {"sha256": digest, "members": len(manifest["members"])}
    _audit(args, "backup.made", manifest["made_at"], after, now)
    result = {
        "file": str(path),
        "bytes": path.stat().st_size,
        "members": len(manifest["members"]),
        "database": manifest["database"],
        "sha256": digest,
        "key": key.id,
    }
    if args.json:
        emit(result)
    else:
        print(path)
    say(
        _("Backed up %(members)s files in %(bytes)s bytes. Keep the folder %(secrets)s elsewhere.")
        % {**result, "secrets": settings.HOME / "secrets"}
    )
    return 0


def _write(path: Path, part: Path, key: BackupKey, now: datetime) -> tuple[str, dict[str, Any]]:
    """Write beside ``path`` and put it there whole, or not at all."""
    try:
        with part.open("wb") as out:
            told = write_backup(out, key, now)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)
    return told


@contextmanager
def _at_work(folder: Path) -> Iterator[None]:
    """Clear away first what a backup or restore that was killed left behind: a plain copy of the
    database, which must not lie about. Not while another one is at work."""
    with (settings.HOME / "backup.lock").open("w") as lock:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for left in (*settings.HOME.glob("backup-*"), *settings.HOME.glob("restore-*")):
                shutil.rmtree(left, ignore_errors=True)
            for left in folder.glob("*.backup.*.part"):
                left.unlink(missing_ok=True)
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def _default_path(now: datetime) -> Path:
    name = now.astimezone(UTC).strftime("anlan-%Y%m%dT%H%M%SZ.backup")
    folder: Path = settings.HOME / "backups"
    return folder / name


def write_backup(out: IO[bytes], key: BackupKey, now: datetime) -> tuple[str, dict[str, Any]]:
    """Snapshot, pack, seal and sign into ``out``. Returns the digest and the manifest."""
    header = json.dumps(
        {
            "key": key.id,
            "public": b64encode(key.public.public_bytes_raw()).decode(),
            "made_at": now.isoformat(),
            "database": connection.vendor,
        },
        sort_keys=True,
    ).encode()
    sealer = Sealer(out, key, header)
    members: list[dict[str, Any]] = []
    with (
        tempfile.TemporaryDirectory(dir=settings.HOME, prefix="backup-") as folder,
        gzip.GzipFile(fileobj=sealer, mode="wb", compresslevel=COMPRESSION) as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        database = Path(folder) / DATABASE[connection.vendor]
        _snapshot(database)
        members.append(_pack(tar, database, database.name))
        for path in sorted(Path(settings.MEDIA_ROOT).rglob("*")):
            if path.is_file() and not path.is_symlink():
                name = f"{FILES}/{path.relative_to(settings.MEDIA_ROOT).as_posix()}"
                with suppress(FileNotFoundError):  # a draft that was cleared away meanwhile
                    members.append(_pack(tar, path, name))
        manifest = {"made_at": now.isoformat(), "database": connection.vendor, "members": members}
        text = json.dumps(manifest).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text))
    return sealer.finish(), manifest


def _pack(tar: tarfile.TarFile, path: Path, name: str) -> dict[str, Any]:
    """Add a file and return its line of the manifest, from the very bytes that were added."""
    with path.open("rb") as file:
        entry = tarfile.TarInfo(name)
        entry.size = os.fstat(file.fileno()).st_size
        reader = _Hashing(file)
        tar.addfile(entry, reader)
    return {"name": name, "bytes": entry.size, "sha256": reader.hash.hexdigest()}


class _Hashing(io.RawIOBase):
    """Hashes what passes through it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.hash = file, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        data = self.file.read(len(into))
        self.hash.update(data)
        into[: len(data)] = data
        return len(data)


def _snapshot(target: Path) -> None:
    """A consistent copy of the database while others write."""
    if connection.vendor == "postgresql":
        command = ["--format=custom", "--compress=0", "--no-owner", "--no-privileges"]
        _pg("pg_dump", *command, f"--file={target}")
        return
    with (
        closing(sqlite3.connect(str(settings.DATABASES["default"]["NAME"]))) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        # One step: under WAL a long reader stops no writer.
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def _pg(tool: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on our database."""
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{tool}"), reverse=True)
    program = shutil.which(tool) or (str(newest[0]) if newest else "")
    if not program:
        raise ToolMissing(tool=tool)
    known = connection.settings_dict
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}
    env = {variable: str(known[name]) for name, variable in names.items() if known[name]}
    done = subprocess.run(  # noqa: S603  our own program and arguments
        [program, "--no-password", f"--dbname={known['NAME']}", *arguments],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ToolFailed(tool=tool, reason=done.stderr.strip()[-500:])


# --- Restoring -----------------------------------------------------------------------------


def restore(args: argparse.Namespace) -> int:
    """Put a backup into an empty home. Nothing changes until all of it has been verified."""
    path = Path(args.file)
    with _nobody_serves(), _at_work(settings.HOME):
        if not args.replace and not _empty():
            raise TargetNotEmpty(home=str(settings.HOME))
        with tempfile.TemporaryDirectory(dir=settings.HOME, prefix="restore-") as folder:
            manifest = open_backup(path, _key_path(args), Path(folder))
            say(_("The backup is whole; putting it in place …"))
            home.mark_restoring(True)
            aside = _put_in_place(Path(folder), replace=args.replace)
    home.prepare(restoring=True)
    _rebuild()
    now = timezone.now()
    # The audit's heads may lie ahead of a database of yesterday, and rightly.
    sealing.restored(by=args.actor.name, at=now)
    home.mark_restoring(False)
    _audit(args, "backup.restored", manifest["made_at"], {"file": path.name}, now)
    result = {
        "file": str(path),
        "made_at": manifest["made_at"],
        "members": len(manifest["members"]),
        "put_aside": str(aside) if aside else None,
    }
    if args.json:
        emit(result)
    say(_("Restored the backup of %(made_at)s (%(members)s files).") % result)
    if aside:
        say(_("What was here before lies in %(put_aside)s.") % result)
    return 0


def open_backup(path: Path, key_path: Path, folder: Path) -> dict[str, Any]:
    """Verify signature, seals and manifest, and unpack into ``folder``. Returns the manifest.

    Raises BackupTampered, BackupKeyMissing, OtherDatabase.
    """
    try:
        size = path.stat().st_size
        source = path.open("rb")
    except OSError as error:
        reason = error.strerror or str(error)
        raise BackupTampered(file=path.name, reason=reason) from error
    with source:
        header = _header(source, path.name)
        key = read_key(key_path)
        if key.id != header["key"]:
            raise BackupKeyMissing(key=header["key"], path=str(key_path))
        _verify(source, size, key, path.name)
        if header["database"] != connection.vendor:
            raise OtherDatabase(made=header["database"], here=connection.vendor)
        source.seek(len(MAGIC))
        raw = source.readline(HEADER_BYTES_MAX).rstrip(b"\n")
        _unpack(Opener(source, key, raw, path.name), folder, path.name)
    return _check_manifest(folder, path.name)


def _header(source: IO[bytes], name: str) -> dict[str, str]:
    if source.read(len(MAGIC)) != MAGIC:
        raise BackupTampered(file=name, reason=_("it is no backup of Anlan"))
    try:
        header: dict[str, str] = json.loads(source.readline(HEADER_BYTES_MAX))
        return {field: header[field] for field in ("key", "made_at", "database")}
    except (ValueError, KeyError, TypeError) as error:
        raise BackupTampered(file=name, reason=_("its header can't be read")) from error


def _verify(source: IO[bytes], size: int, key: BackupKey, name: str) -> None:
    digest, left = hashlib.sha256(), size - SIGNATURE_BYTES
    source.seek(0)
    while left > 0:
        data = _exactly(source, min(CHUNK_BYTES, left), name)
        digest.update(data)
        left -= len(data)
    try:
        key.public.verify(_exactly(source, SIGNATURE_BYTES, name), digest.digest())
    except InvalidSignature as error:
        raise BackupTampered(file=name, reason=_("the signature doesn't match")) from error


def _unpack(stream: Opener, folder: Path, name: str) -> None:
    try:
        with tarfile.open(fileobj=io.BufferedReader(stream), mode="r|gz") as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BackupTampered(file=name, reason=_("it can't be unpacked")) from error


def _check_manifest(folder: Path, name: str) -> dict[str, Any]:
    """Every file that the manifest names is there as it says, and no other."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise BackupTampered(file=name, reason=_("it has no manifest")) from error
    named = {member["name"]: member["sha256"] for member in manifest["members"]}
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path != folder / MANIFEST
    }
    if found != set(named):
        raise BackupTampered(file=name, reason=_("files are missing, or too many"))
    for member, sha256 in named.items():
        with (folder / member).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise BackupTampered(file=name, reason=member)
    return manifest


def _put_in_place(folder: Path, *, replace: bool) -> Path | None:
    """Move the verified files to where they belong; returns where the former ones were put."""
    aside = None
    if replace and not _empty():
        aside = settings.HOME / f"replaced-{timezone.now():%Y%m%dT%H%M%SZ}"
        aside.mkdir()
        if connection.vendor == "postgresql":
            _pg("pg_dump", "--format=custom", f"--file={aside / DATABASE['postgresql']}")
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE")
                cursor.execute("CREATE SCHEMA public")
    connection.close()
    media, database = Path(settings.MEDIA_ROOT), Path(str(settings.DATABASES["default"]["NAME"]))
    old = [media]
    if connection.vendor == "sqlite":
        # The log files must go with the database that they belong to.
        old += [database.with_name(database.name + end) for end in ("", "-wal", "-shm")]
    for path in old:
        if path.exists() and aside:
            path.rename(aside / path.name)
    (folder / FILES).mkdir(exist_ok=True)
    if media.exists():
        media.rmdir()  # it is empty: the target was
    (folder / FILES).rename(media)
    if connection.vendor == "postgresql":
        dump = folder / DATABASE["postgresql"]
        _pg("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error",
            "--single-transaction", str(dump))  # fmt: skip
    else:
        database.unlink(missing_ok=True)
        (folder / DATABASE["sqlite"]).rename(database)
    _sync_folder(settings.HOME)
    (settings.HOME / "prepared.json").unlink(missing_ok=True)
    return aside


def _empty() -> bool:
    """No table in the database, and no attachment."""
    media = Path(settings.MEDIA_ROOT)
    if media.exists() and any(media.iterdir()):
        return False
    return not connection.introspection.table_names()


@contextmanager
def _nobody_serves() -> Iterator[None]:
    with (settings.HOME / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StillServing(home=str(settings.HOME)) from error
        yield


def _rebuild() -> None:
    """The ledger's sums name transactions of the old cluster, so they are summed anew."""
    say(_("Summing the ledger anew …"))
    ledger.rebuild()


def _audit(
    args: argparse.Namespace, action: str, object_id: str, after: dict[str, Any], at: datetime
) -> None:
    with transaction.atomic(durable=True):
        trail.record([trail.Entry(action, "backup", object_id, after=after)], by=args.actor, at=at)


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
