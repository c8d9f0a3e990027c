"""Pages, rights, workbooks and the API; counts of statements don't grow with rows."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from anlan.base.ids import uuid7
from anlan.domain.filings import commands, rollup, shipped
from anlan.domain.filings.models import Filing, Form, Version
from anlan.domain.filings.terms import Broken, Cell, Definition, Rule, check
from anlan.domain.filings.who import units_of
from anlan.kernel.accounts.models import Unit

pytestmark = pytest.mark.django_db


def test_pages_open_for_those_who_may_and_for_nobody_else(desk: Any) -> None:
    form = desk.form()
    mine = desk.of(form)
    for name, args in (
        ("filings:list", ()), ("filings:forms", ()), ("filings:items", ()),
        ("filings:form", (form.pk,)), ("filings:version", (form.pk, 1)),
        ("filings:rollup", (form.pk, desk.month.code)), ("filings:page", (mine.pk,)),
        ("filings:beside", (form.pk, desk.month.code)),
        ("filings:behind", (form.pk, desk.month.code, "r1.m")),
        ("filings:sheet", (mine.pk,)), ("filings:export", (form.pk, desk.month.code)),
    ):  # fmt: skip
        assert desk.get("city", name, *args).status_code == 200, name
    # Another district sees the form, as it owes it too, and nothing of this one's filing.
    assert desk.get("stranger", "filings:form", form.pk).status_code == 200
    for name, args in (("filings:page", (mine.pk,)), ("filings:sheet", (mine.pk,)),
                       ("filings:upload", (mine.pk,)), ("filings:correct", (mine.pk,))):  # fmt: skip
        assert desk.get("stranger", name, *args).status_code == 404, name
    assert desk.get("office", "filings:design", form.pk).status_code in (403, 404)
    assert desk.get("viewer", "filings:upload", mine.pk).status_code in (403, 404)
    assert desk.post("viewer", "filings:fill", mine.pk, act="save").status_code in (403, 404)
    table = desk.text("stranger", "filings:rollup", form.pk, desk.month.code)
    assert "五华区安委办" not in table, "of the units one sees one's own"


def test_a_form_is_drawn_by_page(desk: Any) -> None:
    call = {"by": desk.cast.actor("city"), "at": timezone.now(), "request_id": uuid7()}
    pk = commands.make_form(
        commands.NewForm(title="空表", period="month", starts_on=desk.month.start), **call
    )

    def send(op: str, **data: Any) -> Any:
        seq = Version.objects.get(form=pk).seq
        return desk.post("city", "filings:design", pk, op=op, seen=seq, **data)

    assert send("section", label="检查").status_code == 302
    assert (
        send("rows", section="s1", lines="检查企业\t家\n检查次数，家次", column="m").status_code
        == 302
    )
    assert send("column", section="s1", label="累计").status_code == 302
    assert send("cell", key="r1.c1", mode="cumulative", base="r1.m").status_code == 302
    assert send("row", section="s1", label="隐患", unit="项").status_code == 302
    assert send("cell", key="r3.m", mode="derived", counts="hazard.found", over="period",
                where_grade=["major"]).status_code == 302  # fmt: skip
    assert send("rule", kind="le", left=["r1.m"], right=["r2.m"], missing="skip",
                severity="error", text="家不大于家次").status_code == 302  # fmt: skip
    assert send("cell", key="r9.m", mode="declared").status_code == 422
    assert send("rule", kind="le", left=["r1.m"]).status_code == 422
    definition = Definition.of(Version.objects.get(form=pk).definition)
    check(definition)
    assert list(definition.by_key()) == ["r1.m", "r1.c1", "r2.m", "r3.m"]
    for part in ("section:s1", "column:s1.m", "rows:s1", "row:r1", "cell:r1.m", "cell:r3.m",
                 "rule:k1", "new_rule:", "help:", "cell:r9.m", "nonsense"):  # fmt: skip
        assert desk.get("city", "filings:design", pk, query=f"?part={part}").status_code == 200
    # A colleague was first: nothing of it is lost.
    stale = desk.post("city", "filings:design", pk, op="help", help="x", seen=1)
    assert stale.status_code == 409
    # Dropping a row takes along what is worked out from it, and the rules that name it.
    assert send("drop_row", section="s1", key="r1").status_code == 302
    left = Definition.of(Version.objects.get(form=pk).definition)
    assert list(left.by_key()) == ["r2.m", "r3.m"]
    assert not left.rules
    answer = desk.post("city", "filings:act", pk, "issue")
    assert answer.status_code == 422, "nobody files it yet"


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({}, ""),
        ({"r1.m": Cell("declared")}, "r1"),
        ({"r1.m": Cell("sum", of=("r1.m",))}, "r1"),
        ({"r1.m": Cell("sum", of=("r9.m",))}, "r9"),
        ({"r1.m": Cell("declared", item=1), "r2.m": Cell("declared", item=1)}, "r2"),
        ({"r1.m": Cell("nonsense")}, "r1"),
        ({"r1.m": Cell("derived")}, "r1"),
    ],
)
def test_a_form_that_makes_no_sense_is_not_issued(desk: Any, cells: Any, says: str) -> None:
    with pytest.raises(Broken) as refused:
        check(desk.definition(cells or {"r1.m": Cell("nonsense")}))
    assert says in str(refused.value)


def test_a_workbook_goes_out_and_comes_back(desk: Any) -> None:
    import xlsxwriter

    form = desk.form()
    mine = desk.of(form)
    answer = desk.get("office", "filings:sheet", mine.pk)
    assert answer.status_code == 200
    assert answer.content[:2] == b"PK"

    def workbook(*rows: Any) -> SimpleUploadedFile:
        buffer = BytesIO()
        book = xlsxwriter.Workbook(buffer)
        sheet = book.add_worksheet("情况")
        for n, row in enumerate([["标题"], ["代码", "指标", "计量单位", "m [m]"], *rows]):
            for k, value in enumerate(row):
                sheet.write(n, k, value)
        book.close()
        return SimpleUploadedFile("表.xlsx", buffer.getvalue())

    bad = desk.post("office", "filings:upload", mine.pk,
                    file=workbook(["r2", "第r2行", "次", "若干"], ["r1", "第r1行", "次", 12]))  # fmt: skip
    page = bad.content.decode()
    assert bad.status_code == 422
    assert "D3" in page
    assert "若干" in page
    mine.refresh_from_db()
    assert mine.draft == {}, "half a sheet is not taken"
    good = desk.post("office", "filings:upload", mine.pk,
                     file=workbook(["r2", "第r2行", "次", 3], ["r1", "第r1行", "次", 12.0]))  # fmt: skip
    assert good.status_code == 302
    mine.refresh_from_db()
    assert mine.draft["values"] == {"r2.m": "3", "r1.m": "12"}
    assert desk.sums() == {}, "a draft counts nothing"
    foreign = workbook()
    foreign = SimpleUploadedFile("别的.csv", "甲,乙\n1,2\n".encode())
    assert desk.post("office", "filings:upload", mine.pk, file=foreign).status_code in (400, 422)


def test_what_goes_out_as_a_workbook_is_read_back_the_same(desk: Any) -> None:
    form = desk.form()
    mine = desk.of(form)
    desk.submit(mine, r1="1234", r2="NA")
    sheet = desk.get("office", "filings:sheet", mine.pk).content
    commands.send_back(mine.pk, reason="核对", **desk.call("city"))
    Filing.objects.filter(pk=mine.pk).update(draft={})
    file = SimpleUploadedFile("表.xlsx", sheet)
    assert desk.post("office", "filings:upload", mine.pk, file=file).status_code == 302
    mine.refresh_from_db()
    assert mine.draft["values"] == {"r1.m": "1234", "r2.m": "NA"}


def test_programs_file_by_the_api(desk: Any) -> None:
    form = desk.form()
    mine, other = desk.of(form), desk.of(form, "elsewhere")
    browser = desk.browser("office")

    def put(pk: Any, what: str, body: Any, request_id: Any = None) -> Any:
        address = f"/api/v1/filings/{pk}/{what}/{request_id or uuid7()}"
        return browser.put(address, body, content_type="application/json")

    listed = browser.get("/api/v1/filings/").json()
    assert [one["id"] for one in listed["items"]] == [str(mine.pk)]
    wrong = put(mine.pk, "submission", {"values": {"r1.m": "x"}})
    assert wrong.status_code == 400
    assert {one["cell"] for one in wrong.json()["error"]["data"]["cells"]} == {"r1.m", "r2.m"}
    same = uuid7()
    for _again in range(2):
        done = put(mine.pk, "submission", {"values": {"r1.m": 12, "r2.m": "NA"}}, same)
        assert done.status_code == 200, done.content
    assert desk.sums() == {"检查": 12}
    assert mine.entries.count() == 1
    sheet = browser.get(f"/api/v1/filings/{mine.pk}").json()
    cells = {one["key"]: one for one in sheet["cells"]}
    assert sheet["submitted"]
    assert cells["r1.m"]["value"] == 12
    assert cells["r2.m"]["not_applicable"]
    assert cells["r2.m"]["value"] is None
    assert put(other.pk, "nil", {}).status_code == 404
    assert browser.get(f"/api/v1/filings/{other.pk}").status_code == 404


def test_the_shipped_forms_are_taken_over_and_issued(desk: Any, stage: Any) -> None:
    stage().do(desk.month.start, "inspector", "find")
    for name in shipped.NAMES:
        assert desk.post("city", "filings:shipped", name=name).status_code == 302
        form = Form.objects.get(shipped=name)
        definition = Definition.of(form.versions.get().definition)
        check(definition)
        assert form.period == "month"
        answer = desk.post("city", "filings:act", form.pk, "issue")
        assert answer.status_code == 302, answer.content.decode()[-500:]
        mine = desk.of(form)
        page = desk.text("office", "filings:page", mine.pk)
        assert 'class="fig"' in page, "the hazard that was found stands in it already"
    cells = Definition.of(
        Form.objects.get(shipped="campaign_month").versions.get().definition
    ).by_key()
    assert cells["fined_rate.m"].cell.whole == "visited.m", "a share of what the ledger counts"
    assert cells["in_time.y"].cell.counts == "hazard.on_time_rate"
    hazards = Form.objects.get(shipped="hazards_month")
    columns = Definition.of(hazards.versions.get().definition).sections[0].columns
    assert len(columns) == 12
    # 24 rows × 12 columns don't stand beside each other: one row of them, or one column, does.
    wide = desk.text("city", "filings:rollup", hazards.pk, desk.month.code)
    assert wide.count("rollup-head") == 12
    one = desk.text("city", "filings:rollup", hazards.pk, desk.month.code, query="?part=c-c2")
    assert one.count("rollup-head") == len(Definition.of(hazards.versions.get().definition)
                                           .sections[0].rows)  # fmt: skip
    mine = desk.of(hazards)
    desk.submit(mine)
    kept = desk.standing(mine).derived
    assert kept["r1.c1"] == 1
    assert kept["r1.c7"] == 1
    records = desk.text("office", "filings:records", mine.pk, "r1.c1")
    assert "YH" in records, "a derived cell opens to its hazards"
    # By the time it is looked at again another one was found: what was filed stays.
    stage().do(desk.month.end, "inspector", "find")
    assert desk.standing(mine).derived["r1.c1"] == 1
    assert "2" in desk.text("office", "filings:page", mine.pk)


def test_one_presses_once_for_many(desk: Any) -> None:
    form = desk.form()
    for unit, who in (("office", "office"), ("elsewhere", "stranger")):
        desk.submit(desk.of(form, unit), who, r1="1", r2="1")
    answer = desk.post("city", "filings:receive_all", form.pk, desk.month.code)
    assert answer.status_code == 302
    assert {desk.state(desk.of(form, unit)) for unit in ("office", "elsewhere")} == {"closed"}
    assert desk.post("stranger", "filings:receive_all", form.pk, desk.month.code).status_code == 302
    older = desk.form(title="旧表", starts_on=desk.month.previous().previous().start)
    code = desk.month.previous().previous().code
    desk.post("city", "filings:urge_all", older.pk, code)
    page = desk.text("office", "filings:page", desk.of(older, code=code).pk)
    assert "催" in page or "urge" in page.lower()


@pytest.mark.once
def test_the_pages_ask_as_many_statements_for_many_units_as_for_few(desk: Any) -> None:
    form = desk.form()
    desk.submit(desk.of(form), r1="1", r2="1")

    def statements() -> dict[str, int]:
        found = {}
        for name, args in (("filings:rollup", (form.pk, desk.month.code)), ("filings:list", ()),
                           ("filings:form", (form.pk,)), ("filings:forms", ()),
                           ("filings:behind", (form.pk, desk.month.code, "r1.m"))):  # fmt: skip
            address = reverse(name, args=args)
            desk.browser("city").get(address)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                desk.browser("city").get(address)
            found[name] = len(asked)
        return found

    few = statements()
    for n, area in enumerate(("530111", "530112", "530113", "530114", "530115")):
        desk.cast.unit(f"more{n}", f"第{n}办", "committee_office", area)
    Unit.objects.filter(kind="committee_office", area__level=3).update(
        parent=desk.cast.units["city"]
    )
    from anlan.domain.filings import opening

    opening.open_due(timezone.now())
    assert Filing.objects.filter(form=form).count() == 7
    from anlan.domain.hazards.tests.stage import ROOT

    for n in range(5):
        commands.submit(desk.of(form, f"more{n}").pk, values={"r1.m": "2", "r2.m": "1"}, by=ROOT,
                        at=timezone.now(), request_id=uuid7())  # fmt: skip
    many = statements()
    assert many == few


@pytest.mark.once
def test_submitting_asks_as_many_statements_for_a_hundred_cells_as_for_ten(desk: Any) -> None:
    def statements(n: int) -> int:
        cells = {f"r{k}.m": Cell("declared", item=desk.item(f"{n}项{k}")) for k in range(1, n + 1)}
        form = desk.form(cells, title=f"{n}格")
        mine = desk.of(form)
        with CaptureQueriesContext(connection) as asked:
            desk.submit(mine, **{f"r{k}": str(k) for k in range(1, n + 1)})
        return len(asked)

    statements(5)
    assert abs(statements(100) - statements(10)) <= 2


def test_a_rule_of_the_form_is_a_rule_of_the_workbook_too(desk: Any) -> None:
    rules = (Rule("k1", "le", ("r2.m",), ("r1.m",), missing="break", text="不大于"),)
    form = desk.form(rules=rules)
    from anlan.domain.filings.refusals import CellsWrong

    with pytest.raises(CellsWrong):
        desk.submit(desk.of(form), r1="NA", r2="1")
    desk.submit(desk.of(form), r1="1", r2="1")


def test_a_form_is_made_and_changed_by_page(desk: Any) -> None:
    pk = uuid7()
    given = {
        "pk": pk, "title": "旬报", "period": "ten_days", "line": "sector", "days": 3,
        "counting": "working_days", "rest_day": "stays", "opens_days": 2, "mend_days": 1,
        "starts_on": desk.month.start, "kind0": "department", "level0": "3", "word0": "应急",
        "days_3": 2, "named": "test-elsewhere\n五华区应急管理局", "nil_allowed": "on",
    }  # fmt: skip
    bad = desk.post("city", "filings:new", **{**given, "named": "没有这个单位"})
    assert bad.status_code == 422
    assert "没有这个单位" in bad.content.decode()
    assert desk.post("city", "filings:new", **{**given, "level0": ""}).status_code == 422
    assert desk.post("city", "filings:new", **given).status_code == 302
    form = Form.objects.get(pk=pk)
    assert set(form.who["units"]) == {desk.cast.units[key].pk for key in ("elsewhere", "emergency")}
    assert form.deadlines["3"] == {
        "kind": "working_days", "n": 2, "includes_day": True, "rest_day": "stays",
    }  # fmt: skip
    page = desk.text("city", "filings:edit_form", pk)
    assert desk.cast.units["elsewhere"].name in page, "by name, as whoever wrote it knows them"
    changed = {**given, "title": "旬报（修订）", "seen": form.version, "named": ""}
    assert desk.post("city", "filings:edit_form", pk, **changed).status_code == 302
    stale = desk.post("city", "filings:edit_form", pk, **changed)
    assert stale.status_code == 409
    assert desk.post("office", "filings:edit_form", pk, **changed).status_code in (403, 404)
    form.refresh_from_db()
    assert (form.title, form.who["units"]) == ("旬报（修订）", [])
    # Departments × regions: the same departments of one area alone, and none of another's.
    within = {**changed, "seen": form.version, "kind0": "committee_office", "word0": "",
              "area0": desk.cast.units["office"].area_id}  # fmt: skip
    far = {**within, "area0": desk.cast.units["city"].area_id}
    assert desk.post("city", "filings:edit_form", pk, **far).status_code == 422
    assert desk.post("city", "filings:edit_form", pk, **within).status_code == 302
    form.refresh_from_db()
    assert list(units_of(form)) == [desk.cast.units["office"]]
    assert desk.cast.units["office"].area.name in desk.text("city", "filings:form", pk)


def test_two_people_at_one_draft_lose_nothing(desk: Any) -> None:
    mine = desk.of(desk.form())
    first = desk.post("office", "filings:fill", mine.pk, act="save", draft_seq=0,
                      **{"c-r1.m": "1"})  # fmt: skip
    assert first.status_code == 302
    second = desk.post("clerk", "filings:fill", mine.pk, act="save", draft_seq=0,
                       **{"c-r1.m": "2"})  # fmt: skip
    page = second.content.decode()
    assert second.status_code == 409
    assert 'value="2"' in page, "what was typed is still there"
    mine.refresh_from_db()
    assert mine.draft["values"] == {"r1.m": "1"}
    assert desk.post("clerk", "filings:fill", mine.pk, act="save", draft_seq=1,
                     **{"c-r1.m": "2"}).status_code == 302  # fmt: skip


def test_the_workbook_of_a_roll_up_works_its_sums_out_once(desk: Any, monkeypatch: Any) -> None:
    """However few units a page shows, the workbook has all of them, from one reading."""
    form = desk.form()
    for unit, who in (("office", "office"), ("elsewhere", "stranger")):
        desk.submit(desk.of(form, unit), who, r1="4", r2="1")
    calls = []
    worked = rollup.totals
    monkeypatch.setattr(rollup, "UNITS_SHOWN", 1)
    monkeypatch.setattr(rollup, "totals", lambda *given: calls.append(1) or worked(*given))
    answer = desk.get("city", "filings:export", form.pk, desk.month.code)
    rows = sheet_rows(answer.content)
    assert [row[0] for row in rows if row and row[0] in ("五华区安委办", "盘龙区安委办", "合计")] == [
        "五华区安委办", "盘龙区安委办", "合计",
    ]  # fmt: skip
    assert rows[-1][2:4] == ["8", "2"]
    assert calls == [1]


def sheet_rows(content: bytes) -> list[list[Any]]:
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    return [list(row) for row in rows]
