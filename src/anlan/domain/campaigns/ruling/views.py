"""The page of the rule for plans whose days don't fit or that lack elements."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from anlan.domain.campaigns.ruling import rules
from anlan.domain.campaigns.ruling.page import RuleFields, rule_page
from anlan.kernel.accounts.gate import actor_of, requires

_CHOICES = [(str(mode), label) for mode, label in rules.MODES.items()]


class RulesForm(RuleFields):
    days = django_forms.ChoiceField(
        label=gettext_lazy("Days outside their stage, or a plan’s outside its campaign’s"),
        choices=_CHOICES, widget=django_forms.RadioSelect,
    )  # fmt: skip
    elements = django_forms.ChoiceField(
        label=gettext_lazy("Tasks that lack elements of the template"),
        choices=_CHOICES, widget=django_forms.RadioSelect,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires("listsettings.edit")
def rule(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    now = rules.current()

    def save(data: dict[str, Any]) -> None:
        rules.set_plan_rules(
            data["days"], data["elements"], version=data["version"], reason=data["reason"],
            by=by, at=at,
        )  # fmt: skip

    initial = {"version": now.version, "days": str(now.days), "elements": str(now.elements)}
    context = {
        "newest": rules.OFFICE.newest(rules.CODE),
        "said": (rules.MODES[now.days], rules.MODES[now.elements]),
    }  # fmt: skip
    return rule_page(request, RulesForm, initial, save, "plan_rules", context)
