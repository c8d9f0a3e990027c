"""Letters and notices about a hazard: filled in from its record, and found at it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from anlan.base.ids import uuid7
from anlan.domain.bulletins.models import About
from anlan.domain.bulletins.refusals import PaperIncomplete
from anlan.domain.bulletins.tests.desk import Desk
from anlan.domain.hazards.models import Hazard
from anlan.kernel.calendar import periods
from anlan.kernel.loop.models import Case

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture(autouse=True)
def chinese() -> Any:
    with translation.override("zh-hans"):
        yield


def texts(desk: Desk, pk: Any) -> dict[str, str]:
    """What stands under each heading."""
    found, head = {}, ""
    for block in desk.blocks(pk):
        if block.kind == "heading":
            head = block.title
        elif head:
            found.setdefault(head, block.words)
    return found


def test_a_letter_says_what_is_on_record_and_leaves_open_what_is_not(desk: Desk) -> None:
    (hazard,) = desk.found(1, grade="major")
    Hazard.objects.filter(pk=hazard).update(basis="判定标准第三条", measure="更换报警器")
    pk = desk.paper("letter", about=(hazard,))
    case = Case.objects.get(pk=hazard)
    row, said = desk.row(pk), texts(desk, pk)
    assert "储罐区可燃气体报警器失效0" in said["一、督办事项"]
    assert case.number in said["一、督办事项"]
    assert "判定为重大事故隐患。" in said["一、督办事项"]
    assert said["二、督办依据"] == "判定依据：判定标准第三条。"
    assert said["三、工作要求"] == "整改措施：更换报警器。"
    assert (said["五、反馈方式"], said["六、联系人"]) == ("", "")
    assert desk.blocks(pk)[-1].words == "特此函告。"
    assert row.title.endswith("隐患整改的督办函")
    assert row.recipients
    # What nobody recorded is the office's to fill in before the letter goes on.
    assert desk.do("city", "submit", pk) == "paper_incomplete"


def test_several_hazards_stand_as_points_and_a_circular_is_about_none(desk: Desk) -> None:
    first, second = desk.found(2)
    pk = desk.paper("letter", about=(first, second))
    block = next(block for block in desk.blocks(pk) if block.kind == "points")
    assert len(block.sentences) == 2
    assert About.objects.filter(paper=pk).count() == 2
    with pytest.raises(PaperIncomplete):
        desk.paper("circular", about=(first,))


def test_a_letter_stands_at_the_hazard_it_came_from_and_opens_it(desk: Desk) -> None:
    (hazard,) = desk.found(1)
    new = desk.get("city", "bulletins:new", query=f"?kind=letter&about={hazard}")
    assert str(hazard) in new.content.decode()
    answer = desk.post(
        "city", "bulletins:new", pk=uuid7(), kind="letter", area="530102", period=desk.month,
        about=str(hazard),
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()[-1500:]
    pk = About.objects.get(case=hazard).paper_id
    beside = desk.get("city", "bulletins:of_hazard", hazard).content.decode()
    assert reverse("bulletins:page", args=[pk]) in beside
    assert f"?kind=talk&amp;about={hazard}" in beside
    assert "kind=listed" not in beside, "it isn't listed"
    page = desk.get("city", "bulletins:page", pk).content.decode()
    assert reverse("hazards:page", args=[hazard]) in page


def test_nobody_begins_a_letter_about_a_hazard_that_he_may_not_see(desk: Desk) -> None:
    (hazard,) = desk.found(1)
    answer = desk.get("stranger", "bulletins:new", query=f"?kind=letter&about={hazard}")
    assert answer.status_code in (403, 404)
    assert desk.get("stranger", "bulletins:of_hazard", hazard).status_code == 404


def test_a_ten_day_bulletin_names_the_enterprises_with_most_hazards(desk: Desk) -> None:
    from anlan.domain.enterprises.models import Enterprise

    found = desk.found(3)
    one = Enterprise.objects.first() or _enterprise()
    Hazard.objects.filter(pk__in=found).update(enterprise=one)
    Case.objects.filter(pk__in=found).update(enterprise_id=one.pk)
    with pytest.raises(PaperIncomplete):
        desk.paper("ten_day")  # Of a month it can't tell.
    ten_days = periods.of(periods.Kind.TEN_DAYS, timezone.localdate()).code
    pk = desk.paper("ten_day", period=ten_days)
    table = next(block for block in desk.blocks(pk) if block.kind == "table")
    assert [cell.text for cell in table.rows[0]] == [one.name, one.area.name, "3", "0"]
    assert len(table.rows) == 1
    # And those found from afar apart (网上监察“旬通报”), once there are any.
    Case.objects.filter(pk__in=found[:2]).update(source="video")
    pk = desk.paper("ten_day", period=ten_days)
    tables = [each for each in desk.blocks(pk) if each.kind == "table"]
    assert [[cell.text for cell in each.rows[0]][2] for each in tables[:2]] == ["3", "2"]
    assert "视频核查" in tables[1].title


def _enterprise() -> Any:
    from anlan.base.actor import Actor
    from anlan.domain.enterprises import commands
    from anlan.domain.enterprises.commands import NewEnterprise
    from anlan.domain.enterprises.models import Enterprise
    from anlan.kernel.regions.queries import by_code

    new = NewEnterprise(name="五华模拟化工有限公司", area_id=by_code("530102").pk)
    root = Actor(None, "test", trusted=True)
    commands.put_enterprises([new], by=root, at=timezone.now(), source="test")
    return Enterprise.objects.get()


def test_a_brief_tells_the_good_practice_of_the_period(desk: Desk) -> None:
    from anlan.domain.measures.models import Practice

    unit = desk.cast.units["office"]
    told = {"area": unit.area, "path": unit.area.path, "unit": unit, "made_by": "王某"}
    Practice.objects.create(
        **told, title="集中监护动火", text="每次动火\n专人在场。", made_at=desk.now
    )
    Practice.objects.create(
        **told, title="旧的做法", text="旧。", made_at=desk.now - timedelta(days=90)
    )
    words = [block.words for block in desk.blocks(desk.paper("brief")) if block.kind == "points"]
    assert words == [f"{unit.name}：集中监护动火。每次动火 专人在场。"]
