"""For the press: answers whose figures follow the ledger until they are signed; what was printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal

if TYPE_CHECKING:
    from anlan.domain.bulletins.tests.desk import Desk

#: On PostgreSQL what a test's own transaction has posted is known at no moment.
in_the_open = pytest.mark.sqlite


@pytest.fixture(autouse=True)
def chinese() -> Any:
    with translation.override("zh-hans"):
        yield


def keep(desk: Desk, who: str = "city", **data: Any) -> int:
    given = {"pk": uuid7(), "question": "今年查出多少隐患？", "topic": "隐患",
             "answer": "本月查出{hazard.found}处。", **data}  # fmt: skip
    return int(desk.post(who, "bulletins:new_question", **given).status_code)


@in_the_open
def test_answers_are_put_in_signed_and_flagged_when_the_ledger_moves(desk: Desk) -> None:
    from anlan.domain.bulletins.moved import moved
    from anlan.domain.bulletins.press.models import Question

    desk.found(5)
    for wrong in ({"question": " "}, {"answer": ""}, {"answer": "有{hazard.nothing}处"}):
        assert keep(desk, **wrong) == 422, wrong
    assert keep(desk) == 302
    row = Question.objects.get()
    assert desk.get("stranger", "bulletins:edit_question", row.pk).status_code in (403, 404)
    pk = desk.paper("press")
    assert desk.do("city", "submit", pk) == "paper_incomplete", "the event isn't told yet"
    assert desk.post("city", "bulletins:put_in", pk, questions=[]).status_code == 422
    assert desk.post("city", "bulletins:put_in", pk, questions=[str(row.pk)]).status_code == 302
    answer = desk.blocks(pk)[-1]
    assert answer.words == "本月查出5处。"
    assert answer.required
    event = desk.blocks(pk)[1]
    desk.write(pk, "新闻发布会，周五上午九点，市政府新闻办。", event.id)
    page = desk.get("city", "bulletins:page", pk).content.decode()
    assert "not approved" in page
    desk.do("city", "submit", pk)
    desk.do("second", "review", pk)
    assert desk.do("mayor", "sign", pk) == "signed"
    assert "not approved" not in desk.get("city", "bulletins:page", pk).content.decode()
    assert not moved(desk.row(pk), desk.cast.actor("city"), timezone.now())
    desk.found(2)
    [one] = moved(desk.row(pk), desk.cast.actor("city"), timezone.now())
    assert (one.then.text, one.now.text, one.heading) == ("5", "7", row.question)
    assert desk.blocks(pk)[-1].words == "本月查出5处。", "what was signed stands"
    panel = desk.get("city", "bulletins:moved", pk).content.decode()
    assert "<b>5</b>" in panel
    assert "<b>7</b>" in panel
    figure = desk.get("city", "bulletins:figure", pk, one.block, one.n)
    assert figure.status_code == 200, "it opens to its records"


def test_questions_go_into_a_paper_for_the_press_alone(desk: Desk) -> None:
    from anlan.domain.bulletins.press.models import Question

    keep(desk, answer="正在整治。")
    row = Question.objects.get()
    assert desk.post("city", "bulletins:put_in", desk.paper("brief"), questions=[str(row.pk)]
                     ).status_code == 422  # fmt: skip
    change = {
        "pk": row.pk,
        "question": "整治得怎样？",
        "topic": "",
        "answer": "按计划推进。",
        "seen": row.version,
    }
    page = ("bulletins:edit_question", row.pk)
    assert desk.post("city", *page, **change).status_code == 302
    assert desk.post("city", *page, **change).status_code == 409, "somebody was first"
    desk.post("city", "bulletins:withdraw_question", row.pk)
    pk = desk.paper("press")
    assert desk.post("city", "bulletins:put_in", pk, questions=[str(row.pk)]).status_code == 422


def print_(desk: Desk, who: str = "city", **data: Any) -> int:
    given = {"pk": uuid7(), "title": "全市开展安全生产大检查", "outlet": "昆明日报", "medium": "paper",
             "day": timezone.localdate(), **data}  # fmt: skip
    return int(desk.post(who, "bulletins:new_publication", **given).status_code)


@in_the_open
def test_publications_are_counted_by_outlet_and_period_and_open_to_their_rows(desk: Desk) -> None:
    from anlan.domain.bulletins.press import facts
    from anlan.domain.bulletins.press.models import Publication
    from anlan.domain.lists import sums
    from anlan.kernel.calendar import periods

    today = timezone.localdate()
    paper = desk.row(desk.paper("brief")).case.number
    for wrong in ({"title": ""}, {"outlet": " "}, {"medium": "x"}, {"day": "2999-01-01"},
                  {"task": "RW-none"}, {"paper": "GW-none"}):  # fmt: skip
        assert print_(desk, **wrong) == 422, wrong
    assert print_(desk, paper=paper) == 302
    assert print_(desk) == 422, "the same again"
    assert print_(desk, title="十月燃气安全整治见成效") == 302
    assert print_(desk, outlet="新华社", medium="agency") == 302
    area = sums.widest(desk.cast.actor("city"))
    spans = [periods.quarter(today), periods.year(today)]

    def counted() -> dict[str, list[int]]:
        return facts.by_outlet(area, spans, timezone.now())

    assert counted() == {"昆明日报": [2, 2], "新华社": [1, 1]}
    page = desk.get("city", "bulletins:publications").content.decode()
    assert "新华社" in page
    only = desk.get("city", "bulletins:publications", query="?outlet=昆明日报").content.decode()
    assert only.count("main-link clip-2") == 2, "a figure opens to its rows"
    back = Publication.objects.get(outlet="新华社")
    where = ("bulletins:publication", back.pk)
    assert desk.post("stranger", *where, reason="x").status_code in (403, 404)
    assert desk.post("city", *where, reason=" ").status_code == 422
    assert desk.post("city", *where, reason="登记重复").status_code == 302
    assert counted() == {"昆明日报": [2, 2]}
    assert desk.get("city", "bulletins:export_publications").status_code == 200
    desk.check()
    assert not facts.disagreeing()
    Publication.objects.filter(outlet="新华社").update(withdrawn_at=None)
    assert len(facts.disagreeing()) == 1, "./anlan check finds one that isn't counted"


@pytest.mark.once
def test_a_repeat_counts_once_and_statements_do_not_grow(desk: Desk) -> None:
    from anlan.domain.bulletins.press import commands
    from anlan.domain.bulletins.press.models import Publication

    new = commands.NewPublication(uuid7(), "一", "甲报", "paper", timezone.localdate())
    call = desk.call("city")
    for _n in range(2):
        commands.publish(new, **call)
    assert Publication.objects.count() == 1
    with pytest.raises(Refusal):
        commands.publish(new, **desk.call("firm"))
    counts = []
    for n in (0, 3):
        for k in range(n):
            print_(desk, title=f"报道{k}", outlet=f"媒体{k}")
            keep(desk, question=f"问题{k}", answer="答")
        found = []
        for name in ("publications", "questions"):
            desk.get("city", f"bulletins:{name}")
            with CaptureQueriesContext(connection) as seen:
                desk.get("city", f"bulletins:{name}")
            found.append(len(seen))
        counts.append(found)
    assert counts[0] == counts[1], counts


def test_a_stage_report_is_laid_before_the_body_that_hears_of_a_campaign(desk: Desk) -> None:
    from datetime import timedelta

    from anlan.domain.bulletins.reporting.models import HearingReport
    from anlan.domain.campaigns import commands as campaigns
    from anlan.domain.campaigns.carrying.commands.hearings import NewHearing, make_hearing
    from anlan.domain.campaigns.commands.terms import NewCampaign

    today = timezone.localdate()
    campaign = campaigns.make_campaign(
        NewCampaign(unit=desk.cast.units["city"].pk, title="治本攻坚", code="1+2",
                    starts_on=today - timedelta(30), ends_on=today + timedelta(300)),
        **desk.call("city"),
    )  # fmt: skip
    new = NewHearing("市政府常务会议", today + timedelta(5))
    hearing = make_hearing(campaign, new, **desk.call("city"))
    panel = ("bulletins:of_hearing", hearing)
    text = desk.get("city", *panel).content.decode()
    assert "kind=stage" in text
    assert "no report given out yet" in text
    start = (today - timedelta(30)).isoformat()
    assert start in text, "from the day on which the campaign began"
    paper = desk.row(desk.paper("stage"))
    for who, number in (("stranger", paper.case.number), ("office", paper.case.number)):
        assert desk.post(who, *panel, number=number).status_code in (403, 404), who
    for number in ("GW-none", desk.row(desk.paper("brief")).case.number):
        desk.post("city", *panel, number=number)
        assert not HearingReport.objects.exists(), number
    for _n in range(2):
        desk.post("city", *panel, number=paper.case.number)
    [row] = HearingReport.objects.all()
    assert (row.hearing_id, row.paper_id) == (hearing, paper.pk)
    assert paper.title in desk.get("city", *panel).content.decode()
    desk.post("city", "bulletins:unreport", hearing, row.pk)
    assert not HearingReport.objects.exists()
