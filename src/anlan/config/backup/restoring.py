"""Putting a backup back: all of it is verified before anything changes."""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base import custody
from anlan.config import custody_cli, home
from anlan.config.backup.common import DATABASE, FILES, MANIFEST, at_work, audited, pg, sync_folder
from anlan.config.backup.keys import BackupKey, key_of, key_path
from anlan.config.backup.refusals import (
    BackupTampered,
    OtherDatabase,
    StillServing,
    TargetNotEmpty,
)
from anlan.config.backup.stream import CHUNK_BYTES, MAGIC, MAGIC_1, TRAILER_BYTES, Opener, exactly
from anlan.config.cli_say import emit, say
from anlan.kernel.audit import sealing
from anlan.kernel.facts import ledger

SIGNATURE_1_BYTES = 64
HEADER_BYTES_MAX = 4_096


def restore(args: argparse.Namespace) -> int:
    """Put a backup into an empty home. Nothing changes until all of it has been verified."""
    path = Path(args.file)
    with _nobody_serves(), at_work(settings.HOME):
        if not args.replace and not _empty():
            raise TargetNotEmpty(home=str(settings.HOME))
        with tempfile.TemporaryDirectory(dir=settings.HOME, prefix="restore-") as folder:
            asked = partial(custody_cli.phrases, args.custodian)
            manifest = open_backup(path, key_path(args), Path(folder), asked)
            say(_("The backup is whole; putting it in place …"))
            home.mark_restoring(True)
            aside = _put_in_place(Path(folder), replace=args.replace)
    home.prepare(restoring=True)
    _rebuild()
    now = timezone.now()
    # The audit's heads may lie ahead of a database of yesterday, and rightly.
    sealing.restored(by=args.actor.name, at=now)
    home.mark_restoring(False)
    audited(args, "backup.restored", manifest["made_at"], {"file": path.name}, now)
    result = {
        "file": str(path),
        "made_at": manifest["made_at"],
        "members": len(manifest["members"]),
        "put_aside": str(aside) if aside else None,
    }
    if args.json:
        emit(result)
    made = timezone.localtime(datetime.fromisoformat(manifest["made_at"])).strftime(
        "%Y-%m-%d %H:%M"
    )
    say(_("Restored the backup of %(made_at)s (%(members)s files).") % {**result, "made_at": made})
    if aside:
        say(_("What was here before lies in %(put_aside)s.") % result)
    return 0


def open_backup(
    path: Path, key_file: Path, folder: Path, phrases: custody.Phrases = lambda names: {}
) -> dict[str, Any]:
    """Verify signature, seals and manifest, and unpack into ``folder``. Returns the manifest.

    Raises BackupTampered, BackupKeyMissing, OtherDatabase; TwoCustodians where it was made for
    two, whose ``phrases`` don't fit; MadeForOne where it wasn't, and this is production.
    """
    try:
        size = path.stat().st_size
        source = path.open("rb")
    except OSError as error:
        reason = error.strerror or str(error)
        raise BackupTampered(file=path.name, reason=reason) from error
    with source:
        header = _header(source, path.name)
        key = key_of(key_file, header["key"])
        _verify(source, size, key, path.name)
        if header["database"] != connection.vendor:
            raise OtherDatabase(made=header["database"], here=connection.vendor)
        source.seek(len(MAGIC))
        raw = source.readline(HEADER_BYTES_MAX).rstrip(b"\n")
        if said := json.loads(raw).get("custody"):
            key = replace(key, sealing=custody.unlock(key.sealing, said, phrases))
        elif settings.HTTPS:
            raise custody.MadeForOne
        _unpack(Opener(source, key, raw, path.name), folder, path.name)
    return _check_manifest(folder, path.name)


def _header(source: IO[bytes], name: str) -> dict[str, str]:
    if source.read(len(MAGIC)) not in (MAGIC, MAGIC_1):
        raise BackupTampered(file=name, reason=_("it is no backup of Anlan"))
    try:
        header: dict[str, str] = json.loads(source.readline(HEADER_BYTES_MAX))
        return {field: header[field] for field in ("key", "made_at", "database")}
    except (ValueError, KeyError, TypeError) as error:
        raise BackupTampered(file=name, reason=_("its header can't be read")) from error


def _verify(source: IO[bytes], size: int, key: BackupKey, name: str) -> None:
    source.seek(0)
    trailer = TRAILER_BYTES if source.read(len(MAGIC)) == MAGIC else SIGNATURE_1_BYTES
    digest, left = hashlib.new(key.suite.digest_name), size - trailer
    source.seek(0)
    while left > 0:
        data = exactly(source, min(CHUNK_BYTES, left), name)
        digest.update(data)
        left -= len(data)
    signature = exactly(source, trailer, name)
    if trailer == TRAILER_BYTES:
        length = signature[0]
        if signature[1 + length :].strip(b"\0"):
            raise BackupTampered(file=name, reason=_("the signature doesn't match"))
        signature = signature[1 : 1 + length]
    if not key.suite.verified(key.public, digest.digest(), signature):
        raise BackupTampered(file=name, reason=_("the signature doesn't match"))


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
    named = {
        member["name"]: member.get("sum") or f"sha256:{member['sha256']}"
        for member in manifest["members"]
    }
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path != folder / MANIFEST
    }
    if found != set(named):
        raise BackupTampered(file=name, reason=_("files are missing, or too many"))
    for member, summed in named.items():
        algorithm, _colon, told = summed.partition(":")
        with (folder / member).open("rb") as file:
            if hashlib.file_digest(file, algorithm).hexdigest() != told:
                raise BackupTampered(file=name, reason=member)
    return manifest


def _put_in_place(folder: Path, *, replace: bool) -> Path | None:
    """Move the verified files to where they belong; returns where the former ones were put."""
    aside = None
    if replace and not _empty():
        aside = settings.HOME / f"replaced-{timezone.now():%Y%m%dT%H%M%SZ}"
        aside.mkdir()
        if connection.vendor == "postgresql":
            pg("pg_dump", "--format=custom", f"--file={aside / DATABASE['postgresql']}")
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
        pg("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error",
            "--single-transaction", str(dump))  # fmt: skip
    else:
        database.unlink(missing_ok=True)
        (folder / DATABASE["sqlite"]).rename(database)
    sync_folder(settings.HOME)
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
