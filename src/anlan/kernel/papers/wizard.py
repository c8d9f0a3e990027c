"""The pages of an import: what is the same for every register that comes in as a workbook.

An app says which batches are its own, what its jobs are called and what stands on its pages; how
one is started, stopped, followed and undone, and what a batch of each state is called, is here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, TypeVar
from urllib.parse import quote
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.refusal import Refusal
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.models import Job
from anlan.kernel.papers import batches
from anlan.kernel.papers.batches import AGAIN, BatchBusy, SentBatch
from anlan.ui.pages import go_on
from anlan.ui.parts import part

B = TypeVar("B", bound=SentBatch)
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Status = SentBatch.Status
#: Steps of the wizard, as ``ui.steps`` counts them.
SENT, COLUMNS, TRIED, TAKEN, ENDED = range(5)


@dataclass(frozen=True)
class Wizard(Generic[B]):
    """One app's imports.

    app:    the name of its addresses (``app:batch`` …), and what its tasks begin with.
    view:   the rule by which somebody sees a batch.
    words:  by task (``app.try``, ``app.import``, ``app.undo``) what a job of it does.
    """

    app: str
    batches: type[B]
    view: str
    words: Mapping[str, str | Promise]

    def url(self, page: str, found: B) -> str:
        return reverse(f"{self.app}:{page}", args=[found.pk])

    def of(self, request: HttpRequest, pk: UUID) -> B:
        rows = self.batches._default_manager.select_related("unit__area", "area", "file")
        return policy.access(rows, self.view, actor_of(request), pk)

    def start(self, request: HttpRequest, found: B, task: str, by: Actor) -> HttpResponse:
        """Raises BatchBusy where a job does something else with it: of two, one must not undo."""
        task = f"{self.app}.{task}"
        with transaction.atomic():
            payload, key = {"batch": str(found.pk)}, f"{self.app}.batch:{found.pk}"
            job = queue.enqueue(task, payload, by, key=key)
            if job.task != task:
                raise BatchBusy(status=self.words[job.task])
            self.batches._default_manager.filter(pk=found.pk).update(job_id=job.pk)
        return go_on(request, self.url("batch", found))

    def run(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        found = self.of(request, pk)
        if found.status not in AGAIN:
            raise BatchBusy(status=found.get_status_display())
        demand_file(found)
        return self.start(request, found, "import", actor_of(request))

    def undo(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        found = self.of(request, pk)
        if found.status in (Status.PLANNED, Status.UNDONE):
            raise BatchBusy(status=found.get_status_display())
        return self.start(request, found, "undo", actor_of(request))

    def cancel(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        found = self.of(request, pk)
        if found.job_id:
            queue.cancel(found.job_id, by=actor_of(request), at=timezone.now())
        return go_on(request, self.url("batch", found))

    def progress(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """What the progress bar asks every second; at the end it sends the page for the result."""
        found = self.of(request, pk)
        context = self.job_of(found)
        response = HttpResponse(render_to_string("papers/batch_job.html", context, request))
        if not context["running"]:
            response["HX-Refresh"] = "true"
        return response

    def job_of(self, found: B) -> dict[str, Any]:
        """What a page says of the job that works on a batch, or stopped."""
        job = batches.job_of(found)
        return {
            "batch": found, "job": job, "running": batches.is_running(job),
            "working": batches.working(job, self.words), "stopped": batches.stopped(found, job),
            "progress_url": self.url("batch_progress", found),
            "cancel_url": self.url("batch_cancel", found),
        }  # fmt: skip


def step_of(found: SentBatch) -> int:
    if found.status == Status.PLANNED:
        return TRIED if found.tried else COLUMNS
    return ENDED if found.status in (Status.DONE, Status.UNDONE) else TAKEN


def state_cell(jobs: Mapping[UUID, Job]) -> Callable[[SentBatch], Any]:
    """The state of a batch in a list, with that of its last job."""

    def cell(found: SentBatch) -> Any:
        job = jobs.get(found.job_id) if found.job_id else None
        if found.status in batches.MIDWAY and job is not None and not job.is_live:
            return part("state", _("stopped on the way"), "failed")
        return part("state", found.get_status_display(), batches.tone(found.status))

    return cell


def file_name(found: Any) -> str:
    file = getattr(found, "file", None)
    return file.name if file else _("(no longer kept)")


def demand_file(found: Any) -> None:
    """Raises BatchBusy where the workbook was cleared away with its time."""
    if not hasattr(found, "file"):
        raise BatchBusy(status=_("(no longer kept)"))


def to_mend(found: Any) -> str:
    """The name of the workbook that goes back with the rows to mend."""
    return f"{file_name(found).rpartition('.')[0]}-{_('to mend')}.xlsx"


def status_of(problem: Refusal | None) -> int:
    """Of a page that comes back with what has to be mended."""
    if problem is None:
        return 200
    return 422 if problem.status == HTTPStatus.BAD_REQUEST else problem.status


def download(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=SPREADSHEET)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
