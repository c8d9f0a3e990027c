"""Which industry (GB/T 4754) belongs to which sector: the office's own rules and the defaults."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal
from anlan.domain.enterprises import industry
from anlan.domain.enterprises import rules as own
from anlan.domain.enterprises.models import IndustryRule
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Sector
from anlan.ui.forms import Form
from anlan.ui.pages import go_on

#: Rules on one page; there are 1,971 industries in all.
RULES_MAX = 2_000
CHOICES_MAX = 12
REASON_CHARS_MAX = 200


@requires("settings.industries")
def rules(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    today = policy.today_of(by)
    rows = IndustryRule.objects.select_related("sector").order_by("prefix", "-pk")
    names = dict(Sector.objects.values_list("pk", "name"))
    defaults = [
        (prefix, industry.name(prefix), names.get(sector, ""))
        for prefix, sector in sorted(industry.default_sectors().items())
    ]
    held = list(rows.valid_on(today)[:RULES_MAX])
    context = {
        "rules": [(row, industry.name(row.prefix)) for row in held],
        "past": [(row, industry.name(row.prefix)) for row in rows.filter(valid_to__lt=today)[:50]],
        "defaults": defaults,
        "overruled": {row.prefix for row in held},
        "may_edit": policy.may(by, own.EDIT),
    }
    return render(request, "enterprises/rules.html", context)


@requires("settings.industries")
def industries(request: HttpRequest) -> HttpResponse:
    """What the industry picker offers for a few letters."""
    text = request.GET.get("picker_q", "").strip()[:40]
    found = industry.search(text, limit=CHOICES_MAX)
    rows = [(row.code, f"{row.code} {row.name}", _above(row.code)) for row in found]
    return render(request, "enterprises/_options.html", {"rows": rows})


def _above(code: str) -> str:
    return " › ".join(row.name for row in industry.chain(code)[:-1])


class RuleForm(Form):
    industry = forms.CharField(label=_("Industry"), max_length=4)
    sector = forms.ChoiceField(
        label=_("Sector"),
        required=False,
        help_text=_("Empty ends the office's own rule; the packaged one then holds again."),
    )
    reason = forms.CharField(label=_("Why"), max_length=REASON_CHARS_MAX, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "—"), *Sector.objects.values_list("code", "name")]
        self.fields["sector"].choices = choices  # type: ignore[attr-defined]

    def clean_industry(self) -> str:
        code = str(self.cleaned_data["industry"]).strip().upper()
        if code not in industry.table():
            raise forms.ValidationError(
                _("Choose an industry from the list that opens as you type.")
            )
        return code


@requires("settings.edit", management=True)
def change(request: HttpRequest) -> HttpResponse:
    """First what would move is shown (GET), then it is done (POST)."""
    by = actor_of(request)
    asked = request.POST if request.method == "POST" else request.GET
    form = RuleForm(asked or None)
    form.fields["reason"].required = request.method == "POST"
    status, seen = 200, None
    if form.is_bound and form.is_valid():
        prefix, sector = form.cleaned_data["industry"], form.cleaned_data["sector"] or None
        seen = own.preview(prefix, sector, policy.today_of(by))
        if request.method == "POST":
            try:
                moved = own.set_rule(
                    prefix, sector, by=by, at=timezone.now(), reason=form.cleaned_data["reason"]
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                messages.success(
                    request, _now("Saved; %(n)d entries moved to their new sector.") % {"n": moved}
                )
                return go_on(request, reverse("enterprises:rules"))
    elif form.is_bound:
        status = 422
    # The page asks for it in its second step, which is always a POST.
    form.fields["reason"].required = True
    code = str(form.data.get("industry", "")).strip().upper() if form.is_bound else ""
    names = dict(Sector.objects.values_list("pk", "name"))
    context = {
        "form": form,
        "code": code if code in industry.table() else "",
        "name": industry.name(code),
        "seen": seen,
        "moves": [
            (names.get(old, ""), names[new], n)
            for (old, new), n in (seen.moves if seen else {}).items()
        ],
    }
    return render(request, "enterprises/rule.html", context, status=status)
