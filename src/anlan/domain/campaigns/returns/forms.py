"""Forms of reporting duties and returns. A form only reads; commands say what may be done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.domain.campaigns.models import NAME_CHARS_MAX, TITLE_CHARS_MAX, DutyFigure, Line
from anlan.domain.campaigns.returns.commands import OPENS_DAYS_MAX, NewDuty
from anlan.domain.campaigns.returns.rule import (
    EVERY,
    REST_DAYS,
    Rule,
    days_of_text,
    text_of_days,
)
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop.forms import StepForm
from anlan.ui.forms import DayInput, Form, text_area

FIGURE_ROWS = 4


class DutyForm(Form):
    """What is to be reported, by which days, by whom."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    line = forms.UUIDField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=TITLE_CHARS_MAX)
    text = text_area(_("What is to be reported, as the paper says it"), rows=3)
    every = forms.ChoiceField(label=_("How often it is reported"), choices=list(EVERY.items()))
    dates = forms.CharField(
        label=_("Set days"),
        required=False,
        max_length=200,
        help_text=_("Month and day, like 6-20、12-20; the day itself is still in time."),
    )
    month = forms.IntegerField(
        label=_("In which month of it"),
        required=False,
        min_value=1,
        max_value=12,
        help_text=_("Of a quarter, half-year or year: 1 is its first month."),
    )
    day = forms.IntegerField(
        label=_("On which day"),
        required=False,
        min_value=0,
        max_value=31,
        help_text=_("Of the month, 0 is its last day; of a week, 1 is Monday."),
    )
    rest_day = forms.ChoiceField(
        label=_("Where it is no working day"), choices=list(REST_DAYS.items())
    )
    before = forms.BooleanField(
        label=_("The day itself is already late (“before” without the day)"), required=False
    )
    starts_on = forms.DateField(label=_("First day"), widget=DayInput)
    ends_on = forms.DateField(label=_("Last day"), widget=DayInput)
    opens_days = forms.IntegerField(
        label=_("Asked for so many days ahead"), min_value=0, max_value=OPENS_DAYS_MAX
    )
    nil_allowed = forms.BooleanField(label=_("A nil report is taken"), required=False)
    units = forms.MultipleChoiceField(
        label=_("Who reports"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, units: Sequence[Unit] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["units"]
        field.choices = [(str(unit.pk), unit.name) for unit in units]
        for n in range(FIGURE_ROWS):
            self.fields[f"name_{n}"] = forms.CharField(
                label=_("Name of the figure"), required=False, max_length=NAME_CHARS_MAX
            )
            self.fields[f"unit_{n}"] = forms.CharField(
                label=_("Unit of measure"), required=False, max_length=20
            )

    @property
    def figures(self) -> list[tuple[Any, Any]]:
        return [(self[f"name_{n}"], self[f"unit_{n}"]) for n in range(FIGURE_ROWS)]

    def clean_dates(self) -> tuple[tuple[int, int], ...]:
        said: str = self.cleaned_data["dates"]
        try:
            return days_of_text(said) if said.strip() else ()
        except ValueError:
            raise forms.ValidationError(
                _("Write month and day of each, like 6-20、12-20.")
            ) from None

    @property
    def rule(self) -> Rule:
        data = self.cleaned_data
        return Rule(
            data["every"], dates=data.get("dates") or (), month=data.get("month") or 1,
            day=data.get("day") or 0, rest_day=data["rest_day"], includes_day=not data["before"],
        )  # fmt: skip

    @property
    def new(self) -> NewDuty:
        data = self.cleaned_data
        named = [
            (data[f"name_{n}"], data[f"unit_{n}"]) for n in range(FIGURE_ROWS)
            if data[f"name_{n}"].strip()
        ]  # fmt: skip
        return NewDuty(
            title=data["title"], text=data["text"], rule=self.rule, starts_on=data["starts_on"],
            ends_on=data["ends_on"], units=tuple(map(int, data["units"])), line=data["line"],
            opens_days=data["opens_days"], nil_allowed=data["nil_allowed"],
            figures=tuple(named),
        )  # fmt: skip

    @staticmethod
    def of(
        text: str, rule: Rule | None, line: Line | None, first: date, last: date,
        units: Sequence[Unit],
    ) -> dict[str, Any]:  # fmt: skip
        rule = rule or Rule("month", day=5)
        return {
            "request_id": uuid7(), "line": line.pk if line else None, "text": text,
            "title": (line.title if line else text[:30].rstrip("，。；")), "every": rule.every,
            "dates": text_of_days(rule.dates), "month": rule.month, "day": rule.day,
            "rest_day": rule.rest_day, "starts_on": first, "ends_on": last, "opens_days": 20,
            "nil_allowed": True, "units": [str(unit.pk) for unit in units],
        }  # fmt: skip


class FileForm(StepForm):
    """A report with its figures."""

    text = text_area(_("What there is to report"), rows=5)

    def __init__(self, *args: Any, figures: Sequence[DutyFigure] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.asked = [one.pk for one in figures]
        for one in figures:
            label = f"{one.name} ({one.unit})" if one.unit else one.name
            self.fields[f"figure_{one.pk}"] = forms.IntegerField(label=label, min_value=0)

    @property
    def numbers(self) -> dict[int, Decimal]:
        found = {pk: self.cleaned_data.get(f"figure_{pk}") for pk in self.asked}
        return {pk: Decimal(value) for pk, value in found.items() if value is not None}


class NilForm(StepForm):
    text = text_area(_("Remarks"), required=False, rows=2)


def pk_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
