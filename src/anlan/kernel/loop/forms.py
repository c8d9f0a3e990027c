"""The forms of the steps that every loop has: a form only reads, the command decides."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.ui.forms import DayInput, Form, text_area


class StepForm(Form):
    """What every step carries: the request's own id, and the version that was looked at."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def call(self) -> dict[str, Any]:
        return {"request_id": self.cleaned_data["request_id"]}


class Reason(StepForm):
    reason = text_area(_("Reason"))


class Opinion(StepForm):
    reason = text_area(_("Opinion"), required=False)


class Nothing(StepForm):
    pass


class Urge(StepForm):
    reason = text_area(
        _("What you want to add"), required=False,
        help_text=_("The unit gets a notice at once, with this sentence."),
    )  # fmt: skip


class CarryOut(StepForm):
    on = forms.DateField(label=_("Day it was held or issued"), widget=DayInput)
    paper_number = forms.CharField(label=_("Number of the paper"), required=False, max_length=60)
