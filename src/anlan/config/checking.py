"""./anlan check: prove the invariants of the data, as far as they apply (I1–I10)."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from importlib import import_module
from typing import Any

from django.utils import timezone
from tqdm import tqdm

from anlan.config.capabilities import capabilities
from anlan.config.cli_say import both, emit, say
from anlan.kernel.audit import sealing
from anlan.kernel.facts import ledger

Check = Callable[[datetime], Iterable[tuple[str, bool, int, str]]]

#: The engines' own, cheapest first; the capabilities bring theirs.
ENGINES = (
    "anlan.kernel.loop.invariants:invariants",
    "anlan.kernel.facts.invariants:invariants",
    "anlan.kernel.audit.invariants:invariants",
    "anlan.kernel.notices.delivering:invariants",
    "anlan.kernel.papers.attachments:invariants",
)


def catch_up(now: datetime) -> None:
    """Fold and seal what waits: the command line does it where it has written."""
    ledger.fold(now)
    while sealing.seal(now):
        continue


def checks() -> Iterator[Check]:
    for name in ENGINES:
        module, function = name.split(":")
        yield getattr(import_module(module), function)
    for capability in capabilities():
        yield from capability.invariants


def main(args: Namespace) -> int:
    """Status 1 if one is broken. What can't be seen at rest (I9) is the tests' to prove.

    Where no worker runs, facts wait to be folded and audit rows to be sealed; that is done first,
    as the worker would, so that what is proved is everything.
    """
    now = timezone.now()
    catch_up(now)
    found: list[dict[str, Any]] = []
    all_checks = list(checks())
    for check in tqdm(all_checks, unit="check", file=sys.stderr, disable=None):
        for name, ok, checked, detail in check(now):
            found.append({"id": name, "ok": ok, "checked": checked, "detail": detail})
    ok = all(one["ok"] for one in found)
    if args.json:
        emit({"ok": ok, "invariants": found})
        return 0 if ok else 1
    for one in found:
        mark = both("正确", "holds") if one["ok"] else both("错误", "BROKEN")
        say(f"{mark}  {one['id']}  ({one['checked']})  {one['detail']}")
    return 0 if ok else 1
