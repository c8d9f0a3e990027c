"""约谈（家）: whom talks were held with, each once a month, and none over what never was."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.db.models import Q
from django.utils import timezone

from anlan.base.actor import CLOCK
from anlan.base.ids import uuid7
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.tests.stage import ROOT
from anlan.domain.supervision.tests import acts
from anlan.kernel.calendar import periods
from anlan.kernel.facts import ledger, subjects
from anlan.kernel.facts.models import Fact
from anlan.kernel.facts.subjects import Subjects
from anlan.kernel.jobs import queue
from anlan.kernel.loop import ladder, talks
from anlan.kernel.loop.models import Proposal
from anlan.kernel.regions.queries import by_code

if TYPE_CHECKING:
    from anlan.domain.hazards.tests.stage import Cast

pytestmark = pytest.mark.django_db
KIND = "supervision.talked"
#: Both in one month, whatever day it is.
FIRST = timezone.localdate().replace(day=1) - timedelta(days=20)


def talked_to(start: date = FIRST - timedelta(120), end: date | None = None) -> int | None:
    span = periods.span(start, end or timezone.localdate())
    asked = Subjects(KIND, by_code("530100").pk, span, {})
    [found] = subjects.counted([asked], at=timezone.now())
    return found.value


def late(cast: Cast, firm: str = "firm", word: str = "") -> UUID:
    """A hazard whose rectification is so late that a talk is due."""
    at = timezone.now() - timedelta(days=150)
    [pk] = acts.find(cast, 1, at=at, word=word)
    hazards.assign(
        [pk], rectifier=cast.units[firm].pk, due_on=timezone.localdate(at) + timedelta(5),
        by=cast.actor("office"), at=at, request_id=uuid7(),
    )  # fmt: skip
    return pk


def talk(pk: UUID, on: date) -> Proposal:
    row = Proposal.objects.select_related("case").get(case=pk)
    if row.rung != talks.RUNG:
        # So late that the clock drafts more at once: here it is the talk.
        Proposal.objects.filter(pk=row.pk).update(rung=talks.RUNG)
    call: dict[str, Any] = {"by": ROOT, "at": timezone.now()}
    hazards.decide_proposal(row.pk, approve=True, request_id=uuid7(), **call)
    hazards.carry_out(row.pk, on=on, paper_number="约谈1号", request_id=uuid7(), **call)
    row.refresh_from_db()
    return row


def holds() -> None:
    assert [finding for finding in talks.invariants() if not finding[1]] == []


def test_a_unit_counts_once_a_month_and_each_talk_as_a_talk(cast: Cast) -> None:
    one, other, third = (late(cast, word=word) for word in "甲乙丙")
    fourth = late(cast, "office", "丁")
    ladder.tick(timezone.now())
    assert talked_to() == 0, "a talk that is proposed wasn't held"
    holds()
    talk(one, FIRST)
    talk(other, FIRST + timedelta(1))
    assert talked_to() == 1
    talk(fourth, FIRST)
    assert talked_to() == 2
    talk(third, FIRST - timedelta(40))
    assert talked_to() == 2, "once in the days that are asked for"
    assert talked_to(FIRST - timedelta(45), FIRST - timedelta(35)) == 1
    assert Fact.objects.filter(kind__code="hazard.talked").count() == 4
    holds()


def test_what_is_merged_away_takes_its_talk_with_it(cast: Cast) -> None:
    one, other = late(cast, word="甲"), late(cast, "office", "乙")
    ladder.tick(timezone.now())
    talk(one, FIRST)
    talk(other, FIRST)
    assert talked_to() == 2
    hazards.merge(one, into=other, reason="重复录入", by=ROOT, at=timezone.now(),
                  request_id=uuid7())  # fmt: skip
    assert talked_to() == 1
    holds()


def test_talks_that_were_held_before_it_was_counted_are_counted_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = late(cast, word="甲"), late(cast, "office", "乙")
    ladder.tick(timezone.now())
    with monkeypatch.context() as before:
        before.setattr(talks, "post", lambda *_args, **_more: 0)
        talk(one, FIRST)
    assert talked_to() == 0
    assert [finding[1] for finding in talks.invariants()] == [False]
    talk(other, FIRST)
    for _time in range(2):
        job = queue.enqueue("supervision.talks", {}, CLOCK)
        assert queue.run_inline(job).state == "done"
    assert talked_to() == 2
    rows: Any = ledger.standing(Q(kind__code=KIND))
    assert rows.count() == 2
    holds()
