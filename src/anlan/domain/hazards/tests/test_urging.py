"""Urging what is late; wishes for more time that nobody needs any more; whose the second name is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.hazards import commands
from anlan.domain.hazards.tests.stage import moment
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop import settings
from anlan.kernel.loop.models import Event, Extension, Listing
from anlan.kernel.notices.models import Notice

#: Assigned on Friday 1 March 2024 until Saturday the 16th; Wednesday the 13th is three days before.
ASSIGNED = """
    day         who        does    -> state     due
    2024-03-01  inspector  find    -> found     -
    2024-03-01  office     assign  -> assigned  2024-03-16
    """


def urge(stage, who, day, reason="", request_id=None):
    try:
        commands.urge(
            [stage.pk], reason=reason, by=stage.cast.actor(who, day), at=moment(day),
            request_id=request_id or uuid7(),
        )  # fmt: skip
    except Refusal as refusal:
        return refusal.code
    return stage.case.state


def test_the_office_and_who_is_above_urge_what_is_soon_due_once_a_working_day(play):
    stage = play(ASSIGNED)
    facts = Fact.objects.filter(case_id=stage.pk).count()
    assert urge(stage, "office", date(2024, 3, 12)) == "urge_refused", "not near its deadline"
    assert urge(stage, "firm", date(2024, 3, 13)) == "not_allowed"
    assert urge(stage, "viewer", date(2024, 3, 13)) == "not_allowed"
    assert urge(stage, "stranger", date(2024, 3, 13)) == "not_found"
    assert urge(stage, "office", date(2024, 3, 15), "请抓紧") == "assigned"
    assert urge(stage, "inspector", date(2024, 3, 15)) == "urge_refused", "the same unit"
    assert urge(stage, "city", date(2024, 3, 15)) == "assigned", "another unit"
    # Friday to Monday: the days between aren't worked.
    assert urge(stage, "office", date(2024, 3, 17)) == "urge_refused"
    assert urge(stage, "office", date(2024, 3, 18)) == "assigned"
    times = Event.objects.filter(case=stage.pk, step="urge").order_by("seq")
    assert [event.changes["urged"] for event in times] == [1, 2, 3]
    assert stage.case.rung == 0
    assert Fact.objects.filter(case_id=stage.pk).count() == facts, "no figure changes"


def test_the_unit_is_told_at_once_with_the_sentence_and_the_history_counts(play, client_of):
    stage = play(ASSIGNED)
    urge(stage, "office", date(2024, 3, 15), "汛期将至，请抓紧")
    urge(stage, "city", date(2024, 3, 15))
    told = Notice.objects.filter(about=str(stage.pk), kind__startswith="loop.urged")
    kinds = {notice.kind: notice.data for notice in told}
    assert kinds["loop.urged_why"]["reason"] == "汛期将至，请抓紧"
    assert kinds["loop.urged_why"]["unit"] == "五华区安委办"
    assert "reason" not in kinds["loop.urged"]
    heard = {one.unit_id for notice in told for one in notice.recipients.all()}
    assert heard == {stage.cast.units["firm"].pk}
    inbox = client_of("firm").get("/inbox/").content.decode()
    assert "五华区安委办 urges you to rectify" in inbox
    page = client_of("office").get(f"/hazards/{stage.pk}/").content.decode()
    assert "time no. 1" in page
    assert "time no. 2" in page
    assert "汛期将至，请抓紧" in page


def test_a_repeat_urges_once(play):
    stage, day, request = play(ASSIGNED), date(2024, 3, 18), uuid7()
    assert urge(stage, "office", day, request_id=request) == "assigned"
    assert urge(stage, "office", day, request_id=request) == "assigned"
    assert Event.objects.filter(case=stage.pk, step="urge").count() == 1
    assert urge(stage, "office", day, "另一句", request_id=request) == "request_reused"


@pytest.mark.parametrize(
    ("more", "day", "answer"),
    [
        ("", date(2024, 4, 1), "assigned"),
        ("2024-03-10  leader  suspend  -> assigned", date(2024, 4, 1), "urge_refused"),
        ("2024-03-10  firm    rectify  -> rectified", date(2024, 4, 1), "step_not_possible"),
        ("2024-03-10  office  hand_over (office) -> assigned", date(2024, 4, 1), "urge_refused"),
    ],
)
def test_only_what_runs_and_is_somebody_elses_is_urged(play, more, day, answer):
    stage = play(f"{ASSIGNED}{more}")
    assert urge(stage, "office", day) == answer


def test_an_office_sets_the_days_between_and_an_older_version_means_the_default(play):
    stage = play(ASSIGNED)
    assert "urge_workdays" not in settings.DEFAULTS
    assert settings.current("hazard").urge_workdays == settings.URGE_WORKDAYS
    data = {**settings.DEFAULTS, "urge_workdays": 3}
    settings.change("hazard", data, by=stage.cast.actor("city"), at=timezone.now())
    assert urge(stage, "office", date(2024, 3, 18)) == "assigned"
    assert urge(stage, "office", date(2024, 3, 20)) == "urge_refused"
    assert urge(stage, "office", date(2024, 3, 21)) == "assigned"


def test_the_page_urges_what_is_late_and_offers_it_nowhere_else(stage, client_of):
    late, early = stage(), stage()
    today = timezone.localdate()
    for play, ago in ((late, 40), (early, 1)):
        play.do(today - timedelta(days=ago), "inspector", "find")
        play.do(today - timedelta(days=ago), "office", "assign")
    office = client_of("office")
    assert 'data-dialog="step-urge"' in office.get(f"/hazards/{late.pk}/").content.decode()
    assert 'data-dialog="step-urge"' not in office.get(f"/hazards/{early.pk}/").content.decode()
    firm = client_of("firm").get(f"/hazards/{late.pk}/").content.decode()
    assert 'data-dialog="step-urge"' not in firm
    url = reverse("hazards:step", args=[late.pk, "urge"])
    done = office.post(url, {"request_id": uuid7(), "reason": ""}, follow=True)
    assert "Done: Urge." in done.content.decode()
    assert 'data-dialog="step-urge"' not in done.content.decode(), "not again on the same day"
    above = client_of("city").get(f"/hazards/{late.pk}/").content.decode()
    assert 'data-dialog="step-urge"' in above, "another unit hasn't urged it"
    again = office.post(url, {"request_id": uuid7(), "reason": ""})
    assert again.status_code == 409
    assert "another working day" in again.content.decode()
    answer = office.put(
        f"/api/v1/hazards/{early.pk}/urging/{uuid7()}/", {}, content_type="application/json"
    )
    assert answer.json()["error"]["code"] == "urge_refused"


# --- wishes for more time


WISH = f"""{ASSIGNED}
    2024-03-10  firm  ask (10)  -> assigned
    """


@pytest.mark.parametrize(
    ("who", "act", "state"), [("firm", "rectify", "rectified"), ("office", "void", "void")]
)
def test_a_wish_for_more_time_goes_with_what_it_was_for(play, who, act, state):
    stage = play(WISH)
    assert stage.do(date(2024, 3, 11), who, act) == state
    wish = Extension.objects.get(case=stage.pk)
    assert (wish.granted, wish.decided_by) == (False, None)
    assert wish.decided_at == moment(date(2024, 3, 11))
    steps = list(Event.objects.filter(case=stage.pk).order_by("seq"))
    assert [event.step for event in steps[-2:]] == ["extension_withdrawn", act]
    assert steps[-2].changes["because"] == act
    assert [event.seq for event in steps] == list(range(1, len(steps) + 1))
    assert stage.do(date(2024, 3, 12), "leader", "grant") == "extension_refused"


def test_after_a_return_more_time_can_be_asked_for_anew(play):
    stage = play(f"""{WISH}
        2024-03-11  firm       rectify   -> rectified
        2024-03-12  inspector  reject    -> assigned  2024-03-27
        2024-03-13  firm       ask (5)   -> assigned
        2024-03-14  leader     grant     -> assigned  2024-04-01
        """)
    assert sorted(Extension.objects.filter(case=stage.pk).values_list("granted")) == [
        (False,), (True,),
    ]  # fmt: skip


def test_a_wish_stays_while_another_unit_takes_over(play):
    stage = play(f"{WISH}2024-03-11  office  hand_over (other_firm)  -> assigned")
    assert Extension.objects.get(case=stage.pk).granted is None


def test_no_heap_holds_a_wish_that_was_withdrawn(play, client_of):
    stage = play(WISH)
    assert str(stage.pk) in client_of("leader").get("/work/extension/").content.decode()
    assert stage.do(date(2024, 3, 11), "firm", "rectify") == "rectified"
    assert str(stage.pk) not in client_of("leader").get("/work/extension/").content.decode()
    page = client_of("leader").get(f"/hazards/{stage.pk}/").content.decode()
    assert "wish for an extension withdrawn" in page
    assert "step-decide_extension" not in page


# --- the second name under a closing


def test_what_waits_for_a_second_person_leaves_the_heap_of_the_first(play, client_of):
    stage = play(
        """
        day         who        does      -> state
        2024-03-01  inspector  find      -> found
        2024-03-01  office     assign    -> assigned
        2024-03-02  inspector  complete  -> assigned
        2024-03-06  firm       rectify   -> rectified
        2024-03-07  inspector  verify    -> verified
        """,
        grade="major",
    )

    def heaps(who):
        client = client_of(who)
        return [
            name for name in ("close", "second")
            if str(stage.pk) in client.get(f"/work/{name}/").content.decode()
        ]  # fmt: skip

    assert heaps("office") == heaps("leader") == ["close"]
    assert stage.do(date(2024, 3, 8), "office", "close") == "verified"
    assert heaps("office") == []
    assert heaps("leader") == ["second"]
    everything = client_of("office").get("/work/").content.decode()
    assert str(stage.pk) not in everything
    assert "waits for a second person" in (
        client_of("office").get(f"/hazards/{stage.pk}/").content.decode()
    )
    # Returned and rectified anew it is a new round: the signature no longer counts.
    assert stage.do(date(2024, 3, 9), "leader", "reject") == "assigned"
    assert stage.do(date(2024, 3, 10), "firm", "rectify") == "rectified"
    assert stage.do(date(2024, 3, 11), "inspector", "verify") == "verified"
    assert heaps("office") == heaps("leader") == ["close"]


# --- whose level lists


@pytest.mark.parametrize(
    ("supervisor", "level", "answer"),
    [
        ("office", 3, "found"), ("city", 2, "found"), ("city", 3, "found"),
        ("office", 2, "incomplete"), ("office", 1, "incomplete"), ("office", 4, "incomplete"),
        ("city", 1, "incomplete"), ("city", 0, "incomplete"), ("", 3, "incomplete"),
    ],
)  # fmt: skip
def test_no_unit_lists_for_a_level_above_its_own_whoever_asks(play, supervisor, level, answer):
    stage = play(
        """
        day         who        does  -> state
        2024-03-01  inspector  find  -> found
        """,
        grade="major",
    )
    day = date(2024, 3, 2)
    unit = stage.cast.units[supervisor].pk if supervisor else 987_654_321

    def put() -> str:
        try:
            commands.put_on_list(
                stage.pk, level=level, number="督〔2024〕1号", supervisor=unit,
                due_on=day + timedelta(days=60), by=stage.cast.actor("office", day),
                at=moment(day), request_id=uuid7(),
            )  # fmt: skip
        except Refusal as refusal:
            return refusal.code
        return str(stage.case.state)

    assert put() == answer
    assert Listing.objects.filter(case=stage.pk).exists() == (answer == "found")
