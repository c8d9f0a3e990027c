"""Forms of control targets. A form only reads; what may be set is the command's to say."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.accidents import controls
from anlan.domain.accidents.commands import NewControl
from anlan.domain.accidents.models import PLACE_CHARS_MAX, ControlTarget
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.fields import AreaField
from anlan.kernel.calendar.periods import YEAR_MAX, YEAR_MIN
from anlan.ui.forms import Form


def _line(label: Any, required: bool = True, hint: Any = "") -> Any:
    return forms.CharField(
        label=label, required=required, max_length=PLACE_CHARS_MAX, help_text=hint
    )


def _year(label: Any, required: bool = True, hint: Any = "") -> Any:
    return forms.IntegerField(
        label=label, required=required, min_value=YEAR_MIN, max_value=YEAR_MAX, help_text=hint,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )  # fmt: skip


class ControlForm(Form):
    """A control target. Which fields a kind needs, its hints and the command's refusals say."""

    pk = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    area = AreaField(label=_("Area"))
    words = _line(_("As the document words it"))
    source = _line(_("Document and its number"))
    indicator = forms.ChoiceField(label=_("What is counted"))
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    kind = forms.ChoiceField(label=_("Kind of target"), choices=ControlTarget.Kind.choices)
    aim = forms.DecimalField(
        label=_("How much"), required=False, max_digits=14, decimal_places=2,
        help_text=_("Per cent below the base year, without a sign; or the number itself."),
    )  # fmt: skip
    base_year = _year(_("Base year"), False, _("Of a change; of a falling trend its first year."))
    base_value = forms.IntegerField(
        label=_("Figure of the whole base year"), required=False, min_value=1,
        help_text=_("Only where the ledger has none of that year; with where it stands."),
    )  # fmt: skip
    base_source = _line(_("Where that figure stands"), False)
    first_year = _year(_("First year in which it holds"))
    last_year = _year(_("Last year, the target year"))
    below = forms.BooleanField(
        label=_("It holds for each area below by itself, too"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].choices = [  # type: ignore[attr-defined]
            (code, each.label) for code, each in controls.COUNTED.items()
        ]
        self.fields["sector"].choices = [  # type: ignore[attr-defined]
            ("", _("all sectors")), *sectors.names().items()
        ]  # fmt: skip

    def new(self, pk: UUID) -> NewControl:
        data = {
            name: value for name, value in self.cleaned_data.items()
            if name in NewControl.__dataclass_fields__
        }  # fmt: skip
        return NewControl(**{**data, "pk": pk, "area": data["area"].pk})


class ChangeControlForm(ControlForm):
    reason = _line(_("Why it is changed"))


class EndForm(Form):
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    reason = _line(_("Why it is ended"))
