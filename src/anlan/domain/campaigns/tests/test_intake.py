"""A notice is handed in, read by the worker, confirmed task by task, and made into a draft plan."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.campaigns.intake.items import items
from anlan.domain.campaigns.models import Campaign, Intake, Plan
from anlan.domain.campaigns.tests import notices
from anlan.domain.hazards.tests.conftest import cast, client_of, stage
from anlan.kernel.accounts.models import User
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.models import Job, State

__all__ = ["cast", "client_of", "stage"]


@dataclass
class Desk:
    """The office of a county at the page of one document."""

    client: Any
    pk: UUID | None = None

    def hand_in(self, text: str = notices.COUNTY, name: str = "通知.txt") -> Intake:
        return self.send(text.encode(), name)

    def send(self, data: bytes, name: str) -> Intake:
        answer = self.client.post(
            reverse("campaigns:intakes"),
            {"file": SimpleUploadedFile(name, data), "request_id": uuid7()},
        )
        assert answer.status_code == 302, answer.content.decode()
        self.pk = UUID(answer["Location"].rstrip("/").rpartition("/")[2])
        return self.row

    def read(self) -> Intake:
        queue.run_inline(Job.objects.get(task="campaigns.read", state=State.QUEUED))
        return self.row

    @property
    def row(self) -> Intake:
        return Intake.objects.select_related("area").get(pk=self.pk)

    def page(self, query: str = "") -> Any:
        return self.client.get(reverse("campaigns:intake", args=[self.pk]) + query)

    def press(self, act: str, item: str = "", **data: Any) -> Any:
        data.setdefault("version", self.row.version)
        data.setdefault("request_id", uuid7())
        url = reverse("campaigns:intake_decide", args=[self.pk])
        return self.client.post(url, {"act": act, "item": item, **data})

    def plan(self, **data: Any) -> Any:
        url = reverse("campaigns:intake_plan", args=[self.pk])
        data = {
            "version": self.row.version, "request_id": uuid7(), "kind": "master", "title": "整治",
            "starts_on": "2025-03-01", "ends_on": "2025-05-31", **data,
        }  # fmt: skip
        return self.client.post(url, data)


@pytest.fixture
def desk(cast: Any, client_of: Any) -> Desk:
    User.objects.update(password_changed_at=timezone.now())
    return Desk(client_of("office"))


def states(row: Intake) -> dict[str, str]:
    return {item.key: item.state for item in items(row)}


def test_a_notice_is_read_by_the_worker_and_not_by_the_page(desk: Desk) -> None:
    row = desk.hand_in()
    assert row.status == "waiting"
    assert "text" not in row.reading
    assert "Reading the document" in desk.page().content.decode()
    row = desk.read()
    assert row.status == "read"
    assert row.reading["text"] == notices.COUNTY
    page = desk.page().content.decode()
    assert "全面排查建账" in page
    assert "澜江" not in page
    progress = desk.client.get(reverse("campaigns:intake_progress", args=[row.pk]))
    assert progress["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"PK\x03\x04 not an archive", "通知.docx", "is damaged"),
        (b"%PDF-1.7 nothing more", "通知.pdf", "is damaged"),
        (b"\0\1\2\3" * 100, "通知.doc", "Save it as"),
    ],
)
def test_a_broken_file_says_how_to_mend_it_and_leaves_nothing_behind(
    desk: Desk, data: bytes, name: str, says: str
) -> None:
    desk.send(data, name)
    row = desk.read()
    assert row.status == "failed"
    assert set(row.reading) == {"refusal"}
    page = desk.page().content.decode()
    assert says in page
    assert name in page
    assert "Nothing of it was kept" in page
    assert desk.press("accept", "0").status_code == 409


def test_an_empty_form_and_an_empty_file_are_refused_in_words(desk: Desk) -> None:
    url = reverse("campaigns:intakes")
    assert desk.client.post(url).status_code == 422
    answer = desk.client.post(url, {"file": SimpleUploadedFile("空.txt", b"")})
    assert answer.status_code == 400
    assert not Intake.objects.exists()
    assert not Job.objects.filter(task="campaigns.read").exists()


def test_each_press_takes_one_and_shows_the_next(desk: Desk) -> None:
    desk.hand_in()
    desk.read()
    first, second, third, *_rest = items(desk.row)
    answer = desk.press("accept", first.key)
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"?item={second.key}")
    desk.press("drop", second.key)
    assert states(desk.row)[first.key] == "accepted"
    assert states(desk.row)[second.key] == "dropped"
    assert states(desk.row)[third.key] == "open"
    assert "2 of " in desk.page().content.decode()
    desk.press("reopen", second.key)
    assert states(desk.row)[second.key] == "open"
    told = AuditRow.objects.filter(action="intakes.decide").count()
    assert told == 3


def test_what_a_person_corrects_is_kept_beside_what_was_read(desk: Desk) -> None:
    desk.hand_in()
    desk.read()
    item = next(one for one in items(desk.row) if one.title == "严格作业审批")
    names = [unit["name"] for unit in item.fields["units"]]
    assert "县生态环境局" in names
    desk.press(
        "accept", item.key, kind="task", title="严格审批", text=item.fields["text"],
        due_on="2025-05-31", has_units="1", unit_role=["lead"], unit_name=["县应急管理局"],
        unit_ours=["五华区安委办"], has_targets="1", target_of=["0", ""],
        target_comparator=[">=", "="], target_value=["12", ""], target_unit=["家", ""],
        target_object=["抽查企业", ""], target_text=["每月抽查不少于10家", ""],
    )  # fmt: skip
    now = next(one for one in items(desk.row) if one.key == item.key)
    assert now.state == "accepted"
    assert now.fields["title"] == "严格审批"
    assert now.fields["targets"][0]["value"] == "12"
    assert now.fields["targets"][0]["start"] == item.fields["targets"][0]["start"]
    assert len(now.fields["units"]) == 1
    assert now.fields["units"][0]["unit"]
    assert set(now.changed) == {"title", "due_on", "units", "targets"}
    answer = desk.client.get(reverse("campaigns:intake_corrections", args=[desk.pk]))
    [line] = [json.loads(one) for one in answer.content.decode().splitlines()]
    assert line["read"]["title"] == "严格作业审批"
    assert line["confirmed"]["title"] == "严格审批"
    assert notices.COUNTY[line["start"] : line["end"]] == line["text"]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("title", "", "needs a title"),
        ("due_on", "31号", "2024-06-25"),
        ("target_value", "十二", "is no number"),
        ("unit_ours", "不存在的单位", "不存在的单位"),
        ("title", "长" * 201, "200"),
    ],
)
def test_a_field_that_cannot_stay_so_is_said_and_what_was_typed_stays(
    desk: Desk, field: str, value: str, says: str
) -> None:
    desk.hand_in()
    desk.read()
    item = items(desk.row)[1]
    data = {
        "title": "一个标题", "text": "正文打了一半", "has_units": "1", "has_targets": "1",
        "unit_role": "lead", "unit_name": "某单位", "unit_ours": "", "target_of": "",
        "target_comparator": "=", "target_value": "1", "target_unit": "家",
        "target_object": "对象", "target_text": "", field: value,
    }  # fmt: skip
    answer = desk.press("accept", item.key, **data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert "正文打了一半" in page
    assert states(desk.row)[item.key] == "open"


def test_of_two_people_the_second_is_told_that_it_moved_on(desk: Desk) -> None:
    desk.hand_in()
    desk.read()
    seen, every = desk.row.version, items(desk.row)
    assert desk.press("accept", every[0].key, version=seen).status_code == 302
    late = desk.press("drop", every[0].key, version=seen)
    assert late.status_code == 409
    assert states(desk.row)[every[0].key] == "accepted"


def test_one_press_that_is_sent_twice_counts_once(desk: Desk) -> None:
    desk.hand_in()
    desk.read()
    item, request_id, version = items(desk.row)[0], uuid7(), desk.row.version
    for _n in range(2):
        answer = desk.press("accept", item.key, request_id=request_id, version=version)
        assert answer.status_code == 302
    assert desk.row.version == version + 1


def test_an_item_is_split_joined_again_and_one_is_added(desk: Desk) -> None:
    desk.hand_in()
    desk.read()
    text = desk.row.reading["text"]
    item = next(one for one in items(desk.row) if one.title == "严格作业审批")
    desk.press("split", item.key, at=text.index("县应急管理局每月"))
    head, tail = (one for one in items(desk.row) if one.start in (item.start, item.end) or
                  one.key.startswith(f"{item.key}."))  # fmt: skip
    assert head.fields["text"].endswith("严禁盲目施救。")
    assert tail.fields["text"].startswith("县应急管理局每月抽查")
    assert not head.fields["targets"]
    assert len(tail.fields["targets"]) == len(item.fields["targets"])
    desk.press("join", head.key)
    [again] = [one for one in items(desk.row) if one.start == item.start]
    assert again.end == item.end
    assert len(again.fields["targets"]) == len(item.fields["targets"])
    assert desk.press("split", item.key, at=0).status_code == 422

    count = len(items(desk.row))
    words = "深刻吸取教训"
    answer = desk.press("add", words=words)
    assert answer["Location"].endswith("?item=a1")
    added = next(one for one in items(desk.row) if one.key == "a1")
    assert text[added.start : added.end] == words
    assert len(items(desk.row)) == count + 1
    assert desk.press("add", words="文中没有的话").status_code == 422
    assert desk.press("add", start=3, end=1).status_code == 422


def test_all_without_a_gap_are_taken_at_once_and_the_others_stay(desk: Desk) -> None:
    desk.hand_in()
    desk.read()
    before = items(desk.row)
    gaps = {item.key for item in before if item.gaps}
    assert gaps
    desk.press("accept_whole")
    assert {key for key, state in states(desk.row).items() if state == "open"} == gaps


def test_only_what_was_taken_becomes_a_line_and_points_into_the_text(desk: Desk) -> None:
    desk.hand_in()
    desk.read()
    assert desk.plan().status_code == 409
    every = items(desk.row)
    taken = [item for item in every if item.title in ("全面排查建账", "严格作业审批")]
    for item in taken:
        desk.press("accept", item.key)
    answer = desk.plan()
    assert answer.status_code == 302
    plan = Plan.objects.get()
    assert plan.status == "draft"
    assert plan.campaign == Campaign.objects.get()
    lines = list(plan.lines.order_by("place"))
    assert [line.title for line in lines] == ["全面排查建账", "严格作业审批"]
    for line in lines:
        assert plan.text[line.start : line.end].strip() == line.text
    assert lines[0].targets.get(unit="%").value == 95
    assert desk.row.status == "taken"
    assert desk.row.plan == plan
    assert reverse("campaigns:plan", args=[plan.pk]) in desk.page().content.decode()
    assert answer["Location"] == reverse("campaigns:plan", args=[plan.pk])
    assert desk.press("accept", every[0].key).status_code == 409
    assert desk.plan().status_code == 409


def test_a_plan_that_is_sent_twice_is_made_once(desk: Desk) -> None:
    desk.hand_in()
    desk.read()
    desk.press("accept", items(desk.row)[0].key)
    version, request_id = desk.row.version, uuid7()
    assert desk.plan(version=version, request_id=request_id).status_code == 302
    desk.plan(version=version, request_id=request_id)
    assert Plan.objects.count() == 1
    assert Campaign.objects.count() == 1


def test_traditional_characters_stay_in_the_text_and_the_fields_are_simplified(desk: Desk) -> None:
    desk.hand_in(notices.YEARLY)
    row = desk.read()
    page = desk.page().content.decode()
    assert "安全生產" in page
    titles = [item.title for item in items(row)]
    assert "落实党政责任" in titles


@pytest.mark.parametrize("who", ["inspector", "firm", "stranger"])
def test_others_find_no_document(desk: Desk, client_of: Any, who: str) -> None:
    desk.hand_in()
    desk.read()
    other = client_of(who)
    refused = 404 if who == "stranger" else 403
    for name in ("intake", "intake_progress", "intake_plan", "intake_corrections"):
        assert other.get(reverse(f"campaigns:{name}", args=[desk.pk])).status_code == refused
    for name in ("intake_decide", "intake_aside", "intake_plan"):
        assert other.post(reverse(f"campaigns:{name}", args=[desk.pk])).status_code == refused
    assert states(desk.row) == dict.fromkeys(states(desk.row), "open")


@pytest.mark.once
def test_a_page_asks_as_much_of_the_database_for_many_documents_as_for_one(
    desk: Desk, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    desk.hand_in()
    url = reverse("campaigns:intakes")
    desk.client.get(url)
    with CaptureQueriesContext(connection) as one:
        desk.client.get(url)
        count = len(one)
    for n in range(3):
        desk.hand_in(name=f"通知{n}.txt")
    with django_assert_num_queries(count):
        desk.client.get(url)


def test_what_is_put_aside_takes_no_more_decisions(desk: Desk) -> None:
    desk.hand_in()
    desk.read()
    url = reverse("campaigns:intake_aside", args=[desk.pk])
    assert desk.client.post(url, {"version": 99}).status_code == 409
    assert desk.client.post(url, {"version": desk.row.version}).status_code == 302
    assert desk.row.status == "dropped"
    assert desk.press("accept", "0").status_code == 409


def test_what_a_document_says_is_text_and_never_markup(desk: Desk) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    desk.hand_in(notices.COUNTY.replace("全面排查建账", hostile), f"{hostile[:20]}.txt")
    row = desk.read()
    for query in ("", *(f"?item={item.key}" for item in items(row)), "?item=<script>"):
        page = desk.page(query).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("version", ["", "x", "1e9", "99999999999999"])
def test_a_version_that_is_none_moves_nothing(desk: Desk, version: str) -> None:
    desk.hand_in()
    desk.read()
    assert desk.press("accept", "0", version=version).status_code == 409
    assert states(desk.row)["0"] == "open"


def test_a_text_that_no_database_keeps_is_kept_with_a_space_for_it(desk: Desk) -> None:
    data = "\ufeff".encode("utf-16-le") + notices.COUNTY.replace("近期", "近\0").encode("utf-16-le")
    desk.send(data, "通知.txt")
    row = desk.read()
    assert row.status == "read"
    assert "近 ，外地" in row.reading["text"]


def test_a_document_whose_file_the_disk_lost_is_asked_for_once_more(desk: Desk) -> None:
    from anlan.kernel.papers import store

    desk.hand_in()
    job = Job.objects.get(task="campaigns.read", state=State.QUEUED)
    store.path_of(job.payload["sum"]).unlink()
    row = desk.read()
    assert row.status == "failed"
    assert "send the new file" in desk.page().content.decode()


def test_the_kept_file_can_be_read_by_nobody_who_finds_it(desk: Desk) -> None:
    from anlan.kernel.papers import store

    desk.hand_in()
    job = Job.objects.get(task="campaigns.read", state=State.QUEUED)
    assert "有限空间".encode() not in store.path_of(job.payload["sum"]).read_bytes()


def test_a_correction_can_be_taken_into_the_readers_own_tests(desk: Desk) -> None:
    desk.hand_in()
    desk.read()
    first, second, *_rest = items(desk.row)
    desk.press("accept", first.key)
    desk.press("drop", second.key)
    desk.press("add", words="深刻吸取教训")
    desk.press("accept", "a1")
    answer = desk.client.get(reverse("campaigns:intake_corrections", args=[desk.pk]))
    told = [json.loads(line) for line in answer.content.decode().splitlines()]
    assert sorted(one["verdict"] for one in told) == ["dropped", "missed"]


def test_what_contradicts_itself_stands_at_the_top_and_is_never_taken_unseen(desk: Desk) -> None:
    told = "检查企业120家，其中煤矿50家、化工60家、工贸20家。"
    desk.hand_in(notices.COUNTY.replace("3月20日前建立台账", f"{told}20253月底前建立台账"))
    row = desk.read()
    item = next(one for one in items(row) if one.title == "全面排查建账")
    assert {"contradiction", "repair"} <= set(item.gaps)
    page = desk.page(f"?item={item.key}").content.decode()
    assert "The parts add up to 130, more than the whole of 120." in page
    assert 'data-mend="20253月" data-with="2025年3月"' in page
    assert "20253月" in item.fields["text"]
    desk.press("accept_whole")
    assert states(desk.row)[item.key] == "open"


def test_who_is_named_before_what_they_must_do_leads_where_nobody_else_does(desk: Desk) -> None:
    desk.hand_in(notices.COUNTY.replace("各乡镇、街道要对", "县公安局要对"))
    desk.read()
    every = {one.title: one for one in items(desk.row)}
    roles = {unit["name"]: unit["role"] for unit in every["严格作业审批"].fields["units"]}
    assert roles["县应急管理局"] == "lead"
    assert roles["县生态环境局"] == "support"
