"""./anlan audit verify | purge | archive | forget | restored, and ./anlan keys rotate."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import crypto
from anlan.base.actor import Actor
from anlan.config.cli_say import emit, say
from anlan.kernel.audit import queries, retention, sealing, trail, verifying


def verify(args: Namespace) -> int:
    """Exit status 1 if anybody bent the audit."""
    now = timezone.now()
    sealing.seal(now)
    verdict = verifying.verify(now)
    flaws = [str(flaw) for flaw in verdict.flaws]
    if args.json:
        emit({"ok": verdict.ok, "checked": verdict.checked, "flaws": flaws})
    elif verdict.ok:
        say(_("The audit verifies: %(count)s rows.") % {"count": verdict.checked})
    for flaw in flaws:
        say(flaw)
    return 0 if verdict.ok else 1


def purge(args: Namespace) -> int:
    done = retention.purge(by=args.actor, at=timezone.now(), keep_days=args.keep_days)
    rows = done.rows if done else 0
    if args.json:
        emit({"rows": rows, "archive": done.archive if done else None})
    say(_("%(count)s audit rows were archived.") % {"count": rows})
    return 0


def archive(args: Namespace) -> int:
    rows = retention.check_archive(Path(args.file))
    if args.json:
        emit({"ok": True, "rows": rows})
    say(_("The archive verifies: %(count)s rows.") % {"count": rows})
    return 0


def forget(args: Namespace) -> int:
    done = queries.forget(args.subject, by=args.actor, at=timezone.now(), reason=args.reason)
    if args.json:
        emit({"forgotten": done})
    return 0


def restored(args: Namespace) -> int:
    now = timezone.now()
    sealing.restored(by=args.actor.name, at=now)
    with transaction.atomic():
        trail.record([trail.Entry("audit.restored", "audit.heads", "")], by=args.actor, at=now)
    if args.json:
        emit({"ok": True})
    return 0


def rotate(args: Namespace) -> int:
    """What the older keys wrote stays readable; their file must be kept as carefully as before."""
    key = _rotate(args.profile, args.actor)
    if args.json:
        emit({"key": key.id, "profile": key.suite.name})
    return 0


def follow_setting(args: Namespace) -> None:
    """Write with the algorithms that ANLAN_CRYPTO names, where that was changed (S29)."""
    wanted = os.environ.get("ANLAN_CRYPTO")
    if wanted and crypto.ring().current().suite.name != wanted:
        _rotate(wanted, args.actor)


def _rotate(profile: str | None, by: Actor) -> crypto.Key:
    key = crypto.ring().rotate(profile)
    with transaction.atomic():
        entry = trail.Entry("keys.rotate", "base.key", key.id, after={"profile": key.suite.name})
        trail.record([entry], by=by, at=timezone.now())
    say(_("New values are written with key %(key)s from now on.") % {"key": key.id})
    return key
