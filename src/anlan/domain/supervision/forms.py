"""The forms of supervision. A form only reads; what may be done is the command's to say."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid_of
from anlan.domain.supervision.loop import LETTER, TRANSFER
from anlan.domain.supervision.models import SUBJECT_CHARS_MAX, WORD_CHARS_MAX, Item, Outcome
from anlan.kernel.accounts.fields import UnitField
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop.forms import StepForm
from anlan.ui.forms import DayInput, Form, text_area


class PaperForm(Form):
    """A new transfer or letter; what it is about is ticked in the table below it."""

    pk = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    office = forms.TypedChoiceField(label=_("Issued by"), coerce=int)
    receiver = UnitField(label=_("Receiver"), widget=forms.HiddenInput)
    superior = UnitField(label=_("Unit above it"), widget=forms.HiddenInput, required=False)
    subject = forms.CharField(label=_("Subject"), max_length=SUBJECT_CHARS_MAX)
    due_on = forms.DateField(label=_("Answer due on"), widget=DayInput)
    text = text_area(_("Text"), required=False, rows=5)

    def __init__(self, kind: str, offices: list[Unit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["office"].choices = [(unit.pk, unit.name) for unit in offices]  # type: ignore[attr-defined]
        if kind == TRANSFER.kind:
            del self.fields["superior"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        receiver = data.get("receiver")
        if self.kind == LETTER.kind and receiver and not data.get("superior"):
            # Most units state who stands above them.
            data["superior"] = receiver.parent
            if receiver.parent is None:
                self.add_error(
                    "superior", _("No unit is known above the receiver; choose one, please.")
                )
        return data

    @property
    def chosen(self) -> tuple[UUID, ...]:
        """What was ticked, each once, in the order of the page."""
        values = self.data.getlist("hazards") if hasattr(self.data, "getlist") else []
        found = [pk for value in values if (pk := uuid_of(value))]
        return tuple(dict.fromkeys(found))


class Replies(StepForm):
    """One reply for each finding: how it stands, and what was done."""

    def __init__(self, items: list[Item], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            self.fields[f"outcome_{item.pk}"] = forms.ChoiceField(
                label=_("How it stands"), required=False, initial=item.outcome,
                choices=[("", "—"), *Outcome.choices],
            )  # fmt: skip
            self.fields[f"reply_{item.pk}"] = text_area(_("Reply"), required=False, rows=2)
            self.fields[f"reply_{item.pk}"].initial = item.reply

    @property
    def rows(self) -> list[tuple[Item, Any, Any]]:
        return [(item, self[f"outcome_{item.pk}"], self[f"reply_{item.pk}"]) for item in self.items]

    @property
    def replies(self) -> dict[int, tuple[str, str]]:
        data = self.cleaned_data
        return {
            item.pk: (data[f"outcome_{item.pk}"], data[f"reply_{item.pk}"]) for item in self.items
        }


class ReturnReport(StepForm):
    text = text_area(_("Return report"), rows=5)


class SendBack(StepForm):
    reason = text_area(_("What is missing"))
    due_on = forms.DateField(label=_("New deadline"), widget=DayInput)


class HeadForm(Form):
    """The words before the year in an office's numbers."""

    office = forms.TypedChoiceField(label=_("Office"), coerce=int)
    transfer = forms.CharField(
        label=_("Words of transfers"), required=False, max_length=WORD_CHARS_MAX,
        help_text=_("What stands before the year: the office's own characters for its papers."),
    )  # fmt: skip
    letter = forms.CharField(label=_("Words of letters"), required=False, max_length=WORD_CHARS_MAX)

    def __init__(self, offices: list[Unit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = [(unit.pk, unit.name) for unit in offices]  # type: ignore[attr-defined]
