"""Reading papers: lists by filter, and what stands around one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.bulletins import body
from anlan.domain.bulletins.body import Block
from anlan.domain.bulletins.kinds import KINDS, PaperKind
from anlan.domain.bulletins.models import (
    About,
    Countersign,
    Delivery,
    Instruction,
    Layout,
    Number,
    Paper,
)
from anlan.domain.bulletins.rendering import Head
from anlan.domain.campaigns.models import Task
from anlan.domain.hazards.models import Hazard
from anlan.kernel.accounts import policy, units
from anlan.kernel.loop.models import Event
from anlan.kernel.papers import scripts
from anlan.kernel.regions.models import Region

AROUND_MAX = 300
ROW = ("case", "case__area", "case__unit", "issue")


def number_of(paper: Paper) -> str:
    """Under which it was issued, else its number in the system."""
    issue = getattr(paper, "issue", None)
    return issue.number if issue else paper.case.number


def visible(by: Actor) -> QuerySet[Paper]:
    return policy.permitted(Paper.objects.all(), "bulletins.view", by)


def narrowed(rows: QuerySet[Paper], asked: Any) -> QuerySet[Paper]:
    """As the address asks; what was dropped shows only when asked for."""
    where = scripts.holding(asked["q"], "title", "issue__number")
    if kind := asked["kind"]:
        where &= Q(case__grade=kind)
    if state := asked["state"]:
        where &= Q(case__state=state)
    else:
        where &= ~Q(case__state="void")
    if code := asked["area"]:
        region = Region.objects.filter(code=code).first()
        where &= below(region.path, "case__path") if region else policy.NOTHING
    if asked["dated_from"]:
        where &= Q(dated__gte=asked["dated_from"])
    if asked["dated_to"]:
        where &= Q(dated__lte=asked["dated_to"])
    return rows.filter(where)


def numbers(by: Actor, asked: Any) -> QuerySet[Number]:
    rows = policy.permitted(Number.objects.all(), "paper_numbers.view", by)
    rows = rows.filter(scripts.holding(asked["q"], "text"))
    if asked["year"]:
        rows = rows.filter(year=int(asked["year"]))
    return rows.select_related("paper")


@dataclass
class Around:
    """What the page of a paper shows beside it."""

    countersigns: list[Countersign]
    deliveries: list[Delivery]
    instructions: list[tuple[Instruction, list[Task]]]
    numbers: list[Number]
    events: list[Event]
    #: The paper that puts this one right, from its first draft on.
    correction: Paper | None

    @property
    def received(self) -> int:
        return sum(1 for row in self.deliveries if row.received_at)


def around(paper: Paper) -> Around:
    told = list(paper.instructions.select_related("plan").order_by("at", "pk"))
    plans = [row.plan_id for row in told if row.plan_id]
    tasks: dict[Any, list[Task]] = {}
    for task in Task.objects.filter(plan__in=plans).select_related("case", "line"):
        tasks.setdefault(task.plan_id, []).append(task)
    return Around(
        list(paper.countersigns.select_related("unit").order_by("pk")),
        list(paper.deliveries.select_related("unit").order_by("is_copy", "pk")[:AROUND_MAX]),
        [(row, tasks.get(row.plan_id, [])) for row in told],
        list(paper.numbers.order_by("taken_at")),
        list(Event.objects.filter(case=paper.pk).order_by("-seq")[:AROUND_MAX]),
        correction_of(paper),
    )


def correction_of(paper: Paper) -> Paper | None:
    """The paper that puts this one right or is about to, unless it was dropped or revoked."""
    rows = paper.corrections.exclude(case__state__in=("void", "revoked"))
    return rows.select_related(*ROW).order_by("pk").last()


def recipients_of(paper: UUID) -> dict[str, str]:
    """The units that got a paper, as the form to give it out takes them; those that ended not."""
    rows = Delivery.objects.filter(paper=paper, unit__valid_to=None)
    return {
        name: "\n".join(units.as_lines(rows.filter(is_copy=is_copy).values_list("unit", flat=True)))
        for name, is_copy in (("units", False), ("copies", True))
    }


def of_hazard(by: Actor, hazard: UUID) -> list[Paper]:
    """Letters and notices about it that ``by`` may see, the newest first."""
    rows = visible(by).filter(pk__in=About.objects.filter(case=hazard).values("paper"))
    return list(rows.exclude(case__state="void").select_related(*ROW).order_by("-pk")[:AROUND_MAX])


def of_task(by: Actor, plan: UUID) -> list[tuple[Instruction, bool]]:
    """The instructions that gave the tasks of a plan, and whether ``by`` may see their papers."""
    rows = list(Instruction.objects.filter(plan=plan).select_related("paper__case", "paper__issue"))
    papers = visible(by).filter(pk__in=[row.paper_id for row in rows])
    seen = set(papers.values_list("pk", flat=True))
    return [(row, row.paper_id in seen) for row in rows]


def about(paper: Paper, by: Actor) -> list[Hazard]:
    """The hazards that it is about and ``by`` may see."""
    rows = Hazard.objects.filter(pk__in=paper.about.values("case"))
    seen = policy.permitted(rows, "hazard.view", by)
    return list(seen.select_related("case", "enterprise").order_by("pk"))


def layout_of(paper: Paper) -> Layout | None:
    """The unit's own template for papers of this kind, the newest."""
    rows = Layout.objects.filter(unit=paper.case.unit_id, kind=paper.case.grade, ended_at=None)
    return rows.order_by("-made_at").first()


# --- what a paper says -----------------------------------------------------------------------


@dataclass(frozen=True)
class Whole:
    """Head, text and kind of a paper: of one that is numbered, as it was frozen."""

    kind: PaperKind
    head: Head
    blocks: list[Block]


def whole(paper: Paper) -> Whole:
    issue = getattr(paper, "issue", None)
    if issue is None:
        kind = KINDS[paper.case.grade]
        head = Head(
            paper.title, paper.organ, "", paper.recipients, paper.copies, paper.dated, None,
            paper.note, paper.signer if kind.goes_up else "", _lines(paper.annexes),
            paper.mark, paper.secrecy, paper.urgency,
        )  # fmt: skip
        return Whole(kind, head, body.loaded(paper.body))
    kept = issue.content
    kind = KINDS[kept["kind"]]
    head = Head(
        kept["title"], kept["organ"], kept["number"], kept["recipients"], kept["copies"],
        date.fromisoformat(kept["dated"]) if kept["dated"] else None,
        date.fromisoformat(kept["numbered_on"]), kept["note"],
        kept["signer"] if kind.goes_up else "", _lines(kept["annexes"]), kept["mark"],
        kept["secrecy"], kept["urgency"],
    )  # fmt: skip
    return Whole(kind, head, body.loaded(kept["body"]))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
