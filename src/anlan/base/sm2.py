"""Signatures by SM2 with SM3 (GB/T 32918.2), computed by OpenSSL (ADR 24).

No kept Python library has SM2, and OpenSSL 3 has. Keys go in and out in the forms that every other
tool reads: a private key as PKCS #8, a public one as SubjectPublicKeyInfo, a signature as the
sequence of r and s, all DER.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_size_t, c_ubyte, c_ulong, c_void_p
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal

#: The name that a signer has where none was agreed (GB/T 35276, GM/T 0009).
DEFAULT_ID = b"1234567812345678"
SIGNATURE_BYTES_MAX = 72
KEY_BYTES_MAX = 512

_SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "OpenSSL_version_num": (c_ulong, []),
    "EVP_PKEY_Q_keygen": (c_void_p, [c_void_p, c_char_p, c_char_p]),
    "EVP_PKEY_free": (None, [c_void_p]),
    "EVP_PKEY_is_a": (c_int, [c_void_p, c_char_p]),
    "EVP_PKEY_CTX_new": (c_void_p, [c_void_p, c_void_p]),
    "EVP_PKEY_CTX_free": (None, [c_void_p]),
    "EVP_PKEY_CTX_set1_id": (c_int, [c_void_p, c_char_p, c_size_t]),
    "EVP_MD_CTX_new": (c_void_p, []),
    "EVP_MD_CTX_free": (None, [c_void_p]),
    "EVP_MD_CTX_set_pkey_ctx": (None, [c_void_p, c_void_p]),
    "EVP_sm3": (c_void_p, []),
    "EVP_DigestSignInit": (c_int, [c_void_p] * 5),
    "EVP_DigestSign": (c_int, [c_void_p, c_char_p, POINTER(c_size_t), c_char_p, c_size_t]),
    "EVP_DigestVerifyInit": (c_int, [c_void_p] * 5),
    "EVP_DigestVerify": (c_int, [c_void_p, c_char_p, c_size_t, c_char_p, c_size_t]),
    "d2i_AutoPrivateKey": (c_void_p, [c_void_p, POINTER(c_char_p), c_long]),
    "d2i_PUBKEY": (c_void_p, [c_void_p, POINTER(c_char_p), c_long]),
    "i2d_PUBKEY": (c_int, [c_void_p, c_void_p]),
    "EVP_PKEY2PKCS8": (c_void_p, [c_void_p]),
    "PKCS8_PRIV_KEY_INFO_free": (None, [c_void_p]),
    "i2d_PKCS8_PRIV_KEY_INFO": (c_int, [c_void_p, c_void_p]),
    "ERR_clear_error": (None, []),
}


class Sm2Missing(Refusal):
    """This machine has no OpenSSL that knows SM2."""

    code = "sm2_missing"
    message = _(
        "Signing by SM2 needs OpenSSL 3 with SM2, and this machine has none. Install it "
        "(Debian, openEuler, Kylin: their package of OpenSSL), or set ANLAN_CRYPTO=intl."
    )
    status = 503


class Sm2Refused(Exception):
    """OpenSSL doesn't take this key."""


def generate() -> bytes:
    """A new private key."""
    found = library()
    with _freed(found.EVP_PKEY_Q_keygen(None, None, b"SM2"), found.EVP_PKEY_free) as key:
        packed = found.EVP_PKEY2PKCS8(key)
        with _freed(packed, found.PKCS8_PRIV_KEY_INFO_free) as info:
            return _written(found.i2d_PKCS8_PRIV_KEY_INFO, info)


def public(private: bytes) -> bytes:
    """The public key that belongs to a private one."""
    with _private(private) as key:
        return _written(library().i2d_PUBKEY, key)


def sign(private: bytes, data: bytes, signer: bytes = DEFAULT_ID) -> bytes:
    found = library()
    with _private(private) as key, _digest(key, signer) as context:
        if found.EVP_DigestSignInit(context, None, found.EVP_sm3(), None, key) != 1:
            raise Sm2Refused
        signature = ctypes.create_string_buffer(SIGNATURE_BYTES_MAX)
        length = c_size_t(SIGNATURE_BYTES_MAX)
        if found.EVP_DigestSign(context, signature, byref(length), data, len(data)) != 1:
            raise Sm2Refused
        return signature.raw[: length.value]


def verified(public_key: bytes, data: bytes, signature: bytes, signer: bytes = DEFAULT_ID) -> bool:
    """Does the signature fit? Whatever can't be read fits nothing."""
    found = library()
    try:
        with _public(public_key) as key, _digest(key, signer) as context:
            if found.EVP_DigestVerifyInit(context, None, found.EVP_sm3(), None, key) != 1:
                return False
            said = found.EVP_DigestVerify(context, signature, len(signature), data, len(data))
            return bool(said == 1)
    except Sm2Refused:
        return False
    finally:
        # What OpenSSL thought of it must not be read by whoever asks it next in this thread.
        found.ERR_clear_error()


@functools.cache
def library() -> Any:
    """OpenSSL, by way of the first copy that knows SM2. Raises Sm2Missing."""
    for path in candidates():
        try:
            found: Any = ctypes.CDLL(path)
            for name, (answer, arguments) in _SIGNATURES.items():
                function = getattr(found, name)
                function.restype, function.argtypes = answer, arguments
        except (OSError, AttributeError):
            continue  # not there, or older than OpenSSL 3
        key = found.EVP_PKEY_Q_keygen(None, None, b"SM2")
        if key:
            found.EVP_PKEY_free(key)
            return found
        found.ERR_clear_error()
    raise Sm2Missing


def candidates() -> Iterator[str]:
    """The machine's own, which its updates mend; then the one inside psycopg's wheel.

    Red Hat builds OpenSSL without SM2, and Python's own builds hide theirs, so the second is what
    makes signing work wherever our lock file was installed.
    """
    own = ctypes.util.find_library("crypto")
    if own:
        yield own
    psycopg = find_spec("psycopg_binary")
    if psycopg and psycopg.origin:
        beside = Path(psycopg.origin).parents[1] / "psycopg_binary.libs"
        yield from map(str, sorted(beside.glob("libcrypto-*")))


@contextmanager
def _freed(pointer: int | None, free: Any) -> Iterator[int]:
    if not pointer:
        library().ERR_clear_error()
        raise Sm2Refused
    try:
        yield pointer
    finally:
        free(pointer)


@contextmanager
def _read(function: Any, data: bytes) -> Iterator[int]:
    found = library()
    if len(data) > KEY_BYTES_MAX:
        raise Sm2Refused
    with _freed(function(None, byref(c_char_p(data)), len(data)), found.EVP_PKEY_free) as key:
        if found.EVP_PKEY_is_a(key, b"SM2") != 1:
            raise Sm2Refused  # a key of another curve
        yield key


def _private(data: bytes) -> Any:
    return _read(library().d2i_AutoPrivateKey, data)


def _public(data: bytes) -> Any:
    return _read(library().d2i_PUBKEY, data)


@contextmanager
def _digest(key: int, signer: bytes) -> Iterator[int]:
    """A context for signing or verifying in the name of ``signer``."""
    found = library()
    with (
        _freed(found.EVP_PKEY_CTX_new(key, None), found.EVP_PKEY_CTX_free) as about,
        _freed(found.EVP_MD_CTX_new(), found.EVP_MD_CTX_free) as context,
    ):
        # OpenSSL 3.0 would sign in nobody's name.
        if found.EVP_PKEY_CTX_set1_id(about, signer, len(signer)) != 1:
            raise Sm2Refused
        found.EVP_MD_CTX_set_pkey_ctx(context, about)
        yield context


def _written(function: Any, pointer: int) -> bytes:
    """What an i2d function writes: it is asked for the length first."""
    length = function(pointer, None)
    if length <= 0:
        raise Sm2Refused
    buffer = (c_ubyte * length)()
    at = c_void_p(ctypes.addressof(buffer))
    function(pointer, byref(at))
    return bytes(buffer)
