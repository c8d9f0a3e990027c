"""Making a backup while everybody works on."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from base64 import b64encode
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base import custody
from anlan.config.backup.common import DATABASE, FILES, MANIFEST, at_work, audited, pg, sync_folder
from anlan.config.backup.keys import BackupKey, key_for_making, key_path, read_key
from anlan.config.backup.refusals import CopyFailed
from anlan.config.backup.stream import CHUNK_BYTES, Sealer
from anlan.config.cli_say import emit, say

#: Most bytes are photographs, which don't shrink; the rest does at any level.
COMPRESSION = 4


def backup(args: argparse.Namespace) -> int:
    """Write a backup while everybody works on. Prints where it lies."""
    now = timezone.now()
    path = Path(args.file) if args.file else _default_path(now)
    path.parent.mkdir(parents=True, exist_ok=True)
    key = read_key(Path(args.key)) if args.key else key_for_making(key_path(args))
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with at_work(path.parent):
        digest, manifest = _write(path, part, key, now)
    after = {"sum": digest, "members": len(manifest["members"])}
    copy = _copy(path, args)
    audited(args, "backup.made", manifest["made_at"], after | {"copied": bool(copy)}, now)
    result = {
        "file": str(path),
        "bytes": path.stat().st_size,
        "members": len(manifest["members"]),
        "database": manifest["database"],
        "sum": digest,
        "key": key.id,
        "copy": str(copy) if copy else None,
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
        sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)
    return told


def _copy(path: Path, args: argparse.Namespace) -> Path | None:
    """Another copy where --copy or ANLAN_BACKUP_COPY says, read back from there and compared.

    Raises CopyFailed; the backup itself is in its place then.
    """
    named = args.copy or os.environ.get("ANLAN_BACKUP_COPY")
    if not named:
        return None
    folder = Path(named)
    part = folder / f"{path.name}.{os.getpid()}.part"
    try:
        # Not made here: a share that isn't mounted must not look like one that is.
        with path.open("rb") as source, part.open("xb") as target:
            shutil.copyfileobj(source, target, CHUNK_BYTES)
            target.flush()
            os.fsync(target.fileno())
        with path.open("rb") as source, part.open("rb") as target:
            same = hashlib.file_digest(source, "sha256").digest()
            if hashlib.file_digest(target, "sha256").digest() != same:
                raise CopyFailed(file=str(path), folder=named, reason=_("it reads back otherwise"))
        part.replace(folder / path.name)
        sync_folder(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CopyFailed(file=str(path), folder=named, reason=reason) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    if folder.stat().st_dev == settings.HOME.stat().st_dev:
        say(_("Warning: %(folder)s is on the same disk as the data.") % {"folder": folder})
    return folder / path.name


def _default_path(now: datetime) -> Path:
    name = now.astimezone(UTC).strftime("anlan-%Y%m%dT%H%M%SZ.backup")
    folder: Path = settings.HOME / "backups"
    return folder / name


def write_backup(out: IO[bytes], key: BackupKey, now: datetime) -> tuple[str, dict[str, Any]]:
    """Snapshot, pack, seal and sign into ``out``. Returns the digest and the manifest."""
    locked, said = custody.lock(key.sealing, settings.HOME)
    key = replace(key, sealing=locked)
    header = json.dumps(
        ({"custody": said} if said else {})
        | {
            "key": key.id,
            "profile": key.suite.name,
            "public": b64encode(key.public).decode(),
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
        members.append(_pack(tar, database, database.name, key.suite.digest_name))
        for path in sorted(Path(settings.MEDIA_ROOT).rglob("*")):
            if path.is_file() and not path.is_symlink():
                name = f"{FILES}/{path.relative_to(settings.MEDIA_ROOT).as_posix()}"
                with suppress(FileNotFoundError):  # a draft that was cleared away meanwhile
                    members.append(_pack(tar, path, name, key.suite.digest_name))
        manifest = {"made_at": now.isoformat(), "database": connection.vendor, "members": members}
        text = json.dumps(manifest).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text))
    return sealer.finish(), manifest


def _pack(tar: tarfile.TarFile, path: Path, name: str, algorithm: str) -> dict[str, Any]:
    """Add a file and return its line of the manifest, from the very bytes that were added."""
    with path.open("rb") as file:
        entry = tarfile.TarInfo(name)
        entry.size = os.fstat(file.fileno()).st_size
        reader = _Hashing(file, algorithm)
        tar.addfile(entry, reader)
    return {"name": name, "bytes": entry.size, "sum": f"{algorithm}:{reader.hash.hexdigest()}"}


class _Hashing(io.RawIOBase):
    """Hashes what passes through it."""

    def __init__(self, file: IO[bytes], algorithm: str) -> None:
        self.file, self.hash = file, hashlib.new(algorithm)

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
        pg("pg_dump", *command, f"--file={target}")
        return
    with (
        closing(sqlite3.connect(str(settings.DATABASES["default"]["NAME"]))) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        # One step: under WAL a long reader stops no writer.
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
