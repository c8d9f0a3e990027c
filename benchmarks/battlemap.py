"""Two thousand tasks on the battle map, moved through in a browser.

    ./anlan bench battlemap --json [-- --tasks 2000]

The product serves; Chromium opens the map, unfolds every row, and somebody turns the wheel and
walks with the arrow keys. Rows come upon the screen that were never drawn before. What is told is
the worse of two: the time between the page's own turns (requestAnimationFrame), and that between
two pictures on the screen, which the browser may scroll without asking the page. The browser's
start and the opening of the page are over before anything is timed.

battlemap.unfold  from the page asked for to all rows being there, by "show all"
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
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from benchmarks._served import served
from benchmarks.ledger import machine, result, scratch, setup

#: How often all of it is done; of five times the worst is told.
TASKS, MOVES, ROUNDS = 2_000, 120, 5
#: The screen's own turn; a frame that misses one still passes.
TURN_MS, BAR_FRAME_MS = 1000 / 60, 34
#: What the browser tells of pictures shown, and of those with parts not drawn yet.
TRACED = "viz,disabled-by-default-devtools.timeline.frame"
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


class Frames(NamedTuple):
    """Milliseconds between one frame and the next, and how many showed nothing for a part."""

    middle: float
    p95: float
    worst: float
    blank: int


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
        seen: list[dict[str, Frames]] = []
        bare: list[dict[str, Frames]] = []
        opening = []
        for _n in range(ROUNDS):
            page = context.new_page()
            start = time.perf_counter()
            page.goto(address)
            assert unfolded(page) == tasks
            opening.append(time.perf_counter() - start)
            words = page.locator(".bm-r tr").first.inner_text()
            seen.append(moved(page, ".bm-a"))
            page.close()
            page = context.new_page()
            page.set_content(BARE % (f'<tr><td tabindex="0">{words}</td></tr>' * tasks))
            bare.append(moved(page, "td"))
            page.close()
        browser.close()
    return [
        result("battlemap.unfold", median(opening), "s", tasks, worst=round(max(opening), 2)),
        *(line(name, [each[name] for each in seen], [each[name] for each in bare], tasks)
          for name in ("wheel", "keys")),
    ]  # fmt: skip


def line(name: str, seen: list[Frames], bare: list[Frames], tasks: int) -> dict[str, Any]:
    """One line of the answer: the worst of the rounds, and each round's."""
    p95, plain = max(each.p95 for each in seen), max(each.p95 for each in bare)
    return result(
        f"battlemap.{name}", median(each.middle for each in seen), "ms", tasks, p95=p95,
        bar=BAR_FRAME_MS, ok=p95 <= BAR_FRAME_MS, baseline=plain, ratio=round(p95 / plain, 2),
        worst=max(each.worst for each in seen), rounds=[each.p95 for each in seen],
        bare=[each.p95 for each in bare], blank=[each.blank for each in seen],
    )  # fmt: skip


def unfolded(page: Any) -> int:
    """Every row of the map there, as a reader who presses "show all" gets them."""
    page.locator("[data-bm-head]").first.click()
    page.locator(".bm-all").click()
    # The page allows no evaluated script, so that it can't be waited for inside it.
    for _n in range(1_200):
        if page.locator(".bm-all").count() == 0:
            break
        page.wait_for_timeout(50)
    return int(page.locator(".bm-r[data-n] tr").count())


def moved(page: Any, first: str) -> dict[str, Frames]:
    """The frames while one moves through the page, a step for each turn of the screen."""
    page.mouse.move(700, 500)
    found = {}
    for name in ("wheel", "keys"):
        page.evaluate("window.scrollTo(0, 0)")
        page.locator(first).first.focus()
        page.wait_for_timeout(500)
        with traced(page) as events:
            page.evaluate(WATCH)
            start = time.monotonic()
            for n in range(MOVES):
                if name == "wheel":
                    page.mouse.wheel(0, 400 if n < MOVES // 2 else -400)
                else:
                    page.keyboard.press("ArrowDown")
                # No faster than the screen: what is faster is drawn together.
                time.sleep(max(0, start + (n + 1) * TURN_MS / 1000 - time.monotonic()))
            end = time.monotonic()
            turns = page.evaluate("window.gaps")
        at = [each["ts"] / 1000 for each in events if each["name"] == "Display::FrameDisplayed"]
        shown = sorted(ms for ms in at if 1000 * start <= ms <= 1000 * end)
        # Drawn sooner or later between two turns of the screen, a picture is seen at a turn.
        pictures = [
            TURN_MS * max(1, round((later - earlier) / TURN_MS))
            for earlier, later in pairwise([1000 * start, *shown])
        ]
        assert min(len(turns), len(pictures)) > MOVES // 4, (turns, pictures)
        middle, p95, worst = map(max, told(turns), told(pictures))
        found[name] = Frames(middle, p95, worst, sum(map(is_blank, events)))
    return found


def told(gaps: list[float]) -> tuple[float, float, float]:
    """Median, p95 and worst."""
    ordered = sorted(gaps)
    middle, p95, worst = (ordered[at] for at in (len(gaps) // 2, int(len(gaps) * 0.95), -1))
    return round(middle, 1), round(p95, 1), round(worst, 1)


def is_blank(event: dict[str, Any]) -> bool:
    """A picture that shows nothing where rows should stand."""
    reported: dict[str, Any] = event.get("args", {}).get("frame_reporter", {})
    return bool(reported.get("has_missing_content")) and "PRESENTED" in str(reported.get("state"))


@contextmanager
def traced(page: Any) -> Iterator[list[dict[str, Any]]]:
    """What the browser tells meanwhile; complete when it is left."""
    events: list[dict[str, Any]] = []
    done: list[Any] = []
    session = page.context.browser.new_browser_cdp_session()
    session.on("Tracing.dataCollected", lambda part: events.extend(part["value"]))
    session.on("Tracing.tracingComplete", lambda told: done.append(told))
    config = {"includedCategories": TRACED.split(",")}
    session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})
    yield events
    session.send("Tracing.end")
    for _n in range(600):
        if done:
            break
        page.wait_for_timeout(50)
    assert done, "the browser told nothing"
    session.detach()


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
