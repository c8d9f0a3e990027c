"""What other sources tell is held against what was reported; what is missing comes to light."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.accidents.models import Accident, Finding, Word
from anlan.domain.accidents.tests.desk import HOME, Desk

pytestmark = pytest.mark.django_db


def enter(desk: Desk, who: str = "office", **more: Any) -> Any:
    given = {"source": "hospital", "day": timezone.localdate(), "area": HOME, "deaths": 2,
             "text": "急诊收治两名坠落伤员，均已死亡", **more}  # fmt: skip
    return desk.post(who, "accidents:new_word", **given)


def test_a_source_that_tells_of_more_deaths_makes_a_finding_of_the_accident(desk: Desk) -> None:
    pk = desk.report(deaths=1)
    desk.report(deaths=1, code="530103", who="city")
    far = desk.report(deaths=1, ago=timedelta(days=9))
    assert enter(desk).status_code == 302
    word = Word.objects.get()
    page = desk.get("office", "accidents:word", word.pk).content.decode()
    assert str(pk) in page
    assert str(far) not in page
    assert "fewer than told" in page
    given = {"status": "matched", "accident": pk}
    assert desk.post("office", "accidents:decide_word", word.pk, **given).status_code == 302
    found = Finding.objects.get()
    assert (found.accident_id, found.kind, found.status) == (pk, "omitted", "suspected")
    assert desk.post("office", "accidents:decide_word", word.pk, **given).status_code == 409
    assert desk.row(pk).deaths == 1


def test_what_nobody_reported_is_entered_with_a_suspicion_and_its_own_clock(desk: Desk) -> None:
    enter(desk)
    word = Word.objects.get()
    given = {"status": "unreported", "request_id": uuid7()}
    for _n in range(2):
        answer = desk.post("office", "accidents:decide_word", word.pk, **given)
        assert answer.status_code == 302
    row = Accident.objects.select_related("case").get()
    assert (row.deaths, row.case.grade, row.case.state) == (2, "ordinary", "reported")
    assert list(Finding.objects.values_list("kind", "status")) == [("hidden", "suspected")]
    word.refresh_from_db()
    assert (word.status, word.accident_id) == ("unreported", row.pk)
    desk.check()


def test_what_is_no_accident_is_put_aside_with_a_reason_and_strangers_see_nothing(
    desk: Desk,
) -> None:
    assert enter(desk, "viewer").status_code == 403
    assert enter(desk, area="530103").status_code == 422
    assert enter(desk, text=" ").status_code == 422
    enter(desk)
    word = Word.objects.get()
    assert desk.get("stranger", "accidents:word", word.pk).status_code == 404
    assert "急诊" not in desk.get("stranger", "accidents:words").content.decode()
    assert "急诊" in desk.get("city", "accidents:words").content.decode()
    desk.post("office", "accidents:decide_word", word.pk, status="dismissed", reason="")
    assert Word.objects.get().status == "open"
    desk.post("office", "accidents:decide_word", word.pk, status="dismissed", reason="自然灾害")
    assert Word.objects.get().status == "dismissed"
    assert not Accident.objects.exists()
