"""A report is handed in; its figures are confirmed one by one and enter the ledger, or are quoted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.campaigns.intake.figures import days_of, items, period_of
from anlan.domain.campaigns.models import FigureWords, QuotedFigure
from anlan.domain.campaigns.tests.test_intake import Desk, desk
from anlan.domain.hazards.tests.conftest import cast, client_of, stage
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.calendar import periods
from anlan.kernel.facts.figures import Query, figures
from anlan.kernel.facts.models import Fact
from anlan.kernel.facts.posting import NewFact, post
from anlan.kernel.regions.queries import by_code

__all__ = ["cast", "client_of", "desk", "stage"]

REPORT = """五华区2019年安全生产工作情况的报告

2019年，五华区共排查事故隐患1204项，其中重大隐患31项，整改完成1187项，整改率98.6%。全区检查企业3500家次，罚款金额260余万元。
全区共发生生产安全事故12起、死亡9人，同比分别下降20.0%、25.0%。

五华区安全生产委员会办公室
2020年1月8日
"""


@pytest.fixture
def report(desk: Desk) -> Desk:
    desk.hand_in(REPORT, "五华区2019年报告.txt")
    desk.read()
    return desk


def page(desk: Desk, query: str = "", **headers: str) -> Any:
    return desk.client.get(reverse("campaigns:intake_figures", args=[desk.pk]) + query, **headers)


def press(desk: Desk, act: str, item: str = "", **data: Any) -> Any:
    data.setdefault("version", desk.row.version)
    data.setdefault("request_id", uuid7())
    url = reverse("campaigns:intake_figure_decide", args=[desk.pk])
    return desk.client.post(url, {"act": act, "item": item, **data})


def withdraw(desk: Desk, **data: Any) -> Any:
    url = reverse("campaigns:figures_withdraw", args=[desk.pk])
    return desk.client.post(url, {"request_id": uuid7(), **data})


def found(desk: Desk, text: str) -> Any:
    return next(one for one in items(desk.row) if text in one.fields["text"])


def take(desk: Desk, text: str, **fields: Any) -> Any:
    """Accept the figure whose words these are, with these fields in the form."""
    item = found(desk, text)
    data = {name: item.fields[name] for name in (
        "indicator", "value", "unit", "region", "actor", "baseline", "since", "until", "sort",
        "bound", "direction", "kind", "area")} | fields  # fmt: skip
    return press(desk, "accept", item.key, **data)


def total(kind: str, code: str = "530102", year: int = 2019) -> Any:
    period = periods.year(date(year, 1, 1))
    asked = Query(kinds=[kind], areas=[by_code(code).pk], periods=[period], at=timezone.now())
    return figures(asked)[0].value


def test_a_report_opens_at_its_figures_and_a_notice_at_its_tasks(report: Desk) -> None:
    answer = report.page()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("campaigns:intake_figures", args=[report.pk])
    assert report.page("?tasks").status_code == 200
    shown = page(report).content.decode()
    assert "1204" in shown
    assert "Take it, next" in shown
    report.hand_in()
    report.read()
    assert report.page().status_code == 200


def test_what_was_read_of_a_figure_stands_in_its_form(report: Desk) -> None:
    item = found(report, "1204项")
    assert item.fields["value"] == "1204"
    assert item.fields["unit"] == "项"
    assert (item.fields["since"], item.fields["until"]) == ("2019-01-01", "2019-12-31")
    assert item.fields["area"] == "530102"
    assert REPORT[item.start : item.end] == item.fields["text"]
    change = found(report, "下降20.0%")
    assert change.fields["direction"] == "down"
    assert change.fields["baseline"].startswith("2018")
    # Of the date below the signature nobody is asked.
    assert "2020年1月8日" not in [
        one.fields["text"] for one in items(report.row) if one.state == "open"
    ]


def test_each_press_takes_one_and_shows_the_next(report: Desk) -> None:
    first, second, *_rest = [one for one in items(report.row) if one.state == "open"]
    answer = press(report, "accept", first.key)
    assert answer["Location"].endswith(f"?item={second.key}")
    press(report, "drop", second.key)
    states = {one.key: one.state for one in items(report.row)}
    assert (states[first.key], states[second.key]) == ("accepted", "dropped")
    press(report, "reopen", second.key)
    assert found(report, second.fields["text"]).state == "open"
    assert AuditRow.objects.filter(action="intakes.decide").count() == 3


def test_nothing_enters_the_ledger_until_it_is_entered(report: Desk) -> None:
    take(report, "1204项", kind="hazard.found")
    assert not Fact.objects.exists()
    assert not QuotedFigure.objects.exists()
    assert press(report, "enter").status_code == 302
    assert total("hazard.found") == 1204
    row = QuotedFigure.objects.get()
    assert row.is_counted
    assert (row.made_by, row.intake_id) == ("office", report.pk) or row.intake_id == report.pk
    assert REPORT[row.start : row.end] == row.text
    fact = Fact.objects.get()
    assert (fact.day, fact.until) == (date(2019, 1, 1), date(2019, 12, 31))
    assert fact.batch_id == row.pk
    assert report.row.status == "counted"
    # A month of it can't be said.
    may = Query(kinds=["hazard.found"], areas=[by_code("530102").pk],
                periods=[periods.month(date(2019, 5, 1))], at=timezone.now())  # fmt: skip
    assert figures(may)[0].missing == "not_divisible"
    assert press(report, "enter").status_code == 409


def test_what_was_entered_is_withdrawn_alone_or_with_its_press(report: Desk) -> None:
    take(report, "1204项", kind="hazard.found")
    take(report, "1187项", kind="hazard.rectified")
    request_id = uuid7()
    press(report, "enter", request_id=request_id)
    one = QuotedFigure.objects.get(kind="hazard.rectified")
    assert press(report, "drop", one.key).status_code == 404
    assert withdraw(report, figure=one.pk).status_code == 302
    assert total("hazard.found") == 1204
    assert not total("hazard.rectified")
    assert found(report, "1187项").state == "open"
    assert withdraw(report, figure=one.pk).status_code == 404
    assert withdraw(report, press=request_id).status_code == 302
    assert Fact.objects.aggregate(n=Sum("quantity"))["n"] == 0
    assert report.row.status == "read"
    assert withdraw(report).status_code == 404
    # Once more, corrected: the ledger holds nothing of it again.
    take(report, "1204项", kind="hazard.found", value="1,200")
    press(report, "enter")
    assert total("hazard.found") == 1200


@pytest.mark.parametrize(
    ("text", "fields", "why"),
    [
        ("1204项", {"kind": ""}, "no_kind"),
        ("1204项", {"kind": "hazard.found", "area": "", "picker_q": ""}, "no_area"),
        ("1204项", {"kind": "hazard.found", "since": "", "until": ""}, "no_period"),
        ("1204项", {"kind": "hazard.found", "bound": ">="}, "not_exact"),
        ("1204项", {"kind": "hazard.found", "value": "12.5"}, "not_exact"),
        ("98.6%", {"kind": "hazard.found"}, "not_exact"),
        ("1204项", {"kind": "hazard.found", "until": "2050-12-31"}, "not_over"),
        ("1204项", {"kind": "hazard.found", "area": "530103"}, "outside"),
    ],
)  # fmt: skip
def test_what_may_not_be_counted_is_quoted_with_its_reason(
    report: Desk, text: str, fields: dict[str, str], why: str
) -> None:
    assert take(report, text, **fields).status_code == 302
    press(report, "enter")
    row = QuotedFigure.objects.get()
    assert row.quoted_because == why
    assert not Fact.objects.exists()
    assert withdraw(report, figure=row.pk).status_code == 302


@pytest.mark.parametrize("where", ["530102", "530100"])
def test_what_the_ledger_counts_already_is_never_counted_twice(report: Desk, where: str) -> None:
    """Derived or declared, never both: in the area itself, below it or above it."""
    area = by_code(where)
    from django.db import transaction

    with transaction.atomic():
        post([NewFact("hazard.found", {}, area.pk, date(2019, 6, 1), 7)], at=timezone.now())
    take(report, "1204项", kind="hazard.found")
    shown = page(report, f"?item={found(report, '1204项').key}").content.decode()
    assert "It will be quoted only" in shown
    press(report, "enter")
    assert QuotedFigure.objects.get().quoted_because == "known"
    assert Fact.objects.aggregate(n=Sum("quantity"))["n"] == 7


def test_cases_that_come_in_later_are_found_beside_a_documents_sum(report: Desk) -> None:
    from django.db import transaction

    from anlan.domain.campaigns.invariants import invariants

    def finding() -> tuple[bool, str]:
        every = {name: (ok, detail) for name, ok, _n, detail in invariants(timezone.now())}
        return every["I5 figures of documents are counted once"]

    take(report, "1204项", kind="hazard.found")
    press(report, "enter")
    assert finding() == (True, "")
    with transaction.atomic():
        post([NewFact("hazard.found", {}, by_code("530102").pk, date(2019, 6, 1), 7)],
             at=timezone.now())  # fmt: skip
    assert finding() == (False, "hazard.found 2019 530102")
    withdraw(report, figure=QuotedFigure.objects.get().pk)
    assert finding() == (True, "")


def test_of_two_documents_that_state_the_same_one_is_counted(report: Desk) -> None:
    take(report, "1204项", kind="hazard.found")
    press(report, "enter")
    report.hand_in(REPORT, "又一份.txt")
    report.read()
    # The office's choice is remembered for the same words.
    assert found(report, "1204项").fields["kind"] == "hazard.found"
    press(report, "accept", found(report, "1204项").key)
    press(report, "enter")
    assert sorted(QuotedFigure.objects.values_list("quoted_because", flat=True)) == ["", "known"]
    assert total("hazard.found") == 1204


def test_a_figure_is_held_against_the_ledger_and_ours_opens(report: Desk) -> None:
    from django.db import transaction

    with transaction.atomic():
        post([NewFact("hazard.found", {}, by_code("530102").pk, date(2019, 6, 1), 1100)],
             at=timezone.now())  # fmt: skip
    item = found(report, "1204项")
    FigureWords.objects.create(
        unit=report.row.unit, words=item.fields["indicator"], measure="项", kind="hazard.found",
        made_at=timezone.now(), made_by="office",
    )  # fmt: skip
    shown = page(report, f"?item={item.key}").content.decode()
    assert "Our own figure is another" in shown
    assert "1,100" in shown
    assert reverse("overview:records") in shown
    assert "kind=hazard.found&amp;area=530102&amp;period=2019" in shown
    records = report.client.get(
        reverse("overview:records") + "?kind=hazard.found&area=530102&period=2019"
    )
    assert records.status_code == 200


def test_words_that_were_let_go_are_taken_for_nothing(report: Desk, client_of: Any) -> None:
    take(report, "1204项", kind="hazard.found")
    row = FigureWords.objects.get()
    url = reverse("campaigns:words_forget", args=[row.pk])
    assert client_of("inspector").post(url).status_code == 403
    assert client_of("stranger").post(url).status_code == 404
    assert report.client.post(url).status_code == 302
    assert not FigureWords.objects.exists()
    assert report.client.post(url).status_code == 404
    # Choosing nothing for words that were known lets them go, too.
    take(report, "31项", kind="hazard.found")
    assert FigureWords.objects.exists()
    press(report, "reopen", found(report, "31项").key)
    take(report, "31项", kind="")
    assert not FigureWords.objects.exists()


@pytest.mark.once
@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"indicator": ""}, "Say what is counted"),
        ({"value": "many"}, "is no number"),
        ({"value": "1" * 30}, "is too big a number"),
        ({"value": "1e999999999"}, "is too big a number"),
        ({"value": "1.00001"}, "at most four decimals"),
        ({"since": "2019-13-01"}, "first and the last day"),
        ({"since": "2020-01-01", "until": "2019-01-01"}, "The last day is before the first"),
        ({"area": "", "picker_q": "无名之地"}, "There is no area"),
        ({"actor": "x" * 500}, "is too long"),
    ],
)
def test_a_field_that_cannot_stay_so_is_said_and_what_was_typed_stays(
    report: Desk, fields: dict[str, str], says: str
) -> None:
    answer = take(report, "1204项", **fields)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert says in shown
    for name, typed in fields.items():
        assert typed in shown or name in ("area", "picker_q")
    assert found(report, "1204项").state == "open"


def test_of_two_people_the_second_is_told_that_it_moved_on(report: Desk) -> None:
    seen = report.row.version
    item = found(report, "1204项")
    assert press(report, "accept", item.key, version=seen).status_code == 302
    assert press(report, "drop", item.key, version=seen).status_code == 409
    assert press(report, "enter", version="x").status_code == 409
    assert found(report, "1204项").state == "accepted"


def test_one_press_that_is_sent_twice_enters_once(report: Desk) -> None:
    take(report, "1204项", kind="hazard.found")
    again = {"request_id": uuid7(), "version": report.row.version}
    assert press(report, "enter", **again).status_code == 302
    assert press(report, "enter", **again).status_code == 302
    assert Fact.objects.count() == 1


def test_words_that_were_marked_become_a_figure_with_its_neighbours_place_and_time(
    report: Desk,
) -> None:
    at = REPORT.index("3500家次")
    answer = press(report, "add", start=at, end=at + len("3500家次"))
    assert answer.status_code == 302
    item = next(one for one in items(report.row) if one.key == "a1")
    assert (item.start, item.fields["value"], item.fields["unit"]) == (at, "3500", "家次")
    assert item.fields["since"] == "2019-01-01"
    assert press(report, "add", start=5, end=5).status_code == 422
    assert press(report, "add", words="不在文中").status_code == 422
    assert press(report, "add", words="检查企业").status_code == 302
    assert press(report, "never").status_code == 404
    assert press(report, "accept", "999").status_code == 404


def test_all_without_a_gap_are_taken_at_once_and_the_others_stay(report: Desk) -> None:
    press(report, "accept_whole")
    every = items(report.row)
    assert any(one.state == "accepted" for one in every)
    assert all(one.gaps for one in every if one.state == "open")


def test_what_contradicts_itself_is_said_beside_its_figure(desk: Desk) -> None:
    desk.hand_in(
        "五华区2019年隐患排查情况的报告\n\n2019年，五华区共排查隐患100项，其中一般隐患90项、重大隐患30项。\n"
    )
    desk.read()
    item = found(desk, "100项")
    assert "contradiction" in item.gaps
    shown = page(desk, f"?item={item.key}").content.decode()
    assert "The parts add up to 120" in shown
    press(desk, "accept_whole")
    assert found(desk, "100项").state == "open"


def test_what_a_document_says_is_text_and_never_markup(desk: Desk) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    desk.hand_in(REPORT.replace("事故隐患", f"{hostile}隐患"), f"{hostile[:20]}.txt")
    row = desk.read()
    for item in items(row):
        shown = page(desk, f"?item={item.key}").content.decode()
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown


@pytest.mark.parametrize("who", ["inspector", "firm", "stranger"])
def test_others_find_no_figures(report: Desk, client_of: Any, who: str) -> None:
    take(report, "1204项", kind="hazard.found")
    press(report, "enter")
    own = QuotedFigure.objects.get()
    other = client_of(who)
    refused = 404 if who == "stranger" else 403
    get = reverse("campaigns:intake_figures", args=[report.pk])
    assert other.get(get).status_code == refused
    for name in ("intake_figure_decide", "figures_withdraw"):
        url = reverse(f"campaigns:{name}", args=[report.pk])
        data = {"act": "enter", "version": report.row.version, "figure": own.pk}
        assert other.post(url, data).status_code == refused
    assert total("hazard.found") == 1204
    listed = other.get(reverse("campaigns:quoted"))
    assert listed.status_code == 403 or "1204" not in listed.content.decode()


@pytest.mark.once
def test_the_list_asks_as_much_of_the_database_for_many_figures_as_for_one(
    report: Desk, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    take(report, "1204项", kind="hazard.found")
    press(report, "enter")
    url = reverse("campaigns:quoted")
    report.client.get(url)
    with CaptureQueriesContext(connection) as one:
        shown = report.client.get(url).content.decode()
        count = len(one)
    assert "1204" in shown
    press(report, "accept_whole")
    press(report, "enter")
    assert QuotedFigure.objects.count() > 4
    with django_assert_num_queries(count):
        report.client.get(url)
    counted = report.client.get(url + "?as=counted").content.decode()
    assert "1187项" not in counted


def test_a_page_of_many_figures_asks_no_query_for_each(
    report: Desk, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    page(report)
    with CaptureQueriesContext(connection) as one:
        page(report)
        count = len(one)
    more = (f"2019年，五华区第{n}批共排查隐患{n}00项。\n" for n in range(11, 41))
    report.hand_in(REPORT + "".join(more), "长.txt")
    report.read()
    assert len(items(report.row)) > 20
    with django_assert_num_queries(count):
        page(report)


def test_words_of_the_papers_and_their_days() -> None:
    assert days_of("2020-05/2022-12") == (date(2020, 5, 1), date(2022, 12, 31))
    assert days_of("2024-02") == (date(2024, 2, 1), date(2024, 2, 29))
    assert days_of("2024-13") is None
    assert days_of("") is None
    assert period_of(date(2024, 1, 1), date(2024, 6, 30)).code == "2024H1"
    assert period_of(date(2024, 4, 1), date(2024, 6, 30)).code == "2024Q2"
    assert period_of(date(2024, 1, 1), date(2024, 10, 31)).code == "2024-01-01..2024-10-31"


def test_what_was_put_aside_has_no_figures_to_decide(report: Desk) -> None:
    url = reverse("campaigns:intake_aside", args=[report.pk])
    report.client.post(url, {"version": report.row.version, "request_id": uuid7()})
    assert press(report, "accept", "0").status_code == 409
    assert page(report).status_code == 302
