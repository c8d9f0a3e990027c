"""A plan given to a whole province, and its battle map.

    ./anlan bench campaign --json [-- --lines 239]

A plan of 239 lines is published by a province, broken down to its 16 prefectures, and by each of
them to its counties, 129 in all: some 34,000 tasks, each a case with its parties, event, audit row
and facts. Then the battle map is asked for as its reader would, by Django's test client: all
middleware, no network. Works in a scratch database; on PostgreSQL set ANLAN_DATABASE.

baseline of publishing   the finished rows put into the same tables raw (benchmarks/_raw)
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks import _raw
from benchmarks.ledger import machine, result, scratch, setup

LINES, TARGETS_OF = 239, 164
BAR_SECONDS, BAR_MAP_MS = 60, 150
READS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    os.environ["ANLAN_MFA"] = "off"
    with scratch():
        setup()
        told = {"results": measured(asked.lines), "machine": machine()}
    print(json.dumps(told, ensure_ascii=False))


def measured(lines: int) -> list[dict[str, Any]]:
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.base.ids import uuid7
    from anlan.domain.campaigns import commands
    from anlan.domain.campaigns.commands.terms import NewCampaign, NewPlan
    from anlan.domain.campaigns.models import Plan, Task
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.accounts.models import Role, User
    from anlan.kernel.calendar import loading as calendar
    from anlan.kernel.facts import ledger
    from anlan.kernel.regions import loading as regions
    from anlan.kernel.regions.models import Level, Region

    call_command("migrate", verbosity=0, interactive=False)
    regions.load_all(None, provinces=("53",))
    calendar.load_all()
    by, at, today = Actor(None, "bench", trusted=True), timezone.now(), timezone.localdate()

    def call() -> dict[str, Any]:
        return {"by": by, "at": timezone.now(), "request_id": uuid7()}

    def office(area: Region) -> Any:
        return accounts.create_unit(
            f"b-{area.code}", f"{area.name}安委办", "committee_office", area, by=by, at=at
        )

    province = Region.objects.get(code="530000")
    own = office(province)
    prefectures = list(Region.objects.filter(parent=province, valid_to=None))
    below = {
        office(area).pk: [
            office(county).pk for county in Region.objects.filter(parent=area, valid_to=None,
                                                                  level=Level.COUNTY)
        ]
        for area in prefectures
    }  # fmt: skip
    campaign = commands.make_campaign(
        NewCampaign(own.pk, "模拟行动", today - timedelta(300), today + timedelta(700)), **call()
    )
    url, home = os.environ.get("ANLAN_DATABASE", ""), Path(os.environ["ANLAN_HOME"])
    file = home / "anlan.sqlite3"
    before = _raw.counts_postgresql(url) if url else _raw.counts_sqlite(file)
    start, cpu = time.perf_counter(), time.process_time()
    plan = commands.make_plan_with_lines(
        NewPlan(campaign, own.pk, "模拟总方案", today, today + timedelta(365)),
        _lines(lines, own.name, today), **call(),
    )  # fmt: skip
    commands.publish(plan, **call())
    published = time.perf_counter() - start
    commands.break_down(plan, units=list(below), **call())
    for each in Plan.objects.filter(parent=plan):
        commands.publish(each.pk, **call())
        if below[each.unit_id]:
            commands.break_down(each.pk, units=below[each.unit_id], **call())
    took, cpu = time.perf_counter() - start, time.process_time() - cpu
    tasks = Task.objects.count()
    ledger.fold(timezone.now())
    user = accounts.create_person("b-reader", "reader", by=by, at=at)
    accounts.grant_post(user.pk, own, Role.OFFICE, by=by, at=at)
    User.objects.filter(pk=user.pk).update(password_changed_at=at, last_seen_at=at)
    with connection.cursor() as cursor:
        # As the database does by itself within a minute.
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    pages = [
        _page(client, name, address, tasks)
        for name, address in (
            ("map", f"/campaigns/{campaign}/map/"),
            ("plan", f"/campaigns/plans/{plan}/"),
            ("tasks", "/campaigns/tasks/"),
            ("worklist", "/work/"),
        )
    ]
    connection.close()
    raw, rows = _raw.load_postgresql(url, before, home) if url else _raw.load_sqlite(file, before)
    return [
        result("campaign.publish", published, "s", lines),
        result("campaign.break_down", took, "s", tasks, bar=BAR_SECONDS, ok=took <= BAR_SECONDS,
               baseline=round(raw, 1), ratio=round(took / raw, 2), cpu=round(cpu, 1), rows=rows),
        *pages,
    ]  # fmt: skip


def _lines(count: int, unit: str, today: Any) -> list[Any]:
    from anlan.domain.campaigns.commands.terms import NewLine, NewLineUnit, NewTarget

    return [
        NewLine(
            f"第{n}项：开展模拟整治并完成目标。", title=f"模拟任务{n}", no=str(n),
            due_on=today + timedelta(10 + n), units=(NewLineUnit(unit),),
            targets=(NewTarget(value=Decimal(20 + n), unit="处", comparator=">="),)
            if n * LINES < count * TARGETS_OF else (),
        )
        for n in range(count)
    ]  # fmt: skip


def _page(client: Any, name: str, address: str, tasks: int) -> dict[str, Any]:
    times = []
    for n in range(READS + 2):
        start = time.perf_counter()
        answer = client.get(address)
        took = 1000 * (time.perf_counter() - start)
        assert answer.status_code == 200, (address, answer.status_code)
        if n >= 2:
            times.append(took)
    late = sorted(times)[int(len(times) * 0.95)]
    return result(
        f"campaign.{name}", statistics.median(times), "ms", tasks, p95=round(late, 1),
        bar=BAR_MAP_MS, ok=late <= BAR_MAP_MS, kb=round(len(answer.content) / 1000, 1),
    )  # fmt: skip


if __name__ == "__main__":
    main()
