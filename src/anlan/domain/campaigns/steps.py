"""Every step as a task's page offers it: who may, when it is possible, its form, its command."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.campaigns import commands as do
from anlan.domain.campaigns import forms
from anlan.domain.campaigns.models import Task
from anlan.domain.campaigns.permissions import ANSWERS
from anlan.domain.campaigns.queries import Around
from anlan.kernel.accounts import policy
from anlan.kernel.loop.offering import StepPage, being, plain, unseen


def _assign(form: forms.Assign, pk: UUID, common: dict[str, Any]) -> Any:
    data = form.cleaned_data
    return do.assign(
        pk, unit=data["unit"].pk, due_on=data["due_on"], reason=data["reason"], **common
    )


def _hand_over(form: forms.HandOver, pk: UUID, common: dict[str, Any]) -> Any:
    data = form.cleaned_data
    return do.hand_over(pk, to_unit=data["unit"].pk, reason=data["reason"], **common)


def _report(form: forms.Progress, pk: UUID, common: dict[str, Any]) -> Any:
    data = form.cleaned_data
    return do.report(
        pk, progress=data.get("progress"), text=data["text"], reached=form.reached,
        no_evidence=data.get("no_evidence", ""),
        milestones=[int(pk) for pk in data.get("milestones", ())], **common,
    )  # fmt: skip


def _decide(form: forms.Decide, pk: UUID, common: dict[str, Any]) -> Any:
    data = form.cleaned_data
    return do.decide_extension(pk, grant=data["grant"] == "1", reason=data["reason"], **common)


def _unsigned(task: Task, around: Around, by: Actor) -> bool:
    units = set(policy.units_of(by, ANSWERS))
    return task.case.is_open and any(
        party.received_at is None and party.unit_id in units for party in around.parties
    )


def _unread(task: Task, around: Around, by: Actor) -> bool:
    return task.case.is_open and task.case.state != "found" and around.unread


def _wished(task: Task, around: Around, by: Actor) -> bool:
    return task.case.state == "assigned" and around.wish is not None


def _may_wish(task: Task, around: Around, by: Actor) -> bool:
    return task.case.state == "assigned" and around.wish is None


PAGES: tuple[StepPage, ...] = (
    StepPage("claim", "tasks.claim", _("Take it for my unit"), forms.Nothing, being("found"),
             plain(do.claim), "check", "primary"),
    StepPage("assign", "tasks.assign", _("Give to a unit"), forms.Assign, being("found"), _assign,
             "send", "primary"),
    StepPage("receive", "tasks.receive", _("Sign for receipt"), forms.Nothing, _unsigned,
             unseen(do.receive), "writing-sign", "primary"),
    StepPage("report", "tasks.report", _("Report progress"), forms.Progress, being("assigned"),
             _report, "pencil", "primary", photos=True),
    StepPage("rectify", "tasks.rectify", _("Report done"), forms.Done, being("assigned"),
             plain(do.rectify, "result", "no_evidence"), "check", "", photos=True),
    StepPage("accept_report", "tasks.answer", _("Accept the report"), forms.Opinion, _unread,
             plain(do.accept_report, "reason"), "check", "primary"),
    StepPage("return_report", "tasks.answer", _("Return the report"), forms.Reason, _unread,
             plain(do.return_report, "reason"), "arrow-back-up", "danger"),
    StepPage("verify", "tasks.verify", _("Checked: it is done"), forms.Reason, being("rectified"),
             plain(do.verify, "reason"), "check", "primary"),
    StepPage("reject", "tasks.reject", _("Return: not done"), forms.Reason,
             being("rectified", "verified"), plain(do.reject, "reason"), "arrow-back-up", "danger"),
    StepPage("close", "tasks.close", _("Finish the task"), forms.Opinion,
             being("verified"), plain(do.close, "reason"), "circle-check", "primary"),
    StepPage("decide_extension", "tasks.decide_extension", _("Decide on more time"), forms.Decide,
             _wished, _decide, "clock", "primary"),
    StepPage("hand_over", "tasks.hand_over", _("Give to another unit"), forms.HandOver,
             being("assigned"), _hand_over, "arrows-exchange", "menu"),
    StepPage("person", "tasks.report", _("Name who answers for it"), forms.Person,
             being("assigned"), plain(do.name_person, "person", "starts_on"), "pencil", "menu"),
    StepPage("ask_extension", "tasks.ask_extension", _("Ask for more time"), forms.Extend,
             _may_wish, plain(do.ask_extension, "until", "reason"), "clock", "menu"),
    StepPage("void", "tasks.void", _("Withdraw"), forms.Reason,
             lambda task, around, by: task.case.is_open, plain(do.void, "reason"), "trash",
             "menu"),
)  # fmt: skip

BY_CODE = {page.code: page for page in PAGES}


def offered(task: Task, around: Around, allowed: set[str], by: Actor) -> list[StepPage]:
    """What this person can do now; of several, the first stands out."""
    found = [
        page for page in PAGES if page.permission in allowed and page.possible(task, around, by)
    ]
    # First things first: one signs for it before one reports it done.
    if any(page.code == "receive" for page in found):
        found = [page for page in found if page.code not in ("rectify",)]
    return found
