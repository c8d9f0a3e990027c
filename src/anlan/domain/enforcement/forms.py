"""The forms of an entry: its kind says which fields it has."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.actor import Actor
from anlan.domain.enforcement.commands import NewEntry
from anlan.domain.enforcement.commands.checking import (
    FIELDS,
    HEADS_MAX,
    LICENCES_MAX,
    PERSONS_MAX,
    VIOLATIONS_MAX,
    lines,
)
from anlan.domain.enforcement.kinds import Kind
from anlan.domain.enforcement.models import (
    NUMBER_CHARS_MAX,
    PARTY_CHARS_MAX,
    WHAT_CHARS_MAX,
    WORDS_CHARS_MAX,
    Violation,
)
from anlan.domain.enforcement.permissions import may_enter_for
from anlan.domain.enterprises.choosing import FirmField
from anlan.kernel.accounts import policy, sectors
from anlan.kernel.accounts.fields import AreaField, UnitField
from anlan.kernel.accounts.models import Role, Unit
from anlan.ui.forms import DayInput, Form

MONEY_DIGITS_MAX = 12


def _money(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_digits=MONEY_DIGITS_MAX, decimal_places=2,
        widget=forms.TextInput({"inputmode": "decimal"}),
    )  # fmt: skip


def _number(label: Any, most: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=most,
        widget=forms.TextInput({"inputmode": "numeric"}),
    )  # fmt: skip


def _taken(name: str) -> forms.Field:
    label = FIELDS[name]
    if name in ("fine", "head_fine", "reward"):
        return _money(label)
    if name in ("halted", "close", "warned"):
        return forms.BooleanField(label=label, required=False)
    if name == "violations":
        return forms.CharField(
            label=label, required=False, max_length=VIOLATIONS_MAX * WORDS_CHARS_MAX,
            widget=forms.Textarea({"rows": 4}),
            help_text=gettext_lazy("One a line; not those that an earlier paper found already."),
        )  # fmt: skip
    if name == "rectified":
        return forms.MultipleChoiceField(
            label=label, required=False, widget=forms.CheckboxSelectMultiple
        )
    most = {"persons": PERSONS_MAX, "heads": HEADS_MAX}.get(name, LICENCES_MAX)
    return _number(label, most)


def _firm(required: bool) -> FirmField:
    return FirmField(rule="enterprise.enforce", label=FIELDS["firm"], required=required)


class WhomForm(Form):
    """Whose open violations a recheck is about."""

    firm = _firm(required=True)

    def __init__(self, by: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["firm"].by = by  # type: ignore[attr-defined]


class EntryForm(Form):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    on = forms.DateField(label=FIELDS["on"], widget=DayInput)
    number = forms.CharField(
        label=FIELDS["number"], max_length=NUMBER_CHARS_MAX, required=False
    )  # fmt: skip
    what = forms.CharField(
        label=FIELDS["what"], max_length=WHAT_CHARS_MAX, required=False,
        help_text=gettext_lazy("No names of persons."),
    )  # fmt: skip

    def __init__(
        self, by: Actor, kind: Kind, offered: Sequence[Violation], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.by, self.kind = by, kind
        fields: Any = self.fields
        fields["number"].required = kind.is_paper
        if policy.has_role(by, [Role.OFFICE]):
            fields["unit"] = UnitField(
                label=FIELDS["unit"], widget=forms.HiddenInput, required=False
            )
            fields["unit"].by = by
        fields["firm"] = _firm(required=kind.whom == "enterprise")
        fields["firm"].by = by
        if kind.whom != "enterprise":
            fields["party"] = forms.CharField(
                label=FIELDS["party"], max_length=PARTY_CHARS_MAX, required=False,
                help_text=gettext_lazy("In words, where it is in no register."),
            )  # fmt: skip
            fields["area"] = AreaField(
                label=FIELDS["area"], widget=forms.HiddenInput, required=False
            )
            fields["sector"] = forms.ChoiceField(
                label=FIELDS["sector"], required=False,
                choices=[("", _("not stated")), *sectors.names().items()],
            )  # fmt: skip
        for name in kind.takes:
            fields[name] = _taken(name)
            if name in kind.needs:
                fields[name].required = True
        if "rectified" in fields:
            fields["rectified"].choices = [
                (str(each.pk), f"{each.words}（{each.entry.number} {each.entry.on.isoformat()}）")
                for each in offered
            ]

    def clean_unit(self) -> Unit | None:
        unit: Unit | None = self.cleaned_data["unit"]
        if unit is not None and not may_enter_for(self.by, unit):
            raise forms.ValidationError(_("You enter for your own unit and those of your area."))
        return unit

    @property
    def taken(self) -> list[Any]:
        return [self[name] for name in self.kind.takes]

    @property
    def new(self) -> NewEntry:
        data = self.cleaned_data
        area, unit, said = data.get("area"), data.get("unit"), {}
        for name in self.kind.takes:
            said[name] = _kept(name, data.get(name))
        return NewEntry(
            pk=data["pk"], kind=self.kind.code, on=data["on"], number=data["number"],
            enterprise=data["firm"], party=data.get("party") or "",
            area_id=area.pk if area and data["firm"] is None else None,
            sector=(data.get("sector") or None) if data["firm"] is None else None,
            what=data["what"], unit=unit.pk if unit else None, **said,
        )  # fmt: skip


def _kept(name: str, value: Any) -> Any:
    if name == "violations":
        return lines(value or "")
    if name == "rectified":
        return tuple(int(each) for each in value or ())
    if name in ("halted", "close", "warned"):
        return bool(value)
    return fen(value) if isinstance(value, Decimal) else value or 0


def fen(value: Decimal) -> int:
    return int(value * 100)


class PaymentForm(Form):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    on = forms.DateField(label=gettext_lazy("Paid on"), widget=DayInput)
    amount = forms.DecimalField(
        label=gettext_lazy("Amount (yuan)"), min_value=Decimal("0.01"), decimal_places=2,
        max_digits=MONEY_DIGITS_MAX, widget=forms.TextInput({"inputmode": "decimal"}),
    )  # fmt: skip
