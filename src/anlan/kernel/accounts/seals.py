"""MACs on what gives rights, and sums of secret tokens (S20, S32)."""

from __future__ import annotations

from datetime import date

from anlan.base import crypto

PURPOSE = "accounts/grant"
#: A key's id, a colon and 64 hexadecimal digits.
SEAL_CHARS_MAX = 100


def seal(*values: str | int | date | None) -> str:
    """A MAC over values in order, behind its key's id; None differs from every text."""
    key_id, mac = crypto.mac(_joined(values), PURPOSE)
    return f"{key_id}:{mac.hex()}"


def holds(sealed: str, *values: str | int | date | None) -> bool:
    """Whether ``sealed`` was made over these values, with whatever key of ours."""
    key_id, colon, mac = sealed.partition(":")
    try:
        expected = bytes.fromhex(mac)
    except ValueError:
        return False
    return bool(colon) and crypto.mac_ok(_joined(values), PURPOSE, key_id, expected)


def _joined(values: tuple[str | int | date | None, ...]) -> bytes:
    return "\x1f".join("-" if value is None else f"={value}" for value in values).encode()


def digest(secret: str) -> str:
    """What is stored of a token with at least 80 random bits: no slow hash is needed for it."""
    return crypto.blind(secret, "accounts/token")
