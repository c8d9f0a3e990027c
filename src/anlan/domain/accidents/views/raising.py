"""The rules by which inquiries are raised a level: what is in force where, and a new version."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.accidents import columns, law
from anlan.domain.accidents.commands.raising import set_raising_rules
from anlan.domain.accidents.forms_raising import RaisingForm
from anlan.domain.accidents.models import RaisingRules
from anlan.domain.accidents.raising import PLACES, Rule
from anlan.domain.lists import sums
from anlan.kernel.accounts import policy, sectors
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.views_pickers import area_name
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on, render_page

VERSIONS_SHOWN = 50


@require_http_methods(["GET", "POST"])
@requires("raisingrules.view")
def rules(request: HttpRequest) -> HttpResponse:
    """What is in force, by area and version; a new version keeps what is ticked and adds one."""
    by, at = actor_of(request), timezone.now()
    may = policy.may(by, "raisingrules.make")
    if request.method == "POST" and not may:
        raise NotFound
    rows = policy.permitted(RaisingRules.objects.all(), "raisingrules.view", by)
    shown = list(rows.select_related("area", "unit").order_by("-made_at")[:VERSIONS_SHOWN])
    widest = sums.widest(by)
    initial = {"pk": uuid7(), "request_id": uuid7(), "area": widest.code}
    form = RaisingForm(request.POST if request.method == "POST" else None, initial=initial)
    is_valid = form.is_valid()
    data = form.cleaned_data if form.is_bound else {}
    # What this very request put in force is none of what was ticked: it may come twice.
    before = rows.filter(area=data.get("area") or widest).exclude(pk=data.get("pk") or uuid7())
    own = before.order_by("-version").first()
    kept = [Rule.of(each) for each in own.rules] if own else []
    form.initial["source"] = own.source if own else ""
    is_seen = own is None or request.POST.get("of") == str(own.pk)
    ticked = set(map(str, range(len(kept))))
    if form.is_bound and is_seen:
        ticked &= set(request.POST.getlist("keep"))
    if is_valid and not is_seen:
        form.add_error("area", _("Rules are in force there that this page did not show: they are "
                                 "below now; tick those that stay and send it again."))  # fmt: skip
    elif is_valid:
        stay = [rule for n, rule in enumerate(kept) if str(n) in ticked]
        try:
            set_raising_rules(
                data["pk"], area=data["area"].pk, rules=[*stay, *filter(None, [form.rule])],
                source=data["source"], by=by, at=at, request_id=data["request_id"],
            )  # fmt: skip
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("The new version is in force."))
            return go_on(request, reverse("accidents:raising"))
    code = str(form["area"].value() or "")[:40]
    context = {
        "form": form, "may": may, "area_code": code, "area_text": area_name(code),
        "shown": [(row, [_told(Rule.of(each)) for each in row.rules]) for row in shown],
        "of": own.pk if own else "",
        "kept": [(n, _told(rule), str(n) in ticked) for n, rule in enumerate(kept)],
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render_page(request, "accidents/raising.html", "accidents/raising.html", context, status)


def _told(rule: Rule) -> tuple[str, str]:
    """A rule's sentence, and what of an accident it asks."""
    names: dict[str, Any] = {**sectors.names(), **law.GRADES, **dict(PLACES)}
    asks: list[str] = [str(names.get(code, code)) for code in (rule.grade, rule.sector) if code]
    for label, n in ((_("Deaths"), rule.deaths), (_("Serious injuries"), rule.serious),
                     (_("Missing people"), rule.missing)):  # fmt: skip
        if n:
            asks.append(f"{label} ≥ {n}")
    if rule.loss_fen:
        asks.append(f"{_('Direct loss (10,000 yuan)')} ≥ {columns.wan(rule.loss_fen)}")
    if rule.misreported:
        asks.append(_("found to be misreported"))
    if rule.again:
        asks.append(_("%(n)d accidents of %(where)s within %(days)d days")
                    % {"n": rule.again, "where": names[rule.where], "days": rule.days})  # fmt: skip
    return rule.words, "；".join(asks)
