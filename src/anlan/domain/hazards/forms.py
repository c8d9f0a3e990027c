"""The forms of every step. A form only reads; what may be done is the command's to say."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.limits import TEXT_CHARS_MAX
from anlan.domain.hazards.models import Grade, Source
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions.models import Level, Region
from anlan.ui.forms import DayInput, Form

FEN = 100


def text_area(
    label: Any, required: bool = True, rows: int = 3, help_text: Any = ""
) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=TEXT_CHARS_MAX, help_text=help_text,
        widget=forms.Textarea({"rows": rows}),
    )  # fmt: skip


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


class UnitField(forms.CharField):
    """A unit by its code, as the picker sends it."""

    def clean(self, value: Any) -> Any:
        code = super().clean(value)
        if not code:
            return None
        unit = Unit.objects.filter(code=code, valid_to=None).first()
        if unit is None:
            raise forms.ValidationError(_("Choose the unit from the list."), code="unit")
        return unit


class AreaField(forms.CharField):
    """An area by its code, as the picker sends it."""

    def clean(self, value: Any) -> Any:
        code = super().clean(value)
        if not code:
            return None
        area = Region.objects.filter(code=code, valid_to=None).first()
        if area is None:
            raise forms.ValidationError(_("Choose the area from the list."), code="area")
        return area


class Assign(StepForm):
    rectifier = UnitField(label=_("Rectifying unit"), widget=forms.HiddenInput, required=False)
    suggested = forms.CharField(required=False, widget=forms.HiddenInput)
    due_on = forms.DateField(
        label=_("Deadline"), required=False, widget=DayInput,
        help_text=_("Left empty, it is counted by the office's rule."),
    )  # fmt: skip
    reason = text_area(_("Requirements"), required=False)


class HandOver(StepForm):
    to_unit = UnitField(label=_("New rectifying unit"), widget=forms.HiddenInput)
    reason = text_area(_("Reason"))


class Rectify(StepForm):
    result = text_area(_("What was done"), rows=4)
    measure = text_area(_("Measure"), required=False)
    responsible_person = forms.CharField(
        label=_("Responsible person"), required=False, max_length=120
    )
    funds = forms.DecimalField(
        label=_("Funds (yuan)"), required=False, min_value=0, decimal_places=2, max_digits=14
    )
    contingency = text_area(_("Contingency plan"), required=False)

    FIVE = ("measure", "responsible_person", "funds", "contingency")

    @property
    def fields_given(self) -> dict[str, Any]:
        data = self.cleaned_data
        given = {name: data[name] for name in self.FIVE if data.get(name) not in (None, "")}
        if "funds" in given:
            given["funds"] = int(given["funds"] * FEN)
        return given


class Extension(StepForm):
    until = forms.DateField(label=_("New deadline"), widget=DayInput)
    reason = text_area(_("Reason"))


class LookBack(StepForm):
    holds = forms.TypedChoiceField(
        label=_("What was found"), coerce=lambda value: value == "1",
        choices=[("1", _("It is still in order")), ("0", _("It has broken out again"))],
        widget=forms.RadioSelect,
    )  # fmt: skip
    reason = text_area(_("How it was checked"))


class GradeForm(StepForm):
    grade = forms.ChoiceField(label=_("Grade"), choices=Grade.choices, widget=forms.RadioSelect)
    basis = forms.CharField(
        label=_("Clause"), required=False, max_length=300,
        help_text=_("For a major hazard: standard and clause. Candidates are only suggestions."),
    )  # fmt: skip
    reason = text_area(_("Reason"), required=False)


class Move(StepForm):
    area = AreaField(label=_("Area"), widget=forms.HiddenInput, required=False)
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    source = forms.ChoiceField(
        label=_("Source"), required=False, choices=[("", "—"), *Source.choices]
    )
    reason = text_area(_("Reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sector"].choices = [("", "—"), *sectors.names().items()]  # type: ignore[attr-defined]


class Listing(StepForm):
    number = forms.CharField(label=_("Number of the notice"), max_length=60)
    level = forms.TypedChoiceField(
        label=_("Listed by"), coerce=int,
        choices=[(int(level), level.label) for level in Level if 1 <= level <= 3],
    )  # fmt: skip
    supervisor = UnitField(label=_("Supervising unit"), widget=forms.HiddenInput)
    due_on = forms.DateField(label=_("Deadline of the listing"), widget=DayInput)
    reason = text_area(_("Requirements"), required=False)


class Amend(StepForm):
    description = text_area(_("Description"), rows=4)
    place = forms.CharField(label=_("Place"), required=False, max_length=200)
    category = forms.CharField(label=_("Category"), required=False, max_length=80)
    measure = text_area(_("Measure"), required=False)
    responsible_unit = forms.CharField(label=_("Responsible unit"), required=False, max_length=200)
    responsible_person = forms.CharField(
        label=_("Responsible person"), required=False, max_length=120
    )
    funds = forms.DecimalField(
        label=_("Funds (yuan)"), required=False, min_value=0, decimal_places=2, max_digits=14
    )
    contingency = text_area(_("Contingency plan"), required=False)
    remarks = text_area(_("Remarks"), required=False)

    NAMES = ("description", "place", "category", "measure", "responsible_unit",
             "responsible_person", "funds", "contingency", "remarks")  # fmt: skip

    @property
    def fields_given(self) -> dict[str, Any]:
        given = {name: self.cleaned_data[name] for name in self.NAMES}
        funds = given["funds"]
        given["funds"] = None if funds is None else int(funds * FEN)
        return given


class Split(StepForm):
    descriptions = text_area(
        _("Descriptions, one a line"), rows=6,
        help_text=_("The first stays with this entry; each further line becomes a new one."),
    )  # fmt: skip
    reason = text_area(_("Reason"))


class Merge(StepForm):
    into = forms.CharField(label=_("Number of the entry that stays"), max_length=60)
    reason = text_area(_("Reason"))


class CarryOut(StepForm):
    on = forms.DateField(label=_("Day it was held or issued"), widget=DayInput)
    paper_number = forms.CharField(label=_("Number of the paper"), required=False, max_length=60)


class Find(Form):
    """A new hazard, on a phone: few fields, in the order in which one sees things."""

    pk = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("hazard", _("hazard")), ("problem", _("problem"))],
        initial="hazard", widget=forms.RadioSelect,
    )  # fmt: skip
    description = text_area(_("What is wrong, and where exactly"), rows=4)
    area = AreaField(label=_("Area"), widget=forms.HiddenInput)
    enterprise_name = forms.CharField(
        label=_("Enterprise or object"), required=False, max_length=200,
        help_text=_("The full name; for a building, road section or vehicle what it is known by."),
    )  # fmt: skip
    place = forms.CharField(label=_("Place"), required=False, max_length=200)
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    source = forms.ChoiceField(label=_("Source"), choices=Source.choices, initial="inspection")
    grade = forms.ChoiceField(
        label=_("Grade"), required=False, choices=[("", _("to be graded")), *Grade.choices]
    )
    opened_on = forms.DateField(label=_("Day found"), widget=DayInput)
    due_on = forms.DateField(label=_("Deadline, if one was set"), required=False, widget=DayInput)
    measure = text_area(_("Measure required"), required=False)
    fixed = text_area(
        _("Rectified on the spot: what was done"), required=False, rows=2,
        help_text=_("Only for ordinary hazards; somebody else verifies it."),
    )  # fmt: skip
    lon = forms.DecimalField(
        required=False, max_digits=8, decimal_places=5, widget=forms.HiddenInput
    )
    lat = forms.DecimalField(
        required=False, max_digits=8, decimal_places=5, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sector"].choices = [("", "—"), *sectors.names().items()]  # type: ignore[attr-defined]

    def clean_opened_on(self) -> Any:
        day = self.cleaned_data["opened_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("The day found lies ahead; choose today or earlier."))
        return day


def uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
