"""The forms of an acceptance: whom and against what, then item by item."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from anlan.base.actor import Actor
from anlan.domain.enterprises.choosing import FirmField
from anlan.domain.inspections.acceptance.commands import REMARK_CHARS_MAX, Answer, field_of
from anlan.domain.inspections.acceptance.models import (
    NAME_CHARS_MAX,
    NOTE_CHARS_MAX,
    AcceptanceItem,
)
from anlan.domain.library.models import RuleItem
from anlan.kernel.accounts.fields import chosen_by
from anlan.ui.forms import DayInput, Form


class AcceptanceForm(Form):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    firm = FirmField(rule="enterprise.accept")
    on = forms.DateField(label=gettext_lazy("Day of the acceptance"), widget=DayInput)
    visitor = forms.CharField(label=gettext_lazy("Who was there"), max_length=NAME_CHARS_MAX)
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=NOTE_CHARS_MAX
    )  # fmt: skip

    def __init__(
        self, by: Actor, items: list[RuleItem], *args: Any, **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.by, self.items = by, items
        chosen_by(self, by)
        for item in items:
            # Whether an answer lacks, the command says: it knows which item it is.
            self.fields[field_of(item.pk)] = forms.ChoiceField(
                label=item.words[:60], required=False, widget=forms.RadioSelect,
                choices=AcceptanceItem.Outcome.choices,
            )  # fmt: skip
            self.fields[f"remark_{item.pk}"] = forms.CharField(
                label=gettext_lazy("What is wrong, and where exactly"), required=False,
                max_length=REMARK_CHARS_MAX,
            )  # fmt: skip

    @property
    def answers(self) -> dict[int, Answer]:
        data = self.cleaned_data
        return {
            item.pk: Answer(data[field_of(item.pk)], data[f"remark_{item.pk}"])
            for item in self.items
        }

    @property
    def item_rows(self) -> list[tuple[RuleItem, Any, Any]]:
        return [(item, self[field_of(item.pk)], self[f"remark_{item.pk}"]) for item in self.items]
