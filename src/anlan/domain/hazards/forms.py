"""The forms of every step. A form only reads; what may be done is the command's to say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.domain.enterprises.models import ObjectKind
from anlan.domain.hazards import objects
from anlan.domain.hazards.models import Grade, Source
from anlan.domain.hazards.objects import About
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.fields import AreaField as AreaField
from anlan.kernel.accounts.fields import UnitField as UnitField
from anlan.kernel.accounts.fields import chosen_by as chosen_by
from anlan.kernel.loop.forms import CarryOut as CarryOut
from anlan.kernel.loop.forms import Nothing as Nothing
from anlan.kernel.loop.forms import Opinion as Opinion
from anlan.kernel.loop.forms import Reason as Reason
from anlan.kernel.loop.forms import StepForm as StepForm
from anlan.kernel.loop.forms import Urge as Urge
from anlan.kernel.regions.models import Level
from anlan.ui.forms import DayInput, Form, text_area

FEN = 100
#: Five decimals of a degree.
METRE = Decimal("0.00001")
#: Beyond a thousand degrees nothing is worth rounding.
DIGITS_MAX = 3


class Degrees(forms.DecimalField):
    """Longitude or latitude, to a metre: maps and phones give more digits than anybody measured."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, **more)

    def to_python(self, value: Any) -> Any:
        read = super().to_python(value)
        if read is None or not read.is_finite() or read.adjusted() > DIGITS_MAX:
            return read
        return read.quantize(METRE)


class WithPoint(Form):
    """A point, or none."""

    lon = Degrees(label=_("Longitude"), help_text=_("Between 73 and 136, like 102.71234."))
    lat = Degrees(label=_("Latitude"), help_text=_("Between 3 and 54, like 25.04567."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        lon, lat = data.get("lon"), data.get("lat")
        if "lon" in self.errors or "lat" in self.errors:
            return data
        if (lon is None) != (lat is None):
            self.add_error(
                "lon" if lon is None else "lat",
                _("Longitude and latitude go together: give both, or leave both empty."),
            )
        elif lon is not None and lat is not None and not _in_china(lon, lat):
            self.add_error(
                "lon",
                _("Longitude and latitude look swapped: the longitude is the larger number.")
                if _in_china(lat, lon)
                else _("The point lies outside China: longitude 73 to 136, latitude 3 to 54."),
            )
        return data


def _in_china(lon: Decimal, lat: Decimal) -> bool:
    return 73 <= lon <= 136 and 3 <= lat <= 54


def _of_object(name: str, chars: int) -> forms.CharField:
    label: Any = objects.LABELS[name]
    hint: Any = objects.HINTS.get(name, "")
    return forms.CharField(label=label, help_text=hint, required=False, max_length=chars)


class WithObject(Form):
    """What it is about, with the fields of each kind; those of other kinds are left unread."""

    about = forms.ChoiceField(
        label=_("About"), choices=ObjectKind.choices, initial=ObjectKind.ENTERPRISE, required=False
    )
    title = _of_object("title", objects.NAME_CHARS_MAX)
    address = _of_object("address", 200)
    road = _of_object("road", objects.NAME_CHARS_MAX)
    stake_from = _of_object("stake_from", 20)
    stake_to = _of_object("stake_to", 20)
    plate = _of_object("plate", 20)
    vessel = _of_object("vessel", objects.NAME_CHARS_MAX)
    register_number = _of_object("register_number", objects.NUMBER_CHARS_MAX)

    #: What the fields state, once the form is clean.
    stated: About | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = data.get("about") or ObjectKind.ENTERPRISE
        for name in set(objects.LABELS) - set(objects.FIELDS[kind]):
            self.errors.pop(name, None)
        self.stated, wrong = objects.read(kind, data)
        for name, reason in wrong.items():
            if name not in self.errors:
                self.add_error(name, str(reason))
        return data

    @property
    def by_kind(self) -> list[tuple[Any, str]]:
        """Each field of the object, with the kinds that show it."""
        return [
            (self[name], " ".join(f"of-{kind}" for kind in objects.FIELDS
                                  if name in objects.FIELDS[kind]))
            for name in objects.LABELS
        ]  # fmt: skip


class Assign(StepForm):
    rectifier = UnitField(label=_("Rectifying unit"), widget=forms.HiddenInput, required=False)
    suggested = forms.CharField(required=False, widget=forms.HiddenInput)
    due_on = forms.DateField(
        label=_("Deadline"), required=False, widget=DayInput,
        help_text=_("Left empty, it is counted by the office's rule."),
    )  # fmt: skip
    reason = text_area(_("Requirements"), required=False)


class AssignMany(StepForm):
    """Many at once go to one unit, which is named."""

    rectifier = UnitField(label=_("Rectifying unit"), widget=forms.HiddenInput)
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
        label=_("Level of the listing"), coerce=int,
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

    def as_written(self, name: str, kept: Any) -> str:
        if name == "funds" and kept is not None:
            return format(Decimal(kept) / FEN, "f")
        return super().as_written(name, kept)

    @property
    def fields_given(self) -> dict[str, Any]:
        given = {name: self.cleaned_data[name] for name in self.NAMES}
        funds = given["funds"]
        given["funds"] = None if funds is None else int(funds * FEN)
        return given


class ObjectForm(WithObject, StepForm):
    reason = text_area(_("Reason"), required=False)


class Point(WithPoint, StepForm):
    pass


class Split(StepForm):
    descriptions = text_area(
        _("Descriptions, one a line"), rows=6,
        help_text=_("The first stays with this entry; each further line becomes a new one."),
    )  # fmt: skip
    reason = text_area(_("Reason"))


class Merge(StepForm):
    into = forms.CharField(label=_("Number of the entry that stays"), max_length=60)
    reason = text_area(_("Reason"))


class Find(WithObject, WithPoint):
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
        label=_("Enterprise"), required=False, max_length=200,
        help_text=_("The full name; of a vehicle or building the one it belongs to, if any."),
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sector"].choices = [("", "—"), *sectors.names().items()]  # type: ignore[attr-defined]

    def clean_opened_on(self) -> Any:
        day = self.cleaned_data["opened_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("The day found lies ahead; choose today or earlier."))
        return day
