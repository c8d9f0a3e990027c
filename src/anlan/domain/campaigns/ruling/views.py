"""The page of the rule for plans whose days don't fit or that lack elements."""

from __future__ import annotations

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from anlan.base.refusal import Refusal
from anlan.domain.campaigns.ruling import rules
from anlan.domain.campaigns.ruling.commands import set_plan_rules
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.forms import Form, put_refusal
from anlan.ui.pages import go_on, render_page

_CHOICES = [(str(mode), label) for mode, label in rules.MODES.items()]


class RulesForm(Form):
    version = django_forms.IntegerField(widget=django_forms.HiddenInput)
    days = django_forms.ChoiceField(
        label=gettext_lazy("Days outside their stage, or a plan’s outside its campaign’s"),
        choices=_CHOICES, widget=django_forms.RadioSelect,
    )  # fmt: skip
    elements = django_forms.ChoiceField(
        label=gettext_lazy("Tasks that lack elements of the template"),
        choices=_CHOICES, widget=django_forms.RadioSelect,
    )  # fmt: skip
    reason = django_forms.CharField(
        label=gettext_lazy("Why it is changed"), required=False, max_length=300
    )


@require_http_methods(["GET", "POST"])
@requires("listsettings.edit")
def rule(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    now = rules.current()
    initial = {"version": now.version, "days": str(now.days), "elements": str(now.elements)}
    form = RulesForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                set_plan_rules(
                    data["days"], data["elements"], version=data["version"],
                    reason=data["reason"], by=by, at=at,
                )  # fmt: skip
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("In force from now on."))
                return go_on(request, reverse("campaigns:plan_rules"))
    context = {
        "form": form, "newest": rules.newest(),
        "said": (rules.MODES[now.days], rules.MODES[now.elements]),
    }  # fmt: skip
    return render_page(
        request, "campaigns/plan_rules.html", "campaigns/plan_rules.html", context, status
    )
