"""Appeals: filed, answered, upheld by a new version; both are shown."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from anlan.base.ids import uuid7
from anlan.base.refusal import NotAllowed
from anlan.domain.assessments import commands
from anlan.domain.assessments.models import Appeal, Run
from anlan.domain.assessments.refusals import AssessmentRefused, NotNow
from anlan.domain.assessments.tests.desk import (
    HOME,
    POINTS,
    Desk,
)
from anlan.kernel.loop.models import Case
from anlan.kernel.notices.models import Notice

pytestmark = pytest.mark.django_db


def test_an_appeal_is_upheld_by_the_version_that_stands_meanwhile(desk: Desk) -> None:
    run = desk.published()
    row = desk.appeal(desk.score(run))
    desk_items = [{**POINTS["items"][0], "weight": "30"}, {**POINTS["items"][1], "weight": "70"}]
    for number, items in ((2, desk_items), (3, [{**POINTS["items"][1], "weight": "100"}])):
        data = {**POINTS, "items": items}
        commands.change_scheme(run.scheme_id, seen=0, data=data, what="x", **desk.call())
        commands.put_in_force(run.scheme_id, seen=2, **desk.call())
        again = desk.publish(desk.run(run.scheme, reason="新版方案"))
        assert again.version.number == number
        # 55 of 60 were right under the first; now it weighs 30, then it isn't there.
        with pytest.raises(AssessmentRefused) as refused:
            commands.uphold(row.pk, answer="属实", points=Decimal(55), **desk.call())
        assert refused.value.data["field"] == "points"
    assert Appeal.objects.get(pk=row.pk).upheld is None
    desk.check()


def test_an_appeal_that_is_upheld_makes_a_new_version_and_both_are_shown(desk: Desk) -> None:
    run = desk.published()
    score = desk.score(run)
    row = desk.appeal(score)
    assert Notice.objects.filter(kind="appeals.filed").count() == 1
    with pytest.raises(NotNow):
        desk.appeal(score)
    page = desk.get("office", "appeal", row.pk)
    assert page.status_code == 200
    assert desk.get("stranger", "appeal", row.pk).status_code == 404
    assert (
        desk.post("office", "step", row.pk, "uphold", answer="同意", points="55").status_code == 403
    )
    assert desk.post("city", "step", row.pk, "uphold", answer=" ", points="55").status_code == 422
    assert (
        desk.post("city", "step", row.pk, "uphold", answer="同意", points="61").status_code == 422
    )
    assert desk.post("city", "step", row.pk, "receive").status_code == 302
    sent = {"answer": "材料属实，予以更正", "points": "60"}
    assert desk.post("city", "step", row.pk, "uphold", **sent).status_code == 302
    row.refresh_from_db()
    assert row.upheld
    result = Run.objects.get(pk=row.result_id)
    assert (result.number, result.stands, result.corrects_id) == (2, True, run.pk)
    assert result.known_at == Run.objects.get(pk=run.pk).known_at
    assert desk.score(result).exact == 90
    assert desk.score(result).rank == 1
    assert desk.score(run).exact == 80
    shown = desk.get("office", "score", desk.score(result).pk).content.decode()
    assert "set by an appeal" in shown
    assert "Versions of this period" in shown
    # Upheld by an officer who reads English: each reader has the reason in their own language.
    number = Case.objects.get(pk=row.pk).number
    assert result.reason == f"申诉{number}成立"
    page = reverse("assessments:ranking", args=[result.pk])
    for code, said in (("zh-hans", result.reason), ("en", f"appeal {number} upheld")):
        read = desk.browser("office").get(page, HTTP_ACCEPT_LANGUAGE=code)
        assert said in read.content.decode()
    assert Notice.objects.filter(kind="appeals.upheld").count() == 1
    assert Case.objects.get(pk=row.pk).state == "upheld"
    assert desk.post("city", "step", row.pk, "dismiss", answer="x").status_code == 409
    desk.check()


def test_an_appeal_that_is_dismissed_leaves_the_ranking(desk: Desk) -> None:
    run = desk.published()
    row = desk.appeal(desk.score(run), item="", wanted=None)
    assert desk.post("city", "step", row.pk, "dismiss", answer="评分无误").status_code == 302
    row.refresh_from_db()
    assert row.upheld is False
    assert Run.objects.count() == 1
    desk.check()


def test_an_appeal_is_filed_by_the_scored_unit_alone(desk: Desk) -> None:
    run = desk.published()
    score = desk.score(run)
    for who, status in (("stranger", 404), ("inspector", 403), ("city", 403), ("firm", 404)):
        answer = desk.post(who, "new_appeal", score.pk, pk=uuid7(), item="duty", text="x")
        assert answer.status_code in (status, 403 if who == "firm" else status), who
    with pytest.raises(NotAllowed):
        desk.appeal(score, who="city")
    # Of a version that no longer stands there is nothing to appeal against.
    desk.publish(desk.run(run.scheme, reason="重算"))
    with pytest.raises(NotAllowed):
        desk.appeal(score)
    row = desk.appeal(desk.score(Run.objects.get(stands=True)))
    answer = desk.post("office", "step", row.pk, "withdraw", reason="已沟通")
    assert answer.status_code == 302
    assert Case.objects.get(pk=row.pk).state == "void"
    assert desk.get("city", "appeals").content.decode().count('class="main-link') == 1
    desk.check()


def test_appeals_are_taken_for_the_days_that_the_scheme_says(desk: Desk) -> None:
    scheme = desk.scheme(appeal_days=3)
    desk.give(scheme, "duty", {HOME: "50"})
    run = desk.publish(desk.run(scheme))
    score = desk.score(run)
    call = desk.call("office")
    call["at"] += timedelta(days=4)
    with pytest.raises(NotNow):
        commands.appeal(uuid7(), score=score.pk, item="duty", text="x", **call)
    assert isinstance(desk.appeal(score), Appeal)


def test_an_appeal_about_a_figure_is_mended_at_its_source(desk: Desk) -> None:
    run = desk.published()
    row = desk.appeal(desk.score(run), wanted=None)
    commands.uphold(row.pk, answer="数据源已更正", **desk.call())
    row.refresh_from_db()
    assert row.result_id is None
    desk.give(run.scheme, "duty", {HOME: "60"})
    again = desk.publish(desk.run(run.scheme, reason="申诉成立，源头更正"))
    row.refresh_from_db()
    assert row.result_id == again.pk
    desk.check()


def test_the_worklist_shows_an_appeal_to_whom_it_waits_for(desk: Desk) -> None:
    from anlan.domain.assessments.work import WORK

    desk.appeal(desk.score(desk.published()))
    by = desk.cast.actor("city")
    assert {tray.code for tray in WORK.trays(by)} == {"receive", "answer"}
    assert Appeal.objects.filter(WORK.trays(by)[1].where).count() == 1
    assert Appeal.objects.filter(WORK.trays(desk.cast.actor("office"))[1].where).count() == 0
