"""What a hazard's page offers to whom: two people for a major one, and someone who answers."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from anlan.base.ids import uuid7
from anlan.domain.hazards.models import Hazard
from anlan.kernel.loop.models import Case, Listing, Party
from anlan.kernel.papers.models import Attachment

DAY = date(2026, 11, 2)


def page(client, stage):
    return client.get(f"/hazards/{stage.pk}/").content.decode()


def offered(client, stage):
    return set(re.findall(r'data-dialog="step-(\w+)"', page(client, stage)))


def step(client, stage, code, **fields):
    data = {"request_id": uuid7(), **fields}
    return client.post(f"/hazards/{stage.pk}/{code}/", data, follow=True)


def verified(stage, grade="major"):
    play = stage(grade=grade)
    for who, act in (
        ("inspector", "find"), ("office", "assign"), ("firm", "receive"), ("office", "complete"),
        ("firm", "rectify"), ("inspector", "verify"),
    ):  # fmt: skip
        state = play.do(DAY, who, act)
    assert state == "verified"
    return play


def test_who_asked_for_closing_a_major_hazard_is_told_and_isnt_asked_again(stage, client_of):
    play = verified(stage)
    office, leader = client_of("office"), client_of("leader")
    assert "takes effect once a second person" not in page(office, play)
    told = step(office, play, "close").content.decode()
    assert "takes effect once a second person does the same" in told
    assert "Done: Close." not in told
    assert play.case.state == "verified"
    assert "close" not in offered(office, play)
    assert "close" in offered(leader, play)
    assert "office has asked for closing" in page(leader, play)
    assert "Done: Close." in step(leader, play, "close").content.decode()
    assert play.case.state == "closed"
    assert "has asked for closing" not in page(leader, play)


def test_F08_who_was_second_sees_what_changed_and_keeps_what_they_typed(stage, client_of):
    """What only the first changed stands in the form; where both did, the field says so."""
    play = stage()
    play.do(DAY, "inspector", "find")
    office, inspector = client_of("office"), client_of("inspector")
    given = dict(re.findall(r'name="(description|place|measure)"[^>]*>([^<]*)</textarea>',
                            page(office, play)))  # fmt: skip
    seen = play.case.version
    first = {
        "description": given["description"],
        "place": "东侧车间",
        "measure": "更换阀门",
        "funds": "1200.50",
    }
    assert step(inspector, play, "amend", seen=seen, **first).status_code == 200
    mine = {"description": "二层消防通道堆放木料", "place": "", "measure": "清空通道", "seen": seen}
    answer = step(office, play, "amend", **mine)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody was faster" in text
    assert "东侧车间" in text.split("<dialog")[0], "what changed is shown"
    dialog = text.split('id="step-amend"')[1].split("</dialog>")[0]
    assert "二层消防通道堆放木料" in dialog, "what was typed is kept"
    assert 'value="东侧车间"' in dialog, "what only the other changed isn't written back"
    assert "清空通道" in dialog
    assert "wrote meanwhile: 更换阀门" in dialog, "both changed it: the field says so"
    again = dict(re.findall(r'name="(seen|place|funds)" value="([^"]*)"', dialog))
    assert again["seen"] == str(play.case.version) == str(seen + 1)
    done = step(office, play, "amend", **{**mine, **again})
    assert "Done: " in done.content.decode()
    row = Hazard.objects.get(pk=play.pk)
    assert row.funds == 120_050
    assert (row.description, row.place, row.measure) == (
        "二层消防通道堆放木料",
        "东侧车间",
        "清空通道",
    )


def test_F08_who_comes_too_late_for_a_step_can_copy_what_they_typed(stage, client_of):
    play = stage()
    play.do(DAY, "inspector", "find")
    office, seen = client_of("office"), play.case.version
    play.do(DAY, "office", "void", "重复登记")
    answer = step(office, play, "assign", seen=seen, rectifier=play.cast.units["firm"].code,
                  note="请三日内整改", reason="请三日内整改")  # fmt: skip
    assert answer.status_code == 409
    assert "三日内" in answer.content.decode()


def test_an_ordinary_hazard_is_closed_by_one(stage, client_of):
    play, office = verified(stage, "ordinary"), client_of("office")
    assert "Done: Close." in step(office, play, "close").content.decode()
    assert play.case.state == "closed"


@pytest.mark.parametrize(("named", "first"), [
    ("昆明市安委办", "昆明市安委办"), ("盘龙区安委办", ""), ("某某公司", ""), ("", ""),
])  # fmt: skip
def test_the_unit_that_an_entry_names_is_offered_first_if_it_is_known(
    stage, client_of, named, first
):
    play = stage()
    play.do(DAY, "office", "find")
    Hazard.objects.filter(pk=play.pk).update(responsible_unit=named)
    found = re.findall(
        r'name="suggested" value="[^"]+"( checked)?><span>(\S+) <small[^>]*>([^<]+)<',
        page(client_of("office"), play),
    )
    assert [name for checked, name, _why in found if checked] == [first or "五华区安委办"]
    assert ("responsible by its entry" in {why for *_, why in found}) == bool(first)
    assert len({name for _checked, name, _why in found}) == len(found)


def test_what_was_fixed_on_the_spot_waits_to_be_assigned_when_it_is_returned(
    stage, client_of, cast
):
    play, office = stage(), client_of("office")
    assert play.do(DAY, "inspector", "find", "当场拆除") == "rectified"
    assert "No unit was named" in page(office, play)
    assert play.do(DAY, "office", "reject") == "found"
    assert str(play.pk) in office.get("/work/assign/").content.decode()
    assert "assign" in offered(office, play)
    firm = cast.units["firm"]
    step(office, play, "assign", rectifier=firm.code)
    assert play.case.state == "assigned"
    assert Party.objects.filter(case=play.pk, role="rectifier", unit=firm, until=None).exists()
    assert "rectify" in offered(client_of("firm"), play)
    assert str(play.pk) not in office.get("/work/assign/").content.decode()


@pytest.mark.parametrize(("level", "listed"), [(3, True), (1, False)])
def test_a_county_lists_at_its_own_level(stage, client_of, cast, level, listed):
    play, office = stage(grade="major"), client_of("office")
    play.do(DAY, "inspector", "find")
    shown = page(office, play)
    assert '<option value="3" selected>' in shown
    assert f'name="supervisor" value="{cast.units["office"].code}"' in shown
    answer = step(
        office, play, "list", level=level, number="五安办督〔2026〕18号",
        supervisor=cast.units["office"].code, due_on=timezone.localdate() + timedelta(days=30),
    )  # fmt: skip
    assert Listing.objects.filter(case=play.pk, level=level).exists() == listed
    assert ("list for a level above its own" in answer.content.decode()) != listed


@pytest.mark.once
@pytest.mark.parametrize("asked", ["", "?late=1", "?sort=due", "?sort=-due", "?sort=-found"])
def test_a_workbook_has_the_order_of_the_screen(stage, client_of, asked):
    office = client_of("office")
    for found, due in ((5, 1), (3, 2), (4, 0)):
        play = stage()
        play.do(DAY - timedelta(days=found), "inspector", "find")
        Case.objects.filter(pk=play.pk).update(due_on=DAY + timedelta(days=due))
    found_on_page = re.findall(
        r"YH\d{8}-\w{4}-\w{4}",
        office.get(f"/hazards/{asked}{'&' if asked else '?'}cols=number,text").content.decode(),
    )
    # A row's box names it too.
    shown = list(dict.fromkeys(found_on_page))
    answer = office.get(f"/hazards/export.xlsx{asked}")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    _by, head, *rows = book.worksheets[0].iter_rows(values_only=True)
    written = [row[head.index("Number")] for row in rows]
    assert len(written) == 3
    assert written == [number for number in shown if number in written]


@pytest.mark.parametrize(("who", "source"), [("inspector", "inspection"), ("firm", "self_check")])
def test_a_new_hazard_comes_from_where_its_finder_works(client_of, who, source):
    shown = client_of(who).get("/hazards/new/").content.decode()
    assert f'<option value="{source}" selected>' in shown


def _photo():
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (90, 140, 90)).save(buffer, "JPEG")
    return SimpleUploadedFile("a.jpg", buffer.getvalue(), "image/jpeg")


@pytest.mark.parametrize("fixed", ["当场清理", ""])
def test_what_is_rectified_on_the_spot_is_shown_before_and_after(client_of, fixed):
    pk, client = uuid7(), client_of("inspector")
    data = {
        "pk": pk, "request_id": uuid7(), "kind": "hazard", "description": "通道堆物",
        "area": "530102", "source": "inspection", "opened_on": timezone.localdate(),
        "fixed": fixed, "photos": [_photo()], "photos_after": [_photo(), _photo()],
    }  # fmt: skip
    answer = client.post("/hazards/new/", data)
    kept = Attachment.objects.of("hazard", pk).values_list("role", flat=True)
    if fixed:
        assert sorted(kept) == ["after", "after", "before"]
    else:
        assert answer.status_code == 422
        assert "Write what was done, beside its photos." in answer.content.decode()
        assert not kept


def test_a_mistyped_batch_in_the_address_is_said_and_is_no_error(client_of):
    answer = client_of("office").get("/hazards/?batch=abc")
    assert answer.status_code == 200
    assert "“abc” is no choice for" in answer.content.decode()
