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

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from anlan.config.backup.refusals import BackupKeyMissing


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


def key_path(args: argparse.Namespace) -> Path:
    return Path(args.key) if args.key else settings.HOME / "secrets" / "backup"
