"""``./anlan demo``: a province's year of hazards, taken in and worked on before your eyes.

Everything goes through the import and the commands, as it would in an office; nothing is
inserted beside them. What is simulated says so (模拟), who is made up says so (演示).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from anlan.base.actor import Actor
from anlan.base.refusal import Refusal
from anlan.config import (
    demo_accidents,
    demo_assessments,
    demo_campaign,
    demo_enforcement,
    demo_enterprises,
    demo_filings,
    demo_library,
    demo_lists,
    demo_measures,
    demo_offices,
    demo_papers,
    demo_statistics,
    demo_supervision,
    demo_sweeps,
    demo_work,
    samples,
)
from anlan.config.cli_say import say
from anlan.domain.hazards import importing
from anlan.kernel.accounts import commands as accounts
from anlan.kernel.accounts.models import Unit, UnitKind, User
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import fold
from anlan.kernel.facts.figures import Query, figures
from anlan.kernel.loop import ladder
from anlan.kernel.notices import delivering
from anlan.kernel.regions.models import Level, Region

PROVINCE = samples.PROVINCE
#: Workbooks of real life, where the shared material lies beside the checkout; masked, not ours.
REAL = (
    "documents/08-安全工作零报告日汇报表.xls",
    "documents/10-化工项目现场隐患排查与治理统计表-2019-06.xlsx",
    "documents/11-铁路建设系统安全隐患库-总表与2025.xlsx",
    "documents/13-HSE管理专业检查表-18类.xlsx",
    "documents/15-危险源导入模板.xls",
    "hazards_zh/hazard_ledger_zh.csv",
    "hazards_zh/common_problems_taian_2024.csv",
)
REAL_UNIT = f"{PROVINCE}-real"
#: Rows before this day of a month make the table show the month before.
_EARLY_DAYS = 10
DONE = "demo.json"


@dataclass
class Watch:
    """How long each part took; printed at the end."""

    parts: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        say(name)
        start = time.monotonic()
        yield
        self.parts[name] = time.monotonic() - start


def main(args: argparse.Namespace) -> int:
    """Fill an empty demo home; on a filled one only show the table again."""
    by: Actor = args.actor
    watch = Watch()
    made: Mapping[str, str] = {}
    done = Path(settings.HOME) / DONE
    if not done.exists():
        made = _fill(args, by, watch)
        done.write_text(json.dumps({"hazards": args.hazards, "seed": args.seed}))
    now = timezone.now()
    with watch.part(_("Summing up")):
        table = month_table(_month(timezone.localdate(now)), now)
    print(table, flush=True)
    for name, seconds in watch.parts.items():
        say(f"{name} {seconds:.1f} s")
    say(_("In all %(seconds)d s.") % {"seconds": round(sum(watch.parts.values()))})
    _tell_people(made)
    return 0


def _fill(args: argparse.Namespace, by: Actor, watch: Watch) -> Mapping[str, str]:
    now = timezone.now()
    today = timezone.localdate(now)
    with watch.part(_("Making offices, departments and people")):
        demo_offices.make_units(PROVINCE, by=by, at=now)
        _make_real_unit(by, now)
        passwords = demo_offices.make_people(
            demo_offices.people(PROVINCE),
            by=by,
            at=now,
            admin_unit=demo_offices.office_code(PROVINCE),
        )
    folder = Path(settings.HOME) / "samples"
    with watch.part(_("Writing workbooks with simulated hazards")):
        own = samples.generate(folder, args.hazards, seed=args.seed, today=today)
    with watch.part(_("Importing the workbooks")):
        _import(_sent(own), by)
    with watch.part(_("Working on open hazards")):
        passwords |= demo_work.work(by=by, at=timezone.now())
        demo_lists.lists(at=timezone.now())
        demo_measures.measures(at=timezone.now())
        demo_accidents.accidents(at=timezone.now())
        demo_enterprises.enterprises(at=timezone.now())
        demo_supervision.supervision(at=timezone.now())
        demo_sweeps.sweeps_and_plans(at=timezone.now())
        demo_enforcement.enforcement(at=timezone.now())
        demo_campaign.campaign(at=timezone.now())
        demo_library.library(at=timezone.now())
        demo_papers.papers(at=timezone.now())
        demo_filings.filings(at=timezone.now())
        demo_statistics.statistics(at=timezone.now())
    with watch.part(_("Folding the ledger")):
        fold.fold(timezone.now())
    with watch.part(_("Working out and publishing rankings")):
        demo_assessments.assessments(at=timezone.now())
    with watch.part(_("Letting the clock climb the ladder")):
        climbed = ladder.tick(timezone.now())
        # Some of it lies days back, and what nobody was told for so long counts as lost.
        delivering.fan_out(timezone.now())
        say(_("%(count)d hazards got a reminder or a warning.") % {"count": climbed})
    with watch.part(_("Folding the ledger")):
        fold.fold(timezone.now())
    return passwords


# --- importing -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sent:
    unit: str
    files: tuple[Path, ...]


def _sent(own: Sequence[samples.Sample]) -> list[_Sent]:
    """Who sends which workbooks: a county its own, a department its own."""
    keys = {"emergency": "yj", "housing": "zj"}
    found = [
        _Sent(
            f"{sample.area}-{keys[sample.department]}"
            if sample.department
            else demo_offices.office_code(sample.area),
            (sample.path,),
        )
        for sample in own
    ]
    real = real_workbooks()
    if real:
        found.append(_Sent(REAL_UNIT, tuple(real)))
    else:
        say(_("No real workbooks lie beside the checkout; only simulated ones are imported."))
    return found


def shared() -> Path:
    return Path(os.environ.get("ANLAN_SHARED") or settings.ROOT.parent / "shared")


def real_workbooks() -> list[Path]:
    return [path for name in REAL if (path := shared() / "data" / name).exists()]


def _make_real_unit(by: Actor, at: datetime) -> None:
    """Real workbooks come from other provinces, so they count for a unit of their own."""
    if Unit.objects.filter(code=REAL_UNIT).exists():
        return
    row = {
        "code": REAL_UNIT, "name": "外来台账（真实样表，已脱敏）", "kind": UnitKind.OTHER.value,
        "area": PROVINCE, "parent": demo_offices.office_code(PROVINCE),
    }  # fmt: skip
    accounts.import_units([row], by=by, at=at)


def _import(sent: Sequence[_Sent], by: Actor) -> None:
    total: Counter[str] = Counter()
    with tqdm(total=sum(len(each.files) for each in sent), file=sys.stderr, disable=None) as bar:
        for each in sent:
            total += _import_one(each, by)
            bar.update(len(each.files))
    say(
        _(
            "%(rows)d rows: %(created)d hazards made, %(duplicates)d told twice, "
            "%(ignored)d passed over, %(rejected)d to be mended."
        )
        % {
            "rows": total.total(),
            **{key: total[key] for key in ("created", "duplicates", "ignored", "rejected")},
        }
    )


_COUNTS = ("created", "updated", "unchanged", "duplicates", "ignored", "rejected")


def _import_one(each: _Sent, by: Actor) -> Counter[str]:
    unit = demo_offices.unit(each.unit)
    try:
        batch, refusals = importing.prepare(
            [(path.name, path) for path in each.files], unit=unit, by=by, at=timezone.now()
        )
    except Refusal as refusal:
        say(refusal)
        return Counter()
    for unread in refusals:
        say(f"{unread.data.get('file', '')} {unread}")
    batch = importing.run(batch.pk, by=by)
    return Counter({name: getattr(batch, name) for name in _COUNTS})


# --- the month's table ---------------------------------------------------------------------


def _month(today: date) -> Period:
    month = periods.month(today)
    return month if today.day >= _EARLY_DAYS else month.previous()


_FLOWS = ("hazard.found", "hazard.rectified", "hazard.found_settled")
_STOCKS = ("hazard.overdue", "hazard.listed")


def month_table(month: Period, now: datetime) -> str:
    """Found, rectified, rate, overdue, major and listed, by prefecture, as the ledger sums them."""
    root = Region.objects.get(code=PROVINCE)
    start = time.monotonic()
    values: dict[tuple[int, str], int] = {}
    for by, areas in (((), [root.pk]), (("region",), [root.pk])):
        common: dict[str, Any] = {"areas": areas, "periods": [month], "at": now, "by": by}
        for cell in figures(Query(kinds=[*_FLOWS, *_STOCKS], **common)):
            if not (cell.own and by):
                values[cell.area_id, cell.kind] = cell.value or 0
        for cell in figures(Query(kinds=["hazard.found"], where={"grade": ["major"]}, **common)):
            if not (cell.own and by):
                values[cell.area_id, "major"] = cell.value or 0
    took = time.monotonic() - start
    places = [
        *root.children.filter(level=Level.PREFECTURE, valid_to=None).order_by("code"),
        root,
    ]
    heads = [
        _("Area"), _("Found"), _("Rectified"), _("Rate %"), _("Overdue"), _("Major"), _("Listed"),
    ]  # fmt: skip
    lines = [heads]
    for place in places:
        found, rectified, settled, overdue, listed = (
            values.get((place.pk, kind), 0) for kind in (*_FLOWS, *_STOCKS)
        )
        lines.append(
            [
                place.name if place != root else _("In all"),
                str(found), str(rectified), f"{100 * settled / found:.1f}" if found else "—",
                str(overdue), str(values.get((place.pk, "major"), 0)), str(listed),
            ]
        )  # fmt: skip
    title = _("%(area)s, %(month)s, hazards (simulated), read in %(ms)d ms") % {
        "area": root.name, "month": month.label, "ms": round(1000 * took),
    }  # fmt: skip
    return "\n".join([title, *(_line(line) for line in lines)])


def _line(cells: Sequence[str]) -> str:
    return _padded(cells[0], 26) + "".join(_padded(cell, 12, left=True) for cell in cells[1:])


def _padded(text: str, width: int, *, left: bool = False) -> str:
    """Padded as terminals show it: a Chinese character takes two columns."""
    space = " " * max(0, width - sum(2 if ord(c) > 0x2E7F else 1 for c in text))
    return space + text if left else text + space


def _tell_people(made: Mapping[str, str]) -> None:
    if not made:
        say(_("The demo was filled before; --fresh fills it anew, with new passwords."))
        return
    say(_("People of the demo. These passwords are shown this once:"))
    people = {user.username: user for user in User.objects.filter(username__in=made)}
    for username, password in made.items():
        # A terminal shows what follows a column of Chinese in line only if that is padded for it.
        say(f"{_padded(people[username].name, 30)} {username:<14} {password}")
    if not settings.MFA_OFF:
        say(_("To try it without second factors, start it with ANLAN_MFA=off."))
