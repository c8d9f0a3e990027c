"""The forms of sweeps and visits. What may be done is the commands' to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.base.limits import TEXT_CHARS_MAX
from anlan.domain.enterprises.models import ObjectKind
from anlan.domain.inspections.commands import Found, NewField
from anlan.domain.inspections.models import (
    LABEL_CHARS_MAX,
    NAME_CHARS_MAX,
    PEOPLE_MAX,
    VALUE_CHARS_MAX,
    FactForm,
    Sweep,
    SweepField,
    Why,
)
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.fields import AreaField, UnitField
from anlan.ui.forms import DayInput, Form

#: Rows that the form of a sweep offers for base facts.
ROWS = 8
#: Hazards that the form of a visit offers.
HAZARD_ROWS = 5


def lines(text: str) -> tuple[str, ...]:
    """What stands on the lines, each once."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def people(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=PEOPLE_MAX,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )  # fmt: skip


class SweepForm(Form):
    name = forms.CharField(label=_("Name"), max_length=NAME_CHARS_MAX)
    area = AreaField(label=_("Area"), widget=forms.HiddenInput)
    starts_on = forms.DateField(label=_("First day"), widget=DayInput)
    ends_on = forms.DateField(label=_("Last day"), widget=DayInput)
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of subjects"), choices=ObjectKind.choices,
        widget=forms.CheckboxSelectMultiple, initial=[ObjectKind.ENTERPRISE.value],
    )  # fmt: skip
    sectors = forms.MultipleChoiceField(
        label=_("Sectors"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all sectors."),
    )  # fmt: skip
    states = forms.CharField(
        label=_("Safety states"), widget=forms.Textarea({"rows": 4}), max_length=TEXT_CHARS_MAX,
        help_text=_("One a line, as your notice words them; each visit chooses one."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["sectors"].choices = list(sectors.names().items())
        for n in range(ROWS):
            fields[f"label_{n}"] = forms.CharField(
                label=_("Base fact"), required=False, max_length=LABEL_CHARS_MAX
            )
            fields[f"form_{n}"] = forms.ChoiceField(
                label=_("How it is written"), required=False, choices=FactForm.choices,
                initial=FactForm.TEXT.value,
            )  # fmt: skip
            fields[f"choices_{n}"] = forms.CharField(
                label=_("Choices, with commas between"), required=False, max_length=400
            )

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        return [(self[f"label_{n}"], self[f"form_{n}"], self[f"choices_{n}"]) for n in range(ROWS)]

    @property
    def fields_given(self) -> tuple[NewField, ...]:
        data, found = self.cleaned_data, []
        for n in range(ROWS):
            if label := data[f"label_{n}"].strip():
                form = data[f"form_{n}"] or FactForm.TEXT.value
                text = data[f"choices_{n}"].replace("，", ",").replace("、", ",")
                choices = lines(text.replace(",", "\n")) if form == FactForm.CHOICE else ()
                found.append(NewField(label, form, choices))
        return tuple(found)


class TeamForm(Form):
    area = AreaField(label=_("Area"), widget=forms.HiddenInput)
    unit = UnitField(label=_("Unit that visits"), widget=forms.HiddenInput, required=False)


class FoundForm(Form):
    """What was found: nothing, or hazards in rows, each with what was done there and then."""

    pk = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    nil = forms.ChoiceField(
        label=_("What was found"), widget=forms.RadioSelect,
        choices=[("1", _("No hazard")), ("0", _("Hazards, described below"))],
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), required=False, max_length=VALUE_CHARS_MAX)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(HAZARD_ROWS):
            self.fields[f"hazard_{n}"] = forms.CharField(
                label=_("What is wrong, and where exactly"), required=False,
                max_length=TEXT_CHARS_MAX, widget=forms.Textarea({"rows": 2}),
            )  # fmt: skip
            self.fields[f"fixed_{n}"] = forms.CharField(
                label=_("Rectified on the spot: what was done"), required=False,
                max_length=TEXT_CHARS_MAX,
            )  # fmt: skip

    @property
    def hazard_rows(self) -> list[tuple[Any, Any]]:
        return [(self[f"hazard_{n}"], self[f"fixed_{n}"]) for n in range(HAZARD_ROWS)]

    @property
    def found_given(self) -> tuple[Found, ...]:
        data = self.cleaned_data
        return tuple(
            Found(data[f"hazard_{n}"], data[f"fixed_{n}"])
            for n in range(HAZARD_ROWS)
            if data[f"hazard_{n}"].strip()
        )


class VisitForm(FoundForm):
    """On a phone: the day and who first, then what the office asks, then what was found."""

    on = forms.DateField(label=_("Day of the visit"), widget=DayInput)
    visitor = forms.CharField(label=_("Who was there"), max_length=120)
    officers = people(_("Law-enforcement officers"))
    experts = people(_("Experts"))
    why = forms.ChoiceField(
        label=_("Why the visit was made"), required=False, choices=[("", "—"), *Why.choices]
    )
    state = forms.ChoiceField(label=_("Safety state"), widget=forms.RadioSelect)

    def __init__(self, sweep: Sweep, asked: list[SweepField], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        self.asked = asked
        fields["state"].choices = [(state, state) for state in sweep.states]
        for one in asked:
            fields[one.key] = _asked(one)
        # What lacks is named in the order of the page.
        first = ["on", "visitor", "officers", "experts", "why"]
        self.order_fields([*first, *(one.key for one in asked), "state"])

    @property
    def base_facts(self) -> list[Any]:
        return [self[one.key] for one in self.asked]

    @property
    def facts_given(self) -> dict[int, str]:
        return {one.order: str(self.cleaned_data.get(one.key) or "") for one in self.asked}


def _asked(one: SweepField) -> forms.Field:
    if one.form == FactForm.CHOICE:
        choices = [("", "—"), *((choice, choice) for choice in one.choices)]
        return forms.ChoiceField(label=one.label, choices=choices)
    kind = "decimal" if one.form == FactForm.NUMBER else "text"
    return forms.CharField(
        label=one.label, max_length=VALUE_CHARS_MAX,
        widget=forms.TextInput({"inputmode": kind}),
    )  # fmt: skip
