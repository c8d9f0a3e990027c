"""The wizard: a layout that nobody knows is described, saved and tried; taken in, killed, undone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anlan.domain.accidents import importing
from anlan.domain.accidents.importing import clearing, running
from anlan.domain.accidents.models import Accident, Batch, Mapping
from anlan.domain.accidents.tests import foreign_sets
from anlan.domain.accidents.tests.desk import HOME, Desk
from anlan.domain.hazards.tests.stage import ROOT
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.models import Job
from anlan.kernel.papers.sheets import read_workbook

pytestmark = pytest.mark.django_db

MANY = "事故名称,发生时间,死亡人数\n" + "".join(
    f"坍塌{n},2024-{n % 12 + 1:02}-{n % 28 + 1:02},{1 if n % 7 else '一些'}\n" for n in range(40)
)


def send(desk: Desk, body: str | bytes, name: str = "a.csv", **more: Any) -> Any:
    body = body.encode() if isinstance(body, str) else body
    file = SimpleUploadedFile(name, body)
    return desk.post("office", "accidents:import", area=HOME, file=file, **more)


def the_batch() -> Batch:
    return Batch.objects.select_related("file", "unit", "area").latest("made_at")


def work() -> Job:
    """The worker does what was asked last."""
    return queue.run_inline(Job.objects.latest("created_at"))


def shown(desk: Desk) -> str:
    text: str = desk.get("office", "accidents:batch", the_batch().pk).content.decode()
    return text


def fields(page: str) -> dict[str, str]:
    """What the form of a page would send as it stands."""
    form = page.split('/plan/"')[1].split("</form>")[0]
    found = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form))
    ticked = re.findall(r'<input type="checkbox" name="([^"]+)"[^>]*?( checked)?[ >]', form)
    for name, _on in ticked:
        found.pop(name, None)
    for tag in re.findall(r'<input type="checkbox"[^>]*checked[^>]*>', form):
        found[re.findall(r'name="([^"]+)"', tag)[0]] = "1"
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.findall(r'<option value="([^"]*)" selected>', body)
        found[name] = chosen[0] if chosen else ""
    return found


def heading(page: str, name: str) -> int:
    """The number of the column with that heading."""
    place = page.index(f'aria-label="{name}"')
    return int(re.findall(r'name="c(\d+)"', page[place - 80 : place])[-1])


def test_a_layout_that_nobody_knows_is_described_saved_and_used_again(desk: Desk) -> None:
    text = foreign_sets.osha(20)
    for known, other in (("event_desc", "What The Sheriff Said"), ("event_date", "When?"),
                         ("degree_of_inj", "How bad")):  # fmt: skip
        text = text.replace(known, other)
    assert send(desk, text, "osha.csv").status_code == 302
    batch = the_batch()
    assert (batch.source, batch.status, Accident.objects.count()) == ("—", "planned", 0)
    page = shown(desk)
    given = fields(page)
    # What nobody named is guessed by what stands there, and the page says by what.
    said, when = heading(page, "What The Sheriff Said"), heading(page, "When?")
    assert (given[f"c{said}"], given[f"d{said}"]) == ("text", "title")
    assert given[f"c{when}"] == "happened_at"
    assert "its values read so" in page
    assert "called so in “US OSHA accidents, a row an injured person”" in page
    # Without what and when nothing can be read: said on the page, and what was typed is kept.
    lacking = {**given, "name": "俄州", f"c{said}": "", f"d{said}": "", f"c{when}": ""}
    answer = desk.post("office", "accidents:batch_plan", batch.pk, **lacking)
    assert answer.status_code == 422
    assert 'value="俄州"' in answer.content.decode()
    columns = {"What The Sheriff Said": "title", "When?": "happened_at", "event_time": "time",
               "How bad": "outcome", "event_type": "type", "summary_nr": "key",
               "age": ""}  # fmt: skip
    given |= {f"c{heading(page, name)}": code for name, code in columns.items()}
    given |= {f"s{heading(page, 'summary_nr')}": "1", "days": "mdy", "name": "俄州安监"}
    assert desk.post("office", "accidents:batch_plan", batch.pk, **given).status_code == 302
    assert work().state == "done"
    # A degree of injury means nothing yet, so nobody can say how many died: each row is told.
    assert (the_batch().tried["created"], the_batch().tried["rejected"]) == (0, 25)
    page = shown(desk)
    given = fields(page)
    codes = {
        each["heading"]: [row[0] for row in each["most"]] for each in the_batch().tried["codes"]
    }
    order = [each["heading"] for each in the_batch().tried["codes"]]
    means = {"How bad": {"1": "deaths", "2": "serious", "3": "light"},
             "event_type": {"13": "触电", "5": "高处坠落", "1": "物体打击", "2": "机械伤害"}}  # fmt: skip
    for name, table in means.items():
        for n, said in enumerate(codes[name]):
            given[f"k{order.index(name)}-{n}"] = table.get(said, "")
    given |= {"name": "俄州安监", "nw0": "found dead", "nt0": "其他伤害"}
    assert desk.post("office", "accidents:batch_plan", batch.pk, **given).status_code == 302
    assert work().state == "done"
    tried = the_batch().tried
    assert (tried["created"], tried["rejected"], tried["joined"], tried["untyped"]) == (20, 0, 5, 0)
    assert tried["types"] == {"触电": 4, "高处坠落": 4, "物体打击": 4, "机械伤害": 4, "其他伤害": 4}
    assert Mapping.objects.get().version == 2
    assert desk.post("office", "accidents:batch_run", batch.pk).status_code == 302
    assert work().state == "done"
    assert (the_batch().created, Accident.objects.count()) == (20, 20)
    assert sum(Accident.objects.values_list("deaths", flat=True)) >= 20
    listed = desk.get("office", "accidents:list", query=f"?batch={batch.pk}").content.decode()
    assert "Employee Falls From Roof" in listed
    mistyped = desk.get("office", "accidents:list", query="?batch=abc")
    assert (mistyped.status_code, "is no choice for" in mistyped.content.decode()) == (200, True)
    desk.check()
    # Next year's file: the headings choose the office's own mapping by themselves.
    assert send(desk, text, "osha-2.csv").status_code == 302
    assert the_batch().source == "俄州安监"
    tried = importing.try_out(the_batch(), by=ROOT)
    assert (tried["created"], tried["known"]) == (0, 20)


def test_a_file_that_cannot_be_read_is_told_on_the_page_with_its_reason(desk: Desk) -> None:
    for name, body in (("a.xlsx", b"PK\x03\x04nothing"), ("a.xls", b"\xd0\xcf\x11\xe0"),
                       ("a.csv", b"\x00\x01\x02"), ("a.exe", b"MZx"), (".gz", b"\x1f\x8b"),
                       ("a.csv", b""), ("a.csv", b"1,2\n3,4\n")):  # fmt: skip
        answer = send(desk, body, name)
        page = answer.content.decode()
        assert 400 <= answer.status_code < 500, (name, body)
        assert "Nothing was read" in page
        assert not list(get_messages(answer.wsgi_request))
    assert desk.post("office", "accidents:import", area=HOME).status_code == 422
    assert send(desk, MANY, mapping="nobody").status_code == 422
    # A mapping that was chosen is told by the names it looks for.
    assert "事故名称" in send(desk, "a,b\n1,2\n", mapping="anlan").content.decode()
    assert desk.post("inspector", "accidents:import").status_code == 403
    assert not Batch.objects.exists()
    # GB 18030 is no broken file.
    assert send(desk, "事故名称,发生时间\n坍塌,2025-01-02\n".encode("gb18030")).status_code == 302


def test_all_rows_to_mend_are_there_a_page_at_a_time_and_as_a_workbook(
    desk: Desk, tmp_path: Any
) -> None:
    bad = "事故名称,发生时间,死亡人数\n" + "".join(f"坍塌{n},2024-13-01,1\n" for n in range(260))
    send(desk, bad)
    importing.try_out(the_batch(), by=ROOT)
    assert (the_batch().leftovers.count(), the_batch().tried["rejected"]) == (260, 260)
    page = shown(desk)
    assert page.count("Write the day as") == 50
    assert "?after=" in page or "after=" in page
    answer = desk.get("office", "accidents:batch_mend", the_batch().pk)
    path = tmp_path / "mend.xlsx"
    path.write_bytes(answer.getvalue() if hasattr(answer, "getvalue") else answer.content)
    with read_workbook(path, "mend.xlsx") as book:
        rows = [row.values for row in book.sheets[0].rows()]
    assert len(rows) == 261
    assert "事故名称" in rows[0]
    # Mended and sent again, the red column is no obstacle.
    body = "\n".join(",".join(str(v or "") for v in row) for row in rows).replace("-13-", "-12-")
    body = body.replace("2024-06-25 08:30", "x")
    send(desk, re.sub(r"Write[^,]*,[^,]*,", "说明,", body) if "with a time" in body else body)
    assert the_batch().source == "anlan"


def test_an_import_that_was_killed_goes_on_and_enters_no_row_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH_ROWS", 7)
    send(desk, MANY)
    batch, cursors = the_batch(), []

    def dies(cursor: dict[str, Any]) -> None:
        cursors.append(cursor)
        if len(cursors) == 3:
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        importing.run(batch.pk, by=ROOT, save_cursor=dies)
    # What the third transaction did is gone with it; two chunks stand.
    assert (Accident.objects.count(), the_batch().cursor) == (12, {"at": 14})
    assert importing.run(batch.pk, by=ROOT).status == "done"
    assert importing.run(batch.pk, by=ROOT).status == "done"
    done = the_batch()
    assert (done.rows, done.created, done.rejected) == (40, 34, 6)
    assert (Accident.objects.count(), done.leftovers.count()) == (34, 6)
    desk.check()


def test_what_was_cancelled_says_of_how_many_rows_the_rest_is_outside(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH_ROWS", 7)
    send(desk, MANY)
    desk.post("office", "accidents:batch_plan", the_batch().pk, **fields(shown(desk)))
    work()
    # Each row is without a type, too, and is one row all the same.
    assert the_batch().tried["untyped"] == 34
    wishes = iter((False, False, True))
    importing.run(the_batch().pk, by=ROOT, stop=lambda: next(wishes))
    assert "14 of 40 rows are dealt with" in shown(desk)


def test_while_one_takes_rows_in_nobody_changes_or_undoes_the_import(desk: Desk) -> None:
    send(desk, MANY)
    given, plan = fields(shown(desk)), the_batch().plan
    assert desk.post("office", "accidents:batch_run", the_batch().pk).status_code == 302
    changed = {**given, "days": "dmy", "name": "甲"}
    answer = desk.post("office", "accidents:batch_plan", the_batch().pk, **changed)
    assert answer.status_code == 409
    assert (the_batch().plan, Mapping.objects.count()) == (plan, 0)
    Batch.objects.update(status=Batch.Status.RUNNING)
    assert desk.post("office", "accidents:batch_undo", the_batch().pk).status_code == 409
    # The same once more is the job that is there.
    assert desk.post("office", "accidents:batch_run", the_batch().pk).status_code == 302
    assert Job.objects.count() == 1
    assert work().state == "done"
    assert the_batch().created == 34


def test_a_register_of_many_columns_keeps_what_each_of_them_is(desk: Desk) -> None:
    heads = [f"列{n}" for n in range(600)]
    body = ",".join(("发生时间", *heads, "事故名称")) + "\n2024-01-02" + "," * 601 + "坍塌\n"
    send(desk, body)
    given = fields(shown(desk))
    assert desk.post("office", "accidents:batch_plan", the_batch().pk, **given).status_code == 302
    assert the_batch().plan["columns"]["title"] == ["事故名称"]


def test_an_import_is_undone_but_for_what_people_have_worked_on(desk: Desk) -> None:
    send(desk, MANY)
    importing.run(the_batch().pk, by=ROOT)
    worked = Accident.objects.order_by("pk")[3].pk
    desk.do("office", "suspect", worked, kind="hidden", text="举报")
    before = desk.sums()["deaths"]
    assert desk.post("office", "accidents:batch_undo", the_batch().pk).status_code == 302
    assert work().state == "done"
    assert (before, desk.sums()["deaths"], the_batch().kept) == (34, 1, [str(worked)])
    assert Accident.objects.exclude(case__state="void").get().pk == worked
    assert "坍塌" in shown(desk)
    desk.check()
    # The same register is new then, but for the one that stayed.
    send(desk, MANY)
    again = importing.run(the_batch().pk, by=ROOT)
    assert (again.created, again.known) == (33, 1)
    desk.check()


def test_rows_of_an_area_of_others_are_told_and_not_entered(desk: Desk) -> None:
    send(desk, "事故名称,发生时间,区划代码\n甲,2025-01-02,530102\n乙,2025-01-02,530103\n")
    desk.post("office", "accidents:batch_run", the_batch().pk)
    assert work().state == "done"
    assert [row.title for row in Accident.objects.all()] == ["甲"]
    assert "五华" not in the_batch().leftovers.get().reasons["en"]
    assert the_batch().leftovers.get().header == "区划代码"


def test_nobody_else_sees_an_import_and_its_page_asks_no_more_of_many_rows(desk: Desk) -> None:
    send(desk, MANY)
    batch = the_batch()
    for name in ("accidents:batch", "accidents:batch_mend", "accidents:batch_progress"):
        assert desk.get("stranger", name, batch.pk).status_code == 404
    assert desk.post("stranger", "accidents:batch_run", batch.pk).status_code == 404
    counts = []
    for body in (MANY, MANY * 3):
        send(desk, body)
        importing.try_out(the_batch(), by=ROOT)
        shown(desk)
        with CaptureQueriesContext(connection) as asked:
            shown(desk)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_words_of_a_page_are_words_and_no_pattern(desk: Desk) -> None:
    send(desk, "事故名称,发生时间,经过\n甲,2025-01-02,abc (a+)+$\n")
    given = {**fields(shown(desk)), "nw0": "(a+)+$", "nt0": "火灾"}
    assert desk.post("office", "accidents:batch_plan", the_batch().pk, **given).status_code == 302
    work()
    assert the_batch().tried["types"] == {"火灾": 1}
    for wrong in ({"nw1": "甲", "nt1": "乱写"}, {"zone": "Mars"}, {"currency": "dollar"},
                  {"currency": "USD", "rate": "-1"}, {"no_day": "13/13/13"}, {"name": "名" * 41},
                  {"each-deaths": "许多"}, {"no_day": "1900-01-01 " * 21}, {"tried": "2020-01-01"}):  # fmt: skip
        given = {**fields(shown(desk)), **wrong}
        answer = desk.post("office", "accidents:batch_plan", the_batch().pk, **given)
        assert answer.status_code in (409, 422), wrong


def test_a_saved_mapping_is_taken_off_the_list_by_its_office_only(desk: Desk) -> None:
    send(desk, MANY)
    importing.save_mapping("甲", importing.Plan.of(the_batch().plan), unit=the_batch().unit, by=ROOT,
                           at=desk.now)  # fmt: skip
    pk: UUID = Mapping.objects.get().pk
    assert desk.post("stranger", "accidents:forget_mapping", pk).status_code == 404
    assert desk.post("office", "accidents:forget_mapping", pk).status_code == 302
    assert not Mapping.objects.exists()


def test_a_workbook_goes_once_its_time_is_over_and_what_it_brought_stays(desk: Desk) -> None:
    send(desk, MANY)
    batch = importing.run(the_batch().pk, by=ROOT)
    kept = the_batch().file.path
    send(desk, MANY)
    later = batch.finished_at + timedelta(days=1)
    # The same workbook was sent again: it lies there once, and is needed still.
    assert clearing.clear_taken_in(later, by=ROOT, at=later) == 1
    assert kept.exists()
    assert clearing.clear_taken_out(later, by=ROOT, at=later) == 1
    assert not kept.exists()
    page = desk.get("office", "accidents:batch", batch.pk)
    assert (page.status_code, Accident.objects.count()) == (200, 34)
    assert desk.get("office", "accidents:import").status_code == 200
    assert desk.get("office", "accidents:batch_mend", batch.pk).status_code < 500
