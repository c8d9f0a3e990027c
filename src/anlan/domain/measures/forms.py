"""Forms of measures. A form only reads; what may be done is the command's to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.measures.commands import ENTERED
from anlan.domain.measures.loop import STATES
from anlan.domain.measures.models import (
    NAME_CHARS_MAX,
    NUMBER_CHARS_MAX,
    TITLE_CHARS_MAX,
    Follows,
    Kind,
)
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.fields import AreaField, UnitField
from anlan.kernel.loop.forms import Nothing, Reason, StepForm
from anlan.ui.forms import DayInput, text_area

__all__ = ["Nothing", "Reason"]


def _line(label: Any, required: bool = True, chars: int = NAME_CHARS_MAX, hint: Any = "") -> Any:
    return forms.CharField(label=label, required=required, max_length=chars, help_text=hint)


def _day(label: Any, required: bool = True, hint: Any = "") -> Any:
    return forms.DateField(label=label, required=required, widget=DayInput, help_text=hint)


class _WithSectors(StepForm):
    sectors = forms.MultipleChoiceField(
        label=_("Sectors concerned"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["sectors"]
        field.choices = list(sectors.names().items())


class Enter(_WithSectors):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    #: The problem that it shall answer, where one came from its page.
    item = forms.UUIDField(required=False, widget=forms.HiddenInput)
    hazard = forms.UUIDField(required=False, widget=forms.HiddenInput)
    title = _line(pgettext_lazy("measure", "title"), True, TITLE_CHARS_MAX)
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    state = forms.ChoiceField(
        label=_("How far it is"), choices=[(code, STATES[code]) for code in ENTERED]
    )
    sector = forms.ChoiceField(
        label=_("Sector"), required=False, help_text=_("The one under which it counts.")
    )
    area = AreaField(label=_("Area"), widget=forms.HiddenInput)
    enterprise = forms.BooleanField(label=_("An enterprise's own measure"), required=False)
    problem = text_area(_("Problem that it answers"), required=False)
    text = text_area(_("Text or main points"), required=False, rows=6)
    lead = UnitField(
        label=_("Lead unit"), widget=forms.HiddenInput, required=False,
        help_text=_("Left empty, your own unit."),
    )  # fmt: skip
    person = _line(pgettext_lazy("measure", "responsible person"), False)
    due_on = _day(_("To be adopted by"), False, _("Needed for what is still being made."))
    number = _line(_("Document or standard number"), False, NUMBER_CHARS_MAX)
    adopted_on = _day(_("Adopted on"), False)
    in_force_on = _day(_("In force from"), False, _("Left empty, the day of adoption."))
    ended_on = _day(_("Repealed from"), False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["sector"]
        field.choices = [("", "—"), *sectors.names().items()]

    @property
    def sectors_given(self) -> tuple[str, ...]:
        """The one under which it counts, and then the others."""
        data = self.cleaned_data
        first = [data["sector"]] if data["sector"] else []
        return tuple(dict.fromkeys([*first, *data["sectors"]]))


class Draft(StepForm):
    reason = text_area(_("Note"), required=False)


class Consult(StepForm):
    reason = text_area(_("Whom you ask, and until when"))


class Examine(StepForm):
    reason = text_area(_("What was examined, and what came of it"))


class Adopt(StepForm):
    number = _line(_("Document or standard number"), False, NUMBER_CHARS_MAX)
    adopted_on = _day(_("Adopted on"))
    in_force_on = _day(_("In force from"), False, _("Left empty, the day of adoption."))
    text = text_area(_("Text or main points"), required=False, rows=6)


class Repeal(StepForm):
    on = _day(_("Repealed from"))
    reason = text_area(_("Why, and by which decision"))


class Extend(StepForm):
    due_on = _day(_("New deadline"))
    reason = text_area(_("Why it takes longer"))


class Correct(_WithSectors):
    title = _line(pgettext_lazy("measure", "title"), True, TITLE_CHARS_MAX)
    problem = text_area(_("Problem that it answers"), required=False)
    text = text_area(_("Text or main points"), required=False, rows=6)
    person = _line(pgettext_lazy("measure", "responsible person"), False)
    effect = text_area(_("How it works out in the long run"), required=False)


class TakeUp(StepForm):
    day = _day(_("Taken up on"))
    note = _line(_("How you carry it out"), False, TITLE_CHARS_MAX)


class Answer(StepForm):
    problem = _line(
        _("Number of the problem"), True, 40,
        _("As it stands on the page of the hazard or listed problem, like YH20240625-AB12-CD34."),
    )  # fmt: skip
    note = _line(_("What it does about it"), False, TITLE_CHARS_MAX)


class Follow(StepForm):
    how = forms.ChoiceField(label=_("What it does to the earlier one"), choices=Follows.How.choices)
    earlier = _line(
        _("The earlier measure"), True, TITLE_CHARS_MAX,
        _("Its document number, its number on this list, or its whole title."),
    )  # fmt: skip


class NewPlan(StepForm):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    title = _line(_("Title"), False, TITLE_CHARS_MAX, _("Left empty, the usual one."))


class PlanMeasures(StepForm):
    measures = forms.MultipleChoiceField(
        label=_("Measures that are being made"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, rows: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["measures"]
        field.choices = [(str(row.pk), row.title) for row in rows]


class ReviewPractice(StepForm):
    opinion = text_area(_("Opinion"), required=False)


class PracticeForm(_WithSectors):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    title = _line(pgettext_lazy("measure", "title"), True, TITLE_CHARS_MAX)
    text = text_area(_("What you do, and what came of it"), rows=8)
    field_order = ("title", "text", "sectors")
