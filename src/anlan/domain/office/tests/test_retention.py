"""S41: what is past its time is gone from rows, history, search and disk; how long is a setting."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

pytestmark = pytest.mark.django_db
#: Stands in the workbook and nowhere else; pairs of its characters are what the search keeps.
WORD = "饕餮魍魉"
PERSON = "夔牛甲"


def stored() -> dict[str, str]:
    """Every table's rows as text."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = _read(str(cursor.fetchall()))
    return found


def _read(text: str) -> str:
    """JSON keeps characters by their numbers, and a dump doubles the strokes before them."""
    return re.sub(r"\\+u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


def on_disk(text: str) -> list[Path]:
    folder = Path(settings.MEDIA_ROOT) / "imports"
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in
            path.read_bytes()]  # fmt: skip


@pytest.fixture
def batch(cast: Any, tmp_path: Path) -> Any:
    """A workbook with a word and a name of its own, taken in."""
    from anlan.domain.hazards import importing
    from anlan.domain.hazards.tests.stage import ROOT

    path = tmp_path / "in.csv"
    path.write_text(
        "检查日期,企业名称,存在问题,整改责任人,联系电话\n"
        f"2024-06-03,甲厂,{WORD}护栏缺失,{PERSON},13912340001\n"
        f"2024-13-45,甲厂,{WORD}通道堵塞,{PERSON},13912340001\n",
        "utf-8",
    )
    unit = next(iter(cast.units.values()))
    made, _refused = importing.prepare([("台账.csv", path)], unit=unit, by=ROOT, at=timezone.now())
    done = importing.run(made.pk, by=ROOT)
    assert (done.created, done.rejected) == (1, 1)
    assert on_disk(WORD)
    return done


def clear(days: int) -> dict[str, int]:
    from anlan.base.actor import CLOCK
    from anlan.domain.office import retention

    return retention.clear(by=CLOCK, at=timezone.now() + timedelta(days=days))


def test_S41_the_workbook_and_its_rows_go_and_the_cases_stay(batch: Any) -> None:
    from anlan.domain.hazards.models import Hazard, Sighting
    from anlan.domain.office.retention import RULES

    days = RULES["imports"].days
    assert clear(days - 1)["imports"] == 0
    assert on_disk(WORD)
    assert clear(days + 1)["imports"] == 1
    assert not on_disk(WORD)
    assert not [raw for raw in Sighting.objects.values_list("raw", flat=True) if raw]
    kept = stored()
    for table in ("hazards_sighting", "hazards_leftover", "hazards_batch", "hazards_batchfile"):
        assert WORD not in kept[table], table
        assert PERSON not in kept[table], table
    assert Hazard.objects.get().description == f"{WORD}护栏缺失", "what it became is a case"
    assert clear(days + 1)["imports"] == 0, "once is enough"


def test_S41_of_an_import_that_was_undone_no_word_is_left_anywhere(
    batch: Any, signed_in: Callable[..., Any]
) -> None:
    """Rows, history, search and disk; and what adds up still does."""
    from anlan.domain.hazards import importing, invariants
    from anlan.domain.hazards.tests.stage import ROOT
    from anlan.domain.office.retention import RULES

    importing.undo(batch.pk, by=ROOT, at=timezone.now())
    browser = signed_in("office")
    days = RULES["imports_out"].days
    clear(days - 1)
    assert any(WORD in text for text in stored().values())
    assert clear(days + 1)["imports_out"] == 1
    left = [table for table, text in stored().items() if WORD in text or PERSON in text]
    assert not left
    pairs = [WORD[at : at + 2] for at in range(3)]
    found = [table for table, text in stored().items() if any(pair in text for pair in pairs)]
    assert not found, "the search's index keeps pairs"
    assert not on_disk(WORD)
    assert WORD not in browser.get(reverse("search"), {"q": WORD}).content.decode().replace(
        f'value="{WORD}"', ""
    ).replace(f"“{WORD}”", "")
    broken = [name for name, ok, _count, _detail in invariants.invariants(timezone.now()) if not ok]
    assert not broken


def test_S41_a_workbook_that_another_import_was_made_of_stays_for_it(
    batch: Any, cast: Any, tmp_path: Path
) -> None:
    from anlan.domain.hazards import importing
    from anlan.domain.hazards.tests.stage import ROOT
    from anlan.domain.office.retention import RULES

    unit = next(iter(cast.units.values()))
    again = tmp_path / "again.csv"
    again.write_bytes(on_disk(WORD)[0].read_bytes())
    later, _refused = importing.prepare([("台账.csv", again)], unit=unit, by=ROOT,
                                        at=timezone.now() + timedelta(days=2_000))  # fmt: skip
    assert clear(RULES["imports"].days + 1)["imports"] == 1
    assert on_disk(WORD), "the later one is still to be taken in"
    assert importing.run(later.pk, by=ROOT).rejected == 1, "and is read from the disk"


def test_S41_accounts_notices_jobs_and_failed_sign_ins_go_in_their_time(cast: Any) -> None:
    from axes.models import AccessAttempt

    from anlan.base.actor import CLOCK
    from anlan.domain.hazards.tests.stage import ROOT
    from anlan.domain.office.retention import RULES
    from anlan.kernel.accounts import commands
    from anlan.kernel.accounts.models import Role, User
    from anlan.kernel.jobs.models import Job, State
    from anlan.kernel.notices.models import Notice, Recipient

    now = timezone.now()
    leaver = cast.users["inspector"]
    User.objects.filter(pk=leaver.pk).update(
        name=PERSON, email="leaver@office.example", last_seen_at=now
    )
    commands.disable(leaver.pk, by=ROOT, at=now)
    cast.unit("house", "信息中心", "department", "530100")
    keeper = cast.person("keeper", "house", Role.AUDITOR)
    User.objects.filter(pk=keeper.pk).update(last_seen_at=now)
    commands.disable(keeper.pk, by=ROOT, at=now)
    AccessAttempt.objects.create(
        username=PERSON, ip_address="10.0.0.9", failures_since_start=1, attempt_time=now
    )
    AccessAttempt.objects.update(attempt_time=now)
    notice = Notice.objects.create(kind="loop.assigned", about="x", at=now, data={"who": PERSON})
    Recipient.objects.create(notice=notice, user_id=leaver.pk)
    Job.objects.create(
        task="x", payload={"name": PERSON}, state=State.DONE, created_at=now, finished_at=now,
        not_before=now, attempts_max=1,
    )  # fmt: skip
    for code, table in (("attempts", "axes_accessattempt"), ("notices", "notices_notice"),
                        ("jobs", "jobs_job"), ("leavers", "accounts_user")):  # fmt: skip
        rule = RULES[code]

        def one(more: int, rule: Any = rule) -> int:
            at = now + timedelta(days=rule.days + more)
            return rule.clear(at - timedelta(days=rule.days), CLOCK, at)

        assert one(-1) == 0, code
        assert PERSON in stored()[table], code
        assert one(1) == 1, code
        assert PERSON not in stored()[table], code
    gone = User.objects.get(pk=leaver.pk)
    assert gone.erased_at is not None
    assert User.objects.get(pk=keeper.pk).erased_at is None, "while somebody's post administrates"
    assert clear(RULES["leavers"].days + 1)["leavers"] == 0


def test_S41_days_are_a_setting_with_a_floor_that_only_one_administrator_sets(
    cast: Any, signed_in: Callable[..., Any]
) -> None:
    from anlan.domain.office import retention
    from anlan.domain.office.models import RetentionRule
    from anlan.kernel.audit.models import AuditRow

    admin = signed_in("system_admin")
    page = reverse("office:retention")
    assert admin.get(page).status_code == 200

    def set_days(browser: Any, days: object, version: int = 0, code: str = "leavers") -> int:
        data = {"days": days, "version": version, "reason": "第三次会议"}
        return browser.post(reverse("office:set_retention", args=[code]), data).status_code

    def now() -> int:
        return next(one.days for one in retention.in_force() if one.rule.code == "leavers")

    assert set_days(admin, 189) == 422
    assert set_days(admin, 40_000) == 422
    assert set_days(admin, "x") == 422
    assert now() == 730
    assert set_days(admin, 190) == 302
    assert now() == 190
    assert set_days(admin, 400) == 409, "somebody else set it meanwhile"
    assert set_days(admin, 400, version=1) == 302
    assert now() == 400
    assert set_days(admin, 400, code="nothing") == 404
    for role in ("security_admin", "auditor", "office", "leader"):
        other = signed_in(role)
        assert other.get(page).status_code == 403, role
        assert set_days(other, 200, version=2) == 403, role
    assert RetentionRule.objects.count() == 2
    assert AuditRow.objects.filter(action="settings.retention", result="ok").count() == 2


def test_S41_what_was_thrown_away_is_on_record_without_what_it_said(batch: Any) -> None:
    from anlan.domain.office.retention import RULES
    from anlan.kernel.audit.models import AuditRow

    clear(RULES["imports"].days + 1)
    row = AuditRow.objects.get(action="retention.cleared")
    assert (row.object_id, row.after) == ("imports", '{"rows":1}')
    assert AuditRow.objects.filter(action="batch.cleared", object_id=str(batch.pk)).exists()
    assert not AuditRow.objects.filter(after__contains=WORD).exists()
