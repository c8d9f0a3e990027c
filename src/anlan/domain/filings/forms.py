"""Forms of the pages. A form only reads; what may be done is the command's to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.filings import terms
from anlan.domain.filings.commands import NewForm
from anlan.domain.filings.models import NAME_CHARS_MAX, TITLE_CHARS_MAX, Adds, Chain, PeriodKind
from anlan.domain.filings.who import Group
from anlan.domain.hazards.forms import AreaField, StepForm, UnitField, text_area
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.accounts.permissions import units_seen
from anlan.kernel.regions.models import Level
from anlan.ui.forms import DayInput

GROUPS, DEADLINES = 4, (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP)


def _line(label: Any, required: bool = True, chars: int = NAME_CHARS_MAX, hint: Any = "") -> Any:
    return forms.CharField(label=label, required=required, max_length=chars, help_text=hint)


def _day(label: Any, required: bool = True, hint: Any = "") -> Any:
    return forms.DateField(label=label, required=required, widget=DayInput, help_text=hint)


def _number(label: Any, most: int, hint: Any = "", required: bool = True) -> Any:
    return forms.IntegerField(
        label=label, min_value=0, max_value=most, help_text=hint, required=required
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
    days = _number(_("Days after the period's end"), 250)
    counting = forms.ChoiceField(
        label=_("How they are counted"),
        choices=(("calendar_days", _("calendar days")), ("working_days", _("working days"))),
    )
    rest_day = forms.ChoiceField(
        label=_("If that is no working day"),
        choices=(("moves", _("it moves to the next working day")), ("stays", _("it stays"))),
    )
    named = text_area(
        _("Further units"), required=False, rows=3,
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
        for n in range(GROUPS):
            self.fields[f"kind{n}"] = forms.ChoiceField(
                label=_("Kind of unit"), choices=kinds, required=False
            )
            self.fields[f"level{n}"] = forms.ChoiceField(
                label=_("Level"), choices=[("", "—"), *Level.choices], required=False
            )
            self.fields[f"word{n}"] = _line(_("Word in its name"), False, 30)
        for level in DEADLINES:
            self.fields[f"days_{int(level)}"] = _number(
                _("%(level)s: days") % {"level": level.label}, 250, required=False
            )

    @property
    def group_rows(self) -> list[tuple[Any, Any, Any]]:
        return [(self[f"kind{n}"], self[f"level{n}"], self[f"word{n}"]) for n in range(GROUPS)]

    @property
    def day_fields(self) -> list[Any]:
        return [self[f"days_{int(level)}"] for level in DEADLINES]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for n in range(GROUPS):
            if bool(data.get(f"kind{n}")) != bool(data.get(f"level{n}")):
                self.add_error(f"kind{n}", _("Choose kind and level of the group, or neither."))
        return data

    def new(self, units: tuple[int, ...] = (), **more: Any) -> NewForm:
        data = self.cleaned_data
        groups = tuple(
            Group(data[f"kind{n}"], int(data[f"level{n}"]), data[f"word{n}"].strip())
            for n in range(GROUPS) if data.get(f"kind{n}")
        )  # fmt: skip
        deadlines = {"": self._rule(data["days"])}
        for level in DEADLINES:
            days = data.get(f"days_{int(level)}")
            if days:
                deadlines[str(int(level))] = self._rule(days)
        names = ("title", "number", "source", "period", "line", "starts_on", "ends_on",
                 "opens_days", "mend_days", "reviewed", "own_check", "nil_allowed")  # fmt: skip
        return NewForm(
            **{name: data[name] for name in names}, groups=groups, units=units,
            deadlines=deadlines, pk=data["pk"], **more,
        )  # fmt: skip

    def _rule(self, days: int) -> dict[str, Any]:
        data = self.cleaned_data
        return {"kind": data["counting"], "n": max(1, days), "rest_day": data["rest_day"]}

    def units(self, by: Actor) -> tuple[int, ...]:
        """The units that are named one by one; an error says which nobody knows."""
        names = list(dict.fromkeys(
            line.strip() for line in self.cleaned_data["named"].splitlines() if line.strip()
        ))  # fmt: skip
        rows = Unit.objects.filter(Q(code__in=names) | Q(name__in=names), valid_to=None)
        if not by.trusted:
            rows = rows.filter(units_seen(by))
        found = {said: row.pk for row in rows for said in (row.code, row.name)}
        unknown = [name for name in names if name not in found]
        if unknown:
            reason = _("No unit that you see has this code or name: %(names)s")
            self.add_error("named", reason % {"names": "、".join(unknown[:5])})
        return tuple(found[name] for name in names if name in found)

    @staticmethod
    def initial_of(form: Any) -> dict[str, Any]:
        """What the fields hold for a form that is there."""
        names = ("pk", "title", "number", "source", "period", "line", "starts_on", "ends_on",
                 "opens_days", "mend_days", "reviewed", "own_check", "nil_allowed")  # fmt: skip
        found = {name: getattr(form, name) for name in names}
        for n, group in enumerate(form.who.get("groups", ())[:GROUPS]):
            found |= {f"kind{n}": group["kind"], f"level{n}": group["level"],
                      f"word{n}": group["word"]}  # fmt: skip
        named = Unit.objects.filter(pk__in=form.who.get("units", ())).order_by("path", "name")
        found["named"] = "\n".join(named.values_list("code", flat=True))
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
