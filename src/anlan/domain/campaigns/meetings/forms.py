"""Forms of meetings. A form only reads; commands say what may be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.meetings.commands import (
    KIND_STANDS,
    SERIES_MAX,
    SERIES_MONTHS,
    NewItem,
    NewMeeting,
)
from anlan.domain.campaigns.models import (
    NAME_CHARS_MAX,
    TITLE_CHARS_MAX,
    Meeting,
    MeetingItem,
    Task,
)
from anlan.domain.campaigns.queries import uuid_of
from anlan.kernel.accounts.fields import UnitField
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop.forms import StepForm
from anlan.ui.forms import DayInput, text_area

#: Points that can be added at once to an agenda.
POINTS_NEW = 3


class MeetingForm(StepForm):
    unit = forms.ChoiceField(label=_("Meeting held by"))
    title = forms.CharField(label=_("Title"), max_length=TITLE_CHARS_MAX)
    held_on = forms.DateField(label=_("Day of the meeting"), widget=DayInput)
    place = forms.CharField(
        label=_("Meeting place"), max_length=TITLE_CHARS_MAX, required=False
    )  # fmt: skip
    chair = forms.CharField(label=_("In the chair"), max_length=NAME_CHARS_MAX, required=False)
    present = text_area(
        _("Present"), required=False, rows=3,
        help_text=_("Units and names as the minutes shall have them; it may be filled in later."),
    )  # fmt: skip
    since = forms.DateField(
        label=_("Compare with"), widget=DayInput, required=False,
        help_text=_("Left empty: the day of this unit's last meeting, else 30 days earlier."),
    )  # fmt: skip
    next_on = forms.DateField(
        label=_("Next meeting"), widget=DayInput, required=False,
        help_text=_("What falls due before it is shown; left empty, the next 30 days."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, units: Sequence[Unit], series: bool = False, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        if series:
            self.fields["more"] = forms.IntegerField(
                label=_("Meetings planned ahead"), min_value=0, max_value=SERIES_MAX, initial=0,
                required=False, help_text=_("So many more of the same, each compared with the one "
                                            "before; each can be changed by itself."),
            )  # fmt: skip
            self.fields["months"] = forms.TypedChoiceField(
                label=_("How far apart"), choices=list(SERIES_MONTHS.items()), coerce=int,
                required=False, empty_value="",
            )  # fmt: skip
        self.fields["unit"].choices = [(str(unit.pk), unit.name) for unit in units]  # type: ignore[attr-defined]

    def new(self, pk: UUID, campaign: UUID) -> NewMeeting:
        data = self.cleaned_data
        return NewMeeting(
            campaign=campaign, unit=int(data["unit"]), title=data["title"],
            held_on=data["held_on"], place=data["place"], chair=data["chair"],
            present=data["present"], since=data["since"], next_on=data["next_on"], pk=pk,
            more=data.get("more") or 0, months=data.get("months") or 1,
        )  # fmt: skip

    @staticmethod
    def of(row: Meeting) -> dict[str, Any]:
        names = ("title", "held_on", "place", "chair", "present", "since", "next_on")
        return {name: getattr(row, name) for name in names} | {
            "unit": row.unit_id, "seen": row.version,
        }  # fmt: skip


class ItemForm(StepForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=MeetingItem.Kind.choices)
    text = text_area(_("What"), rows=3)
    unit = UnitField(label=_("Who does it"), required=False)
    task = forms.CharField(
        label=_("Task that the promise is about"), required=False, max_length=60,
        help_text=_("Its number. Not for a decision: that becomes a task by itself."),
    )  # fmt: skip
    due_on = forms.DateField(label=_("Until"), widget=DayInput, required=False)

    def __init__(
        self, *args: Any, tasks: QuerySet[Task], item: MeetingItem | None = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self._tasks = tasks
        if item is not None and item.since_number is not None:
            kind: Any = self.fields["kind"]
            kind.choices = [(item.kind, item.get_kind_display())]
            kind.error_messages["invalid_choice"] = KIND_STANDS

    def clean_task(self) -> UUID | None:
        """The task by its number, among those that the meeting goes through."""
        text = str(self.cleaned_data["task"]).strip()
        if not text or self.cleaned_data.get("kind") != MeetingItem.Kind.PROMISE:
            return None
        where = Q(case__number=text.upper()) | Q(pk=uuid_of(text))
        found = self._tasks.filter(where).values_list("pk", flat=True).first()
        if found is None:
            raise forms.ValidationError(
                _("No task of this meeting has that number; copy it from the task's page."),
                code="task",
            )
        return found

    def new(self) -> NewItem:
        data = self.cleaned_data
        unit = data["unit"]
        return NewItem(
            kind=data["kind"], text=data["text"], unit=unit.pk if unit else None,
            due_on=data["due_on"], task=data["task"],
        )  # fmt: skip

    @staticmethod
    def of(item: MeetingItem) -> dict[str, Any]:
        return {"kind": item.kind, "text": item.text, "due_on": item.due_on,
                "task": item.task.case.number if item.task else ""}  # fmt: skip
