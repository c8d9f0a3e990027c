"""One worklist over all kinds of case; its counts are its lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anlan.base.ids import uuid7

if TYPE_CHECKING:
    from django.test import Client

    from anlan.domain.treatment.tests.works import Works

pytestmark = pytest.mark.django_db
ROW = re.compile(r'<a class="main-link clip-2" href="[^"]*?/([0-9a-f-]{36})/"')
TAB = re.compile(r'<a href="(/work/[^"]*)"[^>]*>[^<]*(?:<span class="count">(\d+)</span>)?</a>')
TRAYS = {
    "hazard": {"receive", "rectify", "assign", "verify", "close", "second", "extension"},
    "list_item": {
        "receive",
        "rectify",
        "elsewhere",
        "assign",
        "verify",
        "evaluate",
        "close",
        "track",
    },
    "transfer": {"receive", "answer", "verify"},
    "remedy": {"receive", "rectify", "verify"},
    "defect": {"receive", "rectify", "verify", "answer"},
    "measure": {"receive", "make"},
    "task": {"receive", "rectify", "verify", "close", "extension", "claim", "report", "milestone"},
    "hearing": {"hold"},
    "duty_letter": {"send_out", "sign_letter", "end_letter"},
    "return": {"file", "report", "extension"},
    "checklist_turn": {"tick"},
    "accident": {"pass_up", "conclude", "scope", "findings"},
    "inquiry": {"inquire", "approve", "evaluate"},
    "followup": {"answer_followup", "judge_followup"},
    "filing": {"extension", "file", "check", "review", "receive", "correct"},
    "bulletin": {"receive", "review", "countersign", "sign", "number"},
    "appeal": {"receive", "answer"},
}


def letter(works: Works, hazards: list[UUID], receiver: str, due: int) -> UUID:
    from anlan.domain.supervision.tests.acts import days, paper_of

    paper = paper_of(works.cast, hazards, "letter", receiver=receiver, due=days(due))
    return UUID(str(paper.pk))


def listed(works: Works) -> UUID:
    from anlan.domain.lists.tests.house import House

    house = House(works.cast, None)
    return UUID(str(house.enter(house.kind()).pk))


@pytest.fixture
def busy(works: Works) -> dict[str, Any]:
    """One case of every kind, and who must do something about it next."""
    from anlan.domain.hazards import commands as hazards
    from anlan.domain.treatment.tests.test_defects import departments, equipment, filed

    departments(works)
    equipment(works)
    first, second = works.hazards(2)
    hazards.assign([first], rectifier=works.unit.pk, **works.call("office"))
    return {
        "assigned": first, "hazard": second, "plan": works.plan([first]),
        "defect": filed(works), "item": listed(works),
        "letter": letter(works, [first], "market", 3),
    }  # fmt: skip


def rows(client: Client, address: str) -> list[UUID]:
    """All rows of a tray, page by page."""
    found: list[UUID] = []
    while True:
        html = client.get(address).content.decode()
        found += [UUID(pk) for pk in ROW.findall(html)]
        further = re.search(r'href="([^"]*after=[^"]+)"[^>]*rel="next"', html)
        if further is None:
            return found
        address = address.split("?")[0] + further.group(1).replace("&amp;", "&")


def tabs(client: Client) -> dict[str, int]:
    html = client.get("/work/").content.decode()
    nav = html[html.index('<nav class="tabs"') :]
    found = {href: int(n or 0) for href, n in TAB.findall(nav[: nav.index("</nav>")])}
    assert "/work/" in found
    return found


def test_what_waits_for_one_is_at_one_place(works: Works, client_of: Any, busy: Any) -> None:
    expected = {
        "keeper": {"assigned", "plan", "defect"},
        # An inspector of every sector answers for the county, too.
        "market": {"defect", "letter", "hazard", "item"},
        "office": {"hazard", "item", "letter"},
        "stranger": set[str](),
    }
    for who, names in expected.items():
        found = rows(client_of(who), "/work/")
        assert set(found) == {busy[name] for name in names}, who
        assert len(found) == len(names)


def test_the_counts_are_the_lists_whoever_looks(works: Works, client_of: Any, busy: Any) -> None:
    seen = 0
    for who in works.cast.users:
        client = client_of(who)
        for address, count in tabs(client).items():
            if address not in ("/work/mine/", "/work/done/"):
                found = rows(client, address)
                assert len(found) == len(set(found)) == count, (who, address)
                seen += count
    assert seen > len(busy)


def test_it_is_ordered_by_deadline_over_all_kinds_and_narrowed_by_kind(
    works: Works, client_of: Any, busy: Any
) -> None:
    from anlan.kernel.loop.models import Case

    client = client_of("office")
    due = dict(Case.objects.values_list("pk", "due_on"))
    days = [due[pk] for pk in rows(client, "/work/")]
    assert days == sorted(days, key=lambda day: (day is None, day))
    assert rows(client, "/work/?kind=letter") == [busy["letter"]]
    assert rows(client, "/work/?kind=defect") == []
    assert "Show all" in client.get("/work/?kind=defect").content.decode()


def test_pages_go_on_over_all_kinds(works: Works, client_of: Any, busy: Any) -> None:
    works.hazards(70)
    client = client_of("office")
    found = rows(client, "/work/")
    assert len(found) == len(set(found)) == 73
    assert {busy["item"], busy["letter"]} <= set(found)
    assert sorted(rows(client, "/work/?sort=-due")) == sorted(found)


def test_what_is_too_much_to_be_counted_is_listed_all_the_same(
    works: Works, client_of: Any, busy: Any, monkeypatch: Any
) -> None:
    from anlan.kernel.loop import worklist

    works.hazards(4)
    whole = {who: rows(client_of(who), "/work/") for who in works.cast.users}
    monkeypatch.setattr(worklist, "COUNT_MAX", 0)
    for apart in (worklist.TOLD_APART_MAX, 0):
        monkeypatch.setattr(worklist, "TOLD_APART_MAX", apart)
        for who, expected in whole.items():
            assert rows(client_of(who), "/work/") == expected, who
    assert any(whole.values())


def test_what_one_began_and_dealt_with_is_of_all_kinds(
    works: Works, client_of: Any, busy: Any
) -> None:
    office, keeper = client_of("office"), client_of("keeper")
    assert set(rows(office, "/work/mine/")) == {busy["plan"], busy["item"]}
    assert {busy["plan"], busy["item"], busy["assigned"]} <= set(rows(office, "/work/done/"))
    assert rows(keeper, "/work/mine/") == [busy["defect"]]
    assert rows(client_of("stranger"), "/work/done/") == []


def test_one_click_signs_for_every_kind_and_a_repeat_is_harmless(
    works: Works, client_of: Any, busy: Any
) -> None:
    from anlan.kernel.loop.models import Event

    keeper = client_of("keeper")
    assert set(rows(keeper, "/work/receive/")) == {busy["assigned"], busy["plan"], busy["defect"]}
    given = {"request_id": uuid7(), "ids": [busy["plan"], busy["defect"]]}
    for _twice in range(2):
        assert keeper.post(reverse("work:sign"), given).status_code == 302
    assert Event.objects.filter(step="receive").count() == 2
    assert rows(keeper, "/work/receive/") == [busy["assigned"]]
    foreign = {"request_id": uuid7(), "ids": [busy["assigned"], busy["letter"]]}
    assert keeper.post(reverse("work:sign"), foreign).status_code == 404
    assert rows(keeper, "/work/receive/") == [busy["assigned"]]  # All of it or nothing.
    shown = keeper.get("/work/receive/?kind=hazard").content.decode()
    assert '<input type="hidden" name="kind" value="hazard">' in shown
    keeper.post(reverse("work:sign"), {"request_id": uuid7(), "kind": "defect"})
    assert rows(keeper, "/work/receive/") == [busy["assigned"]]  # Only what the list showed.
    keeper.post(reverse("work:sign"), {"request_id": uuid7(), "kind": "hazard"})
    assert rows(keeper, "/work/receive/") == []


def statements(client: Client, address: str = "/work/") -> list[str]:
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return [each["sql"] for each in found.captured_queries]


TABLES = ("lists_item", "supervision_paper", "treatment_remedyplan", "treatment_defect")


def of_table(found: list[str], table: str) -> int:
    return sum(f'FROM "{table}"' in sql.partition(" WHERE ")[0] for sql in found)


@pytest.mark.once
def test_who_has_only_hazards_pays_one_statement_a_kind(works: Works, client_of: Any) -> None:
    works.hazards(3)
    for who in ("office", "keeper", "viewer", "mayor"):
        found = statements(client_of(who))
        assert all(of_table(found, table) <= 1 for table in TABLES), who
    viewer = statements(client_of("viewer"))
    assert not any(of_table(viewer, table) for table in TABLES)


@pytest.mark.once
def test_more_rows_cost_no_more_statements(works: Works, client_of: Any, busy: Any) -> None:
    client = client_of("office")
    for address in ("/work/", "/work/receive/", "/work/mine/", "/work/done/"):
        statements(client, address)
    before = {tray: len(statements(client, f"/work/{tray}")) for tray in ("", "done/", "mine/")}
    works.hazards(5)
    for n in range(3):
        works.plan(works.hazards(1), name=f"方案{n}")
        letter(works, [busy["assigned"]], "market", 4 + n)
    after = {tray: len(statements(client, f"/work/{tray}")) for tray in ("", "done/", "mine/")}
    assert after == before
    assert all(of_table(statements(client), table) <= 2 for table in TABLES)


def test_whoever_may_act_may_see(works: Works, busy: Any) -> None:
    """The worklist asks for the act alone."""
    from anlan.kernel.accounts import policy
    from anlan.kernel.loop import worklist

    for work in worklist.works():
        codes: set[str] = set()
        for who in works.cast.users:
            by = works.by(who)
            seen = set(policy.permitted(work.rows, work.view, by).values_list("pk", flat=True))
            for tray in work.trays(by):
                codes.add(tray.code)
                acted = policy.permitted(work.rows, tray.needs, by).values_list("pk", flat=True)
                assert set(acted) <= seen, (who, tray.needs)
        [expected] = [TRAYS[kind] for kind in work.kinds if kind in TRAYS]
        assert codes == expected


def test_every_loop_stands_in_the_worklist() -> None:
    from anlan.kernel.loop import worklist
    from anlan.kernel.loop.machine import machines

    assert set(worklist.by_kind()) == set(machines())
