"""What people hand to the commands of plans: a plan, its lines, their targets and units.

A page, the reader of documents and an import all build these; the commands make rows of them.

An id that is made by default stands in no ``repr``: a request is known by that, and a page that is
sent twice makes another one each time. The repeat gets the first one's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from anlan.base.ids import uuid7
from anlan.domain.campaigns.carrying.commands.terms_wanted import NewExpected, NewGoal

#: Of one plan, of one line.
LINES_MAX, TARGETS_MAX, UNITS_MAX = 2_000, 60, 80
#: Digits behind the point that a target keeps.
DIGITS_MAX = 4


@dataclass(frozen=True)
class NewTarget:
    """A number or a direction as a line states it. ``kind`` is one of reading/target.py."""

    kind: str = "number"
    value: Decimal | None = None
    unit: str = ""
    comparator: str = ""
    object: str = ""
    baseline: str = ""
    direction: str = ""
    per: str = ""
    text: str = ""
    start: int | None = None
    end: int | None = None
    #: The kind of fact that counts it, and of which labels; empty: units declare it.
    counted: str = ""
    counted_where: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NewLineUnit:
    """A unit as the line names it. Without ``unit`` it is looked for among ours by that name."""

    name: str
    #: LineUnit.Role: lead or support.
    role: str = "lead"
    unit: int | None = None


@dataclass(frozen=True)
class NewLine:
    """One task, goal or requirement. ``title`` may be left out: the text's first words are it."""

    text: str
    title: str = ""
    #: Line.Kind: task, goal or requirement.
    kind: str = "task"
    no: str = ""
    section: str = ""
    basis: str = ""
    #: Codes of sectors.
    sectors: tuple[str, ...] = ()
    #: Where it stands in the plan's text, in code points.
    start: int | None = None
    end: int | None = None
    starts_on: date | None = None
    due_on: date | None = None
    due_text: str = ""
    #: Of those that its plan offers, by its id.
    stage: int | None = None
    elements: Mapping[str, str] = field(default_factory=dict)
    evidence: str = ""
    units: tuple[NewLineUnit, ...] = ()
    targets: tuple[NewTarget, ...] = ()


@dataclass(frozen=True)
class NewPlan:
    """A paper of a campaign. ``pk`` is made by the client; its unit is one of the writer's own."""

    campaign: UUID
    unit: int
    title: str
    starts_on: date
    ends_on: date
    pk: UUID = field(default_factory=uuid7, repr=False)
    #: Of Plan.Kind.
    kind: str = "master"
    sector: str | None = None
    number: str = ""
    issuer: str = ""
    issued_on: date | None = None
    #: The paper's own text, into which lines point.
    text: str = ""


@dataclass(frozen=True)
class NewStage:
    name: str
    starts_on: date
    ends_on: date
    outputs: str = ""


@dataclass(frozen=True)
class NewCampaign:
    unit: int
    title: str
    starts_on: date
    ends_on: date
    pk: UUID = field(default_factory=uuid7, repr=False)
    #: How many plans of which kind it declares: 1+2+10.
    code: str = ""
    base_year: int | None = None
    basis: str = ""
    stages: tuple[NewStage, ...] = ()
    #: What a template brings along; a campaign that is there keeps its own.
    expected: tuple[NewExpected, ...] = ()
    goals: tuple[NewGoal, ...] = ()
    #: The campaign of which it is a part; said once, when it is made.
    parent: UUID | None = None
