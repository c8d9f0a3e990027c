"""A house with one list in use, played through its pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.commands import Finding
from anlan.domain.hazards.tests.stage import Cast
from anlan.domain.lists import commands
from anlan.domain.lists.models import Item, ListKind
from anlan.domain.lists.presets import SIX_AND_ONE
from anlan.domain.lists.rules import STEP_NAMES
from anlan.kernel.accounts.models import Role, User
from anlan.kernel.loop.models import Case
from anlan.kernel.regions.queries import by_code

HOME = "530102"


@dataclass
class House:
    cast: Cast
    client_of: Any
    browsers: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # The unit that rectifies what is listed is a department, and so is one beside it.
        self.cast.unit("housing", "五华区住建局", "department", HOME)
        self.cast.unit("gas", "五华区城管局", "department", HOME)
        self.cast.person("housing", "housing", Role.OFFICE)
        self.cast.person("gas", "gas", Role.INSPECTOR)
        # They are older than a password may grow, as the cast is.
        User.objects.update(password_changed_at=timezone.now())

    def data(self, **more: Any) -> dict[str, Any]:
        return {
            **SIX_AND_ONE, "name": "重大安全生产问题清单", "authority": "市委",
            "sides": ["安委会成员单位", "第三方机构"], "topics": ["城市燃气安全"], **more,
        }  # fmt: skip

    def kind(self, who: str = "office", **more: Any) -> ListKind:
        by = self.cast.actor(who)
        return commands.make_kind(self.data(**more), by=by, at=timezone.now())

    def hazard(self, text: str = "燃气管道被占压", **more: Any) -> UUID:
        by = self.cast.actor("inspector")
        pk = uuid7()
        hazards.find(
            [Finding(pk=pk, description=text, area_id=by_code(HOME).pk, unit_id=by.unit_id or 0,
                     opened_on=more.pop("on", timezone.localdate()), source="inspection", **more)],
            by=by, request_id=uuid7(), at=timezone.now(),
        )  # fmt: skip
        return pk

    def enter(self, kind: ListKind, who: str = "office", **more: Any) -> Item:
        given: dict[str, Any] = {
            "pk": uuid7(), "kind": kind.pk, "title": "燃气管道占压普遍", "area": by_code(HOME).pk,
            "description": "老旧小区多处燃气管道被违章建筑占压", "origin": "accident",
            "origin_text": "某地“6·1”燃气爆燃事故", **more,
        }  # fmt: skip
        entry = commands.Entry(**given)
        pk = commands.enter(entry, by=self.cast.actor(who), at=timezone.now(), request_id=uuid7())
        return Item.objects.get(pk=pk)

    def browser(self, who: str) -> Any:
        if who not in self.browsers:
            self.browsers[who] = self.client_of(who)
        return self.browsers[who]

    def get(self, who: str, name: str, *args: Any, query: str = "") -> Any:
        return self.browser(who).get(reverse(name, args=args) + query)

    def post(self, who: str, view: str, /, *args: Any, **data: Any) -> Any:
        data.setdefault("request_id", uuid7())
        return self.browser(who).post(reverse(view, args=args), data)

    def step(self, who: str, pk: UUID, code: str, **data: Any) -> str | int:
        """Take a step through the page: the state after, or the status of the refusal."""
        answer = self.post(who, "lists:step", pk, code, **data)
        return Case.objects.get(pk=pk).state if answer.status_code == 302 else answer.status_code

    def unit(self, key: str) -> str:
        return self.cast.units[key].code


def numbers(page: Any) -> list[tuple[str, int]]:
    """The figures of a page with the addresses that they open."""
    text = page.content.decode()
    found = re.findall(r'<a class="fig[^"]*" href="([^"]+)"[^>]*>([\d,]+)</a>', text)
    return [(href.replace("&amp;", "&"), int(n.replace(",", ""))) for href, n in found]


def rows_of(page: Any) -> int:
    """How many rows the list on a page has."""
    return page.content.decode().count('class="main-link clip-2"')


STEPS = list(STEP_NAMES)
DAY = date
