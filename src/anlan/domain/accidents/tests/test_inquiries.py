"""An inquiry: who must lead it, until when, and that no side is left out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.accidents import commands, inquiring
from anlan.domain.accidents.models import Inquiry, Track
from anlan.domain.accidents.tests.desk import Desk
from anlan.kernel.loop import ladder
from anlan.kernel.loop.models import Case

pytestmark = pytest.mark.django_db
T = datetime(2026, 6, 1, 10, tzinfo=timezone.get_default_timezone())
DAY = timedelta(days=1)
SIDES = ("safety", "conduct", "corruption", "gangs")


def begin(desk: Desk, who: str = "city", at: Any = T, deaths: int = 1, **more: Any) -> Any:
    """The inquiry of a new accident, or the code of the refusal."""
    pk, own = desk.report(at=T, deaths=deaths), uuid7()
    try:
        commands.open_inquiry(pk, inquiry=own, **more, **desk.call(who, at))
    except Refusal as refusal:
        return refusal.code
    return own


def row(pk: Any) -> Inquiry:
    return Inquiry.objects.select_related("case", "lead").get(pk=pk)


def submit(desk: Desk, pk: Any, at: datetime) -> str:
    given = {"cause": "违章动火", "responsibility": "企业负主要责任", "measures": "停产整改"}
    return desk.do("city", "submit", pk, at, on=timezone.localdate(at), **given)


@pytest.mark.parametrize(("deaths", "level"), [(1, 3), (3, 2), (10, 1), (30, 0)])
def test_the_grade_says_which_level_leads(desk: Desk, deaths: int, level: int) -> None:
    pk = begin(desk, deaths=deaths)
    found = row(pk)
    assert (found.level, found.level_by_grade, found.is_raised) == (level, level, False)
    assert found.lead.area.level == max(level, 1)
    assert found.case.due_on == timezone.localdate(T) + 60 * DAY
    desk.check()


def test_a_higher_level_takes_it_with_a_reason_and_a_lower_one_never(desk: Desk) -> None:
    assert begin(desk, deaths=3, level=3) == "accident_incomplete"
    assert begin(desk, level=2) == "accident_incomplete"
    pk = begin(desk, level=2, because="社会影响恶劣")
    assert row(pk).is_raised
    assert row(pk).lead == desk.cast.units["city"]
    given = {"level": 1, "because": "省政府决定提级调查"}
    assert desk.do("city", "raise_level", pk, T, level=2, because="…") == "accident_incomplete"
    assert desk.do("stranger", "raise_level", pk, T, **given) == "not_found"
    assert desk.do("city", "raise_level", pk, T, **given) == "investigating"
    assert row(pk).lead == desk.cast.units["province"]
    desk.check()


def test_sixty_days_an_extension_of_sixty_at_most_and_no_day_of_appraisal_counts(
    desk: Desk,
) -> None:
    pk, first = begin(desk), timezone.localdate(T)
    assert desk.do("inspector", "extend_inquiry", pk, T, days=10, reason="取证") == "not_allowed"
    late = {"days": 61, "reason": "取证"}
    assert desk.do("city", "extend_inquiry", pk, T, **late) == "accident_incomplete"
    assert desk.do("city", "extend_inquiry", pk, T, days=40, reason="取证") == "investigating"
    assert row(pk).case.due_on == first + 100 * DAY
    assert desk.do("city", "extend_inquiry", pk, T, days=21, reason="取证") == "accident_incomplete"
    at = T + 20 * DAY
    assert desk.do("office", "appraise", pk, at, on=timezone.localdate(at), reason="爆炸残留物鉴定") \
        == "investigating"  # fmt: skip
    # While it runs nothing is late, however long it takes.
    ladder.tick(T + 150 * DAY)
    assert Case.objects.get(pk=pk).rung == 0
    end = T + 150 * DAY
    assert desk.do("office", "end_appraisal", pk, end, on=timezone.localdate(end)) \
        == "investigating"  # fmt: skip
    assert row(pk).case.due_on == first + 230 * DAY
    desk.check()


def test_no_report_is_handed_in_before_each_of_the_four_sides_is_concluded(desk: Desk) -> None:
    pk = begin(desk)
    assert set(Track.objects.filter(inquiry=pk).values_list("code", flat=True)) == set(SIDES)
    for side in SIDES:
        assert submit(desk, pk, T) == "accident_incomplete"
        said = {"code": side, "conclusion": "未发现问题"}
        assert desk.do("office", "conclude_track", pk, T, **said) == "investigating"
    assert submit(desk, pk, T) == "submitted"
    other = begin(desk, liability=False)
    assert submit(desk, other, T) == "submitted"


def test_from_the_report_to_the_evaluation_each_with_its_deadline(desk: Desk) -> None:
    pk = begin(desk, liability=False)
    at = T + 30 * DAY
    assert submit(desk, pk, at) == "submitted"
    assert desk.get("city", "accidents:inquiry", pk).status_code == 200
    assert row(pk).case.due_on == timezone.localdate(at) + 15 * DAY
    assert desk.do("city", "hand_back", pk, at, reason="责任认定不清") == "investigating"
    assert row(pk).case.due_on == timezone.localdate(T) + 60 * DAY
    assert submit(desk, pk, at) == "submitted"
    on = timezone.localdate(at)
    assert desk.do("city", "extend_inquiry", pk, at, days=5, reason="…") == "accident_incomplete"
    assert desk.do("city", "approve", pk, at, on=on, number=" ") == "accident_incomplete"
    assert desk.do("inspector", "approve", pk, at, on=on, number="1号") == "not_allowed"
    assert desk.do("city", "approve", pk, at, on=on, number="昆政复〔2026〕1号") == "approved"
    assert desk.get("city", "accidents:inquiry", pk).status_code == 200
    assert row(pk).case.due_on == on.replace(year=on.year + 1)
    desk.check()


def test_a_particularly_serious_one_has_thirty_days_for_approval_and_thirty_more(
    desk: Desk,
) -> None:
    pk = begin(desk, deaths=30, liability=False)
    assert submit(desk, pk, T) == "submitted"
    first = timezone.localdate(T)
    assert row(pk).case.due_on == first + 30 * DAY
    assert desk.do("city", "extend_inquiry", pk, T, days=20, reason="国务院批准") == "submitted"
    assert row(pk).case.due_on == first + 50 * DAY
    assert desk.do("city", "extend_inquiry", pk, T, days=11, reason="再延") == "accident_incomplete"


def test_a_year_after_a_leap_day_is_its_last_day_of_february() -> None:
    from datetime import date

    assert inquiring.evaluation_due(date(2028, 2, 29)) == date(2029, 2, 28)


def test_the_pages_lead_from_the_accident_to_its_inquiry_and_back(desk: Desk) -> None:
    pk = desk.report(deaths=1)
    given = {"inquiry": uuid7(), "level": 3, "liability": "on"}
    assert desk.post("viewer", "accidents:inquire", pk, **given).status_code == 403
    assert desk.post("stranger", "accidents:inquire", pk, **given).status_code == 404
    # A form to be mended stands as it was typed: without a level, or a higher one without a reason.
    typed = {**given, "level": "", "because": "省安委〔2026〕8号第三条"}
    for wrong, kept in (
        (typed, "第三条</textarea>"),
        ({**given, "level": 2}, 'value="2" selected'),
    ):
        answer = desk.post("office", "accidents:inquire", pk, **wrong)
        assert answer.status_code == 422
        assert kept in answer.content.decode()
    answer = desk.post("office", "accidents:inquire", pk, **given)
    found = Inquiry.objects.get()
    assert answer.url.endswith(f"/{found.pk}/")
    page = desk.get("office", "accidents:inquiry", found.pk).content.decode()
    assert str(pk) in page
    assert str(found.pk) in desk.get("office", "accidents:page", pk).content.decode()
    assert "储罐区闪爆" in desk.get("office", "accidents:inquiries").content.decode()
    assert desk.get("stranger", "accidents:inquiry", found.pk).status_code == 404
    bad = desk.post("office", "accidents:inquiry_step", found.pk, "submit", on="")
    assert bad.status_code == 422
    said = {"code": "safety", "conclusion": "违章动火"}
    done = desk.post("office", "accidents:inquiry_step", found.pk, "track", **said)
    assert done.status_code == 302
    assert "违章动火" in desk.get("office", "accidents:inquiry", found.pk).content.decode()


def test_an_office_above_watches_over_an_inquiry_until_its_report_is_approved(desk: Desk) -> None:
    pk, today = begin(desk), timezone.localdate(T)
    given = {"number": "云安委督〔2026〕1号", "due_on": today + 30 * DAY, "reason": "限期查清"}
    # The office that leads it doesn't watch over itself.
    assert desk.do("office", "list_inquiry", pk, T, **given) == "accident_incomplete"
    assert (
        desk.do("province", "list_inquiry", pk, T, **{**given, "due_on": today - DAY})
        == "accident_incomplete"
    )
    assert desk.do("province", "list_inquiry", pk, T, **given) == "investigating"
    assert row(pk).case.listed
    assert desk.do("province", "list_inquiry", pk, T, **given) == "listing_refused"
    assert desk.do("city", "ask_delisting", pk, T, reason="已查清") == "listing_refused"
    assert submit_all(desk, pk)
    assert desk.do("city", "ask_delisting", pk, T + DAY, reason="已批复") == "approved"
    assert desk.do("city", "delist_inquiry", pk, T + DAY, reason="同意") == "accident_incomplete"
    assert desk.do("province", "delist_inquiry", pk, T + 2 * DAY, reason="同意摘牌") == "approved"
    assert not row(pk).case.listed
    desk.now = T + 3 * DAY
    shown = desk.get("city", "accidents:inquiry", pk).content.decode()
    assert "云安委督〔2026〕1号" in shown
    desk.check()


def submit_all(desk: Desk, pk: Any) -> bool:
    for side in SIDES:
        desk.do("city", "conclude_track", pk, T, code=side, conclusion="已查清")
    submit(desk, pk, T)
    return desk.do("city", "approve", pk, T, on=timezone.localdate(T), number="1号") == "approved"
