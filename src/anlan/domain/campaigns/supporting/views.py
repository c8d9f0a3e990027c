"""A plan's items with the rules that support them, and linking a rule to some of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.campaigns import columns
from anlan.domain.campaigns.carrying.forms import Seen
from anlan.domain.campaigns.carrying.views_wanted import saved
from anlan.domain.campaigns.deriving.forms import CHARS_MAX, numbers
from anlan.domain.campaigns.deriving.queries import items_of
from anlan.domain.campaigns.models import Plan
from anlan.domain.campaigns.supporting import queries
from anlan.domain.campaigns.supporting.commands import support, unsupport
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.papers import scripts
from anlan.ui.lists import Choice, Filters, Search
from anlan.ui.pages import go_on, render_page

STANDINGS = (
    ("valid", gettext_lazy("A rule in force")),
    ("only", gettext_lazy("Only rules not in force")),
    ("none", gettext_lazy("No rule")),
)


class RuleForm(Seen):
    """Which rule, of those that were found, supports which items, by their numbers."""

    rule = forms.ChoiceField(label=gettext_lazy("Supporting rule"), widget=forms.RadioSelect)
    items = forms.CharField(
        label=gettext_lazy("Numbers of the items"), max_length=CHARS_MAX,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("Like 1、3-5, as numbered in the table."),
    )  # fmt: skip

    def __init__(self, *args: Any, rules: list[queries.Rule], count: int, **more: Any) -> None:
        super().__init__(*args, **more)
        self.count = count
        self.fields["rule"].choices = [  # type: ignore[attr-defined]
            (one.key, " · ".join(filter(None, (one.title, one.number, one.word)))) for one in rules
        ]

    def clean_items(self) -> list[int]:
        try:
            return numbers(self.cleaned_data["items"], self.count)
        except ValueError as wrong:
            raise forms.ValidationError(str(wrong)) from None

    @property
    def chosen(self) -> dict[str, Any]:
        kind, _colon, pk = self.cleaned_data["rule"].partition(":")
        return {kind: UUID(pk)}


def _plan(pk: UUID, permission: str, by: Actor, at: Any = None) -> Plan:
    rows = Plan.objects.select_related("campaign", "unit", "area")
    return policy.access(rows, permission, by, pk, at=at)


@require_http_methods(["GET", "POST"])
@requires("plans.view")
def supporting(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    plan = _plan(pk, "plans.view", by)
    may_edit = "plans.edit" in policy.allowed(Plan, pk, {"plans.edit"}, by)
    if request.method == "POST" and not may_edit:
        _plan(pk, "plans.edit", by, timezone.now())
    filters = Filters(
        (
            Search("q", _("Words in the item")),
            Choice("standing", _("Supported by"), [(k, str(v)) for k, v in STANDINGS]),
        ),
        request.GET,
    )
    items = list(items_of(plan).values_list("pk", flat=True))
    looked_for = request.GET.get("rule", "").strip()[:CHARS_MAX]
    wants = may_edit and looked_for
    rules, more = queries.offered(looked_for, by, today) if wants else ([], False)
    data = request.POST if request.method == "POST" else None
    form = RuleForm(data, rules=rules, count=len(items))

    def save() -> None:
        lines = [items[n - 1] for n in form.cleaned_data["items"]]
        call: Any = {"by": by, "at": timezone.now(), "request_id": form.request}
        support(pk, lines, **form.chosen, **call)

    if request.method == "POST" and saved(form, save):
        messages.success(request, _("Saved."))
        return go_on(request, reverse("campaigns:supporting", args=[pk]) + filters.query())
    page: Any = filters.order(columns.LINE_ORDERS, "place").page(
        _narrowed(plan, filters, by), request.GET
    )
    place = {line: n for n, line in enumerate(items, 1)}
    found = queries.rules_of([line.pk for line in page.rows], by, today)
    context = {
        "plan": plan, "tab": "supporting", "filters": filters, "page": page, "form": form,
        "rows": [(place[line.pk], line, found.get(line.pk, ())) for line in page.rows],
        "support": queries.support_of(plan, by, today), "may_edit": may_edit, "rules": rules,
        "more": more, "looked_for": looked_for, "query": _asked(request.GET),
    }  # fmt: skip
    name = "campaigns/supporting.html"
    return render_page(request, name, name, context, 422 if form.errors else 200)


def _narrowed(plan: Plan, filters: Filters, by: Actor) -> Any:
    rows = items_of(plan).filter(scripts.holding(filters["q"], "title", "text"))
    valid = queries.supported(queries.in_force(by, timezone.localdate()))
    some = queries.supported(queries.links(by))
    match filters["standing"]:
        case "valid":
            return rows.filter(valid)
        case "only":
            return rows.filter(some).filter(~valid)
        case "none":
            return rows.filter(~some)
    return rows


def _asked(params: QueryDict) -> str:
    """The address's own question: the form that is sent finds the same rules again."""
    return f"?{params.urlencode()}" if params else ""


class TakenBack(forms.Form):
    request_id = forms.UUIDField()


@require_POST
@requires("plans.edit")
def take_back(request: HttpRequest, pk: UUID, rule: int) -> HttpResponse:
    by = actor_of(request)
    _plan(pk, "plans.edit", by)
    form = TakenBack(request.POST)
    if not form.is_valid():
        raise NotFound
    request_id = form.cleaned_data["request_id"]
    unsupport(pk, rule, by=by, at=timezone.now(), request_id=request_id)
    messages.success(request, _("It doesn’t support this item any more."))
    return go_on(request, reverse("campaigns:supporting", args=[pk]))
