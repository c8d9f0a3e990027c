"""The pages of a batch: what they count before it is confirmed, and what they say when it stops."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

AT = datetime(2026, 11, 20, 1, tzinfo=UTC)
TRIED = {"created": 7, "updated": 0, "unchanged": 1, "duplicates": 0, "ignored": 2, "rejected": 3}


@pytest.fixture
def make(cast):
    """A batch of the county's office, with the job that it was left by."""
    from anlan.domain.hazards.models import Batch, BatchFile
    from anlan.kernel.jobs.models import Job

    def made(status="planned", job=None, **fields):
        if job:
            job = Job.objects.create(
                payload={}, attempts_max=3, actor="office", created_at=AT, **job
            )
        batch = Batch.objects.create(
            unit=cast.units["office"], status=status, made_at=AT, made_by="office",
            job_id=job and job.pk, plan={"files": [{"file": "台账.xlsx", "tables": [], "sheets": [], "notes": []}]}, **fields,
        )  # fmt: skip
        BatchFile.objects.create(
            batch=batch, order=0, name="台账.xlsx", digest="0" * 64, stored="none", size=1
        )
        return batch, job

    return made


def page(client, batch):
    return client.get(f"/hazards/imports/{batch.pk}/")


def cells(client):
    """The list's rows: what stands under each heading."""
    text = client.get("/hazards/imports/").content.decode()
    body = text.split("<tbody>")[1].split("</tbody>")[0]
    cell = re.compile(r'<td[^>]* data-label="([^"]*)">(.*?)</td>', re.S)
    return [
        {label: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", inner)).strip()
         for label, inner in cell.findall(row)}
        for row in body.split("</tr>")[:-1]
    ]  # fmt: skip


def test_the_list_says_what_a_dry_run_counted_and_what_awaits_confirmation(client_of, make):
    make()
    make(tried=TRIED)
    make("done", total=9, created=9)
    rows = {row["State"]: row for row in cells(client_of("office"))}
    done, tried = rows["done"], rows["to be confirmed"]
    planned = rows["columns to be confirmed"]
    assert (done["Rows"], done["New"], done["Rejected"]) == ("9", "9", "0")
    assert (tried["Rows"], tried["New"]) == ("dry run: 13", "dry run: 7")
    assert tried["Rejected"] == "dry run: 3"
    assert (planned["Rows"], planned["New"], planned["Rejected"]) == ("—", "—", "—")


@pytest.mark.once
def test_the_list_asks_as_often_for_many_batches_as_for_one(client_of, make):
    client = client_of("office")
    make("running", {"task": "hazards.import", "state": "dead"})
    client.get("/hazards/imports/")
    with CaptureQueriesContext(connection) as few:
        client.get("/hazards/imports/")
    for _n in range(12):
        make("running", {"task": "hazards.import", "state": "dead"})
    with CaptureQueriesContext(connection) as many:
        client.get("/hazards/imports/")
    assert len(many) == len(few)
    assert {row["State"] for row in cells(client)} == {"stopped on the way"}


@pytest.mark.parametrize(
    ("status", "job", "said", "advised"),
    [
        ("running", {"state": "dead", "error_code": "worker_died"}, "lack of memory", "Go on"),
        ("running", {"state": "dead", "error_code": "OperationalError"}, "database", "Go on"),
        ("running", {"state": "dead", "error_code": "FileNotFoundError"}, "workbook", "Go on"),
        ("running", {"state": "dead", "error_code": "KeyError"}, "isn&#39;t to blame", "Go on"),
        ("undoing", {"state": "dead", "error_code": "KeyError"}, "isn&#39;t to", "Go on undoing"),
        ("planned", {"state": "dead", "error_code": "KeyError"}, "isn&#39;t to", "Nothing was"),
        ("cancelled", {"state": "cancelled"}, "3 of 9 rows", "Go on"),
    ],
)  # fmt: skip
def test_what_stopped_a_batch_is_said_with_what_to_do(client_of, make, status, job, said, advised):
    trace = "KeyError: 'x'\nfile importing.py, line 42"
    batch, job = make(status, {"task": "hazards.import", "error": trace, **job}, total=9, created=3)
    text = page(client_of("office"), batch).content.decode()
    assert said in text
    assert advised in text
    # The inside of the machine is for the log (S57); the number leads there.
    assert "KeyError" not in text
    assert "importing.py" not in text
    assert (str(job.pk) in text) == (job.state == "dead")


def test_a_refusal_keeps_its_own_sentence(client_of, make):
    job = {"task": "hazards.try", "state": "failed", "error": "表格已加密，请去掉密码后重新上传。"}
    batch, _job = make("planned", job)
    assert "请去掉密码后重新上传" in page(client_of("office"), batch).content.decode()


def test_a_second_attempt_says_that_it_is_one(client_of, make):
    job = {"task": "hazards.import", "state": "queued", "error_code": "OperationalError"}
    batch, _job = make("running", {**job, "error": "trace"})
    text = page(client_of("office"), batch).content.decode()
    assert "tried again by itself" in text
    assert "trace" not in text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ([], "Choose at least one workbook"),
        ([("坏.xlsx", b"PK not a workbook")], "坏.xlsx"),
        ([("一.xlsx", b"PK nor this"), ("二.xlsx", b"PK nor that")], "二.xlsx"),
    ],
)
def test_where_nothing_can_be_read_the_form_comes_back_and_says_why(client_of, sent, said):
    from anlan.domain.hazards.models import Batch

    files = [SimpleUploadedFile(name, content) for name, content in sent]
    answer = client_of("office").post("/hazards/imports/", {"files": files})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert said in text
    assert 'type="file"' in text
    assert not Batch.objects.exists()


def test_a_batch_of_another_unit_is_not_there(client_of, make):
    batch, _job = make("running", {"task": "hazards.import", "state": "dead"})
    assert page(client_of("stranger"), batch).status_code == 404
    assert page(client_of("viewer"), batch).status_code in (403, 404)
    assert str(batch.pk) not in client_of("stranger").get("/hazards/imports/").content.decode()


@pytest.mark.parametrize("made", [{"status": "planned", "tried": TRIED}, {"status": "done"}])
def test_of_several_workbooks_those_with_rows_to_mend_are_offered(client_of, make, made):
    from anlan.domain.hazards.models import Batch, BatchFile, Leftover

    batch, _job = make(rejected=1, **made)
    plan = batch.plan["files"] * 3
    Batch.objects.filter(pk=batch.pk).update(plan={"files": plan})
    for order in (1, 2):
        BatchFile.objects.create(
            batch=batch, order=order, name=f"{order}.xlsx", digest="0" * 64, stored="none", size=1
        )
    for file, rejected in ((0, False), (1, True), (1, True)):
        Leftover.objects.create(
            batch=batch, file=file, sheet="S", row=3, last_row=3, rejected=rejected,
            code="found_on_missing" if rejected else "title",
        )  # fmt: skip
    shown = page(client_of("office"), batch).content.decode()
    assert re.findall(r"mend\.xlsx\?file=(\d)", shown) == ["1"]


@pytest.mark.parametrize("made", [{"status": "planned", "tried": TRIED}, {"status": "done"}])
def test_what_was_read_with_a_doubt_is_shown_before_and_after(client_of, make, made):
    doubt = {"file": 0, "sheet": "<S>", "code": "grade_mapped", "column": "F", "header": "等级",
             "data": {"value": "轻微"}, "runs": [[3, 3], [7, 45]], "more": True, "count": 41}  # fmt: skip
    batch, _job = make(doubts=[doubt], **made)
    shown = page(client_of("office"), batch).content.decode()
    assert "The grade “轻微” was read as ordinary. Check it." in shown
    assert "3、7–45 …" in shown
    assert "(as in row 3)" in shown
    assert "&lt;S&gt;" in shown
    none, _job = make(**made)
    assert "Please check" not in page(client_of("office"), none).content.decode()
