"""The register through its pages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anlan.base import textindex
from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.accidents import commands
from anlan.domain.accidents.models import Accident, Casualty, Report
from anlan.domain.accidents.tests.desk import HOME, Desk
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards.tests.stage import ROOT
from anlan.kernel.accounts import commands as accounts
from anlan.kernel.accounts.commands import Land
from anlan.kernel.accounts.models import Role, User
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.loop.models import Event
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db


def stamp(ago: timedelta = timedelta(minutes=30)) -> str:
    return f"{timezone.localtime(timezone.now() - ago):%Y-%m-%dT%H:%M}"


def form(**more: Any) -> dict[str, Any]:
    return {"pk": uuid7(), "title": "储罐区闪爆", "happened_at": stamp(), "area": HOME, **more}


def test_a_first_report_needs_what_when_and_where_and_nothing_else(desk: Desk) -> None:
    page = desk.get("office", "accidents:new").content.decode()
    required = re.findall(r'name="(\w+)"[^>]*required', page)
    assert set(required) <= {"title", "happened_at", "area", "pk", "request_id"}
    answer = desk.post("office", "accidents:new", **form())
    assert answer.status_code == 302
    row = Accident.objects.select_related("case").get()
    assert (row.case.state, row.case.grade) == ("reported", "")
    shown = desk.get("office", "accidents:page", row.pk).content.decode()
    assert "储罐区闪爆" in shown
    assert "The report upward is owed" in shown


def test_a_form_that_must_be_mended_comes_back_as_it_was_typed(desk: Desk) -> None:
    later = f"{timezone.localtime() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    for wrong in ({"title": " "}, {"happened_at": later}, {"area": "530103"}, {"deaths": -1},
                  {"area": ""}, {"type": "1986-99"}):  # fmt: skip
        answer = desk.post("office", "accidents:new", **{**form(place="三号罐"), **wrong})
        assert answer.status_code == 422, wrong
        assert "三号罐" in answer.content.decode()
    assert not Accident.objects.exists()


def test_a_report_sent_twice_enters_one_accident(desk: Desk) -> None:
    given = {**form(deaths=1), "request_id": uuid7()}
    for _n in range(2):
        assert desk.post("office", "accidents:new", **given).status_code == 302
    assert Accident.objects.count() == Report.objects.count() == 1
    desk.check()


def test_who_may_not_see_it_gets_nothing_and_who_may_only_look_does_nothing(desk: Desk) -> None:
    pk = desk.report(deaths=1)
    assert desk.get("stranger", "accidents:page", pk).status_code == 404
    assert desk.get("city", "accidents:page", pk).status_code == 200
    more = {"deaths": 2, "died_on": timezone.localdate()}
    assert desk.post("viewer", "accidents:step", pk, "supplement", **more).status_code == 403
    assert desk.post("stranger", "accidents:step", pk, "supplement", **more).status_code == 404
    assert desk.post("office", "accidents:step", pk, "supplement", **more).status_code == 302
    assert desk.row(pk).deaths == 2
    listed = desk.get("stranger", "accidents:list").content.decode()
    assert "储罐区闪爆" not in listed


def test_a_supplement_raises_the_grade_and_the_history_tells_it(desk: Desk) -> None:
    pk = desk.report(deaths=1)
    answer = desk.post("office", "accidents:step", pk, "supplement", deaths=3, loss="1000.5")
    assert answer.status_code == 302
    row = desk.row(pk)
    assert (row.case.grade, row.loss_fen) == ("larger", 1_000_500_000)
    page = desk.get("office", "accidents:page", pk).content.decode()
    assert "relatively serious accident" in page
    assert page.count("1,000.5") >= 2
    # Saying the same again with nothing new is refused.
    same = {"deaths": 3, "loss": "1000.5"}
    assert desk.post("office", "accidents:step", pk, "supplement", **same).status_code == 422


def test_names_are_sealed_shown_on_a_press_alone_and_each_look_is_on_record(desk: Desk) -> None:
    pk = desk.report(deaths=1)
    given = {"name": "某甲乙", "outcome": "dead", "died_on": timezone.localdate()}
    assert desk.post("inspector", "accidents:step", pk, "person", **given).status_code == 403
    assert desk.post("office", "accidents:step", pk, "person", **given).status_code == 302
    row = Casualty.objects.get()
    assert "某甲乙" not in row.name
    assert "某甲乙" not in str(list(Event.objects.values_list("changes", "reason")))
    assert "某甲乙" not in str(list(AuditRow.objects.values_list("before", "after", "reason")))
    assert "某甲乙" not in desk.get("office", "accidents:page", pk).content.decode()
    # Looking is a press: an address that is only opened shows nothing.
    assert desk.get("office", "accidents:names", pk).status_code == 405
    assert desk.post("inspector", "accidents:names", pk).status_code == 403
    assert desk.post("stranger", "accidents:names", pk).status_code == 404
    before = AuditRow.objects.filter(action="accidents.names", result="ok").count()
    assert "某甲乙" in desk.post("office", "accidents:names", pk).content.decode()
    assert AuditRow.objects.filter(action="accidents.names", result="ok").count() == before + 1


def test_each_figure_of_the_statistics_opens_to_as_much(desk: Desk) -> None:
    for deaths, type_ in ((1, "2025-N09"), (3, "2025-N09"), (0, "")):
        desk.report(deaths=deaths, type=type_, serious=deaths, loss_fen=5_000_000 * deaths)
    page = desk.get("office", "accidents:statistics")
    assert page.status_code == 200
    text = page.content.decode().replace("&amp;", "&")
    found = re.findall(r'<a class="fig" href="([^"]+)">([\d,.]+)</a>', text)
    assert len(found) > 10
    for href, value in dict(found).items():
        shown = desk.browser("office").get(href).content.decode()
        title = re.search(r"<h1[^>]*>\s*[^<]*?([\d,.]+)\s*</h1>", shown)
        assert title, href
        assert title[1] == value, href
    assert desk.get("office", "accidents:workbook").status_code == 200
    assert desk.get("office", "accidents:export").status_code == 200
    assert desk.get("stranger", "accidents:statistics", query=f"?area={HOME}").status_code == 404


# On PostgreSQL nothing is known of a transaction that is open, as a test's is all the time; what
# was known there is held by the tests of kernel/facts, each in a database of its own.
@pytest.mark.sqlite
def test_a_figure_is_shown_as_it_was_known_before_a_supplement(desk: Desk) -> None:
    from anlan.kernel.facts import ledger

    happened = timezone.now() - timedelta(days=20)
    pk = desk.report(at=happened + timedelta(hours=2), deaths=1)
    ledger.fold(happened + timedelta(hours=3), force=True)
    desk.do("office", "supplement", pk, happened + timedelta(days=9), figures=_figures(deaths=4),
            died_on=timezone.localdate(happened))  # fmt: skip
    base = {"kind": "accident.deaths", "area": HOME, "period": str(timezone.localdate().year),
            "scope": "work"}  # fmt: skip
    known = (happened + timedelta(days=2)).isoformat()
    for more, value in (({}, "4"), ({"known": known}, "1")):
        query = reverse("accidents:records")
        shown = desk.browser("office").get(query, {**base, **more}).content.decode()
        title = re.search(r"<h1[^>]*>\s*[^<]*?([\d,.]+)\s*</h1>", shown)
        assert title
        assert title[1] == value


def _figures(**more: int) -> Any:
    from anlan.domain.accidents.commands import Figures

    return Figures(**more)


def test_a_program_reports_supplements_and_reads_as_a_person_does(desk: Desk) -> None:
    pk = uuid7()
    base, client = f"/api/v1/accidents/{pk}", desk.browser("office")

    def put(path: str, body: dict[str, Any], who: Any = client) -> Any:
        return who.put(f"{base}/{path}/{uuid7()}/", body, content_type="application/json")

    body = {"title": "闪爆", "happened_at": stamp(), "area": HOME, "deaths": 1}
    assert put("report", body, desk.browser("viewer")).status_code == 403
    assert put("report", body).json() == {"ids": [str(pk)]}
    assert client.get(f"{base}/").json()["grade"] == "ordinary"
    assert put("supplement", {"deaths": 3}).status_code == 200
    assert [row["deaths"] for row in client.get(f"{base}/reports/").json()] == [1, 3]
    assert put("passing", {"sent_at": timezone.now().isoformat()}).status_code == 200
    assert len(client.get("/api/v1/accidents/?grade=larger").json()["items"]) == 1
    assert desk.browser("stranger").get(f"{base}/").status_code == 404
    assert "name" not in client.get(f"{base}/").json()


def test_who_answers_for_a_sector_reports_of_a_firm_that_nobody_knew(desk: Desk) -> None:
    unit = desk.cast.unit("sector", "五华区应急局", "department", HOME)
    lands = [Land(by_code(HOME), sector="hazchem")]
    accounts.set_jurisdictions(unit.pk, lands, by=ROOT, at=timezone.now())
    desk.cast.person("chemist", "sector", Role.INSPECTOR)
    User.objects.update(password_changed_at=timezone.now())
    # The firm is entered by the report, without a sector: it was refused as none of the list.
    answer = desk.post("chemist", "accidents:new", **form(enterprise_name="兴达化工厂", deaths=2))
    assert answer.status_code == 302
    row = Accident.objects.select_related("case").get()
    assert Enterprise.objects.get(pk=row.case.enterprise_id).name == "兴达化工厂"
    assert desk.get("chemist", "accidents:page", row.pk).status_code == 200
    # What becomes known at night is supplemented by who reported it; nobody of elsewhere may.
    given = {"figures": commands.Figures(deaths=3), "text": "一人经抢救无效"}
    assert desk.do("chemist", "supplement", row.pk, **given) == "reported"
    assert desk.do("stranger", "supplement", row.pk, **given) == "not_found"
    # By its number alone nobody reports of a firm that they may not see.
    given = {"title": "闪爆", "happened_at": timezone.now(), "area": by_code(HOME).pk,
             "enterprise": row.case.enterprise_id, "enterprise_name": "某厂"}  # fmt: skip
    with pytest.raises(Refusal):
        commands.report(commands.NewAccident(pk=uuid7(), **given), **desk.call("chemist"))


def found(desk: Desk, query: str, who: str = "office") -> list[str]:
    """The titles on the page of the register, in its order."""
    page = desk.get(who, "accidents:list", query=query).content.decode()
    return re.findall(r'class="main-link[^>]*>([^<]+)<', page)


@pytest.mark.parametrize("rare", [textindex.RARE_HITS_MAX, 1])
def test_the_register_is_searched_by_its_words_and_follows_a_correction(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, rare: int
) -> None:
    """Whether a word's hits are few and named, or many and looked for in the list's order."""
    monkeypatch.setattr(textindex, "RARE_HITS_MAX", rare)
    desk.report(title="储罐闪爆甲", deaths=1, ago=timedelta(hours=3))
    pk = desk.report(title="储罐闪爆乙", deaths=2, place="料场西侧", nature="fire")
    desk.report(title="高处坠落", ago=timedelta(hours=5))
    number = desk.row(pk).case.number
    assert found(desk, "?q=储罐闪爆") == ["储罐闪爆乙", "储罐闪爆甲"]
    assert found(desk, "?q=储罐闪爆&sort=-deaths") == ["储罐闪爆甲", "储罐闪爆乙"]
    assert found(desk, "?q=料场 闪爆") == found(desk, f"?q={number}") == ["储罐闪爆乙"]
    assert found(desk, "?nature=fire") == ["储罐闪爆乙"]
    assert found(desk, "?scope=struck") == found(desk, "?q=没有的词") == []
    assert found(desk, "?q=储罐闪爆", "stranger") == []
    told = {"fields": {"title": "料仓坍塌"}, "reason": "现场核实"}
    assert desk.do("office", "correct", pk, **told) == "reported"
    assert found(desk, "?q=储罐闪爆") == ["储罐闪爆甲"]
    assert found(desk, "?q=料仓坍塌") == ["料仓坍塌"]


def test_a_list_and_a_figure_ask_as_much_of_many_as_of_few(desk: Desk) -> None:
    today = timezone.localdate()
    figure = f"?kind=accident.happened&area={HOME}&period={today:%Y-%m}&scope=work"
    pages = [("accidents:list", query) for query in (
        "", "?q=闪爆", "?q=没有的词", "?sort=deaths", "?sort=due", "?scope=struck", "?nature=fire")]  # fmt: skip
    pages.append(("accidents:records", figure))
    counts = []
    for more in (2, 9):
        for n in range(more):
            desk.report(title=f"储罐闪爆{n}", deaths=n)
        asked = []
        for name, query in pages:
            desk.get("office", name, query=query)
            with CaptureQueriesContext(connection) as statements:
                assert desk.get("office", name, query=query).status_code == 200
            asked.append(len(statements))
        counts.append(asked)
    assert counts[0] == counts[1]
