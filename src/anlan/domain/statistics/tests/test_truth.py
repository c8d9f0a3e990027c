"""Truth checks: each flags what it is for and nothing else, with its records; draws can be repeated."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from anlan.base import lots
from anlan.base.ids import uuid7
from anlan.domain.accidents.tests.desk import Desk
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.models import Hazard
from anlan.domain.hazards.tests.stage import Stage
from anlan.domain.statistics import settings
from anlan.domain.statistics.models import Draw, Drawn, Looked
from anlan.domain.statistics.truth import checks, drawing
from anlan.kernel.calendar import periods
from anlan.kernel.facts import ledger
from anlan.kernel.facts.figures import Query
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.facts.models import Expected
from anlan.kernel.indicators.compute import evaluate
from anlan.kernel.indicators.declare import indicator
from anlan.kernel.loop.models import Case
from anlan.kernel.papers.models import Attachment, Blob
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
JUNE = periods.parse("2024-06")
HOME = "530102"


def closed(desk: Desk, days: list[date]) -> list[UUID]:
    """Hazards that went the whole way and were closed on these days."""
    made = []
    for day in days:
        stage = Stage(desk.cast)
        for ago, who, act in ((4, "inspector", "find"), (4, "office", "assign"),
                              (3, "firm", "receive"), (2, "firm", "rectify"),
                              (1, "inspector", "verify"), (0, "office", "close")):  # fmt: skip
            stage.do(day - timedelta(days=ago), who, act)
        assert stage.case.state == "closed", stage.case.state
        made.append(stage.pk)
    return made


def run(desk: Desk, code: str = HOME, period: periods.Period = JUNE, **rule: int) -> dict[str, Any]:
    data = {**settings.DEFAULTS[settings.TRUTH], **rule}
    area, by = by_code(code), desk.cast.actor("office")
    asked = checks.Asked(area, period, None, timezone.now(), by, settings.Truth(**data))
    # A flag's words are put together as it is made, in whatever language is active then.
    with translation.override("en"):
        return {one.rule: one.flags for one in checks.run(asked)}


def test_nothing_is_flagged_where_nothing_happened(desk: Desk) -> None:
    assert {rule: len(flags) for rule, flags in run(desk).items()} == dict.fromkeys(checks.RULES, 0)


def test_closings_that_crowd_before_the_cut_off_are_flagged_and_spread_ones_are_not(
    desk: Desk,
) -> None:
    closed(desk, [date(2024, 6, 10), *[date(2024, 6, 29)] * 3])
    [flag] = run(desk, closing_least=3)["closings"]
    assert "3 of the period's 4 closings (75.0 %)" in flag.words
    opened = desk.browser("office").get(flag.href, follow=True)
    assert "3" in opened.content.decode()
    assert run(desk, closing_least=4)["closings"] == []
    assert run(desk, closing_least=3, closing_share=80)["closings"] == []
    assert run(desk, closing_least=3, period=periods.parse("2024-05"))["closings"] == []


def test_the_same_photo_at_two_hazards_and_the_same_words_at_many_are_flagged(desk: Desk) -> None:
    pks = closed(desk, [date(2024, 6, 20)] * 3)
    blob = Blob.objects.create(sum="sm3:a", kind="image/jpeg", size=1, made_at=timezone.now())
    at = timezone.make_aware(timezone.datetime(2024, 6, 18, 12))
    for n, pk in enumerate(pks):
        Attachment.objects.create(
            object_type="hazard", object_id=str(pk), role="after", name="改后.jpg", blob=blob,
            sent_sum="sm3:same" if n < 2 else "sm3:other", stripped=True, actor="甲", at=at,
        )  # fmt: skip
    Hazard.objects.filter(pk__in=pks).update(result="已更换配电箱并校准，现场已清理完毕")
    flags = run(desk, wording_least=3)
    [photo], [words] = flags["photos"], flags["wording"]
    assert {record.number for record in photo.records} == set(
        Case.objects.filter(pk__in=pks[:2]).values_list("number", flat=True)
    )
    assert len(words.records) == 3
    assert run(desk, wording_least=4)["wording"] == []
    assert run(desk, wording_least=3, wording_chars=30)["wording"] == []
    page = desk.browser("office").get(reverse("statistics:truth"), {"period": "2024-06"})
    assert photo.records[0].number in page.content.decode()


def test_nil_reports_against_what_others_find_are_flagged(desk: Desk) -> None:
    unit, area = desk.cast.units["office"], by_code(HOME)
    for week in (1, 8, 15):
        Expected.objects.create(
            unit_id=unit.pk, area_id=area.pk, path=area.path, kind="hazard.", status="nil",
            start=date(2024, 6, week), end=date(2024, 6, week + 6),
        )  # fmt: skip
    assert run(desk)["nil"] == [], "nobody found anything either"
    closed(desk, [date(2024, 6, 20)])
    [flag] = run(desk)["nil"]
    assert flag.title == unit.name
    assert "3 nil reports" in flag.words
    Expected.objects.filter(start=date(2024, 6, 8)).update(status="reported")
    assert run(desk, nil_least=2)["nil"] == []


def test_numbers_that_all_end_in_nought_are_flagged_and_others_are_not(desk: Desk) -> None:
    unit, area = desk.cast.units["office"], by_code(HOME)

    def report(numbers: list[int]) -> None:
        facts = [NewFact("selfcheck.found", {}, area.pk, date(2024, 6, n % 28 + 1), number,
                         unit_id=unit.pk) for n, number in enumerate(numbers)]  # fmt: skip
        with transaction.atomic():
            ledger.post(facts, at=desk.now)

    report([10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
    [flag] = run(desk)["round"]
    assert "10 of 10" in flag.words
    report([11, 23, 37, 41, 53, 61, 73, 87, 91, 103])
    assert run(desk)["round"] == []


def test_what_somebody_made_of_a_flag_stands_beside_it(desk: Desk) -> None:
    closed(desk, [date(2024, 6, 10), *[date(2024, 6, 29)] * 3])
    [flag] = run(desk, closing_least=3)["closings"]
    given = {"flag": flag.key, "area": HOME, "verdict": "explained", "note": "集中验收日",
             "request_id": uuid7()}  # fmt: skip
    assert desk.post("viewer", "statistics:looked", **given).status_code == 403
    assert desk.post("stranger", "statistics:looked", **given).status_code == 404
    answer = desk.post("office", "statistics:looked", **given)
    assert answer.status_code == 302
    assert "2024-06" in answer["Location"]
    assert Looked.objects.get().note == "集中验收日"
    assert (
        desk.post(
            "office", "statistics:looked", **{**given, "note": "", "request_id": uuid7()}
        ).status_code
        == 422
    )


def test_a_draw_can_be_drawn_again_and_its_look_backs_are_a_figure(desk: Desk) -> None:
    pks = closed(desk, [date(2024, 6, 20)] * 6)
    given = {"pk": uuid7(), "area": HOME, "period": "2024-06", "wanted": 4, "seed": "甲"}
    assert desk.post("viewer", "statistics:draws", **given, request_id=uuid7()).status_code == 403
    wrong = {**given, "wanted": 0, "request_id": uuid7()}
    assert desk.post("office", "statistics:draws", **wrong).status_code == 422
    answer = desk.post("office", "statistics:draws", **given, request_id=uuid7())
    assert answer.status_code == 302
    row = Draw.objects.get()
    drawn = list(row.drawn.order_by("place").values_list("hazard_id", flat=True))
    assert drawn == lots.chosen(sorted(pks), "甲", 4)
    assert drawn != lots.chosen(sorted(pks), "乙", 4) or len(pks) == 4
    assert (row.frame, row.digest) == (6, lots.digest_of(sorted(pks)))
    for pk, holds in ((drawn[0], True), (drawn[1], False)):
        call = desk.call("office", timezone.now())
        hazards.look_back(pk, holds=holds, reason="现场复核", **call)
    now = timezone.now()
    assert drawing.collect(now) == 2
    assert drawing.collect(now) == 0
    assert set(row.drawn.values_list("holds", flat=True)) == {True, False, None}
    query = Query([], [by_code(HOME).pk], [periods.month(timezone.localdate())], now)
    rates = evaluate([indicator("truth.looked_rate"), indicator("truth.rebound_rate")], query)
    assert [each.counts for each in rates] == [(2, 4), (1, 2)]
    shown = desk.browser("office").get(reverse("statistics:draw", args=[row.pk])).content.decode()
    assert row.digest in shown
    assert (
        desk.browser("stranger").get(reverse("statistics:draw", args=[row.pk])).status_code == 404
    )
    # Who was drawn once isn't drawn again.
    assert len(drawing.frame(by_code(HOME), JUNE)) == 2
    assert Drawn.objects.filter(looked_at=None).count() == 2
