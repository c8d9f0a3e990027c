"""Files that prove what was reported: asked for, seen by the checker, kept from others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.domain.campaigns.commands.terms import NewLine
from anlan.domain.campaigns.milestones.commands import set_milestones
from anlan.domain.campaigns.milestones.scheduling import Step
from anlan.domain.campaigns.models import Report
from anlan.domain.campaigns.progress import evidence
from anlan.domain.campaigns.tests.house import House, lead
from anlan.domain.lists.models import Setting
from anlan.kernel.papers.models import Attachment

pytestmark = pytest.mark.django_db


def paper(name: str = "名单.csv", data: bytes = "矿山,日期\n甲矿,2026-01-01\n".encode()) -> Any:
    return SimpleUploadedFile(name, data)


def task(house: House) -> Any:
    line = NewLine(
        "关闭矿山。", title="关闭矿山", units=lead("市应急局"), evidence="关闭公告和验收表"
    )
    return house.task(house.published(lines=[line]), "关闭矿山")


def test_proof_hangs_on_the_report_and_whoever_sees_the_task_gets_it(house: House) -> None:
    row = task(house)
    page = house.text("emergency", "campaigns:task", row.pk)
    assert "关闭公告和验收表" in page
    said = {"progress": 20, "text": "已关闭2处"}
    assert house.step("emergency", row.pk, "report", **said) == 422  # Neither proof nor reason.
    bad = house.post("emergency", "campaigns:step", row.pk, "report", **said,
                     files=[paper("名单.exe", b"MZ")])  # fmt: skip
    assert bad.status_code == 422
    assert house.step("emergency", row.pk, "report", **said, files=[paper()]) == "assigned"
    report = Report.objects.get()
    file = Attachment.objects.get()
    assert (file.object_type, file.object_id) == (evidence.ON_REPORT, str(report.pk))
    assert "名单.csv" in house.text("city", "campaigns:task", row.pk)
    got = house.get("city", "campaigns:task_file", row.pk, file.pk)
    assert got.status_code == 200
    assert "attachment" in got.headers["Content-Disposition"]
    assert house.get("stranger", "campaigns:task_file", row.pk, file.pk).status_code == 404
    other = house.task(house.published(), "关闭不达标矿山")
    assert house.get("city", "campaigns:task_file", other.pk, file.pk).status_code == 404
    house.step("emergency", row.pk, "report", **said, no_evidence="公告周五登报")
    assert "公告周五登报" in house.text("city", "campaigns:task", row.pk)


def test_files_of_a_form_that_must_be_mended_are_offered_again(house: House) -> None:
    row = task(house)
    answer = house.post("emergency", "campaigns:step", row.pk, "report", progress=20, text=" ",
                        files=[paper()])  # fmt: skip
    assert answer.status_code == 422
    page = answer.content.decode()
    ticket = page.split('name="files_kept" value="')[1].split('"')[0]
    again = {"progress": 20, "text": "已关闭2处", "files_kept": [ticket]}
    assert house.step("emergency", row.pk, "report", **again) == "assigned"
    assert Attachment.objects.get().name == "名单.csv"


def test_reporting_done_needs_proof_as_the_office_set_it(house: House) -> None:
    row = task(house)
    rule = ("campaigns:evidence_rule",)
    assert house.get("office", *rule).status_code == 403
    assert house.post("office", *rule, mode="off", version="0").status_code == 403
    # No office of this cast lies outside the city, so its head is the topmost.
    assert house.get("mayor", *rule).status_code == 200
    assert house.post("mayor", *rule, mode="never", version="0").status_code == 422
    assert house.post("mayor", *rule, mode="refuse", version="0", reason="从严").status_code == 302
    assert house.post("mayor", *rule, mode="off", version="0", reason="放宽").status_code == 409
    assert Setting.objects.get(code=evidence.CODE).data == {"mode": "refuse", "plan": False}
    done = {"result": "全部关闭", "no_evidence": "没有"}
    assert house.step("emergency", row.pk, "rectify", **done) == 422
    assert house.step("emergency", row.pk, "rectify", **done, files=[paper()]) == "rectified"
    assert Attachment.objects.get().object_type == evidence.ON_TASK
    assert "名单.csv" in house.text("city", "campaigns:task", row.pk)
    second = task(house)
    house.post("mayor", *rule, mode="off", version="1", reason="放宽")
    assert house.step("emergency", second.pk, "rectify", result="全部关闭") == "rectified"


def test_each_task_wants_a_plan_of_execution_where_the_office_says_so(house: House) -> None:
    row = task(house)
    done = {"result": "已关闭", "no_evidence": "公告周五登报"}
    flagged = ("campaigns:tasks",)
    assert "关闭矿山</a>" in house.text("city", *flagged, query="?no_plan=1")
    rule = {"mode": "ask", "plan": "on", "version": 0, "reason": "一项任务一套方案"}
    assert house.post("mayor", "campaigns:evidence_rule", **rule).status_code == 302
    assert "plan of execution" in house.text("mayor", "campaigns:evidence_rule")
    assert house.step("emergency", row.pk, "rectify", **done) == 422
    steps = [Step("公告", house.today + timedelta(5))]
    set_milestones(row.pk, steps, **house.call("emergency"))
    assert house.step("emergency", row.pk, "rectify", **done) == 422, "nobody answers for it yet"
    house.step("emergency", row.pk, "person", person="张某", starts_on=house.today)
    assert "关闭矿山</a>" not in house.text("city", *flagged, query="?no_plan=1")
    assert house.step("emergency", row.pk, "rectify", **done) == "rectified"
