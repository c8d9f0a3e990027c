"""The kinds of lists: what each asks, who made it so, and the form that changes it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.refusal import Refusal
from anlan.domain.lists import commands, queries
from anlan.domain.lists.forms import KindForm
from anlan.domain.lists.models import KindVersion, ListKind
from anlan.domain.lists.presets import PRESETS, SIX_AND_ONE
from anlan.domain.lists.rules import FORMS, NEEDS, OPTIONAL, STEP_NAMES, KindRules
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on, render_page


@require_GET
@requires("listkind.view")
def kinds(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    rows = list(queries.kinds(by))
    rules = queries.versions(rows)
    have = {row.group or row.name for row in rows}
    context = {
        "lines": [(row, rules[row.pk], rules[row.pk].rules) for row in rows],
        "presets": [each for each in PRESETS if each.name not in have],
        "may_make": policy.may(by, "listkind.make"),
    }
    return render_page(request, "lists/kinds.html", "lists/kinds.html", context)


@require_POST
@requires("listkind.make")
def take_up(request: HttpRequest) -> HttpResponse:
    made = commands.take_up(request.POST.get("preset", ""), by=actor_of(request), at=timezone.now())
    messages.success(request, _("Taken up. Fill in what no document says, then it can be used."))
    return go_on(request, reverse("lists:kind", args=[made[0]]))


@require_GET
@requires("listkind.view")
def kind(request: HttpRequest, pk: int) -> HttpResponse:
    by = actor_of(request)
    row = policy.access(ListKind.objects.select_related("unit", "area"), "listkind.view", by, pk)
    history = list(row.versions.order_by("-version"))
    rules = history[0].rules
    editable = policy.permitted(ListKind.objects.filter(pk=pk), "listkind.edit", by).exists()
    context = {
        "kind": row, "rules": rules, "now": history[0], "steps": _steps(rules),
        "needs": "、".join(str(NEEDS[each]) for each in rules.needs),
        "form_words": FORMS["score" if rules.by_score else "verdict"],
        "who_decides": commands.who_decides(rules), "may_edit": editable,
        "timeline": [_line(one, before) for one, before in zip(
            history, [*history[1:], None], strict=True)],
    }  # fmt: skip
    return render_page(request, "lists/kind.html", "lists/kind.html", context)


def _steps(rules: KindRules) -> list[tuple[str, bool, str]]:
    """Each of the six: what it is called, whether it applies, and how long it may take."""
    return [
        (rules.step_name(step), rules.applies(step), _time(rules.data.get("steps", {}).get(step)))
        for step in STEP_NAMES
    ]


def _time(stated: dict[str, Any] | None) -> str:
    if not stated or not stated.get("n"):
        return ""
    if stated.get("unit") == "working_days":
        return _("%(n)d working days") % {"n": stated["n"]}
    return _("%(n)d days") % {"n": stated["n"]}


def _line(one: KindVersion, before: KindVersion | None) -> dict[str, Any]:
    return {
        "at": one.made_at, "who": one.made_by, "why": one.reason, "symbol": "pencil",
        "what": _("Version %(n)s.") % {"n": one.version},
        "changes": [] if before is None else _changed(before.data, one.data),
    }  # fmt: skip


def _changed(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What is another now, in the form's words."""
    labels = KindForm().fields
    one, other = KindForm.of(1, before), KindForm.of(1, after)
    return [
        (str(labels[name].label), _told(one[name]), _told(other[name]))
        for name in one
        if one[name] != other[name] and name in labels
    ]


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return "、".join(map(str, value))
    return "" if value is None else str(value).replace("\n", "、")


@require_http_methods(["GET", "POST"])
@requires("listkind.make")
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Change what a kind asks, or make a new one."""
    by, at = actor_of(request), timezone.now()
    row, data = None, dict(SIX_AND_ONE)
    if pk is not None:
        row = policy.access(ListKind.objects.all(), "listkind.edit", by, pk, at=at)
        data = KindVersion.objects.get(kind=row, version=row.version).data
    form = KindForm(request.POST or None, initial=KindForm.of(row.version if row else 1, data))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            entered = form.data_entered
            try:
                if row is None:
                    row = commands.make_kind(entered, by=by, at=at)
                else:
                    row = commands.change_kind(
                        row.pk, entered, version=form.cleaned_data["version"],
                        reason=form.cleaned_data["reason"], by=by, at=at,
                    )  # fmt: skip
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(
                    request, _("Version %(n)s holds for what is listed from now on.")
                    % {"n": row.version},
                )  # fmt: skip
                return go_on(request, reverse("lists:kind", args=[row.pk]))
    context = {"form": form, "kind": row if pk is not None else None, "optional": OPTIONAL}
    return render_page(request, "lists/kind_edit.html", "lists/kind_edit.html", context, status)


@require_POST
@requires("listkind.make")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    ended = request.POST.get("ended") == "1"
    commands.end_kind(pk, ended=ended, by=actor_of(request), at=timezone.now())
    messages.success(request, _("Taken out of use.") if ended else _("In use again."))
    return go_on(request, reverse("lists:kind", args=[pk]))
