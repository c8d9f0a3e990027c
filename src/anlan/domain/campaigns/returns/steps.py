"""Every step as a return's page offers it: who may, when it is possible, its form, its command."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.forms import Decide, Extend
from anlan.domain.campaigns.models import Return
from anlan.domain.campaigns.returns import commands as do
from anlan.domain.campaigns.returns.forms import FileForm, NilForm
from anlan.kernel.loop.forms import Nothing, Reason
from anlan.kernel.loop.models import Extension
from anlan.kernel.loop.offering import StepPage, being, plain


def _file(form: FileForm, pk: UUID, common: dict[str, Any]) -> Any:
    text = form.cleaned_data["text"]
    return do.file_return(pk, kind="report", text=text, figures=form.numbers, **common)


def _nil(form: NilForm, pk: UUID, common: dict[str, Any]) -> Any:
    return do.file_return(pk, kind="nil", text=form.cleaned_data["text"], **common)


def _accept(form: Nothing, pk: UUID, common: dict[str, Any]) -> Any:
    seen = common.pop("seen")
    return do.accept_returns([pk], seen={pk: seen} if seen is not None else None, **common)


def _decide(form: Decide, pk: UUID, common: dict[str, Any]) -> Any:
    data = form.cleaned_data
    return do.decide_extension(pk, grant=data["grant"] == "1", reason=data["reason"], **common)


def _wished(row: Return, wish: Extension | None) -> bool:
    return row.case.state == "assigned" and wish is not None


def _nil_taken(row: Return, *_around: Any) -> bool:
    return row.case.state == "assigned" and row.duty.nil_allowed


PAGES: tuple[StepPage, ...] = (
    StepPage("file", "returns.file", _("File the report"), FileForm, being("assigned"), _file,
             "send", "primary", photos=True),
    StepPage("nil", "returns.file", _("Nil report"), NilForm, _nil_taken, _nil, "circle-check"),
    StepPage("accept", "returns.answer", _("Accept the return"), Nothing, being("rectified"),
             _accept, "check", "primary"),
    StepPage("send_back", "returns.answer", _("Send the return back"), Reason, being("rectified"),
             plain(do.send_back, "reason"), "arrow-back-up", "danger"),
    StepPage("decide_extension", "returns.decide_extension", _("Decide on more time"), Decide,
             _wished, _decide, "clock", "primary"),
    StepPage("ask_extension", "returns.ask_extension", _("Ask for more time"), Extend,
             lambda row, wish: row.case.state == "assigned" and wish is None,
             plain(do.ask_extension, "until", "reason"), "clock", "menu"),
    # What was accepted has been counted, so this is out of the way of a slip.
    StepPage("recall", "returns.answer", _("Send it back though it was accepted"), Reason,
             being("closed"), plain(do.send_back, "reason"), "arrow-back-up", "menu"),
    StepPage("exempt", "returns.answer", _("Does not apply to this unit"), Reason,
             being("assigned", "rectified"), plain(do.exempt, "reason"), "trash", "menu"),
)  # fmt: skip
BY_CODE = {page.code: page for page in PAGES}


def offered(row: Return, allowed: set[str], wish: Extension | None) -> list[StepPage]:
    return [page for page in PAGES if page.permission in allowed and page.possible(row, wish)]
