"""Two sets of algorithms behind one interface (S29).

``gm`` is SM4-GCM, SM3 and SM2, ``intl`` is AES-256-GCM, SHA-256 and Ed25519. Where the law asks for
a certified module (密评), a third class with these methods speaks to it: what it calls a key may be
the number under which the module keeps one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from anlan.base import sm2

TAG_BYTES = 16


class Suite(Protocol):
    """One set of algorithms. An HSM or signature server is another class with these methods."""

    #: Stands in ciphertexts and sums; never given a second meaning.
    name: ClassVar[str]
    digest_name: ClassVar[str]
    key_bytes: ClassVar[int]

    def encrypt(self, key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes: ...

    def decrypt(self, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Raises InvalidTag where anything was changed."""
        ...

    def signing_key(self) -> bytes:
        """A new private key (DER, PKCS #8), or a module's handle of one."""
        ...

    def public_key(self, private: bytes) -> bytes:
        """The public key to it (DER, SubjectPublicKeyInfo)."""
        ...

    def sign(self, private: bytes, data: bytes) -> bytes: ...

    def verified(self, public: bytes, data: bytes, signature: bytes) -> bool:
        """Does it fit? What can't be read is a no, not an error."""
        ...


class Gm:
    """GB/T 32907 (SM4) in GCM, GB/T 32905 (SM3), GB/T 32918 (SM2)."""

    name: ClassVar[str] = "gm"
    digest_name: ClassVar[str] = "sm3"
    key_bytes: ClassVar[int] = 16

    def encrypt(self, key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound)
        return encryptor.update(plain) + encryptor.finalize() + encryptor.tag

    def decrypt(self, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        body, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
        if len(tag) != TAG_BYTES:
            raise InvalidTag
        decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(bound)
        return decryptor.update(body) + decryptor.finalize()

    def signing_key(self) -> bytes:
        return sm2.generate()

    def public_key(self, private: bytes) -> bytes:
        return sm2.public(private)

    def sign(self, private: bytes, data: bytes) -> bytes:
        return sm2.sign(private, data)

    def verified(self, public: bytes, data: bytes, signature: bytes) -> bool:
        return sm2.verified(public, data, signature)


class Intl:
    """AES-256-GCM (NIST SP 800-38D), SHA-256, Ed25519 (RFC 8032)."""

    name: ClassVar[str] = "intl"
    digest_name: ClassVar[str] = "sha256"
    key_bytes: ClassVar[int] = 32

    def encrypt(self, key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        return AESGCM(key).encrypt(nonce, plain, bound)

    def decrypt(self, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        return AESGCM(key).decrypt(nonce, sealed, bound)

    def signing_key(self) -> bytes:
        fresh = Ed25519PrivateKey.generate()
        return fresh.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    def public_key(self, private: bytes) -> bytes:
        public = _ed25519(private).public_key()
        return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, private: bytes, data: bytes) -> bytes:
        return _ed25519(private).sign(data)

    def verified(self, public: bytes, data: bytes, signature: bytes) -> bool:
        try:
            key = load_der_public_key(public)
            if not isinstance(key, Ed25519PublicKey):
                return False
            key.verify(signature, data)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError):
            return False
        return True


def _ed25519(private: bytes) -> Ed25519PrivateKey:
    key = load_der_private_key(private, None)
    assert isinstance(key, Ed25519PrivateKey), type(key)
    return key


SUITES: Mapping[str, Suite] = {"gm": Gm(), "intl": Intl()}
