"""What a figure may be bound to by its code, beside the declared indicators.

task.closed:kind         every count of the ledger, by its kind
item.12                  an item that units declare on forms, by its number
task.closed@<campaign>   tasks of one campaign alone; with ~<unit>, of one unit that does them

Such a code names the same figure wherever it stands: in a paper, and on the page of its records.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.functional import Promise, lazystr
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.actor import Actor
from anlan.domain.campaigns import queries as campaigns
from anlan.domain.campaigns.models import Campaign, Task
from anlan.domain.filings.loop import FIGURE, ITEM
from anlan.domain.filings.models import Adds, Item
from anlan.domain.statistics import offered
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import behind
from anlan.kernel.facts.asking import Query
from anlan.kernel.facts.models import Fact
from anlan.kernel.indicators import arithmetic, compute
from anlan.kernel.indicators.compute import Comparison, Number, Value
from anlan.kernel.indicators.declare import Count, Indicator, declared
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.regions.models import Region

KIND = ":kind"
#: Items and campaigns that a chooser lists, the newest first; any other is bound by its code.
OFFERED_MAX = 60
_ITEM = re.compile(r"item\.([1-9][0-9]{0,17})")
_TASKS = re.compile(r"task\.([a-z_]+)@([0-9a-f]{32})(?:~([1-9][0-9]{0,17}))?")
#: What is told of a campaign's tasks, by the kind of fact.
TASKS: Mapping[str, Any] = {
    "found": gettext_lazy("tasks given out"),
    "rectified": gettext_lazy("tasks reported done"),
    "closed": gettext_lazy("tasks finished"),
    "open": gettext_lazy("tasks not finished"),
    "overdue": gettext_lazy("tasks overdue"),
    "due": gettext_lazy("tasks due"),
    "due_met": gettext_lazy("tasks done in time"),
}  # fmt: skip


@dataclass(frozen=True)
class OfItem(Count):
    """What units declared for an item of their forms."""

    item: int = 0


@dataclass(frozen=True)
class OfCampaign(Count):
    """Tasks of one campaign: of its own plans, and those that it shares."""

    campaign: UUID = field(default=UUID(int=0))
    #: Of the unit that does them alone.
    by_unit: int | None = None

    def of_unit(self, unit: int) -> OfCampaign:
        code = f"{self.code.partition('~')[0]}~{unit}"
        name = lazystr(_Said(Unit.objects, unit, "name", self.label))
        return replace(self, code=code, by_unit=unit, label=name)

    @property
    def tasks(self) -> QuerySet[Task]:
        rows = Task.objects.filter(campaigns.in_campaign(self.campaign))
        if self.by_unit is not None:
            rows = rows.filter(case__in=_done_by(Q(unit=self.by_unit)).values("case"))
        return rows


def _done_by(where: Q) -> QuerySet[Party]:
    return Party.objects.filter(where, role=PartyRole.RECTIFIER, until=None)


def find(code: str) -> Indicator | None:
    """What a code names, as far as it says: whether there is such a row, ``may`` knows."""
    found = declared().get(code) or offered.catalogue().get(code)
    if found is not None:
        return found
    if match := _ITEM.fullmatch(code):
        return _of_item(int(match[1]))
    if (match := _TASKS.fullmatch(code)) and match[1] in TASKS:
        each = _of_campaign(match[1], UUID(match[2]))
        return each.of_unit(int(match[3])) if match[3] else each
    return None


def known(code: str) -> Indicator:
    found = find(code)
    assert found is not None, f"{code} names no figure"
    return found


def spelled(code: str) -> str:
    """The code that a word in braces means: a kind of fact is a count of it."""
    return code if find(code) is not None else f"{code}{KIND}"


def may(by: Actor, code: str, *, by_sector: bool = False) -> bool:
    """Whether somebody may read what a code names: its records, and the item or campaign."""
    each = find(code)
    if each is None or not all(policy.may(by, offered.needs(kind)) for kind in each.kinds):
        return False
    if isinstance(each, OfItem):
        rows: Any = policy.permitted(Item.objects.filter(adds=Adds.FLOW), "items.view", by)
        # What is declared names no sector, so who covers some can't be told of it.
        return not by_sector and bool(rows.filter(pk=each.item).exists())
    if isinstance(each, OfCampaign):
        if each.by_unit is not None and not Unit.objects.filter(pk=each.by_unit).exists():
            return False
        return bool(campaigns.campaigns(by).filter(pk=each.campaign).exists())
    return code in offered.for_reader(by, by_sector=by_sector)


def offered_to(by: Actor, *, by_sector: bool = False) -> tuple[list[Indicator], int]:
    """Beside the declared ones, what a chooser lists; how many it leaves out."""
    found: list[Indicator] = []
    left = 0
    if not by_sector and policy.may(by, offered.needs(FIGURE.code)):
        items = policy.permitted(Item.objects.filter(adds=Adds.FLOW), "items.view", by)
        first = list(items.order_by("-made_at", "-pk")[:OFFERED_MAX])
        left += max(0, items.count() - len(first)) if len(first) == OFFERED_MAX else 0
        found += [_of_item(row.pk, row) for row in first]
    if policy.may(by, offered.needs("task.found")):
        rows = campaigns.campaigns(by).order_by("-starts_on", "-pk")
        shown = list(rows[:OFFERED_MAX])
        left += max(0, rows.count() - len(shown)) if len(shown) == OFFERED_MAX else 0
        found += [_of_campaign(name, row.pk, row.title) for row in shown for name in TASKS]
    counts = offered.for_reader(by, by_sector=by_sector)
    return [*found, *(each for code, each in counts.items() if code.endswith(KIND))], left


class _Said:
    """A text that is looked up when it is written: a paper names a figure thousands of times."""

    def __init__(self, rows: Any, pk: Any, name: str, before: Any = "") -> None:
        self.rows, self.pk, self.name, self.before = rows, pk, name, before

    def __str__(self) -> str:
        said = self.rows.filter(pk=self.pk).values_list(self.name, flat=True).first() or self.pk
        return f"{self.before} · {said}" if self.before else str(said)


def _of_item(pk: int, row: Item | None = None) -> OfItem:
    def told(name: str) -> str | Promise:
        return getattr(row, name) if row is not None else lazystr(_Said(Item.objects, pk, name))

    return OfItem(
        f"item.{pk}", told("name"), FIGURE.code, {ITEM: (str(pk),)}, item=pk,
        unit=told("measure"), basis=FIGURE.basis,
    )  # fmt: skip


def _of_campaign(name: str, pk: UUID, title: str = "") -> OfCampaign:
    label: Any = f"{title} · {TASKS[name]}" if title else lazystr(_Titled(pk, name))
    return OfCampaign(
        f"task.{name}@{pk.hex}", label, f"task.{name}", campaign=pk,
        basis=gettext_lazy(
            "Tasks of the campaign's own plans and those that it shares, each once."
        ),
        unit=gettext_lazy("tasks"),
    )  # fmt: skip


class _Titled:
    def __init__(self, pk: UUID, name: str) -> None:
        self.pk, self.name = pk, name

    def __str__(self) -> str:
        rows = Campaign.objects.filter(pk=self.pk)
        return f"{rows.values_list('title', flat=True).first() or ''} · {TASKS[self.name]}"


# --- reading ---------------------------------------------------------------------------------


def evaluate(
    indicators: Sequence[Indicator], query: Query, compare: Collection[str] = ()
) -> list[Value]:
    """As ``compute.evaluate``, of whatever is bound; the ledger is read once for all of it."""
    if not any(isinstance(each, OfItem | OfCampaign) for each in indicators):
        return compute.evaluate(indicators, query, compare)
    # A campaign's tasks stand where any task stands: that count gives the places and the labels.
    every = [
        Count(each.code, each.label, each.kind) if isinstance(each, OfCampaign) else each
        for each in indicators
    ]  # fmt: skip
    values = compute.evaluate(every, query, compare)
    digits = dict(
        Item.objects.filter(pk__in=[each.item for each in indicators if isinstance(each, OfItem)])
        .values_list("pk", "digits")
    )  # fmt: skip
    sums = _Sums(query)
    found = []
    for n, value in enumerate(values):
        each = indicators[n % len(indicators)]
        if isinstance(each, OfCampaign):
            found.append(_counted(each, value, sums))
        elif isinstance(each, OfItem) and digits.get(each.item):
            found.append(_scaled(value, digits[each.item]))
        else:
            found.append(value)
    return found


def _scaled(value: Value, digits: int) -> Value:
    def of(number: Number | None) -> Number | None:
        return None if number is None else Decimal(str(number)).scaleb(-digits)

    compared = {
        name: one._replace(current=of(one.current), value=of(one.value), points=of(one.points))
        for name, one in value.compared.items()
    }
    return replace(value, value=of(value.value), compared=compared)


def _counted(each: OfCampaign, value: Value, sums: _Sums) -> Value:
    if value.missing:
        return replace(value, indicator=each)

    def of(period: Period) -> int:
        return sums.of(each, value, period)

    compared = {}
    for name in value.compared:
        current, others = compute.sides(each, name, value.period, sums.today)
        now, then = of(current), [of(other) for other in others]
        mean = name.startswith("mean:")
        before: Number | None = arithmetic.mean(then) if mean else then[0]
        change = arithmetic.change_on_mean(now, then) if mean else arithmetic.change(now, then[0])
        points = None if before is None else now - before
        compared[name] = Comparison(
            name, value.compared[name].period, now, before, change, points, before
        )  # fmt: skip
    number = of(value.period)
    return replace(value, indicator=each, value=number, counts=(number,), compared=compared)


class _Sums:
    """A campaign's facts by area and case: read once for each count, period and label."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.today: date = timezone.localdate(query.as_known_at or query.at)
        self.read: dict[Any, list[tuple[str, UUID, int]]] = {}
        self.paths: dict[int, str] = {}
        self.members: dict[tuple[UUID, int | None], set[UUID]] = {}

    def of(self, each: OfCampaign, value: Value, period: Period) -> int:
        where = {**self.query.where, **{name: [own] for name, own in value.labels.items()}}
        rows = self._rows(each, period, where)
        key = each.campaign, each.by_unit
        if key not in self.members:
            self.members[key] = set(each.tasks.values_list("pk", flat=True))
        cases, path = self.members[key], self._path(value.area_id)
        return sum(
            n for place, case, n in rows
            if case in cases and (place == path if value.own else place.startswith(path))
        )  # fmt: skip

    def _rows(
        self, each: OfCampaign, period: Period, where: Mapping[str, Collection[str]]
    ) -> list[tuple[str, UUID, int]]:
        labels = tuple((name, tuple(values)) for name, values in sorted(where.items()))
        key = each.campaign, each.kind, period, labels
        if key not in self.read:
            rows = facts_of(
                replace(each, by_unit=None), Q(), period, {n: list(v) for n, v in labels},
                self.today, self.query.as_known_at,
            )  # fmt: skip
            sums = rows.order_by().values_list("area_id", "case_id").annotate(sum=Sum("quantity"))
            self.read[key] = [(self._path(area), case, n) for area, case, n in sums if case]
        return self.read[key]

    def _path(self, area: int) -> str:
        if area not in self.paths:
            self.paths[area] = Region.objects.values_list("path", flat=True).get(pk=area)
        return self.paths[area]


def facts_of(
    each: OfCampaign, places: Q, period: Period, where: Mapping[str, Sequence[str]], today: date,
    known_at: Any = None,
) -> QuerySet[Fact]:  # fmt: skip
    """The facts that count a campaign's tasks; as known then, ask for a figure first."""
    rows = behind.facts_in(places, each.kind, period, where, today, known_at)
    return rows.filter(case_id__in=each.tasks.values("pk"))


def units_of(each: OfCampaign, area: Region) -> list[Unit]:
    """The units that do a campaign's tasks in an area, by name."""
    mine = each.tasks.filter(case__area__in=Region.objects.below(area).values("pk"))
    done = _done_by(Q(case__in=mine.values("pk"))).values("unit")
    return list(Unit.objects.filter(pk__in=done).order_by("path", "name"))


def word_for(code: str) -> str:
    """The code as it is written in braces."""
    return code.removesuffix(KIND)


def not_read(word: str) -> str:
    return _(
        "%(word)s: you may not read what this counts, so you can't put it into a paper. "
        "Leave it out, or have somebody write it whose posts cover it."
    ) % {"word": word}
