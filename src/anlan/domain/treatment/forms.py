"""The forms of plans for failing enterprises."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.hazards.models import Hazard
from anlan.domain.treatment.commands import NewMeasure
from anlan.domain.treatment.models import NAME_CHARS_MAX, TEXT_CHARS_MAX
from anlan.ui.forms import DayInput, Form

FEN = 100


class MeasuresForm(Form):
    """A row for each hazard on offer; one that is ticked needs its measure."""

    def __init__(self, offered: Sequence[Hazard], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered
        fields: Any = self.fields
        for hazard in offered:
            n = hazard.pk.hex  # Not its place: the list may have changed since it was shown.
            fields[f"take_{n}"] = forms.BooleanField(label=hazard.description[:80], required=False)
            fields[f"measure_{n}"] = forms.CharField(
                label=_("Measure"), required=False, max_length=TEXT_CHARS_MAX,
                widget=forms.Textarea({"rows": 2}), initial=hazard.measure,
            )  # fmt: skip
            fields[f"responsible_{n}"] = forms.CharField(
                label=_("Responsible person"), required=False, max_length=NAME_CHARS_MAX,
                initial=hazard.responsible_person,
            )  # fmt: skip
            fields[f"due_{n}"] = forms.DateField(
                label=_("Deadline"), required=False, widget=DayInput, initial=hazard.case.due_on
            )
            fields[f"funds_{n}"] = forms.DecimalField(
                label=_("Funds (yuan)"), required=False, min_value=0, decimal_places=2,
                max_digits=13,
                initial=None if hazard.funds is None else Decimal(hazard.funds) / FEN,
            )  # fmt: skip

    @property
    def rows(self) -> list[tuple[Hazard, list[Any]]]:
        names = ("take", "measure", "responsible", "due", "funds")
        return [
            (hazard, [self[f"{name}_{hazard.pk.hex}"] for name in names]) for hazard in self.offered
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for n in (hazard.pk.hex for hazard in self.offered):
            if not data.get(f"take_{n}"):
                for name in ("measure", "responsible", "due", "funds"):
                    self.errors.pop(f"{name}_{n}", None)
                continue
            for name, what in (
                ("measure", _("Write the measure.")),
                ("responsible", _("Say who answers for it.")),
                ("due", _("Set the deadline.")),
            ):
                if not data.get(f"{name}_{n}") and f"{name}_{n}" not in self.errors:
                    self.add_error(f"{name}_{n}", what)
            if data.get(f"funds_{n}") is None and f"funds_{n}" not in self.errors:
                self.add_error(f"funds_{n}", _("Write the funds; 0 where none are needed."))
        return data

    @property
    def measures_given(self) -> tuple[NewMeasure, ...]:
        data = self.cleaned_data
        return tuple(
            NewMeasure(
                hazard.pk, data[f"measure_{n}"], data[f"responsible_{n}"], data[f"due_{n}"],
                int(data[f"funds_{n}"] * FEN),
            )
            for hazard in self.offered
            for n in (hazard.pk.hex,)
            if data.get(f"take_{n}")
        )  # fmt: skip


class PlanForm(MeasuresForm):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name of the plan"), max_length=NAME_CHARS_MAX)
    aim = forms.CharField(
        label=_("What it shall reach"), required=False, max_length=TEXT_CHARS_MAX,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip


class AddForm(MeasuresForm):
    request_id = forms.UUIDField(widget=forms.HiddenInput)


class StepForm(Form):
    """A step on a plan's page: its text, and for a return the new deadline."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(required=False, max_length=TEXT_CHARS_MAX)
    due_on = forms.DateField(required=False)
