"""A published ranking on its page and on a wall: the same places, the same lists, one screen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

#: Townships of the district that get points; the others have none and stand last.
GIVEN = ("90", "85", "85", "60", "40", "12.5")
SPEC: dict[str, Any] = {
    "total": "100", "group": "townships", "period": "month", "missing": "zero", "red": 2,
    "black": 2, "source": "本办公室自定",
    "dimensions": [{"code": "work", "name": "工作"}],
    "items": [{"code": "duty", "name": "责任落实", "dimension": "work", "weight": "100",
               "rule": {"kind": "manual", "scorer": "wh-office"}}],
}  # fmt: skip


def published() -> Any:
    """A ranking of last month, published for everybody in the district."""
    from django.utils import timezone

    from anlan.base.ids import uuid7
    from anlan.domain.assessments import commands
    from anlan.domain.assessments.commands import Given
    from anlan.domain.assessments.models import Scheme
    from anlan.domain.assessments.working import basis_of
    from anlan.kernel.accounts import held
    from anlan.kernel.accounts.models import User
    from anlan.kernel.calendar import periods

    at = timezone.now()
    today = timezone.localdate(at)
    by = held.actor(User.objects.get(username="officer"), today=today)

    def call() -> dict[str, Any]:
        return {"by": by, "at": timezone.now(), "request_id": uuid7()}

    pk, month = uuid7(), periods.month(today).previous()
    commands.make_scheme(pk, name="街道月考", data=SPEC, **call())
    commands.put_in_force(pk, seen=1, **call())
    scheme = Scheme.objects.get(pk=pk)
    version = commands.in_force(scheme)
    assert version is not None
    compared = basis_of(version.read, scheme.area, month, at=at).compared
    points = [*map(Decimal, GIVEN), *[Decimal(1)] * (len(compared) - len(GIVEN))]
    given = [Given(one.key, n, "考核记录") for one, n in zip(compared, points, strict=True)]
    commands.give(pk, item="duty", period=month.code, given=given, **call())
    run = commands.run_scheme(uuid7(), scheme=pk, period=month.code, **call())
    commands.publish(run, audience="ranking", **call())
    return run


def test_the_wall_shows_the_pages_places_and_lists_on_one_screen(sign_in: Any) -> None:
    page = sign_in("officer", 1920)
    run = published()
    page.goto(f"/assessments/rankings/{run}/")
    rows = [
        (row.locator("td").nth(0).inner_text(), row.locator("td").nth(2).inner_text())
        for row in page.locator("table.rk tbody tr").all()
    ]
    lists = [one.inner_text().split() for one in page.locator("ol.rk-list").all()]
    assert [place for place, _total in rows[:4]] == ["1", "2", "2", "4"], "equal totals share one"
    # More townships without points share the last place than two: none of them is named.
    (red,) = lists
    assert [word for word in red if word in ("1", "2")] == ["1", "2", "2"], "who shares is listed"

    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"/assessments/rankings/{run}/screen/")
    wall = [
        (row.locator("td").nth(0).inner_text(), row.locator("td").nth(2).inner_text())
        for row in page.locator(".sc-table tbody tr").all()
    ]
    assert wall == rows[: len(wall)]
    assert len(wall) == min(16, len(rows))
    shown = [one.inner_text().split() for one in page.locator(".sc-lists ol").all()]
    assert [sorted(one) for one in shown if one] == [sorted(one) for one in lists]
    size = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert size == [1920, 1080], "a wall doesn't scroll"
