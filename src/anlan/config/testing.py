"""./anlan test: every check and every test, on SQLite and on PostgreSQL, with one count at the end.

Static checks run beside the tests on SQLite; then the tests run again on a PostgreSQL cluster of
their own. What can't run here is said in one loud line; under --strict it is a failure.

--faults adds the slow fault tests (marked ``faults``); --soak runs the long ones alone (marked
``soak``), one after the other, and keeps what they found under docs/evidence.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from anlan.config import cli_setup, testing_cluster, testing_offline
from anlan.config.cli_say import both, say

ROOT = Path(__file__).resolve().parents[3]
#: By tier: seconds that one run may take.
RUN_SECONDS_MAX = {"": 1_500, "faults": 5_400, "soak": 6 * 3_600}
WORKERS_MAX = 4
#: pytest's exit status where nothing matched.
NO_TESTS = 5
#: What a skip may say without being a failure under --strict: it isn't in the repository.
MAY_BE_ABSENT = "shared material is absent"
FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", str(Path.home() / ".fonts"))
FONT_NAMES = ("*wqy*", "*cjk*", "*CJK*", "*SourceHan*", "*simsun*", "*simfang*")
FONT_FILES = (".ttc", ".ttf", ".otf")


@dataclass
class Outcome:
    """One line of the table at the end."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    #: Of those passed, how many run on PostgreSQL only.
    postgresql: int = 0
    seconds: float = 0.0
    output: str = ""
    suite: ET.Element | None = None
    #: Reasons of skips, for --strict.
    reasons: list[str] = field(default_factory=list)


CHECKS: dict[str, Sequence[str]] = {
    "ruff check": ("-m", "ruff", "check", "."),
    "ruff format": ("-m", "ruff", "format", "--check", "."),
    "import-linter": (
        str(Path(sys.executable).with_name("lint-imports")),
        "--no-cache",
        "--no-logo",
    ),
    "mypy --strict": ("-m", "mypy"),
    "migrations": ("-m", "django", "makemigrations", "--check", "--dry-run"),
    "translations": ("-m", "anlan.config.testing_translations", "check"),
}


def main(args: argparse.Namespace) -> int:
    started = time.monotonic()
    missing = _tools()
    if not testing_offline.prefix():
        say(both("此处不能断网运行测试（需 root 和 unshare），仅检查测试进程自身的外联。",
                 "The tests can't run without network here (that takes root and unshare): "
                 "only what their own processes call is watched."))  # fmt: skip
    outcomes: list[Outcome] = []
    static = threading.Thread(target=_static, args=(outcomes,), daemon=True)
    whole = not args.k and args.tier != "soak"
    if whole:
        static.start()
    scratch = testing_cluster.scratch()
    with tempfile.TemporaryDirectory(prefix="anlan-run-", dir=scratch) as folder:
        tests = [_pytest("sqlite", args, Path(folder), without="postgresql")]
        if testing_cluster.programs() is not None:
            with ExitStack() as clusters:
                urls = [
                    clusters.enter_context(testing_cluster.cluster())
                    for _worker in range(max(1, _workers(args.tier)))
                ]
                # Browser tests, and tests that open no database, ran once already.
                once = "sqlite or browser or once"
                tests.append(_pytest("postgresql", args, Path(folder), urls, without=once))
    if whole:
        static.join()
    outcomes += tests
    if args.junit:
        _junit(Path(args.junit), outcomes)
    return _summary(outcomes, missing, args, time.monotonic() - started)


# --- What the tests need -------------------------------------------------------------------


def _tools() -> list[str]:
    """Install what is missing where that is ours to do; returns what is missing still."""
    needs: dict[str, tuple[Callable[[], object], list[str]]] = {
        "PostgreSQL": (testing_cluster.programs, ["postgresql"]),
        "Chromium": (chromium, ["chromium"]),
        "strace": (lambda: shutil.which("strace"), ["strace"]),
        "faketime": (lambda: shutil.which("faketime"), ["faketime"]),
        both("中文字体", "a Chinese font"): (paper_fonts, ["fonts-noto-cjk"]),
    }
    missing = [name for name, (found, _packages) in needs.items() if not found()]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        packages = [package for name in missing for package in needs[name][1]]
        say(both(f"正在安装 {'、'.join(packages)}（apt-get）……",
                 f"installing {', '.join(packages)} (apt-get) …"))  # fmt: skip
        # The package would start a cluster of the machine's; the tests want their own only.
        cli_setup.apt_install(*packages)
        missing = [name for name, (found, _packages) in needs.items() if not found()]
    return missing


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


def paper_fonts() -> bool:
    """Whether the fonts are there in which the lines and characters of a pdf are counted."""
    return any("NotoSerifCJK" in path.name for path in _fonts("*CJK*"))


def chinese_font() -> Path | None:
    """The first font of the machine that has Chinese characters, whichever package brought it."""
    return next((path for name in FONT_NAMES for path in _fonts(name)), None)


def _fonts(name: str) -> Iterator[Path]:
    for folder in FONTS:
        if Path(folder).is_dir():
            files = sorted(Path(folder).rglob(name))
            yield from (path for path in files if path.suffix.lower() in FONT_FILES)


# --- Static checks -------------------------------------------------------------------------


def _environment(**more: str) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("ANLAN_")}
    for name in ("ANLAN_LANG", "ANLAN_PYTHON", "ANLAN_SHARED"):
        if name in os.environ:
            env[name] = os.environ[name]
    for name in ("PYTEST_ADDOPTS", "DJANGO_SETTINGS_MODULE"):  # conftest.py chooses the settings
        env.pop(name, None)
    return {**env, "PYTHONPATH": str(ROOT / "src"), **more}


def _static(outcomes: list[Outcome]) -> None:
    with tempfile.TemporaryDirectory(prefix="anlan-static-") as home:
        env = _environment(ANLAN_HOME=home, DJANGO_SETTINGS_MODULE="anlan.config.settings")
        for name, arguments in CHECKS.items():
            before = time.monotonic()
            done = subprocess.run(  # noqa: S603  the table above
                [sys.executable, *arguments],
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
            )
            ok = done.returncode == 0
            outcome = Outcome(name, passed=int(ok), failed=int(not ok), output=done.stdout)
            outcome.seconds = time.monotonic() - before
            outcomes.append(outcome)


# --- Tests ---------------------------------------------------------------------------------


def _workers(tier: str) -> int:
    """Processes beside pytest's own; what is kept as evidence is measured alone."""
    return 0 if tier == "soak" else min(os.cpu_count() or 1, WORKERS_MAX)


def _pytest(
    name: str, args: argparse.Namespace, folder: Path, urls: Sequence[str] = (), *, without: str
) -> Outcome:
    """Run pytest once, its lines passing straight through, and count from its JUnit report.

    urls: of a PostgreSQL server for each worker; none for SQLite.
    """
    report, tier, expression = folder / f"{name}.xml", args.tier, args.k
    command = [
        *testing_offline.prefix(),
        *(sys.executable, "-m", "pytest", "-n", str(_workers(tier)), "--dist", "worksteal", "-q"),
        *(f"--junit-xml={report}", "-o", f"junit_suite_name={name}", "-m", f"not ({without})"),
        *("--color=no", "-rfE", "--durations=10", "--durations-min=5"),
        *(("-s",) if tier == "soak" else ()),
        *(("-k", expression) if expression else ()),
    ]
    say(both(f"正在 {name} 上运行测试……", f"running the tests on {name} …"))
    # The second run leaves out what opens no database.
    more = {"ANLAN_TESTS": "database", "ANLAN_DATABASE": urls[0]} if urls else {}
    if len(urls) > 1:
        more["ANLAN_TEST_SERVERS"] = " ".join(urls)
    if tier:
        more["ANLAN_TIER"] = tier
    before = time.monotonic()
    try:
        status = subprocess.run(  # noqa: S603  our own program and arguments
            command,
            cwd=ROOT,
            env=_environment(TMPDIR=str(folder), **more),
            stdin=subprocess.DEVNULL,
            timeout=RUN_SECONDS_MAX[tier],
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        status = -1
    outcome = Outcome(name)
    if report.exists():
        _count(outcome, ET.parse(report).getroot())  # noqa: S314  pytest wrote it
    if status not in (0, NO_TESTS) and not outcome.failed:
        outcome.failed, outcome.output = 1, f"pytest ended with status {status}"
    outcome.seconds = time.monotonic() - before
    return outcome


def _count(outcome: Outcome, root: ET.Element) -> None:
    for suite in root.iter("testsuite"):
        outcome.suite = suite
        for case in suite.iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                outcome.failed += 1
            elif (skipped := case.find("skipped")) is not None:
                outcome.skipped += 1
                outcome.reasons.append(skipped.get("message", ""))
            else:
                outcome.passed += 1
                only = case.find("properties/property[@name='only']")
                outcome.postgresql += only is not None


# --- The end -------------------------------------------------------------------------------


def _junit(path: Path, outcomes: list[Outcome]) -> None:
    """One report of all runs; a static check stands in it as a test."""
    root = ET.Element("testsuites")
    static = ET.SubElement(root, "testsuite", name="static")
    for outcome in outcomes:
        if outcome.suite is not None:
            for case in outcome.suite.iter("testcase"):
                case.set("classname", f"{outcome.name}.{case.get('classname', '')}")
            root.append(outcome.suite)
            continue
        case = ET.SubElement(
            static, "testcase", classname="static", name=outcome.name, time=f"{outcome.seconds:.1f}"
        )
        if outcome.failed:
            ET.SubElement(case, "failure", message=outcome.name).text = outcome.output[-20_000:]
    cases = static.findall("testcase")
    static.set("tests", str(len(cases)))
    static.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    path.parent.mkdir(parents=True, exist_ok=True)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _summary(
    outcomes: list[Outcome], missing: list[str], args: argparse.Namespace, seconds: float
) -> int:
    for outcome in outcomes:
        if outcome.failed and outcome.output:
            print(f"\n=== {outcome.name} ===\n{outcome.output[-8_000:]}")
    print()
    print(f"{'':16}{'passed':>8}{'failed':>8}{'skipped':>8}{'seconds':>9}")
    for each in outcomes:
        print(f"{each.name:16}{each.passed:8}{each.failed:8}{each.skipped:8}{each.seconds:9.1f}")
    total = Outcome("total")
    for outcome in outcomes:
        total.passed += outcome.passed
        total.failed += outcome.failed
        total.skipped += outcome.skipped
        total.postgresql += outcome.postgresql
    print(f"{'total':16}{total.passed:8}{total.failed:8}{total.skipped:8}{seconds:9.1f}")
    if total.postgresql:
        print(both(f"其中 {total.postgresql} 项只在 PostgreSQL 上运行。",
                   f"{total.postgresql} of them run on PostgreSQL only."))  # fmt: skip
    not_run = sorted(
        {
            reason
            for outcome in outcomes
            for reason in outcome.reasons
            if MAY_BE_ABSENT not in reason
        }
    )
    if missing:
        zh, en = "、".join(missing), ", ".join(missing)
        print(both(f"!!! 本机缺少 {zh}，相应的测试没有运行 !!!",
                   f"!!! {en} missing here: those tests did NOT run !!!"))  # fmt: skip
    for reason in not_run:
        print(both(f"!!! 未运行：{reason}", f"!!! not run: {reason}"))
    nothing = total.passed + total.failed == 0
    if nothing:
        print(both("没有匹配的测试。", "No test matches."))
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    refused = args.strict and (missing or not_run)
    return 1 if total.failed or nothing or refused else 0
