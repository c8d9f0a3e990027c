"""Every step as an inquiry's page offers it: who may, when, its form, its command."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.accidents import commands as do
from anlan.domain.accidents import forms
from anlan.domain.accidents.models import Inquiry
from anlan.kernel.loop.models import Listing
from anlan.kernel.loop.offering import Possible, StepPage, being, plain

_RUNS = being("investigating")


def _appraised(row: Inquiry, *_around: Any) -> bool:
    return row.case.state == "investigating" and row.appraisal_since is not None


def _free(row: Inquiry, *_around: Any) -> bool:
    return row.case.state == "investigating" and row.appraisal_since is None


def _sides(row: Inquiry, *_around: Any) -> bool:
    return row.case.state == "investigating" and row.liability


def _longer(row: Inquiry, *_around: Any) -> bool:
    late = row.case.state == "submitted" and row.case.grade == "extraordinary"
    return row.case.state == "investigating" or late


def _can_rise(row: Inquiry, *_around: Any) -> bool:
    return row.case.state == "investigating" and row.level > 0


def _listable(row: Inquiry, *_around: Any) -> bool:
    return row.case.unsettled and not row.case.listed


def _may_leave(row: Inquiry, *_around: Any) -> bool:
    """Its report is approved, so that what was watched over is done."""
    return row.case.listed and row.case.state in ("approved", "evaluated")


def _listed(status: str) -> Possible:
    return lambda row, *_around: (
        _may_leave(row) and Listing.objects.filter(case=row.pk, status=status).exists()
    )


PAGES: tuple[StepPage, ...] = (
    StepPage("submit", "inquiries.edit", _("Hand the report in"), forms.Submit, _free,
             plain(do.submit, "on", "cause", "responsibility", "measures"), "send", "primary"),
    StepPage("track", "inquiries.edit", _("Conclude a side"), forms.ConcludeTrack, _sides,
             plain(do.conclude_track, "code", "conclusion"), "check"),
    StepPage("approve", "inquiries.lead", pgettext_lazy("inquiry", "Approve"), forms.Approve,
             being("submitted"), plain(do.approve, "on", "number"), "check", "primary"),
    StepPage("hand-back", "inquiries.lead", _("Hand back"), forms.Reason, being("submitted"),
             plain(do.hand_back, "reason"), "arrow-back-up"),
    StepPage("evaluate", "inquiries.lead", _("Evaluate what was done"), forms.Evaluate,
             being("approved"), plain(do.evaluate, "on", "evaluation", "published_at"), "check",
             "primary"),
    StepPage("appraised", "inquiries.edit", _("The appraisal has ended"), forms.EndAppraisal,
             _appraised, plain(do.end_appraisal, "on"), "clock", "primary"),
    StepPage("appraise", "inquiries.edit", _("A technical appraisal begins"), forms.Appraise,
             _free, plain(do.appraise, "on", "reason"), "clock", "menu"),
    StepPage("extend", "inquiries.lead", _("Give more days"), forms.Extend, _longer,
             plain(do.extend_inquiry, "days", "reason"), "calendar", "menu"),
    StepPage("list", "inquiries.lead", _("Put under listed supervision"), forms.ListInquiry,
             _listable, plain(do.list_inquiry, "number", "due_on", "reason"), "flag", "menu"),
    StepPage("ask-delisting", "inquiries.edit", _("Ask for delisting"), forms.Reason,
             _listed(Listing.Status.LISTED), plain(do.ask_delisting, "reason"), "minus"),
    StepPage("delist", "inquiries.lead", _("Delist"), forms.Reason,
             _listed(Listing.Status.DELISTING), plain(do.delist_inquiry, "reason"), "minus"),
    StepPage("raise", "inquiries.lead", _("Raise it to a higher level"), forms.Raise, _can_rise,
             plain(do.raise_level, "level", "because"), "stairs-up", "menu"),
)  # fmt: skip
BY_CODE = {page.code: page for page in PAGES}


def offered(row: Inquiry, allowed: set[str]) -> list[StepPage]:
    return [page for page in PAGES if page.permission in allowed and page.possible(row)]
