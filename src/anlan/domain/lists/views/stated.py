"""Figures that documents state, beside ours."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.refusal import Refusal, Unreadable
from anlan.domain.lists import commands, stated, tabs
from anlan.domain.lists.commands.stated import COMPARED
from anlan.domain.lists.models import DeclaredFigure
from anlan.domain.lists.permissions import LEADS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.fields import AreaField
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.calendar import periods
from anlan.kernel.facts.figures import Query, figures_of
from anlan.ui.forms import DayInput, Form, put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.pages import go_on, render_page

ORDER = Keyset.by("-start", "-pk")
#: Each row asks the ledger for a period of its own, so a page has few.
ROWS_MAX = 20


class StatedForm(Form):
    kind = django_forms.ChoiceField(label=gettext_lazy("What it counts"))
    text = django_forms.CharField(
        label=gettext_lazy("Figure as the document states it"), max_length=60,
        help_text=gettext_lazy("For example 305.2万项 or 160余处: it is kept as a lower bound."),
    )  # fmt: skip
    area = AreaField(label=gettext_lazy("Area"), widget=django_forms.HiddenInput)
    start = django_forms.DateField(label=gettext_lazy("First day"), widget=DayInput)
    end = django_forms.DateField(label=gettext_lazy("Last day"), widget=DayInput)
    source = django_forms.CharField(label=gettext_lazy("Which document"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = list(COMPARED.items())

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        try:
            stated.read(text)
        except Unreadable as refusal:
            raise django_forms.ValidationError(str(refusal)) from None
        return text


def _ours(rows: list[DeclaredFigure], at: Any) -> list[int | None]:
    """The ledger's figure for each row's area, span and kind; those alike share a statement."""
    queries = [
        Query(kinds=[row.kind], areas=[row.area_id], at=at,
              periods=[periods.span(row.start, row.end)])
        for row in rows
    ]  # fmt: skip
    return [cells[0].value if cells else None for cells in figures_of(queries)]


@require_GET
@requires("stated.view")
def page(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    rows = (
        policy.permitted(DeclaredFigure.objects.all(), "stated.view", by)
        .filter(withdrawn_at=None)
        .select_related("area", "unit")
    )
    found = ORDER.page(rows, request.GET, ROWS_MAX)
    own = set(policy.units_of(by, LEADS))
    context = {
        "tabs": tabs.of(by, "stated"),
        "page": found, "may_enter": policy.may(by, "stated.enter"),
        "lines": [
            (row, COMPARED.get(row.kind, ""), ours, _difference(row, ours), row.unit_id in own)
            for row, ours in zip(found.rows, _ours(found.rows, at), strict=True)
        ],
    }  # fmt: skip
    return render_page(request, "lists/stated.html", "lists/stated.html", context)


def _difference(row: DeclaredFigure, ours: int | None) -> tuple[str, str]:
    """In words, and its tone: a lower bound is kept to by all that is not below it."""
    if ours is None:
        return _("not known here"), ""
    if row.at_least:
        if ours < row.value:
            return _("%(n)s below the bound") % {"n": f"{row.value - ours:,}"}, "amber"
        return _("not below the bound"), "green"
    if ours == row.value:
        return _("equal"), "green"
    return _("%(n)s apart") % {"n": f"{abs(row.value - ours):,}"}, "amber"


@require_http_methods(["GET", "POST"])
@requires("stated.enter")
def new(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    form = StatedForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            said = commands.Statement(
                data["area"].pk, data["kind"], data["start"], data["end"], data["text"],
                data["source"],
            )  # fmt: skip
            try:
                commands.declare_figure(said, by=by, at=at)
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("Entered."))
                return go_on(request, reverse("lists:stated"))
    chosen = form["area"].value() or main_unit(by, LEADS).area.code
    context = {"form": form, "area_code": chosen, "area_text": area_name(chosen)}
    return render_page(request, "lists/stated_new.html", "lists/stated_new.html", context, status)


@require_POST
@requires("stated.withdraw")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    commands.withdraw_figure(pk, by=actor_of(request), at=timezone.now())
    messages.success(request, _("Taken back."))
    return go_on(request, reverse("lists:stated"))
