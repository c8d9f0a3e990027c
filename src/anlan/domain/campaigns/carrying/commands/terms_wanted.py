"""What people hand in of what a campaign wants: plans, goals, elements of each task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

EXPECTED_MAX, GOALS_MAX, ELEMENTS_MAX = 60, 30, 12


@dataclass(frozen=True)
class NewExpected:
    """A plan that there is to be. ``plan`` says which it is, where its title doesn't."""

    kind: str
    name: str
    source: str = ""
    plan: UUID | None = None


@dataclass(frozen=True)
class NewGoal:
    """One goal; ``pk`` is that of the one that it changes, 0 of a new one."""

    text: str
    #: Goal.Kind: change, value, trend, curb or words.
    kind: str = "words"
    pk: int = 0
    indicator: str = ""
    base_year: int | None = None
    base_value: Decimal | None = None
    base_source: str = ""
    direction: str = ""
    aim: Decimal | None = None
    unit: str = ""
    due_on: date | None = None
    source: str = ""


@dataclass(frozen=True)
class NewElement:
    """``by``: the part of a line that answers it (queries_elements.BY); empty: it is filled in."""

    name: str
    needed: bool = True
    by: str = ""
