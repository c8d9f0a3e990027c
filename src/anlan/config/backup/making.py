"""Making a backup while everybody works on."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from base64 import b64encode
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.config.backup.common import DATABASE, FILES, MANIFEST, at_work, audited, pg, sync_folder
from anlan.config.backup.keys import BackupKey, key_path, read_key
from anlan.config.backup.stream import Sealer
from anlan.config.cli_say import emit, say

#: Most bytes are photographs, which don't shrink; the rest does at any level.
COMPRESSION = 4


def backup(args: argparse.Namespace) -> int:
    """Write a backup while everybody works on. Prints where it lies."""
    now = timezone.now()
    path = Path(args.file) if args.file else _default_path(now)
    path.parent.mkdir(parents=True, exist_ok=True)
    key = read_key(key_path(args), make=not args.key)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with at_work(path.parent):
        digest, manifest = _write(path, part, key, now)
    after = {"sha256": digest, "members": len(manifest["members"])}
    audited(args, "backup.made", manifest["made_at"], after, now)
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
        sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)
    return told


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
        pg("pg_dump", *command, f"--file={target}")
        return
    with (
        closing(sqlite3.connect(str(settings.DATABASES["default"]["NAME"]))) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        # One step: under WAL a long reader stops no writer.
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
