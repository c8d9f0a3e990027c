"""S300, S298: enterprises drawn by lot, looked at from afar by a person, told, and signed for."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from anlan.base import lots
from anlan.base.ids import uuid7
from anlan.base.refusal import MovedOn, NotAllowed, NotFound, Refusal, RequestReused
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards.models import Hazard
from anlan.domain.hazards.sources import source_of
from anlan.domain.hazards.tests.stage import ROOT
from anlan.domain.inspections.models import Look, Pick, RemoteDraw, RemotePlan
from anlan.domain.inspections.remote import commands
from anlan.domain.inspections.remote.commands import NewLook, NewPlan, Seen, looking
from anlan.domain.inspections.remote.facts import INDICATORS
from anlan.domain.inspections.remote.queries import invariants
from anlan.domain.inspections.tests.street import Street
from anlan.kernel.accounts import units
from anlan.kernel.accounts.models import Role, User
from anlan.kernel.calendar import periods
from anlan.kernel.facts.asking import Query
from anlan.kernel.indicators import compute
from anlan.kernel.notices.models import Notice
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
WUHUA = "530102"


class Control:
    """The office's control room: a plan over ten firms of which four are drawn each ten days."""

    def __init__(self, street: Street, client_of: Any) -> None:
        self.street, self.cast, self.client_of = street, street.cast, client_of
        street.firms(10)

    def call(self, who: str = "office") -> dict[str, Any]:
        return {"by": self.cast.actor(who), "at": timezone.now(), "request_id": uuid7()}

    def plan(self, who: str = "office", **more: Any) -> UUID:
        given: dict[str, Any] = {
            "pk": uuid7(), "name": "金睛工程查三违", "way": "video", "area": by_code(WUHUA).pk,
            "every": "ten_days", "wanted": 4,
        }  # fmt: skip
        return commands.make(NewPlan(**{**given, **more}), **self.call(who))

    def draw(self, plan: UUID, seed: str = "甲", **more: Any) -> list[Pick]:
        day = more.pop("day", self.street.today)
        pk = commands.draw(uuid7(), plan, day=day, seed=seed, **{**self.call(), **more})
        return list(Pick.objects.filter(draw=pk).order_by("place"))

    def look(self, pick: Pick, *words: str, who: str = "inspector", **more: Any) -> NewLook:
        now = timezone.now()
        outcome = "found" if words else "clean"
        seen = tuple(Seen("operation", text, now - timedelta(minutes=30)) for text in words)
        given: dict[str, Any] = {
            "pk": uuid7(), "pick": pick.pk, "on": self.street.today, "looker": "王五",
            "outcome": outcome, "what": "3号井口摄像机", "since": now - timedelta(hours=1),
            "until": now - timedelta(minutes=5), "seen": seen,
        }  # fmt: skip
        new = NewLook(**{**given, **more})
        commands.enter(new, **self.call(who))
        return new

    def keeper(self, pick: Pick) -> str:
        """A safety officer of the enterprise that was drawn."""
        firm = Enterprise.objects.get(pk=pick.enterprise_id)
        self.cast.units["drawn"] = units.for_enterprise(
            firm.pk, firm.name, firm.area_id, firm.path, by=ROOT, at=timezone.now()
        )
        self.cast.person("keeper", "drawn", Role.RECTIFIER)
        User.objects.update(password_changed_at=timezone.now())
        return "keeper"

    def figures(self, code: str = WUHUA) -> list[Any]:
        now = timezone.now()
        query = Query([], [by_code(code).pk], [periods.day(timezone.localdate(now))], now)
        return [value.value for value in compute.evaluate(INDICATORS, query)]


@pytest.fixture
def control(street: Street, client_of: Any) -> Control:
    return Control(street, client_of)


def holds() -> list[str]:
    return [told for _name, ok, _count, told in invariants(timezone.now()) if not ok]


def refused(field: str, act: Any, *args: Any, **kwargs: Any) -> None:
    with pytest.raises(Refusal) as caught:
        act(*args, **kwargs)
    assert caught.value.data.get("field") == field, caught.value


def test_who_is_drawn_follows_from_seed_and_frame_and_a_period_is_drawn_once(
    control: Control,
) -> None:
    plan = control.plan(rest=1)
    picks = control.draw(plan, "2026-11-23")
    draw = RemoteDraw.objects.get()
    everybody = list(
        Enterprise.objects.filter(path__startswith=by_code(WUHUA).path)
        .order_by("pk").values_list("pk", flat=True)
    )  # fmt: skip
    assert draw.frame == everybody
    assert [p.enterprise_id for p in picks] == lots.chosen(everybody, "2026-11-23", 4)
    browser = control.client_of("viewer")
    listed = browser.get(reverse("remote:frame", args=[draw.pk])).content.decode().split("\n")
    assert lots.digest_of(map(int, listed)) == draw.digest
    # Nobody draws until it suits, nor ahead, nor from before there was a plan.
    refused("day", control.draw, plan, "乙")
    refused("day", control.draw, plan, day=control.street.today + timedelta(days=11))
    refused("day", control.draw, plan, day=control.street.today - timedelta(days=40))
    # Whom the last draw drew rests in the next.
    RemotePlan.objects.update(made_at=timezone.now() - timedelta(days=30))
    before = control.draw(plan, "乙", day=control.street.today - timedelta(days=11))
    assert not {p.enterprise_id for p in before} & {p.enterprise_id for p in picks}
    assert holds() == []
    # Of two draws of one day each opens to its own.
    page = control.client_of("office").get(reverse("remote:plan", args=[plan])).content.decode()
    for each in RemoteDraw.objects.all():
        link = f"{reverse('remote:list')}?draw={each.pk}"
        assert f'href="{link}"' in page
        opened = control.client_of("office").get(link).content.decode()
        assert opened.count('class="main-link clip-2"') == 4
    RemoteDraw.objects.filter(pk=draw.pk).update(seed="丙")
    assert holds() == [str(draw.pk)]


def test_a_violation_becomes_a_hazard_that_names_its_source_and_every_figure_is_right(
    control: Control,
) -> None:
    first, second, third, fourth = control.draw(control.plan())
    with translation.override("en"):  # What the register keeps is in nobody's own language.
        look = control.look(first, "未系安全带高处作业", "吊装区内站人")
    control.look(second)
    control.look(third, outcome="missing", what="", since=None, until=None, note="摄像机停电")
    hazards = list(Hazard.objects.select_related("case").order_by("pk"))
    assert {h.case.source for h in hazards} == {"video"}
    assert hazards[0].enterprise_id == first.enterprise_id
    assert hazards[0].category == "违章作业"
    assert hazards[0].remarks.startswith("视频")
    assert "3号井口摄像机" in hazards[0].remarks
    assert hazards[0].pk == commands.hazard_id(look.pk, 1)
    # Four drawn, half looked at, in half of these something found; two violations; none told.
    assert control.figures() == [4, 50, 50, 2, 0, None]
    browser = control.client_of("office")
    for query, n in (
        ("", 4), ("?state=waiting", 1), ("?state=found", 1), ("?state=missing", 1),
        ("?state=looked", 2), ("?told=told", 0),
        ("?told=untold", 3), ("?violation=operation", 1), ("?violation=command", 0),
        ("?way=online", 0), ("?area=530103", 0), ("?q=不存在的企业", 0),
    ):  # fmt: skip
        page = browser.get(reverse("remote:list") + query).content.decode()
        assert page.count('class="main-link clip-2"') == n, query
    # Each figure of the analysis opens to as many of the list.
    month = periods.month(control.street.today).code
    for code, part, n in (("remote.drawn", 0, 4), ("remote.looked_rate", 0, 2)):
        opened = browser.get(
            reverse("statistics:records"), {"i": code, "a": WUHUA, "p": month, "n": part}
        )  # fmt: skip
        # A count is the list itself; a rate's counts have their way to it.
        if opened.status_code == 302:
            link = opened.headers["Location"]
        else:
            [link] = re.findall(r'href="(/remote-checks/[?][^"]*)"', opened.content.decode())
        page = browser.get(html.unescape(link)).content.decode()
        assert page.count('class="main-link clip-2"') == n, link
    with pytest.raises(MovedOn):
        control.look(first)
    commands.withdraw(first.pk, reason="看错了摄像机", **control.call())
    # Its hazards were found, and stay; the enterprise is to be looked at again.
    assert Hazard.objects.count() == 2
    assert control.figures() == [4, 25, 0, 0, 0, None]
    control.look(first, "再次发现未系安全带")
    assert control.figures()[3] == 1
    assert Look.objects.filter(withdrawn_at=None).count() == 3
    assert fourth.state == "waiting"
    assert holds() == []


def test_hazards_stand_with_their_look_or_not_at_all(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    [pick, *_others] = control.draw(control.plan())
    with monkeypatch.context() as broken:
        broken.setattr(looking.facts, "post_violations", lambda *_args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            control.look(pick, "未系安全带高处作业")
    assert not Hazard.objects.exists()
    first = control.look(pick, "未系安全带高处作业")
    # Whoever comes second enters nothing, under an id of their own or the first one's.
    for more in ({}, {"pk": first.pk}):
        with pytest.raises(MovedOn):
            control.look(pick, "另一处未系安全带", who="office", **more)
    assert (Look.objects.count(), Hazard.objects.count()) == (1, 1)
    assert holds() == []


def test_the_enterprise_is_told_reads_only_its_own_and_signs_for_it(control: Control) -> None:
    mine, other = control.draw(control.plan())[:2]
    keeper = control.keeper(mine)
    client = control.client_of(keeper)
    page = reverse("remote:one", args=[mine.pk])
    control.look(mine, "未系安全带高处作业")
    control.look(other)
    # Nothing is seen before it is told.
    assert client.get(page).status_code == 404
    url, office = reverse("remote:tell", args=[mine.pk]), control.client_of("office")
    assert office.post(url, {"request_id": uuid7()}).status_code == 302
    notice = Notice.objects.get(kind="remote.told")
    assert notice.about == str(mine.pk)
    shown = client.get(page).content.decode()
    assert "未系安全带高处作业" in shown
    assert "Withdraw" not in shown
    assert client.get(reverse("remote:list")).content.decode().count("main-link clip-2") == 1
    assert client.get(reverse("remote:plans")).status_code == 403
    assert client.get(reverse("remote:one", args=[other.pk])).status_code == 404
    # The safety officer of a unit that is no enterprise signs for none of its area.
    control.cast.person("clerk", "office", Role.RECTIFIER)
    with pytest.raises(NotFound):
        commands.receive(mine.pk, **control.call("clerk"))
    sign = {"request_id": uuid7(), "answer": "已停工整改"}
    for _time in range(2):
        assert client.post(reverse("remote:receive", args=[mine.pk]), sign).status_code == 302
    mine.refresh_from_db()
    assert (mine.received_by, mine.answer) == (control.cast.users[keeper].name, "已停工整改")
    # On paper: to whom it was handed, and who signed.
    refused("to", commands.tell, other.pk, **control.call())
    commands.tell(other.pk, to="店主", **control.call())
    refused("who", commands.receive, other.pk, **control.call())
    assert control.figures()[4:] == [2, 50]
    commands.receive(other.pk, who="店主", **control.call())
    assert control.figures()[4:] == [2, 100]
    # Taken back, the enterprise hears of it and both figures fall.
    commands.withdraw(mine.pk, reason="另一家企业的摄像机", **control.call())
    assert Notice.objects.filter(kind="remote.withdrawn").count() == 1
    assert control.figures()[4:] == [1, 100]
    assert client.get(page).status_code == 404
    assert holds() == []


def test_online_inspection_is_a_source_of_its_own_and_a_slip_says_where(control: Control) -> None:
    [pick, *_others] = control.draw(control.plan(way="online", name="网上监察"))
    now = timezone.now()
    refused("since", control.look, pick, since=None)
    refused("until", control.look, pick, until=now + timedelta(hours=1))
    refused("until", control.look, pick, since=now, until=now - timedelta(hours=1))
    refused("what", control.look, pick, what=" ")
    refused("outcome", control.look, pick, "x", outcome="clean")
    refused("outcome", control.look, pick, outcome="found")
    refused("outcome", control.look, pick, outcome="waiting")
    refused("note", control.look, pick, outcome="missing")
    refused("on", control.look, pick, on=control.street.today - timedelta(days=1))
    refused("kind_0", control.look, pick, outcome="found", seen=(Seen("", "x"),))
    refused("words_0", control.look, pick, outcome="found", seen=(Seen("other", " "),))
    late = (Seen("other", "x", now),)
    refused("at_0", control.look, pick, outcome="found", seen=late)
    assert not Hazard.objects.exists()
    # By the form: the row in the middle may be empty.
    data = {
        "pk": uuid7(), "request_id": uuid7(), "on": control.street.today.isoformat(),
        "looker": "王五", "what": "瓦斯监测系统首页", "outcome": "found",
        "since": f"{control.street.today - timedelta(days=1):%Y-%m-%d}T08:00",
        "until": f"{control.street.today - timedelta(days=1):%Y-%m-%d}T09:00",
        "kind_1": "discipline", "words_1": "值班员离岗",
    }  # fmt: skip
    url, browser = reverse("remote:look", args=[pick.pk]), control.client_of("inspector")
    wrong = browser.post(url, {**data, "kind_1": ""})
    assert wrong.status_code == 422
    assert "Say which violation it is." in wrong.content.decode()
    for _time in range(2):
        assert browser.post(url, data).status_code == 302
    assert Hazard.objects.get().case.source == "online"
    new = NewLook(UUID(str(data["pk"])), pick.pk, control.street.today, "他人", "clean")
    call = {**control.call("inspector"), "request_id": UUID(str(data["request_id"]))}
    with pytest.raises(RequestReused):
        commands.enter(new, **call)
    for said, source in (("网上监察", "online"), ("金睛工程", "video"), ("视频监控报警", "monitoring"),
                         ("现场检查", "inspection")):  # fmt: skip
        assert source_of(said) == source


def test_S14_plans_and_what_they_drew_are_seen_only_where_one_answers_for(control: Control) -> None:
    plan = control.plan()
    pick = control.draw(plan)[0]
    stranger = control.client_of("stranger")
    for url in (
        reverse("remote:plan", args=[plan]), reverse("remote:one", args=[pick.pk]),
        reverse("remote:look", args=[pick.pk]),
        reverse("remote:frame", args=[RemoteDraw.objects.get().pk]),
    ):  # fmt: skip
        assert stranger.get(url).status_code == 404, url
    with pytest.raises(NotFound):
        commands.tell(pick.pk, to="x", **control.call("stranger"))
    with pytest.raises(NotAllowed):
        control.look(pick, who="viewer")
    refused("area", control.plan, "stranger")
    with pytest.raises(NotAllowed):
        commands.end(plan, **control.call("inspector"))
    commands.end(plan, **control.call())
    refused("day", control.draw, plan)


@pytest.mark.once
def test_the_list_asks_as_much_of_many_as_of_few(control: Control) -> None:
    plan = control.plan(wanted=2)
    control.draw(plan)
    browser = control.client_of("office")

    def statements(url: str) -> int:
        browser.get(url)
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(url).status_code == 200
        return len(seen)

    urls = [reverse("remote:list"), reverse("remote:plan", args=[plan])]
    few = [statements(url) for url in urls]
    RemotePlan.objects.update(made_at=timezone.now() - timedelta(days=60), wanted=8)
    for back in (12, 24, 36):
        control.draw(plan, day=control.street.today - timedelta(days=back))
    assert [statements(url) for url in urls] == few
