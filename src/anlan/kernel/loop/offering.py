"""A step as a case's page offers it: who may, when it is possible, its form, the command it calls.

A capability lists its pages and says which of them are offered; the form is one with ``call`` and
``seen`` (the request's own id, and the version that was looked at).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound, Refusal
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on

#: (record, what stands around it, and for some the reader).
Possible = Callable[..., bool]
#: (form, id of the case, {by, at, request_id, seen}).
Call = Callable[[Any, UUID, dict[str, Any]], Any]


@dataclass(frozen=True)
class StepPage:
    """One button on a case's page and the dialog behind it."""

    code: str
    permission: str
    label: str | Promise
    form: type[Any]
    possible: Possible
    call: Call
    symbol: str = "check"
    #: primary stands out, danger is red, menu goes behind "more", inline has its own place.
    kind: str = ""
    photos: bool = False


def being(*states: str) -> Possible:
    """Possible while its case is in one of these states."""
    return lambda record, *_around: record.case.state in states


def plain(command: Callable[..., Any], *names: str, **fixed: Any) -> Call:
    """A command on one case that takes those of these fields that its form has."""

    def call(form: Any, pk: UUID, common: dict[str, Any]) -> Any:
        given = {name: form.cleaned_data[name] for name in names if name in form.cleaned_data}
        return command(pk, **given, **fixed, **common)

    return call


def unseen(command: Callable[..., Any], *names: str) -> Call:
    """A command that may come late: it doesn't ask which version somebody looked at."""

    def call(form: Any, pk: UUID, common: dict[str, Any]) -> Any:
        common.pop("seen")
        return command(pk, **{name: form.cleaned_data[name] for name in names}, **common)

    return call


def take(page: StepPage, form: Any, pk: UUID, *, by: Actor, at: datetime, **more: Any) -> Any:
    """Call the step's command with what its form holds."""
    call = {"by": by, "at": at, "seen": form.cleaned_data["seen"], **form.call, **more}
    return page.call(form, pk, call)


def page_of(pages: Mapping[str, StepPage], code: str) -> StepPage:
    if (page := pages.get(code)) is None:
        raise NotFound
    return page


def answer(
    request: HttpRequest,
    pk: UUID,
    page: StepPage,
    form: Any,
    *,
    by: Actor,
    at: datetime,
    again: Callable[[tuple[str, Any]], HttpResponse],
    done: Callable[[], str],
    **more: Any,
) -> HttpResponse:
    """Take a step from a case's page, and go on to the address that ``done`` gives.

    ``again`` draws the page anew with a form that must be mended, as it was typed.
    """
    if not form.is_valid():
        return again((page.code, form))
    try:
        take(page, form, pk, by=by, at=at, **more)
    except Refusal as refusal:
        put_refusal(form, refusal)
        return again((page.code, form))
    messages.success(request, _("Done: %(step)s.") % {"step": page.label})
    return go_on(request, done())
