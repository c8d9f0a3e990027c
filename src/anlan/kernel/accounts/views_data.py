"""One's own data: seen whole, corrected, deleted; and the requests that others answer (S39)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.base import sealed
from anlan.base.limits import TEXT_CHARS_MAX
from anlan.base.refusal import Refusal
from anlan.kernel.accounts import copies, counts
from anlan.kernel.accounts.commands import own_data
from anlan.kernel.accounts.gate import actor_of, fresh, limited, requires
from anlan.kernel.accounts.models import DataRequest, User
from anlan.ui.forms import Form
from anlan.ui.pages import go_on

#: Requests on the administrator's page: all that wait, and the last answered ones.
SHOWN_MAX = 200
#: Numbers that one administrator may try.
CALLERS = counts.Limit("caller", times=30, seconds=3_600)
#: Answered ones stay in sight for so long.
LATELY = timedelta(days=90)
_PHONE = re.compile(r"\+?[\d ()-]{7,24}")


class OwnForm(Form):
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(
        label=_("Phone"), required=False, max_length=24,
        help_text=_("Kept encrypted. An administrator can check a number that calls, not read it."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )  # fmt: skip

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        if phone and not _PHONE.fullmatch(phone):
            raise forms.ValidationError(_("Write a phone number, such as 13800000000."))
        return phone


class AskForm(Form):
    kind = forms.ChoiceField(
        label=_("What you ask for"), choices=DataRequest.Kind.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("What exactly, and why"), max_length=TEXT_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class AnswerForm(Form):
    done = forms.TypedChoiceField(
        label=_("Outcome"), coerce=lambda value: value == "1", widget=forms.RadioSelect,
        choices=[("1", _("Done as asked")), ("0", _("Not done; the answer says why"))],
    )  # fmt: skip
    answer = forms.CharField(
        label=_("Answer"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 3})
    )


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _page(
    request: HttpRequest, own: OwnForm | None = None, asks: AskForm | None = None, status: int = 200
) -> HttpResponse:
    user = User.objects.get(pk=_user(request).pk)
    given = {"email": user.email, "phone": sealed.read(user, "phone")}
    context = {
        # Requests have a place of their own on this page.
        "kept": {
            title: _shown(found)
            for title, found in copies.gathered(user).items()
            if title != _now("Requests")
        },
        "own": own or OwnForm(initial=given),
        "asks": asks or AskForm(),
        "requests": user.data_requests.order_by("-asked_at")[:SHOWN_MAX],
    }
    return render(request, "accounts/my_data.html", context, status=status)


def _shown(found: Any) -> Any:
    """Values as people read them."""
    if isinstance(found, dict):
        return {name: _shown(value) for name, value in found.items()}
    if isinstance(found, list) and found and isinstance(found[0], dict):
        return [_shown(row) for row in found]
    if isinstance(found, list):
        return "、".join(map(str, found))
    if isinstance(found, datetime):
        return f"{timezone.localtime(found):%Y-%m-%d %H:%M}"
    return "—" if found in (None, "") else found


@requires("accounts.own")
@require_GET
@fresh
@never_cache
def my_data(request: HttpRequest) -> HttpResponse:
    """Everything that is kept about oneself, and what one can do about it."""
    return _page(request)


@requires("accounts.own")
@require_POST
@fresh
@never_cache
def change_own(request: HttpRequest) -> HttpResponse:
    form = OwnForm(request.POST)
    if not form.is_valid():
        return _page(request, own=form, status=422)
    own_data.change_own(**form.cleaned_data, by=actor_of(request), at=timezone.now())
    messages.success(request, _now("Saved."))
    return go_on(request, reverse("accounts:my_data"))


@requires("accounts.own")
@require_POST
@fresh
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    form = AskForm(request.POST)
    if form.is_valid():
        try:
            own_data.ask(**form.cleaned_data, by=actor_of(request), at=timezone.now())
        except own_data.AskedAlready as refusal:
            form.add_error("kind", str(refusal))
        else:
            messages.success(request, _now("Your request was sent."))
            return go_on(request, reverse("accounts:my_data"))
    return _page(request, asks=form, status=422)


@requires("people.edit", management=True)
@require_POST
@fresh
@limited(CALLERS)
def caller(request: HttpRequest) -> HttpResponse:
    """To the page of whose number calls. By POST: a number stands in no address (S26)."""
    found = own_data.caller(
        request.POST.get("phone", "")[:40], by=actor_of(request), at=timezone.now()
    )
    if found is None:
        messages.warning(request, _now("No account in use has this number, or several have it."))
        return go_on(request, reverse("accounts:people"))
    messages.success(request, _now("The number is this account's."))
    return go_on(request, reverse("accounts:person", args=[found.pk]))


@requires("people.edit", management=True)
@require_GET
def data_requests(request: HttpRequest) -> HttpResponse:
    """What people ask of their data: those that wait first, by their day."""
    return _requests(request)


def _requests(
    request: HttpRequest, bad: tuple[UUID, AnswerForm] | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    rows = DataRequest.objects.select_related("user", "answered_by")
    waiting = rows.filter(answered_at=None).order_by("due_on", "pk")[:SHOWN_MAX]
    lately = rows.filter(answered_at__gte=timezone.now() - LATELY).order_by("-answered_at")
    context = {
        "waiting": [
            (row, (row.due_on - today).days, bad[1] if bad and bad[0] == row.pk
             else AnswerForm(auto_id=f"a{row.pk.hex}_%s"), row.user_id == request.user.pk)
            for row in waiting
        ],
        "answered": lately[:SHOWN_MAX],
    }  # fmt: skip
    return render(request, "accounts/data_requests.html", context, status=status)


@requires("people.edit", management=True)
@require_POST
@fresh
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = AnswerForm(request.POST, auto_id=f"a{pk.hex}_%s")
    if form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        try:
            own_data.answer(
                pk, done=data["done"], text=data["answer"], by=actor_of(request), at=timezone.now()
            )
        except Refusal as refusal:
            if refusal.status != 409:
                raise
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _now("Answered."))
            return go_on(request, reverse("accounts:data_requests"))
    return _requests(request, (pk, form), status=422)
