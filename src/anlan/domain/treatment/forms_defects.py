"""The forms of equipment, levels and defects."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.treatment.models import (
    CODE_CHARS_MAX,
    LEVELS,
    NAME_CHARS_MAX,
    TEXT_CHARS_MAX,
    DefectLevel,
)
from anlan.kernel.accounts.fields import AreaField
from anlan.ui.forms import DayInput, Form


class EquipmentForm(Form):
    code = forms.CharField(
        label=_("Code on the label"), max_length=CODE_CHARS_MAX,
        help_text=_("Scanned or typed: letters, digits, dots and hyphens."),
    )  # fmt: skip
    kind = forms.CharField(label=_("Kind of equipment"), max_length=NAME_CHARS_MAX)
    name = forms.CharField(label=_("Name"), max_length=NAME_CHARS_MAX)
    enterprise = forms.CharField(
        label=_("Enterprise"), max_length=200,
        help_text=_("Its credit code, its number in the register, or its exact name."),
    )  # fmt: skip
    place = forms.CharField(label=_("Where it stands"), required=False, max_length=200)


class DefectForm(Form):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    level = forms.TypedChoiceField(
        label=_("Level of the defect"), coerce=int, widget=forms.RadioSelect
    )
    description = forms.CharField(
        label=_("What is defective"), max_length=TEXT_CHARS_MAX,
        widget=forms.Textarea({"rows": 4}),
    )  # fmt: skip
    due_on = forms.DateField(
        label=_("Deadline"), required=False, widget=DayInput,
        help_text=_("Left empty, it is counted by the office's rule."),
    )  # fmt: skip

    def __init__(self, levels: dict[int, DefectLevel], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            (n, f"{row.name} → {'、'.join(unit.name for unit in row.units.all())}")
            for n, row in levels.items()
        ]


class LevelForm(Form):
    area = AreaField(label=_("Area"), widget=forms.HiddenInput)
    level = forms.TypedChoiceField(
        label=_("Level of the defect"), coerce=int, choices=[(n, str(n)) for n in LEVELS]
    )
    name = forms.CharField(label=_("What it is called"), max_length=CODE_CHARS_MAX)
    units = forms.TypedMultipleChoiceField(
        label=_("Departments that it notifies"), coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, units: list[tuple[int, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].choices = units  # type: ignore[attr-defined]
