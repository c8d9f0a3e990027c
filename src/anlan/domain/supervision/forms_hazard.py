"""The forms of what is done about one hazard: its listing, the team that stays there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.supervision.commands import NewMember
from anlan.domain.supervision.commands.reports import HOURS_MAX
from anlan.domain.supervision.models import Side
from anlan.domain.supervision.terms import PERIODS
from anlan.kernel.accounts.fields import UnitField
from anlan.kernel.calendar.periods import Period
from anlan.kernel.loop.forms import StepForm
from anlan.ui.forms import DayInput, Form, MomentInput, text_area

_NAME_CHARS, _UNIT_CHARS = 60, 120


class Escalate(StepForm):
    reason = text_area(_("Why it is hard to treat at this level"))


class TakeOver(StepForm):
    number = forms.CharField(label=_("Number of the notice"), max_length=60)
    due_on = forms.DateField(label=_("Deadline of the listing"), widget=DayInput)
    answer = text_area(_("Requirements"), required=False)


class LeaveThere(StepForm):
    answer = text_area(_("Why it stays where it is"))


class SendTeam(StepForm):
    since = forms.DateField(label=_("There from"), widget=DayInput)
    task = text_area(_("What the team is there for"))
    members = text_area(
        _("Members, one a line"), rows=5,
        help_text=_("Name, unit and post with commas between: Zhang San, Wuhua bureau, engineer"),
    )  # fmt: skip

    def clean_members(self) -> list[NewMember]:
        found, bad = [], []
        for line in self.cleaned_data["members"].splitlines():
            if not line.strip():
                continue
            parts = [part.strip() for part in line.replace("，", ",").split(",")]
            name, unit, post = (*parts, "", "")[:3]
            fits = len(name) <= _NAME_CHARS >= len(post) and len(unit) <= _UNIT_CHARS
            if not (name and unit) or len(parts) > 3 or not fits:
                bad.append(line.strip()[:40])
            else:
                found.append(NewMember(name, unit, post))
        if bad:
            raise forms.ValidationError(
                _("Write name, unit and post with commas between: %(lines)s")
                % {"lines": "；".join(bad[:3])}
            )
        return found


class Comes(StepForm):
    name = forms.CharField(label=_("Full name"), max_length=_NAME_CHARS)
    unit = forms.CharField(label=_("Unit"), max_length=_UNIT_CHARS)
    post = forms.CharField(label=_("Post"), max_length=_NAME_CHARS, required=False)
    on = forms.DateField(label=_("Joins on"), widget=DayInput)


class Leaves(StepForm):
    member = forms.TypedChoiceField(label=_("Member"), coerce=int)
    on = forms.DateField(label=_("Leaves on"), widget=DayInput)

    def __init__(self, members: list[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].choices = [(row.pk, row.name) for row in members]  # type: ignore[attr-defined]


class LogDay(StepForm):
    day = forms.DateField(label=_("Day"), widget=DayInput)
    action = text_area(_("What the team did"))
    moved_out = forms.IntegerField(
        label=_("People moved out"), min_value=0, initial=0,
        help_text=_("That day, not in all; 0 if nobody."),
    )  # fmt: skip


class Unlog(StepForm):
    entry = forms.TypedChoiceField(label=_("Day"), coerce=str)
    reason = forms.CharField(label=_("What is wrong with it"), max_length=200)

    def __init__(self, entries: list[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entry"].choices = [(str(row.pk), str(row.day)) for row in entries]  # type: ignore[attr-defined]


class AcceptTeam(StepForm):
    on = forms.DateField(label=_("Day of acceptance"), widget=DayInput)
    text = text_area(_("What was found at the acceptance"))


class Direct(StepForm):
    found_at = forms.DateTimeField(label=_("Found at"), widget=MomentInput)
    text = text_area(_("What was found, and what was done at once"))


class Dual(StepForm):
    side = forms.ChoiceField(label=_("Reported"), choices=Side.choices, widget=forms.RadioSelect)
    period = forms.ChoiceField(label=_("Report period"))
    text = text_area(_("How far the rectification is"))
    signed_by = forms.CharField(label=_("Receipt signed by"), max_length=120)
    signed_on = forms.DateField(label=_("Signed on"), widget=DayInput)

    def __init__(self, owed: list[Period], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = [(each.code, each.label) for each in owed]  # type: ignore[attr-defined]


class Double(StepForm):
    territory = UnitField(label=_("Territory"), widget=forms.HiddenInput)
    regulator = UnitField(label=_("Regulator"), widget=forms.HiddenInput)
    reason = text_area(_("Requirements"), required=False)


class TermsForm(Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    hours = forms.IntegerField(
        label=_("Hours for the direct report"), required=False, min_value=1, max_value=HOURS_MAX,
        help_text=_("From finding to reporting. Left empty, no limit is set and nothing is late."),
    )  # fmt: skip
    since = forms.DateField(
        label=_("For hazards found from"), required=False, widget=DayInput,
        help_text=_("Left empty, every major hazard must be reported directly."),
    )  # fmt: skip
    period = forms.ChoiceField(
        label=_("Dual reports"), required=False,
        choices=[("", _("not set: none is owed")), *PERIODS.items()],
    )  # fmt: skip
    reason = forms.CharField(
        label=_("On whose decision"), max_length=300,
        help_text=_("The document or meeting that set it."),
    )  # fmt: skip
