"""What somebody may try on forms and filings, and what a tired clerk does by mistake."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from time import monotonic
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.filings import commands, entering, rollup, terms
from anlan.domain.filings.models import Item, Version
from anlan.domain.filings.terms import Broken, Cell
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions.models import Lineage, Region
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("said", "digits", "stands"),
    [
        ("１２", 0, 12),
        ("1,234", 0, 1234),
        ("1，234", 0, 1234),
        ("12家", 0, 12),
        (" 12 家 ", 0, 12),
        ("3.50", 2, 350),
        ("不适用", 0, "na"),
        ("", 0, None),
        ("无", 0, "?"),
        ("－", 0, "?"),
        ("35%", 0, "?"),
        ("1.2万", 0, "?"),
        ("1,5", 1, "?"),
        ("1 2", 0, "?"),
        ("-3", 0, "?"),
        ("十二", 0, "?"),
        ("12户", 0, "?"),
        ("1e5", 0, "?"),
        # Decimal takes it for zero: a number so small that it has no place.
        ("1e-999999999", 0, "?"),
        ("1e999999999", 4, "?"),
        ("9" * 40, 0, "?"),
        ("NaN", 0, "?"),
    ],
)
def test_S54_a_cell_takes_plain_numbers_and_guesses_nothing(
    said: str, digits: int, stands: Any
) -> None:
    found = entering.number(said, digits, ("家",))
    assert ("?" if entering.is_unreadable(found) else found) == stands


def test_what_cannot_be_read_says_how_to_write_it() -> None:
    item = Item(name="企业", measure="家")
    for said, words in (("无", "0"), ("35%", "家"), ("12户", "12户")):
        assert words in entering.unreadable(said, item)


def test_S54_sums_of_sums_are_judged_at_once(desk: Any) -> None:
    """Each of two cells a row adds both of the row above: 2⁶⁰ ways down, and twelve steps."""
    cells = {"r0.a": Cell("declared", item=1), "r0.b": Cell("declared", item=2)}
    for n in range(1, 60):
        for column in "ab":
            cells[f"r{n}.{column}"] = Cell("sum", of=(f"r{n - 1}.a", f"r{n - 1}.b"))
    began = monotonic()
    with pytest.raises(Broken):
        terms.check(desk.definition(cells))
    shallow = {key: cell for key, cell in cells.items() if int(key[1:-2]) < terms.DEPTH_MAX}
    terms.check(desk.definition(shallow))
    assert monotonic() - began < 1
    circle = {"r1.m": Cell("sum", of=("r2.m",)), "r2.m": Cell("sum", of=("r1.m",))}
    with pytest.raises(Broken):
        terms.check(desk.definition(circle))


def test_S56_a_draft_of_a_form_is_never_larger_than_a_form(desk: Any) -> None:
    form = desk.form(issued=False)
    cells = {f"r{n}.m": Cell("sum", of=("r0.m",)) for n in range(terms.ROWS_MAX + 1)}
    with pytest.raises(Refusal):
        commands.draw(form.pk, definition=desk.definition(cells), **desk.call("city"))
    seq = Version.objects.get(form=form).seq
    for _press in range(3):
        lines = "\n".join(f"行{n}" for n in range(60))
        seq = Version.objects.get(form=form).seq
        last = desk.post("city", "filings:design", form.pk, op="rows", section="s1", lines=lines,
                         seen=seq)  # fmt: skip
    assert last.status_code == 422


def test_S15_a_form_names_no_item_of_others_and_asks_no_unit_above(desk: Any) -> None:
    form = desk.form(issued=False)
    far = desk.cast.unit("beijing", "北京市安委办", "committee_office", "110000")
    secret = Item.objects.create(
        unit=far, area=far.area, path=far.path, name="内部指标", measure="次",
        made_at=desk.call("city")["at"], made_by="x",
    )  # fmt: skip
    seq = Version.objects.get(form=form).seq
    sent = desk.post("city", "filings:design", form.pk, op="cell", key="r1.m", mode="declared",
                     item=secret.pk, seen=seq)  # fmt: skip
    assert sent.status_code == 422
    assert "内部指标" not in sent.content.decode()
    province = desk.cast.unit("above", "省安委办", "committee_office", "530000")
    for unit in (far, province):
        new = commands.NewForm(title="上报", period="month", starts_on=desk.month.start,
                               units=(unit.pk,))  # fmt: skip
        with pytest.raises(Refusal):
            commands.make_form(new, **desk.call("city"))


def test_F08_a_submission_passes_over_no_colleagues_draft(desk: Any) -> None:
    mine = desk.of(desk.form())
    kept = desk.post("clerk", "filings:fill", mine.pk, act="save", draft_seq=0,
                     **{"c-r1.m": "7", "c-r2.m": "1"})  # fmt: skip
    assert kept.status_code == 302
    given = {"act": "submit", "seen": 1, "c-r1.m": "5", "c-r2.m": "1"}
    mine.case.refresh_from_db()
    given["seen"] = mine.case.version
    first = desk.post("office", "filings:fill", mine.pk, draft_seq=0, **given)
    page = first.content.decode()
    assert first.status_code == 409
    assert "data-moved" in page
    assert 'value="5"' in page, "what was typed is still there"
    assert '<td>第r1行 · m</td><td class="text">5</td><td class="text">7</td>' in page
    assert not mine.entries.exists()
    # Having seen it, one sends it again.
    assert desk.post("office", "filings:fill", mine.pk, draft_seq=1, **given).status_code == 302
    assert mine.entries.get().values == {"r1.m": 5, "r2.m": 1}


def test_a_nil_report_throws_no_draft_away(desk: Any) -> None:
    mine = desk.of(desk.form())
    commands.save(mine.pk, values={"r1.m": "7"}, **desk.call("clerk"))
    assert desk.step("office", mine, "nil") == 422
    commands.save(mine.pk, values={"r1.m": "0"}, **desk.call("clerk"))
    assert desk.step("office", mine, "nil") == "verified"


def test_a_sheets_script_hears_of_its_own_draft_alone(desk: Any) -> None:
    form = desk.form()
    mine = desk.of(form)
    sent = {"HTTP_X_AUTOSAVE": "1", "HTTP_ACCEPT": "application/json"}
    url = reverse("filings:fill", args=[mine.pk])
    browser = desk.browser("office")
    body = {"act": "save", "request_id": uuid7(), "c-r1.m": "3", "draft_seq": 0}
    assert browser.post(url, body, **sent)["X-Draft-Seq"] == "1"
    stale = browser.post(url, {**body, "request_id": uuid7()}, **sent)
    assert (stale.status_code, stale.json()["code"]) == (409, "draft_moved")
    assert browser.post(url, {**body, "request_id": uuid7(), "draft_seq": ""}, **sent
                        ).status_code == 404  # fmt: skip
    there = desk.get("clerk", "filings:draft", mine.pk).json()
    assert (there["fields"], there["seq"], there["open"]) == ({"c-r1.m": "3"}, 1, True)
    for who in ("stranger", "viewer", "city"):
        assert desk.get(who, "filings:draft", mine.pk).status_code in (403, 404), who
    desk.submit(mine, r1="3", r2="1")
    after = desk.get("clerk", "filings:draft", mine.pk).json()
    assert (after["open"], after["fields"]) == (False, {"c-r1.m": "3", "c-r2.m": "1"})


def test_S34_what_a_browser_keeps_is_its_persons_and_the_stand_in_is_nobodys(desk: Any) -> None:
    mine = desk.of(desk.form())

    def told(who: str) -> tuple[str, str]:
        page = desk.text(who, "filings:page", mine.pk)
        return tuple(page.split(f'data-{name}="')[1].split('"')[0] for name in ("key", "owner"))

    key, owner = told("office")
    assert (len(key), len(owner)) == (64, 32)
    assert told("office") == (key, owner), "the same after signing in again"
    assert not {key, owner} & set(told("clerk"))
    assert 'data-key="' not in desk.text("city", "filings:page", mine.pk), "nothing to keep"
    stand_in = desk.text("office", "filings:offline")
    assert desk.cast.users["office"].name not in stand_in
    assert "csrfmiddlewaretoken" not in stand_in
    worker = desk.get("office", "filings:worker")
    assert worker["Content-Type"].startswith("text/javascript")
    assert reverse("filings:offline") in worker.content.decode()


def _workbook(content: bytes, change: Any) -> SimpleUploadedFile:
    """The office's own workbook, changed as a person would."""
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(content))
    change(book.worksheets[0])
    out = BytesIO()
    book.save(out)
    return SimpleUploadedFile("表.xlsx", out.getvalue())


def test_F14_a_workbook_that_was_bent_says_where_and_takes_nothing(desk: Any) -> None:
    form = desk.form()
    mine = desk.of(form)
    other = desk.of(desk.form({"r1.m": Cell("declared", item=desk.item("别的"))}, title="另一张表"))
    fresh = desk.get("office", "filings:sheet", mine.pk).content

    def send(change: Any, content: bytes = fresh, **more: Any) -> Any:
        return desk.post("office", "filings:upload", mine.pk, file=_workbook(content, change),
                         **more)  # fmt: skip

    def rows(sheet: Any) -> tuple[int, int]:
        top = next(row[0].row for row in sheet.iter_rows() if row[0].value == "代码")
        return top + 1, top + 2

    def shifted(sheet: Any) -> None:
        first, second = rows(sheet)
        sheet.cell(first, 2).value, sheet.cell(second, 2).value = (
            sheet.cell(second, 2).value, sheet.cell(first, 2).value,
        )  # fmt: skip

    def recounted(sheet: Any) -> None:
        sheet.cell(rows(sheet)[0], 3).value = "万次"

    def strange(sheet: Any) -> None:
        sheet.cell(rows(sheet)[1] + 1, 1).value = "r77"
        sheet.cell(rows(sheet)[1] + 1, 4).value = 5

    def bare(sheet: Any) -> None:
        sheet.cell(rows(sheet)[0], 1).value = None
        sheet.cell(rows(sheet)[0], 4).value = 5

    for change, word in (
        (shifted, "第r2行"),
        (recounted, "万次"),
        (strange, "r77"),
        (bare, "first column"),
    ):
        answer = send(change)
        assert answer.status_code == 422, change
        assert word in answer.content.decode(), change
    foreign = desk.get("office", "filings:sheet", other.pk).content
    answer = send(lambda sheet: None, foreign)
    assert answer.status_code == 400
    assert "另一张表" in answer.content.decode()
    mine.refresh_from_db()
    assert mine.draft == {}

    def short(sheet: Any) -> None:
        first, second = rows(sheet)
        sheet.cell(second, 4).value = 5
        sheet.delete_rows(first)

    commands.save(mine.pk, values={"r1.m": "8", "r2.m": "9"}, reasons={"k1": "x"},
                  **desk.call("clerk"))  # fmt: skip
    met = send(short)
    assert met.status_code == 422, "a colleague kept 9 since it was taken out"
    assert "over" in met.content.decode()
    assert send(short, over="1").status_code == 302
    mine.refresh_from_db()
    assert mine.draft["values"] == {"r1.m": "8", "r2.m": "5"}, "a row that is gone clears nothing"
    assert mine.draft["reasons"] == {"k1": "x"}


def test_a_program_hears_of_a_cell_that_is_not_there(desk: Any) -> None:
    mine = desk.of(desk.form())
    browser = desk.browser("office")

    def put(what: str, **body: Any) -> Any:
        address = f"/api/v1/filings/{mine.pk}/{what}/{uuid7()}"
        return browser.put(address, body, content_type="application/json")

    assert put("draft", values={"r9.m": 1}).status_code == 400
    assert put("draft", values={"r1.m": 1}, draft_seq=0).status_code == 200
    assert put("draft", values={"r1.m": 2}, draft_seq=0).status_code == 409
    assert browser.get(f"/api/v1/filings/{mine.pk}").json()["draft_seq"] == 1


@pytest.mark.once
def test_a_sheet_of_a_hundred_cells_asks_as_much_as_one_of_ten(desk: Any) -> None:
    def statements(n: int) -> int:
        cells = {f"r{k}.m": Cell("declared", item=desk.item(f"{n}的{k}")) for k in range(1, n + 1)}
        mine = desk.of(desk.form(cells, title=f"{n}格表"))
        desk.text("office", "filings:page", mine.pk)
        with CaptureQueriesContext(connection) as asked:
            page = desk.text("office", "filings:page", mine.pk)
        assert page.count("data-cell=") == n
        return len(asked)

    assert statements(100) == statements(10)


def test_a_list_as_long_as_a_list_may_be_is_kept_and_submitted_by_page(desk: Any) -> None:
    mine = desk.of(desk.form({"r1.m": Cell("listed", item=desk.item("检查点位"))}))
    rows = range(entering.RECORDS_MAX)
    given = {
        "l-r1.m-day": [mine.start.isoformat() for _n in rows],
        "l-r1.m-subject": [f"点位{n}" for n in rows], "l-r1.m-what": ["查看" for _n in rows],
    }  # fmt: skip
    assert desk.post("office", "filings:fill", mine.pk, act="save", **given).status_code == 302
    mine.refresh_from_db()
    assert len(mine.draft["lists"]["r1.m"]) == entering.RECORDS_MAX
    mine.case.refresh_from_db()
    sent = desk.post("office", "filings:fill", mine.pk, act="submit", seen=mine.case.version,
                     draft_seq=1, **given)  # fmt: skip
    assert sent.status_code == 302
    assert mine.entries.get().records.count() == entering.RECORDS_MAX


def test_of_many_empty_cells_a_few_are_named_and_all_are_marked(desk: Any) -> None:
    cells = {f"r{k}.m": Cell("declared", item=desk.item(f"空{k}")) for k in range(1, 21)}
    mine = desk.of(desk.form(cells))
    mine.case.refresh_from_db()
    sent = {"c-r1.m": "无", "seen": mine.case.version, "draft_seq": 0}
    page = desk.post("office", "filings:fill", mine.pk, act="submit", **sent).content.decode()
    told = page.split('role="alert"', 1)[1].split("</ul>")[0]
    assert told.count("<li>") == 1 + 5 + 1
    assert "and 14 more" in told
    assert page.count("aria-invalid") == 20


def test_S53_hostile_words_of_a_form_are_text_everywhere(desk: Any) -> None:
    evil = "=cmd|' /C calc'!A0<script>alert(1)</script>\"'"
    cells = {"r1.m": Cell("declared", item=desk.item("检查"))}
    definition = desk.definition(cells)
    section = definition.sections[0]
    row = replace(section.rows[0], label=evil[:60], help=evil)
    section = replace(section, title=evil[:60], help=evil, rows=(row,))
    form = desk.form(cells, issued=False, title=evil[:80])
    hostile = replace(definition, sections=(section,), help=evil)
    commands.draw(form.pk, definition=hostile, **desk.call("city"))
    commands.issue(form.pk, **desk.call("city"))
    mine = desk.of(form)
    for who, name, args in (
        ("office", "filings:page", (mine.pk,)), ("city", "filings:form", (form.pk,)),
        ("city", "filings:rollup", (form.pk, desk.month.code)),
        ("city", "filings:version", (form.pk, 1)), ("office", "filings:upload", (mine.pk,)),
    ):  # fmt: skip
        page = desk.text(who, name, *args)
        assert "<script>alert" not in page, name
    from openpyxl import load_workbook

    for who, name, args in (("office", "filings:sheet", (mine.pk,)),
                            ("city", "filings:export", (form.pk, desk.month.code))):  # fmt: skip
        book = load_workbook(BytesIO(desk.get(who, name, *args).content))
        kinds = {c.data_type for sheet in book for line in sheet.iter_rows() for c in line}
        assert "f" not in kinds, name


def test_a_unit_that_moves_and_an_area_that_is_merged_leave_no_number_behind(desk: Any) -> None:
    """What was filed stays where it was counted; what is corrected afterwards counts once."""
    form = desk.form()
    mine, other = desk.of(form), desk.of(form, "elsewhere")
    desk.submit(mine, r1="12", r2="3")
    desk.submit(other, "stranger", r1="7", r2="0")
    for one in (mine, other):
        desk.receive(one)
    # One unit goes up a level; the area of the other goes into its neighbour.
    city, left = by_code("530100"), by_code("530103")
    Unit.objects.filter(pk=mine.unit_id).update(area=city, path=city.path)
    Lineage.objects.create(
        old=left, new=by_code("530102"), kind="merge", day=desk.today, divisible=True
    )
    Region.objects.filter(pk=left.pk).update(valid_to=desk.today - timedelta(days=1))

    def totals() -> list[Any]:
        table = rollup.table(form, desk.month.code, desk.cast.actor("city"), timezone.now())
        assert len({line.filing.pk for line in table.lines}) == len(table.lines)
        return [table.totals[key].value for key in ("r1.m", "r2.m")]

    assert totals() == [19, 3]
    desk.check()
    # A correction downwards, of the one that moved: the old number goes, wherever it was posted.
    commands.ask_correction(
        mine.pk, values={"r1.m": "2", "r2.m": "3"}, reason="多报十次", **desk.call("office")
    )
    commands.decide_correction(mine.pk, grant=True, **desk.call("city"))
    assert totals() == [9, 3]
    commands.send_back(other.pk, reason="撤并后重报", **desk.call("city"))
    assert totals() == [2, 3]
    assert desk.sums() == {"检查": 2, "处罚": 3}
    desk.check()
