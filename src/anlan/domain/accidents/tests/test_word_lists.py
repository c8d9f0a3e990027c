"""Lists of hospitals, fire brigades and press: read, entered once, held against what was reported."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.accidents import matching
from anlan.domain.accidents.models import Accident, Word
from anlan.domain.accidents.tests.desk import HOME, Desk

pytestmark = pytest.mark.django_db


def body(rows: int = 0, **more: str) -> str:
    today = timezone.localdate()
    heads = "就诊日期,病案号,受伤地点,伤情描述,转归"
    told = [f"{today},Z{n},兴达化工厂,二号储罐闪爆致全身多处烧伤第{n}例送至急诊抢救,{'死亡' if n % 2 else '重伤'}"
            for n in range(rows or 3)]  # fmt: skip
    return "\n".join((heads, *told, *more.values()))


def send(desk: Desk, text: str, who: str = "office", **more: Any) -> Any:
    file = SimpleUploadedFile("医院.csv", text.encode("gb18030"))
    return desk.post(who, "accidents:read_words", file=file, source="hospital", area=HOME, **more)


def entered(desk: Desk, answer: Any, **more: Any) -> Any:
    page = answer.content.decode()
    packed = re.search(r'name="read" value="([^"]+)"', page)
    asked = re.search(r'name="request_id" value="([^"]+)"', page)
    assert packed
    assert asked
    given = {"read": packed[1], "request_id": asked[1], **more}
    return desk.post("office", "accidents:read_words", **given)


def test_a_list_is_shown_with_its_guesses_then_entered_and_never_twice(desk: Desk) -> None:
    bad = "2026-13-40,Z9,兴达化工厂,二号储罐闪爆致全身多处烧伤第9例送至急诊抢救,死亡"
    answer = send(desk, body(bad=bad))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert not Word.objects.exists()
    # Why each column is what it is taken for, and which row is to be mended.
    assert "stands in its heading" in page
    assert "Write the day as" in page
    assert entered(desk, answer).status_code == 302
    rows = list(Word.objects.order_by("reference"))
    assert [(row.reference, row.deaths, row.injured) for row in rows] == [
        ("Z0", 0, 1), ("Z1", 1, 0), ("Z2", 0, 1),
    ]  # fmt: skip
    assert {row.status for row in rows} == {"open"}
    assert "兴达化工厂" in rows[0].text
    # The same press again, and the same list next week with one more patient.
    assert entered(desk, answer).status_code == 302
    assert entered(desk, send(desk, body(4))).status_code == 302
    assert Word.objects.count() == 4


def test_what_was_read_is_not_changed_on_its_way_back(desk: Desk) -> None:
    answer = send(desk, body())
    assert entered(desk, answer, read="x" + "y" * 40).status_code == 422
    assert send(desk, "a,b\n1,2\n").status_code == 422
    assert send(desk, body(), who="viewer").status_code == 403
    assert (
        desk.post("office", "accidents:read_words", source="hospital", area=HOME).status_code == 422
    )
    other = body().replace("就诊日期", "就诊日期,地区").replace(",Z", ",530103,Z")
    # An area of others is told row by row.
    assert "outside your areas" in send(desk, other).content.decode()
    assert not Word.objects.exists()


def test_what_may_be_the_same_comes_in_order_with_its_reasons(desk: Desk) -> None:
    other = desk.report(deaths=1, title="工地高处坠落", ago=timedelta(hours=1))
    same = desk.report(deaths=1, title="兴达化工厂二号储罐闪爆", ago=timedelta(hours=30))
    desk.report(deaths=1, title="兴达化工厂二号储罐闪爆", ago=timedelta(days=9))
    entered(desk, send(desk, body()))
    by = desk.cast.actor("office")
    word = Word.objects.get(reference="Z1")
    found = matching.alike([word], by).found[word.pk]
    # Shared words weigh more than the nearer day, and what is nine days off is none of them.
    assert [match.accident.pk for match in found] == [same, other]
    assert found[0].shared == "二号储罐闪爆"
    shown = desk.get("office", "accidents:word", word.pk).content.decode()
    assert "both say “二号储罐闪爆”" in shown
    assert shown.index(str(same)) < shown.index(str(other))
    listed = desk.get("office", "accidents:words").content.decode()
    assert "兴达化工厂二号储罐闪爆（both say" in listed
    given = {"status": "matched", "accident": same}
    assert desk.post("office", "accidents:decide_word", word.pk, **given).status_code == 302
    assert "Next to compare" in desk.get("office", "accidents:word", word.pk).content.decode()


def test_rows_that_say_the_same_are_told_and_may_be_different_people(desk: Desk) -> None:
    told = "\n".join(f"{timezone.localdate()},,兴达化工厂,二号储罐闪爆致烧伤送至急诊抢救,死亡"
                     for _n in range(3))  # fmt: skip
    lists = "就诊日期,病案号,受伤地点,伤情描述,转归\n" + told
    answer = send(desk, lists)
    assert "row 3 = row 2" in answer.content.decode()
    entered(desk, answer)
    assert Word.objects.count() == 1
    # Two more who died of the same: said on the page, and once only when it is sent again.
    for _again in range(2):
        entered(desk, send(desk, lists), apart="1")
        assert Word.objects.count() == 3


def test_of_very_many_accidents_the_rest_is_looked_at_in_a_further_step(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "CANDIDATES_MAX", 2)
    made = {desk.report(deaths=1, title=f"兴达化工厂二号储罐闪爆{n}") for n in range(3)}
    entered(desk, send(desk, body(1)))
    word = Word.objects.get()
    first = desk.get("office", "accidents:word", word.pk).content.decode()
    on = re.search(r'"\?after=([^"]+)"', first)
    assert on
    second = desk.get("office", "accidents:word", word.pk, query=f"?after={on[1]}").content.decode()
    seen = [{pk for pk in made if str(pk) in page} for page in (first, second)]
    assert (len(seen[0]), len(seen[1]), seen[0] | seen[1]) == (2, 1, made)
    assert "open what is told" in desk.get("office", "accidents:words").content.decode()


@pytest.mark.once
def test_the_list_and_an_entry_ask_as_much_for_many_as_for_few(desk: Desk) -> None:
    counts, entries = [], []
    desk.get("office", "accidents:words")
    for rows in (5, 45):
        answer = send(desk, body(rows))
        with CaptureQueriesContext(connection) as asked:
            entered(desk, answer)
        entries.append(len(asked))
        desk.report(deaths=1, title="兴达化工厂二号储罐闪爆")
        with CaptureQueriesContext(connection) as asked:
            desk.get("office", "accidents:words")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert entries[0] == entries[1]
    assert Accident.objects.count() == 2


def test_a_program_enters_what_a_source_tells_once(desk: Desk) -> None:
    told = {"day": str(timezone.localdate()), "area": HOME, "text": "急诊收治坠落伤员", "deaths": 1}
    given = {"source": "hospital", "items": [told]}
    client = desk.browser("office")

    def put(path: str, body: dict[str, Any]) -> Any:
        return client.put(path, body, content_type="application/json")

    answer = put(f"/api/v1/accidents/sources/{uuid7()}/", given)
    assert (answer.status_code, len(answer.json()["ids"])) == (200, 1)
    assert put(f"/api/v1/accidents/sources/{uuid7()}/", given).json()["ids"] == []
    far = {**given, "items": [{**told, "area": "530103"}]}
    assert put(f"/api/v1/accidents/sources/{uuid7()}/", far).status_code == 400
    assert Word.objects.count() == 1
