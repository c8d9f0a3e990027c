"""What every answer carries: its request id, the security headers, and calm words when refused."""

from __future__ import annotations

import logging
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base import logs
from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal, Unreadable
from anlan.ui import errors
from anlan.ui.pages import is_htmx

log = logging.getLogger("anlan.request")

Answer = Callable[[HttpRequest], HttpResponseBase]

#: S51, word for word. No inline script, no inline style, no style attribute, nothing from outside.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "manifest-src 'self'; worker-src 'self'; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: A grid worker's phone takes photos and finds its place; nothing else is asked of a browser.
PERMISSIONS_POLICY = (
    "accelerometer=(), camera=(self), display-capture=(), geolocation=(self), gyroscope=(), "
    "microphone=(), midi=(), payment=(), publickey-credentials-create=(self), "
    "publickey-credentials-get=(self), usb=()"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": PERMISSIONS_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}


class Headers:
    """Outermost, so that static files, redirects and other middleware's failures carry them too."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Made here and never taken from the client: it must not be possible to forge a trail.
        request_id = str(uuid7())
        request.anlan_id = request_id  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        # Nothing that depends on who asks stays in a cache or behind the Back button (S34).
        # Whatever may be kept says so itself, as static files do.
        response.headers.setdefault("Cache-Control", "no-store")
        return response


#: PostgreSQL keeps no such character, and nobody types one.
NUL = gettext_lazy("it holds a character that can't be shown (NUL); remove it")
_TEXTS = {"application/json": (b"\\u0000", b"\0"), "application/x-www-form-urlencoded": (b"%00",)}


def _holds_nul(request: HttpRequest) -> bool:
    """Whether the address or a body of text holds the character NUL. Uploads are read elsewhere."""
    if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path:
        return True
    marks = _TEXTS.get(request.content_type or "", ())
    return bool(marks) and any(mark in request.body for mark in marks)


class Refusals:
    """Innermost: a command's refusal becomes a page, a toast or JSON, with the right status."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _holds_nul(request):
            return errors.refused(request, Unreadable(field=_("text"), reason=NUL))
        response = self.get_response(request)
        if is_htmx(request) and response.status_code in (301, 302, 303):
            # The browser would follow it silently and put a whole sign-in page into a fragment.
            sign_in = response.headers["Location"].split("?")[0]
            if sign_in == resolve_url(settings.LOGIN_URL):
                page = urlsplit(request.headers.get("HX-Current-URL", ""))
                back = page.path + (f"?{page.query}" if page.query else "")
                moved = HttpResponse(status=204)
                moved["HX-Redirect"] = f"{sign_in}?{urlencode({'next': back or '/'})}"
                return moved
        return response

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        if not isinstance(exc, Refusal):
            return None
        log.info("%s %s refused: %s", errors.request_id(request), logs.where(request), exc.code)
        return errors.refused(request, exc)
