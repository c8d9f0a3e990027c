"""A form from its making to received and corrected numbers, through commands and pages."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import NotAllowed, NotFound
from anlan.domain.filings import commands, opening, rollup
from anlan.domain.filings.models import Declared, Entry, Filing, Form, Version
from anlan.domain.filings.refusals import CellsWrong, CountedTwice, FilingIncomplete, VersionIssued
from anlan.domain.filings.terms import Cell, Rule
from anlan.domain.filings.tests.desk import later
from anlan.domain.filings.who import Group
from anlan.kernel.accounts.models import Role, Unit, User
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.refusals import OwnWork, StepNotPossible

pytestmark = pytest.mark.django_db


def test_a_form_is_filed_received_and_its_sums_are_the_ledgers(desk: Any) -> None:
    form = desk.form()
    assert Filing.objects.filter(form=form).count() == 2, "one for each district's office"
    mine, other = desk.of(form), desk.of(form, "elsewhere")
    desk.submit(mine, r1="12", r2="3")
    desk.submit(other, "stranger", r1="8", r2="0")
    assert desk.sums() == {"检查": 20, "处罚": 3}
    assert desk.state(mine) == "verified", "no check inside the unit is asked for"
    desk.receive(mine)
    assert desk.state(mine) == "closed"
    assert desk.standing(mine).status == "received"
    desk.check()
    page = desk.text("city", "filings:rollup", form.pk, desk.month.code)
    assert ">20</a>" in page
    assert "2 / 2" in page


def test_every_cell_says_something_and_the_wrong_ones_are_named(desk: Any) -> None:
    form = desk.form()
    mine = desk.of(form)
    with pytest.raises(CellsWrong) as refused:
        desk.submit(mine, r1="一二", r2="")
    assert {one["cell"] for one in refused.value.data["cells"]} == {"r1.m", "r2.m"}
    for bad in ("-1", "1.5", "1e99", "NaN", "9" * 30):
        with pytest.raises(CellsWrong):
            desk.submit(mine, r1=bad, r2="0")
    assert desk.sums() == {}
    assert desk.state(mine) == "assigned"
    desk.submit(mine, r1="１，２３４", r2="不适用")
    assert desk.sums() == {"检查": 1234}
    assert desk.standing(mine).values == {"r1.m": 1234, "r2.m": "na"}
    desk.check()


def test_what_was_sent_back_counts_no_more_and_is_filed_again_in_the_next_round(desk: Any) -> None:
    form = desk.form()
    mine = desk.of(form)
    desk.submit(mine, r1="12", r2="3")
    commands.send_back(mine.pk, reason="处罚数与台账不符", **desk.call("city"))
    assert desk.state(mine) == "assigned"
    assert desk.sums() == {}
    page = desk.text("office", "filings:page", mine.pk)
    assert "处罚数与台账不符" in page
    assert 'value="12"' in page, "the old numbers are the draft"
    desk.submit(mine, r1="1", r2="1")
    with pytest.raises(FilingIncomplete):
        commands.send_back(mine.pk, reason=" ", **desk.call("city"))
    assert desk.sums() == {"检查": 1, "处罚": 1}
    assert [one.status for one in mine.entries.order_by("number")] == ["returned", "sent"]
    desk.check()


def test_in_time_is_said_once_on_the_page_in_the_sum_and_in_the_ledger(desk: Any) -> None:
    """By the first submission, whatever is sent back and mended later, and with however much time."""
    before = desk.month.previous()
    form = desk.form(starts_on=before.start)
    late, mine = desk.of(form, "elsewhere", before.code), desk.of(form, code=before.code)
    for unit, day in ((mine, later(2)), (late, later(-1))):
        commands.other_day(form.pk, code=before.code, due_on=day, reason="系统停机",
                           unit=unit.unit_id, **desk.call("city"))  # fmt: skip

    def said() -> tuple[str, str, str]:
        """Of the page of each, and of both together; the ledger and a check agree."""
        pages = [desk.text("city", "filings:page", one.pk).split("First submitted on")[1][:300]
                 for one in (mine, late)]  # fmt: skip
        table = desk.text("city", "filings:rollup", form.pk, before.code)
        [met, due] = re.findall(r"First submitted in time: (\d+) of (\d+)", table)[0]
        facts = Fact.objects.filter(case_id__in=[mine.pk, late.pk])
        for kind, n in (("filing.due", due), ("filing.due_met", met)):
            assert facts.filter(kind__code=kind).aggregate(n=Sum("quantity"))["n"] == int(n)
        desk.check()
        return *("in time" if ">in time<" in page else "late" for page in pages), f"{met}/{due}"

    desk.submit(mine, r1="1", r2="1")
    desk.submit(late, "stranger", r1="1", r2="1")
    assert said() == ("in time", "late", "1/2")
    for one, who in ((mine, "office"), (late, "stranger")):
        commands.send_back(one.pk, reason="核对", **desk.call("city"))
        assert said() == ("in time", "late", "1/2"), "what is sent back stands beside"
        commands.ask_extension(one.pk, until=later(20), reason="补充材料", **desk.call(who))
        commands.decide_extension(one.pk, grant=True, **desk.call("city"))
        assert said() == ("in time", "late", "1/2"), "more time to mend is no more time to file"
        desk.submit(one, who, r1="1", r2="1")
        desk.receive(one)
    assert said() == ("in time", "late", "1/2")
    page = desk.text("city", "filings:page", mine.pk)
    assert "To be mended by" in page
    assert "Submitted again on" in page
    assert "五华" in desk.text("city", "filings:rollup", form.pk, before.code, query="?how=in_time")
    commands.send_back(late.pk, reason="再核对", **desk.call("city"))
    commands.exempt(late.pk, reason="本区无此类企业", **desk.call("city"))
    assert said()[2] == "1/1", "whom it doesn't apply to owes nothing"


def test_a_nil_report_is_zeros_that_somebody_stands_for(desk: Any) -> None:
    form = desk.form()
    mine, other = desk.of(form), desk.of(form, "elsewhere")
    browser, page = desk.browser("office"), reverse("filings:page", args=[mine.pk])
    filed = {"note": "", "request_id": uuid7()}
    browser.post(reverse("filings:step", args=[mine.pk, "nil"]), filed, HTTP_ACCEPT_LANGUAGE="en")
    # Filed by somebody who reads English; its history speaks to each reader.
    for code, said in (("zh-hans", "零报告"), ("en", "nil report")):
        assert f"<ins>{said}</ins>" in browser.get(page, HTTP_ACCEPT_LANGUAGE=code).content.decode()
    commands.exempt(other.pk, reason="本区无此类企业", **desk.call("city"))
    assert desk.standing(mine).values == {"r1.m": 0, "r2.m": 0}
    assert Declared.objects.filter(stands=True).count() == 2
    assert desk.sums() == {}
    page = desk.text("city", "filings:rollup", form.pk, desk.month.code)
    assert "1 / 1" in page, "whom it doesn't apply to owes nothing"
    desk.check()


def test_a_nil_report_is_refused_where_the_ledger_counts_something(desk: Any, stage: Any) -> None:
    one = stage()
    one.do(desk.month.start, "inspector", "find")
    form = desk.form({"r1.m": Cell("derived", counts="hazard.found"),
                      "r2.m": Cell("declared", item=desk.item("检查"))})  # fmt: skip
    mine = desk.of(form)
    with pytest.raises(FilingIncomplete, match="1"):
        commands.file_nil(mine.pk, **desk.call("office"))
    desk.submit(mine, r2="4")
    assert desk.standing(mine).derived == {"r1.m": 1}
    assert desk.state(desk.of(form, "elsewhere")) == "assigned"


def test_a_received_filing_is_locked_and_corrected_beside_the_old(desk: Any) -> None:
    form = desk.form()
    mine = desk.of(form)
    desk.submit(mine, r1="12", r2="3")
    desk.receive(mine)
    with pytest.raises(StepNotPossible):
        desk.submit(mine, r1="13", r2="3")
    with pytest.raises(FilingIncomplete):
        commands.ask_correction(mine.pk, values={"r1.m": "12", "r2.m": "3"}, reason="无变化",
                                **desk.call("office"))  # fmt: skip
    commands.ask_correction(mine.pk, values={"r1.m": "15", "r2.m": "3"}, reason="漏报3次",
                            **desk.call("office"))  # fmt: skip
    assert desk.sums() == {"检查": 12, "处罚": 3}, "until it is taken the old numbers stand"
    commands.decide_correction(mine.pk, grant=True, **desk.call("city"))
    assert desk.sums() == {"检查": 15, "处罚": 3}
    assert [one.status for one in mine.entries.order_by("number")] == ["replaced", "received"]
    page = desk.text("office", "filings:page", mine.pk)
    assert "<del>12</del> → <b>15</b>" in page
    assert "漏报3次" in page
    assert "<del" in desk.text("office", "filings:entry", mine.pk, 2)
    desk.check()
    commands.ask_correction(mine.pk, values={"r1.m": "99", "r2.m": "3"}, reason="再改",
                            **desk.call("office"))  # fmt: skip
    commands.decide_correction(mine.pk, grant=False, reason="无依据", **desk.call("city"))
    assert desk.sums() == {"检查": 15, "处罚": 3}
    commands.send_back(mine.pk, reason="重报", **desk.call("city"))
    assert desk.sums() == {}
    assert desk.state(mine) == "assigned"
    desk.check()


def test_nobody_passes_judgement_on_their_own_filing(desk: Any) -> None:
    form = desk.form(own_check=True)
    mine = desk.of(form)
    desk.submit(mine, r1="12", r2="3")
    assert desk.state(mine) == "rectified"
    with pytest.raises(OwnWork):
        commands.check(mine.pk, **desk.call("office"))
    commands.check(mine.pk, **desk.call("clerk"))
    assert desk.state(mine) == "verified"
    for who, refusal in (("office", NotAllowed), ("stranger", NotFound)):
        with pytest.raises(refusal):
            commands.receive([mine.pk], **desk.call(who))
    desk.receive(mine)


def test_two_levels_file_one_form_and_each_number_counts_once_also_when_it_is_unlocked(
    desk: Any,
) -> None:
    desk.cast.unit("province", "云南省安委办", "committee_office", "530000")
    desk.cast.person("province", "province", Role.OFFICE)
    User.objects.update(password_changed_at=timezone.now())
    Unit.objects.filter(pk=desk.cast.units["city"].pk).update(parent=desk.cast.units["province"])
    before = desk.month.previous()
    new = commands.NewForm(
        title="省表", period="month", starts_on=before.start, opens_days=0, reviewed=True,
        groups=(Group("committee_office", 2), Group("committee_office", 3)),
        definition=desk.definition({"r1.m": Cell("declared", item=desk.item("检查"))}),
    )  # fmt: skip
    form = Form.objects.get(pk=commands.make_form(new, **desk.call("province")))
    commands.issue(form.pk, **desk.call("province"))
    city, mine, other = (desk.of(form, unit) for unit in ("city", "office", "elsewhere"))
    assert "2 units below yours file this form" in desk.text("city", "filings:page", city.pk)
    assert "below yours" not in desk.text("office", "filings:page", mine.pk)
    desk.submit(mine, r1="4")
    desk.submit(other, "stranger", r1="6")
    with pytest.raises(CellsWrong) as refused:
        desk.submit(city, "city", r1="10")
    assert [one["cell"] for one in refused.value.data["cells"]] == ["reason:below"]
    desk.submit(city, "city", r1="3")
    assert desk.sums() == {"检查": 13}
    # Received and unlocked again: it goes the whole way up once more, and counts once.
    for said, total in (("4", 13), ("5", 14)):
        if desk.state(mine) == "assigned":
            desk.submit(mine, r1=said)
        assert desk.step("province", mine, "receive") == 409
        assert desk.step("city", mine, "review", reason="属实") == "verified"
        assert desk.step("province", mine, "receive") == "closed"
        assert desk.sums() == {"检查": total}
        if said == "4":
            assert desk.step("province", mine, "recall", reason="重新核对") == "assigned"
            assert desk.sums() == {"检查": 9}
    table = rollup.table(form, desk.month.code, desk.cast.actor("province"), timezone.now())
    assert (table.totals["r1.m"].value, table.totals["r1.m"].stated) == (14, 3)
    # The upper one filed first, and took in what those below declare later: who receives it is told.
    city = desk.of(form, "city", before.code)
    desk.submit(city, "city", r1="10")
    assert "Seems to hold" not in desk.text("province", "filings:page", city.pk)
    desk.submit(desk.of(form, "office", before.code), r1="4")
    desk.submit(desk.of(form, "elsewhere", before.code), "stranger", r1="6")
    assert "Seems to hold" in desk.text("province", "filings:page", city.pk)
    desk.check()


def test_a_changed_form_never_changes_a_filed_one(desk: Any) -> None:
    form = desk.form(opens_days=60)
    mine = desk.of(form)
    desk.submit(mine, r1="12", r2="3")
    before = desk.text("office", "filings:page", mine.pk)
    first = form.versions.get()
    with pytest.raises(VersionIssued):
        commands.draw(form.pk, definition=desk.definition(desk.cells("别的")), **desk.call("city"))
    commands.begin_version(form.pk, **desk.call("city"))
    commands.draw(form.pk, definition=desk.definition(desk.cells("培训", "演练", "约谈")),
                  **desk.call("city"))  # fmt: skip
    newest = Filing.objects.filter(form=form).order_by("-start").first()
    with pytest.raises(FilingIncomplete):
        commands.issue(form.pk, since=newest.start, **desk.call("city"))
    commands.issue(form.pk, since=newest.end + timedelta(1), note="换表", **desk.call("city"))
    assert Version.objects.get(pk=first.pk).definition == first.definition
    mine.refresh_from_db()
    assert mine.asked_id == first.pk
    assert desk.standing(mine).values == {"r1.m": 12, "r2.m": 3}
    after = desk.text("office", "filings:page", mine.pk)
    assert after.count("第r3行") == before.count("第r3行") == 0
    opening.open_due(timezone.now() + timedelta(62))
    later = Filing.objects.filter(form=form).order_by("-start").first()
    assert later.asked.number == 2
    assert later.asked_id != first.pk


def test_rules_stop_or_ask_why(desk: Any) -> None:
    rules = (
        Rule("k1", "le", ("r2.m",), ("r1.m",), text="处罚不大于检查"),
        Rule("k2", "change", ("r1.m",), percent=200, severity="warning"),
    )
    form = desk.form(rules=rules, starts_on=desk.month.previous().start)
    before = desk.of(form, code=desk.month.previous().code)
    desk.submit(before, r1="2", r2="1")
    mine = desk.of(form)
    with pytest.raises(CellsWrong, match="处罚不大于检查"):
        desk.submit(mine, r1="3", r2="4")
    with pytest.raises(CellsWrong) as refused:
        desk.submit(mine, r1="7", r2="1")
    assert refused.value.data["cells"][0]["cell"] == "reason:k2:r1.m"
    answer = desk.post("office", "filings:fill", mine.pk, act="submit", **{"c-r1.m": "7",
                       "c-r2.m": "1"})  # fmt: skip
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'name="why-k2:r1.m"' in page
    assert 'value="7"' in page
    desk.submit(mine, r1="7", r2="1", reasons={"k2:r1.m": "专项行动月"})
    assert desk.standing(mine).reasons == {"k2:r1.m": "专项行动月"}


def test_a_rule_over_the_year_reads_what_was_declared_before(desk: Any) -> None:
    year = periods_of(desk)
    if year is None:
        pytest.fail("the year has two whole months by then")
    rules = (Rule("k1", "le", ("r2.m@year",), ("r1.m@year",), text="累计"),)
    first, second = year
    form = desk.form(rules=rules, starts_on=first.start)
    desk.submit(desk.of(form, code=first.code), r1="10", r2="2")
    desk.submit(desk.of(form, code=second.code), r1="1", r2="9")
    assert desk.sums() == {"检查": 11, "处罚": 11}
    # One more would pass what was found in the year.
    third = desk.of(form, "elsewhere", code=first.code)
    with pytest.raises(CellsWrong, match="累计"):
        desk.submit(third, "stranger", r1="1", r2="2")


def periods_of(desk: Any) -> Any:
    """Two whole months of one year."""
    month = desk.month
    before = month.previous()
    if before.start.year != month.start.year:
        month, before = before, before.previous()
    return (before, month) if before.start.year == month.start.year else None


def test_the_same_item_is_declared_once_for_a_period(desk: Any) -> None:
    one, two = desk.form(), desk.form(title="另一张表")
    desk.submit(desk.of(one), r1="12", r2="3")
    with pytest.raises(CountedTwice, match="月度统计表"):
        desk.submit(desk.of(two), r1="12", r2="3")
    desk.submit(desk.of(two), r1="NA", r2="na")
    assert desk.sums() == {"检查": 12, "处罚": 3}
    # Where the first is sent back, the other may declare.
    commands.send_back(desk.of(one).pk, reason="错", **desk.call("city"))
    commands.send_back(desk.of(two).pk, reason="错", **desk.call("city"))
    desk.submit(desk.of(two), r1="5", r2="1")
    with pytest.raises(CountedTwice):
        desk.submit(desk.of(one), r1="5", r2="1")
    assert desk.sums() == {"检查": 5, "处罚": 1}
    desk.check()


def test_a_repeat_is_harmless_and_another_request_under_its_id_is_refused(desk: Any) -> None:
    from anlan.base.refusal import RequestReused

    mine = desk.of(desk.form())
    call = desk.call("office")
    values = {"r1.m": "1", "r2.m": "2"}
    assert commands.submit(mine.pk, values=values, **call) == [mine.pk]
    assert commands.submit(mine.pk, values=values, **call) == [mine.pk]
    assert mine.entries.count() == 1
    assert desk.sums() == {"检查": 1, "处罚": 2}
    with pytest.raises(RequestReused):
        commands.submit(mine.pk, values={**values, "r1.m": "9"}, **call)


def test_a_draft_is_kept_as_it_was_typed_and_counts_nothing(desk: Any) -> None:
    mine = desk.of(desk.form())
    answer = desk.post("office", "filings:fill", mine.pk, act="save", **{"c-r1.m": "一十"})
    assert answer.status_code == 302
    mine.refresh_from_db()
    assert mine.draft["values"] == {"r1.m": "一十"}
    assert desk.sums() == {}
    assert 'value="一十"' in desk.text("office", "filings:page", mine.pk)
    with pytest.raises(NotFound):
        commands.save(mine.pk, values={}, **desk.call("stranger"))


def test_deadlines_exceptions_and_lateness(desk: Any) -> None:
    from anlan.domain.filings import queries

    form = desk.form(deadlines={"": {"kind": "calendar_days", "n": 1, "rest_day": "stays"},
                                "3": {"kind": "calendar_days", "n": 2, "rest_day": "stays"}})  # fmt: skip
    mine = desk.of(form)
    assert mine.due_on == desk.month.end + timedelta(2)
    wished = desk.today + timedelta(3)
    commands.other_day(
        form.pk, code=desk.month.code, due_on=wished, reason="系统停机",
        unit=desk.cast.units["office"].pk, **desk.call("city"),
    )  # fmt: skip
    mine.refresh_from_db()
    assert mine.due_on == wished == mine.case.due_on
    desk.submit(mine, r1="1", r2="1")
    mine = desk.of(form)
    assert queries.stands(mine, desk.today) == "on_time"
    other = desk.of(form, "elsewhere")
    expected = "missing" if other.case.due_on < desk.today else "waiting"
    assert queries.stands(other, desk.today) == expected
    counts = queries.counts(Filing.objects.filter(form=form), desk.today)
    assert counts["on_time"] == 1
    assert counts[expected] == 1
    assert Entry.objects.count() == 1


def test_an_exception_that_comes_after_the_deadline_treats_all_alike(desk: Any) -> None:
    """Filed late before it was entered, owed still, sent back, and with a day of its own."""
    from anlan.domain.filings import queries

    before = desk.month.previous()
    form = desk.form(starts_on=before.start)
    late, owed = desk.of(form, code=before.code), desk.of(form, "elsewhere", before.code)
    office, elsewhere = desk.cast.units["office"], desk.cast.units["elsewhere"]

    def stands() -> list[str]:
        rows = (desk.of(form, unit, before.code) for unit in ("office", "elsewhere"))
        return [queries.stands(row, desk.today) for row in rows]

    def other_day(due_on: date, **scope: Any) -> None:
        commands.other_day(form.pk, code=before.code, due_on=due_on, reason="系统停机", **scope,
                           **desk.call("city"))  # fmt: skip

    def counted() -> list[int]:
        """Of those due, those that were met, as the ledger says."""
        facts = Fact.objects.filter(case_id__in=[late.pk, owed.pk])
        kinds = ("filing.due", "filing.due_met")
        return [facts.filter(kind__code=code).aggregate(n=Sum("quantity"))["n"] or 0
                for code in kinds]  # fmt: skip

    desk.submit(late, r1="1", r2="1")
    assert stands() == ["late", "missing"]
    assert counted() == [2, 0]
    other_day(later(5), unit=elsewhere.pk)
    assert stands() == ["late", "waiting"]
    # For everybody, a shorter day than one unit was given for itself: that one keeps its own.
    other_day(later(2))
    assert stands() == ["on_time", "waiting"]
    assert counted() == [2, 1]
    assert desk.of(form, "elsewhere", before.code).case.due_on == later(5)
    desk.submit(owed, "stranger", r1="1", r2="1")
    assert counted() == [2, 2], "the deadlines that held, and no other"
    # Sent back with days to mend it, and the unit's own day is brought forward: it keeps these.
    commands.send_back(late.pk, reason="核对", **desk.call("city"))
    mend = desk.of(form, code=before.code).case.due_on
    other_day(later(0), unit=office.pk)
    assert desk.of(form, code=before.code).case.due_on == mend
    assert stands() == ["returned", "on_time"]
    desk.check()
