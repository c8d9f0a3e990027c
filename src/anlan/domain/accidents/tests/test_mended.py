"""What went wrong once: numbers that fall, days that nobody meant, records taken out again."""

from __future__ import annotations

import gzip
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.accidents import chain, commands, importing
from anlan.domain.accidents import statistics as numbers
from anlan.domain.accidents.commands import Figures
from anlan.domain.accidents.importing import editing, turning
from anlan.domain.accidents.models import Accident, Clock, Finding, Inquiry, Word
from anlan.domain.accidents.tests.desk import HOME, Desk
from anlan.domain.hazards.tests.stage import ROOT
from anlan.kernel.calendar import periods
from anlan.kernel.loop.models import Case, Event
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
T = datetime(2026, 9, 7, 10, tzinfo=timezone.get_default_timezone())


def test_a_grade_that_falls_after_the_report_was_late_leaves_the_finding_standing(
    desk: Desk,
) -> None:
    pk = desk.report(at=T, deaths=3)
    assert desk.do("city", "pass_up", pk, T + HOUR, sent_at=T + HOUR) == "reported"
    assert chain.look(T + 9 * HOUR) == 1
    given = {"figures": Figures(deaths=1), "text": "两人经抢救脱险"}
    assert desk.do("city", "supplement", pk, T + 10 * HOUR, **given) == "known"
    assert Finding.objects.filter(accident=pk, kind="late").count() == 1
    assert not Clock.objects.filter(accident=pk, done_at=None).exists()
    desk.check()


def test_what_is_void_is_misreported_in_no_figure(desk: Desk) -> None:
    pk = desk.report(at=T, deaths=1)
    desk.do("office", "suspect", pk, T, kind="hidden", text="举报")
    found = Finding.objects.get()
    given = {"finding": found.pk, "confirmed": True, "answer": "属实"}
    assert desk.do("leader", "judge", pk, T, **given) == "reported"
    assert desk.sums()["misreported"] == 1
    assert desk.do("office", "void", pk, T, reason="重复") == "void"
    assert desk.sums()["misreported"] == 0
    desk.check()


def test_an_inquiry_follows_its_accident_and_ends_with_it(desk: Desk) -> None:
    pk = desk.report(at=T, deaths=1)
    call = desk.call("office", T)
    inquiry = commands.open_inquiry(pk, inquiry=uuid7(), **call)
    assert desk.do("city", "supplement", pk, T + HOUR, figures=Figures(deaths=3)) == "reported"
    assert Case.objects.get(pk=inquiry).grade == "larger"
    assert Inquiry.objects.get(pk=inquiry).level_by_grade == 2
    desk.check()
    assert desk.do("city", "void", pk, T + 2 * HOUR, reason="重复") == "void"
    assert Case.objects.get(pk=inquiry).state == "void"
    for name, one in (("page", pk), ("inquiry", inquiry)):
        assert desk.get("city", f"accidents:{name}", one).status_code == 200
    desk.check()


def test_a_month_that_is_over_counts_as_one_without(desk: Desk) -> None:
    at = timezone.make_aware(datetime(2026, 3, 10, 9))
    desk.report("city", at=timezone.make_aware(datetime(2025, 10, 10, 9)), deaths=12)
    asked = numbers.Asked(by_code(HOME), periods.year(date(2025, 1, 1)), "work", None, at)
    # November and December.
    assert numbers.read(asked).without_major == 2
    asked = numbers.Asked(by_code(HOME), periods.year(date(2026, 1, 1)), "work", None, at)
    # And January and February; March runs.
    assert numbers.read(asked).without_major == 4


def test_what_was_exported_and_is_read_in_again_is_known(desk: Desk, tmp_path: Path) -> None:
    pk = desk.report(deaths=1)
    number = desk.row(pk).case.number
    when = f"{timezone.localtime(desk.row(pk).happened_at):%Y-%m-%d %H:%M}"
    path = tmp_path / "out.csv"
    path.write_text(f"事故编号,事故名称,发生时间,死亡人数\n{number},储罐区闪爆,{when},1\n")
    tried = importing.try_out(desk.sent(path, area=HOME), by=ROOT)
    assert (tried["known"], tried["created"], tried["rejected"]) == (1, 0, 0)


def test_the_same_register_in_another_writing_of_its_days_is_known(
    desk: Desk, tmp_path: Path
) -> None:
    for when, known in (("2025-01-02", 0), ("2025/01/02 00:00:00", 1), ("2025年1月2日", 1)):
        path = tmp_path / "a.csv"
        path.write_text(f"事故名称,发生时间,死亡人数\n坍塌,{when},2\n")
        batch = importing.run(desk.sent(path, area=HOME).pk, by=ROOT)
        assert batch.known == known, when


@pytest.mark.parametrize(
    "row",
    [
        "坍塌,2025-01-02,1e999999,1e999999",
        "坍塌,2025-01-02,1,1e999998",
        "坍塌,2025-01-02,NaN,1",
        "坍塌,2025-01-02,1,-Infinity",
        "坍塌,0001-01-01,1,1",
        "坍塌,1066-10-14,1,1",
    ],
)
def test_a_cell_that_nobody_meant_is_told_by_its_place(
    desk: Desk, tmp_path: Path, row: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"事故名称,发生时间,死亡人数,直接经济损失（万元）\n{row}\n")
    batch = desk.sent(path, area=HOME)
    importing.try_out(batch, by=ROOT)
    assert [(each.row, len(each.reason) > 5) for each in batch.leftovers.all()] == [(2, True)]


def test_a_packed_file_that_breaks_off_or_is_bent_is_refused(desk: Desk, tmp_path: Path) -> None:
    body = gzip.compress("事故名称,发生时间\n".encode() + b"abc,2025-01-02\n" * 900, mtime=0)
    for n in range(10, len(body), 7):
        bent = body[:n] + bytes([body[n] ^ 0xFF]) + body[n + 1 :]
        for broken in (bent, body[:n]):
            path = tmp_path / "a.csv.gz"
            path.write_bytes(broken)
            with pytest.raises(Refusal):
                desk.sent(path, area=HOME)


def test_days_that_nobody_meant_are_refused_and_break_no_page(desk: Desk) -> None:
    for when in ("0001-01-01T00:00", "1066-10-14T09:00"):
        form = {"pk": uuid7(), "title": "闪爆", "happened_at": when, "area": HOME}
        assert desk.post("office", "accidents:new", **form).status_code == 422
        url = f"/api/v1/accidents/{uuid7()}/report/{uuid7()}/"
        body = {"title": "闪爆", "happened_at": f"{when}:00", "area": HOME}
        answer = desk.browser("office").put(url, body, content_type="application/json")
        assert answer.status_code in (400, 422)
        word = {"source": "press", "day": when[:10], "area": HOME, "text": "报道"}
        assert desk.post("office", "accidents:new_word", **word).status_code == 422
    assert not Accident.objects.exists()
    assert not Word.objects.exists()
    for known in ("0001-01-01", "0001-01-01T00:00", "9999-12-31T23:59", "9999-12-31"):
        query = f"?known={known}"
        for name in ("statistics", "workbook"):
            assert desk.get("office", f"accidents:{name}", query=query).status_code < 500
        more = query + f"&kind=accident.deaths&area={HOME}&period=2026&scope=work"
        assert desk.get("office", "accidents:records", query=more).status_code < 500


@pytest.mark.parametrize(
    "query",
    ["base=1990", "base=2199", "period=2199", "period=1900", "period=1900&base=2199",
     "period=2024-02-29&base=1999", "base=²", "base=٢٠٢٠", "x=%00", "area=%00", "known=%00",
     "period=2026-11-01..2199-12-31", "scope=%00"],
)  # fmt: skip
def test_an_address_that_nobody_meant_breaks_no_statistics(desk: Desk, query: str) -> None:
    for name in ("statistics", "workbook"):
        assert desk.get("office", f"accidents:{name}", query=f"?{query}").status_code < 500


def test_whoever_has_no_overview_gets_no_broken_statistics(desk: Desk) -> None:
    for who in ("viewer", "stranger", "inspector", "leader"):
        for name in ("list", "statistics", "inquiries", "words", "export", "workbook"):
            assert desk.get(who, f"accidents:{name}").status_code < 500, (who, name)


def test_a_word_held_against_an_accident_stands_in_its_history(desk: Desk) -> None:
    pk = desk.report(deaths=1)
    word = {"source": "hospital", "day": timezone.localdate(), "area": HOME, "deaths": 2,
            "text": "两人死亡"}  # fmt: skip
    desk.post("office", "accidents:new_word", **word)
    given = {"status": "matched", "accident": pk}
    desk.post("office", "accidents:decide_word", Word.objects.get().pk, **given)
    assert Event.objects.filter(case=pk, step="finding").exists()
    desk.check()


def test_a_scope_asked_of_a_concluded_accident_waits_in_the_worklist(desk: Desk) -> None:
    from anlan.kernel.accounts import policy
    from anlan.kernel.loop.worklist import works

    pk = desk.report(deaths=1, type="2025-N09")
    conclusion = {"figures": Figures(deaths=1), "text": "结论", "on": timezone.localdate()}
    assert desk.do("office", "conclude", pk, **conclusion) == "concluded"
    assert desk.do("office", "ask_scope", pk, scope="nonwork", reason="自然灾害") == "concluded"
    desk.do("office", "suspect", pk, kind="hidden", text="举报")
    work = next(one for one in works() if "accident" in one.kinds)
    by = desk.cast.actor("leader")
    for code in ("scope", "findings"):
        tray = next(one for one in work.trays(by) if one.code == code)
        rows = policy.permitted(work.rows.filter(tray.where), tray.needs, by)
        assert rows.filter(pk=pk).exists(), code


def test_appraisals_that_overlap_give_no_day_twice(desk: Desk) -> None:
    pk = desk.report("office", at=T, deaths=1)
    inquiry = commands.open_inquiry(pk, inquiry=uuid7(), **desk.call("office", T))
    day = timezone.localdate(T)

    def on(n: int) -> Any:
        return day + timedelta(days=n)

    late = T + timedelta(days=30)
    assert desk.do("office", "appraise", inquiry, late, on=on(5), reason="鉴定") == "investigating"
    assert desk.do("office", "end_appraisal", inquiry, late, on=on(15)) == "investigating"
    again = {"on": on(10), "reason": "补充鉴定"}
    assert desk.do("office", "appraise", inquiry, late, **again) == "accident_incomplete"
    again["on"] = on(15)
    assert desk.do("office", "appraise", inquiry, late, **again) == "investigating"


def test_deaths_are_counted_again_where_the_nature_was_wrong(desk: Desk) -> None:
    pk = desk.report(at=T, deaths=2)
    day = timezone.localdate(T)
    late = T + timedelta(days=20)
    given = {"figures": Figures(deaths=3), "died_on": day + timedelta(days=15), "text": "医治无效"}
    assert desk.do("office", "supplement", pk, late, **given) == "reported"
    assert desk.row(pk).case.grade == "larger"
    for nature, counted in (("traffic", (2, 1)), ("general", (3, 0))):
        fields = {"nature": nature}
        assert desk.do("office", "correct", pk, late, fields=fields, reason="认定") == "reported"
        row = desk.row(pk)
        assert (row.deaths, row.deaths_late) == counted
        assert desk.sums()["deaths"] == counted[0]
        desk.check()
    assert desk.row(pk).case.grade == "larger"


def test_a_register_that_is_sent_twice_at_once_is_read_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("事故名称,发生时间\n坍塌,2025-01-02\n坠落,2025-01-03\n")
    importing.run(desk.sent(path, area=HOME).pk, by=ROOT)
    # The second has looked before the first has written.
    looked, real = [], turning._there

    def blind(source: str, keys: Any) -> set[str]:
        looked.append(keys)
        return set() if len(looked) == 1 else real(source, keys)

    monkeypatch.setattr(turning, "_there", blind)
    batch = importing.run(desk.sent(path, area=HOME).pk, by=ROOT)
    assert (batch.created, batch.known, batch.status, len(looked)) == (0, 2, "done", 2)
    assert Accident.objects.count() == 2
    desk.check()


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-1", "0", "1e99", "seven"])
def test_a_rate_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        editing.rate(text)


def test_of_two_supplements_at_once_the_second_takes_nothing_back(desk: Desk) -> None:
    pk = desk.report(deaths=1)
    client = desk.browser("office")

    def put(**body: Any) -> Any:
        url = f"/api/v1/accidents/{pk}/supplement/{uuid7()}/"
        return client.put(url, body, content_type="application/json")

    # Both have read one death; one hears of a second, the other of injured.
    assert put(deaths=2, text="抢救无效").status_code == 200
    answer = put(deaths=1, serious=5, text="送医五人")
    assert (answer.status_code, desk.row(pk).deaths) == (400, 2)
    assert "seen" in answer.content.decode()
    # Whoever says what they looked at may lower a number, and not by what is past.
    seen = desk.row(pk).case.version
    assert put(deaths=1, text="误报一人", seen=seen - 1).status_code == 409
    assert put(deaths=1, text="误报一人", seen=seen).status_code == 200
    desk.check()


def test_a_telephone_number_stands_in_no_list_notice_or_answer_to_programs(
    desk: Desk, tmp_path: Path
) -> None:
    number = "13800138000"
    for wrong in ({"title": f"闪爆，找张某 {number}"}, {"place": f"三号罐 {number}"}):
        form = {"pk": uuid7(), "title": "闪爆", "area": HOME, "happened_at": "2026-01-02T03:04"}
        assert desk.post("office", "accidents:new", **{**form, **wrong}).status_code == 422
    pk = desk.report(text=f"联系人 {number}")
    assert desk.do("office", "correct", pk, fields={"title": number}, reason="改") == (
        "accident_incomplete"
    )
    said = desk.browser("office").get(f"/api/v1/accidents/{pk}/reports/").content.decode()
    assert number not in said
    # Whoever is on duty finds it on the accident's page.
    assert number in desk.get("office", "accidents:page", pk).content.decode()
    path = tmp_path / "a.csv"
    path.write_text(f"事故名称,发生时间,经过\n坍塌 {number},2025-01-02,拆除时\n")
    importing.run(desk.sent(path, area=HOME).pk, by=ROOT)
    row = Accident.objects.get(happened_at__year=2025)
    assert number not in row.title
    assert number in row.reports.get().text
