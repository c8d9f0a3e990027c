"""MACs on what gives rights, and sums of secret tokens (S20, S32)."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

from anlan.base import crypto

#: What a column holds; a dict or list is one that holds JSON.
Value = str | int | date | UUID | dict[str, Any] | list[Any] | tuple[Any, ...] | None
PURPOSE = "accounts/grant"
#: A key's id, a colon and 64 hexadecimal digits.
SEAL_CHARS_MAX = 100
#: What is sealed, as text: values in order, each with a sign that it is there.
SEPARATOR, PRESENT, MISSING = "\x1f", "=", "-"


def seal(*values: Value) -> str:
    """A MAC over values in order, behind its key's id; None differs from every text."""
    key_id, mac = crypto.mac(_joined(values), PURPOSE)
    return f"{key_id}:{mac.hex()}"


def holds(sealed: str, *values: Value) -> bool:
    """Whether ``sealed`` was made over these values, with whatever key of ours."""
    return holds_text(sealed, _joined(values))


def holds_text(sealed: str, text: bytes) -> bool:
    """The same of values that were joined as ``_joined`` does: a database can do that too."""
    key_id, colon, mac = sealed.partition(":")
    try:
        expected = bytes.fromhex(mac)
    except ValueError:
        return False
    return bool(colon) and crypto.mac_ok(text, PURPOSE, key_id, expected)


def _joined(values: tuple[Value, ...]) -> bytes:
    return SEPARATOR.join(
        [MISSING if value is None else f"{PRESENT}{_said(value)}" for value in values]
    ).encode()


def _said(value: Value) -> Value:
    """PostgreSQL keeps the keys of JSON in an order of its own."""
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return value


def digest(secret: str) -> str:
    """What is stored of a token with at least 80 random bits: no slow hash is needed for it."""
    return crypto.blind(secret, "accounts/token")
