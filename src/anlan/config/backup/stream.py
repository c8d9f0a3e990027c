"""The sealed stream: what is written chunk by chunk, and read only as it was written."""

from __future__ import annotations

import hashlib
import io
import secrets
import struct
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from django.utils.translation import gettext as _

from anlan.config.backup.keys import BackupKey
from anlan.config.backup.refusals import BackupTampered

MAGIC = b"ANLAN-BACKUP-2\n"
#: From before there were suites: AES, SHA-256, and 64 bytes of Ed25519 at the end.
MAGIC_1 = b"ANLAN-BACKUP-1\n"
CHUNK_BYTES = 1 << 20
NONCE_BYTES = 12
TAG_BYTES = 16
#: The end: how long the signature is, the signature, zeros.
TRAILER_BYTES = 128


class Sealer(io.RawIOBase):
    """A writer that seals what is written, chunk by chunk; ``finish()`` signs the whole."""

    def __init__(self, out: IO[bytes], key: BackupKey, header: bytes) -> None:
        self._out, self._key = out, key
        self._bound = hashlib.new(key.suite.digest_name, header).digest()
        self._hash = hashlib.new(key.suite.digest_name)
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
        """Returns the sum of everything that was signed."""
        self._seal(bytes(self._buffer), last=True)
        signature = self._key.suite.sign(self._key.signing, self._hash.digest())
        self._out.write((bytes([len(signature)]) + signature).ljust(TRAILER_BYTES, b"\0"))
        return f"{self._key.suite.digest_name}:{self._hash.hexdigest()}"

    def _seal(self, plain: bytes, *, last: bool) -> None:
        nonce = secrets.token_bytes(NONCE_BYTES)
        suite = self._key.suite
        secret = self._key.sealing[: suite.key_bytes]
        sealed = suite.encrypt(secret, nonce, plain, _bind(self._bound, self._number, last))
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
        self._source, self._name, self._key = source, name, key
        self._bound = hashlib.new(key.suite.digest_name, header).digest()
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
        length, last = struct.unpack(">I?", exactly(self._source, 5, self._name))
        if length > CHUNK_BYTES + TAG_BYTES:
            raise BackupTampered(file=self._name, reason=_("a chunk is too long"))
        nonce = exactly(self._source, NONCE_BYTES, self._name)
        sealed = exactly(self._source, length, self._name)
        suite = self._key.suite
        secret = self._key.sealing[: suite.key_bytes]
        try:
            plain = suite.decrypt(secret, nonce, sealed, _bind(self._bound, self._number, last))
        except InvalidTag as error:
            raise BackupTampered(file=self._name, reason=_("a chunk was changed")) from error
        self._number, self._last = self._number + 1, last
        return plain


def exactly(source: IO[bytes], count: int, name: str) -> bytes:
    data = source.read(count)
    if len(data) != count:
        raise BackupTampered(file=name, reason=_("it ends too early"))
    return data
