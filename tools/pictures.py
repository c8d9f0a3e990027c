"""Retakes the pictures of docs/pictures.md, from a demo that is being served.

    ./anlan demo --no-serve --hazards 4000 2> accounts.txt
    ANLAN_MFA=off ./anlan serve --port 8795
    .venv/bin/python tools/pictures.py --url http://127.0.0.1:8795 --accounts accounts.txt

Each page is taken in Chinese and in English, light and dark, and some on a phone, with Debian's
Chromium by way of Playwright. ``accounts.txt`` is what the demo said: it prints passwords once.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs/pictures"
WORKBOOK = ROOT / "tests/samples/wuhua-12-rows-3-mistakes.xlsx"
CHROMIUM = os.environ.get("ANLAN_CHROMIUM") or shutil.which("chromium")
ACCOUNT = re.compile(r"([a-z]+\.[a-z]+)\s+(\S{12,})\s*$", re.M)
#: Few colours make a page's picture a third as large; of fewer, small marks lose theirs.
COLOURS = 256
BYTES_MAX = 250_000
#: A machine that has other work to do still gets its picture.
PATIENCE_MS = 240_000
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
LOOKS = ("zh-light", "zh-dark", "en-light", "en-dark")
LANGUAGES = {"zh": ("zh-hans", "zh-CN"), "en": ("en", "en-GB")}


@dataclass(frozen=True)
class Shot:
    """One page: who looks at it, and how they get there."""

    name: str
    title: str
    who: str
    go: str | Callable[[Any], None]
    sizes: tuple[str, ...] = ("desk",)


def _follow(start: str, *links: str) -> Callable[[Any], None]:
    """From an address along the first link that each selector finds."""

    def go(page: Any) -> None:
        page.goto(start)
        for link in links:
            page.goto(urljoin(page.url, page.locator(link).first.get_attribute("href")))

    return go


def _part(part: str, link: str = "") -> Callable[[Any], None]:
    """A part of the first campaign; ``link``: the first thing in it whose address has that."""

    def go(page: Any) -> None:
        page.goto("/campaigns/")
        page.goto(page.locator('main a[href^="/campaigns/0"]').first.get_attribute("href") + part)
        if link:
            page.goto(page.locator(f'main td a[href*="{link}"]').first.get_attribute("href"))

    return go


def _wizard(page: Any) -> None:
    """Send a workbook, up to the columns that were recognised; nothing is imported."""
    page.goto("/hazards/imports/")
    page.set_input_files("input[name=files]", str(WORKBOOK))
    with page.expect_navigation():
        page.click("form[enctype] button.btn-primary")


def _dry_run(page: Any) -> None:
    _wizard(page)
    with page.expect_navigation():
        page.click('form[action$="/plan/"] .form-acts button')
    page.locator('form[action$="/run/"] button').wait_for(timeout=60_000)


def _result(page: Any) -> None:
    """Take the workbook in; from the second time on its rows are known."""
    _dry_run(page)
    with page.expect_navigation():
        page.click('form[action$="/run/"] button')
    page.locator('[data-dialog="undo"]').wait_for(timeout=60_000)


def _mapping(page: Any) -> None:
    """A table of somebody else's, up to what each of its columns is; nothing is taken in."""
    heads = "发生时间,地点,死亡人数,重伤人数,事故类别,经过"
    rows = f"{heads}\n2026-03-02 10:20,五华区某厂,1,0,火灾,电焊引燃杂物\n".encode()
    table = {"name": "事故台账.csv", "mimeType": "text/csv", "buffer": rows}
    page.goto("/accidents/import/")
    page.set_input_files("input[name=file]", table)
    with page.expect_navigation():
        page.click("form[enctype] .form-acts button")


def _search(page: Any) -> None:
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("五华")
    page.wait_for_timeout(1_500)


def _unit_merge(page: Any) -> None:
    page.goto("/units/")
    page.goto(page.locator("#list tbody tr a").last.get_attribute("href") + "merge/")


def _hazard(page: Any) -> None:
    """One that somebody works on, so that there is a timeline."""
    page.goto("/work/")
    page.goto(page.locator('main table a[href^="/hazards/"]').first.get_attribute("href"))


def _visits(page: Any) -> None:
    page.goto("/sweeps/")
    page.goto(page.locator("#list tbody tr a").first.get_attribute("href") + "mine/")


def _map(page: Any) -> None:
    page.goto("/campaigns/")
    page.goto(page.locator("#list tbody tr a").first.get_attribute("href"))
    page.goto(page.locator('a[href$="/map/"]').first.get_attribute("href"))


#: The first row of a list; the first line of a ranking, which leads to its score.
_ROW = "#list tbody tr a"
_SCORE = _follow("/assessments/", _ROW, 'main td a[href*="/scores/"], main th a[href*="/scores/"]')

SHOTS = (
    Shot("sign-in", "登录 · Sign-in", "", "/accounts/login/", ("desk", "phone")),
    Shot(
        "overview",
        "总览 · Overview of a province",
        "yn.office",
        "/areas/530000/",
        ("desk", "phone"),
    ),
    Shot("overview-county", "县区总览 · Overview of a county", "wh.office", "/areas/530102/"),
    Shot(
        "records",
        "数字背后的清单 · What a figure counts",
        "yn.office",
        _follow("/areas/530000/", ".stat-value a"),
    ),
    Shot("hazards", "问题隐患清单 · Hazards", "yn.office", "/hazards/", ("desk", "phone")),
    Shot("hazard", "隐患详情 · A hazard", "km.office", _hazard, ("desk", "phone")),
    Shot("hazard-new", "登记隐患 · New hazard", "wh.wangge", "/hazards/new/", ("desk", "phone")),
    Shot(
        "import-columns", "导入：核对列 · Import: columns", "wh.office", _wizard, ("desk", "phone")
    ),
    Shot("import-dry-run", "导入：试导入 · Import: dry run", "wh.office", _dry_run),
    Shot("imports", "导入台账 · Imports", "wh.office", "/hazards/imports/"),
    Shot("work", "待办事项 · Worklist", "km.office", "/work/", ("desk", "phone")),
    Shot("sweeps", "大排查 · Sweeps", "wh.office", "/sweeps/"),
    Shot(
        "sweep",
        "大排查覆盖进度 · Coverage of a sweep",
        "wh.office",
        _follow("/sweeps/", "#list tbody tr a"),
        ("desk", "phone"),
    ),
    Shot("visits", "入户排查 · Visits of a grid worker", "wh.wangge", _visits, ("phone",)),
    Shot("enforcement", "执法台账 · Book of enforcement", "km.office", "/enforcement/"),
    Shot(
        "enforcement-new",
        "登记处罚决定 · A penalty entered",
        "wh.yingji",
        "/enforcement/new/?kind=penalty",
        ("desk", "phone"),
    ),
    Shot("self-checks", "企业自查 · Own checks", "qy.anquan", "/self-checks/", ("desk", "phone")),
    Shot("supervision", "督办 · Supervision", "yn.office", "/supervision/"),
    Shot("transfers", "移交 · Transfers", "yn.office", "/supervision/transfers/"),
    Shot(
        "transfer",
        "一份移交 · A transfer",
        "yn.office",
        _follow("/supervision/transfers/", "#list tbody tr a"),
    ),
    Shot("letters", "函告 · Letters", "yn.office", "/supervision/letters/"),
    Shot("campaigns", "专项行动 · Campaigns", "yn.office", "/campaigns/"),
    Shot(
        "campaign",
        "一项专项行动 · A campaign",
        "yn.office",
        _follow("/campaigns/", "#list tbody tr a"),
        ("desk", "phone"),
    ),
    Shot("battle-map", "作战图 · Battle map", "yn.office", _map, ("desk", "phone")),
    Shot(
        "calendar",
        "行动日历 · A campaign's month",
        "yn.office",
        _part("calendar/"),
        ("desk", "phone"),
    ),
    Shot("meeting", "调度例会 · A dispatch meeting", "yn.office", _part("meetings/", "/meetings/")),
    Shot("organs", "组织机构 · Who carries a campaign", "yn.office", _part("organs/")),
    Shot("goals", "行动目标 · Goals against a base year", "yn.office", _part("goals/")),
    Shot("hearings", "定期听取汇报 · Hearings", "yn.office", _part("hearings/")),
    Shot(
        "returns",
        "报送情况表 · Returns by unit and day",
        "yn.office",
        _follow("/campaigns/duties/", 'main a[href^="/campaigns/duties/0"]'),
    ),
    Shot("duty-letters", "目标责任书 · Duty letters", "yn.office", "/campaigns/letters/"),
    Shot(
        "checklists",
        "工作清单 · Working lists by unit and post",
        "yn.office",
        _part("checklists/", "/checklists/"),
    ),
    Shot("tasks", "行动任务 · Tasks of campaigns", "yn.office", "/campaigns/tasks/"),
    Shot("measures", "制度措施清单 · Measure list", "yn.office", "/measures/"),
    Shot("lists", "典型问题清单 · Problem lists", "yn.office", "/lists/"),
    Shot(
        "list-item",
        "典型问题 · An item of a list",
        "yn.office",
        _follow("/lists/items/", "#list tbody tr a"),
    ),
    Shot("ages", "时长与动态清零 · Open hazards by age", "yn.office", "/lists/ages/530100/"),
    Shot("library", "案例库 · Case library", "yn.office", "/lists/library/"),
    Shot(
        "plan",
        "一企一策 · A plan for an enterprise",
        "wh.office",
        _follow("/plans/", "#list tbody tr a"),
    ),
    Shot("defect", "缺陷 · A defect", "wh.office", _follow("/defects/", "#list tbody tr a")),
    Shot("analysis", "统计分析 · Analysis", "yn.office", "/statistics/", ("desk", "phone")),
    Shot(
        "analysis-chart", "统计分析：图 · Analysis: chart", "yn.office", "/statistics/?show=chart"
    ),
    Shot("analysis-map", "统计分析：地图 · Analysis: map", "yn.office", "/statistics/?show=map"),
    Shot(
        "analysis-records",
        "统计分析：数据明细 · What an analysis counts",
        "yn.office",
        _follow("/statistics/", "#figures td.num a.fig"),
    ),
    Shot(
        "dimensions",
        "分维度分析 · Analysis by dimensions",
        "yn.office",
        "/statistics/dimensions/?period=2026Q4",
    ),
    Shot("truth", "真实性核查 · Truth checks", "yn.office", "/statistics/truth/"),
    Shot("filings", "直报 · Direct reporting", "km.office", "/filings/", ("desk", "phone")),
    Shot("form", "报表 · A form", "km.office", _follow("/filings/forms/", _ROW)),
    Shot("filing", "填报 · A filing", "wh.office", _follow("/filings/", _ROW), ("desk", "phone")),
    Shot("assessments", "考核晾晒 · Assessments", "km.office", "/assessments/"),
    Shot(
        "ranking",
        "考核排名 · A published ranking",
        "km.office",
        _follow("/assessments/", _ROW),
        ("desk", "phone"),
    ),
    Shot("score", "得分说明 · A score that explains itself", "km.office", _SCORE),
    Shot(
        "ranking-wall",
        "考核大屏 · A ranking on a wall",
        "km.office",
        _follow("/assessments/", _ROW, 'a[href$="/screen/"]'),
    ),
    Shot("scheme", "考核方案 · A scheme", "km.office", _follow("/assessments/schemes/", _ROW)),
    Shot(
        "situation",
        "形势专报 · The situation paper",
        "yn.office",
        "/bulletins/situation/",
        ("desk", "phone"),
    ),
    Shot("papers", "公文 · Papers", "yn.office", "/bulletins/"),
    Shot("accidents", "事故台账 · Accidents", "yn.office", "/accidents/", ("desk", "phone")),
    Shot("accident", "一起事故 · An accident", "yn.office", _follow("/accidents/", _ROW)),
    Shot(
        "accident-statistics",
        "事故统计 · Accident statistics",
        "yn.office",
        "/accidents/statistics/",
    ),
    Shot(
        "accident-import",
        "事故导入：列的对应 · Import of accidents: mapping",
        "yn.office",
        _mapping,
    ),
    Shot("laws", "法规库 · Library of laws", "yn.office", "/library/"),
    Shot("acceptances", "验收 · Acceptances", "wh.office", "/acceptances/"),
    Shot(
        "acceptance",
        "一次验收 · An acceptance by items",
        "wh.office",
        _follow("/acceptances/", _ROW),
    ),
    Shot("enterprises", "企业名录 · Enterprises", "yn.office", "/enterprises/"),
    Shot(
        "enterprise",
        "企业 · An enterprise",
        "wh.office",
        _follow("/enterprises/", "#list tbody tr a"),
    ),
    Shot("units", "单位 · Units", "sec.admin", "/units/"),
    Shot("people", "人员 · People", "sec.admin", "/people/"),
    Shot("unit-merge", "单位并入 · Merging a unit", "sys.admin", _unit_merge),
    Shot("sectors", "行业主管 · Sectors and regulators", "yn.office", "/sectors/?area=530000"),
    Shot("industries", "行业分类规则 · Industries", "yn.office", "/enterprises/industries/"),
    Shot("reports", "应报报告 · Reports owed", "yn.office", "/reports/"),
    Shot("days", "工作日 · Working days", "sys.admin", "/office/days/", ("desk", "phone")),
    Shot("deadlines", "期限与阶梯 · Deadlines and ladder", "yn.leader", "/office/deadlines/"),
    Shot("areas", "区域 · Areas", "yn.office", _follow("/office/areas/", "main table a")),
    Shot("trees", "考核分组 · Assessment trees", "yn.leader", "/office/trees/"),
    Shot("audit", "审计日志 · Audit", "audit.admin", "/audit/"),
    Shot("inbox", "通知 · Inbox", "km.office", "/inbox/"),
    Shot("me", "我的账号 · My account", "wh.office", "/accounts/me/"),
    Shot(
        "data-requests",
        "个人信息请求 · Requests about personal data",
        "sys.admin",
        "/people/requests/",
    ),
    Shot("retention", "保存期限 · How long things are kept", "sys.admin", "/office/retention/"),
    Shot("unit", "单位详情 · A unit", "sec.admin", _follow("/units/", "#list tbody tr a")),
    Shot("person", "人员详情 · A person", "sec.admin", _follow("/people/", "#list tbody tr a")),
    Shot("import-result", "导入结果 · Import: result", "wh.office", _result, ("desk", "phone")),
    Shot("my-data", "本人信息 · One's own data", "wh.office", "/accounts/me/data/"),
    Shot("health", "运行状况 · Health", "sys.admin", "/health/"),
    Shot("search", "搜索 · Search", "yn.office", _search),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--accounts", type=Path, required=True)
    parser.add_argument("--only", nargs="*", help="names of pages")
    parser.add_argument("--languages", nargs="*", default=list(LANGUAGES), choices=LANGUAGES)
    parser.add_argument("--themes", nargs="*", default=["light", "dark"])
    args = parser.parse_args()
    passwords = dict(ACCOUNT.findall(args.accounts.read_text(encoding="utf-8")))
    shots = [shot for shot in SHOTS if not args.only or shot.name in args.only]
    from playwright.sync_api import sync_playwright

    failed = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for who in dict.fromkeys(shot.who for shot in shots):
            kept = _signed_in(browser, args.url, who, passwords)
            for shot in (shot for shot in shots if shot.who == who):
                for name, context in _looks(browser, args, shot, kept):
                    failed += not _take(context, shot, FOLDER / f"{name}.png")
        browser.close()
    _write_page()
    return 1 if failed else 0


def _write_page() -> None:
    """docs/pictures.md: every picture that there is, by page."""
    lines = [
        "# 界面 · Pictures of each page", "",
        "模拟数据，可重拍。Simulated data; `tools/pictures.py` retakes all of them.",
    ]  # fmt: skip
    for shot in SHOTS:
        lines += ["", f"## {shot.title}"]
        for size, width in (("", 420), ("phone-", 200)):
            names = [f"{shot.name}-{size}{look}" for look in LOOKS]
            there = [name for name in names if (FOLDER / f"{name}.png").exists()]
            if there:
                lines.append("")
            lines += [
                f'<a href="pictures/{name}.png"><img src="pictures/{name}.png" width="{width}" '
                f'alt="{shot.title}, {name.removeprefix(shot.name + "-")}"></a>'
                for name in there
            ]
    (FOLDER.parent / "pictures.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _signed_in(browser: Any, url: str, who: str, passwords: dict[str, str]) -> Any:
    context = browser.new_context(base_url=url, locale="zh-CN")
    if who:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto("/accounts/login/")
        page.fill("input[name=login]", who)
        page.fill("input[name=password]", passwords[who])
        page.click("main button.btn-primary")
        page.wait_for_url(lambda address: "/login" not in address)
    kept = context.storage_state()
    context.close()
    return kept


def _looks(browser: Any, args: Any, shot: Shot, kept: Any) -> Iterator[tuple[str, Any]]:
    for size in shot.sizes:
        width, height = SIZES[size]
        for language in args.languages:
            code, locale = LANGUAGES[language]
            for theme in args.themes:
                context = browser.new_context(
                    base_url=args.url, locale=locale, storage_state=kept,
                    viewport={"width": width, "height": height}, reduced_motion="reduce",
                )  # fmt: skip
                cookies = {"django_language": code, "anlan-theme": theme}
                context.add_cookies(
                    [{"name": k, "value": v, "url": args.url} for k, v in cookies.items()]
                )
                parts = [shot.name, *(["phone"] if size == "phone" else []), language, theme]
                yield "-".join(parts), context
                context.close()


def _take(context: Any, shot: Shot, path: Path) -> bool:
    from PIL import Image

    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    try:
        if callable(shot.go):
            shot.go(page)
        else:
            answer = page.goto(shot.go)
            assert answer.status == 200, answer.status
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(400)
        image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    except Exception as failure:
        # One page that can't be taken leaves the others; the exit status says so.
        sys.stderr.write(f"{path.name}: {failure}\n")
        return False
    few = image.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    size = path.stat().st_size
    sys.stderr.write(f"{path.name} {size:,} bytes\n")
    return size <= BYTES_MAX


if __name__ == "__main__":
    sys.exit(main())
