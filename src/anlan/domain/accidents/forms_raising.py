"""The form of one more rule that raises inquiries, beside those that are kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.accidents import law
from anlan.domain.accidents.models import LOSS_FEN_MAX, PEOPLE_MAX, PLACE_CHARS_MAX, WAN_FEN
from anlan.domain.accidents.raising import PLACES, Rule
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.fields import AreaField
from anlan.ui.forms import Form


def _line(label: Any, required: bool, hint: Any = "") -> Any:
    return forms.CharField(
        label=label, required=required, max_length=PLACE_CHARS_MAX, help_text=hint
    )


def _number(label: Any, hint: Any = "") -> Any:
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=PEOPLE_MAX, help_text=hint,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )  # fmt: skip


class RaisingForm(Form):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    area = AreaField(label=_("Area"))
    source = _line(_("Document and its number"), True)
    words = _line(
        _("One more rule, as the document words it"),
        False,
        _("What is stated below must all hold; what stays empty is not asked."),
    )
    grade = forms.ChoiceField(label=_("Grade of the accident"), required=False)
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    deaths = _number(_("Deaths, at least"))
    serious = _number(_("Serious injuries, at least"))
    missing = _number(_("Missing people, at least"))
    loss = forms.DecimalField(
        label=_("Direct loss, at least (10,000 yuan)"), required=False, min_value=0,
        max_value=LOSS_FEN_MAX // WAN_FEN, decimal_places=6,
    )  # fmt: skip
    misreported = forms.BooleanField(
        label=_("It was found to be reported late, falsely or not at all"), required=False
    )
    again = _number(_("Accidents with this one, at least"), _("For example 2: the second."))
    days = _number(_("within how many days"))
    where = forms.ChoiceField(label=_("Where those happened"), choices=PLACES, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        any_ = ("", _("any"))
        self.fields["grade"].choices = [any_, *law.GRADES.items()]  # type: ignore[attr-defined]
        self.fields["sector"].choices = [any_, *sectors.names().items()]  # type: ignore[attr-defined]

    @property
    def rule(self) -> Rule | None:
        """None where no further rule was written."""
        data = self.cleaned_data
        rule = Rule(
            words=data["words"], grade=data["grade"], sector=data["sector"],
            deaths=data["deaths"] or 0, serious=data["serious"] or 0,
            missing=data["missing"] or 0, loss_fen=int((data["loss"] or 0) * WAN_FEN),
            misreported=data["misreported"], again=data["again"] or 0, days=data["days"] or 0,
            where=data["where"] or PLACES[0][0],
        )  # fmt: skip
        return rule if rule.words.strip() or rule.asks else None
