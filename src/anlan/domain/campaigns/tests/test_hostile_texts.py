"""S53, S54: what people type stays a text on every page and in every file, whatever is in it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import docx
import pytest
from python_calamine import CalamineWorkbook

from anlan.base.text import visible_in
from anlan.domain.campaigns.commands.terms import NewLine
from anlan.domain.campaigns.intake.items import proposals
from anlan.domain.campaigns.milestones.commands import mark_key
from anlan.domain.campaigns.models import Line, Task
from anlan.domain.campaigns.reading.whole import told
from anlan.domain.campaigns.tests import notices
from anlan.domain.campaigns.tests.house import House, lead
from anlan.kernel.papers import documents

pytestmark = pytest.mark.django_db

FORMULA = '=HYPERLINK("http://evil.example","打开")'
#: As long as a title may be, and one word.
LONG = "X" * 200
LINES = "第一行\nEND:VCALENDAR\r\nBEGIN:VEVENT"
TURNED, SEEN = "整治报告\u202egpj.exe\u200b", "整治报告gpj.exe"


@pytest.fixture
def plan(house: House) -> Any:
    lines = [
        NewLine("按要求完成。", title=title, no=str(n), units=lead("市应急局"),
                due_on=house.today + timedelta(9))
        for n, title in enumerate((FORMULA, LONG, LINES, TURNED), 1)
    ]  # fmt: skip
    made = house.published(lines=lines)
    for task in Task.objects.filter(plan=made):
        mark_key(task.pk, key=True, **house.call("city"))
    return made


def test_S53_no_text_of_a_task_leaves_its_place_in_a_file_that_goes_out(
    house: House, plan: Any
) -> None:
    assert Line.objects.filter(plan=plan, title=SEEN).exists()

    answer = house.get("city", "campaigns:export_tasks", query=f"?plan={plan.pk}")
    data = b"".join(answer.streaming_content)
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    cells = {str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row}
    assert {f"'{FORMULA}", LONG, SEEN} <= cells
    sheets = zipfile.ZipFile(io.BytesIO(data))
    assert not any(b"<f>" in sheets.read(name) for name in sheets.namelist() if "sheet" in name)

    answer = house.get("city", "campaigns:key_tasks_paper", plan.campaign_id)
    paper = docx.Document(io.BytesIO(answer.content))
    words = "".join(cell.text for t in paper.tables for row in t.rows for cell in row.cells)
    assert all(text in words for text in (FORMULA, LONG, SEEN))

    answer = house.get("city", "campaigns:map_ics", plan.campaign_id)
    lines = answer.content.decode().split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    whole = re.sub("\r\n ", "", answer.content.decode()).split("\r\n")
    assert whole.count("END:VCALENDAR") == 1
    assert whole.count("BEGIN:VEVENT") == whole.count("END:VEVENT") == 4
    assert any("第一行END:VCALENDAR" in line for line in whole)
    assert any(SEEN in line for line in whole)


def test_what_a_document_hides_in_its_words_is_no_correction_of_whoever_confirms_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "通知.txt"
    path.write_text(notices.COUNTY.replace("建立台账", "建立\u200b台账\u202e"))
    reading = told(documents.read(path), counted=False)
    assert "\u202e" in reading["text"], "a document stays as it came, with its places"
    fields = [found for _key, found in proposals(reading)]
    assert any("建立台账" in found["text"] for found in fields)
    assert fields == visible_in(fields)
