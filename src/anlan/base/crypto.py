"""Secrets, seals and sums behind one interface, in two profiles.

Key id and profile (``suites.py``) stand in each ciphertext, so both are read whichever one writes,
and a key can be replaced while all is running. Keys live in ``ANLAN_HOME/secrets``, in neither the
database nor a backup of it.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import os
import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal
from anlan.base.suites import SUITES as SUITES
from anlan.base.suites import Suite as Suite

NONCE_BYTES = 12
SECRET_BYTES = 32
#: How stale a process's copy of the key file may be; an unknown key id is looked up at once.
REREAD_SECONDS = 1.0
MAGIC = b"AN1"


class KeysMissing(Refusal):
    """Data written under keys is here, the keys are not."""

    code = "keys_missing"
    message = _(
        "The key file %(path)s is missing, but there is data that was written with it. "
        "Put the key file back from its own backup, then start again."
    )
    status = 503


class Tampered(Refusal):
    """A ciphertext that was changed, moved to another place, or written under an unknown key."""

    code = "tampered"
    message = _(
        "A protected value can't be read: it was changed, or belongs elsewhere. "
        "Tell the security administrator."
    )
    status = 500


@dataclass(frozen=True)
class Key:
    """A secret with the suite that it is used with."""

    id: str
    suite: Suite
    secret: bytes

    @functools.cached_property
    def _derived(self) -> dict[str, bytes]:
        return {}

    def derive(self, purpose: str) -> bytes:
        """The key for one purpose: what leaks from one use says nothing about another."""
        found = self._derived.get(purpose)
        if found is None:
            found = hmac.digest(self.secret, b"anlan/" + purpose.encode(), "sha256")
            self._derived[purpose] = found
        return found


class Ring:
    """The keys of this installation, in one file that only its owner reads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._keys: dict[str, Key] = {}
        self._current = ""
        self._read_at = float("-inf")
        self._stamp: tuple[int, int] | None = None

    def current(self) -> Key:
        if time.monotonic() - self._read_at > REREAD_SECONDS:
            self._read()
        return self._keys[self._current]

    def first(self) -> Key:
        """The oldest key, which sums for searching are made with."""
        self.current()
        return self._keys[min(self._keys, key=_number)]

    def get(self, key_id: str) -> Key:
        if key_id not in self._keys:
            self._read()
        try:
            return self._keys[key_id]
        except KeyError:
            raise Tampered from None

    def rotate(self, profile: str | None = None) -> Key:
        """Add a key and write with it from now on. Older ones stay, to read what they wrote."""
        with self._lock:
            content = self._content()
            key_id = _new_id(1 + max(_number(known) for known in content["keys"]))
            content["keys"][key_id] = _new_key(profile)
            content["current"] = key_id
            fresh = self._write_beside(content)
            os.replace(fresh, self.path)
            _sync_folder(self.path.parent)
        self._read_at = float("-inf")
        return self.current()

    def _read(self) -> None:
        with self._lock:
            try:
                stat = self.path.stat()
            except FileNotFoundError:
                self._make()
                stat = self.path.stat()
            stamp = (stat.st_mtime_ns, stat.st_ino)
            if stamp != self._stamp:
                content = self._content()
                self._keys = {
                    key_id: Key(key_id, SUITES[key["profile"]], base64.b64decode(key["secret"]))
                    for key_id, key in content["keys"].items()
                }
                self._current = content["current"]
                self._stamp = stamp
            self._read_at = time.monotonic()

    def _content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.path.read_text())
        return content

    def _make(self) -> None:
        home = Path(settings.HOME)
        if (home / "audit-heads.log").exists():
            raise KeysMissing(path=str(self.path))
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        first = _new_id(1)
        fresh = self._write_beside({"current": first, "keys": {first: _new_key(None)}})
        try:
            # link refuses where rename would replace: of two first starts, one makes the keys.
            os.link(fresh, self.path)
            _sync_folder(self.path.parent)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()

    def _write_beside(self, content: object) -> Path:
        fresh = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        with open(fresh, "x", opener=_private) as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        return fresh


def _new_id(number: int) -> str:
    """Numbered, and never that of another installation's key: a mix-up must not look like one."""
    return f"k{number}-{secrets.token_hex(2)}"


def _number(key_id: str) -> int:
    return int(key_id[1:].partition("-")[0])


def _new_key(profile: str | None) -> dict[str, str]:
    return {
        "profile": profile or getattr(settings, "CRYPTO_PROFILE", "gm"),
        "secret": base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode(),
    }


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@functools.cache
def _ring_of(home: str) -> Ring:
    return Ring(Path(home) / "secrets" / "keys.json")


def ring() -> Ring:
    return _ring_of(str(settings.HOME))


def digest(data: bytes, suite: Suite | None = None) -> str:
    """A plain sum with its name before it: ``sm3:66c7…``."""
    name = (suite or SUITES["gm"]).digest_name
    return f"{name}:{hashlib.new(name, data).hexdigest()}"


def mac(data: bytes, purpose: str, key_id: str | None = None) -> tuple[str, bytes]:
    """The id of the key used, and 32 bytes that only its holder can compute over ``data``."""
    key = ring().get(key_id) if key_id else ring().current()
    return key.id, hmac.digest(key.derive(purpose), data, key.suite.digest_name)


def mac_ok(data: bytes, purpose: str, key_id: str, expected: bytes) -> bool:
    """Does ``expected`` fit? An unknown key id is a no, not an error."""
    try:
        computed = mac(data, purpose, key_id)[1]
    except Tampered:
        return False
    return hmac.compare_digest(computed, expected)


def blind(value: str, purpose: str) -> str:
    """A keyed sum by which equal values are found without being readable (S30).

    It is made with the first key for ever: a search could not try every key ever used.
    """
    key = ring().first()
    return mac(value.encode(), f"blind/{purpose}", key.id)[1].hex()


def seal(plain: bytes, bound: str, purpose: str) -> bytes:
    """Encrypt, bound to its place: ``bound`` ("table.column:pk") is needed to open it again."""
    key = ring().current()
    header = MAGIC + bytes([len(key.id)]) + key.id.encode() + key.suite.name.encode() + b"\0"
    return header + seal_under(key.derive(purpose), key.suite, plain, header + bound.encode())


def unseal(sealed: bytes, bound: str, purpose: str) -> bytes:
    """The inverse of ``seal``. Raises Tampered if anything about it was changed or moved."""
    try:
        if sealed[:3] != MAGIC:
            raise Tampered
        end = 4 + sealed[3]
        key = ring().get(sealed[4:end].decode())
        start = sealed.index(b"\0", end) + 1
        suite = SUITES[sealed[end : start - 1].decode()]
    except (IndexError, ValueError, KeyError, UnicodeDecodeError):
        raise Tampered from None
    header, body = sealed[:start], sealed[start:]
    return unseal_under(key.derive(purpose), suite, body, header + bound.encode())


def seal_under(secret: bytes, suite: Suite, plain: bytes, bound: bytes) -> bytes:
    """Nonce, ciphertext and tag under a key of the caller's (one per subject, say)."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + suite.encrypt(secret[: suite.key_bytes], nonce, plain, bound)


def unseal_under(secret: bytes, suite: Suite, sealed: bytes, bound: bytes) -> bytes:
    nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return suite.decrypt(secret[: suite.key_bytes], nonce, body, bound)
    except (InvalidTag, ValueError):
        raise Tampered from None


def seal_text(value: str, bound: str, purpose: str) -> str:
    """``seal`` for a text column."""
    return base64.urlsafe_b64encode(seal(value.encode(), bound, purpose)).decode()


def unseal_text(sealed: str, bound: str, purpose: str) -> str:
    try:
        raw = base64.urlsafe_b64decode(sealed)
    except ValueError:
        raise Tampered from None
    return unseal(raw, bound, purpose).decode()
