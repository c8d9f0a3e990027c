"""Duty letters: drawn up for many, sent out, signed by each side, ended; who may do what."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.campaigns.models import Letter, Signatory
from anlan.domain.campaigns.tests.house import House
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop import ladder
from anlan.kernel.loop.models import Case
from anlan.kernel.notices.models import Notice
from anlan.kernel.papers import documents
from anlan.kernel.papers.official.paper import numeral

pytestmark = pytest.mark.django_db

NEW = "campaigns:new_letters"


def letter_data(house: House, **more: Any) -> dict[str, Any]:
    return {
        "title": "2026年度安全生产目标责任书", "unit": house.cast.units["city"].pk,
        "starts_on": house.today, "ends_on": house.today + timedelta(300),
        "due_on": house.today + timedelta(20), "gives_unit": "昆明市人民政府",
        "gives_person": "张某", "gives_post": "市长", "takers": "五华区安委办，赵某，主任",
        "articles": "全年不发生重特大事故\n隐患按期整改率达到95%", **more,
    }  # fmt: skip


def drawn(house: House, **more: Any) -> Letter:
    assert house.post("city", NEW, **letter_data(house, **more)).status_code == 302
    return Letter.objects.select_related("case").latest("pk")


def act(house: House, who: str, row: Letter, code: str, **data: Any) -> str | int:
    answer = house.post(who, "campaigns:letter_step", row.pk, code, **data)
    return Case.objects.get(pk=row.pk).state if answer.status_code == 302 else answer.status_code


def test_one_form_draws_up_a_letter_for_each_side(house: House) -> None:
    for who in ("viewer", "inspector"):
        assert house.post(who, NEW, **letter_data(house)).status_code == 403
    for wrong in ({"takers": " "}, {"title": ""}, {"gives_unit": ""},
                  {"ends_on": house.today - timedelta(1)}, {"ends_on": "9999-12-31"},
                  {"starts_on": "0001-01-01"}, {"due_on": "9999-12-31"}):  # fmt: skip
        assert house.post("city", NEW, **letter_data(house, **wrong)).status_code == 422, wrong
    data = letter_data(
        house, takers="五华区安委办，赵某，主任\n盘龙区安委办\n\n某企业", request_id=uuid7()
    )
    assert house.post("city", NEW, **data).status_code == 302
    house.post("city", NEW, **data)  # The same request again makes nothing.
    assert Letter.objects.count() == 3
    takers = Signatory.objects.filter(side="takes").order_by("pk")
    assert [(one.unit_name, one.unit and one.unit.name, one.person) for one in takers] == [
        ("五华区安委办", "五华区安委办", "赵某"), ("盘龙区安委办", "盘龙区安委办", ""),
        ("某企业", None, ""),
    ]  # fmt: skip
    # Drafts are their office's alone.
    assert "目标责任书" in house.text("city", "campaigns:letters")
    pk = Letter.objects.earliest("pk").pk
    assert house.get("office", "campaigns:letter", pk).status_code == 404


def test_articles_come_from_a_plan_and_stay_tied_to_its_lines(house: House) -> None:
    plan = house.published()
    lines = list(plan.lines.order_by("place")[:2])
    where = f"{reverse(NEW)}?campaign={plan.campaign_id}&plan={plan.pk}"
    page = house.browser("city").get(where).content.decode()
    assert lines[0].title in page
    data = letter_data(house, lines=[str(line.pk) for line in lines], articles="另加一条")
    answer = house.browser("city").post(where, {**data, "request_id": uuid7()})
    assert answer.status_code == 302
    row = Letter.objects.get()
    assert [(one.text, one.line_id) for one in row.articles.order_by("place")] == [
        (lines[0].text, lines[0].pk), (lines[1].text, lines[1].pk), ("另加一条", None),
    ]  # fmt: skip
    edit = {
        "title": row.title, "starts_on": row.starts_on, "ends_on": row.ends_on,
        "due_on": house.today + timedelta(9), "articles": f"{lines[1].text}\n改写的一条",
        "side_0": "gives", "unit_name_0": "昆明市人民政府", "side_1": "takes",
        "unit_name_1": "五华区安委办", "person_1": "钱某", "side_2": "takes", "side_3": "takes",
    }  # fmt: skip
    assert house.post("office", "campaigns:edit_letter", row.pk, **edit).status_code == 404
    seen = row.case.version
    assert house.post("city", "campaigns:edit_letter", row.pk, seen=seen, **edit).status_code == 302
    assert house.post("city", "campaigns:edit_letter", row.pk, seen=seen, **edit).status_code == 409
    assert [(one.text, one.line_id) for one in row.articles.order_by("place")] == [
        (lines[1].text, lines[1].pk), ("改写的一条", None),
    ]  # fmt: skip
    row.case.refresh_from_db()
    assert row.case.due_on == house.today + timedelta(9)


def test_a_letter_is_sent_out_signed_by_each_side_and_ended(house: House) -> None:
    row = drawn(house)
    gives, takes = row.signatories.order_by("place")
    assert act(house, "city", row, "sign", signatory=takes.pk, signed_on=house.today) == 409
    assert act(house, "city", row, "send_out") == "signing"
    assert Notice.objects.filter(kind="campaigns.letter_out").count() == 1
    page = house.text("office", "campaigns:letter", row.pk)
    assert "全年不发生重特大事故" in page
    assert house.get("stranger", "campaigns:letter", row.pk).status_code == 404
    assert house.get("viewer", "campaigns:letter", row.pk).status_code == 200
    # It waits in the worklist of who is to sign.
    assert "目标责任书" in house.browser("office").get("/work/").content.decode()
    assert "目标责任书" in house.text("office", "campaigns:letters", query="?mine=1")
    assert "目标责任书" not in house.text("office", "campaigns:letters", query="?state=ended")
    # Its words stand now.
    edit = house.post("city", "campaigns:edit_letter", row.pk, title="改", starts_on=house.today,
                      ends_on=house.today, due_on=house.today, articles="改")  # fmt: skip
    assert edit.status_code == 409
    ahead = house.today + timedelta(1)
    assert act(house, "office", row, "sign", signatory=takes.pk, signed_on=ahead) == 422
    assert act(house, "office", row, "sign", signatory=gives.pk, signed_on=house.today) == 422
    assert act(house, "viewer", row, "sign", signatory=takes.pk, signed_on=house.today) == 403
    assert act(house, "stranger", row, "sign", signatory=takes.pk, signed_on=house.today) == 404
    assert act(house, "office", row, "sign", signatory=takes.pk, signed_on=house.today) == "signing"
    assert act(house, "city", row, "call_back", reason="改错") == 409
    # Signed on paper: the office puts it on record.
    assert act(house, "city", row, "sign", signatory=gives.pk, signed_on=house.today) == "signed"
    gives.refresh_from_db()
    takes.refresh_from_db()
    assert (takes.recorded_by, takes.person) == ("office", "赵某")
    assert (gives.recorded_by, gives.signed_on) == ("city", house.today)
    assert Fact.objects.filter(kind__code="duty_letter.rectified", case_id=row.pk).count() == 1
    assert act(house, "office", row, "end", reason="期满") == 403
    assert act(house, "city", row, "end", reason=" ") == 422
    assert act(house, "city", row, "end", reason="年度考核完成率100%") == "ended"
    assert act(house, "city", row, "withdraw", reason="不再需要") == 409


def test_who_has_not_signed_is_listed_and_climbs_the_ladder_once_late(house: House) -> None:
    row = drawn(house)
    other = drawn(house, takers="盘龙区安委办", title="盘龙区责任书")
    act(house, "city", row, "send_out")
    page = house.text("city", "campaigns:letters", query="?unsigned=1")
    assert "五华区安委办" in page
    assert "昆明市人民政府" in page
    assert "盘龙区责任书" not in page  # Still a draft.
    assert act(house, "city", other, "withdraw", reason="重新起草") == "void"
    Case.objects.filter(pk=row.pk).update(due_on=house.today - timedelta(40))
    assert ladder.tick(timezone.now()) > 0
    row.case.refresh_from_db()
    assert row.case.rung > 0


def test_a_letter_without_words_or_sides_is_not_sent_out(house: House) -> None:
    row = drawn(house, articles="")
    assert act(house, "city", row, "send_out") == 409
    row.case.refresh_from_db()
    edit = {"title": row.title, "starts_on": row.starts_on, "ends_on": row.ends_on,
            "due_on": house.today, "articles": "一条", "side_0": "takes",
            "unit_name_0": "五华区安委办", "side_1": "takes", "side_2": "takes",
            "side_3": "takes"}  # fmt: skip
    assert house.post("city", "campaigns:edit_letter", row.pk, **edit).status_code == 302
    assert act(house, "city", row, "send_out") == 409
    assert house.post("city", "campaigns:letter_step", row.pk, "nonsense").status_code == 404


def test_the_document_says_who_undertakes_what(house: House, tmp_path: Path) -> None:
    row = drawn(house)
    answer = house.get("city", "campaigns:letter_paper", row.pk)
    assert answer.status_code == 200
    path = tmp_path / "letter.docx"
    path.write_bytes(answer.content)
    text = documents.read(path, "letter.docx").text
    # A paper is Chinese whoever takes it out; the pages of these tests are English.
    for words in ("昆明市人民政府", "五华区安委办", "一、全年不发生重特大事故",
                  "二、隐患按期整改率达到95%", "责任期限：", "签字"):  # fmt: skip
        assert words in text
    assert house.get("stranger", "campaigns:letter_paper", row.pk).status_code == 404
    assert AuditRow.objects.filter(action="duty_letters.export").count() == 1
    assert [numeral(n) for n in (1, 10, 11, 20, 21, 100)] == [
        "一", "十", "十一", "二十", "二十一", "一百",
    ]  # fmt: skip
    assert io.BytesIO(answer.content).read(2) == b"PK"


@pytest.mark.once
def test_the_list_costs_the_same_for_any_number_of_letters(house: House) -> None:
    counts = []
    for n in (1, 5):
        for _i in range(n):
            drawn(house)
        with CaptureQueriesContext(connection) as seen:
            house.text("city", "campaigns:letters")
        counts.append(len(seen))
    assert counts[0] == counts[1]
