"""Different subjects over any days are those of the facts one by one, now and as known."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from anlan.base.ids import uuid7
from anlan.kernel.calendar import periods
from anlan.kernel.facts import ledger, subjects
from anlan.kernel.facts.kinds import FactKind, Measure, declare
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.facts.subjects import Subjects
from anlan.kernel.facts.tests.support import START, fold_all, new_kinds, townships
from anlan.kernel.regions.models import Region

GRADES = ("major", "ordinary", "")
WHERES = ({}, {"grade": ("major",)}, {"grade": ("", "ordinary")})


@pytest.mark.realdb
@pytest.mark.parametrize("seed", range(4))
def test_subjects_are_those_of_the_facts_on_any_day_as_known_at_any_fold(seed, realdb):
    draw, kind = random.Random(seed), f"test_subjects{seed}.who"
    declare([FactKind(kind, "units", "units", "once a month", Measure.DISTINCT, "month")])
    places = townships(6)
    county = Region.objects.get(pk=places[0].parent_id)
    #: Known from and until which fold, day, grade, subject, place, batch.
    posted, moments = [], []
    for step in range(4):
        at = START + timedelta(days=step)
        for _n in range(15):
            day, place = date(2024, 1, 15) + timedelta(draw.randrange(90)), draw.choice(places)
            grade, who, batch = draw.choice(GRADES), f"firm:{draw.randrange(7)}", uuid7()
            with transaction.atomic():
                fact = NewFact(kind, {"grade": grade}, place.pk, day, subject=who)
                ledger.post([fact], at=at, batch_id=batch)
            posted.append([step, 99, day, grade, who, place, batch])
        for row in draw.sample([row for row in posted if row[1] == 99], 6):
            with transaction.atomic():
                ledger.reverse(of_batch=row[6], at=at)
            row[1] = step
        fold_all(at + timedelta(hours=1))
        moments.append(at + timedelta(hours=2))
    now = START + timedelta(days=9)
    asked = [
        Subjects(kind, area.pk, periods.span(first, first + timedelta(draw.randrange(60))), where)
        for area in (*places, county) for where in WHERES
        for first in [date(2024, 1, 15) + timedelta(draw.randrange(80))]
    ]  # fmt: skip
    for step, moment in [*enumerate(moments), (9, None)]:
        found = subjects.counted(asked, at=now, as_known_at=moment)
        for one, count in zip(asked, found, strict=True):
            path = Region.objects.get(pk=one.area_id).path
            wanted = {
                who for since, until, day, grade, who, place, _batch in posted
                if since <= step < until and place.path.startswith(path)
                and one.period.start <= day <= one.period.end
                and (not one.where or grade in one.where["grade"])
            }  # fmt: skip
            assert count.value == len(wanted), (step, one)
    assert sum(count.value or 0 for count in subjects.counted(asked, at=now)) > 10


@pytest.mark.django_db
def test_a_hundred_questions_cost_the_statements_of_one():
    kinds = new_kinds()
    area = townships(1)[0].pk
    with transaction.atomic():
        ledger.post([NewFact(kinds.who, {}, area, date(2024, 5, 2), subject="firm:1")], at=START)
    counts = []
    for number in (1, 100):
        spans = [date(2024, 1, 1) + timedelta(n) for n in range(number)]
        asked = [
            Subjects(kinds.who, area, periods.span(day, date(2024, 6, 1)), WHERES[n % 3], True)
            for n, day in enumerate(spans)
        ]
        silent = periods.span(date(2020, 1, 1), date(2020, 2, 1))
        asked.append(Subjects(kinds.who, area, silent, coverage=True))
        with CaptureQueriesContext(connection) as queries:
            found = subjects.counted(asked, at=START)
        counts.append(len(queries))
        assert found[0].value == 1
    assert counts[0] == counts[1] <= 6, counts
