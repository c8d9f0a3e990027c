"""Forms of the pages. A form only reads; what may be done is the command's to say."""

from __future__ import annotations

from typing import Any, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.filings import terms
from anlan.domain.filings.commands import NewForm
from anlan.domain.filings.models import NAME_CHARS_MAX, TITLE_CHARS_MAX, Adds, Chain, PeriodKind
from anlan.domain.filings.who import Group
from anlan.kernel.accounts import units
from anlan.kernel.accounts.fields import AreaField, UnitField, UnitsField
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.loop.forms import StepForm
from anlan.kernel.regions import queries as regions
from anlan.kernel.regions.models import Level, Region
from anlan.ui.forms import DayInput, text_area

GROUPS, DEADLINES = 4, (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP)


def _line(label: Any, required: bool = True, chars: int = NAME_CHARS_MAX, hint: Any = "") -> Any:
    return forms.CharField(label=label, required=required, max_length=chars, help_text=hint)


def _day(label: Any, required: bool = True, hint: Any = "") -> Any:
    return forms.DateField(label=label, required=required, widget=DayInput, help_text=hint)


def _number(label: Any, most: int, hint: Any = "", required: bool = True, least: int = 0) -> Any:
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, help_text=hint, required=required
    )


class Nil(StepForm):
    note = text_area(_("Note"), required=False, rows=2)


class FormForm(StepForm):
    """Who files a form, how often and by when."""

    pk = forms.UUIDField(widget=forms.HiddenInput)
    title = _line(_("Title of the form"), True, TITLE_CHARS_MAX)
    number = _line(_("Number of the form"), False, 60, _("As its paper says, like 表1-1."))
    source = _line(_("Paper that prescribes it"), False, TITLE_CHARS_MAX)
    period = forms.ChoiceField(label=_("Filing frequency"), choices=PeriodKind.choices)
    line = forms.ChoiceField(
        label=_("Main line"), choices=Chain.choices,
        help_text=_("Units of this line are added up; those of the other stand beside."),
    )  # fmt: skip
    starts_on = _day(_("First day"), hint=_("The first period that begins then or later."))
    ends_on = _day(_("Last day"), False, _("Left empty: until it is ended."))
    days = _number(_("Days after the period's end"), 250, least=1)
    counting = forms.ChoiceField(
        label=_("How they are counted"),
        choices=(("calendar_days", _("calendar days")), ("working_days", _("working days"))),
    )
    rest_day = forms.ChoiceField(
        label=_("If that is no working day"),
        choices=(("moves", _("it moves to the next working day")), ("stays", _("it stays"))),
    )
    named = UnitsField(
        label=_("Further units"), required=False,
        help_text=_("One a line, by code or name, beside the groups above."),
    )  # fmt: skip
    opens_days = _number(_("Asked for so many days before the period's end"), 90)
    mend_days = _number(_("Days to mend what was sent back"), 90)
    reviewed = forms.BooleanField(
        label=_("Each unit on the way up reviews it"),
        required=False,
        help_text=_("From the unit that files, by the units above it, to yours."),
    )
    own_check = forms.BooleanField(
        label=_("Somebody else of the unit checks it first"), required=False
    )
    nil_allowed = forms.BooleanField(label=_("A nil report is taken"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [("", "—"), *UnitKind.choices]
        self.groups = max(GROUPS, len(self.initial.get("groups", ())))
        for n in range(self.groups):
            self.fields[f"kind{n}"] = forms.ChoiceField(
                label=_("Kind of unit"), choices=kinds, required=False
            )
            self.fields[f"level{n}"] = forms.ChoiceField(
                label=_("Level"), choices=[("", "—"), *Level.choices], required=False
            )
            self.fields[f"area{n}"] = forms.TypedChoiceField(
                label=_("Within"), choices=[("", _("the whole area"))], coerce=int,
                empty_value=None, required=False,
            )  # fmt: skip
            self.fields[f"word{n}"] = _line(_("Word in its name"), False, 30)
        for level in DEADLINES:
            self.fields[f"days_{int(level)}"] = _number(
                _("%(level)s: days") % {"level": level.label}, 250, required=False, least=1
            )

    def of(self, area: Region) -> Self:
        """Its groups lie in the area, or within one directly below it."""
        within = [(one.pk, one.name) for one in regions.children(area)]
        for n in range(self.groups):
            field: Any = self.fields[f"area{n}"]
            field.choices = [*field.choices, *within]
        return self

    @property
    def group_rows(self) -> list[tuple[Any, ...]]:
        return [
            tuple(self[f"{name}{n}"] for name in ("kind", "level", "area", "word"))
            for n in range(self.groups)
        ]

    @property
    def day_fields(self) -> list[Any]:
        return [self[f"days_{int(level)}"] for level in DEADLINES]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for n in range(self.groups):
            if bool(data.get(f"kind{n}")) != bool(data.get(f"level{n}")):
                self.add_error(f"kind{n}", _("Choose kind and level of the group, or neither."))
        return data

    def new(self) -> NewForm:
        data = self.cleaned_data
        groups = tuple(
            Group(data[f"kind{n}"], int(data[f"level{n}"]), data[f"word{n}"].strip(),
                  data[f"area{n}"] or 0)
            for n in range(self.groups) if data.get(f"kind{n}")
        )  # fmt: skip
        deadlines = {"": self._rule(data["days"])}
        for level in DEADLINES:
            days = data.get(f"days_{int(level)}")
            if days is not None:
                deadlines[str(int(level))] = self._rule(days)
        names = ("title", "number", "source", "period", "line", "starts_on", "ends_on",
                 "opens_days", "mend_days", "reviewed", "own_check", "nil_allowed")  # fmt: skip
        return NewForm(
            **{name: data[name] for name in names}, groups=groups, units=tuple(data["named"]),
            deadlines=deadlines, pk=data["pk"],
        )  # fmt: skip

    def _rule(self, days: int) -> dict[str, Any]:
        data = self.cleaned_data
        return {"kind": data["counting"], "n": days, "rest_day": data["rest_day"]}

    @staticmethod
    def initial_of(form: Any) -> dict[str, Any]:
        """What the fields hold for a form that is there."""
        names = ("pk", "title", "number", "source", "period", "line", "starts_on", "ends_on",
                 "opens_days", "mend_days", "reviewed", "own_check", "nil_allowed")  # fmt: skip
        found = {name: getattr(form, name) for name in names}
        found["groups"] = form.who.get("groups", ())
        for n, group in enumerate(found["groups"]):
            found |= {f"{name}{n}": value for name, value in group.items()}
        named = Unit.objects.filter(pk__in=form.who.get("units", ()), valid_to=None)
        found["named"] = "\n".join(units.as_lines(named.values_list("pk", flat=True)))
        general = form.deadlines.get("") or {}
        found |= {"days": general.get("n", 5), "counting": general.get("kind", "calendar_days"),
                  "rest_day": general.get("rest_day", "moves")}  # fmt: skip
        for level, rule in form.deadlines.items():
            if level:
                found[f"days_{level}"] = rule["n"]
        return found


class IssueForm(StepForm):
    since = _day(_("In force for periods that begin on or after"), False,
                 _("Of the first version: the form's first day."))  # fmt: skip
    note = _line(_("What is new in it"), False, TITLE_CHARS_MAX)


class OtherDayForm(StepForm):
    code = forms.ChoiceField(label=_("Reporting period"))
    due_on = _day(_("To be filed by"))
    reason = _line(_("Reason"), True, TITLE_CHARS_MAX)
    unit = UnitField(label=_("One unit"), required=False, widget=forms.HiddenInput)
    area = AreaField(label=_("One area"), required=False, widget=forms.HiddenInput)


class DeclarerForm(StepForm):
    unit = UnitField(label=_("Unit"), widget=forms.HiddenInput)
    since = _day(_("Since"))
    reason = _line(_("Why it isn't on the system"), True, TITLE_CHARS_MAX)


class ItemForm(StepForm):
    name = _line(_("Name of the item"))
    measure = _line(_("Counted in"), True, 20, _("Like 次, 人次, 万元."))
    digits = forms.ChoiceField(
        label=_("Digits behind the point"),
        choices=[(n, str(n)) for n in range(terms.DIGITS_MAX + 1)],
    )
    adds = forms.ChoiceField(label=_("How it adds up"), choices=Adds.choices)
    vague = forms.BooleanField(
        label=_("May be told as bounds, like 数十亿元 or 50万元以上"), required=False
    )
    basis = text_area(_("Basis (口径)"), required=False, rows=2)
