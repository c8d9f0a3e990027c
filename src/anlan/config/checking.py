"""./anlan check: prove the invariants of the data, as far as they apply (I1–I10)."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib import import_module
from typing import Any

from django.db import connection
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
    "anlan.kernel.accounts.records:invariants",
    "anlan.kernel.facts.invariants:invariants",
    "anlan.kernel.audit.invariants:invariants",
    "anlan.kernel.notices.delivering:invariants",
    "anlan.kernel.papers.attachments:invariants",
)


#: What is asked beside everything else.
CHAIN = "anlan.kernel.audit.invariants"
#: In a log, an answer that took longer is told of at once.
TOLD_SECONDS = 5


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
    found = examine(now)
    ok = all(one["ok"] for one in found)
    if args.json:
        # Times differ from run to run; what programs compare doesn't.
        told = [{key: value for key, value in one.items() if key != "seconds"} for one in found]
        emit({"ok": ok, "invariants": told})
        return 0 if ok else 1
    for one in found:
        mark = both("正确", "holds") if one["ok"] else both("错误", "BROKEN")
        say(f"{mark}  {one['id']}  ({one['checked']})  {one['detail']}  {one['seconds']:.1f} s")
    return 0 if ok else 1


def examine(now: datetime) -> list[dict[str, Any]]:
    """Ask everything, in the order of ``checks``, with a line on stderr for each answer.

    The audit's chain is arithmetic in Python and the rest is the database's work, so that two
    threads take the time of the longer one. Inside somebody's transaction all is asked there.
    """
    every = list(checks())
    with tqdm(unit="invariant", file=sys.stderr, disable=None) as bar:
        if connection.in_atomic_block:
            return [one for check in every for one in _ask(check, now, bar)]
        chain = [check for check in every if check.__module__ == CHAIN]
        rest = [check for check in every if check.__module__ != CHAIN]
        with ThreadPoolExecutor(2) as pool:
            beside = pool.submit(_ask_all, chain, now, bar)
            found = pool.submit(_ask_all, rest, now, bar).result()
            return found + beside.result()


def _ask_all(asked: list[Check], now: datetime, bar: tqdm[Any]) -> list[dict[str, Any]]:
    try:
        return [one for check in asked for one in _ask(check, now, bar)]
    finally:
        # The connection is this thread's own.
        connection.close()


def _ask(check: Check, now: datetime, bar: tqdm[Any]) -> Iterator[dict[str, Any]]:
    began = time.monotonic()
    for name, ok, checked, detail in check(now):
        seconds = round(time.monotonic() - began, 2)
        bar.set_postfix_str(name)
        bar.update()
        if bar.disable and seconds > TOLD_SECONDS:
            print(f"{name}: {seconds:.0f} s", file=sys.stderr, flush=True)
        yield {"id": name, "ok": ok, "checked": checked, "detail": detail, "seconds": seconds}
        began = time.monotonic()
