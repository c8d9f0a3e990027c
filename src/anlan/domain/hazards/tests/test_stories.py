"""The closed loop, told as stories: each line is a step and its expected result."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from anlan.base.ids import uuid7
from anlan.domain.hazards import commands
from anlan.domain.hazards.tests.stage import moment
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop import ladder
from anlan.kernel.loop.machine import machines
from anlan.kernel.loop.models import Event, Party, PartyRole, Proposal
from anlan.kernel.notices import inbox
from anlan.kernel.notices.models import Notice


def sums(pk, **where):
    """What a case's facts add up to, by kind, leaving out zeros."""
    found = {}
    for kind, quantity in Fact.objects.filter(case_id=pk, **where).values_list(
        "kind__code", "quantity"
    ):
        found[kind] = found.get(kind, 0) + quantity
    return {kind: value for kind, value in found.items() if value}


def test_a_hazard_goes_round_and_is_closed(play):
    stage = play("""
        day         who        does       -> state      due
        2024-03-01  inspector  find       -> found      -
        2024-03-01  office     assign     -> assigned   2024-03-16
        2024-03-02  firm       receive    -> assigned   -
        2024-03-08  firm       rectify    -> rectified  -
        2024-03-09  firm       verify     -> not_allowed -
        2024-03-09  inspector  verify     -> verified   -
        2024-03-10  office     close      -> closed     -
        2024-03-11  office     close      -> step_not_possible -
    """)
    assert sums(stage.pk) == {
        f"hazard.{name}": 1
        for name in ("found", "assigned", "due", "rectified", "found_settled", "due_met",
                     "verified", "closed")
    }  # fmt: skip
    party = Party.objects.get(case=stage.pk, role=PartyRole.RECTIFIER)
    assert party.received_by == stage.cast.users["firm"].pk


def test_a_rejected_rectification_goes_back_with_a_new_deadline_and_counts_no_longer(play):
    stage = play("""
        day         who        does              -> state          due
        2024-03-01  inspector  find              -> found          -
        2024-03-01  office     assign            -> assigned       2024-03-16
        2024-03-06  firm       rectify           -> rectified      -
        2024-03-07  inspector  reject (silently) -> reason_missing -
        2024-03-07  inspector  reject            -> assigned       2024-03-22
        2024-03-07  inspector  verify            -> step_not_possible -
    """)
    found = sums(stage.pk)
    assert "hazard.rectified" not in found
    assert "hazard.found_settled" not in found
    assert found["hazard.rejected"] == 1
    assert found["hazard.due"] == 1  # The first deadline lay ahead, so the new one replaced it.
    assert stage.case.round == 1


def test_a_deadline_that_was_missed_stays_missed_after_a_return(play):
    stage = play("""
        day         who        does     -> state          due
        2024-03-01  inspector  find     -> found          -
        2024-03-01  office     assign   -> assigned       2024-03-16
        2024-03-20  firm       rectify  -> rectified      -
        2024-03-21  inspector  reject   -> assigned       2024-04-05
        2024-03-25  firm       rectify  -> rectified      -
    """)
    found = sums(stage.pk)
    assert found["hazard.due"] == 2
    assert found["hazard.due_met"] == 1


def test_who_may_not_see_it_gets_the_answer_of_what_is_not_there(play):
    play("""
        day         who         does     -> state
        2024-03-01  inspector   find     -> found
        2024-03-01  stranger    assign   -> not_found
        2024-03-01  viewer      assign   -> not_allowed
        2024-03-01  firm        rectify  -> not_found      # it has no part yet
        2024-03-01  office      assign   -> assigned
        2024-03-02  other_firm  rectify  -> not_found
        2024-03-02  inspector   rectify  -> not_allowed
        2024-03-02  firm        rectify  -> rectified
    """)


def test_a_major_hazard_needs_five_elements_and_two_people_to_close(play):
    play(
        """
        day         who        does      -> state                  due
        2024-03-01  inspector  find      -> found                  -
        2024-03-01  office     assign    -> assigned               2024-03-31
        2024-03-05  firm       rectify   -> five_elements_missing  -
        2024-03-05  office     complete  -> assigned               -
        2024-03-06  firm       rectify   -> rectified              -
        2024-03-07  inspector  verify    -> verified               -
        2024-03-08  office     close     -> verified               -
        2024-03-08  office     close     -> own_work               -
        2024-03-08  leader     close     -> closed                 -
        """,
        grade="major",
    )


def test_rectified_on_the_spot_still_takes_somebody_else_to_verify(play):
    play("""
        day         who        does         -> state
        2024-03-01  inspector  find (已清理) -> rectified
        2024-03-01  inspector  verify       -> own_work
        2024-03-01  office     verify       -> verified
    """)


def test_a_major_hazard_cannot_be_settled_on_the_spot(stage):
    play = stage(grade="major")
    assert play.do(date(2024, 3, 1), "inspector", "find", "已清理") == "not_on_the_spot"


def test_an_extension_takes_a_second_person_and_moves_the_deadline(play):
    stage = play("""
        day         who        does    -> state              due
        2024-03-01  inspector  find    -> found              -
        2024-03-01  office     assign  -> assigned           2024-03-16
        2024-03-10  firm       ask (10)-> assigned           2024-03-16
        2024-03-10  firm       ask (12)-> extension_refused  2024-03-16
        2024-03-11  firm       grant   -> not_allowed        2024-03-16
        2024-03-11  leader     grant   -> assigned           2024-03-26
        2024-03-12  firm       ask (5) -> extension_refused  2024-03-26
    """)
    due = Fact.objects.filter(case_id=stage.pk, kind__code="hazard.due")
    by_day = {}
    for day, quantity in due.values_list("day", "quantity"):
        by_day[day] = by_day.get(day, 0) + quantity
    assert by_day == {date(2024, 3, 16): 0, date(2024, 3, 26): 1}


def test_a_suspended_case_is_not_late_and_gets_its_days_back(play):
    stage = play("""
        day         who        does     -> state     due
        2024-03-01  inspector  find     -> found     -
        2024-03-01  office     assign   -> assigned  2024-03-16
        2024-03-10  leader     suspend  -> assigned  2024-03-16
        2024-03-30  clock      tick     -> assigned  2024-03-16
        2024-03-30  leader     resume   -> assigned  2024-04-05
    """)
    assert stage.case.rung == 0
    assert overdue(stage.pk, date(2024, 3, 25)) == 0
    assert overdue(stage.pk, date(2024, 4, 5)) == 0
    assert overdue(stage.pk, date(2024, 4, 6)) == 1


def test_a_deadline_that_passed_while_the_case_was_suspended_was_none(play):
    stage = play("""
        day         who        does     -> state      due
        2024-03-01  inspector  find     -> found      -
        2024-03-01  office     assign   -> assigned   2024-03-16
        2024-03-10  leader     suspend  -> assigned   2024-03-16
        2024-03-30  leader     resume   -> assigned   2024-04-05
        2024-04-01  firm       rectify  -> rectified  -
    """)
    found = sums(stage.pk)
    assert found["hazard.due"] == found["hazard.due_met"] == 1


def overdue(pk, day):
    facts = Fact.objects.filter(case_id=pk, kind__code="hazard.overdue", day__lte=day)
    return sum(facts.values_list("quantity", flat=True))


def test_overdue_runs_from_the_day_after_the_deadline_to_the_day_it_is_rectified(play):
    stage = play("""
        day         who        does     -> state      due
        2024-03-01  inspector  find     -> found      -
        2024-03-01  office     assign   -> assigned   2024-03-16
        2024-03-20  firm       rectify  -> rectified  -
    """)
    late = [day for day in range(14, 23) if overdue(stage.pk, date(2024, 3, day))]
    assert late == [17, 18, 19]


def test_a_deadline_on_the_last_day_of_all_is_kept_and_never_passed(play):
    stage, day = (
        play("""
        day         who        does     -> state
        2024-03-01  inspector  find     -> found
    """),
        date(2024, 3, 1),
    )
    firm = stage.cast.units["firm"].pk
    call = {"by": stage.cast.actor("office", day), "at": moment(day), "request_id": uuid7()}
    commands.assign([stage.pk], rectifier=firm, due_on=date.max, **call)
    assert stage.case.due_on == date.max
    assert stage.do(date(2024, 3, 20), "firm", "rectify") == "rectified"
    assert not overdue(stage.pk, date(2024, 12, 31))


def test_closing_passes_back_through_the_levels_that_assigned(play):
    stage = play("""
        day         who        does                -> state
        2024-03-01  city       find                -> found
        2024-03-01  city       assign (office)     -> assigned
        2024-03-02  office     hand_over (firm)    -> assigned
        2024-03-05  firm       rectify             -> rectified
        2024-03-06  inspector  verify              -> verified
        2024-03-06  city       close               -> reviews_missing
        2024-03-06  city       review              -> not_a_party
        2024-03-06  office     review              -> verified
        2024-03-07  city       close               -> closed
    """)
    steps = list(Event.objects.filter(case=stage.pk).order_by("seq").values_list("step", flat=True))
    assert steps == ["find", "assign", "hand_over", "rectify", "verify", "review", "close"]


def test_an_enterprise_that_hands_over_is_no_level_that_reviews(play):
    play("""
        day         who         does                    -> state
        2024-03-01  city        find                    -> found
        2024-03-01  city        assign                  -> assigned
        2024-03-02  firm        hand_over (other_firm)  -> assigned
        2024-03-05  other_firm  rectify                 -> rectified
        2024-03-06  inspector   verify                  -> verified
        2024-03-07  city        close                   -> closed
    """)


def test_F07_who_handed_it_out_of_its_own_hands_gets_the_lost_answer_again(play, refused):
    stage = play("""
        day         who         does      -> state
        2024-03-01  inspector   find      -> found
        2024-03-01  office      assign    -> assigned
    """)
    day = date(2024, 3, 2)
    given = {"to_unit": stage.cast.units["other_firm"].pk, "reason": "不归我单位",
             "at": moment(day), "request_id": uuid7()}  # fmt: skip
    first = commands.hand_over(stage.pk, by=stage.cast.actor("firm", day), **given)
    assert commands.hand_over(stage.pk, by=stage.cast.actor("firm", day), **given) == first
    with refused("not_found"):
        commands.hand_over(
            stage.pk, by=stage.cast.actor("firm", day), **{**given, "reason": "再转"}
        )


def test_a_look_back_that_finds_it_again_counts_a_rebound(play):
    stage = play("""
        day         who        does                -> state
        2024-03-01  inspector  find                -> found
        2024-03-01  office     assign              -> assigned
        2024-03-05  firm       rectify             -> rectified
        2024-03-06  inspector  verify              -> verified
        2024-03-06  office     close               -> closed
        2024-04-06  office     look_back           -> closed
        2024-05-06  office     look_back (broken)  -> assigned
    """)
    found = sums(stage.pk)
    assert found["hazard.rebound"] == found["hazard.looked_back"] == found["hazard.open"] == 1
    assert found["hazard.closed"] == 1  # What was counted in March stays counted there.
    assert "hazard.found_settled" not in found
    assert stage.case.rebounds == 1


def test_listed_supervision_is_a_track_of_its_own(play):
    stage = play(
        """
        day         who        does           -> state
        2024-03-01  inspector  find           -> found
        2024-03-01  office     assign         -> assigned
        2024-03-02  office     list           -> assigned
        2024-03-03  office     list           -> listing_refused
        2024-03-05  office     ask_delisting  -> listing_refused   # it is not rectified yet
        2024-03-05  office     complete       -> assigned
        2024-03-06  firm       rectify        -> rectified
        2024-03-07  inspector  verify         -> verified
        2024-03-08  office     ask_delisting  -> verified
        2024-03-08  office     delist         -> own_work
        2024-03-09  leader     delist         -> verified
        """,
        grade="major",
    )
    assert not stage.case.listed
    found = sums(stage.pk)
    assert found["hazard.listing"] == found["hazard.delisting"] == 1
    assert "hazard.listed" not in found


def test_an_ordinary_hazard_is_not_listed(play):
    play("""
        day         who        does  -> state
        2024-03-01  inspector  find  -> found
        2024-03-01  office     list  -> listing_refused
    """)


def test_the_clock_climbs_two_rungs_and_leaves_the_others_to_a_leader(play, refused):
    stage = play("""
        day         who        does    -> state     due
        2024-03-01  inspector  find    -> found     -
        2024-03-01  office     assign  -> assigned  2024-03-16
        2024-03-12  clock      tick    -> assigned  -
    """)
    assert stage.case.rung == 0
    rungs = []
    for day in (13, 16, 17, 23):
        stage.do(date(2024, 3, day), "clock", "tick")
        stage.do(date(2024, 3, day), "clock", "tick")  # A tick too many changes nothing.
        rungs.append(stage.case.rung)
    assert rungs == [1, 1, 2, 2]
    [proposal] = Proposal.objects.filter(case=stage.pk)
    assert (proposal.rung, proposal.status, proposal.days_late) == (3, "drafted", 7)
    assert "hazard.talked" not in sums(stage.pk)
    leader, at = stage.cast.actor("leader"), moment(date(2024, 3, 25))
    with refused("proposal_refused"):
        commands.carry_out(proposal.pk, on=date(2024, 3, 24), paper_number="", by=leader, at=at,
                           request_id=uuid7())  # fmt: skip
    commands.decide_proposal(proposal.pk, approve=True, by=leader, at=at, request_id=uuid7())
    commands.carry_out(proposal.pk, on=date(2024, 3, 24), paper_number="", by=leader, at=at,
                       request_id=uuid7())  # fmt: skip
    assert stage.case.rung == 3
    assert sums(stage.pk, day=date(2024, 3, 24))["hazard.talked"] == 1


def test_nobody_puts_a_hazard_where_no_unit_of_theirs_answers(stage, refused):
    from anlan.domain.hazards.commands import Finding
    from anlan.kernel.regions.queries import by_code

    play = stage()
    day = date(2024, 3, 1)
    by, there = play.cast.actor("inspector", day), by_code("530103")
    finding = Finding(
        pk=play.pk, description="灭火器过期", area_id=there.pk, unit_id=by.unit_id, opened_on=day
    )
    with refused("incomplete"):
        commands.find([finding], by=by, at=moment(day), request_id=uuid7())
    play.do(day, "inspector", "find")
    with refused("incomplete"):
        commands.move(
            [play.pk], area_id=there.pk, reason="属盘龙区", by=play.cast.actor("office", day),
            at=moment(day), request_id=uuid7(),
        )  # fmt: skip
    assert play.case.area.code == "530102"


def test_a_problem_is_counted_apart_and_not_graded(play, refused):
    stage = play(
        """
        day         who        does           -> state
        2024-03-01  inspector  find           -> found
        2024-03-01  inspector  grade (major)  -> incomplete
        """,
        kind="problem",
    )
    assert sums(stage.pk) == {"problem.found": 1, "problem.open": 1}


def test_F06_repeating_a_call_changes_nothing_and_another_under_its_id_is_refused(stage, refused):
    play = stage()
    day = date(2024, 3, 1)
    play.do(day, "inspector", "find")
    office, request_id = play.cast.actor("office", day), uuid7()
    firm, other = play.cast.units["firm"].pk, play.cast.units["other_firm"].pk
    call = {"by": office, "at": moment(day), "request_id": request_id}
    first = commands.assign([play.pk], rectifier=firm, **call)
    events, facts = Event.objects.count(), Fact.objects.count()
    assert commands.assign([play.pk], rectifier=firm, **call) == first
    assert (Event.objects.count(), Fact.objects.count()) == (events, facts)
    with refused("request_reused"):
        commands.assign([play.pk], rectifier=other, **call)


def test_F08_who_looked_at_an_older_version_is_told_so(stage, refused):
    play = stage()
    day = date(2024, 3, 1)
    play.do(day, "inspector", "find")
    seen = play.case.version
    play.do(day, "office", "grade", "ordinary")
    with refused("moved_on"):
        commands.assign(
            [play.pk], rectifier=play.cast.units["firm"].pk, by=play.cast.actor("office", day),
            at=moment(day), request_id=uuid7(), seen={play.pk: seen},
        )  # fmt: skip
    assert play.case.state == "found"


@pytest.mark.once
@pytest.mark.parametrize("size", [1, 7])
def test_a_step_costs_the_same_statements_for_one_case_and_for_many(
    stage, size, django_assert_max_num_queries
):
    play = stage()
    day = date(2024, 3, 1)
    others = [stage(), *(stage() for _n in range(size - 1))]
    for one in others:
        one.do(day, "inspector", "find")
    pks = [one.pk for one in others]
    with django_assert_max_num_queries(30):
        commands.assign(
            pks, rectifier=play.cast.units["firm"].pk, by=play.cast.actor("office", day),
            at=moment(day), request_id=uuid7(),
        )  # fmt: skip


def test_moving_a_case_moves_its_stock_and_leaves_what_was_counted(play):
    from anlan.kernel.regions.queries import by_code

    stage = play("""
        day         who        does    -> state
        2024-03-01  inspector  find    -> found
        2024-03-01  office     assign  -> assigned
    """)
    there = by_code("530103")
    commands.move(
        [stage.pk], area_id=there.pk, reason="属盘龙区", by=stage.cast.actor("city"),
        at=moment(date(2024, 3, 10)), request_id=uuid7(),
    )  # fmt: skip
    here = by_code("530102").pk
    assert sums(stage.pk, area_id=there.pk) == {"hazard.open": 1, "hazard.overdue": 1}
    before = date(2024, 3, 9)
    assert sums(stage.pk, area_id=here, day__lte=before)["hazard.open"] == 1
    assert "hazard.open" not in sums(stage.pk, area_id=here)
    assert sums(stage.pk, area_id=here)["hazard.found"] == 1


def test_F11_a_deadline_into_an_unannounced_year_is_provisional_and_counted_again(play):
    stage = play("""
        day         who        does    -> state
        2026-12-28  inspector  find    -> found
    """)
    from anlan.kernel.calendar import commands as calendar
    from anlan.kernel.loop import settings, ticks

    data = {**settings.DEFAULTS, "deadlines": {**settings.DEFAULTS["deadlines"],
            "rectify": {"kind": "working_days", "n": 10}}}  # fmt: skip
    by, at = stage.cast.actor("leader"), moment(date(2026, 12, 28))
    settings.change("hazard", data, by=by, at=at)
    pk = uuid7()
    stage.pk = pk
    stage.do(date(2026, 12, 28), "inspector", "find")
    stage.do(date(2026, 12, 28), "office", "assign")
    assert stage.case.due_provisional
    calendar.announce_year(2027, source="test", by=by, at=at)
    ticks.recount(at)
    assert not stage.case.due_provisional


def test_ladder_asks_nothing_of_the_number_of_cases(stage, django_assert_max_num_queries):
    day = date(2024, 3, 1)
    plays = [stage() for _n in range(12)]
    for one in plays:
        one.do(day, "inspector", "find")
        one.do(day, "office", "assign")
    # Six for each kind of case, to see that nothing is late, and what the twelve take together.
    with django_assert_max_num_queries(6 * len(machines()) + 20):
        assert ladder.tick(moment(day + timedelta(days=20))) >= 12


@pytest.mark.parametrize("kind", ["hazard", "problem"])
def test_what_people_are_told_leads_to_the_case_also_where_the_notice_kept_no_kind(play, kind):
    stage = play(
        """
        day         who     does    -> state    due
        2024-03-01  office  find    -> found    -
        2024-03-01  office  assign  -> assigned -
        """,
        kind=kind,
    )
    notice = Notice.objects.get(kind="loop.assigned", about=str(stage.pk))
    assert inbox.item_of(notice).link == f"/hazards/{stage.pk}/"
    assert notice.data.pop("case") == kind
    assert inbox.item_of(notice).link == f"/hazards/{stage.pk}/"
