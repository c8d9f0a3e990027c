"""S057: every subject of an area once; what was covered, what wasn't, and who may see it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.urls import reverse

from anlan.base.ids import uuid7

if TYPE_CHECKING:
    from django.test import Client

    from anlan.domain.inspections.models import Sweep, Target
    from anlan.domain.inspections.tests.street import Street

pytestmark = pytest.mark.django_db


def targets(sweep: Sweep) -> list[Target]:
    from anlan.domain.inspections.models import Target

    return list(Target.objects.filter(sweep=sweep).order_by("path", "pk"))


def figures(line: Any) -> tuple[int, int, int]:
    return line.to_visit, line.visited, line.visits


def links(answer: Any) -> list[str]:
    """Where the rows of the page's tables lead, in order."""
    html = answer.content.decode().replace("&amp;", "&")
    return re.findall(r'class="main-link[^"]*" href="([^"]+)"', html)


def stats(answer: Any) -> dict[str, str]:
    """The figures at the head of a page, by their labels."""
    html = answer.content.decode()
    labels = re.findall(r'class="stat-label"><span class="clip">([^<]+)<', html)
    values = re.findall(r'class="stat-value">\s*<(?:a|span)[^>]*>([^<]*)<', html)
    return dict(zip(labels, values, strict=True))


def hidden(answer: Any) -> dict[str, str]:
    """What a form carries without showing it, and what stands in its fields already."""
    found = {}
    for tag in re.findall(r"<input[^>]+>", answer.content.decode()):
        name, value = (re.search(rf'{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name and value and 'type="radio"' not in tag:
            found[name[1]] = value[1]
    return found


def test_the_register_holds_what_was_asked_for_and_nothing_else(street: Street) -> None:
    street.firms(3)
    street.firms(2, sector="hazchem", word="化工")
    street.firms(2, "530103")
    assert len(targets(street.sweep())) == 5
    assert len(targets(street.sweep(sectors=("hazchem",)))) == 2
    assert len(targets(street.sweep(kinds=("vehicle",)))) == 0
    assert len(targets(street.sweep("city", "530100"))) == 7


def test_new_subjects_are_taken_in_once_and_counted(street: Street) -> None:
    from anlan.domain.inspections import commands

    street.firms(2)
    sweep = street.sweep()
    street.visit(sweep, targets(sweep)[0])
    street.firms(5, word="新开")
    by = street.cast.actor("office")
    assert commands.draw(sweep.pk, by=by, at=street.now) == 5
    assert commands.draw(sweep.pk, by=by, at=street.now) == 0
    assert figures(street.meter(sweep)) == (7, 1, 1)


def test_a_second_visit_is_shown_and_the_subject_counts_once(
    street: Street, client_of: Callable[[str], Client]
) -> None:
    street.firms(3)
    sweep = street.sweep()
    one, other, _third = targets(sweep)
    street.visit(sweep, one)
    street.visit(sweep, one, "inspector")
    street.visit(sweep, other)
    line = street.meter(sweep)
    assert figures(line) == (3, 2, 3)
    assert (line.left, line.again, str(line.rate)) == (1, 1, "0.6667")
    twice = client_of("office").get(
        reverse("inspections:subjects", args=[sweep.pk]), {"done": "again"}
    )
    assert links(twice) == [reverse("inspections:subject", args=[sweep.pk, one.pk])]


def test_every_figure_of_the_meter_opens_to_as_many_rows(
    street: Street, client_of: Callable[[str], Client]
) -> None:
    street.firms(4)
    street.firms(2, street.places[1], word="西坝")
    street.firms(1, "530102", word="区属")
    sweep = street.sweep()
    for target in targets(sweep)[:5:2]:
        street.visit(sweep, target)
    street.visit(sweep, targets(sweep)[0])
    browser = client_of("office")
    page = browser.get(reverse("inspections:sweep", args=[sweep.pk])).content.decode()
    shown = re.findall(r'href="([^"]*/(?:subjects|visits)/\?[^"]*)"[^>]*>([\d,]+)<', page)
    assert len(shown) >= 15
    for href, number in shown:
        assert len(links(browser.get(href.replace("&amp;", "&")))) == int(number), href


def test_hazards_of_a_visit_are_in_the_loop_and_come_once(street: Street) -> None:
    from anlan.domain.hazards.models import Hazard
    from anlan.domain.inspections.models import Visit

    street.firms(1)
    sweep = street.sweep()
    request_id = uuid7()
    new = street.visit_of(targets(sweep)[0], "灶台无熄火保护", "安全出口堵塞")
    for _time in range(2):
        street.send(sweep, new, "grid", request_id)
    found = Hazard.objects.filter(sweep_visit__visit=new.pk)
    assert {row.description for row in found} == {"灶台无熄火保护", "安全出口堵塞"}
    assert {row.case.source for row in found} == {"grid"}
    assert {row.case.state for row in found} == {"found"}
    assert {row.enterprise_id for row in found} == {targets(sweep)[0].enterprise_id}
    assert Visit.objects.count() == 1
    assert figures(street.meter(sweep)) == (1, 1, 1)


def test_hazards_stand_with_their_visit_or_not_at_all(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anlan.base.refusal import MovedOn, RequestReused
    from anlan.domain.hazards.models import Hazard
    from anlan.domain.inspections.commands import visits
    from anlan.domain.inspections.models import Visit

    street.firms(2)
    sweep = street.sweep()
    one, other = targets(sweep)
    new, request_id = street.visit_of(one, "灶台无熄火保护"), uuid7()
    with monkeypatch.context() as broken:
        broken.setattr(visits, "_post", lambda *_args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            street.send(sweep, new, "grid", request_id)
    assert not Hazard.objects.exists()
    assert figures(street.meter(sweep)) == (2, 0, 0)
    street.send(sweep, new, "grid", request_id)
    # Mended on a phone and sent again: refused, for it would be lost without a word.
    with pytest.raises(RequestReused):
        street.send(sweep, replace(new, note="已停气"), "grid", request_id)
    # A visit whose hazards would bear ids that stand.
    before = UUID(int=new.pk.int - 1)
    for pk in (new.pk, before):
        with pytest.raises(MovedOn):
            street.visit(sweep, other, "grid", "安全出口堵塞", "线路老化", pk=pk)
    assert (Visit.objects.count(), Hazard.objects.count()) == (1, 1)
    assert figures(street.meter(sweep)) == (2, 1, 1)


@pytest.mark.once
@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"state": "良好"}, "state"),
        ({"nil": False}, "nil"),
        ({"facts": {1: "三十五", 2: "瓶装气", 3: "店主"}}, "fact_1"),
        ({"facts": {1: "35", 2: "煤", 3: "店主"}}, "fact_2"),
        ({"facts": {1: "35", 2: "瓶装气"}}, "fact_3"),
        ({"visitor": " "}, "visitor"),
        ({"days": 11}, "on"),
        ({"days": -11}, "on"),
    ],
)
def test_what_is_wrong_with_a_visit_is_said_at_its_field(
    street: Street, given: dict[str, Any], named: str
) -> None:
    from anlan.domain.inspections.refusals import VisitRefused

    street.firms(1)
    sweep = street.sweep()
    if days := given.pop("days", 0):
        given["on"] = street.today + timedelta(days=days)
    with pytest.raises(VisitRefused) as caught:
        street.visit(sweep, targets(sweep)[0], **given)
    assert caught.value.data["field"] == named
    assert figures(street.meter(sweep)) == (1, 0, 0)


def test_the_smallest_area_around_a_subject_says_who_visits(street: Street) -> None:
    from anlan.domain.inspections import commands
    from anlan.domain.inspections.refusals import SweepRefused
    from anlan.kernel.regions.queries import by_code

    street.firms(2)
    street.firms(3, street.places[1], word="别处")
    sweep, by = street.sweep("city", "530100"), street.cast.actor("city")
    street.visit(sweep, targets(sweep)[0])
    city, office = (street.cast.units[key].pk for key in ("city", "office"))

    def send(code: str, unit: int | None) -> None:
        commands.set_team(sweep.pk, by_code(code).pk, unit, by=by, at=street.now)

    send("530100", city)
    send(street.places[0], office)
    teams = {line.code: figures(line) for line in street.coverage(sweep, "530100").teams}
    # What was visited before anybody was named stays a visit without a team.
    assert teams[str(office)][:2] == (2, 1)
    assert teams[str(city)][:2] == (3, 0)
    assert figures(street.meter(sweep, "530100")) == (5, 1, 1)
    send(street.places[0], None)
    teams = {line.code: figures(line) for line in street.coverage(sweep, "530100").teams}
    assert teams[str(city)][:2] == (5, 1)
    with pytest.raises(SweepRefused) as caught:
        send("530103", office)
    assert caught.value.data["field"] == "unit"


def test_a_withdrawn_visit_hands_its_place_to_the_next(street: Street) -> None:
    from anlan.domain.inspections import commands
    from anlan.domain.inspections.models import Visit

    street.firms(1)
    sweep = street.sweep()
    [target] = targets(sweep)
    first = street.visit(sweep, target, on=street.today - timedelta(days=3))
    second = street.visit(sweep, target)
    by = street.cast.actor("grid")
    commands.withdraw(first.pk, by=by, at=street.now, reason="走错门")
    assert figures(street.meter(sweep)) == (1, 1, 1)
    assert Visit.objects.get(pk=second.pk).first
    commands.withdraw(second.pk, by=by, at=street.now, reason="走错门")
    assert figures(street.meter(sweep)) == (1, 0, 0)
    target.refresh_from_db()
    assert (target.visits, target.visited_on, target.state) == (0, None, "")


def test_a_closed_sweep_takes_no_visit(street: Street) -> None:
    from anlan.domain.inspections import commands
    from anlan.domain.inspections.refusals import SweepOver

    street.firms(1)
    sweep = street.sweep()
    commands.close(sweep.pk, closed=True, by=street.cast.actor("office"), at=street.now)
    with pytest.raises(SweepOver):
        street.visit(sweep, targets(sweep)[0])


def test_a_foreign_office_finds_nothing_of_a_sweep(
    street: Street, client_of: Callable[[str], Client]
) -> None:
    street.firms(1)
    sweep = street.sweep()
    new = street.visit(sweep, targets(sweep)[0])
    stranger = client_of("stranger")
    args: dict[str, list[Any]] = {
        "sweep": [], "subjects": [], "visits": [], "mine": [], "template": [], "results": [],
        "sheet": [], "subject": [targets(sweep)[0].pk], "enter": [targets(sweep)[0].pk],
        "visit": [new.pk],
    }  # fmt: skip
    for name, more in args.items():
        url = reverse(f"inspections:{name}", args=[sweep.pk, *more])
        assert stranger.get(url).status_code == 404, name
        assert client_of("office").get(url).status_code == 200, name
    assert "沿街商铺" not in stranger.get(reverse("inspections:sweeps")).content.decode()
    for name in ("team", "draw", "close"):
        url = reverse(f"inspections:{name}", args=[sweep.pk])
        assert stranger.post(url).status_code == 404
    # A firm's safety officer has no part in sweeps at all.
    assert client_of("firm").get(reverse("inspections:sweeps")).status_code == 403


def test_a_county_sees_its_part_of_the_citys_sweep(
    street: Street, client_of: Callable[[str], Client]
) -> None:
    street.firms(3)
    street.firms(2, "530103", word="盘龙")
    sweep = street.sweep("city", "530100")
    page = client_of("stranger").get(reverse("inspections:sweep", args=[sweep.pk]))
    assert "area=530103" in page.content.decode()
    assert "area=530102" not in page.content.decode()
    assert stats(page)["To visit"] == "2"
    above = client_of("stranger").get(
        reverse("inspections:sweep", args=[sweep.pk]), {"area": "530102"}
    )
    assert above.status_code == 404
    rows = client_of("stranger").get(reverse("inspections:subjects", args=[sweep.pk]))
    assert len(links(rows)) == 2


def test_S14_a_county_reads_who_visits_there_and_not_who_visits_elsewhere(
    street: Street, client_of: Callable[[str], Client]
) -> None:
    from anlan.domain.inspections import commands
    from anlan.kernel.regions.queries import by_code

    street.firms(1)
    sweep, by = street.sweep("city", "530100"), street.cast.actor("city")
    for code, unit in (("530100", "city"), ("530102", "office"), ("530103", "elsewhere")):
        pk = street.cast.units[unit].pk
        commands.set_team(sweep.pk, by_code(code).pk, pk, by=by, at=street.now)

    def named(who: str) -> set[str]:
        page = client_of(who).get(reverse("inspections:sweep", args=[sweep.pk])).content.decode()
        panel = page.split("Who visits where")[1].split("What each visit records")[0]
        units = ("city", "office", "elsewhere")
        return {key for key in units if f"<td>{street.cast.units[key].name}</td>" in panel}

    assert named("city") == {"city", "office", "elsewhere"}
    assert named("inspector") == {"city", "office"}
    assert named("stranger") == {"city", "elsewhere"}
    foreign = street.cast.units["office"].name
    for name in ("subjects", "visits"):
        address = reverse(f"inspections:{name}", args=[sweep.pk])
        assert foreign in client_of("inspector").get(address).content.decode()
        assert foreign not in client_of("stranger").get(address).content.decode()


def test_a_grid_worker_visits_on_a_phone(
    street: Street, client_of: Callable[[str], Client]
) -> None:
    from anlan.domain.hazards.models import Hazard

    street.firms(3)
    sweep = street.sweep()
    browser = client_of("grid")
    mine = reverse("inspections:mine", args=[sweep.pk])
    [url] = links(browser.get(mine, {"q": "人民路2"}))
    assert "人民路2号" in browser.get(url).content.decode()
    said = {"fact_1": "12", "fact_2": "管道气", "fact_3": "店主", "state": "存在隐患", "nil": "0"}
    sent = {**hidden(browser.get(url)), **said}
    bad = browser.post(url, sent)
    assert bad.status_code == 422
    assert "describe what was" in bad.content.decode()
    done = browser.post(url, {**sent, "hazard_0": "软管老化", "fixed_0": "已更换软管"})
    assert done.status_code == 302
    assert Hazard.objects.get().case.state == "rectified"
    page = browser.get(mine)
    assert stats(page)["Done today, by me"] == "1"
    assert len(links(page)) == 2
    linked = browser.get(done.url).content.decode()
    assert reverse("hazards:page", args=[Hazard.objects.get().pk]) in linked


def test_lists_ask_a_constant_number_of_queries(
    street: Street, client_of: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    street.firms(2)
    sweep = street.sweep()
    browser = client_of("office")
    names = ("sweeps", "sweep", "subjects", "visits", "mine")

    def counts() -> dict[str, int]:
        found = {}
        for name in names:
            args = [] if name == "sweeps" else [sweep.pk]
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert browser.get(reverse(f"inspections:{name}", args=args)).status_code == 200
            found[name] = len(asked)
        return found

    for target in targets(sweep):
        street.visit(sweep, target)
    counts()
    few = counts()
    street.firms(20, street.places[1], word="更多")
    from anlan.domain.inspections import commands

    commands.draw(sweep.pk, by=street.cast.actor("office"), at=street.now)
    for target in targets(sweep)[:12]:
        street.visit(sweep, target)
    street.sweep()
    counts()
    assert counts() == few
    assert max(few.values()) < 45


def test_visits_in_any_order_leave_the_meter_equal_to_the_rows(street: Street) -> None:
    """Whatever is visited, withdrawn and handed over, the sums of facts are the rows' sums."""
    import random

    from anlan.domain.inspections import commands
    from anlan.domain.inspections.models import Target, Visit
    from anlan.kernel.regions.queries import by_code

    dice = random.Random(57)
    street.firms(4)
    street.firms(3, street.places[1], word="二街")
    sweep = street.sweep()
    office = street.cast.actor("office")
    for _step in range(60):
        act = dice.choice(["visit", "visit", "visit", "withdraw", "team", "draw"])
        standing = list(Visit.objects.filter(withdrawn_at=None))
        if act == "visit":
            on = street.today - timedelta(days=dice.randrange(5))
            street.visit(sweep, dice.choice(targets(sweep)), on=on)
        elif act == "withdraw" and standing:
            commands.withdraw(dice.choice(standing).pk, by=office, at=street.now, reason="误录")
        elif act == "team":
            place = by_code(dice.choice(["530102", *street.places[:2]])).pk
            unit = dice.choice([None, street.cast.units["office"].pk])
            commands.set_team(sweep.pk, place, unit, by=office, at=street.now)
        else:
            commands.draw(sweep.pk, by=office, at=street.now)
    whole = street.coverage(sweep)
    rows = Target.objects.filter(sweep=sweep)
    expected = (
        rows.count(), rows.filter(visits__gt=0).count(),
        Visit.objects.filter(withdrawn_at=None).count(),
    )  # fmt: skip
    assert figures(whole.total) == expected
    for parts in (whole.areas, whole.teams):
        assert tuple(map(sum, zip(*map(figures, parts), strict=True))) == expected
    for line in whole.teams:
        own = rows.filter(unit=int(line.code) if line.code else None)
        assert (line.to_visit, line.visited) == (own.count(), own.filter(visits__gt=0).count())
