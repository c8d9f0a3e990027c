"""Assessments for programs: schemes, rankings with their parts, a unit's score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from anlan.domain.assessments.tests.desk import Desk

pytestmark = pytest.mark.django_db


def test_a_ranking_says_what_its_page_says_and_parts_as_far_as_they_open(desk: Desk) -> None:
    run = desk.published()

    def got(who: str, path: str) -> Any:
        return desk.browser(who).get(f"/api/v1/assessments/{path}")

    scheme = got("city", f"schemes/{run.scheme_id}").json()
    assert (scheme["version"], scheme["spec"]["total"]) == (1, "100")
    assert [one["id"] for one in got("city", "schemes").json()["items"]] == [str(run.scheme_id)]
    assert got("city", "rankings").json()["items"][0]["state"] == "published"
    whole = got("city", f"rankings/{run.pk}").json()
    first = whole["scores"][0]
    assert (first["name"], first["rank"], float(first["total"])) == ("盘龙区", 1, 90.0)
    assert {part["item"]: part["points"] for part in first["parts"]} == {"duty": "55", "task": "35"}
    assert first["id"] in whole["red"]
    # Its own parts a county sees, of the others the totals alone.
    seen = {
        one["name"]: one["parts"] for one in got("office", f"rankings/{run.pk}").json()["scores"]
    }
    assert seen["五华区"]
    assert seen["盘龙区"] is None
    own = desk.score(run)
    assert got("office", f"scores/{own.pk}").json()["score"]["name"] == "五华区"
    assert got("office", f"scores/{first['id']}").status_code in (403, 404)


def test_a_draft_is_nobodys_but_its_keepers(desk: Desk) -> None:
    run = desk.run(desk.scheme())
    assert desk.browser("office").get(f"/api/v1/assessments/rankings/{run.pk}").status_code == 404
    assert desk.browser("office").get("/api/v1/assessments/rankings").json()["items"] == []
