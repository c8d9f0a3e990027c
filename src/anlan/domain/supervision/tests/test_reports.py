"""Major hazards reported straight to the province (直报), and to both sides (双报告)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.enterprises import commands as enterprises
from anlan.domain.enterprises.commands import NewEnterprise
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.tests.stage import ROOT
from anlan.domain.supervision import commands, terms
from anlan.domain.supervision.models import DirectCopy, DirectReport, DualReport, Terms
from anlan.domain.supervision.terms import InForce
from anlan.domain.supervision.tests import acts
from anlan.domain.supervision.tests.test_listed import act, page
from anlan.domain.supervision.tests.test_papers import PDF
from anlan.kernel.accounts.models import Role
from anlan.kernel.calendar import periods
from anlan.kernel.notices.models import Notice
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def province(cast):
    cast.unit("province", "云南省安委办", "committee_office", "530000")
    cast.person("province", "province", Role.OFFICE)
    cast.person("governor", "province", Role.LEADER)
    return cast


@pytest.fixture
def firm(db):
    row = NewEnterprise(name="五华模拟化工有限公司", area_id=by_code("530102").pk)
    now = timezone.now()
    return enterprises.put_enterprises([row], by=ROOT, at=now, source="test")[0].id


@pytest.fixture
def major(cast, firm):
    def make(days=0, **more):
        at = timezone.now() - timedelta(days=days)
        given = {"source": "inspection", "grade": "major", "enterprise": firm, **more}
        return acts.find(cast, 1, at=at, on=acts.days(-days), **given)[0]

    return make


def set_terms(cast, who="governor", **given):
    values = {"hours": None, "since": None, "period": "", "reason": "省安委会会议", **given}
    version = terms.in_force().version
    return commands.set_terms(version, by=cast.actor(who), at=timezone.now(), **values)


def midnight(day):
    return f"{day}T00:01"


def test_a_direct_report_skips_the_tiers_that_get_copies_and_all_sign(province, client_of, major):
    pk = major()
    inspector = client_of("inspector")
    given = {"found_at": midnight(acts.days(0)), "text": "储罐泄漏，已撤人断电"}
    assert act(inspector, pk, "report_direct", **given).status_code == 302
    copies = DirectCopy.objects.filter(report=pk).order_by("level")
    assert [copy.unit.name for copy in copies] == ["云南省安委办", "昆明市安委办", "五华区安委办"]
    notice = Notice.objects.get(kind="listed.reported")
    assert notice.recipients.count() == 3
    assert DirectReport.objects.get().late is None, "no limit was set"
    assert act(client_of("governor"), pk, "receive_direct").status_code == 302
    assert act(client_of("office"), pk, "receive_direct").status_code == 302
    signed = [copy.received_at is not None for copy in copies.all()]
    assert signed == [True, False, True]
    assert "储罐泄漏" in page(client_of("province"), pk)
    # Once and no more, and only of a major hazard.
    assert act(inspector, pk, "report_direct", **given).status_code == 409
    ordinary = major(grade="ordinary")
    assert act(inspector, ordinary, "report_direct", **given).status_code == 409


def test_the_hour_of_finding_is_of_the_day_found(province, client_of, major):
    pk = major(days=1)
    office = client_of("office")
    for wrong in (midnight(acts.days(0)), midnight(acts.days(-2))):
        answer = act(office, pk, "report_direct", found_at=wrong, text="泄漏")
        assert answer.status_code == 422
        assert "state the time of that day" in answer.content.decode()


def test_without_an_office_of_the_province_nothing_is_half_reported(cast, client_of, major):
    pk = major()
    given = {"found_at": midnight(acts.days(0)), "text": "泄漏"}
    assert act(client_of("office"), pk, "report_direct", **given).status_code == 409
    assert not DirectReport.objects.exists()


def test_late_and_never_reported_ones_are_listed_by_the_limit(province, client_of, major):
    never, late, timely, old = major(days=3), major(days=2), major(), major(days=40)
    set_terms(province, hours=24, since=acts.days(-10))
    office = client_of("office")
    for pk, days in ((late, 2), (timely, 0)):
        given = {"found_at": midnight(acts.days(-days)), "text": "泄漏"}
        assert act(office, pk, "report_direct", **given).status_code == 302
    assert [row.late for row in DirectReport.objects.order_by("reported_at")] == [True, False]

    def shown(**query):
        text = office.get(reverse("supervision:direct"), query).content.decode()
        return {pk for pk in (never, late, timely, old) if str(pk) in text}

    assert shown() == {never, late, timely}, "found before the duty began doesn't count"
    assert shown(state="never") == {never}
    assert shown(state="late") == {late}
    assert shown(state="reported") == {late, timely}
    # A limit that changes later judges nobody anew.
    set_terms(province, hours=240)
    assert DirectReport.objects.get(pk=late).late is True


def test_no_limit_is_said_to_be_none(province, client_of, major):
    major(days=30)
    text = client_of("office").get(reverse("supervision:direct")).content.decode()
    assert "No limit is set" in text


def test_only_the_topmost_head_sets_the_terms_and_each_version_stays(province, client_of):
    address = reverse("supervision:terms")
    given = {"version": 0, "hours": 2, "since": "", "period": "month", "reason": "省安委会会议"}
    for who in ("office", "mayor", "province"):
        assert client_of(who).post(address, given).status_code == 403
        assert client_of(who).get(address).status_code == 200
    governor = client_of("governor")
    assert governor.post(address, {**given, "hours": "-1"}).status_code == 422
    assert governor.post(address, given).status_code == 302
    assert governor.post(address, given).status_code == 409, "an older page"
    assert governor.post(address, {**given, "version": 1, "hours": ""}).status_code == 302
    assert list(Terms.objects.order_by("version").values_list("hours", "period")) == [
        (2, "month"), (None, "month"),
    ]  # fmt: skip


def test_both_sides_are_told_each_period_and_what_is_missing_is_owed(province, client_of, major):
    set_terms(province, period="month")
    pk = major(days=70)
    hazards.assign(
        [pk], rectifier=province.units["firm"].pk, by=province.actor("office"),
        request_id=uuid7(), at=timezone.now(),
    )  # fmt: skip
    last = periods.month(timezone.localdate()).previous()
    office, firm_client = client_of("office"), client_of("firm")
    address = reverse("supervision:dual")
    assert str(pk) in office.get(address, {"owed": "1"}).content.decode()
    given = {
        "period": last.code, "text": "已完成六成", "signed_by": "王局长",
        "signed_on": last.end, "files": SimpleUploadedFile("回执.pdf", PDF),
    }  # fmt: skip
    assert act(firm_client, pk, "dual", side="regulator", **given).status_code == 302
    assert str(pk) in office.get(address, {"owed": "1"}).content.decode(), "one side is missing"
    no_paper = act(firm_client, pk, "dual", side="congress", **{**given, "files": ""})
    assert no_paper.status_code == 422
    given["files"] = SimpleUploadedFile("职代会回执.pdf", PDF)
    given["signed_by"] = "李工会主席"
    assert act(firm_client, pk, "dual", side="congress", **given).status_code == 302
    assert str(pk) not in office.get(address, {"owed": "1"}).content.decode()
    text = office.get(address, {"period": last.code}).content.decode()
    for name in ("王局长", "李工会主席"):
        assert name in text
    given["files"] = SimpleUploadedFile("again.pdf", PDF)
    assert act(firm_client, pk, "dual", side="congress", **given).status_code == 409
    assert DualReport.objects.count() == 2
    # Next to it, the month before is still owed.
    earlier = office.get(address, {"period": last.previous().code, "owed": "1"})
    assert str(pk) in earlier.content.decode()


def test_before_the_period_is_set_nothing_is_owed(province, client_of, major):
    pk = major(days=70)
    office = client_of("office")
    assert "until then none is owed" in office.get(reverse("supervision:dual")).content.decode()
    assert "Enter a dual report" not in page(office, pk)


def test_periods_owed_are_those_in_which_it_was_open():
    day = timezone.datetime(2024, 6, 20).date()
    owed = InForce(period="month").owed(day, None, day + timedelta(days=50))
    assert [period.code for period in owed] == ["2024-08", "2024-07", "2024-06"]
    closed = InForce(period="quarter").owed(day, day + timedelta(days=5), day.replace(month=12))
    assert [period.code for period in closed] == ["2024Q2"]
    assert InForce().owed(day, None, day) == []


def test_strangers_report_and_sign_nothing(province, client_of, major):
    pk = major()
    for who in ("stranger", "other_firm"):
        client = client_of(who)
        for code in ("report_direct", "receive_direct", "dual"):
            assert act(client, pk, code, text="x").status_code == 404
        for name in ("direct", "dual"):
            answer = client.get(reverse(f"supervision:{name}"))
            assert str(pk) not in answer.content.decode()
    viewer = act(client_of("viewer"), pk, "report_direct", found_at=midnight(acts.days(0)),
                 text="x")  # fmt: skip
    assert viewer.status_code == 403


@pytest.mark.parametrize("name", ["direct", "dual"])
def test_the_lists_ask_the_same_whatever_their_length(
    province, client_of, major, django_assert_num_queries, name
):
    set_terms(province, hours=2, period="month")
    major(days=45)
    office, address = client_of("office"), reverse(f"supervision:{name}")
    office.get(address)
    with CaptureQueriesContext(connection) as few:
        office.get(address)
    pks = [major(days=45) for _n in range(5)]
    with django_assert_num_queries(len(few)):
        text = office.get(address).content.decode()
    assert all(str(pk) in text for pk in pks)
