"""The page on which the topmost office sets when a light of the battle map turns yellow."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from anlan.domain.campaigns.battlemap import terms
from anlan.domain.campaigns.battlemap.lights import DEFAULT, LIGHTS
from anlan.domain.campaigns.ruling.page import RuleFields, rule_page
from anlan.kernel.accounts.gate import actor_of, requires


class RuleForm(RuleFields):
    near = django_forms.IntegerField(
        label=gettext_lazy("Yellow so many days before the deadline"), min_value=0,
        max_value=terms.DAYS_MAX,
    )  # fmt: skip
    behind = django_forms.IntegerField(
        label=gettext_lazy("Yellow where progress is so many points behind time"), min_value=0,
        max_value=terms.POINTS_MAX,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires("listsettings.edit")
def edit(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    version, rule = terms.current()

    def save(data: dict[str, Any]) -> None:
        terms.set_map_rule(
            data["near"], data["behind"], version=data["version"], reason=data["reason"],
            by=by, at=at,
        )  # fmt: skip

    initial = {"version": version, "near": rule.near_days, "behind": rule.behind_points}
    context = {
        "rule": rule, "default": DEFAULT, "newest": terms.OFFICE.newest(terms.CODE),
        "legend": [(light, light.said(rule)) for light in LIGHTS],
    }  # fmt: skip
    return rule_page(request, RuleForm, initial, save, "map_rule", context)
