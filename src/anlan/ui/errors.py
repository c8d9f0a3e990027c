"""Pages for what went wrong: what happened, what it means for one's work, how to go on.

They tell nothing of the inside (S57). They ask the database nothing, because it may be what
failed, and if even the template fails a fixed sentence remains.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from anlan.base import logs
from anlan.base.refusal import DiskFull, Refusal, disk_is_full
from anlan.ui.pages import is_htmx

log = logging.getLogger("anlan.request")
LAST_RESORT = (
    "<!doctype html><meta charset=utf-8><title>安澜</title>"
    "<h1>系统暂时无法处理 / Something failed on our side</h1>"
    "<p>您的操作没有完成，已有数据不受影响。请稍后重试。编号：%s</p>"
)
API_PREFIX = "/api/"
#: Of a form that couldn't be saved just now: what is offered to be sent again, at most.
KEPT_CHARS_MAX = 200_000
#: Never written into a page.
UNKEPT = ("code", "token", "secret")


def request_id(request: HttpRequest) -> str:
    return getattr(request, "anlan_id", "")


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith(API_PREFIX) or request.get_preferred_type(
        ["text/html", "application/json"]
    ) == "application/json"  # fmt: skip


def answer(
    request: HttpRequest,
    status: int,
    title: str | Promise,
    text: str | Promise,
    steps: Sequence[str | Promise] = (),
    code: str = "",
    data: dict[str, Any] | None = None,
    kept: Sequence[tuple[str, str]] = (),
    typed: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    """As JSON for programs, a toast for htmx, a page for people.

    kept:  a form's fields, which the page offers to send again as they are.
    typed: what stood in a form that can't be sent again as it is, in words.
    """
    number = request_id(request)
    if wants_json(request):
        body = {"code": code, "message": str(text), "request_id": number}
        if data:
            body["data"] = {key: str(value) for key, value in data.items()}  # type: ignore[assignment]
        response = HttpResponse(
            json.dumps(body, ensure_ascii=False), content_type="application/json", status=status
        )
    elif is_htmx(request):
        message = Message(40, str(text))
        html = render_to_string("ui/_toast.html", {"message": message, "csrf_input": ""})
        response = HttpResponse(html, status=status)
        response["HX-Retarget"] = "#toasts"
        # Whatever part of a page the form would have taken: this is none of it.
        response["HX-Reselect"] = "[data-toast]"
        response["HX-Reswap"] = "beforeend"
    else:
        context = {
            "status": status,
            "title": title,
            "text": text,
            "steps": steps,
            "request_id": number,
            "kept": kept,
            "typed": typed,
            "shell": _Bare(request),
            "request": request,
        }
        response = HttpResponse(render_to_string("ui/error.html", context), status=status)
    if status in (503, DiskFull.status):
        response["Retry-After"] = "10" if status == 503 else "300"
    return response


class _Bare:
    """Of the shell only what the reader's cookies say."""

    def __init__(self, request: HttpRequest) -> None:
        from anlan.ui.shell import Shell

        self.theme, self.size = Shell(request).theme, Shell(request).size


def refused(request: HttpRequest, exc: Refusal) -> HttpResponse:
    titles: dict[int, str] = {
        400: _("That couldn't be read"),
        403: _("You may not do that"),
        404: _("Nothing to see here"),
        409: _("Somebody was faster"),
    }
    steps: dict[int, list[str]] = {
        400: [_("Go back: what you typed is still there. Mend it and send it again.")],
        403: [
            _("If it is your task, ask your unit's administrator to check your post."),
            _("Your attempt is in the audit log, as every refused step is."),
        ],
        404: _steps_404(),
        409: [_("Nothing was changed. Go back, reload the page, and look at it as it is now.")],
    }
    return answer(
        request,
        exc.status,
        titles.get(exc.status, _("That can't be done")),
        str(exc),
        steps.get(exc.status, []),
        exc.code,
        exc.data,
        typed=exc.typed,
    )


def kept_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, so that nobody types it twice (F03). The request id makes a repeat harmless.

    Empty where a secret is among it, or where it is too much; a file has to be chosen again.
    """
    if request.method != "POST":
        return []
    fields = [(name, str(value)) for name, values in request.POST.lists() for value in values]
    secret = any("password" in name or name in UNKEPT for name, _value in fields)
    length = sum(len(name) + len(value) for name, value in fields)
    return [] if secret or length > KEPT_CHARS_MAX else fields


def _steps_404() -> list[str]:
    return [
        _("Check the address, or ask whoever sent it to you."),
        _("It may belong to another area or unit, or have been merged with another case."),
    ]


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(
        request,
        400,
        _("That couldn't be read"),
        _("The server couldn't read what the browser sent."),
        [_("Go back, reload the page, and try again.")],
        "bad_request",
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(
        request,
        403,
        _("You may not do that"),
        _("Your posts don't include this step."),
        [_("If it is your task, ask your unit's administrator to check your post.")],
        "not_allowed",
    )


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF refusal: nearly always a page that was open since before the last sign-in."""
    return answer(
        request,
        403,
        _("This page was open too long"),
        _("It doesn't belong to your present sign-in any more, so nothing was changed."),
        [_("Go back, copy what you typed, reload the page, and send it again.")],
        "stale_form",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = _("There is nothing here that you can see.")
    return answer(request, 404, _("Nothing to see here"), text, _steps_404(), "not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    """Called inside the except block, so that the exception is at hand; Django has logged it."""
    exc = sys.exc_info()[1]
    number = request_id(request)
    if isinstance(exc, Refusal):  # raised by middleware, where no view's refusals are caught
        return refused(request, exc)
    log.error("%s %s failed: %s", number, logs.where(request), type(exc).__name__)
    try:
        if disk_is_full(exc):
            full = DiskFull()
            return answer(
                request,
                full.status,
                _("No room on the server"),
                str(full),
                code=full.code,
                kept=kept_fields(request),
            )
        if isinstance(exc, OperationalError | InterfaceError):
            return answer(
                request,
                503,
                _("Very busy just now"),
                _("The database didn't answer in time. Nothing was half done."),
                [_("Wait a few seconds and try again. If it stays so, tell the people on duty.")],
                "busy",
                kept=kept_fields(request),
            )
        return answer(
            request,
            500,
            _("Something failed on our side"),
            _("Your last step wasn't carried out. What was saved before is safe."),
            [
                _("Try once more. A repeat does nothing twice."),
                _("If it fails again, give the number below to the people on duty."),
            ],
            "server_error",
        )
    except Exception:
        if settings.DEBUG:
            raise
        log.exception("%s the error page itself failed", number)
        return HttpResponse(LAST_RESORT % number, status=500)
