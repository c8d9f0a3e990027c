"""Forms of the register of new activities."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.domain.library.models import Text
from anlan.domain.lists.activities.commands import Assignment, NewActivity
from anlan.domain.lists.activities.models import NAME_CHARS_MAX, RULE_CHARS_MAX
from anlan.kernel.accounts.fields import UnitField
from anlan.ui.forms import Form, text_area


class Seen(Form):
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **more: Any) -> None:
        initial = {"request_id": uuid7(), **(more.pop("initial", None) or {})}
        super().__init__(*args, initial=initial, **more)


class ActivityForm(Seen):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("Activity"), max_length=NAME_CHARS_MAX)
    text = text_area(_("What it is, where it goes on, what can happen"), rows=5)

    def new(self, pk: UUID | None = None) -> NewActivity:
        data = self.cleaned_data
        return NewActivity(pk or data["pk"], data["name"], data["text"])


class AssignForm(Seen):
    regulator = UnitField(label=_("Regulator"), widget=forms.HiddenInput)
    near = text_area(_("To which business it is near, and why"), rows=3)
    law = forms.ChoiceField(
        label=_("Rule or notice, from the library"), required=False,
        help_text=_("Texts of the library that name the activity stand here."),
    )  # fmt: skip
    rule = forms.CharField(
        label=_("Or its title and number"), required=False, max_length=RULE_CHARS_MAX
    )

    def __init__(self, *args: Any, laws: Iterable[tuple[Any, Any]] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        law: Any = self.fields["law"]
        law.choices = [("", "—"), *laws]

    def assignment(self) -> Assignment:
        data = self.cleaned_data
        law = UUID(data["law"]) if data["law"] else None
        return Assignment(data["regulator"].pk, data["near"], data["rule"], law)


class ReasonForm(Seen):
    reason = text_area(_("Reason"), rows=3)


def title_of(text: Text) -> str:
    return f"{text.title} {text.number}".strip()
