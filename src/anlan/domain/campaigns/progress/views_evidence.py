"""Files that prove what was reported: handed out to whoever may see the task, and their rule."""

from __future__ import annotations

from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.refusal import NotFound, Refusal
from anlan.domain.campaigns.models import Task
from anlan.domain.campaigns.progress import evidence
from anlan.domain.campaigns.progress.commands.evidence import set_evidence_rule
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.papers import attachments
from anlan.kernel.papers.models import Attachment
from anlan.ui.forms import Form, put_refusal
from anlan.ui.pages import go_on, render_page


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


class RuleForm(Form):
    version = django_forms.IntegerField(widget=django_forms.HiddenInput)
    mode = django_forms.ChoiceField(
        label=gettext_lazy("A report without the proof that the plan wants"),
        choices=[(str(mode), label) for mode, label in evidence.MODES.items()],
        widget=django_forms.RadioSelect,
    )
    reason = django_forms.CharField(
        label=gettext_lazy("Why it is changed"), required=False, max_length=300
    )


@require_http_methods(["GET", "POST"])
@requires("listsettings.edit")
def rule(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    version, mode = evidence.current()
    form = RuleForm(request.POST or None, initial={"version": version, "mode": str(mode)})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                set_evidence_rule(
                    data["mode"], version=data["version"], reason=data["reason"], by=by, at=at
                )
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("In force from now on."))
                return go_on(request, reverse("campaigns:evidence_rule"))
    context = {"form": form, "said": evidence.MODES[mode], "newest": evidence.newest()}
    return render_page(
        request, "campaigns/evidence_rule.html", "campaigns/evidence_rule.html", context, status
    )
