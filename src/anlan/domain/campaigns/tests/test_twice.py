"""A form that is sent twice under one id makes one record, and leads to the same place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps

from anlan.base.ids import uuid7
from anlan.domain.campaigns.tests.house import House

pytestmark = pytest.mark.django_db


def asked(house: House, name: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The view with its arguments, and what is sent to it."""
    day, unit = house.today, house.cast.units["city"].pk
    span = {"starts_on": day, "ends_on": day + timedelta(60)}
    if name == "campaign":
        return ("campaigns:new",), {"title": "专项行动", "unit": unit, **span}
    if name == "letter":
        return ("campaigns:new_letters",), {
            "title": "责任书", "unit": unit, "due_on": day + timedelta(20), **span,
            "gives_unit": "昆明市人民政府", "takers": "五华区安委办", "articles": "不发生重特大事故",
        }  # fmt: skip
    campaign = house.campaign()
    return {
        "plan": (("campaigns:new_plan", campaign),
                 {"title": "方案", "unit": unit, "kind": "master", **span}),
        "organ": (("campaigns:new_organ", campaign),
                  {"name": "领导小组", "kind": "leading_group", "since": day}),
        "hearing": (("campaigns:new_hearing", campaign), {"body": "安委会", "due_on": day}),
        "meeting": (("campaigns:meeting_new", campaign),
                    {"title": "例会", "unit": unit, "held_on": day, "seen": ""}),
    }[name]  # fmt: skip


@pytest.mark.parametrize("name", ["campaign", "plan", "organ", "letter", "hearing", "meeting"])
def test_the_same_form_twice_makes_one_and_leads_to_it(house: House, name: str) -> None:
    view, data = asked(house, name)
    rows = apps.get_model("campaigns", name)._default_manager
    before = rows.count()
    sent = {**data, "request_id": uuid7()}
    first, again = (house.post("city", *view, **sent) for _n in range(2))
    assert first.status_code == 302, first.content.decode()[-3000:]
    assert (again.status_code, again.get("Location")) == (302, first["Location"])
    assert rows.count() == before + 1
    # The same id for something else is refused all the same.
    words = next(key for key in ("title", "name", "body") if key in data)
    assert house.post("city", *view, **{**sent, words: "别的"}).status_code in (409, 422)
    assert rows.count() == before + 1
