"""The shipped monthly table of enforcement (执法与整治月度统计表): nothing in it is typed.

Records come in by the front-door commands; the table is then worked out a second time, in plain
Python from the records, for the month and for the year to date.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from io import BytesIO
from math import floor
from typing import Any

import pytest
from django.utils import timezone

from anlan.domain.enforcement.models import Entry as Paper
from anlan.domain.enforcement.models import Payment
from anlan.domain.enforcement.tests.desk import Desk as Book
from anlan.domain.filings import commands, figuring, rollup, shipped
from anlan.domain.filings.checking import OVER_ZERO
from anlan.domain.filings.entering import Asked
from anlan.domain.filings.models import Form
from anlan.domain.filings.terms import Definition
from anlan.domain.hazards.tests.stage import Stage
from anlan.domain.inspections import commands as inspections
from anlan.domain.inspections.models import Target, Visit
from anlan.domain.inspections.tests.street import Street
from anlan.domain.supervision.tests.test_talked import late, talk
from anlan.kernel.accounts.models import Role
from anlan.kernel.facts import fold
from anlan.kernel.loop import ladder
from anlan.kernel.loop.models import Case, Party, Proposal
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
WUHUA, PANLONG, KUNMING = "530102", "530103", "530100"
#: As the rows of the form name them.
WORKED_OUT = {"fined_rate", "fine_mean"}


def test_the_monthly_campaign_table_is_derived_whole(desk: Any) -> None:
    form = _taken_over(desk)
    places = Definition.of(form.versions.get().definition).by_key()
    modes = {key: place.cell.mode for key, place in places.items()}
    assert set(modes.values()) == {"derived", "percent", "quotient"}, "nothing is declared"
    assert {key.split(".")[0] for key, mode in modes.items() if mode != "derived"} == WORKED_OUT
    before, month = desk.month.previous(), desk.month
    for n, day in enumerate((before.start + timedelta(4), month.start + timedelta(4))):
        _records(desk, day, n)
    mine, other = desk.of(form), desk.of(form, "elsewhere")
    everywhere = {WUHUA: mine, PANLONG: other}
    for folded in (False, True):
        if folded:
            fold.fold(timezone.now(), force=True)
        for code, filing in everywhere.items():
            asked = Asked.of(filing)
            shown = figuring.shown(asked, {}, at=timezone.now(), judged=False)
            # In the county where nothing was found no share of it can be told.
            assert code == PANLONG or None not in shown.values.values()
            assert _by_row(shown.values, "m") == _counted(code, month.start, month.end)
            assert _by_row(shown.values, "y") == _year(code, month)
    # Of the whole city the sums, and of shares and means the shares and means of the sums.
    totals = rollup.table(form, month.code, desk.cast.actor("city"), timezone.now()).totals
    sums = {key: one.value for key, one in totals.items()}
    assert _by_row(sums, "m") == _counted(KUNMING, month.start, month.end)
    assert _by_row(sums, "y") == _year(KUNMING, month)


def test_the_tables_head_says_whose_it_is_and_each_figure_opens(desk: Any) -> None:
    import openpyxl

    form = _taken_over(desk)
    _records(desk, desk.month.start + timedelta(4), 0)
    mine = desk.of(form)
    reasons = {one.key: "属实" for one in Definition.of(mine.asked.definition).rules}
    reasons |= {f"k5:{row}.m": "属实" for row in ("acts", "fined", "fine", "stopped")}
    commands.submit(mine.pk, values={}, reasons=reasons, **desk.call("office"))
    desk.receive(mine)
    page = desk.text("office", "filings:page", mine.pk)
    book = desk.get("office", "filings:sheet", mine.pk)
    sheet = openpyxl.load_workbook(BytesIO(book.content)).active
    head = " ".join(str(cell.value) for row in sheet.iter_rows(max_row=8) for cell in row)
    for said in ("五华区", "office", "city"):
        assert said in page
        assert said in head
    for label in ("地区", "行业领域", "报告期", "填报人", "审核人", "报送时间"):
        assert f"{label}：" in head
    kept = desk.standing(mine).derived
    for place in Asked.of(mine).known.values():
        if place.cell.mode != "derived":
            continue
        answer = desk.get("office", "filings:records", mine.pk, place.key)
        assert answer.status_code == 200, place.key
        rows = answer.content.decode().count('class="nowrap lead"')
        assert rows or not kept[place.key], f"{place.key}: a figure of nothing"
    assert 'class="sheet-now"' not in page
    # 3.123456 万元 of one paper and 0.02 of another: to the fen, and so is the sum of its records.
    assert "3.143456" in page
    answer = desk.get("office", "filings:records", mine.pk, "fine.m").content.decode()
    assert "<b>3.143456 " in answer
    assert "enforcement/?" in answer, "the entries behind it are a press away"


def test_a_unit_without_the_system_declares_the_same_rows_instead(desk: Any) -> None:
    form = _taken_over(desk, issued=False)
    unit = desk.cast.units["office"].pk
    commands.let_declare(form.pk, unit=unit, since=desk.month.start, reason="尚未接入",
                          **desk.call("city"))  # fmt: skip
    commands.issue(form.pk, **desk.call("city"))
    mine, other = desk.of(form), desk.of(form, "elsewhere")
    assert (mine.declares, other.declares) == (True, False)
    asked = Asked.of(mine)
    counted = {k for k, place in asked.known.items()
               if place.cell.mode == "derived" and place.cell.over == "period"}  # fmt: skip
    rates = {"rate.m", "in_time.m"}
    assert set(asked.typed) == counted - rates, "what a share is made of is told, not the share"
    values = dict.fromkeys(asked.typed, "0")
    values |= {"fine.m": "12.345678", "fined.m": "4", "paid.m": "2.5", "visited.m": "9"}
    desk_call = desk.call("office")
    reasons = {one.key: "属实" for one in asked.definition.rules}
    commands.submit(mine.pk, values=values, reasons=reasons, **desk_call)
    shown = figuring.entry_shown(asked, desk.standing(mine), timezone.now())
    assert shown.values["fine.m"] == 12_345_678
    assert shown.values["fine_mean.m"] == 309
    assert Asked.of(other).typed == {}
    # Over places 家 are added up, over months they can't be: who was there in two counts once.
    Street(desk.cast).firms(2, PANLONG)
    street = Street(desk.cast)
    sweep = street.sweep("city", KUNMING, starts_on=desk.month.start)
    for target in Target.objects.filter(sweep=sweep, path__startswith=_path(PANLONG)):
        street.visit(sweep, target, "city", on=desk.month.start)
    totals = rollup.table(form, desk.month.code, desk.cast.actor("city"), timezone.now()).totals
    assert (totals["visited.m"].value, totals["visited.m"].declared) == (11, "9")
    assert (totals["visited.m"].stated, totals["visited.m"].absent) == (1, 0)
    assert totals["fine.m"].text == "12.345678"
    assert totals["fine_mean.m"].text == "3.09"
    assert desk.month.start.month == 1 or totals["visited.y"].value is None


# --- records through the front door ---------------------------------------------------------


def _taken_over(desk: Any, *, issued: bool = True) -> Form:
    pk = shipped.take_over(
        "campaign_month", starts_on=desk.month.start, unit=desk.cast.units["city"].pk,
        **desk.call("city"),
    )  # fmt: skip
    if issued:
        commands.issue(pk, **desk.call("city"))
    return Form.objects.get(pk=pk)


def _records(desk: Any, day: date, n: int) -> None:
    """Some of everything on a day and around it; what is taken back is among it."""
    cast = desk.cast
    if "grid" not in cast.users:
        cast.person("grid", "office", Role.GRID)
    _visits(Street(cast), day, n)
    _hazards(cast, day, n)
    book = Book(cast, None)
    book.numbers = 100 * n
    _papers(book, day)
    for unit, word in (("firm", "甲"), ("office", "乙")):
        pk = late(cast, unit, f"{word}{n}")
        ladder.tick(timezone.now())
        talk(pk, day)


def _visits(street: Street, day: date, n: int) -> None:
    street.firms(3, word=f"街{n}")
    street.firms(1, PANLONG, word=f"盘{n}")
    more = {"starts_on": day - timedelta(3), "ends_on": day + timedelta(20)}
    one = street.sweep(**more, name=f"检查{n}")
    two = street.sweep("city", KUNMING, **more, name=f"市级检查{n}")
    mine, others = list(Target.objects.filter(sweep=one)), list(Target.objects.filter(sweep=two))
    street.visit(one, mine[0], on=day, officers=3, experts=1, why="planned")
    street.visit(one, mine[0], on=day + timedelta(1), officers=2, why="recheck")
    street.visit(one, mine[1], on=day, officers=2, experts=2, why="drawn")
    street.visit(one, mine[2], on=day)
    wrong = street.visit(one, mine[1], on=day + timedelta(2), officers=9, why="tipoff")
    for target in others:
        street.visit(two, target, "city", on=day + timedelta(3), officers=1, why="tipoff")
    by = street.cast.actor("grid")
    inspections.withdraw(wrong.pk, by=by, at=timezone.now(), reason="录错")


def _hazards(cast: Any, day: date, n: int) -> None:
    for grade, acts in (
        ("ordinary", ("assign", "rectify")), ("ordinary", ("assign",)), ("", ()),
        ("major", ("list", "assign", "complete", "rectify")), ("major", ("assign",)),
    ):  # fmt: skip
        stage = Stage(cast, grade=grade, description=f"第{n}批{grade}{len(acts)}")
        assert stage.do(day, "inspector", "find") == "found"
        for k, act in enumerate(acts, 1):
            who = {"rectify": "firm"}.get(act, "office")
            done = stage.do(day + timedelta(k), who, act)
            assert done in ("found", "assigned", "rectified"), (act, done)


def _papers(book: Book, day: date) -> None:
    for kind in ("site_measures", "rectify_order", "coercive", "case_filing", "inquiry"):
        book.enter(kind, on=day)
    book.enter("inspection", on=day, violations=(f"通道堵塞{day}", f"未持证上岗{day}"))
    book.enter("recheck", on=day + timedelta(1), rectified=book.open()[:1])
    book.enter("site_measures", on=day, halted=True)
    fined = book.fined(3_123_456, on=day, heads=1, head_fine=20_000, suspended=1, close=True)
    book.enter("spot_penalty", on=day, warned=True, enterprise=book.other.pk)
    book.enter("penalty", "stranger", on=day, fine=5_000_000, revoked=2, enterprise=book.away.pk)
    book.pay(fined, 1_000_001, on=day + timedelta(2))
    book.withdraw(book.fined(777, on=day))
    book.enter("closure", on=day)
    book.enter("joint", on=day)
    book.enter("exposure", on=day)
    book.enter("transfer", on=day, persons=2)
    book.enter("to_discipline", on=day)
    book.enter("training", on=day, persons=40)
    book.enter("drill", on=day)
    book.enter("tipoff", on=day)
    book.enter("reward", on=day, reward=50_050)


# --- the same once more, from the records ---------------------------------------------------


def _by_row(values: Any, column: str) -> dict[str, Any]:
    return {key.split(".")[0]: value for key, value in values.items()
            if key.endswith(f".{column}")}  # fmt: skip


def _year(code: str, month: Any) -> dict[str, Any]:
    found = _counted(code, date(month.end.year, 1, 1), month.end)
    del found["overdue"]
    return found


def _counted(code: str, start: date, end: date) -> dict[str, Any]:
    found = {**_of_visits(code, start, end), **_of_hazards(code, start, end),
             **_of_papers(code, start, end)}  # fmt: skip
    talks = Proposal.objects.filter(rung=3, status="carried_out", case__path__startswith=_path(code),
                                    carried_out_on__range=(start, end))  # fmt: skip
    answering = Party.objects.filter(case__in=talks.values("case"), role="rectifier")
    found["talked"] = len(set(answering.values_list("unit", flat=True)))
    found["fined_rate"] = _over(100 * found["fined"], found["visited"], 1)
    found["fine_mean"] = _over(Fraction(found["fine"], 10**6), found["fined"], 2)
    if found["fined"] == 0:
        found["fine_mean"] = OVER_ZERO
    return found


def _path(code: str) -> str:
    return by_code(code).path


def _over(part: Any, whole: int, digits: int) -> int | None:
    if not whole:
        return None
    return floor(Fraction(part) / whole * 10**digits + Fraction(1, 2))


def _of_visits(code: str, start: date, end: date) -> dict[str, int]:
    rows = [row for row in Visit.objects.filter(withdrawn_at=None, path__startswith=_path(code))
            if start <= row.on <= end]  # fmt: skip
    entries = [
        row for row in Paper.objects.filter(
            kind="inspection", withdrawn_at=None, path__startswith=_path(code)
        ) if start <= row.on <= end
    ]  # fmt: skip
    calls = {(row.enterprise_id, row.unit_id, row.on) for row in (*rows, *entries)}
    return {
        "visited": len({firm for firm, _unit, _on in calls}), "visits": len(calls),
        "officers": sum(row.officers or 0 for row in rows),
        "experts": sum(row.experts or 0 for row in rows),
        **{key: sum(row.why == why for row in rows)
           for key, why in (("drawn", "drawn"), ("again", "recheck"), ("tipped", "tipoff"))},
    }  # fmt: skip


def _of_hazards(code: str, start: date, end: date) -> dict[str, int | None]:
    cases = list(Case.objects.filter(kind="hazard", path__startswith=_path(code)))
    found = [case for case in cases if start <= case.opened_on <= end]
    done = [case for case in cases if case.settled_on and start <= case.settled_on <= end]
    due = [case for case in cases if case.due_on and start <= case.due_on <= end
           and case.grade == "major"]  # fmt: skip
    late = [case for case in cases if case.due_on and case.due_on < end
            and (case.settled_on is None or case.settled_on > end)]  # fmt: skip
    return {
        "found": sum(case.grade == "ordinary" for case in found),
        "found_major": sum(case.grade == "major" for case in found),
        "ungraded": sum(case.grade == "" for case in found),
        "listed": sum(case.listings.filter(listed_on__range=(start, end)).count()
                      for case in cases),
        "done": sum(case.grade == "ordinary" for case in done),
        "done_major": sum(case.grade == "major" for case in done),
        "rate": _over(100 * sum(case.settled_on is not None for case in found), len(found), 1),
        "in_time": _over(100 * sum(
            case.settled_on is not None and case.settled_on <= case.due_on for case in due
        ), len(due), 1),
        "overdue": len(late),
    }  # fmt: skip


def _of_papers(code: str, start: date, end: date) -> dict[str, int]:
    rows = [row for row in Paper.objects.filter(withdrawn_at=None, path__startswith=_path(code))
            if start <= row.on <= end]  # fmt: skip
    paid = Payment.objects.filter(withdrawn_at=None, on__range=(start, end),
                                  entry__path__startswith=_path(code))  # fmt: skip

    def firms(wanted: Any) -> int:
        return len({row.enterprise_id for row in rows if wanted(row)})

    def of(kind: str) -> list[Paper]:
        return [row for row in rows if row.kind == kind]

    papers = ("inspection", "site_measures", "rectify_order", "coercive", "recheck", "case_filing",
              "inquiry", "spot_penalty", "penalty")  # fmt: skip
    return {
        "acts": sum(row.found for row in rows), "acts_done": sum(row.rectified for row in rows),
        "stopped": firms(lambda row: row.halted),
        "suspended": sum(row.suspended for row in rows),
        "revoked": sum(row.revoked for row in rows), "proposed": firms(lambda row: row.close),
        "closed": firms(lambda row: row.kind == "closure"),
        "fined": firms(lambda row: row.punishes_unit),
        "heads": sum(row.heads for row in rows),
        "fine": sum(row.fine + row.head_fine for row in rows),
        "paid": sum(paid.values_list("amount", flat=True)),
        "joint": firms(lambda row: row.kind == "joint"), "exposed": len(of("exposure")),
        "transferred": len(of("transfer")), "persons": sum(row.persons for row in of("transfer")),
        "discipline": len(of("to_discipline")),
        "trained": sum(row.persons for row in of("training")), "drills": len(of("drill")),
        "tipoffs": len(of("tipoff")), "rewarded": len(of("reward")),
        "reward": sum(row.reward for row in rows),
        **{f"p{n}": len(of(kind)) for n, kind in enumerate(papers, 1)},
    }  # fmt: skip
