"""Choosing which target a figure of a reporting duty counts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.campaigns import (
    queries,
)
from anlan.domain.campaigns.models import Duty, DutyFigure, Feed
from anlan.domain.campaigns.returns import commands_feeds as do
from anlan.domain.campaigns.returns import feeding
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.forms import Form, put_refusal
from anlan.ui.pages import go_on, render_page


class FeedForm(Form):
    request_id = django_forms.UUIDField(widget=django_forms.HiddenInput)
    seen = django_forms.IntegerField(required=False, widget=django_forms.HiddenInput)
    target = django_forms.TypedChoiceField(
        label=gettext_lazy("Counts the target"), required=False, coerce=int, empty_value=None
    )
    mode = django_forms.ChoiceField(
        label=gettext_lazy("How it counts"), choices=list(feeding.MODES.items()),
        widget=django_forms.RadioSelect,
    )  # fmt: skip

    def __init__(self, *args: Any, duty: Duty, **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["target"]
        # A line's title tells two targets of the same words apart.
        rows = [
            (one.pk, f"{one.line.no} {one.line.title}: {queries.said(one)}".strip())
            for one in feeding.choices(duty.plan)
        ]
        field.choices = [("", _("none: it is asked for, and counts no target")), *rows]


@require_http_methods(["GET", "POST"])
@requires("duties.edit")
def feed(request: HttpRequest, pk: UUID, figure: int) -> HttpResponse:
    """Choose what a figure counts; what was accepted so far counts at once."""
    by, at = actor_of(request), timezone.now()
    rows = Duty.objects.select_related("plan", "unit")
    duty = policy.access(rows, "duties.edit", by, pk, at=at)
    row = DutyFigure.objects.filter(pk=figure, duty=duty).first()
    if row is None:
        raise NotFound
    now = Feed.objects.filter(figure=row, ended_at=None).first()
    initial = {"request_id": uuid7(), "seen": duty.version, "mode": now.mode if now else "adds",
               "target": now.target_id if now else None}  # fmt: skip
    form = FeedForm(request.POST or None, initial=initial, duty=duty)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                do.feed_target(
                    pk, figure, target=data["target"], mode=data["mode"], seen=data["seen"],
                    by=by, at=at, request_id=data["request_id"],
                )  # fmt: skip
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("Saved."))
                return go_on(request, reverse("campaigns:duty", args=[pk]))
    history = list(row.feeds.select_related("target").order_by("-made_at"))
    context = {
        "duty": duty, "figure": row, "form": form,
        "history": [(one, queries.said(one.target)) for one in history],
    }  # fmt: skip
    return render_page(request, "campaigns/feed.html", "campaigns/feed.html", context, status)
