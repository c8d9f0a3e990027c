"""Has anybody bent the audit? Names the first row that was changed, moved, added or taken out."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from anlan.base import crypto, progress
from anlan.base.limits import IN_LIST_MAX
from anlan.kernel.audit import sealing, sql
from anlan.kernel.audit.models import AuditRow, Link, Purge, Seal
from anlan.kernel.audit.trail import MAC_PURPOSE, canonical

#: An unsealed row that is older was passed over.
UNSEALED_AGE_MAX = timedelta(seconds=sealing.UNSEALED_SECONDS_MAX)


@dataclass(frozen=True)
class Flaw:
    """What is wrong, and where: ``row`` is the AuditRow, ``link`` its place in the chain."""

    kind: str
    link: int | None = None
    row: int | None = None

    @property
    def outside(self) -> bool:
        """Did the file outside the database tell?"""
        return "heads" in self.kind or self.kind == "tail cut"

    def __str__(self) -> str:
        where = [f"link {self.link}" if self.link else "", f"row {self.row}" if self.row else ""]
        return " ".join([self.kind, *filter(None, where)])


@dataclass(frozen=True)
class Verdict:
    checked: int
    flaws: tuple[Flaw, ...]

    @property
    def ok(self) -> bool:
        return not self.flaws


#: What a row's MAC is over, in order, then the MAC itself.
FIELDS = (
    *("at", "user_id", "actor", "unit_id", "address", "action", "object_type", "object_id"),
    *("result", "reason", "before", "after", "request_id", "nonce", "key", "mac"),
)
Fields = tuple[Any, ...]


def row_ok(row: AuditRow) -> bool:
    """Does the row's MAC fit its content?"""
    return _fits(tuple(getattr(row, name) for name in FIELDS))


def _fits(fields: Fields) -> bool:
    at, request_id, key_id, mac = fields[0], fields[12], fields[14], bytes(fields[15])
    content = canonical(
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        *fields[1:12],
        str(request_id or ""),
        *fields[13:15],
    )
    return crypto.mac_ok(content, MAC_PURPOSE, key_id, mac)


def verify(now: datetime) -> Verdict:
    """Check the chain from its beginning, the rows behind it, the seals, and the heads file.

    Writers and the sealer may go on meanwhile: what is looked at only grows at its end.
    """
    last = Seal.objects.order_by("-id").first()
    checked, flaw = _chain(last, *_beginning())
    flaws = [flaw] if flaw else []
    tail_checked, tail = _unsealed(now)
    flaws += tail
    flaws += _heads(last)
    if nonce := sql.nonce_twice():
        flaws.append(Flaw("copied", row=nonce))
    return Verdict(checked + tail_checked, tuple(flaws))


def slice_of(after: int, count: int) -> tuple[int, Verdict]:
    """Check so many links after one, taking that one's head as it stands; for looking often.

    Returns where to go on: the last link looked at, or 0 at the end of the chain.
    """
    start, head = _beginning()
    last = Seal.objects.order_by("-id").first()
    link = Link.objects.filter(id=after).first() if after > start else None
    if link is not None:
        start, head = link.id, bytes(link.head)
    until = min(start + count, last.last_link) if last else start
    checked, flaw = _chain(last, start, head, until)
    reached = 0 if last is None or until == last.last_link else until
    return reached, Verdict(checked, (flaw,) if flaw else ())


def _beginning() -> tuple[int, bytes]:
    purge = Purge.objects.order_by("-id").first()
    return (purge.last_link, bytes(purge.head)) if purge else (0, sealing.GENESIS)


def _chain(
    last: Seal | None, position: int, head: bytes, until: int | None = None
) -> tuple[int, Flaw | None]:
    """Walk from ``position``, whose head is ``head``, to ``until`` or the last seal."""
    if last is None:
        return 0, Flaw("chain without seal") if Link.objects.exists() else None
    seals = Seal.objects.filter(last_link__gt=position).order_by("id").iterator()
    ends: Iterator[Seal] = iter(seals)
    seal = next(ends, None)
    checked = 0
    number: int | None = None
    until = last.last_link if until is None else until
    for links, rows in _chunks(position, until):
        for link_id, row_id, stated in links:
            position += 1
            if link_id != position:
                return checked, Flaw("link missing", position)
            row = rows.get(row_id)
            if row is None:
                return checked, Flaw("row missing", link_id, row_id)
            if not _fits(row):
                return checked, Flaw("row changed", link_id, row_id)
            if seal is None:
                return checked, Flaw("seal missing", link_id, row_id)
            head = link_head_of(seal.key, head, row_id, bytes(row[-1]))
            if not hmac.compare_digest(head, stated):
                return checked, Flaw("chain broken", link_id, row_id)
            checked += 1
            while seal is not None and seal.last_link == position:
                if number is not None and seal.id != number + 1:
                    return checked, Flaw("seal missing", link_id, row_id)
                if bytes(seal.head) != head:
                    return checked, Flaw("seal changed", link_id, row_id)
                number, seal = seal.id, next(ends, None)
        progress.say("I4 audit chain", checked)
    if position != until:
        return checked, Flaw("link missing", position + 1)
    return checked, None


def link_head_of(key_id: str, before: bytes, row_id: int, mac: bytes) -> bytes:
    """The head that a link should have; empty if its key isn't known."""
    try:
        key = crypto.ring().get(key_id)
    except crypto.Tampered:
        return b""
    return sealing.link_head(key.derive(sealing.LINK_PURPOSE), key.suite, before, row_id, mac)


def _chunks(
    after: int, until: int
) -> Iterator[tuple[Sequence[tuple[int, int, bytes]], dict[int, Fields]]]:
    """Links in order with their rows by id, as tuples: objects cost three times as much here."""
    columns = Link.objects.order_by("id").values_list("id", "row_id", "head")
    while after < until:
        found = columns.filter(id__gt=after, id__lte=until)[:IN_LIST_MAX]
        links = [(link, row, bytes(head)) for link, row, head in found]
        if not links:
            return
        wanted = AuditRow.objects.filter(id__in=[row_id for _id, row_id, _head in links])
        rows = {row[0]: row[1:] for row in wanted.values_list("id", *FIELDS)}
        yield links, rows
        after = links[-1][0]


def _unsealed(now: datetime) -> tuple[int, list[Flaw]]:
    """Rows that the chain hasn't reached: each must fit its MAC, and none may be old."""
    flaws = []
    checked = 0
    ids = [row_id for row_id, _ in sql.unlinked(None, sealing.PASS_ROWS_MAX)]
    for start in range(0, len(ids), IN_LIST_MAX):
        for row in AuditRow.objects.filter(id__in=ids[start : start + IN_LIST_MAX]).order_by("id"):
            checked += 1
            if not row_ok(row):
                flaws.append(Flaw("row changed", row=row.id))
            elif now - row.at > UNSEALED_AGE_MAX:
                flaws.append(Flaw("row unsealed", row=row.id))
    return checked, flaws[:1]


def _heads(last: Seal | None) -> list[Flaw]:
    """Does the file outside the database tell the same story? A cut tail shows here alone."""
    restores: list[tuple[int, int]] = []
    expected = newest = 0
    for number, head in sealing.read_heads():
        if head is None:
            return [Flaw(f"heads file bent in line {number}")]
        if head.kind == "restore":
            # The lines before it speak of seals that the restored database need not have.
            restores.append((number, head.id))
            expected = newest = head.id
        elif head.kind == "seal":
            if expected and head.id != expected + 1:
                return [Flaw(f"heads file has a gap in line {number}")]
            expected = newest = head.id
    if last is None:
        return [Flaw("tail cut", 1)] if newest or Link.objects.exists() else []
    if newest == 0:
        return [] if last.last_link == 0 else [Flaw("heads file missing")]
    if newest > last.id:
        return [Flaw("tail cut", last.last_link + 1)]
    return _heads_differ(restores)


def _heads_differ(restores: Sequence[tuple[int, int]]) -> list[Flaw]:
    """Compare each line that still counts with its seal."""
    batch: dict[int, tuple[str, int]] = {}

    def compare() -> list[Flaw]:
        for seal in Seal.objects.filter(id__in=batch).order_by("id"):
            if batch[seal.id] != (bytes(seal.head).hex(), seal.last_link):
                return [Flaw("seal differs from the heads file", seal.last_link)]
        batch.clear()
        return []

    for number, head in sealing.read_heads():
        later = [restored for line, restored in restores if line > number]
        if head is None or head.kind != "seal" or head.id > min(later, default=head.id):
            continue
        batch[head.id] = (head.head, head.last_link)
        if len(batch) >= IN_LIST_MAX and (flaws := compare()):
            return flaws
    return compare()
