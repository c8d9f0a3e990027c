"""Double assignment (双重交办、双重督办): both lines confirm, or it isn't closed."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.tests.stage import ROOT
from anlan.domain.supervision.tests.test_listed import act, page
from anlan.kernel.accounts.models import Role
from anlan.kernel.loop import settings
from anlan.kernel.loop.models import Case, Party
from anlan.kernel.notices.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(cast):
    cast.unit("bureau", "五华区应急管理局", "department", "530102")
    cast.person("bureau", "bureau", Role.INSPECTOR)
    return {
        "territory": cast.units["office"].code, "regulator": cast.units["bureau"].code,
    }  # fmt: skip


def verified(cast, pk):
    """Up to the step before closing."""
    now = {"at": timezone.now()}
    firm, inspector = cast.actor("firm"), cast.actor("inspector")
    hazards.assign([pk], rectifier=cast.units["firm"].pk, by=inspector, request_id=uuid7(), **now)
    hazards.rectify(pk, result="已整改", by=firm, request_id=uuid7(), **now)
    hazards.verify([pk], by=inspector, request_id=uuid7(), **now)


def test_both_lines_confirm_before_it_is_closed(cast, client_of, found, lines):
    [pk] = found(1)
    office = client_of("office")
    assert act(office, pk, "double", reason="双重交办", **lines).status_code == 302
    assert Notice.objects.get(kind="listed.doubled").recipients.count() == 2
    assert act(office, pk, "double", **lines).status_code == 409
    verified(cast, pk)
    text = office.get(reverse("supervision:double"), {"state": "waiting"}).content.decode()
    assert str(pk) in text
    now = {"at": timezone.now()}
    with pytest.raises(Refusal) as refused:
        hazards.close([pk], by=cast.actor("leader"), request_id=uuid7(), **now)
    assert refused.value.code == "reviews_missing"
    hazards.review(pk, by=cast.actor("office"), request_id=uuid7(), **now)
    with pytest.raises(Refusal):
        hazards.close([pk], by=cast.actor("leader"), request_id=uuid7(), **now)
    hazards.review(pk, by=cast.actor("bureau"), request_id=uuid7(), **now)
    assert "confirmed" in page(office, pk)
    waiting = office.get(reverse("supervision:double"), {"state": "waiting"})
    assert str(pk) not in waiting.content.decode()
    hazards.close([pk], by=cast.actor("leader"), request_id=uuid7(), **now)
    assert Case.objects.get(pk=pk).state == "closed"


def test_two_different_units_are_needed(cast, client_of, found, lines):
    [pk] = found(1)
    office = client_of("office")
    same = {**lines, "regulator": lines["territory"]}
    assert act(office, pk, "double", **same).status_code == 422
    assert act(office, pk, "double", territory=lines["territory"]).status_code == 422
    assert not Party.objects.filter(case=pk, role="territory").exists()


def test_what_the_rules_want_doubled_and_nobody_did_is_listed(cast, client_of, found, lines):
    data = {**settings.current("hazard").data, "double_assignment": ["covert"]}
    settings.change("hazard", data, by=ROOT, at=timezone.now())
    missing, done = found(2)
    [other] = found(1, source="self_check")
    office = client_of("office")
    act(office, done, "double", **lines)
    text = office.get(reverse("supervision:double"), {"state": "missing"}).content.decode()
    assert str(missing) in text
    assert str(done) not in text
    assert str(other) not in text


def test_strangers_and_viewers_assign_nothing(cast, client_of, found, lines):
    [pk] = found(1)
    assert act(client_of("stranger"), pk, "double", **lines).status_code == 404
    assert act(client_of("viewer"), pk, "double", **lines).status_code == 403


def test_the_list_asks_the_same_whatever_its_length(
    cast, client_of, found, lines, django_assert_num_queries
):
    office, address = client_of("office"), reverse("supervision:double")
    for pk in found(1):
        act(office, pk, "double", **lines)
    office.get(address)
    with CaptureQueriesContext(connection) as few:
        office.get(address)
    asked = len(few)  # Counted before the next request clears the log.
    assert asked
    pks = found(4)
    for pk in pks:
        act(office, pk, "double", **lines)
    with django_assert_num_queries(asked):
        text = office.get(address).content.decode()
    assert all(str(pk) in text for pk in pks)
