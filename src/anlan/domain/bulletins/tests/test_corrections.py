"""更正: an issued paper is put right by another; both stay, and each figure leads to both values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import translation

from anlan.base.ids import uuid7

if TYPE_CHECKING:
    from anlan.domain.bulletins.tests.desk import Desk

#: On PostgreSQL what a test's own transaction has posted is known at no moment.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture(autouse=True)
def chinese() -> Any:
    with translation.override("zh-hans"):
        yield


def test_a_correction_says_both_values_and_goes_to_everybody_who_holds_the_first(
    desk: Desk,
) -> None:
    from anlan.domain.hazards import commands as hazards

    twice, *_others = desk.found(4)
    old = desk.issued()
    first = desk.row(old).issue
    hazards.void([twice], reason="重复登记", **desk.call("office"))
    new = uuid7()
    assert desk.do("city", "correct", old, new=new, reason=" ") == "paper_incomplete"
    assert desk.do("stranger", "correct", old, new=new, reason="数据重复") == "not_allowed"
    assert desk.do("city", "correct", old, new=new, reason="数据重复") == "given_out"
    assert desk.do("city", "correct", old, new=uuid7(), reason="再") == "paper_incomplete"
    lead, table, *_text = desk.blocks(new)
    assert (
        lead.words == f"{first.number}《{first.content['title']}》更正如下：数据重复。以本件为准。"
    )
    said = {row[0].text: (row[1].text, row[2].text) for row in table.rows}
    assert said == dict.fromkeys(("未销号", "五华区，未销号"), ("4", "3")), "what changed alone"
    # Those who hold the first learn of a draft neither on its page nor otherwise.
    assert "GW-" not in _notice(desk.get("office", "bulletins:page", old).content.decode())
    for who, what in (("city", "submit"), ("second", "review"), ("mayor", "sign")):
        desk.do(who, what, new)
    desk.do("city", "number", new, word=desk.word())
    desk.do("city", "seal", new)
    form = desk.get("city", "bulletins:page", new).content.decode()
    names = [desk.cast.units[name].name for name in ("office", "elsewhere")]
    assert "\n".join(names) + "</textarea>" in form, "who got the first one, by name"
    office, elsewhere = (desk.cast.units[name].pk for name in ("office", "elsewhere"))
    assert desk.do("city", "give_out", new, units=[office]) == "paper_incomplete"
    assert desk.do("city", "give_out", new, units=[office, elsewhere]) == "given_out"
    page = desk.get("office", "bulletins:page", old).content.decode()
    assert desk.row(new).issue.number in _notice(page)
    assert first.number in desk.get("office", "bulletins:page", new).content.decode()
    block = desk.first(old)
    place = next(n for n, each in enumerate(block.figures) if each.indicator == "hazard.open")
    shown = desk.get("city", "bulletins:figure", old, block.id, place).content.decode()
    assert reverse("bulletins:page", args=[new]) in shown
    assert "<b>3</b>" in shown
    assert desk.row(old).issue.content == first.content, "the first stays as it was issued"
    assert desk.do("mayor", "revoke", new, reason="更正有误") == "revoked"
    shown = desk.get("city", "bulletins:figure", old, block.id, place).content.decode()
    assert reverse("bulletins:page", args=[new]) not in shown
    desk.check()


def _notice(page: str) -> str:
    start = page.find('class="notice')
    return page[start : start + 600] if start >= 0 else ""
