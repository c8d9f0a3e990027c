"""Elements of each task (五要件): the office's template, what a plan lacks, filling it in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.campaigns.carrying import queries_elements
from anlan.domain.campaigns.carrying.commands.elements import ANSWER_MAX, fill_in, set_elements
from anlan.domain.campaigns.carrying.commands.terms_wanted import NewElement
from anlan.domain.campaigns.carrying.forms import Rows, Seen, line
from anlan.domain.campaigns.carrying.queries_elements import BY, KNOWN, Element
from anlan.domain.campaigns.carrying.views_wanted import call_of, campaign_of, saved
from anlan.domain.campaigns.models import Elements, Line, Plan
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.pages import go_on, render_page

#: Lines that lack something, as the page shows them at a time.
SHOWN_MAX = 300


class ElementsForm(Rows):
    KEY, SPARE = "name", 6

    source = line(gettext_lazy("Where the elements come from"), False, 120)

    def row(self, n: int) -> dict[str, forms.Field]:
        return {
            "name": line(gettext_lazy("Element"), False, 30),
            "needed": forms.BooleanField(
                label=gettext_lazy("every task needs it"), required=False, initial=True
            ),
            "by": forms.ChoiceField(
                label=gettext_lazy("Answered by"), choices=list(BY.items()), required=False
            ),
        }

    def new(self) -> list[NewElement]:
        return [
            NewElement(data["name"], bool(data["needed"]), data["by"] or "")
            for _n, data in self.filled
        ]


class AnswersForm(Seen):
    """One field for each element of the template; what a part of the line answers may stay so."""

    def __init__(self, *args: Any, elements: list[Element], row: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.elements = elements
        for n, one in enumerate(elements):
            answered = "" if one.name in row.line.elements else row.answers.get(one.name, "")
            hint = _("Answered by: %(part)s") % {"part": answered} if answered else ""
            self.fields[f"answer_{n}"] = forms.CharField(
                label=one.name, required=False, max_length=ANSWER_MAX, help_text=hint,
                initial=row.line.elements.get(one.name, ""),
            )  # fmt: skip

    @property
    def answers(self) -> dict[str, str]:
        return {one.name: self.cleaned_data[f"answer_{n}"] for n, one in enumerate(self.elements)}


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def template(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    campaign = campaign_of(pk, "campaigns.edit", by)
    row = Elements.objects.filter(campaign=campaign).first()
    items, source = queries_elements.read(row), row.source if row else ""
    proposed = request.GET.get("from", "")
    if proposed.isdecimal() and int(proposed[:3]) < len(KNOWN):
        source, pairs = KNOWN[int(proposed[:3])]
        items = [Element(name, True, by) for name, by in pairs]
    initial = {"seen": row.version if row else 0, "source": source}
    initial |= Rows.initial_of(vars(one) for one in items)
    form = ElementsForm(request.POST or None, initial=initial, have=len(items))

    def save() -> None:
        source = form.cleaned_data["source"]
        set_elements(pk, form.new(), source=source, **call_of(request, form))

    if request.method == "POST" and saved(form, save):
        messages.success(request, _("Saved. Each plan says now which lines lack something."))
        return go_on(request, reverse("campaigns:campaign", args=[pk]))
    context = {"campaign": campaign, "form": form, "known": list(enumerate(KNOWN)), "row": row}
    name = "campaigns/elements_template.html"
    return render_page(request, name, name, context, 422 if form.errors else 200)


def _plan(pk: UUID, permission: str, by: Actor) -> Plan:
    rows = Plan.objects.select_related("campaign", "unit")
    return policy.access(rows, permission, by, pk, at=timezone.now())


@require_GET
@requires("plans.view")
def check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How many lines lack which element; each figure opens its lines."""
    by = actor_of(request)
    plan = _plan(pk, "plans.view", by)
    elements = queries_elements.elements_of(plan)
    found = queries_elements.check(plan, elements)
    name = request.GET.get("lacks", "")
    asked = name if name in {one.name for one in elements} else ""
    rows = [row for row in found.rows if (asked in row.lacks if asked else row.lacks)]
    if request.GET.get("all"):
        rows = list(found.rows)
    context = {
        "plan": plan, "check": found, "asked": asked, "rows": rows[:SHOWN_MAX],
        "more": max(0, len(rows) - SHOWN_MAX), "all": bool(request.GET.get("all")),
        "may_edit": "plans.edit" in policy.allowed(Plan, pk, {"plans.edit"}, by),
        "may_set": policy.may(by, "campaigns.edit"),
    }  # fmt: skip
    page = "campaigns/elements.html"
    return render_page(request, page, page, context)


@require_http_methods(["GET", "POST"])
@requires("plans.edit")
def answers(request: HttpRequest, pk: UUID, line_pk: UUID) -> HttpResponse:
    plan = _plan(pk, "plans.edit", actor_of(request))
    elements = queries_elements.elements_of(plan)
    found = queries_elements.check(plan, elements)
    row = next((one for one in found.rows if one.pk == line_pk), None)
    if row is None:
        if not Line.objects.filter(pk=line_pk, plan=plan).exists() or elements:
            raise NotFound
        return go_on(request, reverse("campaigns:elements", args=[pk]))
    initial = {"seen": plan.version}
    form = AnswersForm(request.POST or None, elements=elements, row=row, initial=initial)
    if request.method == "POST" and saved(
        form, lambda: fill_in(pk, line_pk, form.answers, **call_of(request, form))
    ):
        messages.success(request, _("Saved."))
        return go_on(request, reverse("campaigns:elements", args=[pk]))
    context = {"plan": plan, "row": row, "form": form}
    name = "campaigns/elements_line.html"
    return render_page(request, name, name, context, 422 if form.errors else 200)
