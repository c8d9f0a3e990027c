"""Several at once: numbers without a twin, findings and days that only one of them gets (F09)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.commands import Finding
from anlan.domain.supervision import commands
from anlan.domain.supervision.commands import NewMember, NewPaper
from anlan.domain.supervision.models import Item, LogEntry, Paper, Team
from anlan.domain.supervision.tests.acts import days
from anlan.kernel.accounts import commands as accounts
from anlan.kernel.facts.models import Fact
from anlan.kernel.regions.models import Region

pytestmark = pytest.mark.realdb
ROOT = Actor(None, "cli:races", trusted=True)


def units():
    area = Region.objects.get(code="530102")
    return [
        accounts.create_unit(f"race-{n}", f"单位{n}", "other", area, by=ROOT, at=timezone.now())
        for n in range(2)
    ]


def find(unit, count, grade="ordinary"):
    area = Region.objects.get(code="530102")
    findings = [
        Finding(
            pk=uuid7(), description=f"暗访问题{n}", area_id=area.pk, unit_id=unit.pk,
            opened_on=timezone.localdate(), source="covert", grade=grade,
        )
        for n in range(count)
    ]  # fmt: skip
    return hazards.find(findings, by=ROOT, request_id=uuid7(), at=timezone.now())


def issue(number, office, receiver, pk):
    by = Actor(None, f"cli:{number}", trusted=True)
    new = NewPaper(
        pk=uuid7(), kind="transfer", office=office.pk, receiver=receiver.pk, subject="移交",
        due_on=days(9), hazards=(pk,),
    )  # fmt: skip
    try:
        commands.issue(new, by=by, request_id=uuid7(), at=timezone.now())
    except Refusal as refusal:
        return refusal.code
    return "issued"


def test_F09_eight_papers_at_once_get_eight_numbers_without_a_gap(realdb):
    office, receiver = units()
    pks = find(office, 8)
    answers = realdb.together(lambda n: issue(n, office, receiver, pks[n]), 8)
    assert answers == ["issued"] * 8
    serials = sorted(Paper.objects.values_list("serial", flat=True))
    assert serials == list(range(1, 9))


def test_F09_one_finding_is_transferred_by_one_of_six(realdb):
    office, receiver = units()
    [pk] = find(office, 1)
    answers = realdb.together(lambda n: issue(n, office, receiver, pk), 6)
    assert sorted(answers) == ["already_transferred"] * 5 + ["issued"]
    assert Item.objects.filter(hazard=pk).count() == 1
    # Whoever was too late left no number behind.
    assert list(Paper.objects.values_list("serial", flat=True)) == [1]


def test_F09_one_day_of_a_team_counts_once(realdb):
    office, _receiver = units()
    [pk] = find(office, 1, grade="major")
    now = {"at": timezone.now(), "by": ROOT}
    hazards.put_on_list(
        pk,
        level=3,
        number="并发1号",
        due_on=days(9),
        supervisor=office.pk,
        request_id=uuid7(),
        **now,
    )
    team = commands.send_team(
        pk, since=days(0), task="驻点", members=[NewMember("张三", "某局")],
        request_id=uuid7(), **now,
    )  # fmt: skip

    def log(number):
        by = Actor(None, f"cli:{number}", trusted=True)
        try:
            commands.log_day(
                team, day=days(0), action="排查", moved_out=5, by=by, request_id=uuid7(),
                at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            return refusal.code
        return "logged"

    assert sorted(realdb.together(log, 6)) == ["logged"] + ["team_refused"] * 5
    assert LogEntry.objects.count() == Team.objects.count() == 1
    counted = Fact.objects.filter(kind__code="supervision.moved_out")
    assert sum(counted.values_list("quantity", flat=True)) == 5
