"""Figures with their records, vetoes, trials and what-ifs, through the pages.

Those of the ledger run on SQLite: a test's open transaction is not known on PostgreSQL.
"""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.assessments import commands, groups, spec_text, trying, working
from anlan.domain.assessments.models import Run, Score
from anlan.domain.assessments.spec import Spec
from anlan.domain.assessments.tests.desk import (
    BESIDE,
    FIGURES,
    HOME,
    Desk,
    accident,
    last_month,
)
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.commands import Finding
from anlan.kernel.loop.models import Case
from anlan.kernel.regions import writing
from anlan.kernel.regions.models import Lineage, Region
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db


def _hazards(desk: Desk, count: int, rectified: int, code: str = HOME) -> list[UUID]:
    """Hazards found in last month, some of them rectified."""
    span, by = last_month(), desk.cast.actor("office" if code == HOME else "stranger")
    pks = []
    for _n in range(count):
        pk = uuid7()
        found = Finding(
            pk=pk, description="报警器失效", area_id=by_code(code).pk, unit_id=by.unit_id or 0,
            opened_on=span.start, source="inspection",
        )  # fmt: skip
        hazards.find([found], by=by, at=timezone.now(), request_id=uuid7())
        pks.append(pk)
    for pk in pks[:rectified]:
        hazards.assign([pk], rectifier=desk.cast.units["firm" if code == HOME else "other_firm"].pk,
                       by=by, at=timezone.now(), request_id=uuid7())  # fmt: skip
        firm = desk.cast.actor("firm" if code == HOME else "other_firm")
        hazards.rectify(pk, result="已换", by=firm, at=timezone.now(), request_id=uuid7())
    return pks


@pytest.mark.sqlite
def test_a_score_explains_itself_down_to_its_records(desk: Desk) -> None:
    pks = _hazards(desk, 4, 1)
    run = desk.publish(desk.run(desk.scheme(FIGURES)))
    score = desk.score(run)
    # 40 for no death, and a quarter of 60.
    assert score.exact == 55
    text = desk.get("office", "score", score.pk).content.decode()
    links = re.findall(r'<a class="fig" href="([^"]+)">(\d+)</a>', text)
    rate = {
        n: int(value) for href, value in links if "/rate/" in href for n in href.split("/")[-2:-1]
    }
    assert rate == {"0": 1, "1": 4}
    assert "1 more would give 15" in text
    page = desk.get("office", "records", score.pk, "rate", 1).content.decode()
    assert page.count('class="main-link') == 4
    assert Case.objects.get(pk=pks[0]).number in page
    # Its reader's rights hold for each record: another county's office sees neither.
    assert desk.get("stranger", "records", score.pk, "rate", 1).status_code == 404
    assert desk.get("office", "records", score.pk, "rate", 2).status_code == 404
    assert desk.get("office", "records", score.pk, "nothing", 0).status_code == 404
    with CaptureQueriesContext(connection) as few:
        desk.get("office", "records", score.pk, "rate", 0)
    with CaptureQueriesContext(connection) as many:
        desk.get("office", "records", score.pk, "rate", 1)
    assert len(many) <= len(few) + 1


@pytest.mark.sqlite
def test_what_is_posted_after_the_mark_doesnt_move_a_published_score(desk: Desk) -> None:
    _hazards(desk, 2, 1)
    run = desk.publish(desk.run(desk.scheme(FIGURES)))
    _hazards(desk, 6, 0)
    assert desk.score(run).exact == 70
    assert working.differences(run, at=timezone.now()) == []
    page = desk.get("office", "records", desk.score(run).pk, "rate", 1).content.decode()
    assert page.count('class="main-link') == 2
    again = desk.run(run.scheme, reason="补录")
    # One of eight.
    assert desk.score(again).exact == Decimal("47.5")
    desk.check()


@pytest.mark.sqlite
def test_one_relatively_serious_accident_keeps_a_county_from_the_first_grade(desk: Desk) -> None:
    span = last_month()
    accident(desk.cast.actor("office"), HOME, 3, span.start)
    scheme = desk.scheme(
        {**FIGURES, "items": [{**FIGURES["items"][0], "rule": {"kind": "deduct", "each": "1"}},
                              FIGURES["items"][1]]}
    )  # fmt: skip
    run = desk.publish(desk.run(scheme))
    hit, free = desk.score(run), desk.score(run, BESIDE)
    if span.start.year != span.end.year:
        pytest.fail("a month lies in one year")
    assert (hit.exact, hit.grade, hit.vetoed, hit.data["plain_grade"]) == (97, "b", True, "a")
    assert (free.exact, free.grade, free.vetoed) == (100, "a", False)
    text = desk.get("office", "score", hit.pk).content.decode()
    assert "without the veto" in text
    board = desk.get("city", "ranking", run.pk).content.decode()
    assert "1起较大事故" in board
    desk.check()


@pytest.mark.sqlite
def test_a_change_on_a_base_year_is_scored_and_opens_to_both_years(desk: Desk) -> None:
    span, by = last_month(), desk.cast.actor("office")
    accident(by, HOME, 1, span.start)
    accident(by, HOME, 2, span.start.replace(year=2019, day=1))
    # Of another month of the base year: in no comparison with this one.
    accident(by, HOME, 5, span.previous().start.replace(year=2019))
    fall = {**FIGURES["items"][0], "span": "period", "measure": "base", "base": 2019,
            "rule": {"kind": "linear", "none_at": "0", "full_at": "-100"}}  # fmt: skip
    # Of no weight: its figure is shown, and it gives nothing whatever becomes of it.
    known = {**FIGURES["items"][1], "code": "known", "weight": "0"}
    items = [{**fall, "weight": "40"}, FIGURES["items"][1], known,
             {**fall, "code": "ahead", "weight": "0", "base": 2099}]  # fmt: skip
    run = desk.publish(desk.run(desk.scheme(FIGURES, items=items)))
    score, other = desk.score(run), desk.score(run, BESIDE)
    # Half as many as in 2019: half of 40; a rate of no hazard gives all of its 60.
    assert score.exact == 80
    # From none, no change in percent: left out, the rest counts in proportion.
    assert other.exact == 100
    page = desk.get("office", "score", score.pk).content.decode()
    assert "-50%" in page
    assert "in percent · 2019" in page
    assert "the base year doesn’t lie before these days" in page
    before = desk.get("office", "records", score.pk, "dead", 1).content.decode()
    assert before.count('class="main-link') == 1
    assert desk.get("city", "scheme", run.scheme_id).content.decode().count("2019") == 1
    assert working.differences(run, at=timezone.now()) == []


@pytest.mark.sqlite
def test_a_county_merged_in_mid_month_brings_its_past_and_everything_counts_once(
    desk: Desk,
) -> None:
    span = last_month()
    city, home, gone = by_code("530100"), by_code(HOME), by_code(BESIDE)
    accident(desk.cast.actor("office"), HOME, 1, span.start)
    accident(desk.cast.actor("stranger"), BESIDE, 2, span.start)
    accident(desk.cast.actor("stranger"), BESIDE, 4, span.year_ago().start)
    fall = {**FIGURES["items"][0], "span": "period", "measure": "change", "nothing": "zero",
            "rule": {"kind": "linear", "none_at": "0", "full_at": "-100"}}  # fmt: skip
    data = {**FIGURES, "vetoes": [], "dimensions": FIGURES["dimensions"][:1], "items": [
        fall, {**FIGURES["items"][0], "code": "year", "weight": "60"}]}  # fmt: skip
    scheme = desk.scheme(data)
    before = desk.publish(desk.run(scheme, span.previous().code))
    told = desk.publish(desk.run(scheme))
    day = span.start + timedelta(days=10)
    Lineage.objects.create(old=gone, new=home, kind="merge", day=day, divisible=True)
    Region.objects.filter(pk=gone.pk).update(valid_to=day - timedelta(days=1))
    again = desk.publish(desk.run(scheme, reason="区划调整"))
    # What was published before the reform was heard of stands as it was.
    assert working.differences(told, at=timezone.now()) == []
    assert working.differences(before, at=timezone.now()) == []
    score = desk.score(again)
    assert not Score.objects.filter(run=again, subject=str(gone.pk)).exists()
    # Three dead in both against four of last year.
    dead = {part["item"]: (part["n"], part["d"]) for part in score.data["parts"]}
    assert dead == {"dead": ("3", "4"), "year": ("3", "")}
    every = [Fraction(one.data["parts"][0]["n"]) for one in again.scores.all()]
    assert sum(every) == 3, f"of {city.name} each counts once"
    records = desk.get("city", "records", score.pk, "dead", 0).content.decode()
    assert records.count('class="main-link') == 2
    for name, pk in (("ranking", again.pk), ("score", score.pk)):
        page = desk.get("city", name, pk).content.decode()
        assert "with 盘龙区, which came to it on" in page, name
    assert "came to it" not in desk.get("city", "ranking", told.pk).content.decode()
    # Its own ranks of before; of whom it took in nothing is made its own.
    assert desk.score(before).rank is not None
    # Half of another county that was split: its own figure of before can't be told.
    third = by_code("530111")
    accident(desk.cast.actor("city"), third.code, 1, span.start)
    for new in (home, by_code("530112")):
        Lineage.objects.create(old=third, new=new, kind="split", day=day, divisible=False)
    Region.objects.filter(pk=third.pk).update(valid_to=day - timedelta(days=1))
    torn = desk.score(desk.run(scheme, reason="x"))
    assert torn.data["parts"][0]["why"] == "not_divisible"
    desk.check()


@pytest.mark.sqlite
def test_what_if_closes_hazards_and_sets_figures_and_writes_nothing(desk: Desk) -> None:
    _hazards(desk, 4, 1)
    run = desk.publish(desk.run(desk.scheme(FIGURES)))
    score = desk.score(run)
    before = (Run.objects.count(), Score.objects.count(), Case.objects.filter(is_open=True).count())
    page = desk.get("office", "what_if", score.pk, query="?oldest=3")
    assert page.status_code == 200
    # Three more of four rectified: full points, as everybody else has them.
    assert ">100.00<" in page.content.decode()
    page = desk.get("office", "what_if", score.pk, query="?n-rate=2")
    assert ">70.00<" in page.content.decode()
    for query in ("?oldest=many", "?n-rate=x"):
        assert desk.get("office", "what_if", score.pk, query=query).status_code == 422
    assert desk.get("office", "what_if", score.pk, query="?close=nonsense").status_code == 200
    after = (Run.objects.count(), Score.objects.count(), Case.objects.filter(is_open=True).count())
    assert before == after


@pytest.mark.sqlite
def test_what_if_says_what_then_happens(desk: Desk) -> None:
    """Hazards late, due yesterday, due later, and rectified already: tried, then really closed."""
    today = timezone.localdate()
    stage = {
        "name": "攻坚",
        "starts": str(today - timedelta(40)),
        "ends": str(today + timedelta(9)),
    }
    codes = ("open", "overdue", "closed", "rectified", "rectification_rate", "on_time_rate",
             "overdue_share")  # fmt: skip
    rule = {"kind": "linear", "none_at": "0", "full_at": "100"}
    items = [{"code": code, "name": code, "dimension": "rectify", "weight": "1", "rule": rule,
              "indicator": f"hazard.{code}"} for code in codes]  # fmt: skip
    data = {**FIGURES, "items": items, "vetoes": [], "total": "7", "period": "stage",
            "stages": [stage], "dimensions": FIGURES["dimensions"][1:]}  # fmt: skip
    office, firm = desk.cast.actor("office"), desk.cast.actor("firm")
    pks = []
    for due in (-5, -1, 6, 6):
        pk = uuid7()
        found = Finding(
            pk=pk, description="报警器失效", area_id=by_code(HOME).pk, unit_id=office.unit_id or 0,
            opened_on=today - timedelta(20), source="inspection",
        )  # fmt: skip
        then = timezone.now() - timedelta(days=20)
        hazards.find([found], by=office, at=then, request_id=uuid7())
        hazards.assign([pk], rectifier=desk.cast.units["firm"].pk, by=office, at=then,
                       due_on=today + timedelta(due), request_id=uuid7())  # fmt: skip
        pks.append(pk)

    def rectify(pk: UUID, days_ago: int = 0) -> None:
        at = timezone.now() - timedelta(days=days_ago)
        hazards.rectify(pk, result="已换", by=firm, at=at, request_id=uuid7())

    rectify(pks[3], 1)
    period = spec_text.read(data).stages[0].span.code
    run = desk.publish(desk.run(desk.scheme(data), period))
    score = desk.score(run)
    cases = Case.objects.filter(pk__in=pks)
    one = next(each for each in working.basis_again(run).compared if each.key == score.subject)
    counted = trying.Counted.of(run, one, "hazard", pks)
    effects = trying.effects_of_closing(cases, counted, today)
    tried = trying.try_out(run, score, trying.changes_of(run, score, effects))
    for pk in pks[:3]:
        rectify(pk)
    for pk in pks:
        hazards.verify([pk], by=desk.cast.actor("inspector"), at=timezone.now(), request_id=uuid7())
        hazards.close([pk], by=desk.cast.actor("city"), at=timezone.now(), request_id=uuid7())
    tomorrow = desk.call() | {"at": timezone.now() + timedelta(days=1)}
    again = Run.objects.get(pk=commands.run_scheme(
        uuid7(), scheme=run.scheme_id, period=period, reason="次日", **tomorrow
    ))  # fmt: skip
    happened = {part["item"]: (part["n"], part["d"]) for part in desk.score(again).data["parts"]}
    said = {
        part.item: tuple("" if n is None else str(n)
                         for n in (part.figure.numerator, part.figure.denominator))
        for part in tried.after.parts
    }  # fmt: skip
    assert said == happened
    # What was entered behind the run's mark stood in nothing that it counts: closing it takes
    # nothing off, and is no part of a share whose whole leaves it out.
    [late] = _hazards(desk, 1, 0)
    hazards.assign([late], rectifier=desk.cast.units["firm"].pk, by=office, at=timezone.now(),
                   due_on=today, request_id=uuid7())  # fmt: skip
    of_late = trying.effects_of_closing(
        Case.objects.filter(pk=late), trying.Counted.of(run, one, "hazard", [late]), today
    )
    assert {effect.kind for effect in of_late} == {"hazard.closed", "hazard.rectified"}


@pytest.mark.sqlite
def test_a_trial_gives_what_a_run_would(desk: Desk) -> None:
    _hazards(desk, 4, 1)
    scheme = desk.scheme(FIGURES)
    page = desk.get("city", "trial", scheme.pk, query=f"?period={last_month().code}")
    assert page.status_code == 200
    assert "55.00" in page.content.decode()
    assert not Run.objects.exists()
    assert desk.get("office", "trial", scheme.pk).status_code == 403


@pytest.mark.sqlite
def test_as_many_statements_for_many_items_as_for_few(desk: Desk) -> None:
    _hazards(desk, 2, 1)

    def asked(count: int) -> int:
        items = [
            {"code": f"i{n}", "name": f"i{n}", "dimension": "rectify", "weight": "1",
             "indicator": ("hazard.found", "hazard.rectified", "hazard.rectification_rate")[n % 3],
             "rule": {"kind": "rank"}}
            for n in range(count)
        ]  # fmt: skip
        data = {**FIGURES, "total": str(count), "items": items, "vetoes": []}
        found = spec_text.read({**data, "dimensions": FIGURES["dimensions"][1:]})
        basis = working.basis_of(found, by_code("530100"), last_month(), at=timezone.now())
        with CaptureQueriesContext(connection) as caught:
            working.work_out(basis, at=timezone.now(), known_at=None)
        return len(caught)

    asked(3)
    assert asked(60) == asked(3)


@pytest.mark.sqlite
def test_departments_are_compared_by_sector(desk: Desk) -> None:
    data = {**FIGURES, "group": "sectors", "vetoes": [
        {**FIGURES["vetoes"][0], "level": "sector", "indicator": "accident.major_up"}]}  # fmt: skip
    run = desk.publish(desk.run(desk.scheme(data)))
    scores = list(Score.objects.filter(run=run))
    assert len(scores) > 5
    assert all(score.sector_id and score.path == run.path for score in scores)
    assert desk.get("city", "ranking", run.pk).status_code == 200
    desk.check()


def test_a_tree_places_each_area_in_exactly_one(desk: Desk) -> None:
    from anlan.kernel.regions.models import AssessmentNode, AssessmentTree

    day = last_month().start
    tree = AssessmentTree.objects.create(name="市考县", valid_from=day.replace(year=2020))
    city, home, beside = by_code("530100"), by_code(HOME), by_code(BESIDE)
    head = AssessmentNode.objects.create(tree=tree, region=city, parent=None)
    first = AssessmentNode.objects.create(tree=tree, region=home, parent=head)
    town = home.children.filter(valid_to=None).order_by("code").first()
    assert town is not None
    second = AssessmentNode.objects.create(tree=tree, region=beside, parent=head, sort=1)
    # A township of the one is assessed under the other.
    AssessmentNode.objects.create(tree=tree, region=town, parent=second)
    found = groups.compared(city, Spec(Fraction(100), "tree", "month", "市考县"), day)
    assert [one.name for one in found] == [home.name, beside.name]
    assert found[0].factors == ((home.pk, 1), (town.pk, -1))
    assert found[1].factors == tuple(sorted(((beside.pk, 1), (town.pk, 1))))
    assert first.pk != second.pk
    assert writing is not None
    scheme = desk.scheme(group="tree", tree="市考县")
    run = desk.publish(desk.run(scheme))
    assert Score.objects.filter(run=run).count() == 2
