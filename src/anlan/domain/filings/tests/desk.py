"""A city that wants a form, two districts and a department that file it, through their pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.filings import commands
from anlan.domain.filings.commands import NewForm, NewItem
from anlan.domain.filings.invariants import invariants
from anlan.domain.filings.loop import FIGURE, ITEM
from anlan.domain.filings.models import Entry, Filing, Form
from anlan.domain.filings.terms import Cell, Column, Definition, Row, Rule, Section
from anlan.domain.filings.who import Group
from anlan.domain.hazards.tests.stage import Cast
from anlan.kernel.accounts.models import Role, Unit, User
from anlan.kernel.calendar import periods
from anlan.kernel.facts.intern import labels_of
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.invariants import invariants as loop_invariants
from anlan.kernel.loop.models import Case

COUNTY = 3
ALL = Group("committee_office", COUNTY)


@dataclass
class Desk:
    cast: Cast
    client_of: Any
    browsers: dict[str, Any] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cast.unit("emergency", "五华区应急管理局", "department", "530102")
        self.cast.person("emergency", "emergency", Role.OFFICE)
        self.cast.person("clerk", "office", Role.OFFICE)
        User.objects.update(password_changed_at=timezone.now())
        city = self.cast.units["city"]
        Unit.objects.filter(kind="committee_office", area__level=COUNTY).update(parent=city)

    # --- making ----------------------------------------------------------------------------

    @property
    def today(self) -> date:
        return timezone.localdate()

    @property
    def month(self) -> periods.Period:
        """The newest whole month."""
        return periods.month(self.today).previous()

    def call(self, who: str) -> dict[str, Any]:
        return {"by": self.cast.actor(who), "at": timezone.now(), "request_id": uuid7()}

    def item(self, name: str, measure: str = "次", **more: Any) -> int:
        if name not in self.items:
            new = NewItem(name, measure, **more)
            [self.items[name]] = commands.make_items([new], **self.call("city"))
        return self.items[name]

    def cells(self, *names: str) -> dict[str, Cell]:
        return {f"r{n}.m": Cell("declared", item=self.item(name))
                for n, name in enumerate(names, 1)}  # fmt: skip

    def definition(self, cells: Mapping[str, Cell], rules: tuple[Rule, ...] = ()) -> Definition:
        """One section of a column for each that a cell names."""
        rows = list(dict.fromkeys(key.split(".")[0] for key in cells))
        columns = list(dict.fromkeys(key.split(".")[1] for key in cells))
        section = Section(
            "s1", "情况", "", tuple(Column(one, one) for one in columns),
            tuple(
                Row(row, f"第{row}行", "次", "",
                    {c: cells[f"{row}.{c}"] for c in columns if f"{row}.{c}" in cells})
                for row in rows
            ),
        )  # fmt: skip
        return Definition("", (section,), rules)

    def form(self, cells: Mapping[str, Cell] | None = None, rules: tuple[Rule, ...] = (),
             *, issued: bool = True, **more: Any) -> Form:  # fmt: skip
        given = {
            "title": "月度统计表", "period": "month", "starts_on": self.month.start,
            "groups": (ALL,), "opens_days": 0, "nil_allowed": True, "reviewed": False, **more,
        }  # fmt: skip
        chosen = self.cells("检查", "处罚") if cells is None else cells
        new = NewForm(**given, definition=self.definition(chosen, rules))
        pk = commands.make_form(new, **self.call("city"))
        if issued:
            commands.issue(pk, **self.call("city"))
        return Form.objects.get(pk=pk)

    def of(self, form: Form, unit: str = "office", code: str | None = None) -> Filing:
        return Filing.objects.select_related("case", "form", "asked", "unit").get(
            form=form, unit=self.cast.units[unit], code=code or self.month.code
        )

    # --- doing -----------------------------------------------------------------------------

    def submit(self, filing: Filing, who: str = "office", **values: Any) -> list[UUID]:
        """``r1="5"`` is what stands in the first column of the row."""
        reasons = values.pop("reasons", {})
        lists = values.pop("lists", {})
        cells = {key.replace("_", ".") if "_" in key else f"{key}.m": value
                 for key, value in values.items()}  # fmt: skip
        return commands.submit(filing.pk, values=cells, lists=lists, reasons=reasons,
                               **self.call(who))  # fmt: skip

    def receive(self, filing: Filing, who: str = "city") -> None:
        commands.receive([filing.pk], **self.call(who))

    def state(self, filing: Filing) -> str:
        return Case.objects.get(pk=filing.pk).state

    def sums(self, kind: str = FIGURE.code) -> dict[str, int]:
        """By item's name, what the ledger holds."""
        names = {str(pk): name for name, pk in self.items.items()}
        facts = Fact.objects.filter(kind__code=kind).order_by().values_list("labels__key")
        found = {names[labels_of(key)[ITEM]]: n for key, n in facts.annotate(n=Sum("quantity"))}
        return {name: n for name, n in found.items() if n}

    def standing(self, filing: Filing) -> Entry | None:
        return Entry.objects.filter(filing=filing, status__in=Entry.STANDING).first()

    # --- the front door --------------------------------------------------------------------

    def browser(self, who: str) -> Any:
        if who not in self.browsers:
            self.browsers[who] = self.client_of(who)
        return self.browsers[who]

    def get(self, who: str, name: str, *args: Any, query: str = "") -> Any:
        return self.browser(who).get(reverse(name, args=args) + query)

    def text(self, who: str, name: str, *args: Any, query: str = "") -> str:
        answer = self.get(who, name, *args, query=query)
        assert answer.status_code == 200, answer.status_code
        return str(answer.content.decode())

    def post(self, who: str, view: str, /, *args: Any, **data: Any) -> Any:
        data.setdefault("request_id", uuid7())
        return self.browser(who).post(reverse(view, args=args), data)

    def step(self, who: str, filing: Filing, code: str, **data: Any) -> str | int:
        """Take a step through the page: the state after, or the status of the refusal."""
        answer = self.post(who, "filings:step", filing.pk, code, **data)
        return self.state(filing) if answer.status_code == 302 else int(answer.status_code)

    def check(self) -> None:
        now = timezone.now()
        for name, ok, _n, detail in (*invariants(now), *loop_invariants(now)):
            assert ok, f"{name}: {detail}"


def later(days: int) -> date:
    return timezone.localdate() + timedelta(days)
