"""Server time of the main pages over 200,000 hazards, against an empty page of the same app.

    ./anlan bench pages --json

value, p95: milliseconds from request to rendered answer inside one process (Django's test client:
all middleware, no network), for an office of the province, for a department which a third of
all open hazards is assigned to, and for a township with no rows. Hazards fall on townships as
1/rank^0.7, so that the first county has about a tenth of them.
An overview is remembered until a fact is posted; "cold" is the first after that.
baseline: the sign-in page, which reads no hazard.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from benchmarks.ledger import machine, scratch, setup

SEED = 20_261_122
BAR_MILLISECONDS = 100
CHUNK = 2_000
PLACES = ("储罐区", "配电室", "疏散通道", "燃气表间", "脚手架", "地下车库", "粉尘车间", "有限空间")
#: Pages that everybody has; an overview is for those who have an area.
SHARED = ("overview", "list", "list, late", "search, common", "worklist")
SKIPPED = ("department", "overview")
FLAWS = ("报警器失效", "线路老化", "堆放杂物", "未定期检验", "防护缺失", "无证上岗", "接地不良")


def fill(hazards: int, *, late: bool = False) -> None:
    """A year of hazards over the province's townships, opened by the engine itself.

    late:  all of them found a fortnight ago, still open, and due today.
    """
    from django.db import transaction
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.base.ids import uuid7
    from anlan.domain.hazards import commands
    from anlan.domain.hazards.loop import HAZARD
    from anlan.kernel.accounts import units
    from anlan.kernel.facts import ledger
    from anlan.kernel.loop import engine
    from anlan.kernel.loop.engine import NewCase
    from anlan.kernel.regions.models import Level, Region

    by, pick = Actor(None, "bench", trusted=True), random.Random(SEED)
    towns = list(Region.objects.filter(level=Level.TOWNSHIP, code__startswith="53")
                 .values_list("pk", "path"))  # fmt: skip
    towns.pop()  # in one nothing is ever found
    weights = [1 / rank**0.7 for rank in range(1, len(towns) + 1)]
    unit, today = units.unnamed(by=by, at=timezone.now()).pk, timezone.localdate()
    doing = department()
    sectors = ("hazchem", "fire", "road", "industry", "gas", "construction")
    for start in range(0, hazards, CHUNK):
        with transaction.atomic():
            new, texts = [], []
            count = min(CHUNK, hazards - start)
            for area, path in pick.choices(towns, weights, k=count):
                found = today - timedelta(15 if late else pick.randrange(365))
                settled = found + timedelta(pick.randrange(1, 40))
                closed = not late and settled <= today and pick.random() < 0.92
                new.append(NewCase(
                    pk=uuid7(), area_id=area, path=path, unit_id=unit, opened_on=found,
                    sector=pick.choice(sectors), source="inspection",
                    grade="major" if pick.random() < 0.04 else "ordinary",
                    due_on=found + timedelta(15), state="closed" if closed else "",
                    settled_on=settled if closed else None, closed_on=settled if closed else None,
                ))  # fmt: skip
                texts.append(
                    f"{pick.choice(PLACES)}{pick.choice(FLAWS)}，{pick.randrange(9_999)}号"
                )
            at = timezone.now()
            cases = engine.open_cases(HAZARD, new, by=by, at=at, request_id=uuid7())
            commands.put_records(
                [(case, text, {}, None) for case, text in zip(cases, texts, strict=True)],
                by_hand=True, at=at,
            )  # fmt: skip
        commands.assign(
            [case.pk for case in cases if case.is_open][::3],
            rectifier=doing, by=by, at=at, request_id=uuid7(),
        )  # fmt: skip
        ledger.fold(timezone.now())
        print(f"{start + CHUNK} / {hazards}", file=sys.stderr)


def department() -> int:
    """A unit that rectifies."""
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.regions.models import Region

    area, by = Region.objects.get(code="530100"), Actor(None, "bench", trusted=True)
    return accounts.create_unit(
        "bench-department", "department", "department", area, by=by, at=timezone.now()
    ).pk


def people() -> dict[str, Any]:
    """An office of the province, and one of a township in which nothing was found."""
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.accounts.models import Role, Unit, User
    from anlan.kernel.loop.models import Case
    from anlan.kernel.regions.models import Level, Region

    by, at, made = Actor(None, "bench", trusted=True), timezone.now(), {}
    empty = Region.objects.filter(level=Level.TOWNSHIP, code__startswith="53").exclude(
        pk__in=Case.objects.values("area")
    )
    for name, area in (("province", Region.objects.get(code="530000")), ("empty", empty[0])):
        unit = accounts.create_unit(name, name, "committee_office", area, by=by, at=at)
        user = accounts.create_person(f"bench-{name}", name, by=by, at=at)
        accounts.grant_post(user.pk, unit, Role.OFFICE, by=by, at=at)
        User.objects.filter(pk=user.pk).update(password_changed_at=at, last_seen_at=at)
        made[name] = User.objects.get(pk=user.pk)
    user = accounts.create_person("bench-department", "department", by=by, at=at)
    doing = Unit.objects.get(code="bench-department")
    accounts.grant_post(user.pk, doing, Role.RECTIFIER, by=by, at=at)
    User.objects.filter(pk=user.pk).update(password_changed_at=at, last_seen_at=at)
    return {**made, "department": User.objects.get(pk=user.pk)}


def timed(ask: Callable[[], Any], reads: int) -> tuple[float, float]:
    """Median and 95th percentile, in milliseconds, after one request that isn't counted."""
    ask()
    found = []
    for _n in range(reads):
        started = time.perf_counter()
        answer = ask()
        found.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, answer
    found.sort()
    return statistics.median(found), found[min(len(found) - 1, int(len(found) * 0.95))]


def run(hazards: int, reads: int) -> list[dict[str, Any]]:
    from django.test import Client

    from anlan.base import collector
    from anlan.domain.hazards import overview
    from anlan.domain.hazards.models import Hazard

    fill(hazards)
    # As the web process does when it has started.
    collector.spare()
    month = date.today() - timedelta(60)
    rare = Hazard.objects.order_by("pk").first()
    assert rare is not None
    pages = {
        "overview": "/", "overview, cold": "/", "overview of a county": "/areas/530102/",
        "overview of a county, cold": "/areas/530102/",
        "overview of a month past": f"/areas/530000/?period={month:%Y-%m}",
        "list": "/hazards/", "list, late": "/hazards/?late=1",
        "list, by deadline": "/hazards/?open=1&sort=due",
        "list, filtered": "/hazards/?area=530102&grade=major&open=1",
        "search, common": "/hazards/?q=线路",
        "search, rare": "/hazards/?q=" + rare.description[-6:],
        "hazard": f"/hazards/{rare.pk}/", "worklist": "/work/",
        "records": f"/figures/records/?kind=hazard.found&area=530102&period={month:%Y-%m}",
        "records of a stock":
            f"/figures/records/?kind=hazard.open&area=530100&period={month:%Y-%m}",
    }  # fmt: skip
    base = Client()
    baseline, _p95 = timed(lambda: base.get("/accounts/login/"), reads)
    results = []
    for who, user in people().items():
        client = Client()
        client.force_login(user)
        for name, path in pages.items():
            if (who != "province" and name not in SHARED) or (who, name) == SKIPPED:
                continue

            def ask(client: Any = client, path: str = path, cold: bool = "cold" in name) -> Any:
                if cold:
                    overview.forget()
                return client.get(path)

            median, p95 = timed(ask, reads)
            results.append({
                "id": f"{who}: {name}", "value": round(median, 1), "unit": "ms", "n": reads,
                "p95": round(p95, 1), "baseline": round(baseline, 1),
                "ratio": round(median / baseline, 2), "bar": BAR_MILLISECONDS,
                "ok": p95 <= BAR_MILLISECONDS,
            })  # fmt: skip
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hazards", type=int, default=200_000)
    parser.add_argument("--reads", type=int, default=20)
    asked = parser.parse_args()
    os.environ["ANLAN_MFA"] = "off"
    with scratch():
        setup()
        from django.core.management import call_command

        from anlan.kernel.calendar import loading as calendar
        from anlan.kernel.regions import loading as regions

        call_command("migrate", verbosity=0, interactive=False)
        regions.load_all(None, provinces=("53",))
        calendar.load_all()
        results = run(asked.hazards, asked.reads)
        print(json.dumps({"machine": machine(), "results": results}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
