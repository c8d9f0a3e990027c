"""真实性核查: what looks too good to be true. A flag is a question to a person and no finding.

Each check reads an area and a period under thresholds that the office sets, and names the records
behind each flag. What it can't go through whole it says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q
from django.db.models.functions import Length, Mod
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.hazards import queries as hazards
from anlan.domain.hazards.models import Hazard
from anlan.domain.statistics import settings
from anlan.kernel.accounts.models import Unit
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import kinds
from anlan.kernel.facts.figures import Query, figures
from anlan.kernel.facts.models import Expected, Fact, ReportStatus
from anlan.kernel.indicators import arithmetic
from anlan.kernel.papers.models import Attachment, Role
from anlan.kernel.regions.models import Region

Text = str | Promise
#: Flags of one check on a page, records named under one flag, and rows that a check goes through.
FLAGS_MAX, RECORDS_MAX, ROWS_MAX = 50, 10, 20_000
#: Ways to find a hazard that aren't the reporting unit's own.
FOUND_BY_OTHERS = (
    "inspection", "supervision", "covert", "video", "online", "tip_off", "expert", "monitoring",
)  # fmt: skip

RULES: Mapping[str, tuple[Text, Text]] = {
    "closings": (
        gettext_lazy("Mass closings before the cut-off"),
        gettext_lazy("An area closed an unusual share of the period's hazards in its last days."),
    ),
    "photos": (
        gettext_lazy("Photos used twice"),
        gettext_lazy("The same file proves the rectification of different hazards."),
    ),
    "wording": (
        gettext_lazy("Copied wording"),
        gettext_lazy("Different hazards were rectified in exactly the same words."),
    ),
    "nil": (
        gettext_lazy("Nil reports against findings"),
        gettext_lazy("A unit reports nothing while others find hazards in its area."),
    ),
    "round": (
        gettext_lazy("Too round figures"),
        gettext_lazy("What a unit reports without records ends in noughts unusually often."),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Record:
    number: str
    title: str
    href: str


@dataclass(frozen=True)
class Flag:
    """``key`` names it for good: rule, whom or what, period."""

    key: str
    rule: str
    title: str
    #: What was counted, in a sentence.
    words: str
    #: Where all of it opens; empty where the records below are all.
    href: str = ""
    records: Sequence[Record] = ()
    #: Records that the reader may not see.
    hidden: int = 0


@dataclass
class Checked:
    rule: str
    flags: list[Flag] = field(default_factory=list)
    #: Why not everything was looked at.
    note: str = ""


@dataclass(frozen=True)
class Asked:
    area: Region
    period: Period
    sectors: Sequence[str] | None
    at: datetime
    by: Actor
    rule: settings.Truth

    def key(self, rule: str, what: object) -> str:
        return f"{rule}:{what}:{self.period.code}"


def run(asked: Asked) -> list[Checked]:
    """Every check that works with what the reader covers, in the order of ``RULES``."""
    found = [_closings(asked), _photos(asked), _wording(asked)]
    if asked.sectors is None:
        # A report tells of a unit as a whole: who covers some sectors has no part in it.
        found += [_nil(asked), _round(asked)]
    return found


# Mass closings


def _closings(asked: Asked) -> Checked:
    checked, rule = Checked("closings"), asked.rule
    last = periods.span(
        max(asked.period.start, asked.period.end - timedelta(days=rule.closing_days - 1)),
        asked.period.end,
    )
    if last.day_count >= asked.period.day_count:
        checked.note = _("The period is too short to have last days.")
        return checked
    where = {} if asked.sectors is None else {"sector": list(asked.sectors)}
    cells = figures(
        Query(kinds=["hazard.closed"], areas=[asked.area.pk], periods=[asked.period, last],
              at=asked.at, by=["region"], where=where)
    )  # fmt: skip
    counts: dict[tuple[int, bool], list[int]] = defaultdict(lambda: [0, 0])
    for cell in cells:
        counts[cell.area_id, cell.own][int(cell.period == last)] = cell.value or 0
    areas = Region.objects.in_bulk([pk for pk, _own in counts])
    for (pk, own), (whole, late) in counts.items():
        share = arithmetic.percent(late, whole, 1)
        if late < rule.closing_least or share is None or share < rule.closing_share:
            continue
        words = _("%(late)d of the period's %(whole)d closings (%(share)s %%) fall on its last "
                  "%(days)d days.") % {
            "late": late, "whole": whole, "share": share, "days": last.day_count}  # fmt: skip
        link = {"i": "hazard.closed", "a": areas[pk].code, "p": last.code,
                **({"own": "1"} if own else {})}  # fmt: skip
        name = _("%(area)s itself") % {"area": areas[pk].name} if own else areas[pk].name
        checked.flags.append(
            Flag(asked.key("closings", f"{areas[pk].code}{'-' if own else ''}"), "closings", name,
                 words, f"{reverse('statistics:records')}?{urlencode(link)}")
        )  # fmt: skip
    return _cut(checked)


# Photos and words


def _photos(asked: Asked) -> Checked:
    """Photos of this period's rectifications that prove another hazard's, too, whenever it was."""
    checked = Checked("photos")
    after = Attachment.objects.filter(object_type="hazard", role=Role.AFTER, withdrawn_at=None)
    start, end = asked.period.start, asked.period.end
    mine = after.filter(at__date__gte=start, at__date__lte=end)
    sums = list(mine.order_by("-id").values_list("sent_sum", flat=True)[: ROWS_MAX + 1])
    if len(sums) > ROWS_MAX:
        checked.note = _("Only the latest %(n)d photos of the period were looked at.") % {
            "n": ROWS_MAX}  # fmt: skip
    twice = (
        after.filter(sent_sum__in=mine.values("sent_sum")).values("sent_sum").order_by()
        .annotate(n=Count("object_id", distinct=True)).filter(n__gt=1)
        .order_by("-n", "sent_sum").values_list("sent_sum", flat=True)[:FLAGS_MAX]
    )  # fmt: skip
    groups: dict[str, list[str]] = defaultdict(list)
    for one, pk in (
        after.filter(sent_sum__in=list(twice)).order_by("id").values_list("sent_sum", "object_id")
    ):
        if pk not in groups[one]:
            groups[one].append(pk)
    inside = set(
        _rows(asked).filter(pk__in=[pk for keys in groups.values() for pk in keys])
        .values_list("pk", flat=True)
    )  # fmt: skip
    for one, keys in groups.items():
        if not any(str(pk) in keys for pk in inside):
            continue
        records, hidden = _records(asked, keys)
        words = _("One file proves the rectification of %(n)d hazards.") % {"n": len(keys)}
        checked.flags.append(
            Flag(asked.key("photos", one[-32:]), "photos", _("Photo %(sum)s") % {"sum": one[-8:]},
                 words, records=records, hidden=hidden)
        )  # fmt: skip
    return _cut(checked)


def _wording(asked: Asked) -> Checked:
    checked, rule = Checked("wording"), asked.rule
    rows = _rows(asked).filter(
        case__settled_on__gte=asked.period.start, case__settled_on__lte=asked.period.end
    )
    same = (
        rows.annotate(long=Length("result")).filter(long__gte=rule.wording_chars)
        .values("result").order_by().annotate(n=Count("pk")).filter(n__gte=rule.wording_least)
        .order_by("-n", "result").values_list("result", "n")[: FLAGS_MAX + 1]
    )  # fmt: skip
    found = list(same)
    keys: dict[str, list[Any]] = defaultdict(list)
    texts = [text for text, _n in found[:FLAGS_MAX]]
    for text, pk in rows.filter(result__in=texts).order_by("-pk").values_list("result", "pk"):
        keys[text].append(pk)
    for text, n in found:
        records, hidden = _records(asked, keys[text])
        short = text if len(text) <= 60 else f"{text[:60]}…"
        checked.flags.append(
            Flag(asked.key("wording", _sum(text)), "wording", f"“{short}”",
                 _("%(n)d hazards were rectified in these words.") % {"n": n},
                 records=records, hidden=hidden)
        )  # fmt: skip
    return _cut(checked)


def _sum(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:24]


def _rows(asked: Asked) -> Any:
    rows = Hazard.objects.filter(below(asked.area.path, "case__path"), case__kind="hazard")
    return rows if asked.sectors is None else rows.filter(case__sector__in=asked.sectors)


def _records(asked: Asked, keys: Sequence[Any]) -> tuple[list[Record], int]:
    """The first of these hazards that the reader may see, and how many they may not."""
    seen = hazards.visible(asked.by).filter(pk__in=[str(pk) for pk in keys])
    shown = [
        Record(row.case.number, row.description, reverse("hazards:page", args=[row.pk]))
        for row in seen.select_related("case").order_by("-pk")[:RECORDS_MAX]
    ]
    return shown, len(keys) - seen.count()


# Reports


def _nil(asked: Asked) -> Checked:
    checked, rule = Checked("nil"), asked.rule
    rows = Expected.objects.filter(
        below(asked.area.path, "path"), end__gte=asked.period.start, end__lte=asked.period.end,
        kind__in=("hazard.", "hazard.found"),
    )  # fmt: skip
    units = (
        rows.values("unit_id", "area_id").order_by()
        .annotate(nil=Count("pk", filter=Q(status=ReportStatus.NIL)), n=Count("pk"))
        .filter(nil__gte=rule.nil_least, nil=F("n"))
        .order_by("-nil", "unit_id")[: FLAGS_MAX + 1]
    )  # fmt: skip
    silent = list(units)
    if not silent:
        return checked
    cells = figures(
        Query(kinds=["hazard.found"], areas=sorted({row["area_id"] for row in silent}),
              periods=[asked.period], at=asked.at, where={"source": list(FOUND_BY_OTHERS)})
    )  # fmt: skip
    found = {cell.area_id: cell.value or 0 for cell in cells}
    names = dict(
        Unit.objects.filter(pk__in=[r["unit_id"] for r in silent]).values_list("pk", "name")
    )
    codes = dict(Region.objects.filter(pk__in=found).values_list("pk", "code"))
    for row in silent:
        others = found.get(row["area_id"], 0)
        if not others:
            continue
        link = [("i", "hazard.found"), ("a", codes[row["area_id"]]), ("p", asked.period.code)]
        link += [("o", source) for source in FOUND_BY_OTHERS]
        words = _("%(nil)d nil reports and no other; others found %(found)d hazards there.") % {
            "nil": row["nil"], "found": others}  # fmt: skip
        key, name = asked.key("nil", row["unit_id"]), names.get(row["unit_id"], "—")
        href = f"{reverse('statistics:records')}?{urlencode(link)}"
        checked.flags.append(Flag(key, "nil", name, words, href))
    return _cut(checked)


def _round(asked: Asked) -> Checked:
    """Of numbers that nobody can open, a tenth ends in nought by chance.

    What is stated of a whole area (its GDP, in fen) is no count, and ends in noughts anyway.
    """
    checked, rule = Checked("round"), asked.rule
    wholes = [code for code, kind in kinds.declared().items() if kind.whole]
    facts = Fact.objects.exclude(kind__code__in=wholes).filter(
        area_id__in=Region.objects.below(asked.area).values("pk"), case_id__isnull=True,
        unit_id__isnull=False, quantity__gte=10, reverses_id__isnull=True,
        day__gte=asked.period.start, day__lte=asked.period.end,
    )  # fmt: skip
    units = (
        facts.annotate(rest=Mod("quantity", 10)).values("unit_id").order_by()
        .annotate(n=Count("pk"), flat=Count("pk", filter=Q(rest=0)))
        .filter(n__gte=rule.round_least).order_by("unit_id")
    )  # fmt: skip
    found = [
        (row["unit_id"], row["flat"], row["n"], share) for row in units[:ROWS_MAX]
        if (share := arithmetic.percent(row["flat"], row["n"], 1) or 0) >= rule.round_share
    ]  # fmt: skip
    names = dict(Unit.objects.filter(pk__in=[one[0] for one in found]).values_list("pk", "name"))
    for unit, flat, n, share in found:
        words = _("%(flat)d of %(n)d reported numbers (%(share)s %%) end in nought.") % {
            "flat": flat, "n": n, "share": share}  # fmt: skip
        checked.flags.append(
            Flag(asked.key("round", unit), "round", names.get(unit or 0, "—"), words)
        )
    return _cut(checked)


def _cut(checked: Checked) -> Checked:
    if len(checked.flags) > FLAGS_MAX:
        checked.note = _("The first %(n)d are shown; choose a smaller area to see the others.") % {
            "n": FLAGS_MAX}  # fmt: skip
        checked.flags = checked.flags[:FLAGS_MAX]
    return checked
