"""Writing the audit: in the transaction of the change it speaks of, a set at a time.

    trail.record([trail.Entry("hazard.assign", "hazards.hazard", pk, after={…})], by=by, at=at)

If the rows can't be written, the change is refused (S23). A denial is a row of its own, because
the transaction that met it ends with a rollback.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import struct
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy as _

from anlan.base import crypto
from anlan.base.actor import Actor
from anlan.base.limits import IN_LIST_MAX, TEXT_CHARS_MAX
from anlan.base.refusal import Refusal
from anlan.kernel.audit import sql
from anlan.kernel.audit.models import ACTOR_CHARS_MAX, OBJECT_CHARS_MAX, SubjectKey

MAC_PURPOSE = "audit/row"
WRAP_PURPOSE = "audit/subject"
#: Denials that one transaction may gather; whoever hammers a closed door adds no more.
PENDING_MAX = 200


class AuditUnwritable(Refusal):
    """What can't be put on record can't be done (S23)."""

    code = "audit_unwritable"
    message = _(
        "This was not done, because it could not be put on record. "
        "Try again; if it happens again, tell the system administrator."
    )
    status = 503


@dataclass(frozen=True)
class Entry:
    """One act on one object. ``before`` and ``after`` hold only what changed.

    A person's values go in as ``personal("user:12", value)``.
    """

    action: str
    object_type: str
    object_id: str | int | UUID
    result: str = "ok"
    reason: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    request_id: UUID | None = None


@dataclass(frozen=True)
class Personal:
    """A value that belongs to a person: kept under that person's key."""

    subject: str
    value: Any


def personal(subject: str, value: Any) -> Personal:
    return Personal(subject, value)


def record(entries: Iterable[Entry], *, by: Actor, at: datetime) -> None:
    """Put ``entries`` on record in the caller's transaction, in one statement.

    Raises AuditUnwritable, which must end the caller's transaction.
    """
    entries = list(entries)
    if not entries:
        return
    assert connection.in_atomic_block, "an audit row commits with what it speaks of"
    try:
        _write(entries, by, at)
    except DatabaseError as error:
        raise AuditUnwritable from error


def denied(
    by: Actor,
    action: str,
    object_type: str,
    object_id: str | int | UUID,
    reason: str,
    at: datetime,
) -> None:
    """Put a denial on record in a transaction of its own.

    Inside somebody's transaction it waits on this thread until that has ended (which is by a
    rollback): ``settle`` writes it, called by the middleware, the worker and the command line.
    """
    entry = Entry(action, object_type, object_id, result="denied", reason=reason)
    waiting = _waiting()
    if len(waiting) < PENDING_MAX:
        waiting.append((entry, by, at))
    settle()


def settle() -> None:
    """Write the denials that this thread met, once no transaction is open."""
    waiting = _waiting()
    if not waiting or _in_transaction():
        return
    try:
        with transaction.atomic():
            for entry, by, at in waiting:
                _write([entry], by, at)
    except DatabaseError as error:
        raise AuditUnwritable from error
    waiting.clear()


def forget() -> None:
    """Drop what this thread holds back: for tests, whose transactions never end by themselves."""
    _waiting().clear()


_local = threading.local()


def _waiting() -> list[tuple[Entry, Actor, datetime]]:
    if not hasattr(_local, "waiting"):
        _local.waiting = []
    return _local.waiting  # type: ignore[no-any-return]  # thread-locals have no types


def _in_transaction() -> bool:
    """Is a transaction open, other than the one that a test wraps around itself?"""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


def _write(entries: Sequence[Entry], by: Actor, at: datetime) -> None:
    assert at.tzinfo is not None, at
    at = at.astimezone(UTC)
    key = crypto.ring().current()
    secret, digest = key.derive(MAC_PURPOSE), key.suite.digest_name
    subjects = {subject for entry in entries for subject in _subjects((entry.before, entry.after))}
    encode = _Encoder(_subject_secrets(subjects, at), key.suite).encode
    nonces = struct.unpack(f"{len(entries)}q", os.urandom(8 * len(entries)))
    moment = connection.ops.adapt_datetimefield_value(at)
    native_uuid = connection.features.has_native_uuid_field
    stamp = at.isoformat(timespec="microseconds")
    actor, address = by.name[:ACTOR_CHARS_MAX], by.address[:45]
    rows = []
    for entry, nonce in zip(entries, nonces, strict=True):
        object_id = str(entry.object_id)
        assert len(object_id) <= OBJECT_CHARS_MAX, object_id
        request_id = entry.request_id
        common = (by.user_id, actor, by.unit_id, address)
        said = (
            *(entry.action, entry.object_type, object_id, entry.result),
            entry.reason[:TEXT_CHARS_MAX],
            None if entry.before is None else encode(entry.before),
            None if entry.after is None else encode(entry.after),
        )
        content = canonical(stamp, *common, *said, str(request_id or ""), nonce, key.id)
        rows.append(
            (
                *(moment, *common, *said),
                request_id if native_uuid or request_id is None else request_id.hex,
                *(nonce, key.id, hmac.digest(secret, content, digest)),
            )
        )
    sql.insert(rows)


def _subjects(value: Any) -> Iterable[str]:
    """Whose values are in there, however deep."""
    if isinstance(value, Personal):
        yield value.subject
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _subjects(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _subjects(inner)


def canonical(*fields: str | int | None) -> bytes:
    """The bytes that a row's MAC is over: a JSON array, so that no two contents look alike."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


class _Encoder:
    """JSON with sorted keys, in which a person's values are ciphertext."""

    def __init__(self, secrets: Mapping[str, bytes], suite: crypto.Suite) -> None:
        self._secrets, self._suite = secrets, suite
        self._encoder = json.JSONEncoder(
            ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=self._other
        )

    def encode(self, value: Mapping[str, Any]) -> str:
        return self._encoder.encode(value)

    def _other(self, value: Any) -> Any:
        if isinstance(value, Personal):
            plain = json.dumps(value.value, ensure_ascii=False, default=self._other).encode()
            sealed = crypto.seal_under(
                self._secrets[value.subject], self._suite, plain, value.subject.encode()
            )
            return {
                "personal": value.subject,
                "suite": self._suite.name,
                "sealed": base64.b64encode(sealed).decode(),
            }
        if isinstance(value, datetime | date):
            return value.isoformat()
        if isinstance(value, UUID | Decimal):
            return str(value)
        # A translated label, a path: anything with a plain text form.
        return str(value)


def open_personal(value: Mapping[str, str], secret: bytes) -> Any:
    """A person's value again, from what ``_Encoder`` made of it and the person's key."""
    suite = crypto.SUITES[value["suite"]]
    sealed = base64.b64decode(value["sealed"])
    return json.loads(crypto.unseal_under(secret, suite, sealed, value["personal"].encode()))


def _subject_secrets(subjects: set[str], at: datetime) -> dict[str, bytes]:
    """Each person's key, made where there is none. A forgotten person's values aren't kept."""
    if not subjects:
        return {}
    ordered = sorted(subjects)
    found: dict[str, bytes] = {}
    for round_ in range(2):
        for start in range(0, len(ordered), IN_LIST_MAX):
            part = ordered[start : start + IN_LIST_MAX]
            for kept in SubjectKey.objects.filter(subject__in=part):
                found[kept.subject] = (
                    # Written under a key that is thrown away: as unreadable as the rest.
                    os.urandom(crypto.SECRET_BYTES)
                    if kept.wrapped is None
                    else crypto.unseal(bytes(kept.wrapped), kept.subject, WRAP_PURPOSE)
                )
        missing = [subject for subject in ordered if subject not in found]
        if not missing:
            break
        assert round_ == 0, missing
        # Another writer may make the same key at this moment: the first stays, and is read.
        SubjectKey.objects.bulk_create(
            [
                SubjectKey(
                    subject=subject,
                    wrapped=crypto.seal(os.urandom(crypto.SECRET_BYTES), subject, WRAP_PURPOSE),
                    made_at=at,
                )
                for subject in missing
            ],
            ignore_conflicts=True,
        )
    return found
