"""Forms of the bank of questions and of the register of publications."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.domain.bulletins.press.commands import NewPublication, NewQuestion
from anlan.domain.bulletins.press.models import (
    OUTLET_CHARS_MAX,
    QUESTION_CHARS_MAX,
    TOPIC_CHARS_MAX,
    WHERE_CHARS_MAX,
    Medium,
    Question,
)
from anlan.kernel.loop.forms import StepForm
from anlan.ui.forms import DayInput, text_area


class Seen(StepForm):
    def __init__(self, *args: Any, **more: Any) -> None:
        initial = {"request_id": uuid7(), **(more.pop("initial", None) or {})}
        super().__init__(*args, initial=initial, **more)


class QuestionForm(Seen):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    question = forms.CharField(label=_("Question"), max_length=QUESTION_CHARS_MAX)
    topic = forms.CharField(label=_("Topic"), required=False, max_length=TOPIC_CHARS_MAX)
    answer = text_area(
        _("Answer"), rows=8,
        help_text=_("A figure stands as its name in braces, like {hazard.found}; it is read when "
                    "the answer is put into a paper, and signed with it."),
    )  # fmt: skip

    def new(self, pk: UUID | None = None) -> NewQuestion:
        data = self.cleaned_data
        return NewQuestion(pk or data["pk"], data["question"], data["answer"], data["topic"])


class PutInForm(Seen):
    questions = forms.MultipleChoiceField(
        label=_("Questions of the bank"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, rows: Iterable[Question] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["questions"]
        field.choices = [
            (str(row.pk), f"[{row.topic}] {row.question}" if row.topic else row.question)
            for row in rows
        ]

    def chosen(self) -> list[UUID]:
        return [UUID(one) for one in self.cleaned_data["questions"]]


class PublicationForm(Seen):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=QUESTION_CHARS_MAX)
    outlet = forms.CharField(label=_("Outlet"), max_length=OUTLET_CHARS_MAX)
    medium = forms.ChoiceField(label=_("Medium"), choices=Medium.choices)
    day = forms.DateField(label=_("Day"), widget=DayInput)
    where = forms.CharField(
        label=_("Page, programme or address"), required=False, max_length=WHERE_CHARS_MAX
    )
    task = forms.CharField(
        label=_("Number of the task it tells of"), required=False, max_length=40,
        help_text=_("As it stands on the task’s page, beginning with RW."),
    )  # fmt: skip
    paper = forms.CharField(
        label=_("Number of the paper it rests on"), required=False, max_length=40,
        help_text=_("As it stands on the paper’s page, beginning with GW."),
    )  # fmt: skip

    def new(self) -> NewPublication:
        data = self.cleaned_data
        names = ("pk", "title", "outlet", "medium", "day", "where", "task", "paper")
        return NewPublication(**{name: data[name] for name in names})


class TakeBackForm(Seen):
    reason = forms.CharField(label=_("Reason"), max_length=200)
