"""Sets of check items and acceptance items: the list, one set with its items, its sheet."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.domain.library import columns, commands, forms, queries, tabs
from anlan.domain.library.models import Article, Edition, RuleItem, RuleSet
from anlan.domain.library.views.base import common, filled_in, fresh, pressed
from anlan.kernel.accounts import policy, sectors
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.audit import trail
from anlan.kernel.papers import scripts
from anlan.kernel.papers.sheets.handing_out import handed_out
from anlan.kernel.papers.sheets.writing import OutTable
from anlan.ui.pages import render_page


def _set(request: HttpRequest, pk: UUID, permission: str = "rulesets.view") -> RuleSet:
    rows = RuleSet.objects.select_related("unit", "area", "sector")
    return policy.access(rows, permission, actor_of(request), pk, at=timezone.now())


def _to(pk: Any) -> str:
    return reverse("library:set", args=[pk])


@require_GET
@requires("rulesets.view")
def set_list(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    asked = columns.set_filters(request.GET)
    rows = queries.sets(by)
    rows = rows.filter(scripts.holding(asked["q"], "title"))
    for name in ("purpose", "sector"):
        if value := asked[name]:
            rows = rows.filter(**{name: value})
    standing = Count("items", filter=Q(items__withdrawn_at=None))
    rows = rows.annotate(n=standing).select_related("unit")
    context = {
        "tabs": tabs.of(by, "sets"), "filters": asked, "columns": columns.set_columns(),
        "page": asked.order(columns.SET_ORDERS, "newest").page(rows, request.GET),
        "may_make": policy.may(by, "rulesets.make"),
    }  # fmt: skip
    return render_page(request, "library/sets.html", "library/_sets.html", context)


@require_GET
@requires("rulesets.view")
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _set(request, pk)
    by, today = actor_of(request), timezone.localdate()
    items = queries.items_of(row, today)
    readable = set(
        queries.texts(by)
        .filter(pk__in={one.article.edition.text_id for one, _state in items if one.article})
        .values_list("pk", flat=True)
    )
    context = {
        "row": row, "items": items, "readable": readable, "today": today, "request_id": uuid7(),
        "sector": sectors.names().get(row.sector_id or "", ""),
        "stale": sum(state is not None and state.tone in ("red", "amber") for _one, state in items),
        "may_edit": bool(policy.allowed(RuleSet, pk, {"rulesets.edit"}, by)),
    }  # fmt: skip
    return render_page(request, "library/set.html", "library/set.html", context)


@require_GET
@requires("rulesets.view")
def export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The set as a sheet to be filled in on the spot; on record before it goes out (S22)."""
    row = _set(request, pk)
    at = timezone.now()
    heads = [
        _("No."), _("What is checked"), _("How it is checked"), _("Ground"), _("How it stands"),
        _("Meets it"), _("Remark"),
    ]  # fmt: skip
    lines = [
        [n, one.words, one.method, ground(one), state.said if state else "", "", ""]
        for n, (one, state) in enumerate(queries.items_of(row, timezone.localdate(at)), 1)
    ]
    table = OutTable(
        row.title, heads, lines, titles=[row.title], widths=(6, 60, 24, 36, 24, 12, 24)
    )
    entry = trail.Entry("rulesets.export", "rule_set", pk)
    return handed_out(f"{row.title}.xlsx", [table], entry, by=actor_of(request), at=at)


def ground(item: RuleItem) -> str:
    if item.article is None:
        return ""
    return f"《{item.article.edition.title}》{item.article.label}"


def _edit(request: HttpRequest, row: RuleSet | None) -> HttpResponse:
    initial = forms.SetForm.of(row) if row else {}
    form = forms.SetForm(request.POST or None, initial={**initial, **fresh()})

    def does(form: Any) -> Any:
        call = common(request, form)
        if row is None:
            # Of the request: sent twice, it names the same set.
            pk = uuid5(call["request_id"], "set")
            return commands.make_set(form.terms, pk=pk, **call)
        return commands.change_set(row.pk, form.terms, seen=form.cleaned_data["seen"], **call)

    context = {
        "title": _("Change the set") if row else _("New set of items"), "act": _("Save"),
        "crumb": row.title if row else "",
        "cancel": _to(row.pk) if row else reverse("library:sets"),
        "lede": _("One for each sector and purpose; its items come from articles of the library."),
    }  # fmt: skip
    return filled_in(request, form, does, _to, _("Saved."), context)


@require_http_methods(["GET", "POST"])
@requires("rulesets.make")
def new(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
@requires("rulesets.edit")
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _edit(request, _set(request, pk, "rulesets.edit"))


@require_POST
@requires("rulesets.edit")
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    _set(request, pk, "rulesets.edit")
    ended = request.POST.get("ended") == "1"
    return pressed(
        request, lambda call, seen: commands.end_set(pk, ended=ended, seen=seen, **call), _to(pk),
        _("Taken out of use.") if ended else _("In use again."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires("rulesets.edit")
def new_item(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An item, from the words of the article that the address names."""
    row = _set(request, pk, "rulesets.edit")
    wanted = request.POST.get("article") or request.GET.get("article", "")
    article = _article(request, wanted) if wanted else None
    initial = fresh(article=article.pk if article else None, words=article.words if article else "")
    return _put(request, row, None, article, initial)


@require_http_methods(["GET", "POST"])
@requires("rulesets.edit")
def edit_item(request: HttpRequest, pk: UUID, item: int) -> HttpResponse:
    row = _set(request, pk, "rulesets.edit")
    rows = row.items.filter(withdrawn_at=None).select_related("article__edition")
    found = rows.filter(pk=item).first()
    if found is None:
        raise NotFound
    initial = {**forms.ItemForm.of(found), **fresh(seen=row.version)}
    return _put(request, row, found, found.article, initial)


def _article(request: HttpRequest, pk: str) -> Article:
    rows = Article.objects.filter(
        edition__state=Edition.State.STANDS,
        edition__text__in=queries.texts(actor_of(request)).values("pk"),
    ).select_related("edition")
    found = rows.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 18 else None
    if found is None:
        raise NotFound
    return found


def _put(
    request: HttpRequest, row: RuleSet, item: RuleItem | None, article: Article | None,
    initial: dict[str, Any],
) -> HttpResponse:  # fmt: skip
    form = forms.ItemForm(request.POST or None, initial=initial)

    def does(form: Any) -> Any:
        return commands.put_item(
            row.pk, form.terms, item=item.pk if item else None, seen=form.cleaned_data["seen"],
            **common(request, form),
        )  # fmt: skip

    context = {
        "title": _("Change the item") if item else _("New item"), "crumb": row.title,
        "cancel": _to(row.pk), "act": _("Save"), "article": article,
    }  # fmt: skip
    return filled_in(request, form, does, _to, _("Saved."), context)


@require_POST
@requires("rulesets.edit")
def withdraw_item(request: HttpRequest, pk: UUID, item: int) -> HttpResponse:
    _set(request, pk, "rulesets.edit")
    return pressed(
        request, lambda call, seen: commands.withdraw_item(pk, item, seen=seen, **call), _to(pk),
        _("Taken out."),
    )  # fmt: skip
