"""What happens when several do the same at once, with real commits."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.kernel.accounts import commands, counts
from anlan.kernel.accounts.models import User

CLI = Actor(None, "cli:root", trusted=True)


@pytest.mark.realdb
def test_S07_of_eight_who_open_a_link_at_once_one_gets_in(realdb: Any) -> None:
    at = timezone.now()
    made = commands.create_person("li", "Li", by=CLI, at=at)
    token = commands.invite(made.pk, by=CLI, at=at).split("/")[-2]

    def use(number: int) -> str:
        try:
            commands.use_link(token, f"Zebra-crossing-no-{number}", address="", at=at)
        except commands.LinkSpent:
            return "spent"
        return "in"

    assert sorted(realdb.together(use, 8)) == ["in"] + ["spent"] * 7
    assert User.objects.get(pk=made.pk).has_usable_password()


@pytest.mark.realdb
def test_S56_no_try_is_lost_when_eight_count_at_once(realdb: Any) -> None:
    at = timezone.now()
    limit = counts.Limit("race", times=1_000, seconds=3_600)
    found = realdb.together(lambda _number: counts.hit(limit, "somebody", at), 8)
    assert sorted(found) == list(range(1, 9))
