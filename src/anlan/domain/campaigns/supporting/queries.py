"""Which rules support a plan's items, how they stand today, and what no rule in force supports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from anlan.base.actor import Actor
from anlan.domain.campaigns.deriving.queries import items_of
from anlan.domain.campaigns.models import Plan, SupportingRule
from anlan.domain.library import queries as library
from anlan.domain.library.models import Status, Text, stands
from anlan.domain.measures import queries as measures
from anlan.domain.measures.models import Measure
from anlan.kernel.papers import scripts

#: Rules of each kind that a search offers.
OFFERED_MAX = 20
_MEASURES_IN_FORCE = "in_force"
_TONES = {_MEASURES_IN_FORCE: "green", "amended": "red", "repealed": "red", "void": "red"}


@dataclass(frozen=True)
class Rule:
    """A rule as an item's row tells of it."""

    #: Of the link; none yet where it is offered.
    link: int | None
    #: “text:<id>” or “measure:<id>”, as a form sends it.
    key: str
    title: str
    number: str
    url: str
    word: str
    tone: str


def links(by: Actor) -> QuerySet[SupportingRule]:
    """The links to rules that one may read."""
    return SupportingRule.objects.filter(
        Q(text__in=library.texts(by).order_by().values("pk"))
        | Q(measure__in=measures.visible(by).order_by().values("pk"))
    )


def in_force(by: Actor, today: date) -> QuerySet[SupportingRule]:
    texts = stands(Status.IN_FORCE, today, "text__") | stands(Status.AMENDED, today, "text__")
    return links(by).filter(
        Q(text__isnull=False) & texts | Q(measure__case__state=_MEASURES_IN_FORCE)
    )


def supported(rows: QuerySet[SupportingRule]) -> Exists:
    """Of an item: whether one of these rules supports it."""
    return Exists(rows.filter(line=OuterRef("pk")))


@dataclass(frozen=True)
class Support:
    """A plan's items by whether a rule supports them; the three add up."""

    items: int
    valid: int
    #: Only by what isn't in force: being made, or repealed.
    only: int

    @property
    def none(self) -> int:
        return self.items - self.valid - self.only


def support_of(plan: Plan, by: Actor, today: date) -> Support:
    valid = supported(in_force(by, today))
    found = items_of(plan).order_by().aggregate(
        items=Count("pk"), valid=Count("pk", filter=Q(valid)),
        only=Count("pk", filter=Q(supported(links(by))) & ~Q(valid)),
    )  # fmt: skip
    return Support(**found)


def rules_of(lines: Collection[UUID], by: Actor, today: date) -> dict[UUID, list[Rule]]:
    """By line, what supports it: one statement."""
    rows = links(by).filter(line__in=lines).select_related("text__replaced_by", "measure__case")
    found: dict[UUID, list[Rule]] = defaultdict(list)
    for row in rows.order_by("line", "pk"):
        if row.text:
            found[row.line_id].append(_text(row.text, today, row.pk))
        elif row.measure:
            found[row.line_id].append(_measure(row.measure, row.pk))
    return found


def offered(words: Any, by: Actor, today: date) -> tuple[list[Rule], bool]:
    """Rules that hold these words in title or number, the library's, then measures; and whether
    more of either do."""
    where = scripts.holding(words, "title", "number")
    texts = library.texts(by).filter(where).order_by("-made_at", "-pk")
    made = measures.visible(by).filter(where).exclude(case__state="void").select_related("case")
    told = [_text(one, today) for one in texts[: OFFERED_MAX + 1]]
    meant = [_measure(one) for one in made.order_by("-pk")[: OFFERED_MAX + 1]]
    return told[:OFFERED_MAX] + meant[:OFFERED_MAX], max(len(told), len(meant)) > OFFERED_MAX


def _text(row: Text, today: date, link: int | None = None) -> Rule:
    status = Status(row.status_on(today))
    tones = {Status.IN_FORCE: "green", Status.AMENDED: "green", Status.REPEALED: "red",
             Status.REPLACED: "red"}  # fmt: skip
    return Rule(
        link, f"text:{row.pk}", row.title, row.number, reverse("library:text", args=[row.pk]),
        str(status.label), tones.get(status, "blue"),
    )  # fmt: skip


def _measure(row: Measure, link: int | None = None) -> Rule:
    return Rule(
        link, f"measure:{row.pk}", row.title, row.number, reverse("measures:page", args=[row.pk]),
        row.state_label, _TONES.get(row.case.state, "blue"),
    )  # fmt: skip
