"""One person's day at the loop: find, assign, rectify, verify, close, each a transaction."""

from __future__ import annotations

import random
import time
from typing import Any

from benchmarks.ledger import setup


def prepare() -> tuple[int, int, list[int]]:
    """Regions, an office and a department; returns their ids and the townships'."""
    from django.core.management import call_command
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.calendar import loading as calendar
    from anlan.kernel.regions import loading as regions
    from anlan.kernel.regions.models import Level, Region

    call_command("migrate", verbosity=0, interactive=False)
    regions.load_all(None, provinces=("53",))
    calendar.load_all()
    by, at = Actor(None, "bench", trusted=True), timezone.now()
    area = Region.objects.get(code="530100")
    office = accounts.create_unit("b-office", "office", "committee_office", area, by=by, at=at)
    doing = accounts.create_unit("b-doing", "department", "department", area, by=by, at=at)
    towns = Region.objects.filter(level=Level.TOWNSHIP, code__startswith="53")
    return office.pk, doing.pk, list(towns.values_list("pk", flat=True))


def write(job: tuple[int, int, list[int], int, float, float]) -> list[tuple[str, float]]:
    """Steps for ``seconds``, with ``pause`` between them; each step's name and milliseconds."""
    office, doing, towns, seed, seconds, pause = job
    setup()
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.base.ids import uuid7
    from anlan.domain.hazards import commands
    from anlan.domain.hazards.commands import Finding

    pick, by = random.Random(seed), Actor(None, f"writer {seed}", trusted=True)
    taken: list[tuple[str, float]] = []
    end = time.perf_counter() + seconds

    def step(name: str, what: Any) -> None:
        start = time.perf_counter()
        what(by=by, at=timezone.now(), request_id=uuid7())
        taken.append((name, 1000 * (time.perf_counter() - start)))
        time.sleep(pause * pick.expovariate(1) if pause else 0)

    while time.perf_counter() < end:
        pk = uuid7()
        finding = Finding(
            pk=pk, description=f"配电箱未接地，编号{pick.randrange(10**9)}",
            area_id=pick.choice(towns), unit_id=office, opened_on=timezone.localdate(),
            kind="hazard", grade="ordinary", source="inspection",
        )  # fmt: skip
        step("find", lambda finding=finding, **k: commands.find([finding], **k))
        step("assign", lambda pk=pk, **k: commands.assign([pk], rectifier=doing, **k))
        step("rectify", lambda pk=pk, **k: commands.rectify(pk, result="已更换", **k))
        step("verify", lambda pk=pk, **k: commands.verify([pk], **k))
        step("close", lambda pk=pk, **k: commands.close([pk], **k))
    # What came before everything was warm says nothing.
    return taken[10:]
