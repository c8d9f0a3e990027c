"""Papers for programs: what they rest on, within the rights that the pages keep."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from docx import Document

if TYPE_CHECKING:
    from anlan.domain.bulletins.tests.desk import Desk

#: On PostgreSQL what a test's own transaction has posted is known at no moment.
pytestmark = pytest.mark.sqlite


def test_a_paper_says_what_each_figure_rests_on_and_hands_out_its_file(desk: Desk) -> None:
    from anlan.kernel.audit.models import AuditRow

    desk.found(3)
    pk = desk.issued()

    def got(who: str, path: str) -> Any:
        return desk.browser(who).get(f"/api/v1/bulletins/{path}")

    listed = got("city", "").json()
    assert [(one["id"], one["issued_as"]) for one in listed["items"]] == [
        (str(pk), desk.numbers()[0])
    ]
    whole = got("city", f"{pk}").json()
    told = [figure for block in whole["blocks"] for one in block["sentences"]
            for figure in one["figures"]]  # fmt: skip
    found = next(
        one for one in told if one["indicator"] == "hazard.found" and one["part"] == "value"
    )
    assert (found["text"], found["value"], found["area"]) == ("3", "3", "530100")
    assert found["basis"]
    assert desk.browser("city").get(found["records"][0]["href"]).status_code == 200
    cells = [cell for block in whole["blocks"] for row in block["rows"] for cell in row]
    assert any(isinstance(cell, dict) and cell["value"] for cell in cells)
    before = AuditRow.objects.filter(action="bulletins.export").count()
    file = got("city", f"{pk}/files/docx")
    lines = [line.text for line in Document(BytesIO(file.content)).paragraphs]
    # A long title stands in lines of like length.
    title = "".join(desk.row(pk).title.split())
    assert title in ("".join(line.split()) for line in lines)
    assert AuditRow.objects.filter(action="bulletins.export").count() == before + 1
    assert got("city", f"{pk}/files/exe").status_code == 422


def test_who_may_not_see_a_paper_gets_nothing_of_it(desk: Desk) -> None:
    pk = desk.paper()
    for path in (f"{pk}", f"{pk}/files/pdf"):
        assert desk.browser("stranger").get(f"/api/v1/bulletins/{path}").status_code == 404
    assert desk.browser("stranger").get("/api/v1/bulletins/").json()["items"] == []
