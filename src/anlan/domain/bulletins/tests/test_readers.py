"""Who reads a paper: those who answer for less than it tells of, in another language, and after
its area has ended."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

if TYPE_CHECKING:
    from anlan.domain.bulletins.tests.desk import Desk

#: On PostgreSQL what a test's own transaction has posted is known at no moment.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def addresses(desk: Desk, pk: Any) -> dict[tuple[str, str], str]:
    """By indicator and area, the page of the first figure that tells it."""
    from anlan.kernel.regions.models import Region

    found: dict[tuple[str, str], str] = {}
    for block in desk.blocks(pk):
        for n, each in enumerate(block.figures):
            area = Region.objects.get(pk=each.area).code
            address = reverse("bulletins:figure", args=[pk, block.id, n])
            found.setdefault((each.indicator, area), address)
    return found


def test_a_reader_who_answers_for_less_opens_what_is_his_and_is_told_of_the_rest(
    desk: Desk,
) -> None:
    from anlan.domain.bulletins.moved import moved

    desk.found(3)
    pk = desk.issued(units=("office",))
    desk.found(4)
    pages = addresses(desk, pk)
    records = reverse("overview:records")

    def shown(who: str, code: str) -> str:
        answer = desk.browser(who).get(pages["hazard.found", code])
        assert answer.status_code == 200
        return str(answer.content.decode())

    assert records in shown("city", "530100")
    assert "<dd>7</dd>" in shown("city", "530100"), "as it is known now"
    [then] = re.findall(r'href="(/statistics/records/[^"]+)"', shown("city", "530100"))
    behind = desk.browser("city").get(unescape(then)).content.decode()
    assert len(set(re.findall(r"报警器失效\d", behind))) == 3, "those that the paper counted"
    assert records in shown("office", "530102"), "its own district opens"
    for code in ("530100", "530103"):
        page = shown("office", code)
        assert records not in page
        assert "昆明市安委办" in page, "whom to ask"
        assert "<dd>7</dd>" not in page, "what became of it is not the reader's"
    told = desk.browser("office").get(f"/api/v1/bulletins/{pk}").json()
    by_area = {
        figure["area"]: bool(figure["records"])
        for block in told["blocks"] for row in block["rows"]
        for figure in row if isinstance(figure, dict) and figure["indicator"] == "hazard.found"
    }  # fmt: skip
    assert (by_area["530102"], by_area["530103"]) == (True, False)
    labels = {one.label for one in moved(desk.row(pk), desk.cast.actor("city"), desk.now)}
    assert any(one.startswith("五华区，") for one in labels), "a table's figure says whose it is"
    since = {one.then.area for one in moved(desk.row(pk), desk.cast.actor("office"), desk.now)}
    assert since == {desk.cast.units["office"].area_id}, "the same beside the paper"


def test_a_paper_is_chinese_whoever_writes_it_and_the_page_around_it_is_the_readers(
    desk: Desk,
) -> None:
    desk.found(2)
    with translation.override("en"):
        pk = desk.paper("circular")
        desk.do("city", "refresh", pk)
        typed = desk.first(pk).typed
        assert "发现隐患" in desk.first(pk).words
        assert desk.write(pk, typed) == "drafting"
        assert all(one.is_bound for one in desk.first(pk).sentences), "nothing was changed"
    browser = desk.browser("city")
    answer = browser.get(reverse("bulletins:page", args=[pk]), HTTP_ACCEPT_LANGUAGE="en")
    page = answer.content.decode()
    assert "发现隐患" in page
    assert "GB/T 9704" in page, "told that it stays in Chinese"


def test_a_paper_of_an_area_that_was_merged_stands_and_isnt_put_right_by_its_successors_figures(
    desk: Desk,
) -> None:
    from anlan.base.ids import uuid7
    from anlan.domain.bulletins import body, figures, queries
    from anlan.domain.hazards.tests.stage import ROOT
    from anlan.kernel.regions.commands import reform
    from anlan.kernel.regions.models import Change
    from anlan.kernel.regions.queries import by_code

    desk.found(3)
    pk = desk.paper("circular", area=by_code("530102").pk)
    for who, what in (("city", "submit"), ("second", "review"), ("mayor", "sign")):
        desk.do(who, what, pk)
    desk.do("city", "number", pk, word=desk.word())
    desk.do("city", "seal", pk)
    desk.do("city", "give_out", pk, units=[desk.cast.units["office"].pk])
    old, into = by_code("530102"), by_code("530103")
    today = timezone.localdate()
    reform(Change.MERGE, [old, by_code("530111")], [into], day=today, by=ROOT, at=desk.now)
    kept = body.figures_of(queries.whole(desk.row(pk)).blocks)
    assert figures.again(kept, desk.scope(pk)) == kept
    assert desk.do("city", "correct", pk, new=uuid7(), reason="有误") == "paper_incomplete"
    for name, args in (("page", ()), ("file", ("docx",))):
        assert desk.get("city", f"bulletins:{name}", pk, *args).status_code == 200, name
    address = addresses(desk, pk)["hazard.found", "530102"]
    shown = desk.browser("city").get(address)
    assert shown.status_code == 200
    assert "五华区" in shown.content.decode()
    desk.check()


def test_an_instruction_typed_twice_is_one_task_that_leads_back_to_its_paper(desk: Desk) -> None:
    from anlan.base.ids import uuid7
    from anlan.domain.bulletins import commands
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
    told = commands.NewInstruction("赵某", "请五华区一周内完成整改并报告。", today, campaign,
                                   desk.cast.units["office"].pk, today + timedelta(7))  # fmt: skip
    call = {**desk.call("city"), "request_id": uuid7()}
    for _press in range(2):
        commands.instruct(pk, new=told, **call)
    assert desk.do("city", "instruct", pk, new=told) == "paper_incomplete", "typed once more"
    [task] = Task.objects.filter(plan__in=desk.row(pk).instructions.values("plan"))
    page = desk.get("city", "bulletins:page", pk).content.decode()
    assert reverse("campaigns:task", args=[task.pk]) in page
    assert reverse("bulletins:of_task", args=[task.pk]) in (
        desk.get("office", "campaigns:task", task.pk).content.decode()
    )
    beside = desk.get("office", "bulletins:of_task", task.pk).content.decode()
    assert reverse("bulletins:page", args=[pk]) in beside
    assert "一周内完成整改" in beside
    assert desk.get("stranger", "bulletins:of_task", task.pk).status_code == 404
