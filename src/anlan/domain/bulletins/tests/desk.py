"""What people do with papers, by command and through the pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.bulletins import body, commands
from anlan.domain.bulletins.body import Block
from anlan.domain.bulletins.commands.base import scope_of
from anlan.domain.bulletins.invariants import invariants
from anlan.domain.bulletins.models import Number, Paper, Word
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.commands import Finding
from anlan.domain.hazards.tests.stage import Cast
from anlan.kernel.calendar import periods
from anlan.kernel.loop.invariants import invariants as loop_invariants
from anlan.kernel.loop.models import Case
from anlan.kernel.regions.queries import by_code


@dataclass
class Desk:
    cast: Cast
    client_of: Any = None
    browsers: dict[str, Any] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return timezone.now()

    @property
    def month(self) -> str:
        return periods.month(timezone.localdate()).code

    def call(self, who: str) -> dict[str, Any]:
        return {"by": self.cast.actor(who), "at": self.now, "request_id": uuid7()}

    def found(
        self, n: int = 1, code: str = "530102", who: str = "inspector", **more: Any
    ) -> list[UUID]:
        """Hazards found so many days ago."""
        inspector, ago = self.cast.actor(who), more.get("ago", 0)
        new = [
            Finding(
                pk=uuid7(), description=f"储罐区可燃气体报警器失效{k}",
                area_id=by_code(code).pk, unit_id=inspector.unit_id or 0,
                opened_on=timezone.localdate() - timedelta(days=ago),
                grade=more.get("grade", "ordinary"), source="inspection",
            )
            for k in range(n)
        ]  # fmt: skip
        hazards.find(new, **self.call(who))
        return [each.pk for each in new]

    def paper(self, kind: str = "circular", who: str = "city", **more: Any) -> UUID:
        given = {"pk": uuid7(), "kind": kind, "area": by_code("530100").pk,
                 "period": self.month, **more}  # fmt: skip
        return commands.make(commands.NewPaper(**given), **self.call(who))

    def do(self, who: str, what: str, pk: UUID, **given: Any) -> str:
        """The state after, or the code of the refusal."""
        try:
            getattr(commands, what)(pk, **given, **self.call(who))
        except Refusal as refusal:
            return refusal.code
        return Case.objects.get(pk=pk).state

    def row(self, pk: UUID) -> Paper:
        return Paper.objects.select_related("case__area", "case__unit").get(pk=pk)

    def blocks(self, pk: UUID) -> list[Block]:
        return body.loaded(self.row(pk).body)

    def first(self, pk: UUID, kind: str = "text") -> Block:
        return next(block for block in self.blocks(pk) if block.kind == kind)

    def write(self, pk: UUID, typed: str, block: str = "", who: str = "city") -> str:
        texts = {block or self.first(pk).id: typed}
        return self.do(who, "edit", pk, change=commands.Change({}, texts))

    def scope(self, pk: UUID) -> Any:
        return scope_of(self.row(pk), self.now)

    def word(self, name: str = "昆安办") -> int:
        found = Word.objects.filter(word=name).first()
        if found is None:
            commands.add_word(name, **self.call("city"))
            found = Word.objects.get(word=name)
        return found.pk

    def signed(self, kind: str = "circular") -> UUID:
        pk = self.paper(kind)
        for who, what in (("city", "submit"), ("second", "review"), ("mayor", "sign")):
            self.do(who, what, pk)
        assert self.row(pk).case.state == "signed", self.row(pk).case.state
        return pk

    def issued(self, units: tuple[str, ...] = ("office", "elsewhere")) -> UUID:
        pk = self.signed()
        self.do("city", "number", pk, word=self.word())
        self.do("city", "seal", pk)
        state = self.do("city", "give_out", pk, units=[self.cast.units[u].pk for u in units])
        assert state == "given_out", state
        return pk

    def numbers(self) -> list[str]:
        return list(Number.objects.order_by("taken_at").values_list("text", flat=True))

    def browser(self, who: str) -> Any:
        if who not in self.browsers:
            self.browsers[who] = self.client_of(who)
        return self.browsers[who]

    def get(self, who: str, name: str, *args: Any, query: str = "") -> Any:
        return self.browser(who).get(reverse(name, args=args) + query)

    def post(self, who: str, view: str, /, *args: Any, **data: Any) -> Any:
        data.setdefault("request_id", uuid7())
        return self.browser(who).post(reverse(view, args=args), data)

    def check(self) -> None:
        for name, ok, _n, detail in (*invariants(self.now), *loop_invariants(self.now)):
            assert ok, f"{name}: {detail}"
