"""Every step as a paper's page offers it: who may, when it is possible, its form, its command."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actor import Actor
from anlan.domain.bulletins import commands as do
from anlan.domain.bulletins import forms
from anlan.domain.bulletins.kinds import KINDS
from anlan.domain.bulletins.loop import STATES
from anlan.domain.bulletins.models import Paper
from anlan.domain.bulletins.permissions import RECEIVES
from anlan.domain.bulletins.queries import Around
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.loop.offering import StepPage, being, plain, unseen


def _wrote(around: Around, by: Actor) -> bool:
    steps = ("find", "edit", "refresh")
    return any(event.user_id == by.user_id and event.step in steps for event in around.events)


def _others(state: str) -> Any:
    """Possible in that state, for somebody who didn't write it."""

    def possible(paper: Paper, around: Around, by: Actor) -> bool:
        return paper.case.state == state and not _wrote(around, by)

    return possible


def _to_agree(paper: Paper, around: Around, by: Actor) -> bool:
    units = set(policy.units_of(by, JUDGES))
    return paper.case.state == "countersigning" and any(
        row.agreed_at is None and row.unit_id in units for row in around.countersigns
    )


def _to_receive(paper: Paper, around: Around, by: Actor) -> bool:
    units = set(policy.units_of(by, RECEIVES))
    return paper.case.state == "given_out" and any(
        row.received_at is None and row.unit_id in units for row in around.deliveries
    )


def _to_give_out(paper: Paper, *_more: Any) -> bool:
    if KINDS[paper.case.grade].sealed:
        return paper.case.state == "sealed"
    return paper.case.state in ("numbered", "sealed")


def _to_correct(paper: Paper, around: Around, _by: Actor) -> bool:
    return paper.case.state == "given_out" and around.correction is None


def _instruct(form: Any, pk: UUID, common: dict[str, Any]) -> Any:
    data = form.cleaned_data
    new = do.NewInstruction(
        leader=data["leader"], text=data["text"], said_on=data["said_on"],
        campaign=data["campaign"].pk if data["campaign"] else None,
        unit=data["unit"].pk if data["unit"] else None, due_on=data["due_on"],
    )  # fmt: skip
    return do.instruct(pk, new=new, **common)


def _correct(form: Any, pk: UUID, common: dict[str, Any]) -> Any:
    data = form.cleaned_data
    return do.correct(pk, new=data["pk"], reason=data["reason"], **common)


_DRAFT = being("drafting")

PAGES: tuple[StepPage, ...] = (
    StepPage("receive", "bulletins.receive", _("Sign for receipt"), forms.Nothing, _to_receive,
             unseen(do.receive), "writing-sign", "primary"),
    StepPage("submit", "bulletins.edit", _("Hand in for review"), forms.Nothing, _DRAFT,
             plain(do.submit), "send", "primary"),
    StepPage("review", "bulletins.edit", _("Pass the review"), forms.Review, _others("reviewing"),
             plain(do.review, "said"), "check", "primary"),
    StepPage("ask", "bulletins.edit", _("Have it countersigned"), forms.Ask,
             _others("reviewing"), plain(do.ask, "units", "said"), "users"),
    StepPage("agree", "bulletins.countersign", _("Countersign"), forms.Review, _to_agree,
             plain(do.agree, "said"), "writing-sign", "primary"),
    StepPage("decline", "bulletins.countersign", _("Decline to countersign"), forms.Objection,
             _to_agree, plain(do.decline, "reason"), "arrow-back-up", "danger"),
    StepPage("sign", "bulletins.sign", pgettext_lazy("paper", "Sign"), forms.Nothing,
             _others("signing"), plain(do.sign), "writing-sign", "primary"),
    StepPage("number", "bulletins.number", _("Give it its number"), forms.Numbered,
             being("signed"), plain(do.number, "word", "text"), "list-check", "primary"),
    StepPage("seal", "bulletins.number", _("Put the seal on it"), forms.Nothing,
             being("numbered"), plain(do.seal), "shield-check", "primary"),
    StepPage("give_out", "bulletins.number", _("Give it out"), forms.GiveOut, _to_give_out,
             plain(do.give_out, "units", "copies"), "send", "primary"),
    StepPage("instruct", "bulletins.edit", _("Enter an instruction"), forms.Instruct,
             being("given_out"), _instruct, "message"),
    StepPage("send_back", "bulletins.edit", _("Send back"), forms.Reason,
             being("reviewing", "countersigning", "signing"), plain(do.send_back, "reason"),
             "arrow-back-up", "danger"),
    StepPage("refresh", "bulletins.edit", _("Read the figures anew"), forms.Nothing, _DRAFT,
             plain(do.refresh), "refresh", "menu"),
    StepPage("correct", "bulletins.edit", _("Issue a correction"), forms.Correct, _to_correct,
             _correct, "pencil", "menu"),
    StepPage("revoke", "bulletins.sign", _("Revoke"), forms.Reason,
             being("numbered", "sealed", "given_out"), plain(do.revoke, "reason"), "ban", "menu"),
    StepPage("void", "bulletins.edit", _("Drop"), forms.Reason,
             being("drafting", "reviewing", "countersigning", "signing", "signed"),
             plain(do.void, "reason"), "trash", "menu"),
)  # fmt: skip

BY_CODE = {page.code: page for page in PAGES}


def offered(paper: Paper, around: Around, allowed: set[str], by: Actor) -> list[StepPage]:
    return [
        page for page in PAGES if page.permission in allowed and page.possible(paper, around, by)
    ]


def state_name(state: str) -> str:
    return str(STATES[state])
