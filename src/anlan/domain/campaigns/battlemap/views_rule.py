"""The page on which the topmost office sets when a light of the battle map turns yellow."""

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
from anlan.domain.campaigns.battlemap import terms
from anlan.domain.campaigns.battlemap.commands import set_map_rule
from anlan.domain.campaigns.battlemap.lights import DEFAULT, LIGHTS
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.forms import Form, put_refusal
from anlan.ui.pages import go_on, render_page


class RuleForm(Form):
    version = django_forms.IntegerField(widget=django_forms.HiddenInput)
    near = django_forms.IntegerField(
        label=gettext_lazy("Yellow so many days before the deadline"), min_value=0,
        max_value=terms.DAYS_MAX,
    )  # fmt: skip
    behind = django_forms.IntegerField(
        label=gettext_lazy("Yellow where progress is so many points behind time"), min_value=0,
        max_value=terms.POINTS_MAX,
    )  # fmt: skip
    reason = django_forms.CharField(
        label=gettext_lazy("Why it is changed"), required=False, max_length=300
    )


@require_http_methods(["GET", "POST"])
@requires("listsettings.edit")
def edit(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    version, rule = terms.current()
    initial = {"version": version, "near": rule.near_days, "behind": rule.behind_points}
    form = RuleForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                set_map_rule(
                    data["near"], data["behind"], version=data["version"], reason=data["reason"],
                    by=by, at=at,
                )  # fmt: skip
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("In force from now on."))
                return go_on(request, reverse("campaigns:map_rule"))
    context = {
        "form": form, "rule": rule, "default": DEFAULT, "newest": terms.newest(),
        "legend": [(light, light.said(rule)) for light in LIGHTS],
    }  # fmt: skip
    return render_page(
        request, "campaigns/map_rule.html", "campaigns/map_rule.html", context, status
    )
