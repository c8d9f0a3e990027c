"""Laws, standards and rules: entered, divided, put in, amended, ended; found by two characters."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from anlan.base.ids import uuid7
from anlan.domain.campaigns.tests.house import House
from anlan.domain.library import queries
from anlan.domain.library.invariants import invariants
from anlan.domain.library.models import Article, Edition, Status, Text, stands
from anlan.domain.library.tests.shelf import (
    AMENDED,
    BODY,
    amend,
    article,
    day,
    enter,
    put_in,
    shelve,
    stated,
)
from anlan.kernel.audit.models import AuditRow

pytestmark = pytest.mark.django_db


def check() -> None:
    for name, ok, _count, detail in invariants(timezone.now()):
        assert ok, (name, detail)


def test_a_text_is_entered_divided_checked_and_put_into_the_library(house: House) -> None:
    for wrong in ({"title": ""}, {"body": " "}, {"kind": "gossip"}, {"sectors": ["moon"]}):
        answer = house.post("office", "library:new", pk=uuid7(), **stated(**wrong))
        assert answer.status_code == 422, wrong
    assert not Text.objects.exists()
    edition = enter(house, issuer="", sectors=["fire"])
    labels = list(edition.articles.order_by("place").values_list("label", "heading"))
    assert labels[1:] == [
        ("第一条", "第一章 总则"), ("第二条", "第一章 总则"), ("第三条", "第二章 作业"),
        ("第四条", "第二章 作业"), ("第五条", "第三章 附则"),
    ]  # fmt: skip
    assert (
        Article.objects.get(label="第三条").words.splitlines()[1] == "审批手续有效期不超过八小时。"
    )
    # A draft is the unit's own, and lacks its issuer still.
    assert house.get("city", "library:text", edition.text_id).status_code == 404
    assert house.get("emergency", "library:edition", edition.pk).status_code == 404
    assert house.post("office", "library:stand", edition.pk).status_code == 302
    edition.refresh_from_db()
    assert edition.state == "draft"
    for wrong in ({"effective_on": day(-101)}, {"issued_on": ""}, {"effective_on": ""}):
        data = stated(sectors=["fire"], **wrong)
        assert house.post("office", "library:edit", edition.pk, **data).status_code == 302
        house.post("office", "library:stand", edition.pk)
        edition.refresh_from_db()
        assert edition.state == "draft", wrong
    house.post("office", "library:edit", edition.pk, **stated(sectors=["fire"]))
    text = put_in(house, edition)
    assert (text.status_on(day(0)), text.sectors) == (Status.IN_FORCE, ",fire,")
    # Now it is read in its area, above and below; its words stand.
    for who in ("city", "office", "firm", "grid"):
        if who in house.cast.users:
            assert "第三条" in house.text(who, "library:text", text.pk), who
    assert house.get("stranger", "library:text", text.pk).status_code == 404
    assert house.post("office", "library:edit", edition.pk, **stated()).status_code == 409
    assert house.post("office", "library:drop", edition.pk).status_code == 409
    assert house.post("city", "library:edit", edition.pk, **stated()).status_code == 403
    assert AuditRow.objects.filter(action="laws.stand").count() == 1
    check()


def test_what_was_passed_over_between_two_articles_is_said(house: House) -> None:
    body = BODY.replace("第三条 ", "第三条").replace("\n第三条", "")
    edition = enter(house, body=body)
    page = house.text("office", "library:edition", edition.pk)
    assert "Numbers are missing" in page
    assert "Not found: 3" in page


def test_a_second_edition_leaves_the_first_and_each_day_has_its_own(house: House) -> None:
    text = shelve(house)
    first = text.editions.get()
    stale = house.post("office", "library:new_edition", text.pk, pk=uuid7(), seen="1")
    assert stale.status_code == 409
    assert house.post("emergency", "library:new_edition", text.pk, pk=uuid7()).status_code == 403
    pk = uuid7()
    assert house.post("office", "library:new_edition", text.pk, pk=pk).status_code == 302
    assert Edition.objects.get(pk=pk).articles.count() == first.articles.count()
    # One at a time.
    assert house.post("office", "library:new_edition", text.pk, pk=uuid7()).status_code == 409
    # Before the first edition's day it can't come into force.
    early = stated(body=AMENDED, issued_on=day(-120), effective_on=day(-95))
    house.post("office", "library:edit", pk, **early)
    house.post("office", "library:stand", pk)
    assert not Edition.objects.get(pk=pk).stands
    assert house.post("office", "library:drop", pk).status_code == 302
    assert not Edition.objects.filter(pk=pk).exists()
    second = amend(house, text, effective_on=day(5), issued_on=day(-1))
    text.refresh_from_db()
    first.refresh_from_db()
    assert (first.until, second.until) == (day(5), None)
    assert (text.status_on(day(4)), text.status_on(day(5))) == (Status.IN_FORCE, Status.AMENDED)
    assert queries.edition_on(text, day(4)) == first
    assert queries.edition_on(text, day(5)) == second
    page = house.text("office", "library:text", text.pk)
    assert "八小时" in page
    assert "四小时" not in page
    assert "四小时" in house.text("city", "library:edition", second.pk)
    check()


def test_its_data_is_corrected_with_a_reason_and_its_words_are_not(house: House) -> None:
    text = shelve(house)
    edition = text.editions.get()
    data = stated(number="五安办〔2024〕4号", body="第一条 别的。", kind="office_rule")
    assert house.post("office", "library:correct", edition.pk, **data).status_code == 422
    late = {**data, "reason": "文号有误", "seen": 1}
    assert house.post("office", "library:correct", edition.pk, **late).status_code == 409
    answer = house.post("office", "library:correct", edition.pk, **{**data, "reason": "文号有误"})
    assert answer.status_code == 302
    text.refresh_from_db()
    edition.refresh_from_db()
    assert (text.number, text.kind, edition.body) == (
        "五安办〔2024〕4号",
        "office_rule",
        BODY.strip(),
    )
    assert AuditRow.objects.filter(action="laws.correct").count() == 1
    assert house.post("city", "library:correct", edition.pk, **late).status_code == 403


def test_a_text_ends_is_replaced_and_that_can_be_taken_back(house: House) -> None:
    old, new = shelve(house), shelve(house, title="动火作业安全规定", number="五安办〔2026〕1号")
    given = {"on": day(-5), "reason": "五安办〔2026〕1号", "replaced_by": new.pk}
    for wrong in (
        {"on": day(-95)}, {"reason": ""}, {"replaced_by": old.pk}, {"replaced_by": uuid7()}, {"on": ""},
    ):  # fmt: skip
        answer = house.post("office", "library:end", old.pk, **{**given, **wrong})
        assert answer.status_code == 422, wrong
    assert house.post("city", "library:end", old.pk, **given).status_code == 403
    assert house.post("stranger", "library:end", old.pk, **given).status_code == 404
    assert house.post("office", "library:end", old.pk, **given).status_code == 302
    old.refresh_from_db()
    assert (old.status_on(day(-6)), old.status_on(day(-5))) == (Status.IN_FORCE, Status.REPLACED)
    assert "动火作业安全规定" in house.text("office", "library:text", old.pk)
    assert "五华区动火作业安全管理办法" in house.text("office", "library:text", new.pk)
    # Round in a circle it doesn't go.
    back = {**given, "replaced_by": old.pk}
    assert house.post("office", "library:end", new.pk, **back).status_code == 422
    assert house.post("office", "library:resume", old.pk).status_code == 422
    assert house.post("office", "library:resume", old.pk, reason="录入有误").status_code == 302
    assert house.post("office", "library:resume", old.pk, reason="录入有误").status_code == 422
    assert (
        house.post("office", "library:end", old.pk, **{**given, "replaced_by": ""}).status_code
        == 302
    )
    old.refresh_from_db()
    assert old.status_on(day(0)) == Status.REPEALED
    check()


def test_each_status_of_the_list_is_the_texts_own(house: House) -> None:
    enter(house, title="草案")
    shelve(house, title="未施行", effective_on=day(9))
    shelve(house, title="现行")
    amend(house, shelve(house, title="修正"), title="修正")
    new = shelve(house, title="新")
    for title, other in (("废止", ""), ("替代", new.pk)):
        text = shelve(house, title=title)
        house.post("office", "library:end", text.pk, on=day(-1), reason="决定", replaced_by=other)
    for n in (-200, -95, -50, -1, 0, 9, 20):
        for status in Status:
            listed = set(Text.objects.filter(stands(status, day(n))))
            assert listed == {row for row in Text.objects.all() if row.status_on(day(n)) == status}
    for status, count in (("draft", 1), ("coming", 1), ("in_force", 2), ("amended", 1),
                          ("repealed", 1), ("replaced", 1)):  # fmt: skip
        page = house.text("office", "library:list", query=f"?status={status}")
        assert page.count('class="main-link') == count, status
    assert "现行" in house.text("office", "library:list", query="?q=现行")
    assert "现行" not in house.text("stranger", "library:list")
    answer = house.get("office", "library:export", query="?status=replaced")
    sheet = load_workbook(BytesIO(b"".join(answer))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert (len(rows), rows[1][0], rows[1][7]) == (2, "替代", "新")
    assert AuditRow.objects.filter(action="laws.export").count() == 1


def test_articles_are_found_by_two_characters_in_what_is_in_force(house: House) -> None:
    text = shelve(house)
    search = reverse("library:articles")
    find = house.browser("office").get

    def labels(query: str, who: str = "office") -> list[str]:
        page = house.text(who, "library:articles", query=query)
        return [label for label in ("第三条", "第四条", "第五条") if f"</a> {label}</h2>" in page]

    assert labels("?q=灭火") == ["第四条"]
    assert labels("?q=动火 审批") == ["第三条"]
    assert labels("?q=動火 審批") == ["第三条"]
    assert labels("?q=审批", "stranger") == []
    assert labels("?q=审批", "city") == ["第三条"]
    assert labels("?q=审批&kind=law") == []
    assert "One character finds too much" in find(f"{search}?q=审").content.decode()
    amend(house, text)
    # The amended article alone, and of the one that is new its own.
    page = house.text("office", "library:articles", query="?q=审批手续")
    assert ("四小时" in page, "八小时" in page) == (True, False)
    assert labels("?q=节假日") == ["第五条"]
    house.post("office", "library:end", text.pk, on=day(-1), reason="决定", replaced_by="")
    assert labels("?q=灭火") == []
    assert labels("?q=灭火&ended=1") == ["第四条"]


@pytest.mark.once
def test_lists_and_search_ask_as_much_of_many_as_of_few(house: House) -> None:
    def asked(name: str, query: str = "") -> int:
        with CaptureQueriesContext(connection) as found:
            house.text("office", name, query=query)
        return len(found)

    first = shelve(house)
    counts = {}
    for _turn in range(2):
        for name, query in (("library:list", ""), ("library:articles", "?q=动火")):
            counts.setdefault(name, []).append((asked(name, query), asked(name, query))[1])
        counts.setdefault("text", []).append(0)
        with CaptureQueriesContext(connection) as found:
            house.text("office", "library:text", first.pk)
        counts["text"][-1] = len(found)
        for n in range(8):
            shelve(house, title=f"办法{n}")
    for name, (few, many) in counts.items():
        assert many <= few, (name, few, many)


def test_a_file_is_read_by_the_worker_and_not_by_the_page(house: House) -> None:
    data = ("# 五华区动火办法\n\n五安委〔2024〕5号\n\n2024年2月1日五华区安委会印发\n\n<!-- INFO END -->\n\n## 第一章 总则\n\n"
            + BODY.split("\n", 2)[2]).encode()  # fmt: skip
    file = SimpleUploadedFile("动火办法.md", data)
    assert house.post("office", "library:hand_in").status_code == 302
    assert not Text.objects.exists()
    answer = house.post("office", "library:hand_in", files=file)
    edition = Edition.objects.get()
    assert answer.headers["Location"] == reverse("library:edition", args=[edition.pk])
    assert (edition.state, edition.articles.count()) == ("waiting", 0)
    assert "progress" in house.text("office", "library:edition", edition.pk)
    house.work()
    edition.refresh_from_db()
    assert (edition.state, edition.title, edition.number) == (
        "draft",
        "五华区动火办法",
        "五安委〔2024〕5号",
    )
    assert (edition.issued_on, edition.effective_on) == (
        day(0).replace(2024, 2, 1),
        day(0).replace(2024, 3, 1),
    )
    assert edition.articles.filter(label="第四条").exists()
    assert house.get("office", "library:progress", edition.pk).headers["HX-Redirect"]
    assert house.get("emergency", "library:progress", edition.pk).status_code == 404
    # Nothing stands by itself.
    assert Text.objects.get().status_on(day(0)) == Status.DRAFT
    # Two at once; one of them is no document.
    two = [SimpleUploadedFile("甲.txt", BODY.encode()), SimpleUploadedFile("乙.txt", b"")]
    house.post("office", "library:hand_in", files=two)
    many = [SimpleUploadedFile(f"{n}.txt", BODY.encode()) for n in range(21)]
    house.post("office", "library:hand_in", files=many)
    assert Text.objects.count() == 2
    broken = SimpleUploadedFile("丙.pdf", b"%PDF-1.7 nothing")
    house.post("office", "library:hand_in", files=broken)
    house.work()
    failed = Edition.objects.get(file="丙.pdf")
    page = house.text("office", "library:edition", failed.pk)
    assert failed.state == "failed"
    assert (
        "couldn&#39;t be read" in page or "couldn’t be read" in page or "couldn't be read" in page
    )
    # It can be entered by hand instead.
    assert house.post("office", "library:edit", failed.pk, **stated()).status_code == 302
    put_in(house, failed)
    # A further edition comes from a file, too; a stranger's text takes none.
    text = failed.text
    file = SimpleUploadedFile("修订.txt", AMENDED.encode())
    assert house.post("city", "library:hand_in", text=text.pk, files=file).status_code == 403
    file.seek(0)
    assert house.post("stranger", "library:hand_in", text=text.pk, files=file).status_code == 404
    file.seek(0)
    house.post("office", "library:hand_in", text=text.pk, files=file)
    house.work()
    again = text.editions.get(number_in=2)
    assert (again.state, again.articles.filter(label="第六条").exists()) == ("draft", True)
    page = house.text("office", "library:text", text.pk)
    assert reverse("library:edition", args=[again.pk]) in page
    assert reverse("library:edition", args=[again.pk]) not in house.text(
        "city", "library:text", text.pk
    )
    assert house.get("city", "library:edition", again.pk).status_code == 403


def test_a_repeat_is_harmless_and_another_request_under_its_id_is_refused(house: House) -> None:
    request, pk = uuid7(), uuid7()
    for _turn in range(2):
        answer = house.post("office", "library:new", pk=pk, request_id=request, **stated())
        assert answer.status_code == 302
    assert Text.objects.count() == 1
    other = house.post("office", "library:new", pk=pk, request_id=request, **stated(title="别的"))
    assert other.status_code == 409
    edition = Edition.objects.get()
    drop = uuid7()
    for _turn in range(2):
        house.post("office", "library:drop", edition.pk, request_id=drop)
    assert not Text.objects.exists()


def test_who_has_no_post_for_it_makes_nothing(house: House) -> None:
    text = shelve(house)
    assert house.post("viewer", "library:new", pk=uuid7(), **stated()).status_code == 403
    assert house.post("viewer", "library:end", text.pk).status_code in (403, 404)
    assert article(text, "第三条").heading == "第二章 作业"
