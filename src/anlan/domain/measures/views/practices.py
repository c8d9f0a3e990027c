"""Good practice: the collection, one of it, telling and mending it, taking it up."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.lists.permissions import ANSWERS
from anlan.domain.measures import columns, commands, forms, queries, tabs
from anlan.domain.measures.models import Practice
from anlan.domain.measures.refusals import MeasureIncomplete
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on, render_page


@require_GET
@requires("practices.view")
def practices(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    asked = columns.practice_filters(request.GET)
    rows = queries.narrowed_practices(queries.practices(by), asked)
    rows = rows.annotate(units=Count("taken_up"))
    context = {
        "tabs": tabs.of(by, "practices"), "filters": asked, "columns": columns.practice_columns(),
        "page": asked.order(columns.PRACTICE_ORDERS, "newest").page(rows, request.GET),
        "may_make": policy.may(by, "practices.make"),
    }  # fmt: skip
    return render_page(request, "measures/practices.html", "measures/_practices.html", context)


@require_GET
@requires("practices.view")
def practice(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    row = policy.access(Practice.objects.select_related("area", "unit"), "practices.view", by, pk)
    rights = {"practices.edit", "practices.take_up", "practices.review"}
    allowed = policy.allowed(Practice, pk, rights, by)
    taken = list(row.taken_up.select_related("unit").order_by("-day", "-pk"))
    units = set(policy.units_of(by, ANSWERS)) - {each.unit_id for each in taken} - {row.unit_id}
    context = {
        "row": row, "sectors": columns.sectors_of(row), "taken": taken,
        "may_edit": "practices.edit" in allowed,
        "may_take_up": "practices.take_up" in allowed and units and row.withdrawn_at is None,
        "form": forms.TakeUp(
            initial={"request_id": uuid7(), "day": timezone.localdate()}, auto_id="take_%s"
        ),
        "request_id": uuid7(), "tone": columns.PRACTICE_TONES[row.status],
        "may_review": "practices.review" in allowed and row.status == "submitted"
        and row.withdrawn_at is None,
        "review": forms.ReviewPractice(
            initial={"request_id": uuid7(), "seen": row.version}, auto_id="review_%s"
        ),
    }  # fmt: skip
    return render_page(request, "measures/practice.html", "measures/practice.html", context)


@require_http_methods(["GET", "POST"])
@requires("practices.make")
def edit(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Tell a practice, or mend what one's own unit told."""
    by, at = actor_of(request), timezone.now()
    initial: dict[str, object] = {"pk": uuid7(), "request_id": uuid7()}
    row = None
    if pk:
        row = policy.access(Practice.objects.all(), "practices.edit", by, pk, at=at)
        initial |= {
            "pk": pk, "seen": row.version, "title": row.title, "text": row.text,
            "sectors": [code for code in row.sectors.split(",") if code],
        }  # fmt: skip
    form = forms.PracticeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        told = commands.Told(pk or data["pk"], data["title"], data["text"], tuple(data["sectors"]))
        call = {"by": by, "at": at, "request_id": data["request_id"]}
        try:
            made = (
                commands.mend(told, seen=data["seen"], **call) if pk
                else commands.tell(told, **call)
            )  # fmt: skip
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Handed in: it stands in the collection once reviewed."))
            return go_on(request, reverse("measures:practice", args=[made]))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "row": row}
    return render_page(
        request, "measures/practice_edit.html", "measures/practice_edit.html", context, status
    )


@require_POST
@requires("practices.edit")
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    commands.withdraw(pk, by=actor_of(request), at=timezone.now(), request_id=uuid7())
    messages.success(request, _("Taken out of the collection."))
    return go_on(request, reverse("measures:practices"))


@require_POST
@requires("practices.take_up")
def take_up(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    policy.access(Practice.objects.all(), "practices.take_up", by, pk, at=at)
    form = forms.TakeUp(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        commands.take_up_practice(
            pk, day=data["day"], note=data["note"], by=by, at=at, request_id=data["request_id"]
        )
        messages.success(request, _("Your unit takes it up."))
    else:
        messages.error(request, _("Write the day on which your unit took it up, and send again."))
    return go_on(request, reverse("measures:practice", args=[pk]))


@require_POST
@requires("practices.review")
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Publish it or send it back; the button that was pressed says which."""
    by, at = actor_of(request), timezone.now()
    policy.access(Practice.objects.all(), "practices.review", by, pk, at=at)
    form = forms.ReviewPractice(request.POST)
    if not form.is_valid():
        messages.error(request, _("Reload the page and try again."))
        return go_on(request, reverse("measures:practice", args=[pk]))
    data = form.cleaned_data
    publish = "return" not in request.POST
    try:
        commands.review_practice(
            pk, publish=publish, opinion=data["opinion"], seen=data["seen"], by=by, at=at,
            request_id=data["request_id"],
        )  # fmt: skip
    except MeasureIncomplete as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("It stands in the collection.") if publish else _("Sent back.")
        messages.success(request, said)
    return go_on(request, reverse("measures:practice", args=[pk]))
