"""Papers from the first draft to the receipt: text that follows the figures, steps, numbers."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone, translation
from docx import Document

from anlan.kernel.calendar import periods

if TYPE_CHECKING:
    from anlan.domain.bulletins.tests.desk import Desk


#: On PostgreSQL what a test's own transaction has posted is known at no moment.
in_the_open = pytest.mark.sqlite


@pytest.fixture(autouse=True)
def chinese() -> Any:
    with translation.override("zh-hans"):
        yield


# --- text and figures --------------------------------------------------------------------------


@in_the_open
def test_a_rule_says_what_the_ledger_says_and_what_is_missing(desk: Desk) -> None:
    desk.found(3, grade="major")
    desk.found(2)
    block = desk.first(desk.paper())
    by_code = {(each.indicator, each.part): each for each in block.figures}
    assert by_code["hazard.found", "value"].text == "5"
    assert by_code["hazard.found_major", "value"].text == "3"
    assert by_code["hazard.rectification_rate", "value"].text == "0.0%"
    assert {one.rule for one in block.sentences} == {"found", "open", "accidents"}
    assert all(one.is_bound for one in block.sentences)
    desk.check()


@in_the_open
def test_a_report_tells_of_accidents_by_area_where_there_were_any(desk: Desk) -> None:
    from anlan.domain.assessments.tests.desk import accident

    last = periods.month(timezone.localdate()).previous()
    quiet = desk.paper("stage", period=last.code)
    assert "事故" not in [block.title[:2] for block in desk.blocks(quiet)]
    accident(desk.cast.actor("office"), "530102", 3, last.end)
    for kind in ("stage", "circular"):
        blocks = desk.blocks(desk.paper(kind, period=last.code))
        [table] = [block for block in blocks if block.title[:2] == "事故"]
        by_area = {row[0].text: [cell.text for cell in row[1:4]] for row in table.rows}
        assert by_area["五华区"] == ["1", "3", "1"], "one accident, three deaths, of which 较大"


@in_the_open
def test_largest_movers_are_named_by_the_rule_and_nobody_else(desk: Desk) -> None:
    from anlan.domain.bulletins import board, wording

    late = desk.found(2, code="530102", ago=60)
    desk.found(1, code="530103", who="stranger")
    from anlan.domain.hazards import commands as hazards

    then = {**desk.call("office"), "at": desk.now - timedelta(days=40)}
    day = timezone.localdate() - timedelta(days=1)
    hazards.assign(late, rectifier=desk.cast.units["firm"].pk, due_on=day, **then)
    read = board.read(desk.scope(desk.paper()))
    said = {one.rule: one for one in wording.problems(read)}
    risen = said["overdue_rise"]
    assert "五华区" in risen.words
    assert "盘龙区" not in risen.words
    assert [each.text for each in risen.figures] == ["2", "2"]
    assert "五华模拟化工有限公司" in said["late_units"].words
    assert {one.rule for one in wording.next_steps(read)} >= {"do_overdue"}


@in_the_open
def test_a_sentence_that_is_changed_loses_its_binding_and_the_others_keep_theirs(
    desk: Desk,
) -> None:
    desk.found(5)
    pk = desk.paper()
    before = desk.first(pk)
    changed = before.sentences[0].words.replace("。", "，形势平稳。")
    desk.write(pk, changed + before.words[len(before.sentences[0].words) :] + "另有一句。")
    first, *rest = desk.first(pk).sentences
    assert not first.is_bound
    assert first.was == before.sentences[0].words
    assert first.figures == ()
    assert [one.is_bound for one in rest] == [True, True, False]
    desk.found(4)
    desk.do("city", "refresh", pk)
    after = desk.first(pk)
    assert after.sentences[0].words == first.words, "what a person wrote stays"
    assert "9" in after.sentences[0].was, "beside it, what its rule says now"
    n = after.sentences[1].figures[0]
    assert (n.indicator, n.text) == ("hazard.open", "9")
    desk.do("city", "restore", pk, block=after.id, place=0)
    assert desk.first(pk).sentences[0].is_bound


@in_the_open
def test_a_figure_put_in_by_name_follows_the_ledger(desk: Desk) -> None:
    desk.found(5)
    pk = desk.paper()
    desk.write(pk, "本月发现{hazard.found}处，未销号{hazard.open}处。")
    [one] = desk.first(pk).sentences
    assert one.words == "本月发现5处，未销号5处。"
    desk.found(1)
    desk.do("city", "refresh", pk)
    assert desk.first(pk).sentences[0].words.startswith("本月发现6处")
    assert desk.first(pk).typed.startswith("本月发现{hazard.found}处")


@pytest.mark.parametrize(
    "wish", ["{hazard.nothing}", "{hazard.found:never}", "{hazard.found::value}"]
)
def test_a_figure_that_isnt_there_is_refused(desk: Desk, wish: str) -> None:
    pk = desk.paper()
    if wish == "{hazard.found::value}":
        assert desk.write(pk, f"有{wish}处。") == "drafting", "no name of a figure: words"
    else:
        assert desk.write(pk, f"有{wish}处。") == "paper_incomplete"


def test_what_a_person_took_out_is_not_written_again(desk: Desk) -> None:
    pk = desk.paper()
    block = desk.first(pk)
    desk.write(pk, block.sentences[0].words)
    desk.do("city", "refresh", pk)
    assert {one.rule for one in desk.first(pk).sentences} == {"found"}


def test_tables_and_charts_can_be_added_moved_and_taken_out(desk: Desk) -> None:
    desk.found(2)
    pk = desk.paper("brief")
    spec = {"rows": "areas", "indicators": ["hazard.found", "hazard.overdue"], "ranked": True,
            "compare": "year_ago"}  # fmt: skip
    assert desk.do("city", "put_block", pk, kind="table", title="排名", spec=spec) == "drafting"
    table = desk.blocks(pk)[-1]
    assert table.heads[0] in ("Rank", "位次")
    assert len(table.rows[0]) == 2 + 2, "a year ago nothing was recorded"
    assert table.note in ("on a year ago: nothing to compare", "同比无可比数据")
    desk.do("city", "move_block", pk, block=table.id, up=True)
    assert desk.blocks(pk)[-2].id == table.id
    desk.do("city", "drop_block", pk, block=table.id)
    assert table.id not in {block.id for block in desk.blocks(pk)}
    none = {**spec, "rows": "sectors", "indicators": ["accident.count"], "ranked": False}
    for kind in ("table", "chart"):
        desk.do("city", "put_block", pk, kind=kind, title=f"事故分行业{kind}", spec=none)
    made = Document(BytesIO(desk.get("city", "bulletins:file", pk, "docx").content))
    words = [each.text for each in made.paragraphs]
    for kind in ("table", "chart"):
        assert f"事故分行业{kind}：没有可统计的内容。" in words, "no head without rows"
    bad = {**spec, "indicators": ["nobody.knows"]}
    assert desk.do("city", "put_block", pk, kind="chart", title="x", spec=bad) == "paper_incomplete"


# --- the loop ----------------------------------------------------------------------------------


def test_a_paper_goes_its_way_and_each_unit_signs_for_it(desk: Desk) -> None:
    from anlan.kernel.notices.models import Recipient

    desk.found(3)
    pk = desk.issued()
    row = desk.row(pk)
    year = timezone.localdate().year
    assert row.issue.number == f"昆安办〔{year}〕1号"
    assert row.signer == "mayor"
    assert desk.do("stranger", "receive", pk) == "given_out"
    assert [bool(each.received_at) for each in row.deliveries.order_by("pk")] == [False, True]
    told = Recipient.objects.filter(notice__kind="bulletins.given_out")
    assert told.count() == 2
    desk.check()


def test_who_wrote_it_neither_reviews_nor_signs_it(desk: Desk) -> None:
    pk = desk.paper(who="mayor")
    assert desk.do("mayor", "submit", pk) == "reviewing"
    assert desk.do("mayor", "review", pk) == "own_work"
    assert desk.do("second", "review", pk) == "signing"
    assert desk.do("mayor", "sign", pk) == "own_work"
    assert desk.do("second", "sign", pk) == "not_allowed", "an inspector signs nothing"
    assert desk.do("city", "sign", pk) == "signed"


def test_a_unit_declines_to_countersign_and_its_objection_stands_until_asked_again(
    desk: Desk,
) -> None:
    pk = desk.paper()
    desk.do("city", "submit", pk)
    units = [desk.cast.units[name].pk for name in ("office", "elsewhere")]
    desk.do("second", "ask", pk, units=units)
    assert desk.do("stranger", "agree", pk, said="同意") == "countersigning"
    assert desk.do("office", "decline", pk, reason=" ") == "paper_incomplete"
    assert desk.do("firm", "decline", pk, reason="不同意") == "not_found"
    answer = desk.post("office", "bulletins:step", pk, "decline", reason="第三项职责不在我区",
                       seen=desk.row(pk).case.version)  # fmt: skip
    assert answer.status_code == 302
    assert desk.row(pk).case.state == "drafting"
    page = desk.get("office", "bulletins:page", pk).content.decode()
    assert "第三项职责不在我区" in page, "who declined still sees what it said"
    assert desk.do("stranger", "decline", pk, reason="同上") == "paper_incomplete", "it agreed"
    desk.do("city", "submit", pk)
    desk.do("second", "ask", pk, units=units)
    assert desk.do("office", "agree", pk) == "countersigning"
    assert desk.do("stranger", "agree", pk) == "signing", "what was agreed to was another text"
    desk.check()


@pytest.mark.parametrize("left", ["{{ 名称 }}", "责任单位XXX", "待填", "时限×××日"])
def test_a_paper_with_something_left_open_goes_nowhere(desk: Desk, left: str) -> None:
    pk = desk.paper("brief")
    desk.do("city", "put_block", pk, kind="text", text=f"要求：{left}。")
    assert desk.do("city", "submit", pk) == "paper_incomplete"


def test_a_letter_needs_each_of_its_elements(desk: Desk) -> None:
    pk = desk.paper("letter")
    assert desk.do("city", "submit", pk) == "paper_incomplete"
    for block in desk.blocks(pk):
        if block.required:
            assert desk.do("city", "drop_block", pk, block=block.id) == "paper_incomplete"
            desk.write(pk, "按期整改并书面反馈。", block.id)
    assert desk.do("city", "submit", pk) == "reviewing"


# --- numbers -----------------------------------------------------------------------------------


def test_numbers_follow_one_another_and_one_of_the_oa_is_never_given_again(desk: Desk) -> None:
    year = timezone.localdate().year
    first, other, third, fourth = (desk.signed() for _n in range(4))
    assert desk.do("city", "number", first, word=desk.word()) == "numbered"
    assert desk.do("city", "number", other, text=f"昆安办[{year}]2号") == "numbered"
    assert desk.do("city", "number", third, word=desk.word()) == "numbered"
    assert desk.numbers() == [f"昆安办〔{year}〕{n}号" for n in (1, 2, 3)]
    assert desk.do("city", "number", fourth, text=f"昆安办〔{year}〕3号") == "paper_number_taken"
    assert desk.do("city", "number", fourth) == "paper_incomplete"
    assert desk.do("city", "number", fourth, text="昆政办函第七号") == "numbered"
    assert desk.do("city", "number", fourth, text="昆政办函第八号") == "step_not_possible"
    desk.check()


def test_a_revoked_papers_number_stays_voided_and_is_not_given_again(desk: Desk) -> None:
    pk = desk.issued()
    assert desk.do("mayor", "revoke", pk, reason="数据口径有误") == "revoked"
    [old] = desk.row(pk).numbers.all()
    assert (bool(old.voided_at), old.reason) == (True, "数据口径有误")
    again = desk.signed()
    desk.do("city", "number", again, word=desk.word())
    assert desk.numbers()[-1].endswith("2号")
    desk.check()


def test_a_brief_is_counted_in_issues(desk: Desk) -> None:
    pk = desk.signed("brief")
    desk.do("city", "number", pk, word=desk.word("安全生产简报"))
    assert desk.numbers() == ["安全生产简报第1期"]


# --- frozen ------------------------------------------------------------------------------------


@pytest.mark.sqlite
def test_S32_an_issued_papers_figures_stand_whatever_is_corrected_later(desk: Desk) -> None:
    from anlan.domain.bulletins import body, figures, queries
    from anlan.domain.hazards import commands as hazards

    pks = desk.found(4)
    pk = desk.issued()
    before = queries.whole(desk.row(pk))
    hazards.void([pks[0]], reason="重复登记", **desk.call("office"))
    desk.found(3)
    kept = body.figures_of(queries.whole(desk.row(pk)).blocks)
    assert kept == body.figures_of(before.blocks)
    assert figures.again(kept, desk.scope(pk)) == kept, "asked again for then, they are the same"
    opened = next(each for each in kept if (each.indicator, each.part) == ("hazard.open", "value"))
    now = figures.again([opened], desk.scope(desk.paper()))[0]
    assert (opened.text, now.text) == ("4", "6")
    assert desk.do("city", "refresh", pk) == "step_not_possible"
    assert desk.write(pk, "改") == "step_not_possible"
    desk.check()


def test_S32_an_issue_that_was_changed_from_outside_is_refused(desk: Desk) -> None:
    from django.db import connection

    from anlan.domain.bulletins.models import Issue
    from anlan.kernel.accounts.records import RecordBent

    pk = desk.issued()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bulletins_issue SET number = '昆安办〔2026〕9号'")
    with pytest.raises(RecordBent):
        Issue.objects.get(paper=pk)


# --- what comes back ---------------------------------------------------------------------------


def test_an_instruction_becomes_a_task_of_a_campaign(desk: Desk) -> None:
    from anlan.domain.bulletins.commands import NewInstruction
    from anlan.domain.campaigns import commands as campaigns
    from anlan.domain.campaigns.commands.terms import NewCampaign
    from anlan.domain.campaigns.models import Task

    today = timezone.localdate()
    campaign = campaigns.make_campaign(
        NewCampaign(unit=desk.cast.units["city"].pk, title="治本攻坚", code="1+2",
                    starts_on=today - timedelta(30), ends_on=today + timedelta(300)),
        **desk.call("city"),
    )  # fmt: skip
    pk = desk.issued()
    told = NewInstruction("赵某", "请五华区一周内完成整改并报告。", today, campaign,
                          desk.cast.units["office"].pk, today + timedelta(7))  # fmt: skip
    assert desk.do("city", "instruct", pk, new=told) == "given_out"
    [task] = Task.objects.filter(plan__in=desk.row(pk).instructions.values("plan"))
    assert task.case.due_on == today + timedelta(7)
    assert task.case.parties.filter(unit=desk.cast.units["office"]).exists()
    assert desk.do("stranger", "instruct", pk, new=told) == "not_allowed"


def test_a_change_in_a_table_says_which_way_it_went() -> None:
    """Only a sentence that says up or down leaves the sign out."""
    from anlan.domain.bulletins import figures

    def said(part: str, value: str) -> str:
        return figures.Figure("hazard.found", 1, "2026-11", part, "previous", value=value).text

    assert said(figures.CHANGE, "-16.7") == "-16.7%"
    assert said(figures.CHANGE, "16.7") == "+16.7%"
    assert said(figures.POINTS, "-75.0") == "-75.0"
    assert said(figures.POINTS, "0.0") == "0.0"
    assert said(figures.PERCENT_BY, "-16.7") == "16.7%"
    assert said(figures.POINTS_BY, "-75.0") == "75.0"


def test_where_nothing_is_counted_any_more_a_count_is_none_and_a_rate_is_missing() -> None:
    from anlan.domain.bulletins import figures

    def now(code: str) -> str | None:
        then = figures.Figure(code, 1, "2026-11", sector="fire", value="7")
        return figures._again(then, {}).value

    assert now("hazard.found") == "0"
    assert now("hazard.rectification_rate") is None


@in_the_open
def test_a_change_on_next_to_nothing_stands_in_a_table_with_both_numbers(desk: Desk) -> None:
    from dataclasses import replace
    from decimal import Decimal

    from anlan.domain.bulletins import figures
    from anlan.kernel.indicators.compute import Comparison, evaluate
    from anlan.kernel.indicators.declare import indicator

    desk.found(12)
    scope = desk.scope(desk.paper())
    query = figures.Query(
        kinds=(), areas=[scope.area.pk], periods=[scope.period], **scope.common
    )  # fmt: skip
    [found] = evaluate([indicator("hazard.found")], query)
    then = Comparison(
        figures.PREVIOUS, scope.period.previous(), 900, 3, Decimal("29900.0"), 897, 3
    )  # fmt: skip
    told = figures.of_value(
        replace(found, compared={figures.PREVIOUS: then}), figures.CHANGE, figures.PREVIOUS
    )
    assert told.text.endswith("3 → 900")
    assert "%" not in told.text
    assert figures.Figure.of(told.data) == told
    # A paper that was signed before this was told says the percentage: no other figure.
    assert told.says_as(replace(told, missing=""))
    more = then._replace(value=10, base=10)
    told = figures.of_value(
        replace(found, compared={figures.PREVIOUS: more}), figures.CHANGE, figures.PREVIOUS
    )
    assert told.text == "+29900.0%"
