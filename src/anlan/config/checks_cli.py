"""./anlan checks REPORT.xml: which of the checks K001 to K131 passed, by a JUnit report.

Counted are tests that ran and passed under that very id, not names in files.
"""

from __future__ import annotations

import argparse
import re
import xml.etree.ElementTree as ET  # a report of ours
from collections import defaultdict
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.refusal import Refusal
from anlan.config.cli_say import emit, say

CHECKS = tuple(f"K{n:03d}" for n in range(1, 132))
_ID = re.compile(r"\[(K\d{3})(?:-[^\]]*)?\]$")


class ReportUnreadable(Refusal):
    code = "report_unreadable"
    message = gettext_lazy("%(path)s is no JUnit report. Make one with ./anlan test --junit FILE.")


def passed(path: Path) -> tuple[set[str], set[str]]:
    """The ids whose every test passed, and those of which one did not (or was skipped)."""
    try:
        root = ET.parse(path).getroot()  # noqa: S314  our own tests wrote it
    except (OSError, ET.ParseError):
        raise ReportUnreadable(path=path) from None
    outcomes: dict[str, list[bool]] = defaultdict(list)
    for case in root.iter("testcase"):
        if match := _ID.search(case.get("name", "")):
            bad = any(case.find(name) is not None for name in ("failure", "error", "skipped"))
            outcomes[match[1]].append(not bad)
    good = {key for key, found in outcomes.items() if all(found)}
    return good, outcomes.keys() - good


def main(args: argparse.Namespace) -> int:
    """Status 1 unless all 131 passed."""
    good, bad = passed(Path(args.report))
    known = set(CHECKS)
    missing = [key for key in CHECKS if key not in good]
    if args.json:
        emit({"passed": len(good & known), "of": len(CHECKS), "missing": missing,
              "failed": sorted(bad & known)})  # fmt: skip
    else:
        say(_("%(n)d of %(all)d checks passed.") % {"n": len(good & known), "all": len(CHECKS)})
        if missing:
            say(_("Not passed: %(ids)s") % {"ids": " ".join(missing)})
    return 1 if missing else 0
