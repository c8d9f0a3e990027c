"""The sealer: chains committed rows in order, and keeps the chain's heads outside the database.

It runs every second, behind the writers, so that none of them waits for it (a chain made inside
the transactions cost four fifths of the throughput of eight writers). What was written in the
second before is protected by its MAC and not yet by the chain: a documented limit (S24).
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from anlan.base import crypto
from anlan.kernel.audit import sql
from anlan.kernel.audit.models import AuditRow, Purge, Seal

LINK_PURPOSE = "audit/link"
HEADS_PURPOSE = "audit/heads"
#: What the first link goes on from.
GENESIS = bytes(32)
#: Rows that one pass of the sealer links in one transaction; the next pass goes on.
PASS_ROWS_MAX = 10_000
#: Passes in one call: a long import must not starve the ticks that come after.
PASSES_MAX = 20
UNSEALED_SECONDS_MAX = 60


def link_head(secret: bytes, suite: crypto.Suite, before: bytes, row_id: int, mac: bytes) -> bytes:
    content = before + row_id.to_bytes(8, "big") + mac
    return hmac.digest(secret, content, suite.digest_name)


def seal(at: datetime, passes: int = PASSES_MAX) -> int:
    """Link what was committed since the last pass, and write the new head down. Returns rows."""
    total = 0
    for _ in range(passes):
        count = _seal_once(at)
        total += count
        if count < PASS_ROWS_MAX:
            break
    transaction.on_commit(write_heads)
    return total


@dataclass(frozen=True)
class _Behind:
    """Where a full pass of this process stopped: looked for from the start of a long import each
    time, its rows would take as many looks as there are passes."""

    #: The chain's head then: nobody else has gone on since.
    head: bytes
    after: int
    #: That of the run's first pass. What commits during the run and comes before ``after`` is
    #: found from there, once the run has ended.
    mark: int


_behind: _Behind | None = None


def _seal_once(at: datetime) -> int:
    global _behind
    last = Seal.objects.order_by("-id").first()
    if sql.nothing_since(last.mark if last else 0, last.cluster if last else ""):
        return 0  # Read without a transaction: an idle second writes nothing.
    with transaction.atomic():
        if not sql.one_sealer():
            return 0
        last = Seal.objects.order_by("-id").first()
        if last is None and not Purge.objects.exists():
            _begin_heads()
        # The mark comes before the look: what commits in between is seen now or next time.
        cluster, mark = sql.cluster_and_mark()
        same = last is not None and last.cluster == cluster and last.mark <= mark
        # In another cluster (after a restore) transactions count afresh, so all rows are looked at.
        run = _behind if last and same and _behind and _behind.head == bytes(last.head) else None
        _behind = None
        found = sql.unlinked(
            last.mark if last and same else None, PASS_ROWS_MAX, run.after if run else 0
        )
        if not found and (same or last is None):
            return 0
        purge = Purge.objects.order_by("-id").first()
        position, head = (
            (last.last_link, bytes(last.head))
            if last
            else (purge.last_link, bytes(purge.head))
            if purge
            else (0, GENESIS)
        )
        key = crypto.ring().current()
        secret = key.derive(LINK_PURPOSE)
        links = []
        for row_id, mac in found:
            position += 1
            head = link_head(secret, key.suite, head, row_id, mac)
            links.append((position, row_id, head))
        sql.insert_links(links)
        full = len(found) == PASS_ROWS_MAX
        first_mark = run.mark if run else mark
        Seal.objects.create(
            id=last.id + 1 if last else 1,
            at=at,
            last_link=position,
            head=head,
            key=key.id,
            # A full pass has left some behind, so the next one looks from where this one did.
            mark=(last.mark if last and same else 0) if full else first_mark,
            cluster=cluster,
        )
    if full:
        _behind = _Behind(head, found[-1][0], first_mark)
    return len(found)


# The heads file: one JSON object a line, each with the sum of the line before it and a MAC.


def heads_path() -> Path:
    return Path(settings.HOME) / "audit-heads.log"


@dataclass(frozen=True)
class Head:
    """What a line of the heads file says."""

    kind: str  # "seal", "purge" or "restore"
    id: int
    last_link: int
    head: str
    at: str
    actor: str = ""

    def line(self, before: str, key_id: str) -> str:
        content = {**self.__dict__, "before": before, "key": key_id}
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        mac = crypto.mac(text.encode(), HEADS_PURPOSE, key_id)[1].hex()
        return json.dumps({**content, "mac": mac}, ensure_ascii=False, sort_keys=True) + "\n"


def write_heads() -> int:
    """Bring the heads file up to the database; returns lines added.

    After a commit, so that the file never knows a seal that the database lost; where we are killed
    in between, the next pass adds the line.
    """
    newest = Seal.objects.order_by("-id").values_list("id", flat=True).first()
    # A file that is gone isn't made anew in silence: what it could have told is gone as well.
    if newest is None or not heads_path().exists() or _last_seal_of_file() >= newest:
        return 0
    with _heads_locked() as file:
        last, before = _tail(file)
        behind = Seal.objects.filter(id__gt=last).order_by("id")
        lines = []
        for row in behind:
            line = head_of(row).line(before, row.key)
            before = _sum(line)
            lines.append(line)
        _append(file, lines)
        return len(lines)


def _begin_heads() -> None:
    """Make the file before the first seal: from then on its absence means something."""
    with _heads_locked():
        pass


def head_of(row: Seal) -> Head:
    at = row.at.astimezone(UTC).isoformat()
    return Head("seal", row.id, row.last_link, bytes(row.head).hex(), at)


def note_in_heads(kind: str, link: int, head: bytes, actor: str, at: datetime, id_: int) -> None:
    """Write a purge or a restore down beside the seals: neither is mistaken for a cut tail."""
    with _heads_locked() as file:
        _, before = _tail(file)
        stated = Head(kind, id_, link, head.hex(), at.astimezone(UTC).isoformat(), actor)
        _append(file, [stated.line(before, crypto.ring().current().id)])


def restored(*, by: str, at: datetime) -> None:
    """To be called after a restore: the database is older than its heads file, rightly."""
    last = Seal.objects.order_by("-id").first()
    position, head = (last.last_link, bytes(last.head)) if last else (0, GENESIS)
    note_in_heads("restore", position, head, by, at, last.id if last else 0)


@contextmanager
def _heads_locked() -> Iterator[Any]:
    path = heads_path()
    new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    if new:
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def _append(file: Any, lines: list[str]) -> None:
    if lines:
        file.write("".join(lines).encode())
        os.fsync(file.fileno())


def _tail(file: Any) -> tuple[int, str]:
    """The last seal that the file knows (a restore sets it back), and the sum of its last line."""
    file.seek(0, os.SEEK_END)
    size = file.tell()
    if size == 0:
        return 0, ""
    file.seek(max(0, size - 8192))
    data = file.read()
    if not data.endswith(b"\n"):
        # Power went while a line was written. It was never relied on: cut it off.
        size -= len(data) - (data.rfind(b"\n") + 1)
        file.truncate(size)
        os.fsync(file.fileno())
        return _tail(file)
    lines = data.decode(errors="replace").splitlines(keepends=True)
    for line in reversed(lines):
        try:
            stated = json.loads(line)
        except ValueError:
            break
        if stated.get("kind") in ("seal", "restore"):
            return int(stated["id"]), _sum(lines[-1])
    return 0, _sum(lines[-1])


def _last_seal_of_file() -> int:
    with heads_path().open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - 8192))
        for line in reversed(file.read().splitlines()):
            try:
                stated = json.loads(line)
            except ValueError:
                return 0
            if stated.get("kind") in ("seal", "restore"):
                return int(stated["id"])
    return 0


def _sum(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


def read_heads() -> Iterator[tuple[int, Head | None]]:
    """Each line with its number; None where it was bent or the file was cut in the middle."""
    if not heads_path().exists():
        return
    before: str | None = None  # A purge may have taken lines off the front.
    with heads_path().open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            try:
                content = json.loads(line)
                mac = bytes.fromhex(content.pop("mac"))
                text = json.dumps(content, ensure_ascii=False, sort_keys=True)
                good = content.pop("before") == before or before is None
                good &= crypto.mac_ok(text.encode(), HEADS_PURPOSE, content.pop("key"), mac)
                yield number, Head(**content) if good else None
            except (ValueError, TypeError, KeyError, AttributeError):
                yield number, None
            before = _sum(line)


def health(now: datetime) -> list[str]:
    """What is wrong with the sealing, for the health page: nothing should be (S28).

    A row that waits for more than a minute, or a heads file that is gone or behind.
    """
    problems = []
    last = Seal.objects.order_by("-id").first()
    waiting = _oldest_unsealed(last)
    if waiting is not None and (now - waiting).total_seconds() > UNSEALED_SECONDS_MAX:
        problems.append("audit_unsealed")
    if last is not None:
        known = _last_seal_of_file() if heads_path().exists() else None
        # Behind for a moment is normal; ahead or absent never is.
        behind = known is not None and known < last.id
        old = (now - last.at).total_seconds() > UNSEALED_SECONDS_MAX
        if known is None or known > last.id or (behind and old):
            problems.append("audit_heads")
    return problems


def _oldest_unsealed(last: Seal | None) -> datetime | None:
    cluster, _ = sql.cluster_and_mark()
    since = last.mark if last and last.cluster == cluster else None
    waiting = sql.unlinked(since, 1)
    if not waiting:
        return None
    return AuditRow.objects.values_list("at", flat=True).get(pk=waiting[0][0])
