"""S045: an enterprise checks itself, rectifies, reports; endless nil is held against findings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from anlan.base.ids import uuid7
from anlan.domain.inspections.tests.test_sweeps import hidden, links

if TYPE_CHECKING:
    from django.test import Client

    from anlan.domain.enterprises.models import Enterprise
    from anlan.domain.inspections.models import CheckPlan
    from anlan.domain.inspections.tests.street import Street
    from anlan.kernel.accounts.models import Unit

pytestmark = pytest.mark.django_db


class Shop:
    """An enterprise with a safety officer, and its plan."""

    def __init__(self, street: Street) -> None:
        from anlan.domain.enterprises.models import Enterprise
        from anlan.domain.hazards.tests.stage import EPOCH, ROOT
        from anlan.kernel.accounts import units
        from anlan.kernel.accounts.models import Role

        self.street, self.cast = street, street.cast
        street.firms(1, word="自查")
        self.firm: Enterprise = Enterprise.objects.get(name__startswith="自查")
        self.unit: Unit = units.for_enterprise(
            self.firm.pk, self.firm.name, self.firm.area_id, self.firm.path, by=ROOT, at=EPOCH
        )
        self.cast.units["shop"] = self.unit
        self.cast.person("keeper", "shop", Role.RECTIFIER)

    def plan(self, every: str = "month", starts_on: date | None = None) -> CheckPlan:
        from anlan.domain.inspections import commands

        new = commands.NewPlan(
            self.firm.pk, self.unit.pk, "后厨用气", every, starts_on or self.street.today
        )
        return commands.make_plan(new, by=self.cast.actor("keeper"), at=self.street.now)

    def check(
        self, plan: CheckPlan, *found: str, on: date | None = None, fixed: str = "", **more: Any
    ) -> Any:
        from anlan.domain.inspections import commands
        from anlan.domain.inspections.commands import Found
        from anlan.domain.inspections.commands.checks import period_of

        day = on or self.street.today
        given: dict[str, Any] = {
            "pk": uuid7(), "plan_id": plan.pk, "start": period_of(plan, day).start, "on": day,
            "checker": "店主", "nil": not found,
            "found": tuple(Found(text, fixed) for text in found),
        }  # fmt: skip
        new = commands.NewCheck(**{**given, **more})
        request_id = uuid7()
        for _twice in range(2):
            commands.do_check(
                new, by=self.cast.actor("keeper"), request_id=request_id, at=self.street.now
            )
        return new


@pytest.fixture
def shop(street: Street) -> Shop:
    return Shop(street)


def test_what_an_own_check_finds_is_rectified_by_oneself_and_verified_by_another(
    shop: Shop,
) -> None:
    from anlan.base.refusal import Refusal
    from anlan.domain.hazards import commands as hazards
    from anlan.domain.hazards.models import Hazard

    shop.check(shop.plan(), "软管老化")
    [hazard] = Hazard.objects.select_related("case")
    assert (hazard.case.source, hazard.case.state) == ("self_check", "assigned")
    keeper, office = shop.cast.actor("keeper"), shop.cast.actor("office")
    common: dict[str, Any] = {"at": shop.street.now}
    hazards.rectify(hazard.pk, result="已更换", by=keeper, request_id=uuid7(), **common)
    with pytest.raises(Refusal) as caught:
        hazards.verify([hazard.pk], by=keeper, request_id=uuid7(), **common)
    assert caught.value.code == "not_allowed"
    hazards.verify([hazard.pk], by=office, request_id=uuid7(), **common)
    hazards.close([hazard.pk], by=office, request_id=uuid7(), **common)
    hazard.refresh_from_db()
    assert hazard.case.state == "closed"


def test_what_is_fixed_at_once_waits_for_somebody_else(shop: Shop) -> None:
    from anlan.domain.hazards.models import Hazard

    shop.check(shop.plan(), "插座破损", "通道堆物", fixed="当场处理")
    assert {row.case.state for row in Hazard.objects.select_related("case")} == {"rectified"}


def test_hazards_stand_with_their_check_or_not_at_all(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anlan.domain.hazards.models import Hazard
    from anlan.domain.inspections.commands import checks
    from anlan.domain.inspections.models import Check

    plan = shop.plan()
    with monkeypatch.context() as broken:
        broken.setattr(checks, "NewFact", lambda *_args, **_more: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            shop.check(plan, "软管老化")
    assert not Hazard.objects.exists()
    shop.check(plan, "软管老化")
    assert (Check.objects.count(), Hazard.objects.count()) == (1, 1)


def test_missing_and_late_are_told_apart(shop: Shop) -> None:
    from anlan.domain.inspections import checking
    from anlan.domain.inspections.commands.checks import period_of
    from anlan.domain.inspections.models import CheckPlan

    today = shop.street.today
    plan = shop.plan("week", today - timedelta(days=30))

    def state() -> str:
        listed = CheckPlan.objects.filter(checking.missing(today), pk=plan.pk).exists()
        found = checking.standings([plan], today)[plan.pk].state
        assert listed == (found == "missing"), "the list's filter and the page agree"
        return found

    assert state() == "missing"
    before = period_of(plan, today).previous()
    shop.check(plan, start=before.start, on=today)
    assert state() == "late"
    shop.check(plan)
    assert state() == "done"
    fresh = shop.plan("month", today)
    assert checking.standings([fresh], today)[fresh.pk].state == "due"


@pytest.mark.parametrize(
    ("given", "named"),
    [({"nil": False}, "nil"), ({"checker": ""}, "checker"), ({"ahead": 1}, "on"),
     ({"start": date(2020, 1, 1)}, "start")],
)  # fmt: skip
def test_what_is_wrong_with_a_check_is_said_at_its_field(
    shop: Shop, given: dict[str, Any], named: str
) -> None:
    from anlan.domain.inspections.models import Check
    from anlan.domain.inspections.refusals import CheckRefused

    plan = shop.plan("year")
    if ahead := given.pop("ahead", 0):
        given |= {"on": shop.street.today + timedelta(days=ahead)}
        given |= {"start": shop.street.today.replace(month=1, day=1)}
    with pytest.raises(CheckRefused) as caught:
        shop.check(plan, **given)
    assert caught.value.data["field"] == named
    assert not Check.objects.exists()


def last_month(shop: Shop) -> Any:
    from anlan.kernel.calendar import periods

    return periods.last_complete(periods.Kind.MONTH, shop.street.today)


def found_by_office(shop: Shop, count: int, day: date) -> None:
    from anlan.domain.hazards import commands as hazards

    office = shop.cast.actor("office")
    findings = [
        hazards.Finding(
            pk=uuid7(), description=f"检查发现问题{n}", area_id=shop.firm.area_id,
            unit_id=office.unit_id or 0, opened_on=day, source="inspection",
            enterprise_id=shop.firm.pk,
        )
        for n in range(count)
    ]  # fmt: skip
    hazards.find(findings, by=office, request_id=uuid7(), at=shop.street.now)


def test_the_months_report_is_asked_once_and_nil_is_refused_over_what_was_found(
    shop: Shop,
) -> None:
    from anlan.domain.inspections import checking, commands
    from anlan.kernel.facts import reports
    from anlan.kernel.facts.models import Expected
    from anlan.kernel.regions.queries import by_code

    month = last_month(shop)
    plan = shop.plan("month", month.start)
    office, keeper = shop.cast.actor("office"), shop.cast.actor("keeper")
    where = by_code("530102").pk
    assert commands.ask_month(where, month, by=office, at=shop.street.now) == 1
    assert commands.ask_month(where, month, by=office, at=shop.street.now) == 0
    [owed] = checking.own_reports(keeper)
    shop.check(plan, "软管老化", start=month.start, on=month.end)
    with pytest.raises(reports.ReportRefused):
        reports.answer(owed.pk, "nil", by=keeper, at=shop.street.now)
    done = reports.answer(owed.pk, "reported", by=keeper, at=shop.street.now)
    assert done.status == "reported"
    assert Expected.objects.count() == 1


def test_endless_nil_against_findings_is_shown_by_the_offices_own_rule(
    shop: Shop, client_of: Callable[[str], Client]
) -> None:
    from anlan.domain.inspections import commands
    from anlan.kernel.facts import reports
    from anlan.kernel.facts.models import Expected
    from anlan.kernel.regions.queries import by_code

    last = last_month(shop)
    first = last.previous()
    shop.plan("month", first.start)
    office, where = shop.cast.actor("office"), by_code("530102").pk
    browser, page = client_of("office"), reverse("selfchecks:nil") + "?area=530102"
    assert "No rule is set" in browser.get(page).content.decode()
    rule = {"area": "530102", "months": "2", "found_min": "3"}
    assert browser.post(reverse("selfchecks:set_rule"), rule).status_code == 302
    for month in (first, last):
        commands.ask_month(where, month, by=office, at=shop.street.now)
        owed = Expected.objects.get(start=month.start)
        reports.answer(owed.pk, "nil", by=shop.cast.actor("keeper"), at=shop.street.now)
    found_by_office(shop, 2, first.start)
    assert shop.firm.name not in browser.get(page).content.decode()
    found_by_office(shop, 1, last.end)
    shown = browser.get(page)
    assert shop.firm.name in shown.content.decode()
    records = reverse("selfchecks:nil_records", args=[shop.firm.pk])
    assert f'href="{records}">3<' in shown.content.decode()
    assert len(links(browser.get(records))) == 3
    # A third month that was not nil frees nobody; a longer rule does.
    commands.set_nil_rule(where, 3, 3, by=office, at=shop.street.now)
    assert shop.firm.name not in browser.get(page).content.decode()


def test_an_enterprises_home_says_what_is_due_and_takes_the_check(
    shop: Shop, client_of: Callable[[str], Client]
) -> None:
    from anlan.domain.hazards.models import Hazard

    browser = client_of("keeper")
    home = reverse("selfchecks:plans")
    assert "No plan yet" in browser.get(home).content.decode()
    new = reverse("selfchecks:new")
    said = {"firm": f"{shop.firm.pk}-{shop.unit.pk}", "what": "灭火器", "every": "week"}
    answer = browser.post(new, {**hidden(browser.get(new)), **said})
    assert answer.status_code == 302
    assert ">due<" in browser.get(home).content.decode()
    form = answer.url + "check/"
    [start] = [p.start.isoformat() for p in _offered(shop)]
    sent = {**hidden(browser.get(form)), "start": start, "nil": "0"}
    assert browser.post(form, sent).status_code == 422
    assert browser.post(form, {**sent, "hazard_0": "灭火器过期"}).status_code == 302
    assert ">done<" in browser.get(home).content.decode()
    hazard = reverse("hazards:page", args=[Hazard.objects.get().pk])
    assert hazard in browser.get(answer.url).content.decode()
    # The nil page is the office's.
    assert browser.get(reverse("selfchecks:nil")).status_code == 403


def test_S14_a_foreign_county_reads_neither_the_rule_nor_who_set_it(
    shop: Shop, client_of: Callable[[str], Client]
) -> None:
    page = reverse("selfchecks:nil")
    rule = {"area": "530102", "months": "2", "found_min": "3"}
    assert client_of("office").post(reverse("selfchecks:set_rule"), rule).status_code == 302
    setter = "Set by"
    for who in ("office", "city"):
        assert setter in client_of(who).get(page, {"area": "530102"}).content.decode()
    stranger = client_of("stranger")
    for code in ("530102", "530100", "000000"):
        assert stranger.get(page, {"area": code}).status_code == 404
    assert setter not in stranger.get(page).content.decode()
    assert stranger.post(reverse("selfchecks:set_rule"), rule).status_code == 404


def _offered(shop: Shop) -> Any:
    from anlan.domain.inspections.commands.checks import open_periods
    from anlan.domain.inspections.models import CheckPlan

    return open_periods(CheckPlan.objects.get(), shop.street.today)


def test_plans_of_others_are_not_to_be_seen(shop: Shop, client_of: Callable[[str], Client]) -> None:
    from anlan.base.refusal import NotFound
    from anlan.domain.inspections import commands

    plan = shop.plan()
    for who in ("stranger", "other_firm"):
        for name in ("plan", "check", "end"):
            url = reverse(f"selfchecks:{name}", args=[plan.pk])
            method = "post" if name == "end" else "get"
            assert getattr(client_of(who), method)(url).status_code in (403, 404), (who, name)
        assert client_of(who).get(reverse("selfchecks:plan", args=[plan.pk])).status_code == 404
        assert "后厨用气" not in client_of(who).get(reverse("selfchecks:plans")).content.decode()
    assert client_of("office").get(reverse("selfchecks:plan", args=[plan.pk])).status_code == 200
    assert client_of("office").get(reverse("selfchecks:check", args=[plan.pk])).status_code == 403
    new = commands.NewPlan(shop.firm.pk, shop.unit.pk, "冒名", "month", shop.street.today)
    with pytest.raises(NotFound):
        commands.make_plan(new, by=shop.cast.actor("other_firm"), at=shop.street.now)


def test_the_list_of_plans_asks_a_constant_number_of_queries(
    shop: Shop, client_of: Callable[[str], Client]
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser, url = client_of("office"), reverse("selfchecks:plans")

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(url).status_code == 200
        return len(asked)

    shop.check(shop.plan())
    count()
    few = count()
    for every in ("day", "week", "quarter", "year"):
        shop.check(shop.plan(every))
    assert count() == few
