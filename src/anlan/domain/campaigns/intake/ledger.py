"""A document's figure against the ledger: what ours says, and whether it may be counted there.

Derived or declared, never both: a figure of a document becomes a fact only where the ledger holds
nothing of that kind for the area, what lies below or above it, and its days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.paths import ancestors
from anlan.domain.campaigns.intake.figures import Fields, Item, is_open_ended, period_of
from anlan.domain.campaigns.models import Intake, QuotedFigure
from anlan.domain.lists.permissions import LEADS, own_paths
from anlan.kernel.calendar.periods import Period, PeriodUnreadable
from anlan.kernel.facts import intern
from anlan.kernel.facts.figures import Query, figures_of
from anlan.kernel.facts.kinds import FactKind, Measure, declared
from anlan.kernel.facts.models import Coverage, Fact
from anlan.kernel.facts.reversing import standing
from anlan.kernel.loop import worklist
from anlan.kernel.regions.models import Region

Because = QuotedFigure.Because
#: Sorts that are a number of things; a share or a change is of two of them.
COUNTED = frozenset(("count", "zero_in_words", "money", "physical"))
#: So many figures of one document are held against the ledger; the others when they are opened.
COMPARED_MAX = 300
_QUANTITY_MAX = 10**15


@dataclass(frozen=True)
class Ours:
    """What the ledger says of the same thing: as it was known on the document's day, and now."""

    then: int | None
    now: int | None
    #: The day of the document; None where it has none, or lies ahead.
    known_on: date | None
    #: Where ours opens to its records, or nothing.
    url: str = ""

    def differs(self, fields: Fields) -> bool:
        """Whether it can't be the same number, however the document rounds it."""
        said = [value for value in (self.then, self.now) if value is not None]
        return bool(said) and not any(agrees(fields, value) for value in said)


def agrees(fields: Fields, ours: int) -> bool:
    value, bound = Decimal(fields["value"]), fields["bound"]
    if ">=" in bound or bound == ">":
        return ours >= value
    if "<=" in bound or bound == "<":
        return ours <= value
    if "~" in bound:
        return abs(ours - value) * 20 <= value
    return ours == value


# --- kinds -----------------------------------------------------------------------------------


def kinds(words: str = "") -> list[tuple[str, str]]:
    """Kinds that a document may be speaking of, those first whose words are its own."""
    wanted = set(words)
    nouns = {code: label for work in worklist.works() for code, label in work.kinds.items()}
    named = []
    for code, kind in sorted(declared().items()):
        if kind.measure is not Measure.STOCK:
            # "found" alone doesn't say what was.
            noun = nouns.get(code.partition(".")[0], "")
            named.append((code, f"{noun} · {kind.label}" if noun else str(kind.label)))

    def unlike(one: tuple[str, str]) -> float:
        own = set(one[1])
        return -len(own & wanted) / (len(own | wanted) or 1)

    return sorted(named, key=unlike)


def kind_of(fields: Fields) -> FactKind | None:
    return declared().get(fields["kind"])


def span_of(fields: Fields) -> Period | None:
    try:
        since, until = date.fromisoformat(fields["since"]), date.fromisoformat(fields["until"])
        return period_of(since, until) if since <= until else None
    except (ValueError, PeriodUnreadable):
        return None


def _askable(fields: Fields) -> Period | None:
    """Its period, where the ledger can be asked for that kind over it."""
    kind, period = kind_of(fields), span_of(fields)
    if kind is None or period is None or fields["sort"] not in COUNTED:
        return None
    if kind.measure is Measure.DISTINCT and period.kind != kind.period:
        return None
    return period


# --- comparing -------------------------------------------------------------------------------


def compared(every: Sequence[Item], intake: Intake, at: datetime) -> dict[str, Ours]:
    """By key, the ledger's own figure beside each that names a kind, an area and its days."""
    asked = [(item, period) for item in every if item.fields["area"] and item.fields["kind"]
             if (period := _askable(item.fields))][:COMPARED_MAX]  # fmt: skip
    codes = {item.fields["area"] for item, _period in asked}
    areas = dict(Region.objects.filter(code__in=codes).values_list("code", "pk"))
    asked = [(item, period) for item, period in asked if item.fields["area"] in areas]
    if not asked:
        return {}
    known = _known_at(intake, at)
    queries = []
    for item, period in asked:
        for moment in (known, None):
            queries.append(
                Query(
                    kinds=[item.fields["kind"]], areas=[areas[item.fields["area"]]],
                    periods=[period], at=at, as_known_at=moment, coverage=True,
                )
            )  # fmt: skip
    cells = figures_of(queries)
    found = {}
    for n, (item, period) in enumerate(asked):
        then, now = ((own[0].value if own else None) for own in cells[2 * n : 2 * n + 2])
        day = timezone.localdate(known) if known else None
        found[item.key] = Ours(then if known else None, now, day, _url(item.fields, period))
    return found


def _known_at(intake: Intake, at: datetime) -> datetime | None:
    """The end of the document's own day, where it is past."""
    try:
        day = date.fromisoformat(str(intake.reading.get("notice", {}).get("date")))
    except ValueError:
        return None
    moment = datetime.combine(day, time.max, tzinfo=timezone.get_current_timezone())
    return moment if moment < at else None


def _url(fields: Fields, period: Period) -> str:
    """Hazards have a page of what a figure counts."""
    if not fields["kind"].startswith("hazard."):
        return ""
    asked = {"kind": fields["kind"], "area": fields["area"], "period": period.code}
    return f"{reverse('overview:records')}?{urlencode(asked)}"


# --- may it be counted -----------------------------------------------------------------------


def why_quoted(fields: Fields, area: Region | None, by: Actor, today: date) -> str:
    """Why a figure is quoted only, as a code; "" where it becomes a declared fact."""
    kind, period = kind_of(fields), span_of(fields)
    if kind is None:
        return Because.NO_KIND
    if area is None:
        return Because.NO_AREA
    if period is None:
        return Because.NO_PERIOD
    value = Decimal(fields["value"])
    whole = value == value.to_integral_value() and 0 < value < _QUANTITY_MAX
    if fields["bound"] or fields["sort"] not in COUNTED or not whole:
        return Because.NOT_EXACT
    if kind.measure is Measure.STOCK or kind.cohort_of:
        return Because.MISFIT
    if kind.measure is Measure.DISTINCT and period.kind != kind.period:
        return Because.MISFIT
    if is_open_ended(period, today):
        return Because.NOT_OVER
    if not by.trusted and not any(area.path.startswith(path) for path in own_paths(by, LEADS)):
        return Because.OUTSIDE
    return Because.KNOWN if _is_known(kind, area, period) else ""


def _is_known(kind: FactKind, area: Region, period: Period) -> bool:
    """Whether any part of it is counted already, or a zero here is one that somebody stands for."""
    if is_counted(kind.code, area, period.start, period.end):
        return True
    below = Region.objects.below(area).values("pk")
    on_system = Coverage.objects.filter(
        Q(until=None) | Q(until__gte=period.start), area_id__in=below, since__lte=period.end
    )
    return any(kind.code.startswith(own) for own in set(on_system.values_list("kinds", flat=True)))


def is_counted(
    kind: str, area: Region, start: date, end: date, besides: UUID | None = None
) -> bool:
    """Whether facts of that kind stand in, below or above the area in these days.

    besides:  a batch that isn't looked at.
    """
    number = intern.known_kinds([kind]).get(kind)
    if number is None:
        return False
    below = Region.objects.below(area).values("pk")
    here = Q(area_id__in=below) | Q(area_id__in=ancestors(area.path))
    found = Fact.objects.annotate(last=Coalesce("until", "day")).filter(
        here, kind_id=number, day__lte=end, last__gte=start
    )
    if besides is not None:
        found = found.exclude(batch_id=besides)
    return standing(Q(pk__in=found.values("pk"))).exclude(quantity=0).exists()
