"""Forms of what a campaign wants and of who carries it. A form only reads; commands refuse."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.domain.campaigns.carrying.commands.organs import NewOrgan, NewOrganMember
from anlan.domain.campaigns.carrying.commands.terms_wanted import NewExpected, NewGoal
from anlan.domain.campaigns.models import (
    NAME_CHARS_MAX,
    TITLE_CHARS_MAX,
    Expected,
    Goal,
    Organ,
    OrganMember,
    Plan,
)
from anlan.kernel.accounts import sectors
from anlan.ui.forms import DayInput, Form, text_area
from anlan.ui.offers import first_of, tell

#: Between the names of several units.
NAMES = re.compile(r"[、,，;；\n]+")


def line(label: Any, required: bool = True, chars: int = TITLE_CHARS_MAX, hint: Any = "") -> Any:
    return forms.CharField(label=label, required=required, max_length=chars, help_text=hint)


def day(label: Any, required: bool = True, hint: Any = "") -> Any:
    return forms.DateField(label=label, required=required, widget=DayInput, help_text=hint)


class Seen(Form):
    """What every form carries: the request's own id, and the version that was looked at."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **more: Any) -> None:
        initial = {"request_id": uuid7(), **(more.pop("initial", None) or {})}
        super().__init__(*args, initial=initial, **more)

    @property
    def request(self) -> UUID:
        return self.cleaned_data["request_id"]  # type: ignore[no-any-return]


class Rows(Seen):
    """A form of rows of the same fields; those beyond ``have`` are empty and may stay so."""

    #: Of an empty row, the field that says that there is one.
    KEY: ClassVar[str] = ""
    SPARE: ClassVar[int] = 3

    def __init__(self, *args: Any, have: int = 0, **more: Any) -> None:
        super().__init__(*args, **more)
        self.count = have + self.SPARE
        for n in range(self.count):
            self.fields.update({f"{name}_{n}": field for name, field in self.row(n).items()})
        self.names = list(self.row(0))

    def row(self, n: int) -> dict[str, forms.Field]:
        raise NotImplementedError

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [{name: self[f"{name}_{n}"] for name in self.names} for n in range(self.count)]

    @property
    def filled(self) -> list[tuple[int, dict[str, Any]]]:
        """The rows that say something, with their places."""
        found = []
        for n in range(self.count):
            data = {name: self.cleaned_data.get(f"{name}_{n}") for name in self.names}
            if data[self.KEY]:
                found.append((n, data))
        return found

    @staticmethod
    def initial_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        return {f"{name}_{n}": value for n, row in enumerate(rows) for name, value in row.items()}


class ExpectedForm(Rows):
    KEY, SPARE = "name", 5

    def __init__(self, *args: Any, plans: Sequence[tuple[Any, Any]] = (), **more: Any) -> None:
        self.plans = [("", "—"), *((str(pk), title) for pk, title in plans)]
        super().__init__(*args, **more)

    def row(self, n: int) -> dict[str, forms.Field]:
        return {
            "kind": forms.ChoiceField(
                label=_("Kind"), choices=Plan.Kind.choices, initial="sector", required=False
            ),
            "name": line(_("What the plan is about"), False),
            "plan": forms.ChoiceField(
                label=_("Which plan it is"), choices=self.plans, required=False
            ),
            "source": forms.CharField(required=False, widget=forms.HiddenInput),
        }

    @staticmethod
    def of(rows: Iterable[Expected]) -> dict[str, Any]:
        return Rows.initial_of(
            {"kind": row.kind, "name": row.name, "plan": row.plan_id or "", "source": row.source}
            for row in rows
        )

    def new(self) -> list[NewExpected]:
        return [
            NewExpected(data["kind"], data["name"], data["source"] or "",
                        UUID(data["plan"]) if data["plan"] else None)
            for _n, data in self.filled
        ]  # fmt: skip


class GoalsForm(Rows):
    KEY, SPARE = "text", 2

    def __init__(self, *args: Any, indicators: Sequence[tuple[str, Any]] = (), **more: Any) -> None:
        self.indicators = [("", _("nobody counts it here")), *indicators]
        super().__init__(*args, **more)

    def row(self, n: int) -> dict[str, forms.Field]:
        year: dict[str, Any] = {"required": False, "min_value": 1990, "max_value": 2100}
        figure: dict[str, Any] = {"required": False, "max_digits": 16, "decimal_places": 4}
        return {
            "pk": forms.IntegerField(required=False, widget=forms.HiddenInput),
            "text": line(_("Goal"), False),
            "gkind": forms.ChoiceField(
                label=_("How it is measured"),
                choices=Goal.Kind.choices,
                initial="words",
                required=False,
            ),
            "indicator": forms.ChoiceField(
                label=_("Counted by the ledger as"), choices=self.indicators, required=False
            ),
            "direction": forms.ChoiceField(
                label=_("Up or down"), choices=[("", "—"), *Goal.Direction.choices], required=False
            ),
            "aim": forms.DecimalField(label=_("How much"), **figure),
            "unit": line(_("Unit of measure"), False, 20),
            "due_on": day(_("By the day"), False),
            "base_year": forms.IntegerField(label=_("Base year"), **year),
            "base_value": forms.DecimalField(label=_("Number of the base year"), **figure),
            "base_source": line(_("Where that number stands"), False),
            "source": forms.CharField(required=False, widget=forms.HiddenInput),
        }

    @staticmethod
    def of(rows: Iterable[Goal]) -> dict[str, Any]:
        names = ("pk", "text", "indicator", "direction", "aim", "unit", "due_on", "base_year",
                 "base_value", "base_source", "source")  # fmt: skip
        return Rows.initial_of(
            {"gkind": row.kind, **{name: _bare(getattr(row, name)) for name in names}}
            for row in rows
        )

    def new(self) -> list[NewGoal]:
        found = []
        for _n, data in self.filled:
            kind = data.pop("gkind") or Goal.Kind.WORDS
            texts = ("indicator", "direction", "unit", "base_source", "source")
            data |= {name: data[name] or "" for name in texts}
            found.append(NewGoal(kind=kind, **{**data, "pk": data["pk"] or 0}))
        return found


def _bare(value: Any) -> Any:
    """A number without the noughts of its column."""
    return f"{value.normalize():f}" if hasattr(value, "normalize") else value


# --- bodies --------------------------------------------------------------------------------


#: Plans that a body's form shows.
PLANS_OFFERED_MAX = 200


class OrganForm(Seen):
    kind = forms.ChoiceField(label=_("Kind"), choices=Organ.Kind.choices)
    name = line(_("Name of the body"))
    parent = forms.ChoiceField(label=_("Part of"), required=False)
    since = day(_("Set up on"))
    until = day(_("Dissolved on"), False)
    basis = line(_("Paper by which it was set up"), False)
    sectors = forms.MultipleChoiceField(
        label=_("Sectors"), required=False, widget=forms.SelectMultiple({"size": 5})
    )
    plans = forms.MultipleChoiceField(
        label=_("Plans it answers for"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    duties = text_area(_("What it is there for"), required=False, rows=3)

    def __init__(self, *args: Any, organs: Iterable[Organ] = (),
                 plans: QuerySet[Plan], **more: Any) -> None:  # fmt: skip
        super().__init__(*args, **more)
        fields: dict[str, Any] = self.fields
        fields["parent"].choices = [("", "—"), *((str(one.pk), one.name) for one in organs)]
        offered, left = first_of(plans, PLANS_OFFERED_MAX)
        fields["plans"].choices = [(str(one.pk), one.title) for one in offered]
        tell(self, "plans", left)
        fields["sectors"].choices = list(sectors.names().items())

    @staticmethod
    def of(organ: Organ) -> dict[str, Any]:
        names = ("kind", "name", "since", "until", "basis", "duties")
        return {
            **{name: getattr(organ, name) for name in names}, "seen": organ.version,
            "parent": organ.parent_id or "",
            "sectors": [code for code in organ.sectors.split(",") if code],
            "plans": [str(pk) for pk in organ.carried.values_list("plan", flat=True)],
        }  # fmt: skip

    def new(self, pk: UUID) -> NewOrgan:
        data = self.cleaned_data
        names = ("kind", "name", "since", "until", "basis", "duties")
        return NewOrgan(
            **{name: data[name] for name in names}, pk=pk, sectors=tuple(data["sectors"]),
            parent=UUID(data["parent"]) if data["parent"] else None,
            plans=tuple(UUID(plan) for plan in data["plans"]),
        )  # fmt: skip


class MemberFields(Seen):
    role = forms.ChoiceField(
        label=_("Part in the body"), choices=OrganMember.Role.choices, initial="member"
    )
    person = line(_("Name of the person"), False, NAME_CHARS_MAX)
    post = line(_("Job title"), False, NAME_CHARS_MAX)
    unit_name = line(
        _("Unit"), False, TITLE_CHARS_MAX,
        _("As the paper names it; one of our own units is found by its name."),
    )  # fmt: skip
    since = day(_("From"))

    def new(self) -> NewOrganMember:
        data = self.cleaned_data
        names = ("role", "since", "person", "post", "unit_name")
        return NewOrganMember(**{name: data[name] for name in names}, note=data.get("note", ""))


class MembersForm(MemberFields):
    """One member, or several units at once: a paper names thirty of them in one sentence."""

    units = text_area(
        _("Member units"), required=False, rows=3,
        help_text=_("Several with “、” or one a line, each a member from that day on."),
    )  # fmt: skip

    def all_new(self) -> list[NewOrganMember]:
        data = self.cleaned_data
        found = [self.new()] if data["person"] or data["unit_name"] else []
        names = [name.strip() for name in NAMES.split(data["units"])]
        return found + [
            NewOrganMember("member", data["since"], unit_name=name)
            for name in dict.fromkeys(names) if name
        ]  # fmt: skip


class CorrectMember(MemberFields):
    until = day(_("Until"), False)
    note = line(_("Note"), False)

    @staticmethod
    def of(member: OrganMember) -> dict[str, Any]:
        names = ("role", "person", "post", "unit_name", "since", "until", "note")
        return {name: getattr(member, name) for name in names}


class LeaveForm(Seen):
    """Somebody leaves; a follower is named at once where there is one."""

    until = day(_("Last day"))
    note = line(_("Why"), False)
    person = line(_("Who follows"), False, NAME_CHARS_MAX)
    post = line(_("Job title"), False, NAME_CHARS_MAX)
    unit_name = line(_("Unit"), False)

    def follower(self, role: str) -> NewOrganMember | None:
        data = self.cleaned_data
        if not (data["person"] or data["unit_name"]):
            return None
        since = data["until"] + timedelta(1)
        return NewOrganMember(role, since, data["person"], data["post"], data["unit_name"])
