"""./anlan check: prove the invariants of the data, as far as they apply (I1–I10)."""

from __future__ import annotations

import multiprocessing
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from functools import partial
from importlib import import_module
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from anlan.base import progress
from anlan.config.capabilities import capabilities
from anlan.config.cli_say import both, emit, say
from anlan.kernel.audit import sealing
from anlan.kernel.facts import ledger
from anlan.kernel.loop.models import Case

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


#: What takes longest, longest first: so that neither of two processes waits for the other's last.
LONGEST = (
    "anlan.kernel.facts.invariants", "anlan.kernel.audit.invariants",
    "anlan.kernel.loop.invariants",
)  # fmt: skip
#: Below this a second process would cost more than it saves.
BESIDE_CASES_MIN = 20_000
PROCESSES = 2
#: In a log: how often it says where it is, and from when on an answer is told of at once.
SAID_SECONDS = 10
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
    broken = sum(not one["ok"] for one in found)
    if broken:
        say(_("%(broken)d of %(all)d are broken; they stand above.")
            % {"broken": broken, "all": len(found)})  # fmt: skip
    else:
        say(_("All %(all)d hold.") % {"all": len(found)})
    return 0 if ok else 1


def examine(now: datetime) -> list[dict[str, Any]]:
    """Ask everything; the answers in the order of ``checks``. Where it is, is said on stderr.

    Sums are the database's work, seals and the audit's chain are Python's, so that two processes
    share them. Inside somebody's transaction, and where there is little, all is asked here.
    """
    every = list(checks())
    with Shown() as shown:
        if connection.in_atomic_block or Case.objects.count() < BESIDE_CASES_MIN:
            progress.listen(partial(shown.hear, 0))
            try:
                return [one for check in every for one in _ask(check, now)]
            finally:
                progress.listen(None)
        return _ask_beside(every, now, shown)


def _ask_beside(every: list[Check], now: datetime, shown: Shown) -> list[dict[str, Any]]:
    context = multiprocessing.get_context("spawn")
    said = context.SimpleQueue()
    reader = threading.Thread(target=_hear_all, args=(said, shown), daemon=True)
    reader.start()
    order = sorted(every, key=lambda check: (*LONGEST, check.__module__).index(check.__module__))
    try:
        with ProcessPoolExecutor(PROCESSES, context, progress.begin, (said,)) as pool:
            answers = {check: pool.submit(_answers, check, now) for check in order}
            return [one for check in every for one in answers[check].result()]
    finally:
        said.put(None)
        reader.join()


def _answers(check: Check, now: datetime) -> list[dict[str, Any]]:
    return list(_ask(check, now))


def _ask(check: Check, now: datetime) -> Iterator[dict[str, Any]]:
    progress.say(check.__module__.removeprefix("anlan."))
    began = time.monotonic()
    for name, ok, checked, detail in check(now):
        seconds = round(time.monotonic() - began, 2)
        progress.end(name, checked, seconds)
        yield {"id": name, "ok": ok, "checked": checked, "detail": detail, "seconds": seconds}
        began = time.monotonic()


def _hear_all(said: Any, shown: Shown) -> None:
    while (heard := said.get()) is not None:
        shown.hear(*heard)


class Shown:
    """What is looked at now, and how many rows of it are done: a bar, or in a log some lines."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] = tqdm(unit="invariant", file=sys.stderr, disable=None)
        self._at: dict[int, str] = {}
        self._said = time.monotonic()

    def __enter__(self) -> Shown:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def hear(self, process: int, what: str, done: int, seconds: float | None) -> None:
        """``seconds`` where it is over."""
        self._at[process] = f"{what} {done:,}" if done else what
        if seconds is not None:
            self._bar.update()
            if self._bar.disable and seconds > TOLD_SECONDS:
                self._line(f"{what}: {done:,}, {seconds:.0f} s")
        here = "; ".join(self._at.values())
        self._bar.set_postfix_str(here)
        if self._bar.disable and time.monotonic() - self._said > SAID_SECONDS:
            self._line(f"… {here}")
            self._said = time.monotonic()

    def _line(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)
