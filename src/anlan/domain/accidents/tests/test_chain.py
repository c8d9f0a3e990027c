"""Who must tell whom by when, and what is made of it when they don't."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from anlan.domain.accidents import chain
from anlan.domain.accidents.commands import Figures
from anlan.domain.accidents.models import Clock, Finding
from anlan.domain.accidents.tests.desk import Desk
from anlan.kernel.loop import ladder
from anlan.kernel.loop.models import Case
from anlan.kernel.loop.worklist import works
from anlan.kernel.notices.models import Notice

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
T = datetime(2026, 9, 7, 10, tzinfo=timezone.get_default_timezone())


def clocks(pk: object) -> list[tuple[int, float, bool]]:
    """Of each duty whose it is, its hours, and whether it is done."""
    rows = Clock.objects.filter(accident=pk).order_by("from_at", "pk")
    return [(row.level, (row.due_at - row.from_at) / HOUR, row.done_at is not None)
            for row in rows]  # fmt: skip


def test_a_county_tells_the_prefecture_within_two_hours_and_an_ordinary_one_goes_no_further(
    desk: Desk,
) -> None:
    pk = desk.report(at=T, deaths=1)
    assert clocks(pk) == [(3, 2.0, False)]
    row = desk.row(pk)
    assert row.case.due_at == T + 2 * HOUR
    assert row.case.state == "reported"
    assert desk.do("office", "pass_up", pk, T + HOUR, sent_at=T + HOUR) == "known"
    assert clocks(pk) == [(3, 2.0, True)]
    assert desk.row(pk).case.due_on is None
    assert not Finding.objects.exists()
    assert desk.do("office", "pass_up", pk, T + HOUR, sent_at=T + HOUR) == "accident_incomplete"
    desk.check()


@pytest.mark.parametrize(("deaths", "levels"), [(1, [3]), (3, [3, 2]), (10, [3, 2, 1]),
                                                (30, [3, 2, 1])])  # fmt: skip
def test_the_graver_it_is_the_further_up_it_goes(
    desk: Desk, deaths: int, levels: list[int]
) -> None:
    pk = desk.report(at=T, deaths=deaths)
    at = T
    for left in range(len(levels), 0, -1):
        at += HOUR
        state = desk.do("city", "pass_up", pk, at, sent_at=at)
        assert state == ("known" if left == 1 else "reported")
    assert [level for level, _hours, done in clocks(pk) if done] == levels
    desk.check()


def test_straight_to_the_province_leaves_the_levels_between_out(desk: Desk) -> None:
    pk = desk.report(at=T, deaths=4)
    at = T + HOUR
    assert desk.do("office", "pass_up", pk, at, sent_at=at, to_level=3) == "accident_incomplete"
    assert desk.do("office", "pass_up", pk, at, sent_at=at, to_level=1) == "known"
    assert clocks(pk) == [(3, 2.0, True)]


def test_a_firm_has_an_hour_and_what_is_late_is_a_finding_and_no_verdict(desk: Desk) -> None:
    pk = desk.report(
        at=T, ago=3 * HOUR, deaths=1, aware_at=T - 3 * HOUR, received_at=T - HOUR
    )  # fmt: skip
    assert clocks(pk) == [(9, 1.0, True), (3, 2.0, False)]
    found = Finding.objects.get()
    assert (found.kind, found.status, found.clock and found.clock.level) == ("late", "suspected", 9)
    given = {"finding": found.pk, "confirmed": True, "answer": "核实迟报"}
    assert desk.do("inspector", "judge", pk, T, **given) == "not_allowed"
    assert desk.sums()["misreported"] == 0
    assert desk.do("leader", "judge", pk, T, **given) == "reported"
    assert desk.sums()["misreported"] == 1
    # Decided is decided.
    assert desk.do("leader", "judge", pk, T, **given) == "accident_already_asked"


def test_the_clock_finds_a_report_that_is_late_once_and_tells_the_office(desk: Desk) -> None:
    pk = desk.report(at=T, deaths=1)
    assert chain.look(T + 2 * HOUR) == 0
    assert chain.look(T + 2 * HOUR + timedelta(seconds=1)) == 1
    assert chain.look(T + 9 * HOUR) == 0
    assert Finding.objects.filter(kind="late", clock__level=3).count() == 1
    assert Notice.objects.filter(kind="accidents.late", about=str(pk)).exists()
    # Told late is the same finding.
    desk.do("office", "pass_up", pk, T + 10 * HOUR, sent_at=T + 9 * HOUR)
    assert Finding.objects.count() == 1


def test_what_is_late_for_days_climbs_the_ladder(desk: Desk) -> None:
    pk = desk.report(at=T, deaths=1)
    ladder.tick(T + timedelta(days=1))
    assert Case.objects.get(pk=pk).rung == 2
    desk.check()


def test_a_grade_that_rises_must_be_known_further_up_and_one_that_falls_needs_not(
    desk: Desk,
) -> None:
    pk = desk.report(at=T, deaths=1)
    assert desk.do("office", "pass_up", pk, T + HOUR, sent_at=T + HOUR) == "known"
    three = Figures(deaths=3)
    assert desk.do("office", "supplement", pk, T + 2 * HOUR, figures=three) == "reported"
    assert clocks(pk)[1:] == [(2, 2.0, False)]
    # Two were not dead, as it turned out.
    one = {"figures": Figures(deaths=1), "text": "两人经抢救脱险"}
    assert desk.do("office", "supplement", pk, T + 3 * HOUR, **one) == "known"
    assert clocks(pk) == [(3, 2.0, True)]
    assert desk.row(pk).case.grade == "ordinary"
    desk.check()


def test_a_death_after_the_days_is_on_record_and_in_no_figure(desk: Desk) -> None:
    pk = desk.report(at=T, serious=2)
    late = T + timedelta(days=40)
    day = timezone.localdate(T)
    one = Figures(deaths=1, serious=1)
    why = {"text": "重伤者死亡"}
    assert desk.do("office", "supplement", pk, late, figures=one, **why) == "accident_incomplete"
    after = day + timedelta(days=31)
    assert (
        desk.do("office", "supplement", pk, late, figures=one, died_on=after, **why) == "reported"
    )
    row = desk.row(pk)
    assert (row.deaths, row.deaths_late, row.serious) == (0, 1, 1)
    assert desk.sums()["deaths"] == 0
    two = Figures(deaths=2, serious=0)
    in_time = day + timedelta(days=30)
    assert (
        desk.do("office", "supplement", pk, late, figures=two, died_on=in_time, **why) == "reported"
    )
    row = desk.row(pk)
    assert (row.deaths, row.deaths_late) == (1, 1)
    assert desk.sums()["deaths"] == 1
    desk.check()


def test_another_scope_takes_two_and_what_is_struck_off_leaves_the_count(desk: Desk) -> None:
    pk = desk.report(at=T, deaths=1)
    assert desk.do("inspector", "ask_scope", pk, T, scope="struck", reason="重复") == "not_allowed"
    assert (
        desk.do("office", "ask_scope", pk, T, scope="struck", reason=" ") == "accident_incomplete"
    )
    asked = {"scope": "struck", "reason": "经认定为自然灾害"}
    assert desk.do("office", "ask_scope", pk, T, **asked) == "reported"
    assert desk.do("office", "ask_scope", pk, T, **asked) == "accident_already_asked"
    # Who asked doesn't decide; and a refusal says why.
    assert desk.do("office", "decide_scope", pk, T, granted=True) == "not_allowed"
    assert desk.do("leader", "decide_scope", pk, T, granted=False) == "accident_incomplete"
    assert desk.row(pk).scope == "work"
    given = {"granted": True, "number": "五应急〔2026〕7号"}
    assert desk.do("leader", "decide_scope", pk, T, **given) == "reported"
    assert desk.row(pk).scope == "struck"
    desk.check()


def test_the_worklist_holds_what_is_owed_and_what_is_to_be_decided(desk: Desk) -> None:
    pk = desk.report(deaths=1)
    work = next(one for one in works() if "accident" in one.kinds)

    def heap(who: str, code: str) -> bool:
        by = desk.cast.actor(who)
        tray = next(one for one in work.trays(by) if one.code == code)
        from anlan.kernel.accounts import policy

        rows = policy.permitted(work.rows.filter(tray.where), tray.needs, by)
        return rows.filter(pk=pk).exists()

    assert heap("office", "pass_up")
    assert not heap("viewer", "pass_up")
    assert not heap("stranger", "pass_up")
    desk.do("office", "ask_scope", pk, scope="nonwork", reason="私家车")
    assert heap("leader", "scope")
    assert not heap("office", "scope")
