"""A campaign's stages, each with days of its own, as the periods of a scheme (S305)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.assessments import choosing, commands, forms, spec_text, stages
from anlan.domain.assessments.models import Scheme, Score
from anlan.domain.assessments.refusals import AssessmentRefused, SchemeUnfit
from anlan.domain.assessments.tests.desk import HOME, POINTS, Desk
from anlan.domain.campaigns import views_campaigns
from anlan.domain.campaigns.models import Campaign, Stage
from anlan.kernel.calendar import periods

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
#: Over, running, and still to come; none of them is a month.
DAYS = {
    "动员部署": (TODAY - timedelta(70), TODAY - timedelta(41)),
    "排查整治": (TODAY - timedelta(40), TODAY + timedelta(20)),
    "总结提高": (TODAY + timedelta(21), TODAY + timedelta(50)),
}


@pytest.fixture
def campaign(desk: Desk) -> Campaign:
    unit = desk.cast.units["city"]
    row = Campaign.objects.create(
        area=unit.area, path=unit.area.path, unit=unit, title="专项整治行动",
        starts_on=DAYS["动员部署"][0], ends_on=DAYS["总结提高"][1], made_at=timezone.now(),
        made_by="x",
    )  # fmt: skip
    for place, (name, (starts, ends)) in enumerate(DAYS.items()):
        Stage.objects.create(
            campaign=row, place=place, name=name, starts_on=starts, ends_on=ends
        )  # fmt: skip
    return row


def code(name: str) -> str:
    return periods.span(*DAYS[name]).code


def general(desk: Desk, scheme: Any, **more: Any) -> dict[str, Any]:
    """The editor's first page as it stands, with what is changed on it."""
    draft = scheme.versions.order_by("-number").first()
    given = forms.General.initial_of(draft.read) | {"seen": draft.version} | more
    return {name: value for name, value in given.items() if value is not None}


def drawn_up(desk: Desk, campaign: Campaign) -> Scheme:
    pk = uuid7()
    commands.make_scheme(pk, name="阶段性总结评估", data=POINTS, **desk.call())
    scheme = Scheme.objects.get(pk=pk)
    given = general(desk, scheme, period="stage", campaign=str(campaign.pk))
    answer = desk.post("city", "general", pk, **given)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert desk.post("city", "in_force", pk, seen=2).status_code == 302
    return scheme


def test_a_stage_is_drawn_up_scored_worked_out_and_published(
    desk: Desk, campaign: Campaign
) -> None:
    scheme = drawn_up(desk, campaign)
    spec = commands.in_force(scheme).read  # type: ignore[union-attr]
    assert [(each.name, each.starts, each.ends) for each in spec.stages] == [
        (name, *days) for name, days in DAYS.items()
    ]
    # The running one and those before it; what hasn't begun isn't offered.
    offered = choosing.offered(spec, TODAY)
    assert [each.code for each in offered] == [code("排查整治"), code("动员部署")]
    assert choosing.usual(offered, TODAY).code == code("动员部署")  # type: ignore[union-attr]
    page = desk.get("city", "points", scheme.pk, "duty").content.decode()
    assert "动员部署" in page
    assert "总结提高" not in page
    desk.give(scheme, "duty", {HOME: "50"}, code("动员部署"))
    answer = desk.post(
        "city", "run", scheme.pk, pk=uuid7(), period=code("动员部署"), reason=""
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()[:3000]
    run = scheme.runs.get()
    assert (run.starts, run.through) == DAYS["动员部署"]
    assert run.is_over
    run = desk.publish(run)
    assert Score.objects.get(run=run, subject=desk.score(run).subject).printed(0) == 50
    for name, pk in (("ranking", run.pk), ("score", desk.score(run).pk), ("screen", run.pk)):
        assert "动员部署" in desk.get("office", name, pk).content.decode(), name
    assert "动员部署" in desk.get("city", "list").content.decode()
    # The dry run has each stage that has begun as a column.
    trial = desk.get("city", "trial", scheme.pk, query=f"?period={code('排查整治')}")
    assert "排查整治" in trial.content.decode()
    desk.check()


def test_only_the_stages_that_the_version_has_are_worked_out(
    desk: Desk, campaign: Campaign
) -> None:
    scheme = drawn_up(desk, campaign)
    for period in ("2024-05", "2024Q2", f"{TODAY - timedelta(70)}..{TODAY - timedelta(1)}"):
        with pytest.raises(AssessmentRefused):
            desk.run(scheme, period)
        with pytest.raises(AssessmentRefused):
            desk.give(scheme, "duty", {HOME: "50"}, period)
        assert desk.post("city", "points", scheme.pk, "duty", period=period).status_code == 400
    with pytest.raises(AssessmentRefused):
        desk.run(scheme, code("总结提高"))  # Nothing of it is over.


def test_a_campaign_that_moves_its_stages_is_told_and_changes_no_scheme(
    desk: Desk, campaign: Campaign
) -> None:
    scheme = drawn_up(desk, campaign)
    asked = desk.get("city", "scheme", scheme.pk).content.decode()
    assert "stages are others now" not in asked
    Stage.objects.filter(campaign=campaign, name="排查整治").update(
        ends_on=TODAY + timedelta(10)
    )  # fmt: skip
    assert "stages are others now" in desk.get("city", "scheme", scheme.pk).content.decode()
    assert commands.in_force(scheme).read.stages[1].ends == DAYS["排查整治"][1]  # type: ignore[union-attr]
    # Saving the page for another reason moves nothing; choosing the campaign again does.
    given = general(desk, scheme, seen=0, digits=1)
    assert desk.post("city", "general", scheme.pk, **given).status_code == 302
    draft = scheme.versions.get(in_force_at=None)
    assert draft.read.stages[1].ends == DAYS["排查整治"][1]
    assert draft.read.campaign == str(campaign.pk)
    given = general(desk, scheme, campaign=str(campaign.pk))
    assert desk.post("city", "general", scheme.pk, **given).status_code == 302
    draft.refresh_from_db()
    assert draft.read.stages[1].ends == TODAY + timedelta(10)


def test_a_campaigns_stage_keeps_a_colon_in_its_name(campaign: Campaign) -> None:
    Stage.objects.filter(campaign=campaign, name="动员部署").update(name="第一阶段：动员部署")
    kept = stages.written(spec_text.read(POINTS), "", campaign)
    spec = spec_text.read({**POINTS, "period": "stage", **kept})
    assert spec.stages == stages.of_campaign(campaign)
    assert stages.written(spec, stages.as_lines(spec.stages), None) == kept


def test_a_campaign_is_looked_for_by_its_title_however_many_there_are(
    desk: Desk, campaign: Campaign, monkeypatch: Any
) -> None:
    monkeypatch.setattr(views_campaigns, "OPTIONS_MAX", 1)
    unit = desk.cast.units["city"]
    for n in (1, 2):
        newer = Campaign.objects.create(
            area=unit.area, path=unit.area.path, unit=unit, title=f"百日行动{n}",
            starts_on=TODAY + timedelta(n), ends_on=TODAY + timedelta(9), made_at=timezone.now(),
            made_by="x",
        )  # fmt: skip
        Stage.objects.create(
            campaign=newer, place=0, name="一", starts_on=newer.starts_on, ends_on=newer.ends_on
        )
    bare = Campaign.objects.create(
        area=unit.area, path=unit.area.path, unit=unit, title="专项整治行动（无阶段）",
        starts_on=TODAY, ends_on=TODAY, made_at=timezone.now(), made_by="x",
    )  # fmt: skip
    pk = uuid7()
    commands.make_scheme(pk, name="评估", data=POINTS, **desk.call())
    scheme = Scheme.objects.get(pk=pk)
    page = desk.get("city", "general", pk).content.decode()
    picker = reverse("campaigns:pick") + "?of=staged"
    assert f'hx-get="{picker}"' in page
    found = desk.browser("city").get(f"{picker}&picker_q=专项").content.decode()
    assert str(campaign.pk) in found
    assert str(bare.pk) not in found, "it has no stages to take"
    answer = desk.post("city", "general", pk, **general(desk, scheme, campaign=str(bare.pk)))
    assert answer.status_code == 422
    assert '<a href="#id_campaign"' in answer.content.decode()


@pytest.mark.parametrize(
    ("lines", "findings"),
    [
        ("排查：2024-02-01..2024-06-30\n整治：2024年以后", None),
        ("排查：2024-06-30至2024-02-01", None),
        ("2024-02-01..2024-06-30", None),
        ("排查：2024-02-01..2024-06-30\n整治：2024-06-30至2024-09-30", ["stages"]),
        ("", ["stages"]),
        ("排查：2024-02-01..2024-06-30\n整治: 2024-07-01 至 2024-09-30", []),
    ],
)
def test_stages_written_by_hand_are_read_or_refused_at_their_field(
    desk: Desk, lines: str, findings: list[str] | None
) -> None:
    pk = uuid7()
    commands.make_scheme(pk, name="评估", data=POINTS, **desk.call())
    scheme = Scheme.objects.get(pk=pk)
    answer = desk.post(
        "city", "general", pk, **general(desk, scheme, period="stage", stages=lines)
    )  # fmt: skip
    if findings is None:
        assert answer.status_code == 422
        assert '<a href="#id_stages"' in answer.content.decode()
        return
    assert answer.status_code == 302, answer.content.decode()[:3000]
    read = scheme.versions.get().read
    assert [each.place for each in commands.findings_of(read)] == findings
    if findings:
        with pytest.raises(SchemeUnfit):
            commands.put_in_force(pk, seen=2, **desk.call())
    assert spec_text.read(spec_text.written(read)) == read


def test_on_a_periods_first_day_the_one_just_over_is_offered_first() -> None:
    month = spec_text.read({**POINTS, "period": "month"})
    for day, usual in ((date(2024, 7, 1), "2024-06"), (date(2024, 7, 2), "2024-06")):
        found = choosing.usual(choosing.offered(month, day), day)
        assert found
        assert found.code == usual, day
