"""Writing down who was at a meeting."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
from anlan.base.refusal import Refusal
from anlan.domain.campaigns.handing.commands import HEAPS
from anlan.domain.campaigns.meetings import attendance as rows_of
from anlan.domain.campaigns.meetings.attendance import ROWS_MAX, NewRow
from anlan.domain.campaigns.models import TITLE_CHARS_MAX, Attendance, Meeting
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.loop.forms import StepForm
from anlan.ui.forms import put_refusal, text_area
from anlan.ui.pages import go_on, render_page

#: Empty rows behind those that are filled in.
BLANK = 6
#: Rows that a page sends back, the empty ones with them.
FIELDS_MAX = ROWS_MAX + BLANK
_ROW = re.compile(r"who_([0-9]{1,6})")


class AttendanceForm(StepForm):
    def __init__(self, *args: Any, count: int, **more: Any) -> None:
        super().__init__(*args, **more)
        self.asked, self.count = count, min(count, FIELDS_MAX)
        for n in range(self.count):
            self.fields[f"who_{n}"] = django_forms.CharField(
                label=gettext_lazy("Who was asked"), required=False, max_length=TITLE_CHARS_MAX
            )
            self.fields[f"state_{n}"] = django_forms.ChoiceField(
                label=gettext_lazy("State"), choices=Attendance.State.choices, required=False
            )
            self.fields[f"note_{n}"] = django_forms.CharField(
                label=gettext_lazy("Who came instead, or why"), required=False,
                max_length=TITLE_CHARS_MAX,
            )  # fmt: skip

        self.fields["heap"] = django_forms.ChoiceField(
            label=gettext_lazy("Add units"), required=False,
            choices=[("", "—"), *((code, label) for code, label in HEAPS.items()
                                  if code != "named")],
        )  # fmt: skip
        self.fields["pasted"] = text_area(
            gettext_lazy("Paste from a sheet"), rows=4, required=False,
            help_text=gettext_lazy(
                "One row a line: who | how (there, leave, in place, absent) | who came instead, or "
                "why. Rows that are there already are written anew."
            ),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        if self.asked > self.count:
            self.add_error(None, _("Attendance has at most %(n)d rows.") % {"n": ROWS_MAX})
        return super().clean() or self.cleaned_data

    @property
    def lines(self) -> list[tuple[Any, Any, Any]]:
        return [(self[f"who_{n}"], self[f"state_{n}"], self[f"note_{n}"])
                for n in range(self.count)]  # fmt: skip

    def rows(self, meeting: Meeting) -> list[NewRow]:
        data = self.cleaned_data
        rows = [
            NewRow(data[f"who_{n}"], data[f"state_{n}"] or Attendance.State.PRESENT,
                   data[f"note_{n}"])
            for n in range(self.count)
        ]  # fmt: skip
        if data["heap"]:
            asked = {one.who.strip() for one in rows}
            rows += [
                one for one in rows_of.units_asked(meeting, data["heap"]) if one.who not in asked
            ]
        return rows_of.together(rows, rows_of.pasted(data["pasted"]))


@require_http_methods(["GET", "POST"])
@requires("meetings.edit")
def attendance(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Row by row who was there; it begins with those of the unit's last meeting."""
    by, at = actor_of(request), timezone.now()
    meetings = Meeting.objects.select_related("campaign__area", "unit")
    meeting = policy.access(meetings, "meetings.edit", by, pk, at=at)
    have: Sequence[Any] = rows_of.rows_of(meeting)
    rows = [(one.who, one.state, one.note) for one in have]
    if not rows:
        rows = [(who, Attendance.State.PRESENT, "") for who in rows_of.offered(meeting)]
    status = 200
    if request.method == "POST":
        sent = max((int(row[1]) + 1 for row in map(_ROW.fullmatch, request.POST) if row), default=0)
        form, status = AttendanceForm(request.POST, count=sent), 422
        if form.is_valid():
            try:
                rows_of.set_attendance(
                    pk,
                    form.rows(meeting),
                    seen=form.cleaned_data["seen"],
                    by=by,
                    at=at,
                    **form.call,
                )
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("Saved."))
                return go_on(request, reverse("campaigns:meeting", args=[pk]))
    else:
        initial: dict[str, Any] = {"request_id": uuid7(), "seen": meeting.version}
        for n, (who, state, note) in enumerate(rows):
            initial |= {f"who_{n}": who, f"state_{n}": state, f"note_{n}": note}
        form = AttendanceForm(initial=initial, count=len(rows) + BLANK)
    context = {"meeting": meeting, "form": form, "rows_max": ROWS_MAX}
    return render_page(
        request, "campaigns/meeting_attendance.html", "campaigns/meeting_attendance.html", context,
        status,
    )  # fmt: skip
