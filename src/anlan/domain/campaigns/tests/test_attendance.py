"""Who was at a meeting, row by row, on its page and in its papers."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from anlan.domain.campaigns.models import Attendance, Meeting
from anlan.domain.campaigns.tests.house import House
from anlan.domain.campaigns.tests.test_meetings import made

pytestmark = pytest.mark.django_db


def attended(house: House, meeting: Meeting, *rows: tuple[str, str, str], who: str = "city") -> int:
    data: dict[str, Any] = {"seen": ""}
    for n, (name, state, note) in enumerate(rows):
        data |= {f"who_{n}": name, f"state_{n}": state, f"note_{n}": note}
    answer = house.post(who, "campaigns:meeting_attendance", meeting.pk, **data)
    return int(answer.status_code)


ROWS = (
    ("市应急局", "present", ""), ("市住建局", "leave", "公务外出"),
    ("市消防救援支队", "sent", "副支队长王某"), ("市水务局", "absent", ""),
)  # fmt: skip


def paper(answer: Any) -> str:
    """The text of a .docx."""
    data = b"".join(answer) if answer.streaming else answer.content
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        xml = parts.read("word/document.xml").decode()
    return re.sub(r"<[^>]+>", "", xml)


def test_attendance_stands_row_by_row_on_page_agenda_and_minutes(house: House) -> None:
    meeting = made(house, house.published().campaign_id, present="")
    assert house.get("city", "campaigns:meeting_attendance", meeting.pk).status_code == 200
    assert attended(house, meeting, *ROWS, who="office") in (403, 404)
    wrong = (
        (("市应急局", "present", ""), ("市应急局", "leave", "")), (("市应急局", "sent", " "),),
        (("市应急局", "asleep", ""),),
    )  # fmt: skip
    for rows in wrong:
        assert attended(house, meeting, *rows) == 422, rows
    assert not Attendance.objects.exists()
    assert attended(house, meeting, *ROWS, ("", "present", "")) == 302
    assert Attendance.objects.count() == 4
    page = house.text("city", "campaigns:meeting", meeting.pk)
    for said in ("市消防救援支队", "副支队长王某", "away with leave"):
        assert said in page
    agenda = house.get("city", "campaigns:meeting_agenda_docx", meeting.pk)
    assert "副支队长王某" in paper(agenda)
    # Nothing is written under “Present”: the rows say it.
    assert house.post("city", "campaigns:meeting_issue", meeting.pk, seen="").status_code == 302
    minutes = paper(house.get("city", "campaigns:meeting_minutes_docx", meeting.pk, 1))
    for said in ("市水务局", "公务外出", "副支队长王某"):
        assert said in minutes
    assert "市水务局" in house.text("city", "campaigns:meeting", meeting.pk)
    # Issued, it stands.
    assert attended(house, meeting, *ROWS) in (400, 409, 422)


def test_the_next_meeting_begins_with_those_of_the_last(house: House) -> None:
    campaign = house.published().campaign_id
    last = made(house, campaign, held_on=house.today - timedelta(7),
                since=house.today - timedelta(20), next_on="")  # fmt: skip
    assert attended(house, last, *ROWS) == 302
    now = made(house, campaign, title="第二次调度例会")
    page = house.text("city", "campaigns:meeting_attendance", now.pk)
    assert 'value="市消防救援支队"' in page
    assert "副支队长王某" not in page  # Who came instead then says nothing of today.


def test_what_is_wrong_is_said_at_its_row_and_no_row_is_lost(house: House) -> None:
    meeting = made(house, house.published().campaign_id, present="")
    # Empty rows stand before the one that is wrong.
    data = {"seen": "", "who_0": "", "who_1": "", "who_2": "市应急局", "state_2": "sent"}
    answer = house.post("city", "campaigns:meeting_attendance", meeting.pk, **data)
    assert answer.status_code == 422
    form = answer.content.decode().split("who_0", 1)[1]
    assert "Say who came in place of 市应急局" in form.split('name="note_1"', 1)[1]
    many = tuple((f"单位{n}", "present", "") for n in range(101))
    assert attended(house, meeting, *many) == 422
    huge = {"seen": "", "who_0": "市应急局", "who_5000": "市水务局"}
    answer = house.post("city", "campaigns:meeting_attendance", meeting.pk, **huge)
    assert answer.status_code == 422
    assert not Attendance.objects.exists()
    # A row that was taken out of the page leaves a gap, and the ones behind it stay.
    data = {"seen": "", "who_0": "市应急局", "who_7": "市水务局"}
    answer = house.post("city", "campaigns:meeting_attendance", meeting.pk, **data)
    assert answer.status_code == 302
    assert set(Attendance.objects.values_list("who", flat=True)) == {"市应急局", "市水务局"}


def test_a_sheet_is_pasted_and_units_are_added_at_once(house: House) -> None:
    meeting = made(house, house.published().campaign_id, present="")
    sheet = "单位\t情况\t说明\n市应急局\t请假\t公务外出\n市水务局 | 缺席\n市气象局"
    data = {"seen": "", "who_0": "市应急局", "state_0": "present", "note_0": "", "pasted": sheet}
    page = ("campaigns:meeting_attendance", meeting.pk)
    assert house.post("city", *page, **{**data, "pasted": "市水务局|睡着了"}).status_code == 422
    assert house.post("city", *page, **data).status_code == 302
    rows = list(Attendance.objects.order_by("place").values_list("who", "state", "note"))
    assert rows == [("市应急局", "leave", "公务外出"), ("市水务局", "absent", ""),
                    ("市气象局", "present", "")]  # fmt: skip
    data |= {"pasted": "", "heap": "next"}
    assert house.post("city", *page, **data).status_code == 302
    there = set(Attendance.objects.values_list("who", flat=True))
    assert {"市应急局", "五华区安委办", "盘龙区安委办"} <= there
