"""The auditor reads names instead of numbers, opens personal values with a reason, takes files."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

if TYPE_CHECKING:
    from anlan.domain.hazards.tests.stage import Cast, Stage
    from anlan.kernel.audit.models import AuditRow

OPENED = """
    day         who     does           -> state
    2024-03-01  office  find           -> found
    2024-03-01  office  assign (firm)  -> assigned
"""


def put(action: str, object_type: str, object_id: Any, **sides: Any) -> AuditRow:
    from anlan.domain.hazards.tests.stage import ROOT
    from anlan.kernel.audit import trail
    from anlan.kernel.audit.models import AuditRow

    with transaction.atomic():
        entry = trail.Entry(action, object_type, object_id, **sides)
        trail.record([entry], by=ROOT, at=timezone.now())
    return AuditRow.objects.filter(action=action).latest("id")


def page(browser: Any, **asked: str) -> str:
    return str(browser.get(reverse("accounts:audit"), asked).content.decode())


def test_numbers_are_read_as_names(
    cast: Cast, play: Callable[..., Stage], signed_in: Callable[..., Any]
) -> None:
    from anlan.kernel.regions.queries import by_code

    stage = play(OPENED)
    area, firm, person = by_code("530102"), cast.units["firm"], cast.users["office"]
    put("x.a", "case", stage.pk, before={"area_id": area.pk, "grade": "ordinary"},
        after={"area_id": by_code("530103").pk, "grade": "major"})  # fmt: skip
    put("x.b", "accounts.unit", firm.pk, before={"lands": [f"{area.pk}/*/*"]},
        after={"lands": [f"{area.pk}/coal/*"]})  # fmt: skip
    put("x.c", "accounts.user", person.pk, after={"role": "office", "unit": firm.pk})
    put("x.d", "accounts.unit", firm.pk, after={"area": area.code})
    browser = signed_in("auditor")
    text = page(browser, action="x.a")
    assert stage.case.number in text
    assert area.full_name in text
    assert "重大" in text
    assert area.full_name in page(browser, action="x.d")
    text = page(browser, action="x.b")
    assert firm.name in text
    assert "煤矿" in text
    assert f"{area.pk}/" not in text
    text = page(browser, action="x.c")
    assert person.username in text
    assert firm.name in text


def test_a_number_that_nobody_knows_stays_a_number(
    cast: Cast, signed_in: Callable[..., Any]
) -> None:
    put("x.a", "accounts.unit", 987654321, after={"unit": 987654321, "odd": {"a": [1, True, None]}})
    assert "987654321" in page(signed_in("auditor"), action="x.a")


@pytest.mark.once
def test_the_list_asks_as_often_for_many_rows_as_for_few(
    cast: Cast, signed_in: Callable[..., Any]
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    units = list(cast.units.values())
    browser = signed_in("auditor")
    counts = []
    for number in (1, 1, 5):
        for unit in units[:number]:
            put("x.a", "accounts.unit", unit.pk, after={"unit": unit.pk, "area_id": unit.area_id})
        with CaptureQueriesContext(connection) as captured:
            page(browser, action="x.a")
        counts.append(len(captured))
    assert counts[1] == counts[2]


# Personal values


def test_S40_personal_values_open_with_a_reason_and_only_in_that_answer(
    cast: Cast, signed_in: Callable[..., Any]
) -> None:
    from anlan.kernel.audit.models import AuditRow
    from anlan.kernel.audit.trail import personal

    subject = f"user:{cast.users['office'].pk}"
    row = put("x.p", "accounts.user", cast.users["office"].pk,
              before={"phone": personal(subject, "13800000001")},
              after={"phone": personal(subject, "13900000002")})  # fmt: skip
    browser = signed_in("auditor")
    one = reverse("accounts:audit_row", args=[row.pk])
    reveal = reverse("accounts:audit_reveal", args=[row.pk])
    for address in (one, reveal):
        text = browser.get(address).content.decode()
        assert "●●●" in text
        assert "13800000001" not in text
    assert "13800000001" not in page(browser, action="x.p")
    refused = browser.post(reveal, {"reason": "  "})
    assert refused.status_code == 422
    assert "13800000001" not in refused.content.decode()
    assert not AuditRow.objects.filter(action="audit.reveal").exists()
    text = browser.post(reveal, {"reason": "核查信访件"}).content.decode()
    assert "13800000001" in text
    assert "13900000002" in text
    entry = AuditRow.objects.get(action="audit.reveal")
    assert (entry.object_id, entry.reason) == (str(row.pk), "核查信访件")
    assert "13800000001" not in browser.get(one).content.decode()


def test_S39_S41_a_person_who_was_forgotten_stays_closed(
    cast: Cast, signed_in: Callable[..., Any]
) -> None:
    from anlan.domain.hazards.tests.stage import ROOT
    from anlan.kernel.audit import queries
    from anlan.kernel.audit.trail import personal

    row = put("x.p", "accounts.user", 1, after={"phone": personal("user:1", "13800000001")})
    queries.forget("user:1", by=ROOT, at=timezone.now(), reason="依申请")
    browser = signed_in("auditor")
    answer = browser.post(reverse("accounts:audit_reveal", args=[row.pk]), {"reason": "核查"})
    assert answer.status_code == 200
    assert "13800000001" not in answer.content.decode()


@pytest.mark.parametrize("who", ["office", "system_admin", "security_admin"])
def test_S27_S40_nobody_else_opens_reveals_or_takes_out(
    cast: Cast, signed_in: Callable[..., Any], who: str
) -> None:
    from anlan.kernel.audit.models import AuditRow

    row = put("x.a", "accounts.unit", 1)
    browser = signed_in(who)
    for address in (
        reverse("accounts:audit_row", args=[row.pk]),
        reverse("accounts:audit_reveal", args=[row.pk]),
        reverse("audit:export", args=["csv"]),
        reverse("audit:export", args=["xlsx"]),
    ):
        assert browser.get(address).status_code == 403
    done = AuditRow.objects.filter(action__in=["audit.export", "audit.reveal"], result="ok")
    assert not done.exists()


# Files


def test_the_csv_is_the_selection_with_a_mark_of_who_took_it(
    cast: Cast, signed_in: Callable[..., Any]
) -> None:
    from anlan.kernel.audit.models import AuditRow

    firm = cast.units["firm"]
    put("x.a", "accounts.unit", firm.pk, reason="=HYPERLINK(1)", after={"name": "新名"})
    put("x.b", "accounts.unit", firm.pk)
    browser = signed_in("auditor")
    answer = browser.get(reverse("audit:export", args=["csv"]), {"action": "x.a"})
    assert answer.streaming
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(content)))
    assert "Auditor" in lines[0][0]
    assert "x.a" in lines[1][0]
    assert "1" in lines[1][0]
    assert len(lines) == 4
    assert lines[3][6] == "x.a"
    assert firm.name in lines[3][7]
    assert lines[3][9] == "'=HYPERLINK(1)", "no spreadsheet runs it"
    entry = AuditRow.objects.get(action="audit.export")
    assert '"rows":1' in str(entry.after)
    assert '"action":"x.a"' in str(entry.after)


def test_the_workbook_holds_the_same_and_other_kinds_are_not_there(
    cast: Cast, signed_in: Callable[..., Any]
) -> None:
    put("x.a", "accounts.unit", cast.units["firm"].pk, after={"name": "新名"})
    browser = signed_in("auditor")
    answer = browser.get(reverse("audit:export", args=["xlsx"]), {"action": "x.a"})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        text = "".join(
            archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")
        )
    assert cast.units["firm"].name in text
    assert "Auditor" in text
    assert browser.get(reverse("audit:export", args=["pdf"])).status_code == 404


def test_more_than_a_file_takes_is_refused_whole(
    cast: Cast, signed_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from anlan.kernel.audit import queries
    from anlan.kernel.audit.models import AuditRow

    for _n in range(3):
        put("x.a", "accounts.unit", 1)
    monkeypatch.setattr(queries, "EXPORT_ROWS_MAX", 2)
    browser = signed_in("auditor")
    answer = browser.get(reverse("audit:export", args=["csv"]), {"action": "x.a"})
    assert answer.status_code == 413
    assert not AuditRow.objects.filter(action="audit.export").exists()
