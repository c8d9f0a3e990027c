"""Forms of stated outputs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.accidents import outputs
from anlan.domain.accidents.commands import NewOutput
from anlan.domain.accidents.models import PLACE_CHARS_MAX
from anlan.kernel.accounts.fields import AreaField
from anlan.ui.forms import Form


class OutputForm(Form):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    area = AreaField(label=_("Area"))
    kind = forms.ChoiceField(label=_("What is stated"))
    period = forms.CharField(
        label=_("Period"), max_length=40, help_text=_("2025, 2025H1, 2025Q3 or 2025-06.")
    )
    value = forms.DecimalField(label=_("Figure"), max_digits=22, decimal_places=6)
    source = forms.CharField(
        label=_("Where that stands"), max_length=PLACE_CHARS_MAX,
        help_text=_("Bulletin, yearbook or letter, with its day or number."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (code, f"{each.kind.label} ({each.unit})") for code, each in outputs.OUTPUTS.items()
        ]

    def new(self) -> NewOutput:
        data = self.cleaned_data
        return NewOutput(
            data["pk"], data["kind"], data["area"].pk, data["period"], data["value"],
            data["source"],
        )  # fmt: skip
