"""The forms of enterprises' own checks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.inspections.forms import FoundForm
from anlan.domain.inspections.models import VALUE_CHARS_MAX, Every
from anlan.kernel.accounts.fields import AreaField
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.ui.forms import DayInput, Form


class PlanForm(Form):
    firm = forms.ChoiceField(label=_("Enterprise"))
    what = forms.CharField(
        label=_("What is checked"), max_length=VALUE_CHARS_MAX,
        help_text=_("For example the boiler room, or all fire extinguishers."),
    )  # fmt: skip
    every = forms.ChoiceField(label=_("How often"), choices=Every.choices, initial=Every.MONTH)
    starts_on = forms.DateField(label=_("From which day on"), widget=DayInput)

    def __init__(self, firms: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["firm"].choices = firms  # type: ignore[attr-defined]


class CheckForm(FoundForm):
    field_order = ("start", "on", "checker")

    start = forms.ChoiceField(label=_("For which period"))
    on = forms.DateField(label=_("Day of the check"), widget=DayInput)
    checker = forms.CharField(label=_("Who checked"), max_length=120)

    def __init__(self, offered: list[Period], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["start"].choices = [(p.start.isoformat(), p.label) for p in offered]


class AskForm(Form):
    area = AreaField(label=_("Area"), widget=forms.HiddenInput)
    month = forms.CharField(label=_("Month"), max_length=7, help_text=_("For example 2024-06."))

    def clean_month(self) -> Period:
        try:
            period = periods.parse(self.cleaned_data["month"].strip())
        except periods.PeriodUnreadable as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        if period.kind is not periods.Kind.MONTH:
            raise forms.ValidationError(_("Write a month, for example 2024-06."))
        return period


class RuleForm(Form):
    area = AreaField(label=_("Area"), widget=forms.HiddenInput)
    months = forms.IntegerField(label=_("Nil reports in a row, in months"), min_value=1)
    found_min = forms.IntegerField(
        label=_("Hazards that others found there meanwhile, at least"), min_value=1
    )
