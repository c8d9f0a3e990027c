"""The forms of checks from afar. What may be done is the commands' to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.base.limits import TEXT_CHARS_MAX
from anlan.domain.enterprises.models import ObjectKind
from anlan.domain.inspections.models import Every
from anlan.domain.inspections.remote.commands import Seen
from anlan.domain.inspections.remote.commands.plans import REST_MAX, SEED_CHARS_MAX, WANTED_MAX
from anlan.domain.inspections.remote.models import (
    NAME_CHARS_MAX,
    NOTE_CHARS_MAX,
    Pick,
    Violation,
    Way,
)
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.fields import AreaField
from anlan.ui.forms import DayInput, Form, MomentInput

#: Findings that the form of a look offers.
SEEN_ROWS = 6


class PlanForm(Form):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name of the plan"), max_length=NAME_CHARS_MAX)
    way = forms.ChoiceField(
        label=_("How one looks"), choices=Way.choices, widget=forms.RadioSelect,
        initial=Way.VIDEO.value,
    )  # fmt: skip
    area = AreaField(label=_("Area"), widget=forms.HiddenInput)
    sector = forms.ChoiceField(
        label=_("Sector"), required=False, help_text=_("Left empty: all sectors.")
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of subjects"), choices=ObjectKind.choices,
        widget=forms.CheckboxSelectMultiple, initial=[ObjectKind.ENTERPRISE.value],
    )  # fmt: skip
    every = forms.ChoiceField(
        label=_("How often"), choices=Every.choices, initial=Every.TEN_DAYS.value
    )
    wanted = forms.IntegerField(
        label=_("Drawn each time"), min_value=1, max_value=WANTED_MAX, initial=20
    )
    rest = forms.IntegerField(
        label=_("Leave out whom the last draws drew"), min_value=0, max_value=REST_MAX, initial=0,
        help_text=_("How many draws; 0 draws from all each time."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["sector"].choices = [("", _("all")), *sectors.names().items()]


class DrawForm(Form):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    day = forms.DateField(
        label=_("For the period of this day"), widget=DayInput,
        help_text=_("Each period is drawn once."),
    )  # fmt: skip
    seed = forms.CharField(
        label=_("Seed"), max_length=SEED_CHARS_MAX,
        help_text=_("Any word or number, best one that is drawn in public: a lottery’s, a share "
                    "index’s."),
    )  # fmt: skip


class LookForm(Form):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    on = forms.DateField(label=_("Looked at on"), widget=DayInput)
    looker = forms.CharField(label=_("Who looked"), max_length=NAME_CHARS_MAX)
    what = forms.CharField(
        label=_("Camera, or system and page"), max_length=NAME_CHARS_MAX, required=False
    )
    since = forms.DateTimeField(label=_("Seen from"), widget=MomentInput, required=False)
    until = forms.DateTimeField(label=_("Seen until"), widget=MomentInput, required=False)
    outcome = forms.ChoiceField(
        label=_("What came of it"), widget=forms.RadioSelect,
        choices=[(c, label) for c, label in Pick.State.choices if c != Pick.State.WAITING],
    )  # fmt: skip
    note = forms.CharField(
        label=_("Note"), required=False, max_length=NOTE_CHARS_MAX,
        help_text=_("Where there was nothing to look at, why."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(SEEN_ROWS):
            self.fields[f"kind_{n}"] = forms.ChoiceField(
                label=_("Violation"), required=False,
                choices=[("", "—"), *Violation.Kind.choices],
            )  # fmt: skip
            self.fields[f"words_{n}"] = forms.CharField(
                label=_("What is wrong, and where exactly"), required=False,
                max_length=TEXT_CHARS_MAX, widget=forms.Textarea({"rows": 2}),
            )  # fmt: skip
            self.fields[f"at_{n}"] = forms.DateTimeField(
                label=_("When it is seen"), required=False, widget=MomentInput
            )

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        return [(self[f"kind_{n}"], self[f"words_{n}"], self[f"at_{n}"]) for n in range(SEEN_ROWS)]

    @property
    def seen(self) -> tuple[Seen, ...]:
        """Rows that say anything; an empty one between them is left out."""
        data, found = self.cleaned_data, []
        for n in range(SEEN_ROWS):
            given = (data[f"kind_{n}"], data[f"words_{n}"], data[f"at_{n}"])
            if any(given):
                found.append(Seen(*given))
        return tuple(found)
