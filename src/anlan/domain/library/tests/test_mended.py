"""What went wrong once: presses that came twice, addresses and numbers that nobody meant."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.base.ids import uuid7
from anlan.domain.campaigns.tests.house import House
from anlan.domain.library.models import Edition, RuleSet, Text
from anlan.domain.library.tests.shelf import BODY, article, shelve, stated
from anlan.kernel.papers.documents import clauses

pytestmark = pytest.mark.django_db
HUGE = 10**30


def test_a_set_that_is_sent_twice_is_made_once(house: House) -> None:
    request = uuid7()
    for _turn in range(2):
        answer = house.post(
            "office", "library:new_set", request_id=request, title="动火检查", purpose="check"
        )
        assert answer.status_code == 302
    assert RuleSet.objects.count() == 1


def test_files_that_are_sent_twice_are_handed_in_once(house: House) -> None:
    request = uuid7()
    for _turn in range(2):
        files = [SimpleUploadedFile(f"{n}.txt", BODY.encode()) for n in range(2)]
        answer = house.post("office", "library:hand_in", request_id=request, files=files)
        assert answer.status_code == 302
    assert Text.objects.count() == Edition.objects.count() == 2
    page = house.text("office", "library:new").partition(reverse("library:hand_in"))[2]
    assert 'name="request_id"' in page.partition("</form>")[0]


def test_numbers_and_signs_that_nobody_meant_break_nothing(house: House) -> None:
    text = shelve(house)
    for query in ("?q=%00", "?q=%00%00&from=²", f"?from={HUGE}", "?from=-1", "?edition=%00"):
        assert house.get("office", "library:text", text.pk, query=query).status_code < 500, query
    for name in ("list", "articles", "sets", "export"):
        for query in ("?q=%00a", "?area=%00", "?after=%00", "?status=%00", "?case=%00&set=%00"):
            assert house.get("office", f"library:{name}", query=query).status_code < 500, query
    house.post("office", "library:new_set", title="检查", purpose="check")
    made = RuleSet.objects.get()
    item = {"words": "是否审批", "article": article(text, "第三条").pk}
    assert house.post("office", "library:new_item", made.pk, **item).status_code == 302
    row = made.items.get()
    for number in (HUGE, -HUGE, "²"):
        more = {"words": "是否审批", "article": number}
        answer = house.post("office", "library:edit_item", made.pk, row.pk, **more)
        assert answer.status_code < 500
        assert house.post("office", "library:new_item", made.pk, **more).status_code < 500
    answer = house.post("office", "library:link", text.pk, case=uuid7(), article=HUGE)
    assert answer.status_code == 404
    assert house.post("office", "library:unlink", HUGE).status_code < 500
    assert house.post("office", "library:withdraw_item", made.pk, HUGE).status_code < 500
    for when in ("0001-01-01", "9999-12-31", "2026-02-30"):
        answer = house.post(
            "office", "library:new", pk=uuid7(), **stated(issued_on=when, effective_on=when)
        )
        assert answer.status_code == 422, when


_line = st.sampled_from(
    ["第一条 甲", "第二条 乙，", "第三条 庚", "第二条规定的", "第一章 总则", "一、说明。", "二、要求", "（一）甲；",
     "（二）乙", "1. 丙", "2．丁。", "1 范围", "1.1 本标准，", "2 引用", "附件1", "附录A 表", "空话。", "第一千零一条 戊",
     "第²条", "第一条之一 己"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_line, max_size=14))
def test_no_line_that_says_something_is_lost_in_dividing(lines: list[str]) -> None:
    found = clauses.split("\n".join(lines))
    kept = "".join(one.heading + one.label + one.text for one in found)
    signs = set("甲乙丙丁戊己。；，") & set("".join(lines))
    assert signs <= set(kept), (lines, found)
