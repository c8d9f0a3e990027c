"""Files that prove what was reported: handed out to whoever may see the task, and their rule."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.refusal import NotFound
from anlan.domain.campaigns.models import Task
from anlan.domain.campaigns.progress import evidence
from anlan.domain.campaigns.ruling.page import RuleFields, rule_page
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.papers import attachments
from anlan.kernel.papers.models import Attachment


@require_GET
@requires("tasks.view")
def task_file(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponse:
    """A file of a task or of one of its reports; its sum is checked before it is sent."""
    task = policy.access(Task.objects.all(), "tasks.view", actor_of(request), pk)
    reports = [str(key) for key in task.reports.values_list("pk", flat=True)]
    mine = Q(object_type=evidence.ON_TASK, object_id=str(pk))
    mine |= Q(object_type=evidence.ON_REPORT, object_id__in=reports)
    row = Attachment.objects.filter(mine, pk=file, withdrawn_at=None).first()
    if row is None:
        raise NotFound
    return attachments.serve(row, thumbnail=request.GET.get("thumb") == "1")


class RuleForm(RuleFields):
    mode = django_forms.ChoiceField(
        label=gettext_lazy("A report without the proof that the plan wants"),
        choices=[(str(mode), label) for mode, label in evidence.MODES.items()],
        widget=django_forms.RadioSelect,
    )
    plan = django_forms.BooleanField(
        label=gettext_lazy("A task is reported done only when it has a plan of execution"),
        help_text=gettext_lazy("Steps with days of their own, and who answers for it in person."),
        required=False,
    )


@require_http_methods(["GET", "POST"])
@requires("listsettings.edit")
def rule(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    version, mode = evidence.current()

    def save(data: dict[str, Any]) -> None:
        evidence.set_evidence_rule(
            data["mode"], plan=data["plan"], version=data["version"], reason=data["reason"],
            by=by, at=at,
        )  # fmt: skip

    wanted = evidence.plan_wanted()
    initial = {"version": version, "mode": str(mode), "plan": wanted}
    context = {
        "said": evidence.MODES[mode],
        "newest": evidence.OFFICE.newest(evidence.CODE),
        "plan": wanted,
    }
    return rule_page(request, RuleForm, initial, save, "evidence_rule", context)
