"""Two people together: a secret that no one custodian opens alone (S19).

Each custodian has a passphrase that nobody else knows. What is kept of it is a public key, so a
backup is made by night and without them; to open it takes two of them, whoever else holds the
machine and the key file. For each pair the secret is sealed under what both their private keys
and a key of the moment agree on (X25519, HKDF, AES-256-GCM; scrypt makes a key of a passphrase).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal

#: Pairs grow with the square of them, and all stand in a backup's header.
CUSTODIANS_MAX = 5
PHRASE_CHARS_MIN = 15
NAME_CHARS_MAX = 40
_N, _R, _P = 1 << 15, 8, 1
_SCRYPT_BYTES = 64 << 20
_NONCE_BYTES = 12

#: Gives, by name, the passphrases of two of those who are named.
Phrases = Callable[[Sequence[str]], Mapping[str, str]]


class TwoCustodians(Refusal):
    code = "two_custodians"
    message = _(
        "This takes two custodians, each with a passphrase of their own: %(names)s. "
        "Nothing was restored; run the command again with both of them."
    )
    status = 403


class MadeForOne(Refusal):
    code = "made_for_one"
    message = _(
        "This backup was made before two custodians were named, so production doesn't restore it. "
        "Take a later one. If there is none: run the command without ANLAN_HTTPS, with a second "
        "person beside you; it goes on record."
    )
    status = 403


class CustodianRefused(Refusal):
    code = "custodian_refused"
    message = _("%(reason)s")


@dataclass(frozen=True)
class Custodian:
    name: str
    salt: bytes
    public: bytes

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Custodian:
        return cls(said["name"], b64decode(said["salt"]), b64decode(said["public"]))

    def said(self) -> dict[str, str]:
        return {
            "name": self.name,
            "salt": b64encode(self.salt).decode(),
            "public": b64encode(self.public).decode(),
        }

    def private(self, phrase: str) -> X25519PrivateKey | None:
        """The private key, where this is the passphrase."""
        found = _private(phrase, self.salt)
        same = hmac.compare_digest(found.public_key().public_bytes_raw(), self.public)
        return found if same else None


def _private(phrase: str, salt: bytes) -> X25519PrivateKey:
    raw = hashlib.scrypt(
        phrase.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_SCRYPT_BYTES, dklen=32
    )
    return X25519PrivateKey.from_private_bytes(raw)


def _file(home: Path) -> Path:
    return home / "secrets" / "custodians"


def enrolled(home: Path) -> list[Custodian]:
    try:
        return [Custodian.of(said) for said in json.loads(_file(home).read_text())]
    except FileNotFoundError:
        return []


def enrol(home: Path, name: str, phrase: str) -> list[Custodian]:
    """Add a custodian, who alone knows the phrase. From two on, backups need two of them."""
    known = enrolled(home)
    wrong = (
        (not name.strip() or len(name) > NAME_CHARS_MAX, _("Give a name of at most 40 letters.")),
        (any(one.name == name for one in known), _("There is a custodian of this name already.")),
        (len(known) >= CUSTODIANS_MAX, _("There are five custodians, and that is enough.")),
        (len(phrase) < PHRASE_CHARS_MIN, _("The passphrase needs 15 letters at least.")),
        # Else one person could be two.
        (any(one.private(phrase) for one in known), _("Another custodian has this passphrase.")),
    )
    for is_wrong, reason in wrong:
        if is_wrong:
            raise CustodianRefused(reason=str(reason))
    salt = secrets.token_bytes(16)
    public = _private(phrase, salt).public_key().public_bytes_raw()
    return _write(home, [*known, Custodian(name, salt, public)])


def dismiss(home: Path, name: str, phrases: Mapping[str, str]) -> list[Custodian]:
    """Take a custodian off: two of them agree, or it would be a way round both.

    Backups that were made before still open with the passphrases of then.
    """
    known = enrolled(home)
    if name not in [one.name for one in known]:
        raise CustodianRefused(reason=str(_("Nobody of this name is a custodian.")))
    if len(known) > 1:
        _two(known, phrases)
    return _write(home, [one for one in known if one.name != name])


def health(now: datetime) -> list[str]:
    """In production the administrators are told while one person alone could restore."""
    few = len(enrolled(settings.HOME)) < 2
    return ["custodians_missing"] if settings.HTTPS and few else []


def _write(home: Path, custodians: Sequence[Custodian]) -> list[Custodian]:
    path = _file(home)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump([one.said() for one in custodians], file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return list(custodians)


def lock(sealing: bytes, home: Path) -> tuple[bytes, dict[str, Any] | None]:
    """What to seal a backup with in place of ``sealing``, and what its header says of it.

    While fewer than two custodians are enrolled it is ``sealing`` itself.
    """
    custodians = enrolled(home)
    if len(custodians) < 2:
        return sealing, None
    share, moment = secrets.token_bytes(32), X25519PrivateKey.generate()
    public = moment.public_key().public_bytes_raw()
    pairs = []
    for one, other in combinations(custodians, 2):
        agreed = b"".join(
            moment.exchange(X25519PublicKey.from_public_bytes(each.public)) for each in (one, other)
        )
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound = _bound(one, other, public)
        wrapped = nonce + AESGCM(_key(agreed, bound)).encrypt(nonce, share, bound)
        pairs.append(b64encode(wrapped).decode())
    said = {
        "moment": b64encode(public).decode(),
        "custodians": [one.said() for one in custodians],
        "pairs": pairs,
    }
    return _joined(sealing, share), said


def unlock(sealing: bytes, said: Mapping[str, Any], phrases: Phrases) -> bytes:
    """The inverse of ``lock``. Raises TwoCustodians where two of them don't stand behind it."""
    custodians = [Custodian.of(each) for each in said["custodians"]]
    (one, mine), (other, theirs) = _two(custodians, phrases([each.name for each in custodians]))
    public = b64decode(said["moment"])
    moment = X25519PublicKey.from_public_bytes(public)
    place = list(combinations(custodians, 2)).index((one, other))
    wrapped, bound = b64decode(said["pairs"][place]), _bound(one, other, public)
    key = _key(mine.exchange(moment) + theirs.exchange(moment), bound)
    try:
        share = AESGCM(key).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], bound)
    except InvalidTag:
        raise _missing(custodians) from None
    return _joined(sealing, share)


def _two(
    custodians: Sequence[Custodian], phrases: Mapping[str, str]
) -> list[tuple[Custodian, X25519PrivateKey]]:
    """The first two whose passphrases fit, in the order in which they are enrolled."""
    found = [
        (one, private)
        for one in custodians
        if one.name in phrases and (private := one.private(phrases[one.name]))
    ]
    if len(found) < 2:
        raise _missing(custodians)
    return found[:2]


def _missing(custodians: Sequence[Custodian]) -> TwoCustodians:
    return TwoCustodians(names="、".join(one.name for one in custodians))


def _bound(one: Custodian, other: Custodian, moment: bytes) -> bytes:
    return b"anlan/custody" + one.public + other.public + moment


def _key(agreed: bytes, bound: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=bound).derive(agreed)


def _joined(sealing: bytes, share: bytes) -> bytes:
    """Neither the key file nor the custodians open it without the other."""
    return hmac.digest(sealing, b"anlan/custody" + share, "sha256")
