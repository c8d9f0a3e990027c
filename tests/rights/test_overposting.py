"""S15: whatever is posted beside it, a form or call changes what it shows and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7


def evil(field: Any) -> Any:
    """A value that differs from whatever stands in the field."""
    match field.get_internal_type():
        case "BooleanField":
            return "on"
        case "DateField":
            return "1999-09-09"
        case "DateTimeField":
            return "1999-09-09T09:09"
        case "UUIDField":
            return str(uuid7())
        case "JSONField":
            return '{"evil": true}'
        case kind if "Integer" in kind or "Auto" in kind or field.is_relation:
            return "987654"
        case "DecimalField":
            return "12.5"
    return "evil"


def overloaded(data: dict[str, Any], *models: Any) -> dict[str, Any]:
    """``data`` with every other column of these models beside it, by both of its names."""
    more = {
        name: evil(field)
        for model in models
        for field in model._meta.concrete_fields
        for name in {field.name, field.attname, f"case.{field.name}"}
    }
    return {**more, **data}


def state_of(row: Any) -> dict[str, Any]:
    fresh = type(row).objects.get(pk=row.pk)
    return {field.attname: getattr(fresh, field.attname) for field in row._meta.concrete_fields}


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


STEPS = {
    # Who posts which step with what, and which columns of case and hazard it may change.
    "amend": ("inspector", {"description": "新描述", "funds": ""}, {
        "description", "place", "category", "measure", "responsible_unit", "responsible_person",
        "funds", "contingency", "remarks", "version"}),
    "assign": ("office", {"rectifier": "test-firm", "due_on": "", "supervisor": "", "territory": "",
                          "regulator": "", "reason": ""},
               {"state", "due_on", "due_rule", "due_at", "step_due_on", "version",
                "due_provisional", "rung"}),
    "grade": ("inspector", {"grade": "major", "basis": "第三条", "reason": "x"},
              {"grade", "basis", "grade_confirmed_by", "version", "due_on", "due_rule"}),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("step", STEPS)
def test_S15_a_step_changes_its_own_columns_whatever_is_posted(
    cast: Any, client_of: Any, play: Any, step: str
) -> None:
    from anlan.domain.hazards.models import Hazard
    from anlan.kernel.loop.models import Case

    stage = play("day who does -> state\n2024-03-01 inspector find -> found")
    case, hazard = stage.case, Hazard.objects.get(pk=stage.pk)
    before = state_of(case) | state_of(hazard)
    who, data, allowed = STEPS[step]
    own = {"request_id": str(uuid7()), "seen": case.version, **data}
    posted = overloaded(own, Hazard, Case)
    if step == "grade":
        posted["grade"] = "major"
    answer = client_of(cast.users[who]).post(reverse("hazards:step", args=[stage.pk, step]), posted)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    found = changed(before, state_of(case) | state_of(hazard))
    assert found, "else nothing was tried"
    assert found <= allowed, f"{step} also changed {sorted(found - allowed)}"


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["viewer", "firm", "other_firm", "stranger"])
def test_S15_whoever_may_not_take_a_step_changes_no_column_with_it(
    cast: Any, client_of: Any, play: Any, who: str
) -> None:
    from anlan.domain.hazards import steps
    from anlan.domain.hazards.models import Hazard
    from anlan.kernel.loop.models import Case

    stage = play("day who does -> state\n2024-03-01 inspector find -> found")
    case, hazard = stage.case, Hazard.objects.get(pk=stage.pk)
    before = state_of(case) | state_of(hazard)
    browser = client_of(cast.users[who])
    for page in steps.PAGES:
        data = overloaded({"request_id": str(uuid7()), "seen": case.version}, Hazard, Case)
        status = browser.post(reverse("hazards:step", args=[stage.pk, page.code]), data).status_code
        assert status in (403, 404, 409, 422), (page.code, status)
    assert changed(before, state_of(case) | state_of(hazard)) == set()


@pytest.mark.django_db
def test_S15_a_program_sets_nothing_that_the_description_does_not_name(
    cast: Any, client_of: Any
) -> None:
    from anlan.domain.hazards.models import Hazard
    from anlan.kernel.loop.models import Case

    pk = uuid7()
    body = overloaded(
        {
            "description": "楼梯间堆物", "area": "530102", "found_on": "2024-03-01",
            "kind": "hazard", "grade": "ordinary", "source": "inspection", "place": "三楼",
            "due_on": None, "fixed": "", "about": "enterprise", "object": {}, "sector": None,
        },
        Hazard, Case,
    )  # fmt: skip
    answer = client_of(cast.users["office"]).put(
        f"/api/v1/hazards/{pk}/finding/{uuid7()}/", body, content_type="application/json"
    )
    assert answer.status_code == 200, answer.content
    case, hazard = Case.objects.get(pk=pk), Hazard.objects.get(pk=pk)
    assert (case.state, case.version, case.listed, case.rung) == ("found", 1, False, 0)
    assert case.unit_id == cast.units["office"].pk
    assert case.declared is False
    assert hazard.grade_confirmed_by is None
    values = {**vars(case), **vars(hazard)}
    assert "evil" not in [value for value in values.values() if isinstance(value, str)]
    assert 987654 not in list(values.values())


@pytest.mark.django_db
def test_S15_changing_a_person_makes_nobody_more_than_they_were(cast: Any, client_of: Any) -> None:
    from anlan.kernel.accounts.models import Post, Role, User

    cast.unit("house", "信息中心", "department", "530100")
    admin = client_of(cast.person("sys", "house", Role.SYSTEM_ADMIN))
    target = cast.users["viewer"]
    before, posts = state_of(target), list(Post.objects.filter(user=target).values())
    data = overloaded({"name": "新名", "email": "", "expires_on": ""}, User, Post)
    url = reverse("accounts:change_person", args=[target.pk])
    assert admin.post(url, {**data, "is_superuser": "on", "is_staff": "on"}).status_code == 302
    assert changed(before, state_of(target)) <= {"name", "email", "expires_on"}
    assert User.objects.get(pk=target.pk).name == "新名"
    assert list(Post.objects.filter(user=target).values()) == posts


@pytest.mark.django_db
def test_S15_an_enterprises_form_changes_what_it_shows_and_nothing_else(
    cast: Any, client_of: Any
) -> None:
    from anlan.domain.enterprises import commands
    from anlan.domain.enterprises.models import Enterprise
    from anlan.domain.hazards.tests.stage import ROOT as BY
    from anlan.kernel.regions.queries import by_code

    new = commands.NewEnterprise(name="甲厂", area_id=by_code("530102").pk)
    pk = commands.put_enterprises([new], by=BY, at=timezone.now(), source="test")[0].id
    row = Enterprise.objects.get(pk=pk)
    before = state_of(row)
    shown = {
        "name": "乙厂", "kind": "enterprise", "area": "530102", "version": row.version,
        "credit_code": "", "industry": "", "sector": "", "address": "新址", "lon": "", "lat": "",
        "scale": "", "regulator": "",
    }  # fmt: skip
    answer = client_of(cast.users["office"]).post(
        reverse("enterprises:edit", args=[pk]), overloaded(shown, Enterprise)
    )
    assert answer.status_code == 302, answer.content.decode()[:3000]
    found = changed(before, state_of(row))
    assert {"name", "address"} <= found
    assert found <= {"name", "plain_name", "address", "kind", "version", "updated_at"}
