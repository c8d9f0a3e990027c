"""A step as a case's page offers it: who may, when it is possible, its form, the command it calls.

A capability lists its pages and says which of them are offered; the form is one with ``call`` and
``seen`` (the request's own id, and the version that was looked at).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.refusal import MovedOn, NotFound, Refusal
from anlan.kernel.accounts import words
from anlan.kernel.loop.models import Event
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on
from anlan.ui.vendor import ICONS

#: (record, what stands around it, and for some the reader).
Possible = Callable[..., bool]
#: A StepPage, or what stands for one elsewhere: it has a ``code``.
Page = TypeVar("Page", bound="Coded")
#: (form, id of the case, {by, at, request_id, seen}).
Call = Callable[[Any, UUID, dict[str, Any]], Any]


class Coded(Protocol):
    @property
    def code(self) -> str: ...


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

    def __post_init__(self) -> None:
        # The page would break only in the state that offers the step.
        assert self.symbol in ICONS, f"{self.code}: {self.symbol} is no icon of ours"


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


def dialogs(
    pages: Iterable[Page], bad: tuple[str, Any] | None, form_of: Callable[[Page], Any]
) -> list[tuple[Page, Any]]:
    """The steps on offer, each with its form; one that was sent back stands as it was typed.

    Raises the MovedOn of a form that came too late for its step, which isn't on offer any more.
    """
    code, sent_back = bad or ("", None)
    found = [(page, sent_back if page.code == code else form_of(page)) for page in pages]
    if sent_back is not None and sent_back.late and all(page.code != code for page, _ in found):
        put_refusal(sent_back, sent_back.late)
    return found


def send_back(form: Any, refusal: Refusal, again: Callable[[], HttpResponse]) -> HttpResponse:
    """The form once more as it was typed, with why; nothing is dropped (F08).

    Where somebody was first it stands over the case as it is now, with what happened since: it may
    be sent again at once. Raises the refusal where no form can mend it.
    """
    if not isinstance(refusal, MovedOn) or "version" not in refusal.data:
        put_refusal(form, refusal)
        return again()
    form.late = refusal
    form.data = form.data.copy()
    form.data[form.add_prefix("seen")] = str(refusal.data["version"])
    _take_over(form, refusal)
    response = again()
    response.status_code = refusal.status
    return response


def _take_over(form: Any, late: MovedOn) -> None:
    """Where only the other changed a field, their value stands; where both did, the field says so.

    Otherwise what was typed over an older page would write the older values back.
    """
    before: dict[str, str] = {}
    after: dict[str, tuple[str, str]] = {}
    events = Event.objects.filter(case=late.data["case"], seq__gt=late.data["seen"])
    for event in events.order_by("seq"):
        for name, pair in event.changes.items():
            if isinstance(pair, list) and len(pair) == 2 and _is_written(form, name):
                then, now = (form.as_written(name, value) for value in pair)
                before.setdefault(name, then)
                after[name] = (now, words.who(event.actor))
    for name, (now, who) in after.items():
        key = form.add_prefix(name)
        typed = form.data.get(key, "")
        if typed.split() == before[name].split():
            form.data[key] = now
        elif typed.split() != now.split():
            form.add_error(name, _("%(who)s wrote meanwhile: %(text)s") % {"who": who, "text": now})


def _is_written(form: Any, name: str) -> bool:
    """What is typed, not chosen: of a choice the history shows what it was."""
    if name not in form.fields or form[name].is_hidden:
        return False
    return isinstance(
        form.fields[name].widget, forms.Textarea | forms.TextInput | forms.NumberInput
    )


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
        return send_back(form, refusal, lambda: again((page.code, form)))
    messages.success(request, _("Done: %(step)s.") % {"step": page.label})
    return go_on(request, done())
