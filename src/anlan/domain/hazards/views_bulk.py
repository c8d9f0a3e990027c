"""One step with all that was ticked in a list: asked for, then done, then told of each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.domain.hazards import bulk, forms
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop.labels import STATES
from anlan.ui.pages import go_on, render_page


@require_POST
@requires("hazard.urge")
def step(request: HttpRequest, act: str) -> HttpResponse:
    """With no request's id the page asks what to enter; with one it is done and told.

    The answer to a post, not a redirect: sent again it does nothing twice and says the same.
    """
    by, at = actor_of(request), timezone.now()
    what = bulk.ACTS.get(act)
    if what is None:
        raise NotFound
    policy.demand(by, what.permission)
    back = _back(request)
    cases = bulk.chosen(_ticked(request))
    if not cases:
        messages.error(request, _("Nothing was ticked. Tick the ones that you mean first."))
        return go_on(request, back)
    asking = "request_id" not in request.POST
    if asking:
        form = what.form(initial={"request_id": uuid7()}, auto_id="bulk_%s")
    else:
        form = forms.chosen_by(what.form(_with_unit(request), auto_id="bulk_%s"), by)
        if form.is_valid():
            found = bulk.take(
                what, cases, form.cleaned_data, by=by, at=at,
                request_id=form.cleaned_data["request_id"],
            )  # fmt: skip
            context: dict[str, Any] = {"act": what, "found": found, "back": back,
                                       "states": STATES}  # fmt: skip
            return render_page(request, "hazards/bulk_done.html", "hazards/bulk_done.html", context)
    return _ask(request, by, what, form, cases, back)


def _ask(
    request: HttpRequest, by: Actor, act: bulk.Act, form: forms.StepForm, cases: Any, back: str
) -> HttpResponse:
    rows = bulk.visible(by, cases)
    if rows.keys() != cases.keys():
        raise NotFound
    listed = [(rows[pk], f"{pk}:{version}", bulk.unfit(act, rows[pk]))
              for pk, version in cases.items()]  # fmt: skip
    code = str(form["rectifier"].value() or "") if "rectifier" in form.fields else ""
    context = {
        "act": act, "form": form, "rows": listed, "back": back, "unit_code": code,
        "unit_name": request.POST.get("picker_q", "")[:120] if code else "",
        "left": sum(1 for _row, _token, why in listed if why), "at_most": bulk.AT_ONCE_MAX,
        "states": STATES,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render_page(request, "hazards/bulk.html", "hazards/bulk.html", context, status)


def _ticked(request: HttpRequest) -> list[str]:
    """The rows that were ticked, or all that the page showed."""
    if request.POST.get("all"):
        return [text for text in request.POST.get("shown", "").split(",") if text]
    return request.POST.getlist("row")


def _with_unit(request: HttpRequest) -> Any:
    """What was entered; without a script a unit is written by its name, and not picked."""
    data = request.POST.copy()
    name = data.get("picker_q", "").strip()
    if name and not data.get("rectifier"):
        codes = Unit.objects.filter(name=name, valid_to=None).values_list("code", flat=True)[:2]
        # Whether one may see it, the field asks; of two of one name neither is meant.
        data["rectifier"] = codes[0] if len(codes) == 1 else name
    return data


def _back(request: HttpRequest) -> str:
    """The list that was ticked in: an address of this site, else the whole list."""
    url = request.POST.get("back", "")
    if url.startswith("/") and url_has_allowed_host_and_scheme(url, {request.get_host()}):
        return url
    return reverse("hazards:list")
