"""Two people enter the same sum of two documents at once, with real commits."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from anlan.base.ids import uuid7

pytestmark = pytest.mark.realdb
AT_ONCE = 2


def test_a_sum_that_two_documents_state_is_counted_once_though_both_are_entered_at_once(
    realdb: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db.models import Sum
    from django.test import Client

    from anlan.domain.campaigns.intake import commands_figures
    from anlan.domain.campaigns.models import QuotedFigure
    from anlan.domain.campaigns.tests import test_intake_figures as figures
    from anlan.domain.campaigns.tests.test_intake import Desk
    from anlan.domain.hazards.tests.stage import whole
    from anlan.kernel.accounts.models import User
    from anlan.kernel.facts.models import Fact

    settings.MFA_OFF = True
    cast = whole()
    User.objects.update(password_changed_at=timezone.now())
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=cast.users["office"].pk))
    desks = [Desk(client) for _n in range(AT_ONCE)]
    for n, desk in enumerate(desks):
        desk.hand_in(figures.REPORT, f"报告{n}.txt")
        desk.read()
        assert figures.take(desk, "1204项", kind="hazard.found").status_code == 302
    rows, by = [desk.row for desk in desks], cast.actor("office")

    def slow(*given: Any) -> str:
        """Between looking and posting, time enough for the other to look as well."""
        import time

        because = why_quoted(*given)
        time.sleep(0.5)
        return because

    why_quoted = commands_figures.why_quoted
    monkeypatch.setattr(commands_figures, "why_quoted", slow)

    def press(n: int) -> Any:
        return commands_figures.enter(
            rows[n].pk, seen=rows[n].version, by=by, at=timezone.now(), request_id=uuid7()
        )

    answers = realdb.together(press, AT_ONCE)
    assert answers == [row.pk for row in rows]
    assert sorted(QuotedFigure.objects.values_list("quoted_because", flat=True)) == ["", "known"]
    assert Fact.objects.aggregate(n=Sum("quantity"))["n"] == 1204
