"""Each kind of paper by the front door, from draft to receipt, each step by whose it is.

Rights ask for no kind, and neither do the forms of steps: a step taken by the wrong person, and one
without what it needs, stand beside those that succeed for one kind with a seal and one that is
filled in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.bulletins.kinds import KINDS
from anlan.kernel.calendar import periods

if TYPE_CHECKING:
    from anlan.domain.bulletins.tests.desk import Desk

UNITS = {"units": "五华区安委办", "copies": "盘龙区安委办"}
REFUSED = ("circular", "talk")


class Walk:
    def __init__(self, desk: Desk, kind: str, serial: int = 7) -> None:
        self.desk, self.kind, self.pk = desk, kind, uuid7()
        year = timezone.localdate().year
        issue = KINDS[kind].serial == "issue"
        #: As the office's own OA writes it, in brackets of its own.
        self.typed = f"安全生产专报第{serial}期" if issue else f"昆安办[{year}]{serial}号"
        self.number = self.typed.replace("[", "〔").replace("]", "〕")

    def begin(self) -> int:
        usual = KINDS[self.kind].span or periods.Kind.MONTH
        period = periods.of(usual, timezone.localdate()).code
        new = {"kind": self.kind, "area": "530100", "period": period}
        return int(self.desk.post("city", "bulletins:new", pk=self.pk, **new).status_code)

    def take(self, who: str, step: str, **data: Any) -> tuple[int, str]:
        answer = self.desk.post(who, "bulletins:step", self.pk, step, **data)
        return answer.status_code, self.desk.row(self.pk).case.state

    def wanted(self) -> list[str]:
        """The parts that somebody has to write."""
        return [block.id for block in self.desk.blocks(self.pk) if block.required]

    def fill_in(self) -> None:
        row = self.desk.row(self.pk)
        texts = {f"block-{each}": "按期整改并书面反馈。" for each in self.wanted()}
        head = {"title": row.title, "organ": row.organ, "seen": row.case.version}
        answer = self.desk.post("city", "bulletins:edit", self.pk, **head, **texts)
        assert answer.status_code == 302

    def arrived(self) -> str:
        """The page as those who got it see it."""
        assert self.desk.row(self.pk).issue.number == self.number
        rows = self.desk.row(self.pk).deliveries.order_by("pk").values_list("who", "is_copy")
        assert list(rows) == [("office", False), ("", True)]
        page = str(self.desk.get("office", "bulletins:page", self.pk).content.decode())
        assert self.number in page
        return page


def test_a_paper_of_each_kind_goes_its_way_by_the_pages(desk: Desk) -> None:
    for serial, kind in enumerate(KINDS, 1):
        if kind in REFUSED:
            continue
        walk = Walk(desk, kind, serial)
        assert walk.begin() == 302, kind
        if walk.wanted():
            walk.fill_in()
        steps: list[tuple[str, str, str, dict[str, str]]] = [
            ("city", "submit", "reviewing", {}),
            ("second", "ask", "countersigning", {"units": "盘龙区安委办"}),
            ("stranger", "agree", "signing", {"said": "同意"}),
            ("mayor", "sign", "signed", {}),
            ("city", "number", "numbered", {"text": walk.typed}),
            *([("city", "seal", "sealed", {})] if KINDS[kind].sealed else []),
            ("city", "give_out", "given_out", UNITS),
            ("office", "receive", "given_out", {}),
        ]  # fmt: skip
        for who, step, state, data in steps:
            assert walk.take(who, step, **data) == (302, state), (kind, step)
        walk.arrived()
    desk.check()


@pytest.mark.parametrize("kind", REFUSED)
def test_a_step_that_is_anothers_or_lacks_something_changes_nothing(desk: Desk, kind: str) -> None:
    walk = Walk(desk, kind)
    pk, take = walk.pk, walk.take

    def slip(who: str, step: str, **data: Any) -> None:
        """Something is missing: the page comes back, and nothing has happened."""
        state = desk.row(pk).case.state
        assert take(who, step, **data) == (422, state)

    new = {"kind": kind, "area": "530100", "period": desk.month}
    assert desk.post("firm", "bulletins:new", pk=pk, **new).status_code in (403, 404)
    assert walk.begin() == 302
    assert bool(walk.wanted()) == (kind == "talk")
    if walk.wanted():
        slip("city", "submit")
        walk.fill_in()
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
    slip("city", "give_out", **UNITS)
    assert take("second", "seal") == (403, "numbered")
    assert take("city", "seal") == (302, "sealed")
    assert desk.get("office", "bulletins:page", pk).status_code == 404, "not given out yet"
    assert take("city", "give_out", **UNITS) == (302, "given_out")
    assert take("firm", "receive")[0] == 404
    assert take("office", "receive") == (302, "given_out")
    assert take("office", "receive")[0] == 302, "signed for twice is signed for once"
    assert "第二段缺依据" in walk.arrived(), "its history says why it came back"
    desk.check()
