"""Each kind of paper by the front door, from draft to receipt, each step by whose it is.

A step taken by the wrong person stands beside the one that succeeds; one without what it needs,
whose page comes back as it was typed, for one kind with a seal and one that is filled in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.bulletins.kinds import KINDS

if TYPE_CHECKING:
    from anlan.domain.bulletins.tests.desk import Desk


class Walk:
    def __init__(self, desk: Desk, kind: str) -> None:
        self.desk, self.pk = desk, uuid7()
        self.slips = kind in ("circular", "talk")
        year = timezone.localdate().year
        #: As the office's own OA writes it, in brackets of its own.
        self.typed = "安全生产专报第7期" if KINDS[kind].serial == "issue" else f"昆安办[{year}]7号"
        self.number = self.typed.replace("[", "〔").replace("]", "〕")

    def slip(self, who: str, step: str, **data: Any) -> None:
        """Something is missing: the page comes back, and nothing has happened."""
        if self.slips:
            state = self.desk.row(self.pk).case.state
            assert self.take(who, step, **data) == (422, state)

    def take(self, who: str, step: str, **data: Any) -> tuple[int, str]:
        answer = self.desk.post(who, "bulletins:step", self.pk, step, **data)
        return answer.status_code, self.desk.row(self.pk).case.state


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_paper_of_each_kind_goes_its_way_by_the_pages(desk: Desk, kind: str) -> None:
    walk = Walk(desk, kind)
    pk, take, slip = walk.pk, walk.take, walk.slip
    new = {"kind": kind, "area": "530100", "period": desk.month}
    assert desk.post("firm", "bulletins:new", pk=pk, **new).status_code in (403, 404)
    assert desk.post("city", "bulletins:new", pk=pk, **new).status_code == 302
    wanted = [block.id for block in desk.blocks(pk) if block.required]
    if wanted:
        slip("city", "submit")
        row = desk.row(pk)
        texts = {f"block-{each}": "按期整改并书面反馈。" for each in wanted}
        head = {"title": row.title, "organ": row.organ, "seen": row.case.version}
        assert desk.post("city", "bulletins:edit", pk, **head, **texts).status_code == 302
    assert take("stranger", "submit") == (404, "drafting")
    assert take("city", "submit") == (302, "reviewing")
    assert take("city", "review") == (403, "reviewing"), "their own"
    slip("second", "send_back", reason=" ")
    assert take("second", "send_back", reason="第二段缺依据") == (302, "drafting")
    assert take("city", "submit") == (302, "reviewing")
    slip("second", "ask", units="没有这个单位")
    assert take("second", "ask", units="盘龙区安委办") == (302, "countersigning")
    assert take("office", "agree") == (404, "countersigning"), "it wasn't asked"
    assert take("stranger", "agree", said="同意") == (302, "signing")
    assert take("second", "sign") == (403, "signing"), "an inspector signs nothing"
    assert take("mayor", "sign") == (302, "signed")
    slip("city", "number")
    assert take("city", "number", text=walk.typed) == (302, "numbered")
    assert desk.row(pk).issue.number == walk.number
    units = {"units": "五华区安委办", "copies": "盘龙区安委办"}
    if KINDS[kind].sealed:
        slip("city", "give_out", **units)
        assert take("second", "seal") == (403, "numbered")
        assert take("city", "seal") == (302, "sealed")
    assert desk.get("office", "bulletins:page", pk).status_code == 404, "not given out yet"
    assert take("city", "give_out", **units) == (302, "given_out")
    assert take("firm", "receive")[0] == 404
    assert take("office", "receive") == (302, "given_out")
    assert take("office", "receive")[0] == 302, "signed for twice is signed for once"
    rows = desk.row(pk).deliveries.order_by("pk").values_list("who", "is_copy")
    assert list(rows) == [("office", False), ("", True)]
    page = desk.get("office", "bulletins:page", pk).content.decode()
    assert walk.number in page
    assert "第二段缺依据" in page, "its history says why it came back"
    desk.check()
