"""Which lines have all the elements that the office's template asks of them (五要件).

No document says what the five are, so nothing is asked until an office has set its template. An
element is answered by a part of the line where the template says so, else by what is filled in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.models import Elements, Line, LineUnit, Plan, Target, Task
from anlan.domain.campaigns.queries import NUMBERED

#: What of a line may answer an element, so that nothing is typed twice.
BY: dict[str, str | Promise] = {
    "": _("filled in by hand"),
    "lead": _("its lead unit"),
    "person": _("who answers for its task in person"),
    "due": _("its day"),
    "target": _("its number"),
    "evidence": _("what is wanted as proof"),
    "basis": _("the papers it rests on"),
}
#: Names that standards give for what each task or entry has (standards/campaign.md 1.1, 3).
KNOWN = (
    ("两个清单：逐项明确［B］", (("责任", "lead"), ("时限", "due"), ("验收销号", "evidence"))),
    ("十五条硬措施：每条至少有［C］",
     (("责任单位", "lead"), ("时限", "due"), ("证据", "evidence"))),
    ("2019年工作要点：施工图、时间表、责任人［A］",
     (("施工图", ""), ("时间表", "due"), ("责任人", "person"))),
)  # fmt: skip


@dataclass(frozen=True)
class Element:
    name: str
    needed: bool
    by: str


@dataclass
class Checked:
    """A task line with its answers and the names of what it lacks."""

    line: Line
    answers: dict[str, str] = field(default_factory=dict)
    lacks: list[str] = field(default_factory=list)

    @property
    def pk(self) -> UUID:
        return self.line.pk


@dataclass(frozen=True)
class Check:
    """A plan held against the template."""

    elements: Sequence[Element]
    rows: Sequence[Checked]

    @property
    def complete(self) -> int:
        return sum(not row.lacks for row in self.rows)

    def lacking(self, name: str) -> int:
        return sum(name in row.lacks for row in self.rows)


def elements_of(plan: Plan) -> list[Element]:
    found = Elements.objects.filter(campaign=plan.campaign_id).first()
    return read(found)


def read(row: Elements | None) -> list[Element]:
    return [
        Element(str(one["name"]), bool(one["needed"]), str(one["by"]))
        for one in (row.items if row else ())
    ]


def check(plan: Plan, elements: Sequence[Element]) -> Check:
    """Every task line of a plan's own against the template: one statement, whatever there is."""
    if not elements:
        return Check((), ())
    leads = LineUnit.objects.filter(line=OuterRef("pk"), role=LineUnit.Role.LEAD)
    numbers = Target.objects.filter(line=OuterRef("pk"), value__isnull=False, kind__in=NUMBERED)
    tasks = Task.objects.filter(line=OuterRef("pk"), plan=plan)
    # What a hearing decided is a requirement, and a task all the same.
    rows = plan.lines.filter(Q(kind=Line.Kind.TASK) | Exists(tasks)).annotate(
        by_lead=Exists(leads), by_target=Exists(numbers),
        by_person=Exists(tasks.exclude(person="")),
        by_due=Q(due_on__isnull=False) | Q(stage__isnull=False),
    )  # fmt: skip
    shown = rows.only("no", "title", "elements", "evidence", "basis", "place", "plan")
    return Check(elements, [_checked(line, elements) for line in shown.order_by("place")])


def _checked(line: Any, elements: Sequence[Element]) -> Checked:
    by: Mapping[str, Any] = {
        "lead": line.by_lead, "person": line.by_person, "due": line.by_due,
        "target": line.by_target, "evidence": line.evidence, "basis": line.basis,
    }  # fmt: skip
    found = Checked(line)
    for one in elements:
        answer = line.elements.get(one.name, "")
        if answer:
            found.answers[one.name] = answer
        elif one.by and by[one.by]:
            found.answers[one.name] = str(BY[one.by])
        elif one.needed:
            found.lacks.append(one.name)
    return found
