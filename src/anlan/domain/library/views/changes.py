"""What is done with a text: edited, put in, amended, ended; linked to what it is the ground of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.library import commands, forms, queries
from anlan.domain.library.models import Basis
from anlan.domain.library.views.base import (
    common,
    edition_of,
    filled_in,
    fresh,
    pressed,
    text_of,
)
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.offers import choices_of
from anlan.ui.pages import go_on, render_page

#: Texts that are offered as what took another's place.
OTHERS_MAX = 500


def _to_text(pk: Any) -> str:
    return reverse("library:text", args=[pk])


def _to_edition(pk: Any) -> str:
    return reverse("library:edition", args=[pk])


@require_http_methods(["GET", "POST"])
@requires("laws.edit")
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Data and text of a draft."""
    row = edition_of(request, pk, "laws.edit")
    form = forms.EditionForm(request.POST or None, initial={**forms.EditionForm.of(row), **fresh()})

    def does(form: Any) -> Any:
        seen = form.cleaned_data["seen"]
        return commands.put_edition(pk, form.terms, seen=seen, **common(request, form))

    context = {"title": _("Edit"), "crumb": row.title, "cancel": _to_edition(pk), "act": _("Save")}
    return filled_in(request, form, does, _to_edition, _("Saved."), context)


@require_http_methods(["GET", "POST"])
@requires("laws.edit")
def correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The data of an edition that stands; its words stay as they are."""
    row = edition_of(request, pk, "laws.edit")
    if not row.stands:
        raise NotFound
    form = forms.Correct(request.POST or None, initial={**forms.Correct.of(row), **fresh()})

    def does(form: Any) -> Any:
        data = form.cleaned_data
        return commands.correct(
            pk, form.terms, reason=data["reason"], seen=data["seen"], **common(request, form)
        )

    context = {
        "title": _("Correct the data"), "crumb": row.title, "cancel": _to_edition(pk),
        "act": _("Save"),
        "lede": _("The text itself stays as it is: an amended text is a new edition."),
    }  # fmt: skip
    return filled_in(request, form, does, _to_text, _("Saved."), context)


@require_POST
@requires("laws.edit")
def stand(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = edition_of(request, pk, "laws.edit")
    form = forms.Step(request.POST)
    if not form.is_valid():
        raise NotFound
    try:
        commands.stand(pk, seen=form.cleaned_data["seen"], **common(request, form))
    except Refusal as refusal:
        if "field" not in refusal.data:
            raise
        # What is missing is entered on the form.
        messages.error(request, str(refusal))
        return go_on(request, reverse("library:edit", args=[pk]))
    messages.success(request, _("It stands in the library."))
    return go_on(request, _to_text(row.text_id))


@require_POST
@requires("laws.edit")
def drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    edition_of(request, pk, "laws.edit")
    form = forms.Step(request.POST)
    if not form.is_valid():
        raise NotFound
    text = commands.drop_edition(pk, seen=form.cleaned_data["seen"], **common(request, form))
    messages.success(request, _("The draft is dropped."))
    return go_on(request, _to_text(text) if text else reverse("library:list"))


@require_http_methods(["GET", "POST"])
@requires("laws.edit")
def new_edition(request: HttpRequest, pk: UUID) -> HttpResponse:
    """From the words of the last one, to be changed; or from a file."""
    row = text_of(request, pk, "laws.edit")
    initial = fresh(pk=uuid7(), seen=row.version)
    form = forms.NextEdition(request.POST or None, initial=initial)

    def does(form: Any) -> Any:
        data = form.cleaned_data
        return commands.new_edition(pk, pk=data["pk"], seen=data["seen"], **common(request, form))

    context = {
        "title": _("New edition"), "crumb": row.title, "cancel": _to_text(pk), "files": True,
        "act": _("Begin from the words of the last edition"), "of": row, "files_max": 1,
        "drop_url": reverse("library:hand_in"), "request_id": uuid7(),
        "lede": _("The earlier edition stays, with the days on which it was in force."),
    }  # fmt: skip
    done = _("Change what was amended, then put it into the library.")
    return filled_in(request, form, does, _to_edition, done, context)


@require_http_methods(["GET", "POST"])
@requires("laws.edit")
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = text_of(request, pk, "laws.edit")
    others = queries.texts(actor_of(request)).filter(first_on__isnull=False).exclude(pk=pk)
    form = forms.End(
        request.POST or None, texts=choices_of(
            others.order_by("title", "pk"), OTHERS_MAX,
            lambda one: f"{one.title} {one.number}".strip(),
        ),
        initial=fresh(seen=row.version, on=timezone.localdate()),
    )  # fmt: skip

    def does(form: Any) -> Any:
        data = form.cleaned_data
        return commands.end(
            pk, on=data["on"], reason=data["reason"], replaced_by=data["replaced_by"],
            seen=data["seen"], **common(request, form),
        )  # fmt: skip

    context = {
        "title": _("Repealed or replaced"), "crumb": row.title, "cancel": _to_text(pk),
        "act": _("Enter"), "danger": True,
        "lede": _("It stays in the library; whatever rests on it says so from that day on."),
    }  # fmt: skip
    return filled_in(request, form, does, _to_text, _("Saved."), context)


@require_http_methods(["GET", "POST"])
@requires("laws.edit")
def resume(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = text_of(request, pk, "laws.edit")
    form = forms.Resume(request.POST or None, initial=fresh(seen=row.version))

    def does(form: Any) -> Any:
        data = form.cleaned_data
        return commands.resume(
            pk, reason=data["reason"], seen=data["seen"], **common(request, form)
        )

    context = {"title": _("It is in force all the same"), "crumb": row.title,
               "cancel": _to_text(pk), "act": _("Save")}  # fmt: skip
    return filled_in(request, form, does, _to_text, _("Saved."), context)


# --- links ---------------------------------------------------------------------------------


@require_POST
@requires("laws.link")
def link(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Link a text, or an article of it, to the case that the form names."""
    text_of(request, pk, "laws.link")
    form = forms.Link(request.POST)
    if not form.is_valid():
        raise NotFound
    data = form.cleaned_data
    try:
        commands.link(
            pk, case=data["case"], article=data["article"], note=data["note"],
            **common(request, form),
        )  # fmt: skip
    except Refusal as refusal:
        if refusal.status == NotFound.status:
            raise
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Linked."))
    record = commands.case_record(data["case"], actor_of(request))
    return go_on(request, queries.page_of(record.case))


@require_POST
@requires("laws.link")
def unlink(request: HttpRequest, basis: int) -> HttpResponse:
    found = Basis.objects.filter(pk=basis).values_list("case", flat=True).first()
    back = reverse("library:list")
    if found is not None:
        record = commands.case_record(found, actor_of(request))
        back = queries.page_of(record.case)
    return pressed(
        request, lambda call, _seen: commands.unlink(basis, **call), back, _("Taken back.")
    )


@require_GET
@requires("laws.view")
def of_case(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the page of a case shows of the articles that are its ground."""
    by, today = actor_of(request), timezone.localdate()
    commands.case_record(pk, by)
    rows = Basis.objects.filter(case=pk, text__in=queries.texts(by).values("pk"))
    bases = list(
        rows.select_related("text__replaced_by", "article__edition").order_by("pk")[
            : queries.LINKS_MAX
        ]
    )
    states = queries.standings([(one.text, one.article) for one in bases], today)
    may = policy.may(by, "laws.link")
    context = {"rows": list(zip(bases, states, strict=True)), "pk": pk, "may_link": may,
               "request_id": uuid7()}  # fmt: skip
    return render_page(request, "library/_of_case.html", "library/_of_case.html", context)
