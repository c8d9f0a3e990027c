"""The inbox as a page, and the page of what is wrong."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from anlan.base.limits import PAGE_ROWS
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.jobs.models import Job, Tick
from anlan.kernel.notices import delivering, inbox, naming, watch
from anlan.ui.pages import go_on, render_page


@requires("notices.own")
def inbox_page(request: HttpRequest) -> HttpResponse:
    only_unread = request.GET.get("only") == "unread"
    page = inbox.page(
        _person(request),
        timezone.localdate(),
        only_unread=only_unread,
        before=_uuid(request.GET.get("before", "")),
    )
    here = reverse("notices:inbox")
    context = {
        "items": page.items,
        "names": naming.names(page.items, actor_of(request)),
        "next": str(page.next or ""),
        "only": "unread" if only_unread else "",
        "tabs": [
            (_("All"), here, not only_unread, None),
            (_("Unread"), f"{here}?only=unread", only_unread, None),
        ],
    }
    return render_page(request, "notices/inbox.html", "notices/_inbox.html", context)


@require_POST
@requires("notices.own")
def open_notice(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mark one read, and go where it leads."""
    today = timezone.localdate()
    notice = inbox.notices_of(_person(request), today).filter(pk=pk).first()
    if notice is None:
        return go_on(request, reverse("notices:inbox"))
    inbox.mark_read(_person(request), [pk], today=today, at=timezone.now())
    link = inbox.item_of(notice).link
    return go_on(request, link or reverse("notices:inbox"))


@require_POST
@requires("notices.own")
def read_all(request: HttpRequest) -> HttpResponse:
    inbox.mark_all_read(_person(request), today=timezone.localdate())
    return go_on(request, reverse("notices:inbox"))


@requires("notices.health")
def health_page(request: HttpRequest) -> HttpResponse:
    """What is wrong, and when each recurring task was last done; no business stands here."""
    now = timezone.now()
    context = {
        "problems": [watch.WORDS.get(code, code) for code in watch.problems(now)],
        "ticks": Tick.objects.order_by("name"),
        "tasks": watch.TASKS,
        "dead": Job.objects.dead().order_by("-created_at")[:PAGE_ROWS],
        "letters": [
            (watch.channel(code), count)
            for code, count in sorted(delivering.dead_letters().items())
        ],
    }
    return render_page(request, "notices/health.html", "notices/_health.html", context)


def _person(request: HttpRequest) -> int:
    user_id = actor_of(request).user_id
    assert user_id is not None, "the gate lets in people only"
    return user_id


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
