"""Every step as an item's page offers it: who may, when it is possible, its form, its command."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actor import Actor
from anlan.domain.lists import commands as do
from anlan.domain.lists import forms
from anlan.domain.lists.models import Item
from anlan.domain.lists.permissions import ANSWERS
from anlan.domain.lists.queries import Around
from anlan.kernel.accounts import policy
from anlan.kernel.loop.offering import Possible, StepPage, plain, unseen


def _assign(form: forms.Assign, pk: UUID, common: dict[str, Any]) -> Any:
    data = form.cleaned_data
    supervisor = data["supervisor"]
    return do.assign(
        pk, rectifier=data["rectifier"].pk, supervisor=supervisor.pk if supervisor else None,
        due_on=data["due_on"], reason=data["reason"], closure=data.get("closure", ""), **common,
    )  # fmt: skip


def _ask(form: forms.Ask, pk: UUID, common: dict[str, Any]) -> Any:
    data = form.cleaned_data
    return do.ask_elsewhere(
        pk, units=form.chosen, wanted=data["wanted"], due_on=data["due_on"], **common
    )


def _waits_for(step: str) -> Possible:
    return lambda item, around, by: (
        item.case.is_open
        and item.case.state != "found"
        and item.rules.following(item.case.state) == step
    )


def _unsigned(item: Item, around: Around, by: Actor) -> bool:
    units = set(policy.units_of(by, ANSWERS))
    return item.case.is_open and any(
        party.received_at is None and party.unit_id in units for party in around.parties
    )


def _asked(item: Item, around: Around, by: Actor) -> bool:
    units = set(policy.units_of(by, ANSWERS))
    return item.case.is_open and any(row.unit_id in units for row in around.silent)


def _may_ask(item: Item, around: Around, by: Actor) -> bool:
    return item.rules.applies("apply") and item.case.state in ("assigned", "rectified")


def _at_end(item: Item, around: Around, by: Actor) -> bool:
    return (
        item.case.is_open
        and item.case.state in ("verified", "evaluated", "analysed")
        and not item.rules.following(item.case.state)
    )


def _three(item: Item, around: Around, by: Actor) -> bool:
    return item.case.is_open and item.rules.three


def _watched(item: Item, around: Around, by: Actor) -> bool:
    return item.rules.tracked and item.case.is_open and item.case.state != "found"


def _open(item: Item, around: Around, by: Actor) -> bool:
    return item.case.is_open


PAGES: tuple[StepPage, ...] = (
    StepPage("assign", "lists.assign", _("Assign"), forms.Assign,
             lambda i, a, b: i.case.state == "found", _assign, "send", "primary"),
    StepPage("receive", "lists.receive", _("Sign for receipt"), forms.Nothing, _unsigned,
             unseen(do.receive), "writing-sign", "primary"),
    StepPage("rectify", "lists.rectify", _("Report rectified"), forms.Rectify,
             _waits_for("rectify"), plain(do.rectify, "result", "cause"), "check", "primary"),
    StepPage("answer", "lists.answer", _("Answer what was found with us"), forms.Answer, _asked,
             unseen(do.answer_elsewhere, "found", "answer"), "message", "primary"),
    StepPage("ask", "lists.ask", _("Tell others to look for the same"), forms.Ask, _may_ask,
             _ask, "arrows-exchange", ""),
    StepPage("apply", "lists.apply", _("Conclude: source treated"), forms.Apply,
             _waits_for("apply"),
             plain(do.apply_elsewhere, "source_treated", "mechanism", "mechanism_ref"),
             "list-check", "primary"),
    StepPage("accept", "lists.accept", _("Accept"), forms.Reason, _waits_for("accept"),
             plain(do.accept, "reason"), "check", "primary"),
    StepPage("reject", "lists.reject", _("Return"), forms.Reason,
             lambda i, a, b: i.case.state in ("rectified", "applied"),
             plain(do.reject, "reason"), "arrow-back-up", "danger"),
    StepPage("evaluate", "lists.evaluate", _("Evaluate"), forms.Evaluate,
             _waits_for("evaluate"),
             plain(do.evaluate, "side", "score", "verdict", "comment"), "chart-bar", "primary"),
    StepPage("analyse", "lists.analyse", _("Enter the analysis"), forms.Analyse,
             _waits_for("analyse"), plain(do.analyse, "analysis"), "file-text", "primary"),
    StepPage("track", "lists.track", _("Enter what a check found"), forms.Track, _watched,
             plain(do.track, "outcome", "found", "on", "closure", "next_on"), "search", ""),
    StepPage("three", "lists.state", _("State the three results"), forms.Three, _three,
             plain(do.state_three, "problem_solved", "mechanism", "mechanism_ref",
                    "field_treated"), "pencil", ""),
    StepPage("close", "lists.close", pgettext_lazy("step", "Close"), forms.Opinion, _at_end,
             plain(do.close, "reason"), "circle-check", "primary"),
    StepPage("void", "lists.void", _("Void"), forms.Reason, _open, plain(do.void, "reason"),
             "trash", "menu"),
)  # fmt: skip

BY_CODE = {page.code: page for page in PAGES}


def offered(item: Item, around: Around, allowed: set[str], by: Actor) -> list[StepPage]:
    return [
        page for page in PAGES if page.permission in allowed and page.possible(item, around, by)
    ]
