"""A listing goes up a level (升级督办), and a team stays at the hazard (现场进驻)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.hazards import commands as hazards
from anlan.domain.supervision import commands
from anlan.domain.supervision.invariants import invariants
from anlan.domain.supervision.models import Escalation, LogEntry, Team
from anlan.domain.supervision.tests import acts
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.models import Case, Listing
from anlan.kernel.notices.models import Notice

pytestmark = pytest.mark.django_db
MEMBERS = "张三，五华区应急管理局，工程师\n李四，五华区消防救援大队"


@pytest.fixture
def listed(cast, found):
    """A major hazard that the district's office has listed."""

    def make(at=None, number="五安督1号", **more):
        at = at or timezone.now()
        [pk] = found(1, source="inspection", grade="major", at=at, **more)
        hazards.assign(
            [pk], rectifier=cast.units["firm"].pk, by=cast.actor("office"),
            request_id=uuid7(), at=at,
        )  # fmt: skip
        hazards.put_on_list(
            pk, level=3, number=number, due_on=acts.days(60), supervisor=cast.units["office"].pk,
            by=cast.actor("office"), request_id=uuid7(), at=at,
        )  # fmt: skip
        return pk

    return make


def act(client, pk, code, **given):
    address = reverse("oversight:act", args=[pk, code])
    return client.post(address, {"request_id": uuid7(), **given})


def page(client, pk):
    return client.get(reverse("oversight:hazard", args=[pk])).content.decode()


def test_a_listing_goes_up_with_a_reason_and_the_chain_stays(cast, client_of, listed):
    pk = listed()
    office, city = client_of("office"), client_of("city")
    assert "Ask the level above to take over" in page(office, pk)
    assert act(office, pk, "escalate", reason="").status_code == 422
    assert act(office, pk, "escalate", reason="涉及两个区，县级难以协调").status_code == 302
    assert Notice.objects.filter(kind="listed.escalation_asked").count() == 1
    waits = city.get(reverse("supervision:listed"), {"waits": "1"}).content.decode()
    assert reverse("oversight:hazard", args=[pk]) in waits
    # Twice is once, and the office below can't decide.
    assert act(office, pk, "escalate", reason="再次").status_code == 409
    assert act(office, pk, "take_over", number="x", due_on=acts.days(9)).status_code == 403
    given = {"number": "昆安督1号", "due_on": acts.days(30)}
    assert act(city, pk, "take_over", **given).status_code == 302

    chain = Listing.objects.filter(case=pk).order_by("pk").values_list("level", "number", "status")
    assert list(chain) == [(3, "五安督1号", "escalated"), (2, "昆安督1号", "listed")]
    text = page(office, pk)
    for words in ("五安督1号", "昆安督1号", "涉及两个区", "taken over by the level above"):
        assert words in text
    # It stayed listed all the while, so neither flow counts again.
    counts = Fact.objects.filter(case_id=pk).values_list("kind__code", flat=True)
    assert sorted(code for code in counts if "list" in code) == ["hazard.listed", "hazard.listing"]
    assert Case.objects.get(pk=pk).events.filter(step="escalate").count() == 1


def test_only_the_level_that_holds_it_delists(cast, client_of, listed):
    pk = listed()
    act(client_of("office"), pk, "escalate", reason="难以整治")
    act(client_of("city"), pk, "take_over", number="昆安督2号", due_on=acts.days(30))
    now = timezone.now()
    common = {"at": now}
    fields = {"measure": "更换", "responsible_person": "张三", "funds": 5, "contingency": "停用"}
    hazards.amend(pk, fields=fields, by=cast.actor("office"), request_id=uuid7(), **common)
    hazards.rectify(pk, result="已换", by=cast.actor("firm"), request_id=uuid7(), **common)
    hazards.verify([pk], by=cast.actor("inspector"), request_id=uuid7(), **common)
    hazards.ask_delisting(
        pk, reason="已整改", by=cast.actor("office"), request_id=uuid7(), **common
    )
    with pytest.raises(Refusal) as refused:
        hazards.delist(pk, reason="合格", by=cast.actor("leader"), request_id=uuid7(), **common)
    assert refused.value.code == "not_allowed"
    hazards.delist(pk, reason="合格", by=cast.actor("mayor"), request_id=uuid7(), **common)
    assert not Case.objects.get(pk=pk).listed


def test_what_is_refused_stays_below_and_may_be_asked_again(cast, client_of, listed):
    pk = listed()
    office, city = client_of("office"), client_of("city")
    act(office, pk, "escalate", reason="难以整治")
    assert act(city, pk, "leave_there", answer="").status_code == 422
    assert act(city, pk, "leave_there", answer="属地可整治").status_code == 302
    assert act(city, pk, "take_over", number="x", due_on=acts.days(9)).status_code in (403, 404)
    assert Listing.objects.get(case=pk).status == "listed"
    assert "属地可整治" in page(office, pk)
    assert act(office, pk, "escalate", reason="仍难整治").status_code == 302
    assert Escalation.objects.filter(hazard=pk).count() == 2


def test_nobody_stands_above_the_topmost_office(cast, client_of, listed):
    pk = listed()
    act(client_of("office"), pk, "escalate", reason="难以整治")
    act(client_of("city"), pk, "take_over", number="昆安督3号", due_on=acts.days(30))
    answer = act(client_of("mayor"), pk, "escalate", reason="市级也难")
    assert answer.status_code == 409
    assert "no committee office stands above" in answer.content.decode()


def test_a_taken_number_is_refused_and_nothing_moves(cast, client_of, listed):
    first, second = listed(), listed(number="五安督9号")
    act(client_of("office"), second, "escalate", reason="难以整治")
    given = {"number": "五安督1号", "due_on": acts.days(30)}
    assert act(client_of("city"), second, "take_over", **given).status_code == 409
    assert Listing.objects.get(case=second).status == "listed"
    assert Listing.objects.get(case=first).status == "listed"


def test_a_team_stays_logs_its_days_and_is_accepted(cast, client_of, listed):
    pk = listed(at=timezone.now() - timedelta(days=3))
    office, inspector, leader = client_of("office"), client_of("inspector"), client_of("leader")
    given = {"since": acts.days(-2), "task": "驻点督促整改", "members": MEMBERS}
    assert act(inspector, pk, "send_team", **given).status_code == 403
    assert act(office, pk, "send_team", **given).status_code == 302
    assert act(office, pk, "send_team", **given).status_code == 409
    team = Team.objects.get()
    assert [row.post for row in team.members.order_by("pk")] == ["工程师", ""]
    for n, moved in ((-2, 12), (-1, 0), (0, 5)):
        answer = act(inspector, pk, "log_day", day=acts.days(n), action="排查", moved_out=moved)
        assert answer.status_code == 302
    again = act(inspector, pk, "log_day", day=acts.days(0), action="又一条", moved_out=1)
    assert again.status_code == 409
    early = act(inspector, pk, "log_day", day=acts.days(-3), action="过早", moved_out=0)
    assert early.status_code == 422

    # The figures are the ledger's, and open to the entries that make them.
    text = office.get(reverse("supervision:listed")).content.decode()
    assert "people moved out" in text
    records = office.get(reverse("supervision:stays"))
    assert records.content.decode().count("排查") >= 3
    assert moved_of(pk) == {"supervision.moved_out": 17, "supervision.resident_days": 3}

    # A wrong entry is withdrawn and stays to be read; the day can be entered anew.
    wrong = LogEntry.objects.get(day=acts.days(0))
    act(inspector, pk, "unlog", entry=str(wrong.pk), reason="人数有误")
    assert moved_of(pk) == {"supervision.moved_out": 12, "supervision.resident_days": 2}
    act(inspector, pk, "log_day", day=acts.days(0), action="核实", moved_out=6)
    assert "人数有误" in page(office, pk)

    # Whoever wrote the log doesn't judge it.
    assert act(inspector, pk, "accept_team", on=acts.days(0), text="合格").status_code == 403
    done = act(leader, pk, "accept_team", on=acts.days(0), text="隐患消除，同意撤回")
    assert done.status_code == 302
    team.refresh_from_db()
    assert (team.until, team.accepter) == (acts.days(0), "leader")
    late = act(inspector, pk, "log_day", day=acts.days(0), action="迟到", moved_out=0)
    assert late.status_code == 404
    assert moved_of(pk)["supervision.moved_out"] == 18
    assert [row[1] for row in invariants()] == [True, True]
    LogEntry.objects.filter(day=acts.days(-2)).update(moved_out=99)
    [broken] = [row for row in invariants() if not row[1]]
    assert "18 ≠ 105" in broken[3]


def moved_of(pk):
    found = {}
    for code, quantity in Fact.objects.filter(
        case_id=pk, kind__code__startswith="supervision."
    ).values_list("kind__code", "quantity"):
        found[code] = found.get(code, 0) + quantity
    return found


def test_people_join_and_leave_a_team(cast, client_of, listed):
    pk = listed()
    office = client_of("office")
    act(office, pk, "send_team", since=acts.days(0), task="驻点", members=MEMBERS)
    team = Team.objects.get()
    first = team.members.order_by("pk").first()
    assert act(office, pk, "leaves", member=first.pk, on=acts.days(0)).status_code == 302
    assert act(office, pk, "leaves", member=first.pk, on=acts.days(0)).status_code == 422
    joined = {"name": "王五", "unit": "昆明市应急管理局", "post": "科长", "on": acts.days(0)}
    assert act(office, pk, "comes", **joined).status_code == 302
    standing = team.members.filter(until=None).values_list("name", flat=True)
    assert sorted(standing) == ["李四", "王五"]


def test_lines_that_name_no_unit_come_back_as_they_were_typed(cast, client_of, listed):
    pk = listed()
    given = {"since": acts.days(0), "task": "驻点", "members": "张三"}
    answer = act(client_of("office"), pk, "send_team", **given)
    assert answer.status_code == 422
    assert "张三" in answer.content.decode()
    assert not Team.objects.exists()


def test_a_photo_of_the_log_is_for_whoever_sees_the_hazard(cast, client_of, listed):
    from tests.rights.test_oracles import PNG

    from anlan.kernel.papers.models import Attachment

    pk = listed()
    act(client_of("office"), pk, "send_team", since=acts.days(0), task="驻点", members=MEMBERS)
    photo = SimpleUploadedFile("现场.png", PNG, "image/png")
    act(client_of("inspector"), pk, "log_day", day=acts.days(0), action="排查", moved_out=0,
        files=photo)  # fmt: skip
    one = Attachment.objects.get(object_type="supervision.log")
    address = reverse("oversight:file", args=[pk, one.pk])
    assert client_of("office").get(address).status_code == 200
    assert client_of("stranger").get(address).status_code == 404


def test_strangers_neither_see_nor_do_any_of_it(cast, client_of, listed):
    pk = listed()
    stranger = client_of("stranger")
    for name in ("hazard", "of_hazard"):
        assert stranger.get(reverse(f"oversight:{name}", args=[pk])).status_code == 404
    for code in ("escalate", "send_team", "log_day"):
        assert act(stranger, pk, code, reason="x").status_code == 404
    assert str(pk) not in stranger.get(reverse("supervision:listed")).content.decode()
    assert stranger.get(reverse("supervision:stays"), {"area": "530102"}).status_code == 404


def test_the_hazards_own_page_leads_here(cast, client_of, listed):
    pk = listed()
    office = client_of("office")
    beside = reverse("oversight:of_hazard", args=[pk])
    assert beside in office.get(reverse("hazards:page", args=[pk])).content.decode()
    text = office.get(beside).content.decode()
    assert "五安督1号" in text
    assert reverse("oversight:hazard", args=[pk]) in text


def test_the_list_asks_the_same_whatever_its_length(
    cast, client_of, listed, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    listed()
    office, address = client_of("office"), reverse("supervision:listed")
    office.get(address)
    with CaptureQueriesContext(connection) as few:
        office.get(address)
    for n in range(5):
        listed(number=f"五安督{n + 10}号")
    with django_assert_num_queries(len(few)):
        assert office.get(address).content.decode().count("五安督") == 6


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 500), st.booleans()), min_size=1, max_size=8
    )
)
def test_the_figures_are_the_sum_of_the_entries_that_stand(cast, listed, days):
    """Whatever is entered and withdrawn, in whatever order."""
    Team.objects.filter(until=None).update(until=acts.days(0))
    pk = listed(at=timezone.now() - timedelta(days=9), number=f"法{uuid7().hex[-8:]}号")
    common = {"at": timezone.now(), "by": cast.actor("office")}
    team = commands.send_team(
        pk, since=acts.days(-7), task="驻点", members=[commands.NewMember("张三", "某局")],
        request_id=uuid7(), **common,
    )  # fmt: skip
    taken = set()
    for n, moved, withdrawn in days:
        if n in taken:
            continue
        given_day = {"day": acts.days(-n), "action": "排查", "moved_out": moved}
        entry = commands.log_day(team, request_id=uuid7(), **given_day, **common)
        if not withdrawn:
            taken.add(n)
        if withdrawn:
            commands.withdraw_entry(entry, reason="有误", request_id=uuid7(), **common)
    standing = LogEntry.objects.filter(team=team, withdrawn_at=None)
    sums = moved_of(pk)
    assert sums.get("supervision.moved_out", 0) == sum(row.moved_out for row in standing)
    assert sums.get("supervision.resident_days", 0) == len(standing)


def test_a_repeat_gets_the_first_answer_and_other_words_under_its_id_are_refused(cast, listed):
    """Even of the call that ended the team's stay, whose answer may have been lost on the way."""
    pk, office, leader = listed(), cast.actor("office"), cast.actor("leader")
    now = {"at": timezone.now(), "by": office}
    members = [commands.NewMember("张三", "某局")]
    sent = {"since": acts.days(0), "task": "驻点", "members": members, "request_id": uuid7()}
    team = commands.send_team(pk, **sent, **now)
    assert commands.send_team(pk, **sent, **now) == team
    with pytest.raises(Refusal) as refused:
        commands.send_team(pk, **{**sent, "task": "另一项"}, **now)
    assert refused.value.code == "request_reused"
    day = {"day": acts.days(0), "action": "排查", "moved_out": 3, "request_id": uuid7()}
    assert commands.log_day(team, **day, **now) == commands.log_day(team, **day, **now)
    accepted = {"on": acts.days(0), "text": "合格", "request_id": uuid7(), "by": leader}
    for _time in range(2):
        assert commands.accept_team(team, **accepted, at=timezone.now()) == pk
    rows = AuditRow.objects.filter(object_id=str(pk), action="listed.accept")
    assert [row.request_id for row in rows] == [accepted["request_id"]]
    assert (Team.objects.count(), LogEntry.objects.count()) == (1, 1)
