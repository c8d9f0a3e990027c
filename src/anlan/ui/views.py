"""The reader's wishes, the small files that browsers ask for, and the guide to our components."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anlan.ui.shell import SIZES, THEMES

KEPT_SECONDS = 365 * 24 * 3600


def _local(request: HttpRequest, url: str) -> str:
    """``url`` if it stays on this site, else the first page: nobody is led away by a link."""
    hosts = {request.get_host()}
    if url and url_has_allowed_host_and_scheme(url, hosts, require_https=request.is_secure()):
        return url
    return "/"


@require_POST
def wishes(request: HttpRequest) -> HttpResponse:
    """Keep the theme, text size and language that the reader chose, in cookies of a year."""
    response = HttpResponseRedirect(_local(request, request.POST.get("next", "")))
    known = (
        ("theme", "anlan-theme", ("", *THEMES)),
        ("size", "anlan-size", ("", *SIZES)),
        (
            "language",
            settings.LANGUAGE_COOKIE_NAME,
            tuple(code for code, _name in settings.LANGUAGES),
        ),
    )
    for name, cookie, values in known:
        value = request.POST.get(name)
        if value is None or value not in values:
            continue
        if value:
            response.set_cookie(
                cookie, value, max_age=KEPT_SECONDS, samesite="Lax", secure=request.is_secure()
            )
        else:
            response.delete_cookie(cookie, samesite="Lax")
    return response


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    response = JsonResponse(
        {
            "name": _("Anlan"),
            "short_name": _("Anlan"),
            "start_url": "/",
            "display": "standalone",
            "background_color": "#f5f6f8",
            "theme_color": "#1657a8",
            "icons": [{"src": static("anlan/logo.svg"), "sizes": "any", "type": "image/svg+xml"}],
        },
        content_type="application/manifest+json",
    )
    response["Cache-Control"] = "private, max-age=3600"
    return response


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(static("anlan/logo.svg"))


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness (RFC 9116); silent until the office has said whom."""
    contact = getattr(settings, "SECURITY_CONTACT", "")
    if not contact:
        raise Http404
    scheme = "" if urlsplit(contact).scheme else "mailto:"
    # The file must name its end; a year from now keeps it true without anybody's care.
    until = (timezone.now() + timedelta(days=365)).strftime("%Y-%m-%dT00:00:00Z")
    text = f"Contact: {scheme}{contact}\nExpires: {until}\nPreferred-Languages: zh, en\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
