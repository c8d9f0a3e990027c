"""What is said at night in one go, read into the fields of a first report."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from anlan.domain.accidents import noting
from anlan.domain.accidents.models import Accident
from anlan.domain.accidents.tests.desk import HOME, Desk

NOW = datetime(2026, 11, 23, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
PLACES = (("普吉街道", "530102010"), ("五华区", "530102"), ("盘龙区", "530103"))


@pytest.mark.parametrize(("said", "read"), [
    ("今晚十点二十五华区兴达化工厂二号罐闪爆，两人死亡三人重伤，一人失联",
     {"deaths": 2, "serious": 3, "missing": 1}),
    ("死亡3人，重伤12人，轻伤二十人", {"deaths": 3, "serious": 12, "light": 20}),
    ("坍塌，3名工人被埋，已救出1人", {"missing": 3}),
    ("冷库氨泄漏，无人员伤亡", {"deaths": 0, "serious": 0, "missing": 0}),
    ("货车侧翻，两死三伤", {"deaths": 2}),
    ("有5人受伤送医", {}),
    ("一百零五人被困", {"missing": 105}),
    ("起火了正在扑救", {}),
])  # fmt: skip
def test_people_are_counted_as_they_are_said(said: str, read: dict[str, int]) -> None:
    fields = noting.read(said, NOW).fields
    assert {n: fields[n] for n in ("deaths", "serious", "light", "missing") if n in fields} == read


@pytest.mark.parametrize(("said", "hurt"), [
    ("货车侧翻，两死三伤", 3), ("３人受伤", 3), ("坍塌，受伤5人，2人失联", 5), ("5人受伤，其中2人重伤", None),
    ("3人轻伤", None), ("无人员伤亡", None), ("造成伤亡，正在核实", None), ("", None),
])  # fmt: skip
def test_who_is_hurt_without_a_degree_is_told_and_never_counted_as_serious(
    said: str, hurt: int | None
) -> None:
    assert noting.hurt(said) == hurt


@pytest.mark.parametrize(("said", "when"), [
    ("今晚十点二十闪爆", "11-23 22:20"), ("22:20闪爆", "11-23 22:20"), ("半小时前闪爆", "11-23 22:40"),
    ("20分钟前起火", "11-23 22:50"), ("一个半小时前起火", "11-23 21:40"), ("下午3点半坍塌", "11-23 15:30"),
    ("昨晚11点一刻坍塌", "11-22 23:15"), ("刚才起火", "11-23 23:10"), ("凌晨两点起火", "11-23 02:00"),
    ("晚上十一点半起火", "11-22 23:30"), ("起火", ""), ("3号罐99点起火", ""),
    ("今晚十二点起火", "11-23 00:00"), ("昨晚12点一刻起火", "11-23 00:15"), ("昨天24点起火", "11-23 00:00"),
    ("凌晨12点半起火", "11-23 00:30"), ("中午十二点起火", "11-23 12:00"), ("23:30起火", "11-22 23:30"),
])  # fmt: skip
def test_the_time_is_read_and_never_lies_ahead(said: str, when: str) -> None:
    found = noting.read(said, NOW).fields.get("happened_at")
    assert (f"{found:%m-%d %H:%M}" if isinstance(found, datetime) else "") == when


def test_place_firm_and_title_are_proposed() -> None:
    note = noting.read("今晚十点二十，五华区兴达化工厂二号罐闪爆，两人死亡", NOW, PLACES)
    assert note.area == "530102"
    assert note.fields["enterprise_name"] == "兴达化工厂"
    assert note.fields["title"] == "五华区兴达化工厂二号罐闪爆"
    note = noting.read("今晚十点二十五华区兴达化工厂闪爆", NOW, PLACES)
    assert note.fields["title"] == "五华区兴达化工厂闪爆"
    assert f"{note.fields['happened_at']:%H:%M}" == "22:20"
    assert noting.read("普吉那边仓库起火", NOW, PLACES).area == "530102010"
    assert noting.read("", NOW, PLACES) == noting.Note()


@pytest.mark.django_db
def test_a_note_fills_the_form_in_and_is_kept_as_it_was_said(desk: Desk) -> None:
    said = "半小时前五华区兴达化工厂闪爆，2人死亡，1人失联"
    page = desk.post("office", "accidents:new", note=said, fill="1")
    text = page.content.decode()
    assert page.status_code == 200
    assert not Accident.objects.exists()
    for shown in ('value="五华区兴达化工厂闪爆"', 'value="兴达化工厂"', f'value="{HOME}"', said):
        assert shown in text
    assert "how badly" not in text
    text = desk.post("office", "accidents:new", note="货车侧翻，3人受伤", fill="1").content.decode()
    assert "3 are hurt, and the words don’t say how badly" in text
    assert not re.search(r'name="serious"[^>]*value=', text)
    # What somebody typed is never written over.
    page = desk.post("office", "accidents:new", note=said, fill="1", title="我写的", deaths="5")
    text = page.content.decode()
    assert 'value="我写的"' in text
    assert 'value="5"' in text
