"""How long audit rows stay, and where they go then: into archives that prove themselves.

Rows are kept 400 days unless set otherwise, and never fewer than 190 (six natural months reach
184; 《网络安全法》 wants six months). A purge takes the append-only triggers off and puts them back
inside its own transaction. That takes the right to alter the tables, which the role that serves
pages doesn't have in production: run it with the migrating role's ANLAN_DATABASE.
"""

from __future__ import annotations

import gzip
import hmac
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils.translation import gettext_lazy as _

from anlan.base import crypto
from anlan.base.actor import Actor
from anlan.base.limits import IN_LIST_MAX
from anlan.base.refusal import Refusal
from anlan.kernel.audit import sealing, sql, trail, verifying
from anlan.kernel.audit.models import AuditRow, Link, Purge, Seal

KEEP_DAYS = 400
KEEP_DAYS_MIN = 190
ARCHIVE_PURPOSE = "audit/archive"


class RetentionTooShort(Refusal):
    code = "retention_too_short"
    message = _(
        "Audit rows must be kept for at least %(days)s days. Choose that many days or more."
    )


class ChainBroken(Refusal):
    code = "audit_chain_broken"
    message = _(
        "The audit doesn't verify (%(flaw)s), so nothing may be taken out of it. "
        "Tell the security administrator first."
    )
    status = 409


class ArchiveBent(Refusal):
    code = "audit_archive_bent"
    message = _("The archive %(name)s doesn't verify: line %(line)s was changed or is missing.")


def purge(*, by: Actor, at: datetime, keep_days: int = KEEP_DAYS) -> Purge | None:
    """Move rows older than ``keep_days`` into an archive. None if none is old enough.

    Raises RetentionTooShort below the floor, ChainBroken if the audit doesn't verify.
    """
    if keep_days < KEEP_DAYS_MIN:
        raise RetentionTooShort(days=KEEP_DAYS_MIN)
    verdict = verifying.verify(at)
    if not verdict.ok:
        raise ChainBroken(flaw=str(verdict.flaws[0]))
    until = _last_old_link(at - timedelta(days=keep_days))
    if until is None:
        return None
    before = Purge.objects.order_by("-id").first()
    start = before.last_link if before else 0
    head = bytes(Link.objects.get(id=until).head)
    name = f"audit-{start + 1:012d}-{until:012d}.jsonl.gz"
    _write_archive(folder() / name, start, until)
    check_archive(folder() / name)
    with transaction.atomic(durable=True):
        sql.run(sql.unguard_statements(connection.vendor))
        rows = sql.delete_until(until)
        done = Purge.objects.create(
            id=before.id + 1 if before else 1,
            at=at,
            actor=by.name,
            last_link=until,
            head=head,
            rows=rows,
            archive=name,
            sum=crypto.digest((folder() / name).read_bytes()),
        )
        sql.run(sql.guard_statements(connection.vendor))
        entry = trail.Entry(
            "audit.purge", "audit.purge", done.id, after={"archive": name, "rows": rows}
        )
        trail.record([entry], by=by, at=at)
    sealing.note_in_heads("purge", until, head, by.name, at, done.id)
    return done


def folder() -> Path:
    return Path(settings.HOME) / "audit-archive"


def _last_old_link(cutoff: datetime) -> int | None:
    """The last link before the first row that must stay."""
    rows = AuditRow.objects.filter(at__gte=cutoff)
    first_kept = Link.objects.filter(row_id__in=rows.values("id")).aggregate(first=Min("id"))
    if first_kept["first"] is not None:
        until = first_kept["first"] - 1
    else:
        until = Link.objects.aggregate(last=Max("id"))["last"]
    return until if until and Link.objects.filter(id=until).exists() else None


def _write_archive(path: Path, start: int, until: int) -> None:
    """One JSON object a line: the rows with their links and MACs, then a line that seals them."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_suffix(".part")
    key = crypto.ring().current()
    running = hmac.new(key.derive(ARCHIVE_PURPOSE), digestmod=key.suite.digest_name)
    with part.open("wb") as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as file:
            for line in _lines(start, until):
                running.update(line)
                file.write(line)
            end = {"end": until, "key": key.id, "mac": running.hexdigest()}
            file.write(json.dumps(end).encode() + b"\n")
        raw.flush()
        os.fsync(raw.fileno())
    part.rename(path)
    directory = os.open(path.parent, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)


def _lines(start: int, until: int) -> Iterator[bytes]:
    seals = iter(Seal.objects.filter(last_link__gt=start).order_by("id"))
    seal = next(seals)
    while start < until:
        links = list(Link.objects.filter(id__gt=start, id__lte=until).order_by("id")[:IN_LIST_MAX])
        rows = AuditRow.objects.in_bulk([link.row_id for link in links])
        for link in links:
            while seal.last_link < link.id:
                seal = next(seals)
            yield _line(link, rows[link.row_id], seal.key)
        start = links[-1].id


PLAIN = (
    *("user_id", "actor", "unit_id", "address", "action", "object_type", "object_id"),
    *("result", "reason", "before", "after", "nonce", "key"),
)


def _line(link: Link, row: AuditRow, link_key: str) -> bytes:
    content: dict[str, Any] = {name: getattr(row, name) for name in PLAIN}
    content |= {
        "link": link.id,
        "row": row.id,
        "link_key": link_key,
        "head": bytes(link.head).hex(),
        "mac": bytes(row.mac).hex(),
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "request_id": str(row.request_id) if row.request_id else None,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def check_archive(path: Path) -> int:
    """Read an archive again, row by row. Returns rows; raises ArchiveBent."""
    before: bytes | None = None
    count = 0
    try:
        running = _running_mac(path)
        with gzip.open(path, "rb") as file:
            for line in file:
                content = json.loads(line)
                if "end" in content:
                    if running.hexdigest() == content["mac"] and not file.read(1):
                        return count
                    break
                before = _archived_row_head(content, before)
                if before is None:
                    break
                running.update(line)
                count += 1
    except (OSError, EOFError, ValueError, KeyError, TypeError, crypto.Tampered):
        pass  # Said below: whatever is wrong with the file, this is the line it is wrong in.
    raise ArchiveBent(name=path.name, line=count + 1)


def _running_mac(path: Path) -> hmac.HMAC:
    """A MAC to be fed the lines; its key's id stands in the last one."""
    last = b""
    with gzip.open(path, "rb") as file:
        for line in file:
            last = line
    key = crypto.ring().get(json.loads(last)["key"])
    return hmac.new(key.derive(ARCHIVE_PURPOSE), digestmod=key.suite.digest_name)


def _archived_row_head(content: dict[str, Any], before: bytes | None) -> bytes | None:
    """The head after an archived row; None if the row or the chain doesn't fit.

    The first row's own head is taken as stated: what it goes on from is in the archive before.
    """
    row = AuditRow(**{name: content[name] for name in PLAIN})
    row.id, row.mac = content["row"], bytes.fromhex(content["mac"])
    row.at = datetime.fromisoformat(content["at"])
    row.request_id = content["request_id"]
    head = bytes.fromhex(content["head"])
    if not verifying.row_ok(row):
        return None
    if before is None and content["link"] != 1:
        return head
    computed = verifying.link_head_of(
        content["link_key"], before or sealing.GENESIS, row.id, bytes(row.mac)
    )
    return head if hmac.compare_digest(computed, head) else None
