"""./anlan custodians: who opens backups, two together (S19); and asking them at a restore."""

from __future__ import annotations

import getpass
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base import custody
from anlan.config.cli_say import emit, say
from anlan.kernel.audit import trail


def phrases(given: Sequence[str], names: Sequence[str]) -> Mapping[str, str]:
    """Passphrases of two of ``names``: from files, or typed by one after the other."""
    found = {}
    for each in given:
        name, _equals, file = each.partition("=")
        found[name] = Path(file).read_text(encoding="utf-8").rstrip("\n")
    if found or not sys.stdin.isatty():
        return found
    say(
        _("Two of these custodians type their passphrases: %(names)s.")
        % {"names": "、".join(names)}
    )
    for number in (1, 2):
        name = input(_("Custodian %(n)d, name: ") % {"n": number}).strip()
        found[name] = getpass.getpass(_("Passphrase: "))
    return found


def list(args: Namespace) -> int:
    names = [one.name for one in custody.enrolled(settings.HOME)]
    if args.json:
        emit({"custodians": names, "two_needed": len(names) >= 2})
    elif names:
        say("、".join(names))
    if len(names) < 2:
        say(_("Fewer than two custodians: whoever holds the key file restores a backup alone."))
    return 0


def add(args: Namespace) -> int:
    given = phrases(args.custodian, [args.name]) if args.custodian else {}
    phrase = given.get(args.name) or _typed_twice()
    names = [one.name for one in custody.enrol(settings.HOME, args.name, phrase)]
    return _done(args, "custody.added", names)


def _typed_twice() -> str:
    if not sys.stdin.isatty():
        return ""
    phrase = getpass.getpass(_("Passphrase: "))
    return phrase if getpass.getpass(_("The same once more: ")) == phrase else ""


def remove(args: Namespace) -> int:
    known = [one.name for one in custody.enrolled(settings.HOME)]
    given = phrases(args.custodian, known) if len(known) > 1 else {}
    names = [one.name for one in custody.dismiss(settings.HOME, args.name, given)]
    return _done(args, "custody.removed", names)


def _done(args: Namespace, act: str, names: Sequence[str]) -> int:
    now: datetime = timezone.now()
    with transaction.atomic():
        entry = trail.Entry(act, "base.custody", args.name[:60], after={"custodians": [*names]})
        trail.record([entry], by=args.actor, at=now)
    if args.json:
        emit({"custodians": [*names]})
    say(_("Custodians: %(names)s.") % {"names": "、".join(names) or "—"})
    return 0
