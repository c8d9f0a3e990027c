"""The hour before a deadline: 2,000 units file a form of a hundred cells, and no cell is lost.

    ./anlan bench filings --json -- --units 2000 --cells 100 --minutes 60
    ANLAN_DATABASE=postgresql://… ./anlan bench filings -- --units 50 --minutes 1

Each unit is a client of its own that comes at a random moment of the hour, half of them in its
last quarter: it opens its filing, keeps a draft, submits, and looks again, each over HTTP to the
product as it serves. What is measured is each answer; what is counted at the end is every cell, in
the entries, in what stands declared, and in the ledger.

The hour may be compressed (--minutes): then the load is denser than the bar asks. Below three
minutes one address alone asks more than the product lets it (S56).
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import statistics
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from benchmarks._served import served
from benchmarks.ledger import machine, result, scratch, setup

BAR_MS = 500


@dataclass
class Seen:
    """How long each kind of answer took, and what was refused."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, seconds: float, status: int) -> None:
        with self.lock:
            self.times[what].append(seconds * 1_000)
            if status != 200:
                self.wrong[f"{what}: {status}"] += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--units", type=int, default=2_000)
    parser.add_argument("--cells", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--clients", type=int, default=64, help="connections at once")
    parser.add_argument("--seed", type=int, default=5)
    args = parser.parse_args()
    os.environ["ANLAN_MFA"] = "off"
    with scratch():
        setup()
        from django.core.management import call_command

        from anlan.kernel.calendar import loading as calendar
        from anlan.kernel.regions import loading as regions

        call_command("migrate", verbosity=0, interactive=False)
        regions.load_all(None, provinces=("53",))
        calendar.load_all()
        form, tokens = prepare(args)
        seen = Seen()
        with served() as (port, _web):
            start = time.monotonic()
            with ThreadPoolExecutor(max_workers=args.clients) as pool:
                list(pool.map(lambda one: one_unit(one, args, port, start, seen),
                              arrivals(tokens, args)))  # fmt: skip
            seconds = time.monotonic() - start
        lost = count_lost(form, args)
        results = [told(what, times) for what, times in seen.times.items()]
        results += [
            result("filings.lost", len(lost), "findings", args.units * args.cells, bar=0,
                   ok=not lost, detail="; ".join(lost[:5])),
            result("filings.refused", sum(seen.wrong.values()), "answers", len(tokens), bar=0,
                   ok=not seen.wrong, detail=str(dict(seen.wrong))),
            result("filings.hour", seconds, "s", args.units),
        ]  # fmt: skip
        print(json.dumps({"machine": machine(), "results": results}, indent=1, ensure_ascii=False))


def told(what: str, times: list[float]) -> dict[str, Any]:
    late = p95(times)
    return result(f"filings.{what}", statistics.median(times), "ms", len(times),
                  p95=round(late, 1), bar=BAR_MS, ok=late <= BAR_MS)  # fmt: skip


# --- before the hour -----------------------------------------------------------------------


def prepare(args: argparse.Namespace) -> tuple[UUID, list[tuple[UUID, str]]]:
    """A form, its units, a person with a token for each; through the commands."""
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.base.ids import uuid7
    from anlan.domain.filings import commands
    from anlan.domain.filings.models import Filing
    from anlan.domain.filings.terms import Cell, Column, Definition, Row, Section
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.accounts import held
    from anlan.kernel.accounts.models import Role, Unit, User
    from anlan.kernel.calendar import periods
    from anlan.kernel.regions.models import Region

    by, at = Actor(None, "cli:bench", trusted=True), timezone.now()
    run = uuid7().hex[-6:]
    places = list(Region.objects.filter(level=3, valid_to=None).order_by("code")[: args.units])
    top = Region.objects.get(level=0)
    wants = accounts.create_unit(f"b{run}", f"省安委办{run}", "committee_office", top, by=by, at=at)
    rows = [
        {"code": f"b{run}-{n}", "name": f"第{n}填报单位", "kind": "committee_office",
         "area": places[n % len(places)].code, "parent": f"b{run}", "sectors": ""}
        for n in range(args.units)
    ]  # fmt: skip
    for at_row in range(0, len(rows), 500):
        accounts.import_units(rows[at_row : at_row + 500], by=by, at=at)
    units = dict(Unit.objects.filter(code__startswith=f"b{run}-").values_list("pk", "code"))
    new = [commands.NewItem(f"{run}指标{k}", "项", unit=wants.pk) for k in range(args.cells)]
    items = commands.make_items(new, by=by, at=at, request_id=uuid7())
    lines = tuple(
        Row(f"r{k}", f"指标{k}", "项", "", {"m": Cell("declared", item=pk)})
        for k, pk in enumerate(items)
    )
    definition = Definition("", (Section("s1", "合成", "", (Column("m", "本月"),), lines),))
    month = periods.month(timezone.localdate(at)).previous()
    form = commands.make_form(
        commands.NewForm(
            title=f"合成负载表{run}", period="month", starts_on=month.start, units=tuple(units),
            unit=wants.pk, reviewed=False, definition=definition,
        ),
        by=by, at=at, request_id=uuid7(),
    )  # fmt: skip
    commands.issue(form, by=by, at=at, request_id=uuid7())
    filings = dict(Filing.objects.filter(form=form).values_list("unit", "pk"))
    tokens = []
    for unit, pk in filings.items():
        user = accounts.create_person(f"b{run}-{unit}", f"填报人{unit}", by=by, at=at)
        accounts.grant_post(user.pk, Unit.objects.get(pk=unit), Role.OFFICE, by=by, at=at)
        User.objects.filter(pk=user.pk).update(password_changed_at=at)
        actor = held.actor(user, today=timezone.localdate(at))
        _row, token = accounts.create_token("bench", ["filings.*"], 1, by=actor, at=at)
        tokens.append((pk, token))
    return form, tokens


def arrivals(tokens: list[tuple[UUID, str]], args: argparse.Namespace) -> list[Any]:
    """Who comes when, in seconds: a quarter of the hour's end takes half of them."""
    chance = random.Random(args.seed)
    whole = args.minutes * 60
    found = []
    for n, (pk, token) in enumerate(tokens):
        late = chance.random() < 0.5
        moment = chance.uniform(0.75 if late else 0.0, 1.0 if late else 0.75) * whole
        found.append((moment, n, pk, token))
    return sorted(found)


# --- the hour ------------------------------------------------------------------------------


def one_unit(one: Any, args: argparse.Namespace, port: int, start: float, seen: Seen) -> None:
    from anlan.base.ids import uuid7

    moment, n, pk, token = one
    wait = start + moment - time.monotonic()
    if wait > 0:
        time.sleep(wait)
    values = {f"r{k}.m": value_of(n, k) for k in range(args.cells)}
    half = dict(list(values.items())[: args.cells // 2])
    base = f"/api/v1/filings/{pk}"
    for what, method, path, body in (
        ("open", "GET", base, None),
        ("draft", "PUT", f"{base}/draft/{uuid7()}", {"values": half}),
        ("submit", "PUT", f"{base}/submission/{uuid7()}", {"values": values}),
        ("look", "GET", base, None),
    ):
        begun = time.monotonic()
        status = send(port, token, method, path, body)
        seen.note(what, time.monotonic() - begun, status)


def value_of(unit: int, cell: int) -> int:
    """A number that says of which unit and cell it is, so that a swapped one shows."""
    return unit * 1_000 + cell + 1


def send(port: int, token: str, method: str, path: str, body: Any) -> int:
    own = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        own.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = own.getresponse()
        answer.read()
        return answer.status
    except OSError:
        return 0
    finally:
        own.close()


# --- after it ------------------------------------------------------------------------------


def count_lost(form: UUID, args: argparse.Namespace) -> list[str]:
    """Every cell of every unit, in the entry, in what stands declared and in the ledger."""
    from django.db.models import Sum

    from anlan.domain.filings.models import Declared, Entry, Filing
    from anlan.kernel.facts.models import Fact

    lost = []
    filings = Filing.objects.filter(form=form)
    without = filings.exclude(entries__status__in=Entry.STANDING).count()
    if without:
        lost.append(f"{without} filings without an entry")
    total = 0
    entries = {}
    for pk, values in Entry.objects.filter(filing__form=form, status="sent").values_list(
        "pk", "values"
    ):
        entries[pk] = sum(values.values())
        total += entries[pk]
        if len(values) != args.cells:
            lost.append(f"entry {pk}: {len(values)} cells")
    wanted = sum(value_of(n, k) for n in range(filings.count()) for k in range(args.cells))
    if total != wanted:
        lost.append(f"entries say {total}, sent were {wanted}")
    declared = Declared.objects.filter(entry__filing__form=form, stands=True)
    if declared.count() != filings.count() * args.cells:
        lost.append(f"{declared.count()} cells stand declared")
    sums = dict(
        Fact.objects.filter(batch_id__in=entries).order_by().values_list("batch_id")
        .annotate(n=Sum("quantity"))
    )  # fmt: skip
    bad = [pk for pk, n in entries.items() if sums.get(pk, 0) != n]
    if bad:
        lost.append(f"{len(bad)} entries whose facts say something else")
    return lost


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[18] if len(times) > 1 else max(times, default=0.0)


if __name__ == "__main__":
    main()
