"""S353: an acceptance against a standard's items, entered by page or sheet; failures are hazards."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import MovedOn, NotFound, RequestReused
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards.models import Hazard
from anlan.domain.inspections.acceptance import commands
from anlan.domain.inspections.acceptance.commands import Answer, NewAcceptance
from anlan.domain.inspections.acceptance.facts import INDICATORS
from anlan.domain.inspections.acceptance.queries import invariants
from anlan.domain.inspections.models import Acceptance
from anlan.domain.inspections.tests.street import Street
from anlan.domain.library.models import Article, Basis, Edition, RuleItem, RuleSet, Text
from anlan.kernel.calendar import periods
from anlan.kernel.facts.asking import Query
from anlan.kernel.indicators import compute
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
WORDS = ("园区应当设置环形消防车道。", "配电线路应当穿管敷设。", "每户应当安装剩余电流保护装置。")


class Park:
    """A set of acceptance items of the district, and a firm to hold it against."""

    def __init__(self, street: Street, client_of: Any) -> None:
        self.cast, self.client_of = street.cast, client_of
        street.firms(2)
        self.firm, self.other = Enterprise.objects.order_by("pk")[:2]
        area, unit, now = by_code("530102"), self.cast.units["office"], timezone.now()
        own: dict[str, Any] = {
            "area": area, "path": area.path, "unit": unit, "made_at": now, "made_by": "office",
        }  # fmt: skip
        today = timezone.localdate()
        text = Text.objects.create(**own, title="小微园验收规范", first_on=today)
        edition = Edition.objects.create(
            text=text, number_in=1, state="stands", title="小微园验收规范", effective_on=today,
            made_at=now, made_by="office",
        )  # fmt: skip
        article = Article.objects.create(edition=edition, place=0, label="2.1", words=WORDS[0])
        self.rules = RuleSet.objects.create(**own, title="小微园验收条款", purpose="acceptance")
        self.items = [
            RuleItem.objects.create(
                rule_set=self.rules, place=n, words=words, article=None if n else article
            )
            for n, words in enumerate(WORDS)
        ]

    def new(self, *outcomes: str, **more: Any) -> NewAcceptance:
        given: dict[str, Any] = {
            "pk": uuid7(), "rule_set": self.rules.pk, "enterprise": self.firm.pk,
            "on": timezone.localdate(), "visitor": "王五",
            "answers": {
                item.pk: Answer(outcome, "东侧被堵" if outcome == "failed" else "")
                for item, outcome in zip(self.items, outcomes, strict=True)
            },
        }  # fmt: skip
        return NewAcceptance(**{**given, **more})

    def enter(self, new: NewAcceptance, who: str = "office", request_id: Any = None) -> UUID:
        by = self.cast.actor(who)
        return commands.enter(new, by=by, request_id=request_id or uuid7(), at=timezone.now())

    def posted(self, **more: Any) -> dict[str, Any]:
        data: dict[str, Any] = {
            "pk": uuid7(), "request_id": uuid7(), "firm": self.firm.name,
            "on": timezone.localdate().isoformat(), "visitor": "王五",
        }  # fmt: skip
        return {**data, **{commands.field_of(item.pk): "met" for item in self.items}, **more}

    def post(self, who: str, **data: Any) -> Any:
        url = reverse("acceptances:enter") + f"?set={self.rules.pk}"
        return self.client_of(who).post(url, self.posted(**data))

    def figures(self, code: str = "530102") -> list[Any]:
        now = timezone.now()
        query = Query([], [by_code(code).pk], [periods.day(timezone.localdate(now))], now)
        return [value.value for value in compute.evaluate(INDICATORS, query)]


@pytest.fixture
def park(street: Street, client_of: Any) -> Park:
    return Park(street, client_of)


def holds() -> bool:
    return all(ok for _name, ok, _count, _told in invariants(timezone.now()))


def test_an_item_that_is_not_met_becomes_a_hazard_with_the_item_as_its_basis(park: Park) -> None:
    remark = f"remark_{park.items[0].pk}"
    failed = {commands.field_of(park.items[0].pk): "failed"}
    answer = park.post("office", **failed)
    assert answer.status_code == 422
    assert "Item 1: write what is wrong and where." in answer.content.decode()
    answer = park.post("office", **failed, **{remark: "消防车道被货物占用"})
    row = Acceptance.objects.get()
    assert answer.headers["Location"] == reverse("acceptances:one", args=[row.pk])
    assert (row.met, row.failed, row.passed) == (2, 1, False)
    hazard = Hazard.objects.get()
    assert hazard.description.startswith("消防车道被货物占用")
    assert hazard.basis == "《小微园验收规范》2.1"
    assert (hazard.enterprise_id, hazard.found_by) == (park.firm.pk, "王五")
    assert Basis.objects.get().case_id == hazard.pk
    assert row.items.get(place=1).hazard_id == hazard.pk
    page = park.client_of("office").get(reverse("acceptances:one", args=[row.pk])).content.decode()
    assert hazard.case.number in page
    assert holds()


def test_acceptances_are_counted_and_each_figure_of_the_list_opens_its_rows(park: Park) -> None:
    park.enter(park.new("met", "met", "apart"))
    wrong = park.enter(park.new("failed", "met", "failed", enterprise=park.other.pk))
    # 2 acceptances, one passed; 2 of the 5 items that apply weren't met.
    assert park.figures() == [2, 50, 40]
    browser = park.client_of("city")
    for query, n in (("", 2), ("?outcome=passed", 1), ("?outcome=failed", 1), ("?area=530103", 0)):
        page = browser.get(reverse("acceptances:list") + query).content.decode()
        assert page.count('class="main-link clip-2"') == n, query
    # A set that is out of use takes none, and its acceptances are found by it.
    RuleSet.objects.update(ended_on=timezone.localdate())
    page = browser.get(reverse("acceptances:list") + f"?set={park.rules.pk}").content.decode()
    assert page.count('class="main-link clip-2"') == 2
    assert "no choice" not in page
    enter = reverse("acceptances:enter") + f"?set={park.rules.pk}"
    assert "No set of acceptance items yet" in park.client_of("office").get(enter).content.decode()
    call = {"by": park.cast.actor("office"), "at": timezone.now(), "request_id": uuid7()}
    for _time in range(2):
        commands.withdraw(wrong, reason="园区填错", **call)
    assert park.figures()[0] == 1
    assert Hazard.objects.count() == 2
    assert holds()


def test_a_set_of_check_items_takes_no_acceptance(park: Park) -> None:
    RuleSet.objects.filter(pk=park.rules.pk).update(purpose=RuleSet.Purpose.CHECK)
    with pytest.raises(NotFound):
        park.enter(park.new("failed", "met", "met"))
    assert not Hazard.objects.exists()


def test_hazards_stand_with_their_acceptance_or_not_at_all(
    park: Park, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, request_id = park.new("failed", "met", "met"), uuid7()
    with monkeypatch.context() as broken:
        broken.setattr(commands.facts, "post", lambda *_args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            park.enter(new, request_id=request_id)
    assert not Hazard.objects.exists()
    park.enter(new, request_id=request_id)
    assert (Acceptance.objects.count(), Hazard.objects.count()) == (1, 1)


def test_the_filled_sheet_is_read_into_the_page_and_entered_from_there(park: Park) -> None:
    browser = park.client_of("office")
    taken = browser.get(reverse("library:set_export", args=[park.rules.pk]))
    book = openpyxl.load_workbook(BytesIO(b"".join(taken) if taken.streaming else taken.content))
    rows = book.active
    head = next(r for r in rows.iter_rows() if "Meets it" in [c.value for c in r])
    meets = next(c.column for c in head if c.value == "Meets it")
    first = head[0].row + 1
    for n, said in enumerate(("否", "是", "也许")):
        rows.cell(first + n, meets, said)
    rows.cell(first, meets + 1, "车道被堵")
    # Shifted: rows are known by their words.
    rows.insert_rows(first, 2)
    rows.cell(first, meets, "是")
    kept = BytesIO()
    book.save(kept)
    file = SimpleUploadedFile("x.xlsx", kept.getvalue())
    page = park.post("office", file=file).content.decode()
    assert "也许" in page
    assert "no item of this set" in page
    # The third as it stood in the form.
    assert len(re.findall(r"item_\d+_\d\" checked", page)) == 3
    assert "车道被堵" in page
    assert not Acceptance.objects.exists()
    broken = SimpleUploadedFile("x.xlsx", b"PK\x03\x04 not a workbook")
    assert park.post("office", file=broken).status_code == 200


def test_a_repeat_adds_nothing_and_a_set_that_changed_meanwhile_is_refused(park: Park) -> None:
    new, request_id = park.new("failed", "met", "met"), uuid7()
    for _time in range(2):
        park.enter(new, request_id=request_id)
    assert (Acceptance.objects.count(), Hazard.objects.count()) == (1, 1)
    with pytest.raises(RequestReused):
        park.enter(park.new("met", "met", "met", pk=new.pk), request_id=request_id)
    with pytest.raises(MovedOn):
        park.enter(new)
    late = park.new("met", "met", "met")
    RuleItem.objects.filter(pk=park.items[2].pk).update(withdrawn_at=timezone.now())
    with pytest.raises(MovedOn):
        park.enter(late)
    RuleItem.objects.filter(pk=park.items[2].pk).update(withdrawn_at=None)
    # An item that was written anew keeps its id: nobody says of words that they didn't read.
    refused = park.post("office", seen=park.rules.version - 1)
    assert refused.status_code == 422
    assert "Look its items over" in refused.content.decode()
    assert f'name="seen" value="{park.rules.version}"' in refused.content.decode()
    ahead = timezone.localdate() + timedelta(days=1)
    assert park.post("office", on=ahead.isoformat()).status_code == 422
    assert park.post("office", on="2026-13-45").status_code == 422
    assert park.post("office", firm="没有这家").status_code == 422


def test_S14_nobody_accepts_at_or_reads_of_an_enterprise_elsewhere(park: Park) -> None:
    row = park.enter(park.new("met", "met", "met"))
    one = reverse("acceptances:one", args=[row])
    assert park.client_of("stranger").get(one).status_code == 404
    # Of the other county: the set isn't theirs, and neither is the firm.
    assert "class" in park.client_of("stranger").get(reverse("acceptances:list")).content.decode()
    assert park.post("stranger").status_code in (200, 404)
    assert Acceptance.objects.count() == 1
    url = reverse("acceptances:withdraw", args=[row])
    body = {"request_id": uuid7(), "reason": "x"}
    assert park.client_of("stranger").post(url, body).status_code == 404
    assert park.client_of("city").post(url, body).status_code == 403


@pytest.mark.once
def test_the_list_asks_as_much_of_many_as_of_few(park: Park) -> None:
    browser = park.client_of("office")

    def statements() -> int:
        browser.get(reverse("acceptances:list"))
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(reverse("acceptances:list")).status_code == 200
        return len(seen)

    park.enter(park.new("met", "met", "met"))
    few = statements()
    for _more in range(5):
        park.enter(park.new("met", "met", "met", enterprise=park.other.pk))
    assert statements() == few
