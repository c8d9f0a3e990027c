"""The demo's parts, each through the commands that an office would use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.config import demo, demo_enforcement, demo_offices, demo_statistics, demo_work
from anlan.domain.enforcement import invariants as enforcement_invariants
from anlan.domain.enterprises import commands as enterprises
from anlan.domain.enterprises.commands import Wanted
from anlan.domain.hazards import commands
from anlan.domain.hazards.commands import Finding
from anlan.domain.hazards.models import Hazard
from anlan.domain.statistics import settings as statistics
from anlan.domain.statistics.truth import checks
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import Post, Unit, UnitKind, User
from anlan.kernel.calendar import periods
from anlan.kernel.loop.models import Case, Listing
from anlan.kernel.regions.models import Region

BY = Actor(None, "cli:test", trusted=True)
pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def offices(at, settings):
    # What is proved here is that passwords differ, not how slowly they are hashed.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    demo_offices.make_units(demo.PROVINCE, by=BY, at=at)
    return demo_offices.make_people(
        demo_offices.people(demo.PROVINCE),
        by=BY,
        at=at,
        admin_unit=demo_offices.office_code(demo.PROVINCE),
    )


def test_the_offices_of_a_province(offices):
    offices_made = Unit.objects.filter(kind=UnitKind.COMMITTEE_OFFICE)
    assert offices_made.count() == 1 + 16 + 129
    district = Unit.objects.get(code=demo_offices.office_code("530102"))
    assert district.name == "五华区安全生产委员会办公室"
    assert district.parent.name == "昆明市安全生产委员会办公室"
    fire = Unit.objects.get(code="530102-xf")
    assert fire.name == "五华区消防救援大队"
    assert fire.parent.name == "昆明市消防救援支队"
    assert [land.sector_id for land in fire.jurisdictions.all()] == ["fire"]
    assert not demo_offices.make_units(demo.PROVINCE, by=BY, at=timezone.now()) < 3_000


def test_s07_each_person_has_a_password_of_their_own(offices):
    assert len(set(offices.values())) == len(offices) == User.objects.count()
    for username, password in offices.items():
        assert User.objects.get(username=username).check_password(password)
    assert Post.objects.count() == len(offices)


def _hazards(at, count=60):
    """Open hazards of the capital at ten enterprises, some of them major, some of them late."""
    area = Region.objects.get(code=demo_offices.DISTRICT)
    unit = demo_offices.unit(demo_offices.office_code(demo_offices.DISTRICT))
    today = timezone.localdate(at)
    firms = enterprises.match(
        [Wanted(f"五华区模拟厂{n % 10}", area.pk, area.path) for n in range(count)], by=BY, at=at
    )
    findings = [
        Finding(
            pk=uuid7(), description=f"模拟隐患{n}", area_id=area.pk, unit_id=unit.pk,
            opened_on=today - timedelta(days=12), sector="industry",
            grade="major" if n % 9 == 0 else "ordinary", source="inspection",
            enterprise_id=firms[n].id, due_on=today + timedelta(days=n % 15 - 4),
        )
        for n in range(count)
    ]  # fmt: skip
    commands.find(findings, by=BY, request_id=uuid7(), at=at)


def test_a_day_of_work_goes_round_the_loop(offices, at):
    _hazards(at)
    made = demo_work.work(by=BY, at=at)
    assert set(made) == {demo_work.FIRM_USER, demo_work.GRID_USER}
    states = {}
    for state in Case.objects.values_list("state", flat=True):
        states[state] = states.get(state, 0) + 1
    assert states["closed"] > 5
    assert states["rectified"] > 0
    assert states["assigned"] > 5
    assert Case.objects.filter(round__gt=0).exists()
    assert Listing.objects.exists()
    # Nobody checked their own work.
    officer = held.actor(
        User.objects.get(username=demo_work.FIRM_USER), today=timezone.localdate(at)
    )
    for row in Hazard.objects.filter(case__state="closed").select_related("case"):
        done = dict(row.case.events.values_list("step", "user_id"))
        assert done["rectify"] == officer.user_id
        assert done["verify"] != officer.user_id


def test_the_truth_checks_have_something_to_ask_about(offices, at):
    day = timezone.localdate(at)
    office = held.actor(User.objects.get(username="km.office"), today=day)
    demo_statistics._same_words(office, at)
    asked = checks.Asked(
        Region.objects.get(code=demo_offices.CAPITAL), periods.month(day), None, at, BY,
        statistics.truth(),
    )  # fmt: skip
    [flag] = [flag for one in checks.run(asked) for flag in one.flags if one.rule == "wording"]
    assert len(flag.records) == demo_statistics.SAME_WORDS


def test_the_book_of_enforcement_fills_the_monthly_table(offices, at):
    """Every figure of the quarter has something behind it, and each stands by its rows."""
    _hazards(at)
    firms = [
        enterprises.NewEnterprise(
            name=f"五华区演示工厂{n}", area_id=Region.objects.get(code="530102").pk,
            sector_id=("hazchem", "industry")[n % 2],
        )
        for n in range(44)
    ]  # fmt: skip
    enterprises.put_enterprises(firms, by=BY, at=at, source="test")
    demo_enforcement.enforcement(at=at)
    assert all(ok for _name, ok, _n, _told in enforcement_invariants.invariants(at))
    counted = enforcement_invariants.of_ledger()
    lacks = {code for code, n in counted.items() if not n}
    assert lacks == {"enforcement.revoked"}


def test_the_table_of_a_month_adds_up(offices, at):
    _hazards(at)
    month = periods.month(timezone.localdate(at) - timedelta(days=12))
    lines = demo.month_table(month, at).splitlines()
    rows = {line.split()[0]: line.split()[1:] for line in lines[2:]}
    assert rows["昆明市"][0] == "60"
    total = lines[-1].split()
    assert len(rows) == 17
    assert "60" in total


def test_the_demo_of_another_day_is_not_confused():
    early = datetime(2026, 11, 3, tzinfo=UTC).date()
    assert demo._month(early).code == "2026-10"
    assert demo._month(early.replace(day=20)).code == "2026-11"


def test_a_demo_too_small_to_show_anything_is_refused(capsys):
    from argparse import ArgumentParser

    from anlan.config.cli_commands import _demo

    parser = ArgumentParser()
    _demo(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--hazards", "200"])
    assert "400" in capsys.readouterr().err
    assert parser.parse_args(["--hazards", "400"]).hazards == 400
