"""The form of a key date with the tasks that it wants each time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.carrying.forms import Rows, Seen, day, line
from anlan.domain.campaigns.keydates.commands import (
    LEAD_DAYS_MAX,
    PRECAUTIONS_MAX,
    NewKeyDate,
    NewPrecaution,
)
from anlan.domain.campaigns.models import NAME_CHARS_MAX, KeyDate, Precaution
from anlan.kernel.calendar.queries import holiday_names
from anlan.ui.forms import text_area


class KeyDateForm(Rows):
    KEY, SPARE = "title", 5

    name = line(_("Name"), chars=NAME_CHARS_MAX)
    kind = forms.ChoiceField(label=_("Kind"), choices=KeyDate.Kind.choices)
    rule = forms.ChoiceField(label=_("When it comes around"), choices=KeyDate.Rule.choices)
    holiday = forms.ChoiceField(label=_("Holiday of the calendar"), required=False)
    starts_on = day(_("First day"), False, _("Every year it is the same day and month."))
    ends_on = day(_("Last day"), False)
    lead_days = forms.IntegerField(
        label=_("Days ahead on which its tasks are drawn up"), min_value=0,
        max_value=LEAD_DAYS_MAX, initial=15,
    )  # fmt: skip
    automatic = forms.BooleanField(
        label=_("Send the tasks out at once, without anybody looking at the draft"), required=False
    )
    basis = line(_("Paper that asks for it"), False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.count = min(self.count, PRECAUTIONS_MAX)
        names = [(name, name) for name in holiday_names()]
        self.fields["holiday"].choices = [("", "—"), *names]  # type: ignore[attr-defined]

    def row(self, n: int) -> dict[str, forms.Field]:
        return {
            "title": line(_("What is to be done"), False),
            "text": text_area(_("In full"), required=False, rows=2),
            "units": line(
                _("Units"), False, hint=_("Several with “、”: the first leads, the others support.")
            ),
            "days_before": forms.IntegerField(
                label=_("Done so many days before"), required=False, min_value=0,
                max_value=LEAD_DAYS_MAX, help_text=_("Empty: by its last day."),
            ),
        }  # fmt: skip

    @staticmethod
    def of(row: KeyDate, precautions: list[Precaution]) -> dict[str, Any]:
        names = ("name", "kind", "rule", "holiday", "starts_on", "ends_on", "lead_days",
                 "automatic", "basis")  # fmt: skip
        fields = ("title", "text", "units", "days_before")
        rows = [{name: getattr(one, name) for name in fields} for one in precautions]
        return {
            "seen": row.version, **{name: getattr(row, name) for name in names},
            **Rows.initial_of(rows),
        }  # fmt: skip

    def new(self) -> NewKeyDate:
        data = self.cleaned_data
        names = ("name", "kind", "rule", "holiday", "starts_on", "ends_on", "lead_days",
                 "automatic", "basis")  # fmt: skip
        found = {name: data[name] for name in names}
        if data["rule"] == KeyDate.Rule.HOLIDAY:
            found |= {"starts_on": None, "ends_on": None}
        return NewKeyDate(
            **found,
            precautions=tuple(
                NewPrecaution(one["title"], one["text"] or "", one["units"] or "",
                              one["days_before"])
                for _n, one in self.filled
            ),
        )  # fmt: skip


class TimeForm(Seen):
    """One time of it: which, and why it is left out where it is."""

    starts_on = forms.DateField(widget=forms.HiddenInput)
    reason = line(_("Why it is left out this time"), False)
