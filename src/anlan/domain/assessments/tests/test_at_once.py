"""Two people at one ranking at the same moment, with real commits: one wins, nothing is lost."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from anlan.base.ids import uuid7

pytestmark = pytest.mark.realdb


def test_two_publish_decide_and_uphold_at_once(realdb: Any, settings: Any) -> None:
    from anlan.domain.assessments import commands, working
    from anlan.domain.assessments.models import Run
    from anlan.domain.assessments.refusals import NotNow
    from anlan.domain.assessments.tests.desk import BESIDE, HOME, Desk, last_month
    from anlan.domain.hazards.tests.stage import whole
    from anlan.kernel.audit.models import AuditRow
    from anlan.kernel.loop.refusals import StepNotPossible

    settings.MFA_OFF = True
    cast = whole()
    desk = Desk(cast, None)
    scheme = desk.scheme()
    desk.give(scheme, "duty", {HOME: "50", BESIDE: "55"})
    draft = desk.run(scheme)

    # Two press Publish: one does, the other is told.
    calls = [desk.call() for _n in range(2)]
    given = ("ranking", "parts")
    answers = realdb.together(
        lambda n: commands.publish(draft.pk, audience=given[n], **calls[n]), 2
    )
    assert Counter(map(type, answers)) == {type(draft.pk): 1, NotNow: 1}, answers
    assert AuditRow.objects.filter(action="ranking.publish").count() == 1
    published = Run.objects.get(stands=True)
    assert published.audience == given[answers.index(draft.pk)]

    # One publishes the correction that another works out anew: whatever comes first, one stands.
    again = desk.run(scheme, reason="核对")
    one, other = desk.call(), desk.call()

    def act(n: int) -> Any:
        if n:
            return commands.publish(again.pk, audience="ranking", **one)
        return commands.run_scheme(
            uuid7(), scheme=scheme.pk, period=last_month().code, reason="再核", **other
        )  # fmt: skip

    realdb.together(act, 2)
    for run in Run.objects.filter(published_at=None):
        commands.drop_run(run.pk, **desk.call())
    desk.check()

    # Two items appealed against: both are upheld at once, and the last word is wanted twice.
    standing = Run.objects.get(stands=True)
    appeals = [
        desk.appeal(desk.score(standing), item=item, wanted=None) for item in ("duty", "task")
    ]
    calls = [desk.call(), desk.call()]
    # The one that waits for its turn began before the one that it waits for.
    calls[1]["at"] = calls[0]["at"] - timedelta(seconds=1)
    answers = realdb.together(
        lambda n: commands.uphold(appeals[n].pk, answer="属实", points=Decimal(31 + n), **calls[n]),
        2,
    )
    assert not [each for each in answers if isinstance(each, BaseException)], answers
    result = Run.objects.get(stands=True)
    assert desk.score(result).exact == 63, "both appeals are in what stands"
    third = desk.appeal(desk.score(result), item="task", wanted=None)
    calls = [desk.call(), desk.call()]

    def decide(n: int) -> Any:
        if n:
            return commands.dismiss(third.pk, answer="无据", **calls[n])
        return commands.uphold(third.pk, answer="属实", points=Decimal(40), **calls[n])

    answers = realdb.together(decide, 2)
    refused = [type(each) for each in answers if isinstance(each, BaseException)]
    assert refused == [StepNotPossible], answers
    third.refresh_from_db()
    assert desk.score(Run.objects.get(stands=True)).exact == (71 if third.upheld else 63)
    assert working.differences(Run.objects.get(stands=True), at=desk.call()["at"]) == []
    desk.check()
