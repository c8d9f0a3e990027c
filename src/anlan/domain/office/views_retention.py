"""How long things are kept: what is in force, and the form that changes it.

The system administrator sets it: it says nothing of the business, and the minima hold for all.
"""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from anlan.base.refusal import MovedOn, NotFound, Refusal
from anlan.domain.office import retention
from anlan.domain.office.models import REASON_CHARS_MAX
from anlan.kernel.accounts.gate import actor_of, fresh, requires
from anlan.ui.forms import Form
from anlan.ui.pages import go_on


class DaysForm(Form):
    days = forms.IntegerField(label=_("Days"), min_value=1)
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("On whose decision"), max_length=REASON_CHARS_MAX)


@requires("settings.edit", management=True)
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: HttpRequest, bad: tuple[str, DaysForm] | None = None, status: int = 200
) -> HttpResponse:
    rows = [
        (one, bad[1] if bad and bad[0] == one.rule.code else DaysForm(
            initial={"days": one.days, "version": one.version}, auto_id=f"{one.rule.code}_%s"
        ))
        for one in retention.in_force()
    ]  # fmt: skip
    return render(request, "office/retention.html", {"rows": rows}, status=status)


@requires("settings.edit", management=True)
@require_POST
@fresh
def set_days(request: HttpRequest, code: str) -> HttpResponse:
    if code not in retention.RULES:
        raise NotFound
    form = DaysForm(request.POST, auto_id=f"{code}_%s")
    status = 422
    if form.is_valid():
        try:
            retention.set_days(code, **form.cleaned_data, by=actor_of(request), at=timezone.now())
        except MovedOn as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        except Refusal as refusal:
            form.add_error("days", str(refusal))
        else:
            messages.success(request, _now("Saved."))
            return go_on(request, reverse("office:retention"))
    return _page(request, (code, form), status)
