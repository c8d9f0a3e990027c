"""Rankings through commands and pages: worked out, published, frozen, corrected; who sees them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anlan.base.ids import uuid7
from anlan.base.refusal import MovedOn, NotAllowed, NotFound, RequestReused
from anlan.domain.assessments import commands, working
from anlan.domain.assessments.models import Run, Score
from anlan.domain.assessments.refusals import AssessmentRefused, NotNow
from anlan.domain.assessments.tests.desk import BESIDE, HOME, POINTS, Desk, last_month
from anlan.kernel.accounts.records import RecordBent
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.notices.models import Notice

pytestmark = pytest.mark.django_db


def test_a_ranking_is_worked_out_published_and_frozen(desk: Desk) -> None:
    run = desk.published()
    first, second = desk.score(run, BESIDE), desk.score(run, HOME)
    assert (first.rank, first.exact, first.grade) == (1, 90, "a")
    assert (second.rank, second.exact, second.grade) == (2, 80, "b")
    others = Score.objects.filter(run=run).exclude(pk__in=[first.pk, second.pk])
    # Nobody gave them points: the scheme says that gives none, and all share a rank.
    assert {score.rank for score in others} == {3}
    assert others.count() == 12
    assert run.stands
    with pytest.raises(NotNow):
        desk.publish(run)
    with pytest.raises(NotNow):
        commands.drop_run(run.pk, **desk.call())
    page = desk.get("city", "ranking", run.pk)
    assert page.status_code == 200
    assert "盘龙区" in page.content.decode()
    assert Notice.objects.filter(kind="rankings.published").count() == 1
    assert AuditRow.objects.filter(action="ranking.publish").count() == 1
    desk.check()


def test_a_published_ranking_comes_out_the_same_whatever_was_given_later(desk: Desk) -> None:
    run = desk.published()
    desk.give(run.scheme, "duty", {HOME: "60"})
    assert working.differences(run, at=desk.call()["at"]) == []
    assert desk.score(run).exact == 80
    answer = desk.post("city", "again", run.pk)
    assert answer.status_code == 302
    desk.check()


def test_a_correction_is_a_new_version_and_both_are_shown(desk: Desk) -> None:
    run = desk.published()
    desk.give(run.scheme, "duty", {HOME: "60"})
    with pytest.raises(AssessmentRefused) as refused:
        desk.run(run.scheme)
    assert refused.value.data["field"] == "reason"
    second = desk.publish(desk.run(run.scheme, reason="评分有误"))
    assert (second.number, second.stands, second.corrects_id) == (2, True, run.pk)
    run.refresh_from_db()
    assert not run.stands
    assert desk.score(second).rank == 1
    assert desk.score(run).rank == 2
    old = desk.get("city", "ranking", run.pk).content.decode()
    assert "This ranking was corrected" in old
    assert "评分有误" in old
    new = desk.get("city", "ranking", second.pk).content.decode()
    assert "Versions of this period" in new
    assert Notice.objects.filter(kind="rankings.corrected").count() == 1
    desk.check()


def test_the_wall_says_how_many_it_leaves_out_also_of_those_without_a_total(desk: Desk) -> None:
    scheme = desk.scheme(missing="unranked")
    for item in ("duty", "task"):
        desk.give(scheme, item, {HOME: "30", BESIDE: "20"})
    run = desk.publish(desk.run(scheme))
    page = desk.get("city", "screen", run.pk).content.decode()
    assert page.count('class="sc-no"') == 2
    assert "and 12 more" in page


def test_a_score_that_is_bent_in_the_database_is_found_out(desk: Desk) -> None:
    run = desk.published()
    score = desk.score(run)
    with connection.cursor() as cursor:
        pk = score.pk.hex if connection.vendor == "sqlite" else str(score.pk)
        cursor.execute("UPDATE assessments_score SET rank = 1 WHERE id = %s", [pk])
    assert desk.get("city", "score", score.pk).status_code == 503
    with pytest.raises(RecordBent):
        desk.score(run).demand_intact()


def test_before_publishing_the_keeper_alone_sees_it(desk: Desk) -> None:
    scheme = desk.scheme()
    desk.give(scheme, "duty", {HOME: "50"})
    run = desk.run(scheme)
    score = desk.score(run)
    for name, row in (("ranking", run), ("export", run), ("screen", run), ("shapes", run)):
        assert desk.get("city", name, row.pk).status_code == 200, name
        assert desk.get("office", name, row.pk).status_code == 404, name
        assert desk.get("firm", name, row.pk).status_code in (403, 404), name
    assert desk.get("office", "score", score.pk).status_code == 404
    assert desk.post("office", "publish", run.pk, audience="ranking").status_code == 404
    with pytest.raises(NotFound):
        desk.publish(run, who="office")


@pytest.mark.parametrize(
    ("audience", "ranking", "own", "other"),
    [("own", 404, 200, 404), ("ranking", 200, 200, 404), ("parts", 200, 200, 200)],
)
def test_after_publishing_its_audience_sees_it(
    desk: Desk, audience: str, ranking: int, own: int, other: int
) -> None:
    run = desk.published(audience)
    assert desk.get("office", "ranking", run.pk).status_code == ranking
    assert desk.get("office", "score", desk.score(run).pk).status_code == own
    assert desk.get("office", "score", desk.score(run, BESIDE).pk).status_code == other
    assert desk.get("office", "what_if", desk.score(run, BESIDE).pk).status_code == other
    rows = desk.get("office", "list").content.decode().count('class="main-link')
    assert rows == (1 if ranking == 200 else 0)
    # May see, may not do.
    status = 403 if ranking == 200 else 404
    assert desk.post("office", "publish", run.pk, audience="parts").status_code == status
    assert desk.post("office", "drop", run.pk).status_code == status


def test_a_workbook_has_the_parts_of_the_scores_that_its_reader_opens(desk: Desk) -> None:
    from anlan.domain.assessments.queries import ranking_of
    from anlan.domain.assessments.sheets import tables_of

    run = desk.published()
    now = desk.call()["at"]
    for who, count in (("city", 14), ("office", 1)):
        by = desk.cast.actor(who)
        tables = tables_of(ranking_of(run, by), by, now)
        assert by.name in tables[0].titles[-1], "who took it out"
        assert len(list(tables[0].rows)) == 14
        assert len({row[0] for row in tables[1].rows}) == count
    assert AuditRow.objects.filter(action="rankings.export").count() == 0
    assert desk.get("office", "export", run.pk).status_code == 200
    assert AuditRow.objects.filter(action="rankings.export").count() == 1


def test_a_repeat_changes_nothing_and_a_reused_id_is_refused(desk: Desk) -> None:
    scheme = desk.scheme()
    call, pk = desk.call(), uuid7()
    period = last_month().code
    first = commands.run_scheme(pk, scheme=scheme.pk, period=period, **call)
    assert commands.run_scheme(pk, scheme=scheme.pk, period=period, **call) == first
    assert Run.objects.count() == 1
    with pytest.raises(RequestReused):
        commands.run_scheme(pk, scheme=scheme.pk, period=period, reason="x", **call)
    published = desk.call()
    commands.publish(pk, audience="own", **published)
    commands.publish(pk, audience="own", **published)
    assert AuditRow.objects.filter(action="ranking.publish").count() == 1


def test_a_draft_takes_the_place_of_the_one_before(desk: Desk) -> None:
    scheme = desk.scheme()
    first = desk.run(scheme)
    second = desk.run(scheme)
    assert list(Run.objects.values_list("pk", flat=True)) == [second.pk]
    assert not Score.objects.filter(run=first.pk).exists()
    assert desk.post("city", "drop", second.pk).status_code == 302
    assert not Run.objects.exists()


def test_refusals_say_where(desk: Desk) -> None:
    scheme = desk.scheme()
    with pytest.raises(AssessmentRefused) as refused:
        desk.run(scheme, period="2026")
    assert refused.value.data["field"] == "period"
    ahead = last_month().next().next().code
    with pytest.raises(AssessmentRefused):
        desk.run(scheme, period=ahead)
    with pytest.raises(NotAllowed):
        desk.run(scheme, who="office")
    with pytest.raises(NotFound):
        desk.run(scheme, who="firm")
    run = desk.run(scheme)
    with pytest.raises(AssessmentRefused):
        desk.publish(run, audience="everybody")
    page = desk.post("city", "run", scheme.pk, pk=uuid7(), period="never")
    assert page.status_code == 422
    assert page.content.decode().count("field-error") >= 1
    commands.withdraw_scheme(scheme.pk, **desk.call())
    with pytest.raises(NotFound):
        desk.run(scheme)


def test_a_draft_is_refused_once_another_was_published(desk: Desk) -> None:
    scheme = desk.scheme()
    late = desk.run(scheme)
    Run.objects.filter(pk=late.pk).update(number=9)
    early = Run.objects.get(pk=late.pk)
    desk.publish(early)
    with pytest.raises(NotNow):
        desk.publish(early)
    assert isinstance(MovedOn(), Exception)


def test_points_are_given_by_the_named_unit_within_their_bounds(desk: Desk) -> None:
    items = [{**item, "rule": {"kind": "manual", "scorer": "test-office"}}
             if item["code"] == "task" else item for item in POINTS["items"]]  # fmt: skip
    scheme = desk.scheme(items=items)
    desk.give(scheme, "task", {HOME: "40"}, who="office")
    with pytest.raises(NotAllowed):
        desk.give(scheme, "duty", {HOME: "40"}, who="office")
    with pytest.raises(NotAllowed):
        desk.give(scheme, "task", {HOME: "40"}, who="stranger")
    with pytest.raises(AssessmentRefused) as refused:
        desk.give(scheme, "task", {HOME: "41"}, who="office")
    for endless in ("1e999999999", "1e-999999999"):  # S54: made exact, it has as many digits.
        with pytest.raises(AssessmentRefused):
            desk.give(scheme, "task", {HOME: endless}, who="office")
    assert refused.value.data["field"].startswith("points-")
    with pytest.raises(AssessmentRefused):
        desk.give(scheme, "task", {HOME: "1"}, period=last_month().next().next().code, who="office")
    page = desk.get("office", "points", scheme.pk, "task")
    assert page.status_code == 200
    key = desk.score(desk.run(scheme)).subject
    period = last_month().code
    sent = {f"points-{key}": "39.5", f"evidence-{key}": "", "period": period}
    assert desk.post("office", "points", scheme.pk, "task", **sent).status_code == 422
    sent[f"evidence-{key}"] = "抽查记录"
    assert desk.post("office", "points", scheme.pk, "task", **sent).status_code == 302
    given = working.marks_of(scheme, period, desk.call()["at"])
    assert given[key]["task"] == Decimal("39.5")
    assert desk.post("office", "points", scheme.pk, "duty", **sent).status_code == 403
    assert desk.get("firm", "points", scheme.pk, "task").status_code in (403, 404)


@pytest.mark.once
def test_pages_ask_as_much_for_many_periods_as_for_few(desk: Desk) -> None:
    scheme = desk.scheme()
    span = last_month()
    runs = [desk.publish(desk.run(scheme, span.code))]

    def asked(name: str, pk: object) -> int:
        desk.get("city", name, pk)
        with CaptureQueriesContext(connection) as caught:
            assert desk.get("city", name, pk).status_code == 200
        return len(caught)

    few = {name: asked(name, runs[0].pk) for name in ("ranking", "screen", "export")}
    one = asked("score", desk.score(runs[0]).pk)
    for _n in range(4):
        span = span.previous()
        runs.append(desk.publish(desk.run(scheme, span.code)))
    for name, count in few.items():
        assert asked(name, runs[0].pk) <= count + 1, name
    assert asked("score", desk.score(runs[0]).pk) <= one + 1
    page = desk.get("city", "ranking", runs[0].pk).content.decode()
    assert 'class="bump"' in page
    assert 'class="spark' in page


def test_a_score_says_how_many_places_were_won_since_the_period_before(desk: Desk) -> None:
    scheme, last = desk.scheme(), last_month()
    for span, home, beside in ((last.previous(), "50", "55"), (last, "55", "50")):
        desk.give(scheme, "duty", {HOME: home, BESIDE: beside}, period=span.code)
        run = desk.publish(desk.run(scheme, span.code))
    assert "1 places up" in desk.get("city", "score", desk.score(run).pk).content.decode()
    assert "1 places down" in desk.get("city", "score", desk.score(run, BESIDE).pk).content.decode()
