"""The forms of the pages by which an office sets its house."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.hazards.models import Grade, Source
from anlan.domain.office import queries
from anlan.domain.office.models import REASON_CHARS_MAX
from anlan.kernel.calendar.commands import YEAR_MIN
from anlan.kernel.calendar.deadlines import COUNT_MAX
from anlan.kernel.calendar.periods import YEAR_MAX
from anlan.kernel.loop.settings import RUNGS, URGE_WORKDAYS
from anlan.ui.forms import EXAMPLES, MESSAGES, DayInput, Form

NOTE_CHARS_MAX = 80
SOURCE_CHARS_MAX = 120
ANNOUNCEMENT_CHARS_MAX = 6_000
RUNG_DAYS_MAX = 366
EXTENSIONS_MAX = 9
URGE_WORKDAYS_MAX = 30

WORK, REST, PLAIN = "work", "rest", "plain"


class DayForm(Form):
    """One day; without script it is a form like any other."""

    day = forms.DateField(label=_("Day"), widget=DayInput)
    state = forms.ChoiceField(
        label=_("This day is"),
        choices=(
            (WORK, _("a working day")),
            (REST, _("a day off")),
            (PLAIN, _("what its weekday says")),
        ),
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=NOTE_CHARS_MAX,
        help_text=_("The holiday's name, or the paper that says so."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("state") in (WORK, REST) and not data.get("note") and "note" not in self.errors:
            self.add_error("note", _("Reason: say which holiday or which paper makes it so."))
        return data

    @property
    def is_workday(self) -> bool | None:
        return {WORK: True, REST: False}.get(self.cleaned_data["state"])


class AnnounceForm(Form):
    year = forms.IntegerField(label=_("Year"), min_value=YEAR_MIN, max_value=YEAR_MAX)
    source = forms.CharField(
        label=_("Number of the announcement"),
        max_length=SOURCE_CHARS_MAX,
        help_text=_("For example 国办发明电〔2025〕7号."),
    )
    days = forms.CharField(
        label=_("Holidays"),
        required=False,
        max_length=ANNOUNCEMENT_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_(
            "Paste the announcement's sentences, a line for each holiday, or write a day a line: "
            "2027-10-01 至 2027-10-07 休 国庆节. They replace what is known of the year. "
            "Left empty, the days stay as they were set one by one."
        ),
    )


KINDS = (
    ("working_days", _("working days")),
    ("calendar_days", _("calendar days")),
    ("hours", _("hours")),
)
#: The deadlines that an office sets, by the names that form fields can have.
DEADLINES = {
    "assign": "assign",
    "receipt": "receipt",
    "rectify": "rectify",
    "rectify_major": "rectify:major",
    "verify": "verify",
    "close": "close",
}


class RulesForm(Form):
    """Deadlines, rungs and approvals of one loop."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    extensions_max = forms.IntegerField(
        label=_("Extensions of one case at most"), min_value=0, max_value=EXTENSIONS_MAX
    )
    urge_workdays = forms.IntegerField(
        label=_("Working days before a unit may urge the same case again"),
        required=False, min_value=0, max_value=URGE_WORKDAYS_MAX,
        help_text=_("Left empty, 1: our own default, no rule asks for it. 0 sets no limit."),
    )  # fmt: skip
    two_to_close = forms.MultipleChoiceField(
        label=_("Two people close"),
        choices=Grade.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    five_elements = forms.MultipleChoiceField(
        label=_("Five elements before rectifying"),
        choices=Grade.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Measure, responsible person, funds, deadline and contingency plan."),
    )
    double_assignment = forms.MultipleChoiceField(
        label=_("Both confirm when found by"),
        choices=Source.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Such findings go to territory and regulator, and both confirm."),
    )
    reason = forms.CharField(
        label=_("Reason for the change"),
        max_length=REASON_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The paper or meeting that decided it. It stands in the history."),
    )

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        # Only hazards are graded.
        self.keys = {
            name: key for name, key in DEADLINES.items() if kind == "hazard" or ":" not in key
        }
        super().__init__(*args, **kwargs)
        for name, key in self.keys.items():
            label = queries.deadline_name(key)
            self.fields[f"n_{name}"] = forms.IntegerField(
                label=label, min_value=1, max_value=max(COUNT_MAX.values())
            )
            self.fields[f"kind_{name}"] = forms.ChoiceField(label=label, choices=KINDS)
            self.fields[f"moves_{name}"] = forms.BooleanField(
                label=_("a rest day moves on"), required=False
            )
        for number, rung in enumerate(RUNGS):
            self.fields[f"rung_{number}"] = forms.IntegerField(
                label=str(rung), min_value=-RUNG_DAYS_MAX, max_value=RUNG_DAYS_MAX
            )
        for name, field in self.fields.items():
            if name.startswith(("n_", "kind_", "moves_", "rung_")):
                self._speak(field)

    @staticmethod
    def _speak(field: forms.Field) -> None:
        """The words of ``Spoken``, for fields that are made here."""
        label = {"label": str(field.label)}
        texts = {
            "required": MESSAGES["required"],
            "invalid": dict(EXAMPLES)[forms.IntegerField],
            "invalid_choice": MESSAGES["invalid_choice"],
        }
        for code, text in texts.items():
            field.error_messages[code] = str(text % label)

    @staticmethod
    def of(version: int, data: Mapping[str, Any]) -> dict[str, Any]:
        """Initial values from a version of the settings."""
        initial = {
            name: data[name]
            for name in ("extensions_max", "two_to_close", "five_elements", "double_assignment")
        }
        initial["urge_workdays"] = data.get("urge_workdays", URGE_WORKDAYS)
        for name, key in DEADLINES.items():
            rule = data["deadlines"].get(key)
            if rule:
                initial[f"n_{name}"] = rule.get("n")
                initial[f"kind_{name}"] = rule["kind"]
                initial[f"moves_{name}"] = rule.get("rest_day") == "moves"
        for number, days_after in enumerate(data["rungs"]):
            initial[f"rung_{number}"] = days_after
        return {"version": version, **initial}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, key in self.keys.items():
            n, kind = data.get(f"n_{name}"), data.get(f"kind_{name}")
            if n and kind and n > COUNT_MAX[kind]:
                self.add_error(
                    f"n_{name}",
                    _("%(label)s: write a number from 1 to %(most)s.")
                    % {"label": queries.deadline_name(key), "most": COUNT_MAX[kind]},
                )
        self._check_rungs(data)
        return data

    def _check_rungs(self, data: Mapping[str, Any]) -> None:
        rungs = [data.get(f"rung_{number}") for number in range(len(RUNGS))]
        for number in range(1, len(rungs)):
            lower, upper = rungs[number - 1], rungs[number]
            if lower is not None and upper is not None and upper <= lower:
                self.add_error(
                    f"rung_{number}",
                    _("%(rung)s must come later than %(before)s: write more than %(days)s.")
                    % {"rung": RUNGS[number], "before": RUNGS[number - 1], "days": lower},
                )

    def data_of(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """The settings as entered; what a rule has beyond the form stays."""
        entered = self.cleaned_data
        given = before.get("urge_workdays", URGE_WORKDAYS)
        again = entered.get("urge_workdays")
        again = URGE_WORKDAYS if again is None else again
        deadlines = {key: dict(rule) for key, rule in before["deadlines"].items()}
        for name, key in self.keys.items():
            rule = deadlines.setdefault(key, {})
            rule["kind"], rule["n"] = entered[f"kind_{name}"], entered[f"n_{name}"]
            if entered[f"moves_{name}"]:
                rule["rest_day"] = "moves"
            else:
                rule.pop("rest_day", None)
        return {
            "deadlines": deadlines,
            "rungs": [entered[f"rung_{number}"] for number in range(len(RUNGS))],
            "extensions_max": entered["extensions_max"],
            "two_to_close": sorted(entered["two_to_close"]),
            "five_elements": sorted(entered["five_elements"]),
            "double_assignment": sorted(entered["double_assignment"]),
            **({} if again == given else {"urge_workdays": again}),
        }
