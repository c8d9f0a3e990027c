"""Forms of what follows an accident."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.accidents.commands.followups import HEAPS, NewFollowUp
from anlan.domain.accidents.models import PLACE_CHARS_MAX, FollowUp
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.fields import AreaField
from anlan.ui.forms import DayInput, Form, text_area

KINDS = [(each.value, each.label) for each in (FollowUp.Kind.MEASURE, FollowUp.Kind.LESSON)]
_NAMES = re.compile(r"[、,，;；\n]")


class Asked(Form):
    request_id = forms.UUIDField(widget=forms.HiddenInput)


def _line(label: Any, required: bool = True, hint: Any = "") -> Any:
    return forms.CharField(
        label=label, required=required, max_length=PLACE_CHARS_MAX, help_text=hint
    )


class FollowUpForm(Asked):
    kind = forms.ChoiceField(label=_("What follows"), choices=KINDS)
    text = text_area(_("What is to be done or looked for"))
    source = _line(_("Where that stands"), hint=_("For example the part of the inquiry’s report."))
    names = text_area(
        _("Names of units"), required=False, rows=2, help_text=_("Several with “、” or one a line.")
    )
    heap = forms.ChoiceField(label=_("And to"), choices=list(HEAPS.items()), required=False)
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    due_on = forms.DateField(label=_("To be done by"), required=False, widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sector"].choices = [("", "—"), *sectors.names().items()]  # type: ignore[attr-defined]

    def new(self) -> NewFollowUp:
        data = self.cleaned_data
        names = tuple(name.strip() for name in _NAMES.split(data["names"]) if name.strip())
        return NewFollowUp(
            data["kind"], data["text"], names, data["heap"], data["sector"], data["source"],
            data["due_on"],
        )  # fmt: skip


class RestartForm(Asked):
    unit = _line(_("Unit that wants to start again"))
    due_on = forms.DateField(label=_("To be shown by"), required=False, widget=DayInput)


class AnswerForm(Asked):
    answer = text_area(_("What was done or found"))
    found = forms.IntegerField(
        label=_("Hazards of the same kind found"), required=False, min_value=0,
        help_text=_("Of a lesson; 0 is an answer."),
    )  # fmt: skip
    numbers = text_area(
        _("Numbers of those on record here"), required=False, rows=2,
        help_text=_("Like YH20261124-SK7X-M838; several with “、” or one a line."),
    )  # fmt: skip

    def clean_numbers(self) -> tuple[str, ...]:
        parts = _NAMES.split(self.cleaned_data["numbers"])
        return tuple(part.strip().upper() for part in parts if part.strip())


class JudgeForm(Asked):
    verdict = forms.ChoiceField(label=_("Verdict"), choices=FollowUp.Verdict.choices)
    evidence = text_area(_("How it was checked, and on what evidence"))


class TermsForm(Asked):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    area = AreaField(label=_("Area"))
    items = text_area(_("Terms, one a line"), rows=10)
    source = _line(_("Document and its number"))
