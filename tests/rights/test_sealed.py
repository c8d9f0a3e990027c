"""S32: what gives rights, what is set, what was closed and what was issued can't be turned in SQL.

Each is changed in the database past the program, as whoever administrates it could: its next use
refuses, the administrators are told, and ``./anlan check`` names it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7

pytestmark = pytest.mark.django_db

CLOSED = """
    day         who        does              -> state
    2024-03-01  inspector  find              -> found
    2024-03-01  office     assign            -> assigned
    2024-03-06  firm       rectify           -> rectified
    2024-03-07  inspector  verify            -> verified
    2024-03-08  office     close             -> closed
"""


def bend(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0, "else nothing was bent"


def named() -> str:
    """What ``./anlan check`` says of seals that don't hold."""
    from anlan.kernel.accounts import records
    from anlan.kernel.loop import seals

    found = [*records.invariants(timezone.now()), *seals.invariants()]
    assert found
    return " ".join(detail for _name, ok, _count, detail in found if not ok)


def alarmed() -> bool:
    from anlan.kernel.accounts import records
    from anlan.kernel.audit import trail

    trail.settle()
    return records.health(timezone.now()) == ["records_bent"]


@pytest.mark.parametrize(
    "change",
    ["state = 'found'", "closed_on = '2020-01-01'", "grade = 'major'", "version = version",
     "seal = NULL", "due_on = NULL", "declared = true"],
)  # fmt: skip
def test_S32_a_closed_case_that_was_changed_is_shown_to_nobody_and_takes_no_step(
    play: Callable[..., Any], client_of: Any, change: str
) -> None:
    from anlan.domain.hazards import commands
    from anlan.domain.hazards.tests.stage import moment
    from anlan.kernel.accounts.records import RecordBent
    from anlan.kernel.loop.models import Case

    stage = play(CLOSED)
    page = reverse("hazards:page", args=[stage.pk])
    browser = client_of(stage.cast.users["office"])
    assert browser.get(page).status_code == 200
    assert not named()
    if "version" in change:  # a seal of another case, or none of ours
        bend("UPDATE loop_case SET seal = 'k1-0000:00' WHERE id = %s", _key(stage.pk))
    else:
        bend(f"UPDATE loop_case SET {change} WHERE id = %s", _key(stage.pk))
    answer = browser.get(page)
    assert answer.status_code == 503
    assert browser.get(f"/api/v1/hazards/{stage.pk}/").status_code == 503
    with pytest.raises(RecordBent):
        commands.look_back(
            stage.pk, holds=True, reason="x", by=stage.cast.actor("office"), request_id=uuid7(),
            at=moment(date(2024, 4, 1)),
        )  # fmt: skip
    assert Case.objects.get(pk=stage.pk).number in named()
    assert alarmed()


def test_S32_a_closed_case_that_was_opened_in_sql_is_named(play: Callable[..., Any]) -> None:
    stage = play(CLOSED)
    bend("UPDATE loop_case SET is_open = true, state = 'verified' WHERE id = %s", _key(stage.pk))
    assert named()


def _key(pk: Any) -> Any:
    return pk.hex if connection.vendor == "sqlite" else pk


def test_S32_what_goes_through_the_program_keeps_its_seal(play: Callable[..., Any]) -> None:
    """Closed, broken out again, closed once more; moved and merged by its own steps."""
    from anlan.kernel.loop.models import Case

    stage = play(CLOSED)
    assert Case.objects.get(pk=stage.pk).seal
    from anlan.domain.hazards import commands
    from anlan.domain.hazards.tests.stage import moment

    commands.look_back(
        stage.pk, holds=False, reason="again", by=stage.cast.actor("inspector"),
        request_id=uuid7(), at=moment(date(2024, 4, 1)),
    )  # fmt: skip
    case = Case.objects.get(pk=stage.pk)
    assert case.is_open
    assert case.seal is None, "an open case has none"
    assert not named()


def test_S32_settings_that_were_turned_in_sql_are_not_worked_with(cast: Any) -> None:
    """Two signatures for a major hazard are a setting: it isn't taken away in the database."""
    from anlan.domain.hazards.tests.stage import ROOT
    from anlan.kernel.accounts.records import RecordBent
    from anlan.kernel.loop import settings

    data = {**settings.DEFAULTS, "rungs": [-3, 1, 7, 15, 31]}
    settings.change("hazard", data, by=ROOT, at=timezone.now())
    assert settings.current("hazard").data["two_to_close"] == ["major"]
    assert not named()
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM loop_loopsettings")
        stored = str(cursor.fetchone()[0])
    assert "major" in stored
    if connection.vendor == "sqlite":
        bend("UPDATE loop_loopsettings SET data = replace(data, '[\"major\"]', '[]')")
    else:
        bend("UPDATE loop_loopsettings SET data = jsonb_set(data, '{two_to_close}', '[]')")
    with pytest.raises(RecordBent):
        settings.current("hazard")
    with pytest.raises(RecordBent):
        settings.versions("hazard")
    assert "loop.loopsettings" in named()
    assert alarmed()


def test_S32_no_setting_is_smuggled_in_beside_the_others(cast: Any) -> None:
    """A row that the program never wrote has no seal."""
    from django.db import models

    from anlan.kernel.accounts.records import RecordBent
    from anlan.kernel.loop import settings
    from anlan.kernel.loop.models import LoopSettings

    row = LoopSettings(
        kind="hazard", version=9, data={**settings.DEFAULTS, "two_to_close": []},
        made_at=timezone.now(), made_by="dba", mac="",
    )  # fmt: skip
    models.Model.save_base(row, raw=True)
    with pytest.raises(RecordBent):
        settings.current("hazard")


def test_S32_an_issued_paper_whose_words_were_changed_is_not_shown(
    cast: Any, client_of: Any
) -> None:
    from anlan.domain.supervision.models import Paper
    from anlan.kernel.accounts.tests.people import make_person
    from anlan.kernel.regions.models import Region
    from tests.rights import foreign

    planted = foreign.plant("PLANTED", area=foreign.HOME, sector="hazchem", at=timezone.now())
    me = make_person("me", "office", area=Region.objects.get(level=0))
    browser = client_of(me)
    page = reverse("supervision:paper", args=[planted.paper])
    export = reverse("supervision:export", args=[planted.paper])
    assert browser.get(page).status_code == 200
    assert browser.get(export).status_code == 200
    assert not named()
    paper = Paper.objects.get()
    bend("UPDATE supervision_paper SET subject = 'other words'")
    assert browser.get(page).status_code == 503
    assert browser.get(export).status_code == 503
    assert str(paper.pk) in named()
    assert alarmed()


def test_S32_every_night_all_are_looked_at_and_the_administrators_are_told(
    cast: Any, client_of: Any
) -> None:
    """Whether or not anybody uses what was changed."""
    from anlan.kernel.accounts import records
    from anlan.kernel.accounts.models import Post, Role
    from anlan.kernel.notices import inbox, watch

    cast.unit("house", "信息中心", "department", "530100")
    admin = cast.person("root", "house", Role.SECURITY_ADMIN)
    post = Post.objects.exclude(user=admin).first()
    assert post is not None
    assert records.look(timezone.now()) == 0
    bend("UPDATE accounts_post SET role = 'leader' WHERE id = %s AND role <> 'leader'", post.pk)
    assert records.look(timezone.now()) == 1
    assert alarmed()
    now = timezone.now()
    assert "records_bent" in watch.alarm(now)
    from anlan.kernel.notices.delivering import fan_out

    fan_out(now)
    assert inbox.unread(Actor(admin.pk, "")) >= 1


def test_S32_check_asks_for_every_table_that_is_sealed() -> None:
    from anlan.config import checking
    from anlan.kernel.accounts import records

    labels = {model._meta.label for model in records.sealed_models()}
    assert labels >= {
        "accounts.Post", "accounts.Jurisdiction", "loop.LoopSettings", "lists.Setting",
        "lists.KindVersion", "supervision.Paper", "supervision.Terms", "inspections.NilRule",
        "enterprises.IndustryRule",
    }  # fmt: skip
    modules = {check.__module__ for check in checking.checks()}
    assert {"anlan.kernel.accounts.records", "anlan.kernel.loop.invariants"} <= modules
