"""The library: its list, the search in articles, a text, an edition; entering and handing in."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.domain.library import columns, commands, forms, jobs, queries, tabs
from anlan.domain.library.models import Edition, Kind, RuleItem, RuleSet, Status, Text
from anlan.domain.library.refusals import TextIncomplete
from anlan.domain.library.views.base import common, edition_of, filled_in, fresh, text_of
from anlan.kernel.accounts import lists as kept_lists
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.audit import trail
from anlan.kernel.jobs.models import Job
from anlan.kernel.papers import scripts
from anlan.kernel.papers.documents import refusals
from anlan.kernel.papers.documents.reading import can_recognise
from anlan.kernel.papers.sheets.handing_out import handed_out
from anlan.kernel.papers.sheets.writing import OutTable
from anlan.ui.pages import go_on, render_page

kept_lists.register("library:list", "library:export", page="library:list")
#: Files of one sending, and rows of one workbook.
FILES_MAX, EXPORT_ROWS_MAX = 20, 20_000
TEXT_ROW = ("unit", "replaced_by")
_FAILURES = {
    one.code: one
    for one in vars(refusals).values()
    if isinstance(one, type) and issubclass(one, refusals.DocumentRefusal)
}


@require_GET
@requires("laws.view")
def text_list(request: HttpRequest) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    asked = columns.filters(request.GET)
    rows = queries.narrowed(queries.texts(by), asked, today).select_related("unit")
    kept = kept_lists.Kept(request, columns.columns(today))
    context = {
        "tabs": tabs.of(by, "list"), "filters": asked, "kept": kept, "columns": kept.columns,
        "sort": asked.sort(columns.ORDERS, "newest"), "may_make": policy.may(by, "laws.make"),
        "page": asked.order(columns.ORDERS, "newest").page(rows, request.GET),
    }  # fmt: skip
    return render_page(request, "library/list.html", "library/_list.html", context)


@require_GET
@requires("laws.view")
def export(request: HttpRequest) -> HttpResponse:
    """The list as its filters and its columns narrow it; on record before it goes out (S22)."""
    by, at = actor_of(request), timezone.now()
    today = timezone.localdate(at)
    asked = columns.filters(request.GET)
    rows = queries.narrowed(queries.texts(by), asked, today).select_related("unit")
    found = list(rows.order_by("title", "pk")[: EXPORT_ROWS_MAX + 1])
    if len(found) > EXPORT_ROWS_MAX:
        raise TextIncomplete(
            field="q", reason=_("More than %(n)d texts; narrow the list.") % {"n": EXPORT_ROWS_MAX}
        )
    heads = [
        _("Title"), _("Kind"), _("Status"), _("Document or standard number"),
        pgettext("library", "Issued by"), _("In force from"), pgettext("library", "Ended on"),
        pgettext("library", "Replaced by"), _("Sectors"), _("Kept by"),
    ]  # fmt: skip
    lines = [_row(row, today) for row in found]
    table = OutTable(_("Library"), heads, lines, widths=(40, 16, 14, 22, 24, 12, 12, 30, 20, 24))
    entry = trail.Entry("laws.export", "library_text", "list", after={"query": asked.query()})
    return handed_out(f"{_('Library')}.xlsx", [table], entry, by=by, at=at)


def _row(row: Text, today: date) -> list[Any]:
    status = row.status_on(today)
    return [
        row.title, row.get_kind_display(), str(dict(Status.choices)[status]), row.number,
        row.issuer, row.first_on, row.ended_on, row.replaced_by.title if row.replaced_by else "",
        columns.sectors_of(row), row.unit.name,
    ]  # fmt: skip


@require_GET
@requires("laws.view")
def articles(request: HttpRequest) -> HttpResponse:
    """Articles by their words; for a case or a set of items, each with the press that takes it."""
    by, today = actor_of(request), timezone.localdate()
    asked = columns.article_filters(request.GET)
    words = str(asked["q"] or "").split()
    short = any(len(word) < queries.WORD_CHARS_MIN for word in words)
    context: dict[str, Any] = {
        "tabs": tabs.of(by, "articles"), "filters": asked, "short": short, "asks": bool(words),
        "page": None, "words": words, **taking(request),
    }  # fmt: skip
    if words and not short:
        rows = queries.found_articles(by, asked, today)
        page = asked.order(columns.ARTICLE_ORDERS, "place").page(rows, request.GET)
        context |= {"page": page, "today": today, "tones": columns.TONES,
                    "labels": dict(Status.choices)}  # fmt: skip
    return render_page(request, "library/articles.html", "library/_articles.html", context)


def taking(request: HttpRequest) -> dict[str, Any]:
    """For what articles are being looked at, if the address says so: a case, or a set of items."""
    by = actor_of(request)
    found: dict[str, Any] = {"case": None, "rule_set": None, "request_id": uuid7()}
    if pk := uuid_of(request.GET.get("case", "")):
        found["case"] = commands.case_record(pk, by)
        found["case_url"] = queries.page_of(found["case"].case)
    elif pk := uuid_of(request.GET.get("set", "")):
        found["rule_set"] = policy.access(RuleSet.objects.all(), "rulesets.edit", by, pk)
    return found


def uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_GET
@requires("laws.view")
def text(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A text as it reads today, with its editions and what rests on it."""
    by, today = actor_of(request), timezone.localdate()
    row = text_of(request, pk)
    edition = queries.edition_on(row, today)
    if edition is None or not edition.stands:
        return redirect("library:edition", pk=edition.pk) if edition else _nothing()
    return _shown(request, row, edition, by, today)


def _nothing() -> HttpResponse:
    raise NotFound


def _shown(request: HttpRequest, row: Text, edition: Edition, by: Any, today: date) -> HttpResponse:
    allowed = policy.allowed(Text, row.pk, {"laws.edit", "laws.drafts", "laws.link"}, by)
    editions = list(row.editions.order_by("-number_in").defer("body"))
    if "laws.drafts" not in allowed:
        editions = [one for one in editions if one.stands]
    page = _articles_of(request, edition)
    items = RuleItem.objects.filter(
        article__edition__text=row, withdrawn_at=None, rule_set__in=queries.sets(by).values("pk")
    ).select_related("article", "rule_set").order_by("rule_set__title", "place")  # fmt: skip
    current = queries.edition_on(row, today)
    context = {
        "text": row, "edition": edition, "editions": editions, **page, **taking(request),
        "status": columns.status_tag(row, today), "sectors": columns.sectors_of(row),
        "may_edit": "laws.edit" in allowed, "may_link": "laws.link" in allowed,
        "links": queries.links_of(by, row.bases.all(), today), "today": today,
        "items": items[: queries.LINKS_MAX], "current": current,
        "replaced": list(queries.texts(by).filter(replaced_by=row)[: queries.LINKS_MAX]),
    }  # fmt: skip
    return render_page(request, "library/text.html", "library/text.html", context)


def _articles_of(request: HttpRequest, edition: Edition) -> dict[str, Any]:
    """A page of the articles, or those that hold a word."""
    word = request.GET.get("q", "").replace("\0", "").strip()[: scripts.WORD_CHARS_MAX]
    start = request.GET.get("from", "")
    first = int(start) if start.isdecimal() and len(start) < 6 else 0
    rows = edition.articles.order_by("place")
    if word:
        rows = rows.filter(scripts.holding(word, "words"))
    count, step = rows.count(), queries.ARTICLES_PAGE
    query = request.GET.copy()

    def at(n: int) -> str:
        query["from"] = str(n)
        return f"?{query.urlencode()}"

    return {
        "articles": list(rows[first : first + step]), "count": count, "word": word,
        "before_url": at(max(0, first - step)) if first else "",
        "after_url": at(first + step) if first + step < count else "",
    }  # fmt: skip


@require_GET
@requires("laws.view")
def edition(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One edition: being read, to be checked, or as it stands."""
    by, today = actor_of(request), timezone.localdate()
    row = edition_of(request, pk)
    if row.stands:
        return _shown(request, row.text, row, by, today)
    allowed = policy.allowed(Text, row.text_id, {"laws.edit"}, by)
    context = {
        "edition": row, "text": row.text, "may_edit": bool(allowed), "request_id": uuid7(),
        "sectors": columns.sectors_of(row.text), "gaps": commands.gaps(row), **_work(row),
        **_articles_of(request, row),
    }  # fmt: skip
    return render_page(request, "library/edition.html", "library/edition.html", context)


def _work(row: Edition) -> dict[str, Any]:
    """How the reading stands: its job, or why nothing came of it."""
    job = None
    if row.state == Edition.State.WAITING:
        key = f"{commands.TASK}:{row.pk}"
        job = Job.objects.filter(task=commands.TASK, key=key).order_by("-id").first()
    known = _FAILURES.get(row.why.get("code", ""))
    why = str(known(**row.why["data"])) if known else row.why.get("said", "")
    return {"job": job, "running": bool(job and job.is_live), "why": why}


@require_GET
@requires("laws.view")
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the progress bar asks every second; at the end it sends for the page."""
    row = edition_of(request, pk)
    context = {"edition": row, **_work(row)}
    response = HttpResponse(render_to_string("library/_job.html", context, request))
    if not context["running"]:
        response.headers["HX-Redirect"] = reverse("library:edition", args=[pk])
    return response


@require_http_methods(["GET", "POST"])
@requires("laws.make")
def new(request: HttpRequest) -> HttpResponse:
    """Enter a text from words that were pasted; files are handed in beside it."""
    form = forms.NewText(request.POST or None, initial=fresh(pk=uuid7(), kind=Kind.NORMATIVE))

    def does(form: Any) -> Any:
        return commands.write(form.terms, pk=form.cleaned_data["pk"], **common(request, form))

    context = {
        "title": _("New text"), "cancel": reverse("library:list"), "files": True,
        "act": _("Divide it and check"), "can_recognise": can_recognise(), "files_max": FILES_MAX,
        "drop_url": reverse("library:hand_in"), "request_id": uuid7(),
    }  # fmt: skip
    return filled_in(
        request, form, does, lambda made: reverse("library:edition", args=[made]),
        _("Check how it was divided, then put it into the library."), context,
    )  # fmt: skip


@require_POST
@requires("laws.make")
def hand_in(request: HttpRequest) -> HttpResponse:
    """Files of new texts, or one file of a further edition of ``text``."""
    by, at = actor_of(request), timezone.now()
    policy.demand(by, "laws.make", at)
    files = request.FILES.getlist("files")
    of = uuid_of(request.POST.get("text", ""))
    if not files:
        messages.error(request, _("Choose the file: a .pdf, .docx, .doc, .txt or .md."))
        return go_on(request, _whence(of))
    if len(files) > (1 if of else FILES_MAX):
        limit = 1 if of else FILES_MAX
        messages.error(
            request, _("At most %(n)d files at once; send the rest after.") % {"n": limit}
        )
        return go_on(request, _whence(of))
    # Of the request: sent twice, each file names the same edition.
    sent, made = uuid_of(request.POST.get("request_id", "")) or uuid7(), []
    for n, file in enumerate(files):
        own = uuid5(sent, str(n))
        try:
            kept = jobs.kept(file, uuid5(own, "edition"))
        except refusals.DocumentRefusal as refusal:
            messages.error(request, str(refusal))
            continue
        made.append(commands.hand_in(kept, text=of, by=by, at=at, request_id=own))
    if len(made) == 1:
        return go_on(request, reverse("library:edition", args=[made[0]]))
    if made:
        said = _("%(n)d files are being read; check each and put it in.") % {"n": len(made)}
        messages.success(request, said)
        return go_on(request, reverse("library:list") + "?status=draft")
    return go_on(request, _whence(of))


def _whence(text: UUID | None) -> str:
    return reverse("library:new_edition", args=[text]) if text else reverse("library:new")
