"""The secrets that seal and sign backups."""

from __future__ import annotations

import argparse
import json
import os
import secrets
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from anlan.base import crypto
from anlan.base.crypto import Suite
from anlan.config.backup.refusals import BackupKeyMissing

#: What stands before 32 bytes to make them a private key in PKCS #8 (RFC 8410).
ED25519 = bytes.fromhex("302e020100300506032b657004220420")


@dataclass(frozen=True)
class BackupKey:
    """A secret that seals and a secret that signs; ``id`` stands in the header."""

    id: str
    suite: Suite
    sealing: bytes
    #: As the suite keeps private keys.
    signing: bytes

    @property
    def public(self) -> bytes:
        return self.suite.public_key(self.signing)


def key_for_making(path: Path) -> BackupKey:
    """The key in ``path``; a new one where there is none, or where another suite is used by now.

    The former one stays beside it under its own name, for the backups that were made with it.
    """
    suite = crypto.ring().current().suite
    if not path.exists():
        return _make(path, suite)
    known = read_key(path)
    if known.suite.name == suite.name:
        return known
    with suppress(FileExistsError):
        os.link(path, path.with_name(f"{path.name}-{known.id}"))
    return _make(path, suite, replace=True)


def key_of(path: Path, key_id: str) -> BackupKey:
    """The key with this id, which may have been replaced since. Raises BackupKeyMissing."""
    for place in (path, *sorted(path.parent.glob(f"{path.name}-*"))):
        with suppress(BackupKeyMissing):
            found = read_key(place)
            if found.id == key_id:
                return found
    raise BackupKeyMissing(key=key_id, path=str(path))


def _make(path: Path, suite: Suite, *, replace: bool = False) -> BackupKey:
    text = json.dumps(
        {
            "id": secrets.token_hex(8),
            "profile": suite.name,
            "sealing": b64encode(secrets.token_bytes(32)).decode(),
            "signing": b64encode(suite.signing_key()).decode(),
        }
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if replace:
        draft.replace(path)
    else:
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return read_key(path)


def read_key(path: Path) -> BackupKey:
    """Raises BackupKeyMissing where there is none that can be read."""
    try:
        found = json.loads(path.read_text())
        signing = b64decode(found["signing"])
        if "profile" not in found:  # from before there were suites: the bare number of Ed25519
            signing = ED25519 + signing
        suite = crypto.SUITES[found.get("profile", "intl")]
        return BackupKey(found["id"], suite, b64decode(found["sealing"]), signing)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupKeyMissing(key="", path=str(path)) from error


def key_path(args: argparse.Namespace) -> Path:
    return Path(args.key) if args.key else settings.HOME / "secrets" / "backup"
