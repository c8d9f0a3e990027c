"""Transfers (移交) and letters (函告), told through pages: issued, signed, answered, judged."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.domain.hazards.tests.stage import ROOT
from anlan.domain.supervision import commands
from anlan.domain.supervision.invariants import invariants
from anlan.domain.supervision.models import Answer, Item, Paper
from anlan.domain.supervision.tests import acts
from anlan.kernel.accounts.models import Role, Unit, User
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop import ladder
from anlan.kernel.loop.models import Party, Proposal
from anlan.kernel.loop.succession import hand_over_unit
from anlan.kernel.notices import inbox
from anlan.kernel.notices.models import Notice
from anlan.kernel.papers.tests.samples import PDF

pytestmark = pytest.mark.django_db


def test_a_transfer_goes_out_is_signed_answered_item_by_item_and_accepted(cast, client_of, found):
    pks = found(2)
    city, office = client_of("city"), client_of("office")
    page = city.get(reverse("supervision:new", args=["transfer"]))
    assert all(str(pk) in page.content.decode() for pk in pks)
    answer = city.post(reverse("supervision:new", args=["transfer"]), acts.form(cast, pks))
    paper = Paper.objects.get()
    assert answer.status_code == 302
    year = timezone.localdate().year
    assert paper.number == f"昆明市安委办移〔{year}〕1号"

    notice = Notice.objects.get(kind="loop.assigned", about=str(paper.pk))
    assert inbox.item_of(notice).link == reverse("supervision:paper", args=[paper.pk])
    text = office.get(reverse("supervision:paper", args=[paper.pk])).content.decode()
    assert "not signed for" in text
    assert "Sign for receipt" in text
    assert acts.step(office, paper, "receive").status_code == 302
    assert Party.objects.get(case=paper.pk, role="rectifier").received_at is not None

    # The return report waits for every reply.
    first = paper.items.first()
    half = {f"outcome_{first.pk}": "doing", f"reply_{first.pk}": "正在采购"}
    acts.step(office, paper, "reply", **half)
    refused = acts.step(office, paper, "answer", text="已整改")
    assert refused.status_code == 409
    assert acts.step(office, paper, "reply", **acts.replies(paper)).status_code == 302
    file = SimpleUploadedFile("反馈.pdf", PDF)
    assert acts.step(office, paper, "answer", text="两项均已整改", files=file).status_code == 302
    assert Paper.objects.get().case.state == "rectified"

    text = city.get(reverse("supervision:paper", args=[paper.pk])).content.decode()
    assert "两项均已整改" in text
    assert "反馈.pdf" in text
    assert acts.step(city, paper, "accept", reason="属实").status_code == 302
    assert Paper.objects.get().case.state == "closed"
    counted = Fact.objects.filter(case_id=paper.pk, kind__code="transfer.closed")
    assert [fact.quantity for fact in counted] == [1]


def test_a_file_of_an_answer_is_for_whoever_sees_the_paper(cast, client_of, found):
    paper = acts.paper_of(cast, found(1))
    office = client_of("office")
    acts.step(office, paper, "reply", **acts.replies(paper))
    acts.step(office, paper, "answer", text="已整改", files=SimpleUploadedFile("a.pdf", PDF))
    from anlan.kernel.papers.models import Attachment

    file = Attachment.objects.get(object_type="supervision.answer")
    address = reverse("supervision:file", args=[paper.pk, file.pk])
    assert client_of("city").get(address).content.startswith(b"%PDF-")
    assert client_of("stranger").get(address).status_code == 404
    other = acts.paper_of(cast, found(1))
    assert office.get(reverse("supervision:file", args=[other.pk, file.pk])).status_code == 404


def test_what_came_back_is_returned_with_a_new_deadline_and_a_new_round(cast, client_of, found):
    paper = acts.paper_of(cast, found(1))
    office, city = client_of("office"), client_of("city")
    acts.step(office, paper, "reply", **acts.replies(paper))
    acts.step(office, paper, "answer", text="已整改")
    bare = acts.step(city, paper, "send_back", due_on=acts.days(5))
    assert bare.status_code == 422
    gone = acts.step(city, paper, "send_back", reason="无佐证", due_on=acts.days(-1))
    assert gone.status_code == 422
    acts.step(city, paper, "send_back", reason="无佐证", due_on=acts.days(5))
    case = Paper.objects.get().case
    assert (case.state, case.round, case.due_on) == ("assigned", 1, acts.days(5))
    acts.step(office, paper, "answer", text="补充佐证")
    assert list(Answer.objects.order_by("at").values_list("round", "text")) == [
        (0, "已整改"), (1, "补充佐证"),
    ]  # fmt: skip


def test_only_findings_of_unannounced_checks_are_transferred_and_each_once(cast, client_of, found):
    city = client_of("city")
    address = reverse("supervision:new", args=["transfer"])
    own = found(1, source="self_check")
    answer = city.post(address, acts.form(cast, own))
    assert answer.status_code == 422
    assert "Only findings of unannounced checks" in answer.content.decode()
    pks = found(1)
    first = acts.paper_of(cast, pks)
    again = city.post(address, acts.form(cast, pks))
    assert again.status_code == 422
    assert "under another transfer" in again.content.decode()
    assert str(pks[0]) not in city.get(address).content.decode()
    # A withdrawn one lets go of its findings, and keeps its number.
    acts.step(city, first, "withdraw", reason="对象有误")
    assert str(pks[0]) in city.get(address).content.decode()
    second = acts.paper_of(cast, pks)
    assert (first.serial, second.serial) == (1, 2)


def test_F09_a_number_is_given_once_in_an_office_and_year(cast, found):
    first, second = (acts.paper_of(cast, found(1)) for _n in range(2))
    assert (first.serial, second.serial) == (1, 2)
    assert all(row[1] for row in invariants())
    Paper.objects.filter(pk=second.pk).update(serial=3)
    assert not all(row[1] for row in invariants()), "a gap is found"
    Paper.objects.filter(pk=second.pk).update(serial=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.filter(pk=second.pk).update(serial=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.create(paper=second, hazard=first.items.get().hazard, order=9, exclusive=True)


def test_the_same_request_again_issues_nothing_new(cast, client_of, found):
    city, given = client_of("city"), acts.form(cast, found(1))
    for _time in range(2):
        answer = city.post(reverse("supervision:new", args=["transfer"]), given)
        assert answer.status_code == 302
    assert Paper.objects.count() == 1


def test_an_office_sets_its_own_words_and_given_numbers_stay(cast, client_of, found):
    before = acts.paper_of(cast, found(1))
    city = client_of("city")
    address = reverse("supervision:letterhead")
    given = {"office": cast.units["city"].pk, "transfer": "昆安委办移", "letter": ""}
    assert city.post(address, given).status_code == 302
    assert "昆安委办移〔" in city.get(address).content.decode()
    after = acts.paper_of(cast, found(1))
    assert after.number == f"昆安委办移〔{after.year}〕2号"
    assert Paper.objects.get(pk=before.pk).number.startswith("昆明市安委办移")
    foreign = {**given, "office": cast.units["elsewhere"].pk}
    assert city.post(address, foreign).status_code == 422


def test_a_letter_goes_to_the_unit_above_as_well_and_both_sign(cast, client_of, found):
    Unit.objects.filter(pk=cast.units["firm"].pk).update(parent=cast.units["office"])
    city = client_of("city")
    given = acts.form(cast, found(1, source="inspection"), receiver=cast.units["firm"].code)
    given["superior"] = ""
    assert city.post(reverse("supervision:new", args=["letter"]), given).status_code == 302
    paper = Paper.objects.get()
    assert paper.superior == cast.units["office"], "as the register states it"
    assert "函〔" in paper.number
    copied = Notice.objects.get(kind="paper.copied")
    assert cast.units["firm"].name in inbox.item_of(copied).text
    acts.step(client_of("firm"), paper, "receive")
    acts.step(client_of("office"), paper, "receive")
    parties = Party.objects.filter(case=paper.pk, role__in=("rectifier", "supervisor"))
    assert [party.received_at is None for party in parties] == [False, False]
    # The unit above writes back; the letter still waits for whom it was sent to.
    acts.step(client_of("office"), paper, "comment", text="已督促")
    assert Paper.objects.get().case.state == "assigned"
    assert Answer.objects.get().unit == cast.units["office"]


def test_a_letter_without_anybody_above_the_receiver_asks_for_one(cast, client_of, found):
    given = acts.form(cast, found(1), receiver=cast.units["firm"].code, superior="")
    answer = client_of("city").post(reverse("supervision:new", args=["letter"]), given)
    assert answer.status_code == 422
    assert "No unit is known above" in answer.content.decode()


def test_an_unanswered_letter_leads_to_a_talk_that_the_leader_decides(cast, client_of, found):
    start = timezone.now() - timedelta(days=8)
    paper = acts.paper_of(
        cast, found(1, at=start), "letter", receiver="firm", at=start, due=acts.days(-2)
    )
    city, mayor = client_of("city"), client_of("mayor")
    assert acts.step(city, paper, "talk", reason="逾期未复函").status_code == 302
    row = Proposal.objects.get(case=paper.pk)
    assert (row.rung, row.days_late, row.status) == (3, 2, "drafted")
    # Neither twice, nor by whoever may not decide.
    assert acts.step(city, paper, "talk", reason="再次").status_code == 409
    approve = reverse("supervision:talk", args=[paper.pk, row.pk, "approve"])
    assert city.post(approve, {"request_id": uuid7()}).status_code == 403
    assert mayor.post(approve, {"request_id": uuid7()}).status_code == 302
    carry = reverse("supervision:talk", args=[paper.pk, row.pk, "carry_out"])
    mayor.post(carry, {"request_id": uuid7(), "on": acts.days(0), "paper_number": "约谈1号"})
    row.refresh_from_db()
    assert (row.status, row.reason) == ("carried_out", "逾期未复函")
    assert Fact.objects.filter(case_id=paper.pk, kind__code="letter.talked").count() == 1
    [talked] = Fact.objects.filter(case_id=paper.pk, kind__code="supervision.talked")
    assert (talked.subject, talked.quantity) == (f"unit:{cast.units['firm'].pk}", 1)


def test_no_talk_while_the_deadline_runs_and_one_once_an_answer_was_returned(
    cast, client_of, found
):
    paper = acts.paper_of(cast, found(1), "letter", receiver="firm")
    city, firm = client_of("city"), client_of("firm")
    assert acts.step(city, paper, "talk", reason="催办").status_code == 409
    acts.step(firm, paper, "reply", **acts.replies(paper))
    acts.step(firm, paper, "answer", text="已整改")
    acts.step(city, paper, "send_back", reason="未整改到位", due_on=acts.days(3))
    assert acts.step(city, paper, "talk", reason="未整改到位").status_code == 302


def test_an_overdue_reply_climbs_the_ladder(cast, found):
    start = timezone.now() - timedelta(days=20)
    paper = acts.paper_of(cast, found(1, at=start), at=start, due=acts.days(-9))
    ladder.tick(timezone.now())
    assert Paper.objects.get().case.rung == 2
    assert list(Proposal.objects.values_list("case", "rung")) == [(paper.pk, 3)]
    assert Notice.objects.filter(kind="loop.warned", about=str(paper.pk)).exists()


def test_who_has_no_part_in_it_sees_nothing_of_it(cast, client_of, found):
    paper = acts.paper_of(cast, found(1))
    for who in ("stranger", "other_firm"):
        client = client_of(who)
        assert client.get(reverse("supervision:paper", args=[paper.pk])).status_code == 404
        assert client.get(reverse("supervision:export", args=[paper.pk])).status_code == 404
        assert acts.step(client, paper, "receive").status_code == 404
        assert paper.number not in client.get(reverse("supervision:transfers")).content.decode()
    # Who sees it may still not do what is another's.
    assert acts.step(client_of("viewer"), paper, "receive").status_code == 403
    assert acts.step(client_of("office"), paper, "accept").status_code == 403
    assert acts.step(client_of("city"), paper, "answer", text="代答").status_code == 403


def test_the_successor_of_an_office_judges_what_that_office_sent(cast, client_of, found):
    paper = acts.paper_of(cast, found(1))
    cast.unit("merged", "昆明市应急委办", "committee_office", "530100")
    person = cast.person("merged", "merged", Role.OFFICE)
    User.objects.filter(pk=person.pk).update(password_changed_at=timezone.now())
    now = timezone.now()
    with transaction.atomic():
        hand_over_unit(
            [cast.units["city"].pk], cast.units["merged"], by=ROOT, at=now, request_id=uuid7(),
            reason="机构改革",
        )  # fmt: skip
    office = client_of("office")
    acts.step(office, paper, "reply", **acts.replies(paper))
    acts.step(office, paper, "answer", text="已整改")
    assert acts.step(client_of("merged"), paper, "accept").status_code == 302
    assert Paper.objects.get().case.state == "closed"


def test_a_paper_takes_only_cases_that_its_office_sees(cast, found):
    away = acts.find(cast, 1, area="530302")
    with pytest.raises(NotFound):
        acts.paper_of(cast, away)
    new = commands.NewPaper(
        pk=uuid7(), kind="transfer", office=cast.units["elsewhere"].pk,
        receiver=cast.units["office"].pk, subject="x", due_on=acts.days(3),
        hazards=tuple(found(1)),
    )  # fmt: skip
    with pytest.raises(NotFound):
        commands.issue(new, by=cast.actor("city"), request_id=uuid7(), at=timezone.now())


def test_the_workbook_of_a_paper_has_every_finding_and_its_reply(cast, client_of, found):
    import openpyxl

    paper = acts.paper_of(cast, found(3))
    acts.step(client_of("office"), paper, "reply", **acts.replies(paper, text="=1+1 已整改"))
    answer = client_of("city").get(reverse("supervision:export", args=[paper.pk]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row]
    assert any(paper.number in cell for cell in cells)
    assert sum("已整改" in cell for cell in cells) == 3
    assert not any(cell.startswith("=") for cell in cells), "no formula out of a text"


@pytest.mark.parametrize("page", ["transfers", "letters"])
def test_a_list_asks_the_same_whatever_its_length(
    cast, client_of, found, django_assert_num_queries, page
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    city, address = client_of("city"), reverse(f"supervision:{page}")
    kind = page.removesuffix("s")
    acts.paper_of(cast, found(1), kind, receiver="firm")
    city.get(address)
    with CaptureQueriesContext(connection) as few:
        city.get(address)
    for _n in range(5):
        acts.paper_of(cast, found(2), kind, receiver="firm")
    with django_assert_num_queries(len(few)):
        assert city.get(address).content.decode().count("〔") >= 6
