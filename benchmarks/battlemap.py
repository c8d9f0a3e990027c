"""Two thousand tasks on the battle map, moved through in a browser.

    ./anlan bench battlemap --json [-- --tasks 2000]

The product serves; Chromium opens the map, unfolds every row, and somebody turns the wheel and
walks with the arrow keys. A frame is what lies between two drawings of the screen.

battlemap.unfold  from the page asked for to all rows being there
battlemap.wheel   frames while the wheel turns, down and up again
battlemap.keys    frames while ArrowDown is held
baseline          a bare table of as many rows with the same words, moved through alike
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from datetime import timedelta
from typing import Any

from benchmarks._served import served
from benchmarks.ledger import machine, result, scratch, setup

TASKS, MOVES = 2_000, 120
BAR_FRAME_MS = 50
#: Collects what lies between two frames until it is asked for.
WATCH = """() => {
  window.gaps = []; let last = performance.now();
  const next = now => { window.gaps.push(now - last); last = now; requestAnimationFrame(next); };
  requestAnimationFrame(next);
}"""
BARE = """<!doctype html><meta charset="utf-8"><table><tbody>%s</tbody></table><script>
const rows = document.querySelectorAll("tr"); let at = 0;
addEventListener("keydown", e => { if (e.key === "ArrowDown") { e.preventDefault();
  rows[at = Math.min(at + 1, rows.length - 1)].firstChild.focus(); } });
</script>"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=TASKS)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    chromium = os.environ.get("ANLAN_CHROMIUM") or shutil.which("chromium")
    if not chromium:
        sys.exit("chromium is not installed")
    os.environ["ANLAN_MFA"] = "off"
    with scratch():
        setup()
        told = {"results": measured(asked.tasks, chromium), "machine": machine()}
    print(json.dumps(told, ensure_ascii=False))


def measured(tasks: int, chromium: str) -> list[dict[str, Any]]:
    from playwright.sync_api import sync_playwright

    cookies, address = scene(tasks)
    with served() as (port, _pids), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        home = f"http://127.0.0.1:{port}"
        context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=home)
        context.add_cookies([{"name": k, "value": v, "url": home} for k, v in cookies.items()])
        page = context.new_page()
        start = time.perf_counter()
        page.goto(address)
        rows = unfolded(page)
        unfold = time.perf_counter() - start
        assert rows >= tasks, rows
        words = page.locator(".bm-r tr").first.inner_text()
        found = moved(page, ".bm-a")
        page.close()
        page = context.new_page()
        page.set_content(BARE % (f'<tr><td tabindex="0">{words}</td></tr>' * tasks))
        bare = moved(page, "td")
        browser.close()
    return [
        result("battlemap.unfold", unfold, "s", rows),
        *(
            result(f"battlemap.{name}", middle, "ms", tasks, p95=p95, worst=worst,
                   bar=BAR_FRAME_MS, ok=p95 <= BAR_FRAME_MS,
                   baseline=bare[name][1], ratio=round(p95 / bare[name][1], 2))
            for name, (middle, p95, worst) in found.items()
        ),
    ]  # fmt: skip


def unfolded(page: Any) -> int:
    """Every row of the map there, as a reader who presses "more" gets them."""
    page.locator("[data-bm-head]").first.click()
    page.locator(".bm-r tr").first.wait_for()
    before = -1
    while (more := page.locator(".bm-m a:visible")).count():
        now = page.locator(".bm-r tr").count()
        assert now != before, f"no more than {now} rows came"
        before = now
        more.last.click()
        # The page allows no evaluated script, so that it can't be waited for inside it.
        for _n in range(300):
            if page.locator(".bm-r tr").count() != now:
                break
            page.wait_for_timeout(50)
    return int(page.locator(".bm-r tr").count())


def moved(page: Any, first: str) -> dict[str, tuple[float, float, float]]:
    """Median, p95 and worst of the frames, in milliseconds, while one moves through the page."""
    page.mouse.move(700, 500)
    found = {}
    for name in ("wheel", "keys"):
        page.evaluate("window.scrollTo(0, 0)")
        page.locator(first).first.focus()
        page.wait_for_timeout(500)
        page.evaluate(WATCH)
        for n in range(MOVES):
            if name == "wheel":
                page.mouse.wheel(0, 400 if n < MOVES // 2 else -400)
            else:
                page.keyboard.press("ArrowDown")
        gaps = sorted(page.evaluate("window.gaps"))
        assert len(gaps) > 20, gaps
        at = (len(gaps) // 2, int(len(gaps) * 0.95), -1)
        found[name] = tuple(round(gaps[place], 1) for place in at)
    return found


def scene(tasks: int) -> tuple[dict[str, str], str]:
    """A city's plan with that many tasks; its reader's cookies, and the map's address."""
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.base.ids import uuid7
    from anlan.domain.campaigns import commands
    from anlan.domain.campaigns.commands.terms import NewCampaign, NewLine, NewLineUnit, NewPlan
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.accounts.models import Role, User
    from anlan.kernel.calendar import loading as calendar
    from anlan.kernel.regions import loading as regions
    from anlan.kernel.regions.models import Region

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    regions.load_all(None, provinces=("53",))
    calendar.load_all()
    by, at, today = Actor(None, "bench", trusted=True), timezone.now(), timezone.localdate()

    def call() -> dict[str, Any]:
        return {"by": by, "at": timezone.now(), "request_id": uuid7()}

    area = Region.objects.get(code="530100")
    name = "昆明市安委办"
    office = accounts.create_unit("b-530100", name, "committee_office", area, by=by, at=at)
    campaign = commands.make_campaign(
        NewCampaign(office.pk, "模拟行动", today - timedelta(300), today + timedelta(700)), **call()
    )
    lines = [
        NewLine(
            f"第{n}项：开展重点行业领域重大事故隐患大排查大整治，建立问题隐患和制度措施清单。",
            title=f"重点行业领域重大事故隐患大排查大整治{n}", no=str(n),
            due_on=today + timedelta(n % 400 + 1), units=(NewLineUnit(office.name),),
        )
        for n in range(1, tasks + 1)
    ]  # fmt: skip
    plan = commands.make_plan_with_lines(
        NewPlan(campaign, office.pk, "模拟总方案", today, today + timedelta(500)), lines, **call()
    )
    commands.publish(plan, **call())
    user = accounts.create_person("b-reader", "reader", by=by, at=at)
    accounts.grant_post(user.pk, office, Role.OFFICE, by=by, at=at)
    User.objects.filter(pk=user.pk).update(password_changed_at=at, last_seen_at=at)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    connection.close()
    cookies = {name: value.value for name, value in client.cookies.items()}
    return cookies, f"/campaigns/{campaign}/map/?group=unit"


if __name__ == "__main__":
    main()
