"""A notice of a case leads to the page that its capability shows it on."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anlan.base.ids import uuid7
from anlan.kernel.loop.machine import machines
from anlan.kernel.notices import kinds


@pytest.mark.parametrize("kind", sorted(machines()))
def test_every_machine_states_a_page_that_shows_its_cases(kind: str) -> None:
    pk = str(uuid7())
    page = machines()[kind].page
    assert page, f"{kind}: state page= on its machine, or its notices lead nowhere"
    assert kinds.link("loop.assigned", pk, {"case": kind}) == reverse(page, args=[pk])


def test_a_notice_of_a_capability_that_is_gone_leads_nowhere() -> None:
    assert kinds.link("loop.assigned", str(uuid7()), {"case": "gone"}) == ""
