"""A report has the dimensions of problem lists as blocks, where the office laid any down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from anlan.domain.bulletins.tests.test_wording import about

if TYPE_CHECKING:
    from anlan.domain.bulletins.tests.desk import Desk

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def test_a_report_shows_each_area_in_the_dimensions_of_the_office(desk: Desk) -> None:
    from django.utils import timezone

    from anlan.domain.bulletins import kinds
    from anlan.domain.hazards.tests.stage import ROOT
    from anlan.domain.statistics import settings
    from anlan.kernel.calendar import periods

    desk.found(3)
    scope = about(desk, periods.month(timezone.localdate()).code, "530100")
    stage = kinds.KINDS["stage"]
    before = len(kinds.composed(stage, scope))
    dimension = {"name": "排查", "indicators": ["hazard.found"], "weights": {}}
    given = {"dimensions": [dimension], "source": ""}
    settings.OFFICE.change(
        settings.DIMENSIONS, given, version=0, reason="起步", by=ROOT, at=timezone.now()
    )
    blocks = kinds.composed(stage, scope)
    assert len(blocks) == before + 2
    table, chart = (one for one in blocks if one.title == "排查")
    assert (table.kind, chart.kind) == ("table", "chart")
    assert [row[1].figure.text for row in table.rows if row[0].text == "五华区"] == ["3"]
