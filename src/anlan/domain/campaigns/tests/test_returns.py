"""Reporting dates of a notice: asked for, filed, nil, late, missing, sent back, not applicable."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.campaigns.commands.terms import NewLine
from anlan.domain.campaigns.invariants import invariants
from anlan.domain.campaigns.models import Duty, Filing, Plan, Return
from anlan.domain.campaigns.returns import commands as do
from anlan.domain.campaigns.returns import rule as returns_rule
from anlan.domain.campaigns.returns import table as returns_table
from anlan.domain.campaigns.returns.commands import NewDuty
from anlan.domain.campaigns.returns.rule import Rule
from anlan.domain.campaigns.tests.house import House, lead
from anlan.kernel.accounts.models import Unit
from anlan.kernel.calendar.workdays import Calendar
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.models import Case
from anlan.kernel.notices.models import Notice

# --- the rule, without a database ------------------------------------------------------------

SAID = (
    ("2019年6月20日前、12月20日前将各项工作推进情况报送省安委办。",
     Rule("dates", dates=((6, 20), (12, 20)))),
    ("各州市安委会每季度末向省安委办报告。", Rule("quarter", month=3, day=0)),
    ("每月5日前报送上月情况。", Rule("month", day=5)),
    ("每月底上报进展。", Rule("month", day=0)),
    ("每季度首月10日前报送上季度情况。", Rule("quarter", month=1, day=10)),
    ("每季度末月25日前报送。", Rule("quarter", month=3, day=25)),
    ("每季度5日前报送。", Rule("quarter", month=1, day=5)),
    ("每半年报告一次。", Rule("half", month=6, day=0)),
    ("每周五报送一次。", Rule("week", day=5)),
    ("每年年底前報送總結。", Rule("year", month=12, day=0)),
    ("十二月二十日前上报。", Rule("dates", dates=((12, 20),))),
)  # fmt: skip


@pytest.mark.parametrize(("said", "rule"), SAID)
def test_a_rule_is_read_from_a_sentence(said: str, rule: Rule) -> None:
    assert returns_rule.read(said) == rule
    assert not rule.problem
    assert Rule.of(rule.data()) == rule


@pytest.mark.parametrize("said", ["6月20日前完成整治。", "及时报送情况。", "每月5日前完成。", ""])
def test_a_sentence_that_states_no_reporting_day_gives_none(said: str) -> None:
    assert returns_rule.read(said) is None


def days(rule: Rule, first: date, last: date, calendar: Calendar | None = None) -> list[date]:
    found = returns_rule.due_days(rule, first, last, calendar or Calendar())
    return [one.day for one in found]


def test_a_rule_gives_its_days() -> None:
    year = (date(2024, 1, 1), date(2024, 12, 31))
    assert days(Rule("dates", dates=((6, 20), (12, 20))), *year) == [
        date(2024, 6, 20), date(2024, 12, 20),
    ]  # fmt: skip
    assert days(Rule("quarter", month=3), *year)[:2] == [date(2024, 3, 31), date(2024, 6, 30)]
    assert days(Rule("month", day=31), *year)[1] == date(2024, 2, 29)
    assert len(days(Rule("week", day=5), *year)) == 52
    before = Rule("month", day=5, includes_day=False)
    assert days(before, date(2024, 3, 1), date(2024, 3, 31)) == [date(2024, 3, 4)]
    # 5 October 2024 was a holiday, 12 October a Saturday that was worked.
    off = {date(2024, 10, n): False for n in range(1, 8)} | {date(2024, 10, 12): True}
    calendar = Calendar(off, frozenset({2024}))
    moved = Rule("month", day=5, rest_day="moves")
    assert days(moved, date(2024, 10, 1), date(2024, 10, 31), calendar) == [date(2024, 10, 8)]
    worked = Rule("month", day=12, rest_day="moves")
    assert days(worked, date(2024, 10, 1), date(2024, 10, 31), calendar) == [date(2024, 10, 12)]
    [provisional] = returns_rule.due_days(moved, date(2025, 10, 1), date(2025, 10, 31), calendar)
    assert provisional.provisional
    for wrong in (Rule("dates"), Rule("month", month=2), Rule("week"), Rule("ever"),
                  Rule("dates", dates=((2, 30),)), Rule("quarter", month=4)):  # fmt: skip
        assert wrong.problem


# --- through the pages -------------------------------------------------------------------------


def plan_of(house: House) -> Plan:
    line = NewLine("每月5日前报送工作推进情况。", title="报送推进情况", units=lead("市应急局"))
    return house.published(lines=[line])


def data_of(house: House, **more: Any) -> dict[str, Any]:
    units = [house.cast.units[key].pk for key in ("office", "elsewhere")]
    return {
        "title": "月度推进情况", "text": "每月报送工作推进情况。", "every": "week",
        "day": house.today.isoweekday(), "rest_day": "stays", "starts_on": house.today,
        "ends_on": house.today + timedelta(100), "opens_days": 20, "nil_allowed": "on",
        "units": units, "name_0": "检查企业", "unit_0": "家", **more,
    }  # fmt: skip


def made(house: House, plan: Plan | None = None, **more: Any) -> Duty:
    plan = plan or plan_of(house)
    answer = house.post("city", "campaigns:new_duty", plan.pk, **data_of(house, **more))
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return Duty.objects.latest("made_at")


pages = pytest.mark.django_db


def mine(house: House, duty: Duty, unit: str, ahead: int = 0) -> Return:
    rows = Return.objects.select_related("case").filter(duty=duty, unit=house.cast.units[unit])
    return rows.get(due_on=house.today + timedelta(ahead))


def take(house: House, who: str, row: Return, code: str, **data: Any) -> str | int:
    answer = house.post(who, "campaigns:return_step", row.pk, code, **data)
    ok = answer.status_code == 302
    return Case.objects.get(pk=row.pk).state if ok else answer.status_code


@pages
def test_a_duty_is_made_of_what_the_plan_says(house: House) -> None:
    plan = plan_of(house)
    page = house.text("city", "campaigns:new_duty", plan.pk)
    assert "每月5日前报送工作推进情况。" in page
    assert "昆明市应急管理局" in page  # It has a part in the plan.
    below = house.text("city", "campaigns:new_duty", plan.pk, query="?who=next")
    assert "五华区安委办" in below
    chosen = house.text("city", "campaigns:new_duty", plan.pk, query="?s=0")
    assert 'value="5"' in chosen
    assert house.get("office", "campaigns:new_duty", plan.pk).status_code == 403
    wrong = ({"every": "dates", "dates": "明天"}, {"every": "dates", "dates": ""}, {"units": []},
             {"ends_on": house.today - timedelta(9)}, {"text": " "}, {"every": "never"},
             {"name_1": "检查企业"}, {"opens_days": 400})  # fmt: skip
    for more in wrong:
        answer = house.post("city", "campaigns:new_duty", plan.pk, **data_of(house, **more))
        assert answer.status_code == 422, more
    assert not Duty.objects.exists()
    seen = house.post("city", "campaigns:new_duty", plan.pk, **data_of(house, preview="1"))
    assert seen.status_code == 200
    assert not Duty.objects.exists()
    assert house.post("office", "campaigns:new_duty", plan.pk, **data_of(house)).status_code == 403
    duty = made(house, plan)
    # Three weeks ahead for two units; the others come when their time does.
    assert duty.returns.count() == 6
    assert Notice.objects.filter(kind="campaigns.return_asked").count() == 6
    assert do.open_due(timezone.now()) == 0
    assert do.open_due(timezone.now() + timedelta(7)) == 2
    assert house.get("stranger", "campaigns:duty", duty.pk).status_code == 200
    draft = house.plan()
    refused = house.post("city", "campaigns:new_duty", draft, **data_of(house))
    assert refused.status_code in (409, 422)


@pages
def test_units_file_or_file_nil_and_those_who_wanted_it_read(house: House) -> None:
    duty = made(house)
    figure = duty.figures.get()
    row = mine(house, duty, "office")
    page = house.text("office", "work:list")
    assert "月度推进情况" in page
    assert house.get("stranger", "campaigns:return", row.pk).status_code == 404
    assert take(house, "stranger", row, "file", text="推进") == 404
    assert take(house, "city", row, "file", text="推进", **{f"figure_{figure.pk}": 3}) == 403
    assert take(house, "office", row, "file", text=" ", **{f"figure_{figure.pk}": 3}) == 422
    assert take(house, "office", row, "file", text="推进") == 422  # The figure is wanted.
    said = {"text": "检查企业12家", f"figure_{figure.pk}": 12}
    paper = SimpleUploadedFile("名单.csv", "企业\n甲\n".encode())
    assert take(house, "office", row, "file", **said, files=[paper]) == "rectified"
    assert "检查企业12家" in house.text("city", "campaigns:return", row.pk)
    assert house.get("city", "work:list").status_code == 200
    fact = Fact.objects.get(kind__code="duty.figure")
    assert (fact.quantity, fact.day, fact.unit_id) == (12, row.due_on, row.unit_id)
    other = mine(house, duty, "elsewhere")
    assert take(house, "stranger", other, "nil", text="") == "rectified"
    assert Filing.objects.get(case=other).figures == {str(figure.pk): 0}
    counts = returns_table.counts(Return.objects.all(), house.today)
    assert (counts["on_time"], counts["nil"], counts["waiting"]) == (1, 1, 4)
    assert take(house, "office", row, "accept") == 403  # One's own.
    answer = house.post("city", "campaigns:accept_returns", duty.pk)
    assert answer.status_code == 302
    assert Case.objects.get(pk=row.pk).state == "closed"
    assert Filing.objects.filter(status="accepted").count() == 2
    table = house.text("city", "campaigns:duty", duty.pk)
    assert "12" in table
    attached = house.text("city", "campaigns:return", row.pk).split("files/")[1].split("/")[0]
    assert house.get("city", "campaigns:return_file", row.pk, attached).status_code == 200
    assert house.get("stranger", "campaigns:return_file", row.pk, attached).status_code == 404
    assert house.get("city", "campaigns:return_file", other.pk, attached).status_code == 404


@pages
def test_a_return_that_is_sent_back_and_filed_again_keeps_both(house: House) -> None:
    duty = made(house)
    figure, row = duty.figures.get(), mine(house, duty, "office")

    def total() -> int:
        rows = Fact.objects.filter(kind__code="duty.figure")
        return int(rows.aggregate(n=Sum("quantity"))["n"] or 0)

    take(house, "office", row, "file", text="检查9家", **{f"figure_{figure.pk}": 9})
    assert total() == 9
    assert take(house, "city", row, "send_back", reason=" ") == 422
    assert take(house, "city", row, "send_back", reason="数字与台账不符") == "assigned"
    assert total() == 0
    assert Case.objects.get(pk=row.pk).due_on == row.due_on  # It wins nobody time.
    assert take(house, "office", row, "file", text="核实后为7家",
                **{f"figure_{figure.pk}": 7}) == "rectified"  # fmt: skip
    assert total() == 7
    page = house.text("office", "campaigns:return", row.pk)
    for words in ("检查9家", "数字与台账不符", "核实后为7家"):
        assert words in page


@pages
def test_on_time_late_missing_nil_and_not_applicable_are_told_apart(house: House) -> None:
    start = house.today - timedelta(14)
    duty = made(house, starts_on=start, name_0="", unit_0="")
    rows = Return.objects.filter(duty=duty).select_related("case")
    assert rows.count() == 10  # Two weeks back, today and two ahead, for two units.
    late = mine(house, duty, "office", -14)
    assert returns_table.state_of(late, house.today) == "missing"
    assert take(house, "office", late, "nil") == "rectified"
    assert take(house, "city", mine(house, duty, "elsewhere", -14), "exempt", reason=" ") == 422
    assert take(house, "stranger", mine(house, duty, "elsewhere", -14), "exempt",
                reason="无此行业") == 403  # fmt: skip
    assert take(house, "city", mine(house, duty, "elsewhere", -14), "exempt",
                reason="无此行业") == "void"  # fmt: skip
    take(house, "office", mine(house, duty, "office"), "file", text="正常推进")
    take(house, "stranger", mine(house, duty, "elsewhere"), "nil")
    wanted = {"late": 1, "not_applicable": 1, "missing": 2, "on_time": 1, "nil": 1, "waiting": 4}
    assert returns_table.counts(Return.objects.all(), house.today) == wanted
    # Python and SQL say the same of each.
    told: dict[str, int] = {}
    for row in Return.objects.select_related("case"):
        state = returns_table.state_of(row, house.today)
        told[state] = told.get(state, 0) + 1
    assert told == wanted
    for state, n in wanted.items():
        listed = house.text("city", "campaigns:duty", duty.pk, query=f"?state={state}")
        assert listed.count('class="main-link') >= n, state
    day = (house.today - timedelta(7)).isoformat()
    listed = house.text("city", "campaigns:duty", duty.pk, query=f"?state=missing&day={day}")
    assert "五华区安委办" in listed
    # A district sees its own and not its neighbour's.
    assert "五华区安委办" not in house.text("stranger", "campaigns:duty", duty.pk)
    # The ledger says it too: what is missing is overdue.
    overdue = Fact.objects.filter(kind__code="return.overdue", day__lte=house.today)
    assert overdue.aggregate(n=Sum("quantity"))["n"] == 2


@pages
def test_the_missing_are_urged_once_a_working_day(house: House) -> None:
    duty = made(house, starts_on=house.today - timedelta(7), name_0="", unit_0="")
    assert house.post("office", "campaigns:urge_returns", duty.pk).status_code == 302
    assert not Notice.objects.filter(kind="loop.urged").exists()  # None that it may read.
    assert "campaigns/duties/" in house.text("city", "campaigns:duty", duty.pk)
    house.post("city", "campaigns:urge_returns", duty.pk)
    told = Notice.objects.filter(kind="loop.urged").values_list("about", flat=True)
    late = house.today - timedelta(7)
    missing = Return.objects.filter(duty=duty, due_on=late).values_list("pk", flat=True)
    assert sorted(told) == sorted(map(str, missing))
    house.post("city", "campaigns:urge_returns", duty.pk)
    assert Notice.objects.filter(kind="loop.urged").count() == 2


@pages
def test_check_finds_a_filing_that_its_facts_do_not_say(house: House) -> None:
    duty = made(house)
    figure, row = duty.figures.get(), mine(house, duty, "office")
    take(house, "office", row, "file", text="检查9家", **{f"figure_{figure.pk}": 9})
    now = timezone.now()
    assert all(ok for _name, ok, _n, _what in invariants(now))
    Filing.objects.update(figures={str(figure.pk): 8})
    broken = {name: ok for name, ok, _n, _what in invariants(now)}
    assert not broken["I5 figures of returns are what was filed"]


@pages
def test_a_duty_without_nil_reports_takes_none(house: House) -> None:
    data = data_of(house)
    data.pop("nil_allowed")
    plan = plan_of(house)
    assert house.post("city", "campaigns:new_duty", plan.pk, **data).status_code == 302
    duty = Duty.objects.get()
    row = mine(house, duty, "office")
    assert take(house, "office", row, "nil") == 422
    assert 'id="step-nil"' not in house.text("office", "campaigns:return", row.pk)


@pages
def test_what_is_asked_for_no_more_drops_what_is_not_due(house: House) -> None:
    duty = made(house, starts_on=house.today - timedelta(7))
    reason = {"reason": "任务已结束"}
    assert house.post("office", "campaigns:end_duty", duty.pk, **reason).status_code == 403
    assert house.post("city", "campaigns:end_duty", duty.pk, seen="9", **reason).status_code == 409
    assert house.post("city", "campaigns:end_duty", duty.pk, reason=" ").status_code == 400
    assert house.post("city", "campaigns:end_duty", duty.pk, **reason).status_code == 302
    states = returns_table.counts(Return.objects.all(), house.today)
    assert states["missing"] == 2
    assert states["waiting"] == 0
    assert house.post("city", "campaigns:end_duty", duty.pk, **reason).status_code == 409
    assert do.open_due(timezone.now() + timedelta(14)) == 0


@pytest.mark.once
@pages
def test_the_table_takes_as_many_statements_for_many_days_as_for_few(house: House) -> None:
    plan = plan_of(house)

    def statements(weeks: int) -> int:
        duty = made(house, plan, starts_on=house.today - timedelta(7 * weeks), title=f"报{weeks}")
        for name in ("duty", "duties"):
            house.get("city", f"campaigns:{name}", *([duty.pk] if name == "duty" else []))
        with CaptureQueriesContext(connection) as found:
            house.get("city", "campaigns:duty", duty.pk)
            house.get("city", "campaigns:duties")
        return len(found)

    assert statements(1) == statements(9)


@pages
def test_the_table_goes_out_as_a_workbook(house: House) -> None:
    import io

    from python_calamine import CalamineWorkbook

    duty = made(house)
    figure, row = duty.figures.get(), mine(house, duty, "office")
    take(house, "office", row, "file", text="=检查9家", **{f"figure_{figure.pk}": 9})
    answer = house.get("city", "campaigns:export_duty", duty.pk)
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    first, second = (book.get_sheet_by_index(n).to_python() for n in (0, 1))
    assert any("五华区安委办" in row for row in first)
    # Units of one name stay two rows: what one filed isn't the other's.
    namesake = house.cast.units["elsewhere"]
    Unit.objects.filter(pk=namesake.pk).update(name="五华区安委办")
    answer = house.get("city", "campaigns:export_duty", duty.pk)
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    rows = [row for row in book.get_sheet_by_index(0).to_python() if row[0] == "五华区安委办"]
    assert len(rows) == 2
    assert sorted("in time" in row for row in rows) == [False, True]
    Unit.objects.filter(pk=namesake.pk).update(name=namesake.name)
    assert any("检查9家" in str(cell) for row in second for cell in row)
    mine_only = house.get("stranger", "campaigns:export_duty", duty.pk)
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(mine_only.streaming_content)))
    assert not any("五华区安委办" in row for row in book.get_sheet_by_index(0).to_python())
    assert house.get("firm", "campaigns:export_duty", duty.pk).status_code == 404


@pages
def test_the_same_call_twice_makes_one_duty(house: House) -> None:
    plan = plan_of(house)
    new = NewDuty("报送", "每月报送。", Rule("month", day=5), house.today,
                  house.today + timedelta(200), (house.cast.units["office"].pk,))  # fmt: skip
    call = house.call("city")
    assert do.make_duty(plan.pk, new, **call) == do.make_duty(plan.pk, new, **call)
    assert Duty.objects.count() == 1


@pages
def test_the_clock_reminds_before_the_day_and_warns_after_it(house: House) -> None:
    from anlan.kernel.loop import ladder

    duty = made(house)
    row = mine(house, duty, "office", 7)
    ladder.tick(timezone.now() + timedelta(5))
    assert Case.objects.get(pk=row.pk).rung == 1
    ladder.tick(timezone.now() + timedelta(8))
    assert Case.objects.get(pk=row.pk).rung == 2
    told = Notice.objects.filter(about=str(row.pk)).values_list("kind", flat=True)
    assert {"loop.reminded", "loop.warned"} <= set(told)


@pages
def test_the_days_that_reading_a_notice_found_are_offered(house: House, tmp_path: Any) -> None:
    from anlan.domain.campaigns.models import Intake
    from anlan.domain.campaigns.reading.whole import told
    from anlan.domain.campaigns.tests import notices
    from anlan.kernel.papers import documents

    plan = plan_of(house)
    ahead = house.today.year + 1
    text = (
        "关于开展行动的通知\n各州市安委会：\n一、重点任务\n（一）整治隐患。\n二、工作要求\n"
        f"请各州市于{ahead}年6月20日、12月20日前将推进情况报送省安委办。\n"
    )
    reading = {
        "text": text,
        "notice": {"reports": [
            {"start": text.index(f"{ahead}年"), "end": text.index("、12月"), "recurring": "",
             "due": f"{ahead}-06-20"},
            {"start": text.index("12月"), "end": text.index("前将"), "recurring": "",
             "due": f"{ahead}-12-20"},
        ]},
    }  # fmt: skip
    Intake.objects.create(
        area=plan.area, path=plan.path, unit=plan.unit, name="通知", reading=reading, plan=plan,
        made_at=timezone.now(), made_by="city",
    )  # fmt: skip
    found = [one for one in returns_table.suggestions(plan) if one.line is None]
    assert [one.rule for one in found] == [Rule("dates", dates=((6, 20), (12, 20)))]
    assert found[0].until == date(ahead, 12, 20)
    page = house.text("city", "campaigns:new_duty", plan.pk, query="?s=1")
    assert "6-20、12-20" in page
    assert f"{ahead}-12-20" in page
    # And so it comes out of a whole notice.
    path = tmp_path / "notice.txt"
    path.write_text(notices.PROVINCE, encoding="utf-8")
    rules = [
        one.rule for one in returns_table._of_reading(told(documents.read(path), counted=False))
    ]
    assert rules == [Rule("quarter", month=3, day=25), Rule("dates", dates=((4, 10),))]


@pages
def test_a_second_press_gets_the_first_ones_answer(house: House) -> None:
    plan, press = plan_of(house), {**data_of(house), "request_id": uuid7()}
    answers = [house.post("city", "campaigns:new_duty", plan.pk, **press) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    where = reverse("campaigns:duty", args=[Duty.objects.get().pk])
    assert [answer.headers["Location"] for answer in answers] == [where, where]
    changed = house.post("city", "campaigns:new_duty", plan.pk, **{**press, "title": "周报"})
    assert changed.status_code == 409
    assert Duty.objects.count() == 1


@pages
def test_a_unit_that_is_ticked_twice_owes_once(house: House) -> None:
    office = house.cast.units["office"].pk
    duty = made(house, units=[office, office])
    assert duty.owing.count() == 1
    assert duty.returns.count() == 3
