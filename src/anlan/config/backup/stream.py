"""The sealed stream: what is written chunk by chunk, and read only as it was written."""

from __future__ import annotations

import hashlib
import io
import secrets
import struct
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.translation import gettext as _

from anlan.config.backup.keys import BackupKey
from anlan.config.backup.refusals import BackupTampered

MAGIC = b"ANLAN-BACKUP-1\n"
CHUNK_BYTES = 1 << 20
NONCE_BYTES = 12
TAG_BYTES = 16


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
        length, last = struct.unpack(">I?", exactly(self._source, 5, self._name))
        if length > CHUNK_BYTES + TAG_BYTES:
            raise BackupTampered(file=self._name, reason=_("a chunk is too long"))
        nonce = exactly(self._source, NONCE_BYTES, self._name)
        sealed = exactly(self._source, length, self._name)
        try:
            plain = self._cipher.decrypt(nonce, sealed, _bind(self._bound, self._number, last))
        except InvalidTag as error:
            raise BackupTampered(file=self._name, reason=_("a chunk was changed")) from error
        self._number, self._last = self._number + 1, last
        return plain


def exactly(source: IO[bytes], count: int, name: str) -> bytes:
    data = source.read(count)
    if len(data) != count:
        raise BackupTampered(file=name, reason=_("it ends too early"))
    return data
