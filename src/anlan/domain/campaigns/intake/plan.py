"""The form that turns what was taken of a document into a draft plan."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.campaigns.choosing import OPEN, CampaignField
from anlan.domain.campaigns.commands.terms import NewCampaign, NewPlan
from anlan.domain.campaigns.models import NUMBER_CHARS_MAX, TITLE_CHARS_MAX, Intake, Plan
from anlan.kernel.accounts.fields import chosen_by
from anlan.kernel.papers.scripts import simplified
from anlan.ui.forms import DayInput, Form

#: 2024—2026年, as a title says from when to when.
_SPAN = re.compile(r"((?:19|20)\d{2})年?[—–~至到-]((?:19|20)\d{2})")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_YEARLY = re.compile("要点|工作计划|工作安排")


class PlanForm(Form):
    campaign = CampaignField(
        of=OPEN, label=_("Campaign"), help_text=_("Left empty, a new one with this title is made.")
    )
    kind = forms.ChoiceField(label=_("What plan it is"), choices=Plan.Kind)
    title = forms.CharField(label=_("Title"), max_length=TITLE_CHARS_MAX)
    number = forms.CharField(
        label=_("Document number"), max_length=NUMBER_CHARS_MAX, required=False
    )
    issuer = forms.CharField(label=_("Issued by"), max_length=TITLE_CHARS_MAX, required=False)
    issued_on = forms.DateField(label=_("Day of issue"), widget=DayInput, required=False)
    starts_on = forms.DateField(label=_("First day"), widget=DayInput)
    ends_on = forms.DateField(label=_("Last day"), widget=DayInput)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, row: Intake, by: Actor, data: Any = None) -> None:
        self.row = row
        notice = row.reading.get("notice", {})
        title = simplified(notice.get("title") or row.name)[:TITLE_CHARS_MAX]
        day = _day(notice.get("date"))
        first, last = _span(title, day)
        super().__init__(data, initial={
            "title": title, "number": notice.get("number", "")[:NUMBER_CHARS_MAX],
            "issuer": simplified(notice.get("issuer", ""))[:TITLE_CHARS_MAX], "issued_on": day,
            "kind": Plan.Kind.YEARLY if _YEARLY.search(title) else Plan.Kind.MASTER,
            "starts_on": first, "ends_on": last, "version": row.version,
        })  # fmt: skip
        chosen_by(self, by)

    def terms(self, request_id: UUID) -> tuple[NewPlan, NewCampaign | None]:
        """The plan, and the campaign that is made with it where none was chosen."""
        data, unit = self.cleaned_data, self.row.unit_id
        first, last, title = data["starts_on"], data["ends_on"], data["title"]
        new = None
        if not data["campaign"]:
            new = NewCampaign(
                unit=unit, title=title, starts_on=first, ends_on=last,
                pk=uuid5(request_id, "campaign"),
            )  # fmt: skip
        plan = NewPlan(
            # Made of the request's id: sent twice, it is the same one.
            pk=uuid5(request_id, "plan"),
            campaign=new.pk if new else data["campaign"].pk, unit=unit, title=title,
            starts_on=first, ends_on=last, kind=data["kind"], number=data["number"],
            issuer=data["issuer"], issued_on=data["issued_on"],
        )  # fmt: skip
        return plan, new


def _day(said: Any) -> date | None:
    try:
        return date.fromisoformat(str(said))
    except ValueError:
        return None


def _span(title: str, day: date | None) -> tuple[date | None, date | None]:
    """From when to when, by the title's years, else the year of its day."""
    span, year = _SPAN.search(title), _YEAR.search(title)
    if span:
        return date(int(span[1]), 1, 1), date(int(span[2]), 12, 31)
    first = int(year[0]) if year else day.year if day else None
    return (date(first, 1, 1), date(first, 12, 31)) if first else (None, None)
