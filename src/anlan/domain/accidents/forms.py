"""Forms of accidents. A form only reads; what may be done is the command's to say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.accidents import law
from anlan.domain.accidents.commands import Figures
from anlan.domain.accidents.models import (
    LOSS_FEN_MAX,
    NAME_CHARS_MAX,
    NUMBER_CHARS_MAX,
    PEOPLE_MAX,
    PLACE_CHARS_MAX,
    TITLE_CHARS_MAX,
    WAN_FEN,
    Casualty,
    Finding,
    Nature,
    Scope,
    Track,
    Word,
)
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.fields import AreaField
from anlan.kernel.loop.forms import Nothing, Reason, StepForm
from anlan.kernel.regions.models import Level
from anlan.ui.forms import DayInput, MomentInput, text_area

__all__ = ["Nothing", "Reason"]


def _line(label: Any, required: bool = True, chars: int = NAME_CHARS_MAX, hint: Any = "") -> Any:
    return forms.CharField(label=label, required=required, max_length=chars, help_text=hint)


def _day(label: Any, required: bool = True, hint: Any = "") -> Any:
    return forms.DateField(label=label, required=required, widget=DayInput, help_text=hint)


def _moment(label: Any, required: bool = True, hint: Any = "") -> Any:
    return forms.DateTimeField(label=label, required=required, widget=MomentInput, help_text=hint)


def _people(label: Any) -> Any:
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=PEOPLE_MAX,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )  # fmt: skip


class WithFigures(StepForm):
    """How many by now, and the loss in 万元; what is left empty is none."""

    deaths = _people(_("Deaths"))
    serious = _people(_("Serious injuries"))
    missing = _people(_("Missing people"))
    light = _people(_("Light injuries"))
    loss = forms.DecimalField(
        label=_("Direct loss (10,000 yuan)"), required=False, min_value=0,
        max_value=Decimal(LOSS_FEN_MAX) / WAN_FEN, decimal_places=6, max_digits=16,
        widget=forms.NumberInput({"inputmode": "decimal", "step": "any"}),
    )  # fmt: skip

    @property
    def figures(self) -> Figures:
        data = self.cleaned_data
        people = {name: data[name] or 0 for name in ("deaths", "serious", "missing", "light")}
        return Figures(**people, loss_fen=int((data["loss"] or Decimal(0)) * WAN_FEN))


def _sectors() -> list[tuple[str, Any]]:
    return [("", "—"), *sectors.names().items()]


def types_of(day: date) -> list[tuple[str, Any]]:
    return [("", _("not known yet")), *((row.key, row.name) for row in law.types_on(day))]


class Report(WithFigures):
    """A first report: what, when, where, how many. The rest can follow."""

    pk = forms.UUIDField(widget=forms.HiddenInput)
    note = text_area(
        _("Say it in one go"), required=False, rows=3,
        help_text=_("Type or dictate: what, when, where, how many. “Fill in the form” puts it into "
                    "the fields below, to be checked; your words stay as the course."),
    )  # fmt: skip
    title = _line(
        pgettext_lazy("accident", "What happened"),
        True,
        TITLE_CHARS_MAX,
        _("In a few words, like 储罐区闪爆."),
    )
    happened_at = _moment(_("When"))
    area = AreaField(label=_("Area"), widget=forms.HiddenInput)
    place = _line(pgettext_lazy("accident", "Place"), False, PLACE_CHARS_MAX)
    enterprise_name = _line(_("Enterprise"), False)
    nature = forms.ChoiceField(
        label=pgettext_lazy("accident", "Kind"), choices=Nature.choices, required=False,
        help_text=_("Deaths count for 30 days; of road traffic and fire for 7."),
    )  # fmt: skip
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    type = forms.ChoiceField(label=_("Type of accident"), required=False)
    aware_at = _moment(_("The firm’s head learnt of it"), False)
    received_at = _moment(_("The department was told"), False)
    text = text_area(_("Course, and what was done"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["sector"].choices = _sectors()
        day = timezone.localdate()
        # A report of another edition's day is offered both; the command takes the right one.
        names = {row.key: row.name for row in law.types_on(day)}
        given = str(self.data.get("type") or "")
        if given in law.types():
            names.setdefault(given, law.type_name(given))
        fields["type"].choices = [("", _("not known yet")), *names.items()]


class Supplement(WithFigures):
    died_on = _day(
        _("Day on which those died who are new"), False,
        _("Left empty, today. After 30 days (road traffic and fire 7) a death no longer counts."),
    )  # fmt: skip
    text = text_area(_("What became known"), required=False)


class Conclude(WithFigures):
    died_on = _day(_("Day on which those died who are new"), False)
    on = _day(_("Day of the conclusion"))
    text = text_area(_("What the conclusion says"))


class PassUp(StepForm):
    sent_at = _moment(_("Told at"))
    to_level = forms.TypedChoiceField(
        label=_("Told whom"), required=False, coerce=int, empty_value=None,
        choices=[("", _("the level above")), (Level.PREFECTURE.value, Level.PREFECTURE.label),
                 (Level.PROVINCE.value, Level.PROVINCE.label),
                 (Level.NATION.value, Level.NATION.label)],
    )  # fmt: skip
    how = _line(_("How: by telephone, number of the paper"), False)


class Correct(StepForm):
    title = _line(pgettext_lazy("accident", "What happened"), True, TITLE_CHARS_MAX)
    place = _line(pgettext_lazy("accident", "Place"), False, PLACE_CHARS_MAX)
    enterprise_name = _line(_("Enterprise"), False)
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    nature = forms.ChoiceField(label=pgettext_lazy("accident", "Kind"), choices=Nature.choices)
    type = forms.ChoiceField(label=_("Type of accident"), required=False)
    reason = text_area(_("Why, and by whose finding"))

    FIELDS = ("title", "place", "enterprise_name", "sector", "nature", "type")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["sector"].choices = _sectors()
        fields["type"].choices = types_of(self.initial.get("day") or timezone.localdate())

    @property
    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.FIELDS}


class Attribute(StepForm):
    area = AreaField(
        label=_("Code of the area in which it counts"),
        help_text=_("Like 530102; the accident goes over to whoever answers there."),
    )
    reason = text_area(_("Why, and by whose decision"))


class AskScope(StepForm):
    scope = forms.ChoiceField(label=_("Statistical scope"), choices=Scope.choices)
    reason = text_area(_("Why, and by which rule"))


class DecideScope(StepForm):
    granted = forms.TypedChoiceField(
        label=_("Decision"), coerce=lambda value: value == "yes",
        choices=[("yes", _("granted")), ("no", _("refused"))],
    )  # fmt: skip
    number = _line(_("Number of the paper"), False, NUMBER_CHARS_MAX)
    answer = text_area(_("Opinion"), required=False)


class Suspect(StepForm):
    kind = forms.ChoiceField(label=_("What may be wrong"), choices=Finding.Kind.choices)
    text = text_area(_("What speaks for it, and where that is known from"))


class Judge(StepForm):
    finding = forms.TypedChoiceField(label=_("What was suspected"), coerce=int)
    confirmed = forms.TypedChoiceField(
        label=_("Decision"), coerce=lambda value: value == "yes",
        choices=[("yes", pgettext_lazy("finding", "confirmed")),
                 ("no", pgettext_lazy("finding", "dismissed"))],
    )  # fmt: skip
    answer = text_area(_("What was found"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["finding"].choices = self.initial.get("findings", [])


class Person(StepForm):
    name = _line(
        pgettext_lazy("person", "Name"),
        True,
        NAME_CHARS_MAX,
        _("Sealed; opened only by who may, on record."),
    )
    outcome = forms.ChoiceField(label=_("What befell them"), choices=Casualty.Outcome.choices)
    died_on = _day(_("Died on"), False)


# --- inquiries -------------------------------------------------------------------------------


def _level(label: Any) -> Any:
    levels = (Level.COUNTY, Level.PREFECTURE, Level.PROVINCE, Level.NATION)
    return forms.TypedChoiceField(
        label=label, coerce=int, choices=[(level.value, level.label) for level in levels],
        help_text=_("The grade gives the level; a higher one may take it, with the reason."),
    )  # fmt: skip


class Begin(StepForm):
    inquiry = forms.UUIDField(widget=forms.HiddenInput)
    level = _level(_("Led by"))
    because = text_area(_("Why a higher level takes it"), required=False)
    liability = forms.BooleanField(
        label=_("Somebody may be responsible: all four sides are looked into"), required=False,
        initial=True,
    )  # fmt: skip


class Raise(StepForm):
    level = _level(_("Led by"))
    because = text_area(_("Why a higher level takes it"))


class Extend(StepForm):
    days = forms.IntegerField(label=_("Further days"), min_value=1, max_value=60)
    reason = text_area(_("Why, and who approved it"))


class ListInquiry(StepForm):
    number = _line(_("Number of the notice"), chars=60)
    due_on = _day(_("Deadline of the listing"))
    reason = text_area(_("Requirements"))


class Appraise(StepForm):
    on = _day(_("Began on"))
    reason = text_area(_("What is appraised, and by whom"))


class EndAppraisal(StepForm):
    on = _day(_("Ended on"))


class ConcludeTrack(StepForm):
    code = forms.ChoiceField(label=_("Side of the inquiry"), choices=Track.Code.choices)
    conclusion = text_area(_("What was found"))


class Submit(StepForm):
    on = _day(_("Handed in on"))
    cause = text_area(_("Cause and nature"))
    responsibility = text_area(_("Who is responsible, and what is proposed"))
    measures = text_area(_("What is to be done, and by whom"))


class Approve(StepForm):
    on = _day(_("Approved on"))
    number = _line(_("Number of the approval"), True, NUMBER_CHARS_MAX)


class Evaluate(StepForm):
    on = _day(_("Evaluated on"))
    evaluation = text_area(_("What was done, and what wasn’t"))
    published_at = _line(_("Where it was made public"), True, PLACE_CHARS_MAX)


# --- other sources ---------------------------------------------------------------------------


class NewWord(StepForm):
    source = forms.ChoiceField(label=_("Who tells of it"), choices=Word.Source.choices)
    day = _day(_("Day"))
    area = AreaField(label=_("Area"), widget=forms.HiddenInput)
    text = text_area(_("What is told"))
    reference = _line(_("Number or address of the source"), False, NUMBER_CHARS_MAX)
    deaths = _people(_("Deaths"))
    injured = _people(_("Injured people"))


class Compare(StepForm):
    status = forms.ChoiceField(
        label=_("Result of the comparison"),
        choices=[choice for choice in Word.Status.choices if choice[0] != Word.Status.OPEN],
    )
    accident = forms.UUIDField(required=False, widget=forms.HiddenInput)
    reason = text_area(_("Reason"), required=False)
