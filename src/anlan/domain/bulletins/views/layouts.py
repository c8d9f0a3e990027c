"""Words of numbers and the office's own Word templates."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.bulletins import commands, forms, rendering, tabs
from anlan.domain.bulletins.kinds import KINDS
from anlan.domain.bulletins.models import Layout, Word
from anlan.domain.bulletins.views.situation import handed_out
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.audit import trail
from anlan.kernel.papers.official import filling, starting
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on, render_page


@require_http_methods(["GET", "POST"])
@requires("paper_layouts.edit")
def layouts(request: HttpRequest) -> HttpResponse:
    """What the office numbers its papers with, and the templates that it made."""
    by, at = actor_of(request), timezone.now()
    posted = request.POST.get("form") if request.method == "POST" else ""
    word = forms.NewWord(request.POST if posted == "word" else None)
    layout = forms.NewLayout(request.POST if posted == "layout" else None)
    try:
        if posted == "word" and word.is_valid():
            commands.add_word(word.cleaned_data["word"], by=by, at=at, request_id=uuid7())
            messages.success(request, _("The word was added."))
            return go_on(request, reverse("bulletins:layouts"))
        if posted == "layout" and layout.is_valid():
            file = request.FILES.get("file")
            if file is None:
                layout.add_error(None, _("Choose a Word file (.docx)."))
            elif (file.size or 0) > filling.FILE_BYTES_MAX:
                layout.add_error(None, _("The file is larger than 5 MB."))
            else:
                commands.put_layout(
                    kind=layout.cleaned_data["kind"], name=(file.name or "")[:120],
                    file=file.read(), by=by, at=at, request_id=uuid7(),
                )  # fmt: skip
                messages.success(request, _("The template was taken in and tried out."))
                return go_on(request, reverse("bulletins:layouts"))
    except Refusal as refusal:
        put_refusal(word if posted == "word" else layout, refusal)
    rows = policy.permitted(Layout.objects.filter(ended_at=None), "paper_layouts.edit", by)
    words = policy.permitted(Word.objects.all(), "paper_layouts.edit", by)
    context = {
        "word_form": word, "layout_form": layout, "tabs": tabs.of(by, "layouts"),
        "words": words.select_related("unit").order_by("unit", "word")[:200],
        "layouts": [(row, KINDS[row.kind].label) for row in
                    rows.defer("file").select_related("unit").order_by("kind", "-made_at")[:200]],
        "names": list(filling.NAMES.items()),
        "kinds": [(code, kind.label) for code, kind in KINDS.items()],
    }  # fmt: skip
    status = 422 if word.errors or layout.errors else 200
    return render_page(request, "bulletins/layouts.html", "bulletins/layouts.html", context, status)


@require_GET
@requires("paper_layouts.edit")
def start(request: HttpRequest, kind: str) -> HttpResponse:
    """A template of a kind to begin with: the standard's layout under the office's own red head."""
    found = KINDS.get(kind)
    if found is None:
        raise NotFound
    by, at = actor_of(request), timezone.now()
    unit = main_unit(by, (Role.OFFICE,))
    made = starting.write(
        found.form,
        f"{unit.name}{found.mark}",
        organ=unit.name,
        goes_up=found.goes_up,
        by=by.name,
        at=at,
    )
    name = rendering.name_of(_("Template, %(kind)s") % {"kind": found.label}, "docx")
    entry = trail.Entry("bulletins.start_layout", "bulletins", kind, after={"kind": kind})
    return handed_out(name, "docx", made, entry, by)


@require_POST
@requires("paper_layouts.edit")
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    commands.end_layout(pk, by=by, at=timezone.now(), request_id=uuid7())
    messages.success(request, _("The template is no longer used."))
    return go_on(request, reverse("bulletins:layouts"))
