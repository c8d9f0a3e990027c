"""The pages of the book by the front door: entering, paying, taking back, opening figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anlan.base.ids import uuid7

if TYPE_CHECKING:
    from anlan.domain.enforcement.tests.desk import Desk

pytestmark = pytest.mark.django_db


def page(desk: Desk, who: str, query: str = "") -> str:
    answer = desk.client_of(who).get(reverse("enforcement:list") + query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def rows(text: str) -> int:
    return text.count('class="main-link clip-2"')


def send(desk: Desk, kind: str, who: str = "inspector", query: str = "", **more: Any) -> Any:
    data = {"pk": uuid7(), "request_id": uuid7(), "on": desk.today.isoformat(),
            "number": f"（五）应急〔2024〕{uuid7()}号"[:40], "firm": desk.firm.name, **more}  # fmt: skip
    url = reverse("enforcement:new") + f"?kind={kind}{query}"
    return desk.client_of(who).post(url, data)


def test_every_kind_has_a_form_and_a_choice_leads_to_it(desk: Desk) -> None:
    from anlan.domain.enforcement.kinds import KINDS

    browser = desk.client_of("inspector")
    chosen = browser.get(reverse("enforcement:new")).content.decode()
    for code, kind in KINDS.items():
        assert f'href="?kind={code}"' in chosen
        url = reverse("enforcement:new") + f"?kind={code}&enterprise={desk.firm.pk}"
        form = browser.get(url).content.decode()
        for name in kind.takes:
            assert f'name="{name}"' in form or name == "rectified", (code, name)
    assert browser.get(reverse("enforcement:new") + "?kind=recheck").status_code == 200


def test_a_penalty_is_entered_and_paid_by_page_and_withdrawn_in_order(desk: Desk) -> None:
    from anlan.domain.enforcement.models import Entry, Payment

    assert send(desk, "penalty", fine="30000.5").status_code == 302
    row = Entry.objects.get()
    assert (row.fine, row.sector_id, row.path) == (3_000_050, "hazchem", desk.firm.path)
    one = reverse("enforcement:one", args=[row.pk])
    browser = desk.client_of("inspector")
    assert "30,000.50" in browser.get(one).content.decode()
    pay = {"pk": uuid7(), "request_id": uuid7(), "on": desk.today.isoformat()}
    url = reverse("enforcement:pay", args=[row.pk])
    for amount in ("30000.51", "0", "1.001", "一万", ""):
        assert browser.post(url, {**pay, "amount": amount}).status_code == 422, amount
    assert browser.post(url, {**pay, "amount": "30000.50"}).status_code == 302
    assert desk.ledger()["collected"] == 3_000_050
    back = {"request_id": uuid7(), "reason": "录错"}
    withdraw = reverse("enforcement:withdraw", args=[row.pk])
    assert browser.post(withdraw, back).status_code == 302
    assert Entry.objects.get().withdrawn_at is None
    unpay = reverse("enforcement:unpay", args=[Payment.objects.get().pk])
    assert browser.post(unpay, {**back, "request_id": uuid7()}).status_code == 302
    assert browser.post(withdraw, {**back, "request_id": uuid7()}).status_code == 302
    assert desk.ledger() == {}
    assert "录错" in browser.get(one).content.decode()
    assert (rows(page(desk, "office")), rows(page(desk, "office", "?withdrawn=1"))) == (0, 1)


def test_an_office_names_the_unit_that_did_it_on_the_page(desk: Desk) -> None:
    from anlan.domain.enforcement.models import Entry

    bureau = desk.cast.unit("bureau", "五华区应急管理局", "department", "530102")
    away = desk.cast.units["elsewhere"]
    assert send(desk, "drill", "office", unit=away.code, what="演练").status_code == 422
    assert send(desk, "drill", "office", unit=bureau.code, what="演练").status_code == 302
    assert Entry.objects.get().unit_id == bureau.pk
    url = reverse("enforcement:new") + "?kind=drill"
    assert 'name="unit"' in desk.client_of("office").get(url).content.decode()
    assert 'name="unit"' not in desk.client_of("inspector").get(url).content.decode()
    # What an inspector sends for another unit is entered for their own.
    send(desk, "drill", unit=bureau.code, what="另一次演练")
    assert Entry.objects.get(what="另一次演练").unit_id != bureau.pk


def test_a_recheck_shows_what_is_open_and_finds_it_rectified(desk: Desk) -> None:
    from anlan.domain.enforcement.models import Entry

    answer = send(desk, "inspection", violations="消防通道堵塞\n\n灭火器过期\n消防通道堵塞")
    assert answer.status_code == 302
    assert Entry.objects.get().found == 2
    browser = desk.client_of("inspector")
    url = reverse("enforcement:new") + "?kind=recheck"
    asked = browser.get(url + f"&firm={desk.firm.name}")
    assert asked.status_code == 302
    form = browser.get(asked.headers["Location"]).content.decode()
    assert "消防通道堵塞" in form
    assert browser.get(url + "&firm=没有这家").status_code == 422
    first = str(desk.open()[0])
    answer = send(desk, "recheck", query=f"&enterprise={desk.firm.pk}", rectified=[first])
    assert answer.status_code == 302
    assert desk.ledger()["violation_rectified"] == 1
    # Ticked once more it isn't open any more.
    answer = send(desk, "recheck", query=f"&enterprise={desk.firm.pk}", rectified=[first])
    assert answer.status_code == 422
    assert rows(page(desk, "office", "?open=1")) == 1


def test_bad_input_is_told_beside_its_field(desk: Desk) -> None:
    from anlan.domain.enforcement.models import Entry

    for kind, more in (
        ("penalty", {}), ("penalty", {"fine": "1.234"}), ("penalty", {"fine": "-1"}),
        ("penalty", {"fine": "NaN"}), ("penalty", {"fine": "1", "number": ""}),
        ("penalty", {"fine": "1", "firm": "没有这家"}), ("penalty", {"fine": "1", "firm": ""}),
        ("penalty", {"fine": "1", "on": "2026-02-30"}), ("penalty", {"fine": "1" * 40}),
        ("training", {"persons": "²"}), ("training", {"persons": "9" * 30}), ("drill", {"firm": ""}),
        ("drill", {"firm": "", "area": "530103", "what": "演练"}),
    ):  # fmt: skip
        answer = send(desk, kind, **more)
        assert answer.status_code in (404, 422), (kind, more)
        if answer.status_code == 422:
            assert "field-error" in answer.content.decode(), (kind, more)
    assert not Entry.objects.exists()
    assert send(desk, "drill", firm="", area="530102", what="演练").status_code == 302


def test_figures_open_the_entries_that_make_them(desk: Desk) -> None:
    from anlan.domain.enforcement.facts import KINDS
    from anlan.domain.enforcement.tests.test_ledger import ONE_OF_EACH
    from anlan.kernel.calendar import periods
    from anlan.kernel.facts import opening
    from anlan.kernel.facts.behind import Asked
    from anlan.kernel.regions.queries import by_code

    made = {kind: desk.enter(kind, **said) for kind, said in ONE_OF_EACH.items()}
    desk.enter("recheck", rectified=desk.open())
    desk.pay(made["penalty"], 100)
    browser = desk.client_of("city")
    month, counted = periods.month(desk.today), desk.ledger()
    for kind in KINDS:
        asked = Asked(kind.code, by_code("530102"), month)
        address = opening.address_of(asked)
        shown = rows(browser.get(address).content.decode())
        name = kind.code.removeprefix("enforcement.")
        if name in ("violation", "violation_rectified", "revoked", "suspended", "fine", "reward",
                    "fined_head", "collected", "trained", "transferred_persons"):  # fmt: skip
            assert shown == 1, address
        elif name == "fined_unit":
            assert shown == 2, "the warned unit and the fined one are the same"
        else:
            assert shown == counted[name], address
    narrow = Asked("enforcement.paper", by_code("530102"), month, {"paper": ["penalty"]})
    assert rows(browser.get(opening.address_of(narrow)).content.decode()) == 1
    two = {"paper": ["penalty", "inquiry"]}
    assert opening.address_of(Asked("enforcement.paper", by_code("530102"), month, two)) == ""


def test_each_kind_of_paper_is_a_figure_of_its_own_that_the_analysis_offers(desk: Desk) -> None:
    from django.utils import timezone

    from anlan.domain.enforcement.facts import INDICATORS
    from anlan.domain.enforcement.kinds import PAPER_KINDS
    from anlan.domain.statistics import offered
    from anlan.kernel.calendar import periods
    from anlan.kernel.facts.asking import Query
    from anlan.kernel.indicators import compute
    from anlan.kernel.regions.queries import by_code

    desk.enter("inquiry")
    asked = Query([], [by_code("530102").pk], [periods.month(desk.today)], timezone.now())
    found = {each.indicator.code: each.value for each in compute.evaluate(INDICATORS, asked)}
    papers = {code: found[f"enforcement.paper_{code}"] for code in PAPER_KINDS}
    assert {code: n for code, n in papers.items() if n} == {"inquiry": 1}
    codes = {each.code for each in INDICATORS}
    assert codes <= offered.for_reader(desk.cast.actor("office"), by_sector=False).keys()
    assert not codes & offered.for_reader(desk.cast.actor("firm"), by_sector=False).keys()


def test_the_list_is_narrowed_by_what_one_looks_for(desk: Desk) -> None:
    first = desk.fined()
    desk.enter("drill", "office", what="液氨泄漏演练")
    desk.enter("penalty", "city", enterprise=desk.away.pk, warned=True)
    for query, n in (
        ("", 3), ("?kind=drill", 1), ("?q=液氨", 1), (f"?q={first.number[-3:]}", 1), ("?q=盘龙", 1),
        ("?area=530103", 1), ("?sector=hazchem", 2), (f"?enterprise={desk.firm.pk}", 2),
        ("?enterprise=盘龙", 1), ("?figure=fine", 1), ("?owing=1", 1), ("?open=1", 0),
        (f"?unit={first.unit_id}", 2), (f"?on_from={desk.today}&on_to={desk.today}", 3),
        ("?figure=x", 3), ("?enterprise=99999999999999999999999", 0), ("?unit=x&area=1&q=%00", 0),
    ):  # fmt: skip
        answer = desk.client_of("city").get(reverse("enforcement:list") + query)
        if "%00" in query:
            assert answer.status_code < 500
            continue
        assert rows(answer.content.decode()) == n, query


def test_an_enterprise_s_page_shows_its_entries_to_those_who_may(desk: Desk) -> None:
    row = desk.fined()
    url = reverse("enforcement:of_enterprise", args=[desk.firm.pk])
    one = reverse("enforcement:one", args=[row.pk])
    assert one in desk.client_of("inspector").get(url).content.decode()
    assert desk.client_of("stranger").get(url).status_code in (403, 404)
    away = reverse("enforcement:of_enterprise", args=[desk.away.pk])
    assert one not in desk.client_of("city").get(away).content.decode()
    whole = desk.client_of("inspector").get(reverse("enterprises:page", args=[desk.firm.pk]))
    assert url in whole.content.decode()


def test_S14_nobody_reads_or_touches_what_lies_elsewhere(desk: Desk) -> None:
    row = desk.fined()
    paid = desk.pay(row, 100)
    for who in ("stranger", "firm", "other_firm"):
        browser = desk.client_of(who)
        assert browser.get(reverse("enforcement:one", args=[row.pk])).status_code in (403, 404)
        for name, pk in (("pay", row.pk), ("withdraw", row.pk), ("unpay", paid)):
            body = {"pk": uuid7(), "request_id": uuid7(), "reason": "x", "amount": "1",
                    "on": desk.today.isoformat()}  # fmt: skip
            url = reverse(f"enforcement:{name}", args=[pk])
            assert browser.post(url, body).status_code in (403, 404), (who, name)
    assert rows(page(desk, "stranger")) == 0
    assert desk.client_of("firm").get(reverse("enforcement:list")).status_code == 403
    viewer = desk.client_of("viewer")
    body = {"request_id": uuid7(), "reason": "x"}
    assert viewer.post(reverse("enforcement:withdraw", args=[row.pk]), body).status_code == 403
    assert desk.ledger()["collected"] == 100


@pytest.mark.once
def test_the_pages_ask_as_much_of_many_as_of_few(desk: Desk) -> None:
    def statements(url: str) -> int:
        browser = desk.client_of("inspector")
        browser.get(url)
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(url).status_code == 200
        return len(seen)

    row = desk.fined(violations=("甲",))
    desk.pay(row, 1)
    urls = (
        reverse("enforcement:list"), reverse("enforcement:export"),
        reverse("enforcement:one", args=[row.pk]),
        reverse("enforcement:of_enterprise", args=[desk.firm.pk]),
    )  # fmt: skip
    few = [statements(url) for url in urls]
    for n in range(6):
        desk.fined(violations=(f"乙{n}", f"丙{n}"))
        desk.pay(row, 1)
    assert [statements(url) for url in urls] == few


def test_an_enterprise_is_looked_for_by_words_and_sent_by_its_id_or_written_in_full(
    desk: Desk,
) -> None:
    from anlan.domain.enforcement.models import Entry

    look = reverse("enterprises:pick") + "?picker_q="
    offered = desk.client_of("inspector").get(look + desk.firm.name[2:]).content.decode()
    assert f'data-code="{desk.firm.pk}"' in offered
    assert desk.firm.name in offered
    # Of another district's enterprise neither name nor code is told.
    assert f'data-code="{desk.away.pk}"' not in (
        desk.client_of("inspector").get(look + desk.away.name).content.decode()
    )
    assert not desk.client_of("inspector").get(look).content
    assert send(desk, "inspection", firm=str(desk.firm.pk)).status_code == 302
    assert Entry.objects.get().enterprise_id == desk.firm.pk
    for wrong in (str(desk.away.pk), "没有这家企业", "9" * 12):
        answer = send(desk, "inspection", firm=wrong)
        assert answer.status_code == 422, wrong
    again = send(desk, "inspection", firm="没有这家企业").content.decode()
    # What was typed stands there still.
    assert 'value="没有这家企业"' in again
