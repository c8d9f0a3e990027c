"""What a paper's figures may be bound to: within the writer's rights, and beyond the indicators."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.bulletins import figures
from anlan.domain.bulletins.commands import NewInstruction
from anlan.domain.bulletins.tests.desk import Desk
from anlan.domain.campaigns import commands as campaigns
from anlan.domain.campaigns.commands.terms import NewCampaign
from anlan.domain.campaigns.models import Task
from anlan.domain.filings.loop import FIGURE, ITEM
from anlan.domain.filings.models import Adds, Item
from anlan.kernel.accounts import policy
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.indicators.compute import evaluate
from anlan.kernel.indicators.declare import indicator
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
#: On PostgreSQL what a test's own transaction has posted is known at no moment.
in_the_open = pytest.mark.sqlite


def edit(desk: Desk, pk: UUID, typed: str, who: str = "city") -> Any:
    row = desk.row(pk)
    return desk.post(who, "bulletins:edit", pk, **{
        "title": row.title, "organ": row.organ, "seen": row.case.version,
        f"block-{desk.first(pk).id}": typed,
    })  # fmt: skip


def add(desk: Desk, pk: UUID, **given: Any) -> Any:
    return desk.post("city", "bulletins:add", pk, **{
        "kind": "table", "title": "表", "rows": "areas", "seen": desk.row(pk).case.version, **given,
    })  # fmt: skip


def campaign(desk: Desk, tasks: int = 2, title: str = "治本攻坚") -> UUID:
    """A campaign whose tasks went to the district's office by instructions."""
    today = timezone.localdate()
    made = campaigns.make_campaign(
        NewCampaign(unit=desk.cast.units["city"].pk, title=title, code="1+2",
                    starts_on=today - timedelta(30), ends_on=today + timedelta(300)),
        **desk.call("city"),
    )  # fmt: skip
    pk = desk.issued()
    for n in range(tasks):
        told = NewInstruction("赵某", f"请五华区完成整改{n}。", today, made,
                              desk.cast.units["office"].pk, today + timedelta(7))  # fmt: skip
        assert desk.do("city", "instruct", pk, new=told) == "given_out"
    return made


@in_the_open
def test_a_figure_that_its_writer_may_not_read_is_refused_by_its_word(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = desk.paper()
    assert edit(desk, pk, "发生事故{accident.count}起。").status_code == 302
    assert desk.first(pk).sentences[0].words == "发生事故0起。"
    policy.may(desk.cast.actor("city"), "accidents.view")
    monkeypatch.setitem(policy._rules, "accidents.view", lambda by: Q(pk__in=[]))
    answer = edit(desk, pk, "发生事故{accident.count}起，死亡{accident.dead}人。")
    assert answer.status_code == 422
    told = unescape(answer.content.decode())
    assert "{accident.dead}: you may not read" in told
    assert "{accident.count}: you may" not in told, "what stands there already is read by all"
    assert desk.first(pk).sentences[0].words == "发生事故0起。"
    for given in ({"indicators": ["accident.dead"]}, {"codes": "accident.dead"}):
        answer = add(desk, pk, **given)
        assert answer.status_code == 422, given
    assert "accident.dead: you may not read" in unescape(answer.content.decode())


@in_the_open
def test_a_campaigns_tasks_are_bound_by_area_and_unit_frozen_and_opened(desk: Desk) -> None:
    made, other = campaign(desk), campaign(desk, 1, "百日行动")
    pk = desk.paper()
    page = unescape(desk.get("city", "bulletins:edit", pk).content.decode())
    codes = [f"task.{name}@{made.hex}" for name in ("found", "closed", "overdue")]
    for code in codes:
        assert f"{{{code}}}" in page
        assert f'value="{code}"' in page
    text = f"下达任务{{{codes[0]}}}项，其中百日行动{{task.found@{other.hex}}}项。"
    assert edit(desk, pk, text).status_code == 302
    assert desk.first(pk).sentences[0].words == "下达任务2项，其中百日行动1项。"
    assert desk.first(pk).typed.startswith(text)
    assert add(desk, pk, indicators=codes).status_code == 302
    assert add(desk, pk, indicators=codes, rows="units").status_code == 302
    assert add(desk, pk, kind="chart", indicators=codes).status_code == 302
    by_area, by_unit = [one for one in desk.blocks(pk) if one.title == "表" and one.kind == "table"]
    told = {row[0].text: [cell.text for cell in row[1:]] for row in by_area.rows}
    home = desk.row(pk).case.area.name
    assert [row for name, row in told.items() if name.startswith(home)] == [["2", "0", "0"]]
    assert [[cell.text for cell in row] for row in by_unit.rows] == [
        [desk.cast.units["office"].name, "2", "0", "0"]
    ]
    # By unit, nothing else is told.
    assert add(desk, pk, indicators=["hazard.found"], rows="units").status_code == 422
    # Each opens to its own tasks, as the paper's page shows them.
    for block, n in ((desk.first(pk).id, 0), (by_unit.id, 0)):
        one = desk.get("city", "bulletins:figure", pk, block, n).content.decode()
        links = [unescape(href) for href in re.findall(r'href="(/statistics/records/[^"]+)"', one)]
        assert links
        shown = desk.browser("city").get(links[0]).content.decode()
        numbers = set(
            Task.objects.filter(plan__campaign=made).values_list("case__number", flat=True)
        )
        for number in numbers:
            assert number in shown
        for number in Task.objects.filter(plan__campaign=other).values_list("case__number", flat=1):
            assert number not in shown
    # Frozen: a task more is told by the paper that is read anew, and by no other.
    frozen = desk.row(pk)
    scope = desk.scope(pk)
    then = [each for block in desk.blocks(pk) for each in block.figures if "@" in each.indicator]
    campaign_tasks = Task.objects.filter(plan__campaign=made).count()
    told_more = NewInstruction("赵某", "再请五华区完成一项。", timezone.localdate(), made,
                               desk.cast.units["office"].pk, timezone.localdate())  # fmt: skip
    assert desk.do("city", "instruct", desk.issued(), new=told_more) == "given_out"
    assert Task.objects.filter(plan__campaign=made).count() == campaign_tasks + 1
    assert frozen.known_at == desk.row(pk).known_at
    assert figures.again(then, scope) == then
    desk.do("city", "refresh", pk)
    assert desk.first(pk).sentences[0].words.startswith("下达任务3项")


@in_the_open
def test_an_item_of_forms_and_any_count_are_bound_by_their_codes(desk: Desk) -> None:
    unit = desk.cast.units["city"]
    row = Item.objects.create(
        unit=unit, area=unit.area, path=unit.area.path, name="投入资金", measure="万元", digits=2,
        adds=Adds.FLOW, made_at=desk.now, made_by="x",
    )  # fmt: skip
    stands = Item.objects.create(
        unit=unit, area=unit.area, path=unit.area.path, name="在岗人数", measure="人",
        adds=Adds.STANDS, made_at=desk.now, made_by="x",
    )  # fmt: skip
    day = timezone.localdate()
    ledger.post(
        [NewFact(FIGURE.code, {ITEM: str(pk)}, by_code("530102").pk, day, n, unit_id=unit.pk)
         for pk, n in ((row.pk, 12345), (stands.pk, 7))],
        at=desk.now, batch_id=uuid7(),
    )  # fmt: skip
    desk.found(3)
    pk = desk.paper()
    page = unescape(desk.get("city", "bulletins:edit", pk).content.decode())
    assert f"{{item.{row.pk}}}" in page
    assert f"{{item.{stands.pk}}}" not in page, "it doesn't add up over periods"
    text = f"投入{{item.{row.pk}}}万元，下达任务{{task.found}}项。"
    assert edit(desk, pk, text).status_code == 302
    assert desk.first(pk).sentences[0].words == "投入123.45万元，下达任务0项。"
    assert add(desk, pk, codes=f"item.{row.pk}、task.found").status_code == 302
    table = next(one for one in desk.blocks(pk) if one.title == "表")
    assert table.heads[1] == "投入资金"
    assert ["五华区", "123.45", "0"] in [[cell.text for cell in line] for line in table.rows]
    one = desk.get("city", "bulletins:figure", pk, desk.first(pk).id, 0).content.decode()
    [href] = [unescape(h) for h in re.findall(r'href="(/statistics/records/[^"]+)"', one)][:1]
    shown = desk.browser("city").get(href)
    assert shown.status_code == 200
    assert "123.45" in shown.content.decode()
    # What isn't there, and what isn't theirs, is refused at the field.
    for word in ("item.999999", f"item.{stands.pk}", "task.dreamt", f"task.found@{uuid7().hex}"):
        answer = edit(desk, pk, f"{{{word}}}")
        assert answer.status_code == 422, word
        assert f"{{{word}}}" in unescape(answer.content.decode())
    assert desk.browser("stranger").get(href).status_code == 404
    assert reverse("bulletins:edit", args=[pk]) in page


@in_the_open
def test_the_whole_is_not_taken_for_what_names_no_sector(desk: Desk) -> None:
    """A paper that tells of both is asked for both once more, and signed."""
    desk.found(3)
    fact = NewFact(
        "hazard.found", {"sector": "coal"}, by_code("530102").pk, timezone.localdate(), 2
    )
    ledger.post([fact], at=desk.now)
    scope = desk.scope(desk.paper())
    query = figures.Query(
        kinds=(), areas=[scope.area.pk], periods=[scope.period], **scope.common
    )  # fmt: skip
    whole = figures.of_value(*evaluate([indicator("hazard.found")], query))
    none, coal = replace(whole, sector="none"), replace(whole, sector="coal")
    asked = figures.again([none, whole, coal], scope)
    assert [one.value for one in asked] == ["3", "5", "2"]


@in_the_open
def test_a_paper_of_before_small_bases_were_told_still_stands(desk: Desk) -> None:
    figure = figures.Figure(
        "hazard.found", 1, "2026-11", figures.CHANGE, "previous", value="200.0"
    )  # fmt: skip
    told = replace(figure, missing=f"{figures.SMALL}3:9")
    assert figures.stand([figure], [told])
    assert not figures.stand([figure], [replace(told, value="100.0")])
    assert not figures.stand([figure], [replace(figure, value=None, missing="not_reported")])
