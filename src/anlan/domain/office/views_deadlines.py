"""Deadlines and ladder: what is in force, who set it and since when, and the form that changes it.

Changed by the head of the topmost committee office alone: how long people get and when somebody
is summoned is business, so none of the three administrators decides it (S16), and it holds for
every area below, so no county's office decides it for its neighbours. Whoever works here reads it.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.refusal import MovedOn, Refusal
from anlan.domain.office import commands, queries
from anlan.domain.office.commands import NewRules
from anlan.domain.office.forms import RulesForm
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.loop import settings, worklist
from anlan.kernel.loop.machine import machines
from anlan.kernel.loop.settings import RUNG_BY_CLOCK_MAX, RUNGS
from anlan.ui.pages import go_on

NAMES = {
    "hazard": gettext_lazy("Hidden hazards"),
    "problem": gettext_lazy("Problems"),
    "transfer": gettext_lazy("Transfers"),
    "letter": gettext_lazy("Letters"),
    "list_item": gettext_lazy("Problems on lists"),
    "task": gettext_lazy("Tasks of campaigns"),
    "measure": gettext_lazy("Measures"),
    "remedy": gettext_lazy("Plans for enterprises"),
    "defect": gettext_lazy("Defects"),
}
#: Whom each rung reaches, as ladder.py and told.py do it.
TOLD = (
    gettext_lazy("the rectifying unit; the unit that reported it where none is assigned"),
    gettext_lazy("the rectifying unit; the unit that reported it where none is assigned"),
    gettext_lazy(
        "the head of the unit that first assigned it; the rectifying unit once it is held"
    ),
    gettext_lazy("the head of the unit that first assigned it; the rectifying unit once issued"),
    gettext_lazy("the head of the unit that first assigned it; the rectifying unit once issued"),
)


def _names() -> dict[str, str]:
    """Every kind of case by the name that offices know it by; else as the worklist calls it."""
    called = {kind: label for each in worklist.works() for kind, label in each.kinds.items()}
    return {kind: str(NAMES.get(kind) or called.get(kind) or kind) for kind in machines()}


def _kind(request: HttpRequest) -> str:
    asked = request.GET.get("kind", "")
    return asked if asked in machines() else next(iter(machines()))


@requires("deadlines.view")
def deadlines(request: HttpRequest) -> HttpResponse:
    by, kind = actor_of(request), _kind(request)
    history = queries.versions(kind)
    now = history[0]
    rungs = [
        (n + 1, name, queries.rung_words(now.data["rungs"][n]), n < RUNG_BY_CLOCK_MAX, TOLD[n])
        for n, name in enumerate(RUNGS)
    ]
    rules = [
        (queries.deadline_name(key), queries.rule_words(rule))
        for key, rule in now.data["deadlines"].items()
        if kind == "hazard" or ":" not in key
    ]
    context = {
        "kind": kind,
        "kinds": list(_names().items()),
        "now": now,
        "rules": rules,
        "rungs": rungs,
        "more": queries.approvals(now.data),
        "history": history,
        "may_edit": policy.may(by, "deadlines.edit"),
    }
    return render(request, "office/deadlines.html", context)


@requires("deadlines.edit")
def edit_deadlines(request: HttpRequest) -> HttpResponse:
    kind = _kind(request)
    now = settings.current(kind)
    form = RulesForm(kind, request.POST or None, initial=RulesForm.of(now.version, now.data))
    status, meanwhile = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            entered = form.cleaned_data
            new = NewRules(kind, entered["version"], form.data_of(now.data), entered["reason"])
            try:
                rules = commands.change_rules(new, by=actor_of(request), at=timezone.now())
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                if isinstance(refusal, MovedOn):
                    status, meanwhile = refusal.status, _meanwhile(kind, entered["version"])
                    # What was entered stays, now on the version that is shown with it.
                    sent = request.POST.copy()
                    sent["version"] = str(settings.current(kind).version)
                    form.data = sent
            else:
                messages.success(
                    request,
                    _("Version %(n)s is in force for what is opened from now on.")
                    % {"n": rules.version},
                )
                return go_on(request, f"{reverse('office:deadlines')}?kind={kind}")
    context = {
        "form": form,
        "kind": kind,
        "kind_name": _names()[kind],
        "deadlines": [(form[f"n_{n}"], form[f"kind_{n}"], form[f"moves_{n}"]) for n in form.keys],
        "rungs": [form[f"rung_{number}"] for number in range(len(RUNGS))],
        "now": now,
        "meanwhile": meanwhile,
    }
    return render(request, "office/deadlines_edit.html", context, status=status)


def _meanwhile(kind: str, version: int) -> list[tuple[str, str, str]]:
    """What others changed since the version that somebody had before their eyes."""
    known = settings.versions(kind)
    seen = known.get(version, known[1])
    return queries.differences(seen.data, settings.current(kind).data)
