"""Every step of a paper as its page offers it: who may, when, its form, the command it calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.supervision import commands as do
from anlan.domain.supervision import forms
from anlan.domain.supervision.commands.papers import no_talk
from anlan.domain.supervision.models import Paper
from anlan.domain.supervision.queries import Around
from anlan.kernel.loop.forms import Nothing, Opinion, Reason, StepForm
from anlan.kernel.papers.attachments import Prepared

Possible = Callable[[Paper, Around, date], bool]


@dataclass(frozen=True)
class Step:
    code: str
    permission: str
    label: str | Promise
    form: type[StepForm]
    possible: Possible
    #: Takes the form's fields by name, beside pk, by, at and request_id.
    call: Callable[..., Any]
    names: tuple[str, ...] = ()
    symbol: str = "check"
    kind: str = ""
    files: bool = False
    #: Whether the command takes the version that was looked at.
    versioned: bool = True


def _in(*states: str) -> Possible:
    return lambda paper, around, today: paper.case.state in states


def _unsigned(paper: Paper, around: Around, today: date) -> bool:
    return paper.case.is_open and any(party.received_at is None for party in around.parties)


def _talk(paper: Paper, around: Around, today: date) -> bool:
    return not no_talk(paper, paper.case, today)


STEPS: tuple[Step, ...] = (
    Step("receive", "paper.receive", _("Sign for receipt"), Nothing, _unsigned, do.receive, (),
         "writing-sign", "primary", versioned=False),
    Step("answer", "paper.reply", _("Send the return report"), forms.ReturnReport,
         lambda p, a, t: p.case.state == "assigned" and all(item.outcome for item in a.items),
         do.answer, ("text",), "send", "primary", files=True),
    Step("comment", "paper.comment", _("Write back"), forms.ReturnReport,
         _in("assigned", "rectified"), do.comment, ("text",), "send", "", files=True,
         versioned=False),
    Step("accept", "paper.judge", _("Accept the answer"), Opinion, _in("rectified"), do.accept,
         ("reason",), "circle-check", "primary"),
    Step("send_back", "paper.judge", _("Return the answer"), forms.SendBack, _in("rectified"),
         do.send_back, ("reason", "due_on"), "arrow-back-up", "danger"),
    Step("talk", "paper.judge", _("Propose a talk"), Reason, _talk, do.propose_talk, ("reason",),
         "users", ""),
    Step("withdraw", "paper.judge", _("Withdraw the paper"), Reason,
         _in("assigned", "rectified"), do.withdraw, ("reason",), "trash", "menu"),
)  # fmt: skip
BY_CODE = {step.code: step for step in STEPS}


def offered(paper: Paper, around: Around, allowed: set[str], today: date) -> list[Step]:
    return [
        step for step in STEPS if step.permission in allowed and step.possible(paper, around, today)
    ]


def take(
    step: Step,
    form: StepForm,
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    files: Sequence[Prepared] = (),
) -> Any:
    given = {name: form.cleaned_data[name] for name in step.names}
    if step.files:
        given["files"] = files
    if step.versioned:
        given["seen"] = form.cleaned_data["seen"]
    return step.call(pk, by=by, at=at, request_id=form.cleaned_data["request_id"], **given)
