"""Who took part in a visit and why it was made: kept, counted, narrowed by, and taken back."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from anlan.domain.inspections.tests.test_sweeps import hidden, links, targets

if TYPE_CHECKING:
    from django.test import Client

    from anlan.domain.inspections.tests.street import Street

pytestmark = pytest.mark.django_db


def posted(street: Street, kind: str, **where: Any) -> int:
    """The ledger's sum of a kind in the county, narrowed to labels."""
    from anlan.kernel.calendar import periods
    from anlan.kernel.facts.figures import Query, figures
    from anlan.kernel.regions.queries import by_code

    span = periods.span(street.today - timedelta(60), street.today)
    asked = Query([kind], [by_code("530102").pk], [span], street.now, where=where)
    return sum(cell.value or 0 for cell in figures(asked))


def holds() -> None:
    from anlan.domain.inspections.invariants import invariants

    assert [finding for finding in invariants() if not finding[1]] == []


def test_what_a_visit_states_is_counted_and_a_withdrawal_takes_just_that_back(
    street: Street,
) -> None:
    from anlan.domain.inspections import commands

    street.firms(3)
    sweep = street.sweep()
    one, other, third = targets(sweep)
    street.visit(sweep, one, officers=3, experts=1, why="planned")
    second = street.visit(sweep, other, officers=2, why="recheck")
    street.visit(sweep, third)
    assert (posted(street, "sweep.officers"), posted(street, "sweep.experts")) == (5, 1)
    assert posted(street, "sweep.visit") == 3
    assert posted(street, "sweep.visit", why=["recheck", "planned"]) == 2
    assert posted(street, "sweep.visit", why=[""]) == 1, "nobody said why"
    holds()
    by = street.cast.actor("grid")
    commands.withdraw(second.pk, by=by, at=street.now, reason="录错")
    assert (posted(street, "sweep.officers"), posted(street, "sweep.experts")) == (3, 1)
    assert posted(street, "sweep.visit", why=["recheck"]) == 0
    holds()


def test_a_visit_is_taken_back_where_it_was_counted_whoever_visits_there_by_now(
    street: Street,
) -> None:
    from anlan.domain.inspections import commands
    from anlan.kernel.regions.queries import by_code

    street.firms(1)
    sweep, office = street.sweep(), street.cast.actor("office")
    before = street.visit(sweep, targets(sweep)[0], officers=2)
    unit = street.cast.units["office"].pk
    commands.set_team(sweep.pk, by_code("530102").pk, unit, by=office, at=street.now)
    after = street.visit(sweep, targets(sweep)[0], officers=4)
    assert posted(street, "sweep.officers", team=[str(unit)]) == 4
    commands.withdraw(before.pk, by=office, at=street.now, reason="录错")
    assert posted(street, "sweep.officers", team=[str(unit)]) == 4
    assert posted(street, "sweep.visit", team=[str(unit)]) == 1
    commands.withdraw(after.pk, by=office, at=street.now, reason="录错")
    for kind in ("sweep.officers", "sweep.visit"):
        assert posted(street, kind, team=[str(unit)]) == posted(street, kind) == 0


@pytest.mark.once
@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"officers": -1}, "officers"),
        ({"officers": 1000}, "officers"),
        ({"experts": 1000}, "experts"),
        ({"why": "curiosity"}, "why"),
    ],
)
def test_numbers_and_reasons_that_none_can_be_are_refused(
    street: Street, given: dict[str, Any], named: str
) -> None:
    from anlan.domain.inspections.models import Visit
    from anlan.domain.inspections.refusals import VisitRefused

    street.firms(1)
    sweep = street.sweep()
    with pytest.raises(VisitRefused) as caught:
        street.visit(sweep, targets(sweep)[0], **given)
    assert caught.value.data["field"] == named
    assert not Visit.objects.exists()
    holds()


@pytest.mark.once
def test_whatever_is_visited_and_withdrawn_the_figures_are_the_visits(street: Street) -> None:
    from anlan.domain.inspections import commands
    from anlan.domain.inspections.models import Visit, Why

    dice = random.Random(61)
    street.firms(3)
    sweep, office = street.sweep(), street.cast.actor("office")
    for _step in range(40):
        standing = list(Visit.objects.filter(withdrawn_at=None))
        if standing and dice.random() < 0.3:
            commands.withdraw(dice.choice(standing).pk, by=office, at=street.now, reason="误录")
            continue
        street.visit(
            sweep, dice.choice(targets(sweep)), on=street.today - timedelta(dice.randrange(5)),
            officers=dice.choice([None, 0, 2, 999]), experts=dice.choice([None, 1]),
            why=dice.choice(["", *Why.values]),
        )  # fmt: skip
    rows = list(Visit.objects.filter(withdrawn_at=None))
    assert posted(street, "sweep.officers") == sum(row.officers or 0 for row in rows)
    assert posted(street, "sweep.experts") == sum(row.experts or 0 for row in rows)
    for why, n in Counter(row.why for row in rows).items():
        assert posted(street, "sweep.visit", why=[why]) == n
    holds()


def test_the_form_asks_for_it_and_the_list_narrows_by_it(
    street: Street, client_of: Callable[[str], Client]
) -> None:
    from anlan.domain.inspections.models import Visit

    street.firms(2)
    sweep = street.sweep()
    one, other = targets(sweep)
    browser = client_of("grid")
    url = reverse("inspections:enter", args=[sweep.pk, one.pk])
    said = {**hidden(browser.get(url)), "fact_1": "12", "fact_2": "管道气", "fact_3": "店主",
            "state": "安全", "nil": "1"}  # fmt: skip
    bad = browser.post(url, {**said, "officers": "1000"})
    assert bad.status_code == 422
    done = browser.post(url, {**said, "officers": "2", "experts": "0", "why": "drawn"})
    assert done.status_code == 302
    row = Visit.objects.get()
    assert (row.officers, row.experts, row.why) == (2, 0, "drawn")
    page = browser.get(reverse("inspections:visit", args=[sweep.pk, row.pk])).content.decode()
    assert "drawn at random" in page
    street.visit(sweep, other)
    rows = reverse("inspections:visits", args=[sweep.pk])
    shown = reverse("inspections:visit", args=[sweep.pk, row.pk])
    assert links(browser.get(rows, {"why": "drawn"})) == [shown]
    assert shown not in links(browser.get(rows, {"why": "unsaid"}))
    assert len(links(browser.get(rows))) == 2


def test_a_workbook_brings_it_and_one_without_the_columns_goes_on_working(
    street: Street, client_of: Callable[[str], Client], tmp_path: Any
) -> None:
    import openpyxl

    from anlan.domain.inspections import sheets
    from anlan.domain.inspections.models import SweepField

    street.firms(1)
    sweep = street.sweep()
    [target] = targets(sweep)
    asked = list(SweepField.objects.filter(sweep=sweep).order_by("order"))
    template = client_of("office").get(reverse("inspections:template", args=[sweep.pk]))
    sheet = openpyxl.load_workbook(BytesIO(template.content)).active
    heads = [cell.value for row in sheet.iter_rows() for cell in row]
    assert {"出动执法人员数", "参与专家数", "检查缘由"} <= set(heads)

    def read(more: dict[str, str]) -> Any:
        base = {"编号": str(target.pk), "检查日期": str(street.today), "检查人": "甲",
                "安全状况": "安全", "从业人数": "3", "用气情况": "不用气", "联系人称呼": "乙",
                "是否零隐患": "是", **more}  # fmt: skip
        path = tmp_path / "a.csv"
        path.write_text(",".join(base) + "\n" + ",".join(base.values()) + "\n", encoding="utf-8")
        return sheets.read(path, "a.csv", sweep, asked, {target.pk}, street.today)

    [old] = read({}).visits
    assert (old.officers, old.experts, old.why) == (None, None, "")
    [new] = read({"出动执法人员数": "3", "检查缘由": "举报核查"}).visits
    assert (new.officers, new.experts, new.why) == (3, None, "tipoff")
    # Brought again with more columns it is the same row, and known.
    assert new.origin == old.origin
    for column, text in (("出动执法人员数", "三"), ("参与专家数", "1000"), ("检查缘由", "好奇")):
        found = read({column: text})
        assert found.visits == []
        assert [column in one.column for one in found.wrong] == [True]


def test_a_base_fact_of_the_same_name_keeps_its_column(street: Street, tmp_path: Any) -> None:
    from anlan.domain.inspections import sheets
    from anlan.domain.inspections.commands import NewField
    from anlan.domain.inspections.models import SweepField

    street.firms(1)
    sweep = street.sweep(fields=(NewField("检查缘由"),))
    asked = list(SweepField.objects.filter(sweep=sweep))
    assert sheets.headers(asked).count("检查缘由") == 1
    path = tmp_path / "a.csv"
    path.write_text(
        "编号,检查日期,检查人,安全状况,检查缘由,是否零隐患\n"
        f"{targets(sweep)[0].pk},{street.today},甲,安全,上级交办,是\n",
        encoding="utf-8",
    )
    mine = {targets(sweep)[0].pk}
    [visit] = sheets.read(path, "a.csv", sweep, asked, mine, street.today).visits
    assert (visit.why, visit.facts) == ("", {1: "上级交办"})
