"""Schemes in the editor: taken up, changed, refused at their fields, put in force."""

from __future__ import annotations

import re

import pytest

from anlan.base.ids import uuid7
from anlan.base.refusal import MovedOn
from anlan.domain.assessments import commands, spec_text, working
from anlan.domain.assessments.models import Scheme, Version
from anlan.domain.assessments.presets import presets
from anlan.domain.assessments.refusals import NotNow, SchemeUnfit
from anlan.domain.assessments.tests.desk import (
    FIGURES,
    POINTS,
    Desk,
)

pytestmark = pytest.mark.django_db


def test_a_shipped_scheme_is_taken_up_changed_and_put_in_force(desk: Desk) -> None:
    pk = uuid7()
    given = {"pk": pk, "preset": "index", "name": ""}
    assert desk.post("city", "new_scheme", **given).status_code == 302
    scheme = Scheme.objects.get(pk=pk)
    assert scheme.area.code == "530100"
    assert desk.get("office", "scheme", pk).status_code == 404  # A draft is its keeper's alone.
    page = desk.get("city", "item", pk, "dead").content.decode()
    assert 'value="20"' in page
    form = {
        "seen": 1, "name": "死亡人数", "dimension": "prevent", "weight": "25", "span": "year",
        "indicator": "accident.dead", "measure": "value", "kind": "deduct", "each": "5",
        "better": "down",
    }  # fmt: skip
    assert desk.post("city", "item", pk, "dead", **form).status_code == 302
    # 105 of 100: it can't come in force, and its page says so.
    shown = desk.get("city", "scheme", pk).content.decode()
    assert "add up to 105, and the total is 100" in shown
    assert desk.post("city", "in_force", pk, seen=2).status_code == 302
    assert not Version.objects.filter(scheme=scheme, in_force_at__isnull=False).exists()
    form["weight"], form["seen"] = "20", "2"
    assert desk.post("city", "item", pk, "dead", **form).status_code == 302
    assert desk.post("city", "in_force", pk, seen=3).status_code == 302
    version = Version.objects.get(scheme=scheme)
    assert version.in_force_at is not None
    assert desk.get("office", "scheme", pk).status_code == 200
    assert desk.get("office", "general", pk).status_code == 403
    # The next change is a draft of another version.
    assert desk.post("city", "drop_item", pk, "dead").status_code == 302
    assert Version.objects.filter(scheme=scheme).count() == 2
    assert version.read.item("dead") is not None
    assert "dead" not in str(desk.get("office", "scheme", pk, query="?version=2").status_code)
    assert desk.get("office", "scheme", pk, query="?version=2").status_code == 404


@pytest.mark.once
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"weight": "x"}, "weight"),
        ({"kind": "linear"}, "none_at"),
        ({"kind": "linear", "none_at": "1", "full_at": "1"}, "full_at"),
        ({"kind": "steps", "steps": "10: 2\n20: 3"}, "steps"),
        ({"kind": "deduct", "each": "0"}, "each"),
        ({"kind": "rank", "least": "99"}, "least"),
        ({"kind": "manual", "scorer": "nobody"}, "scorer"),
        ({"indicator": ""}, "indicator"),
        ({"measure": "base", "indicator": "hazard.rectification_rate", "base": "2019"}, "measure"),
        ({"measure": "base"}, "base"),
        ({"measure": "base", "base": "19"}, "base"),
        ({"dimension": "nowhere"}, "dimension"),
        ({"name": ""}, "name"),
    ],
)
def test_each_refusal_stands_at_its_field(desk: Desk, changed: dict[str, str], field: str) -> None:
    pk = uuid7()
    commands.make_scheme(pk, name="考核", data=FIGURES, **desk.call())
    form = {
        "seen": 1, "name": "死亡人数", "dimension": "prevent", "weight": "40", "span": "year",
        "indicator": "accident.dead", "measure": "value", "kind": "deduct", "each": "5",
        "better": "down", **changed,
    }  # fmt: skip
    page = desk.post("city", "item", pk, "dead", **form)
    assert page.status_code == 422
    assert f'id="id_{field}"' in page.content.decode()
    assert field in page.context_data["form"].errors if hasattr(page, "context_data") else True
    assert re.search(rf'<a href="#id_{field}"', page.content.decode()), field
    assert Version.objects.get(scheme=pk).version == 1


def test_two_people_dont_overwrite_each_others_draft(desk: Desk) -> None:
    pk = uuid7()
    commands.make_scheme(pk, name="考核", data=POINTS, **desk.call())
    commands.change_scheme(pk, seen=1, data={**POINTS, "digits": 1}, what="x", **desk.call())
    with pytest.raises(MovedOn):
        commands.change_scheme(pk, seen=1, data={**POINTS, "digits": 3}, what="x", **desk.call())
    with pytest.raises(MovedOn):
        commands.put_in_force(pk, seen=1, **desk.call())
    with pytest.raises(NotNow):
        commands.drop_draft(pk, seen=2, **desk.call())
    commands.put_in_force(pk, seen=2, **desk.call())
    commands.change_scheme(pk, seen=0, data={**POINTS, "digits": 3}, what="x", **desk.call())
    commands.drop_draft(pk, seen=2, **desk.call())
    assert Version.objects.filter(scheme=pk).count() == 1


def test_a_scheme_in_force_is_not_changed_by_a_run_of_the_next(desk: Desk) -> None:
    run = desk.published()
    data = {**POINTS, "grades": []}
    commands.change_scheme(run.scheme_id, seen=0, data=data, what="x", **desk.call())
    commands.put_in_force(run.scheme_id, seen=2, **desk.call())
    again = desk.publish(desk.run(run.scheme, reason="新版方案"))
    assert again.version.number == 2
    assert desk.score(again).grade == ""
    assert desk.score(run).grade == "b"
    assert working.differences(run, at=desk.call()["at"]) == []


@pytest.mark.parametrize("code", sorted(presets()))
def test_every_shipped_scheme_can_be_put_in_force_and_says_what_is_ours(
    desk: Desk, code: str
) -> None:
    data = presets()[code].spec("test-city")
    pk = uuid7()
    commands.make_scheme(pk, name=code, data=data, **desk.call())
    commands.put_in_force(pk, seen=1, **desk.call())
    assert "defaults" in data["source"] or "默认" in data["source"]


def test_what_cant_be_read_is_refused_with_its_place() -> None:
    for data, place in (
        ({"items": [{"weight": "1", "rule": {"kind": "magic"}}]}, "items.0.rule.kind"),
        ({"items": [{"weight": "1", "surprise": 1}]}, "items.0.surprise"),
        ({"digits": 99}, "digits"),
        ({"total": "1e99"}, "total"),
        ({"items": {}}, "items"),
        ({"unknown": 1}, "unknown"),
        ({"items": [{"rule": {"kind": "steps", "steps": [[1]]}}]}, "items.0.rule.steps"),
    ):
        with pytest.raises(SchemeUnfit) as refused:
            spec_text.read(data)
        assert refused.value.data["field"] == place
