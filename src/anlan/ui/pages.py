"""Answering with a page: whole, or the fragment that htmx asked for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise

__all__ = ["go_on", "render_page", "undoable", "wants_fragment"]


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def wants_fragment(request: HttpRequest) -> bool:
    """Not when htmx restores a page from history: then it needs the whole."""
    return is_htmx(request) and request.headers.get("HX-History-Restore-Request") != "true"


def render_page(
    request: HttpRequest,
    page: str,
    fragment: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """The page, or for htmx its fragment with the waiting messages as toasts beside it."""
    partial = wants_fragment(request)
    html = render_to_string(fragment if partial else page, context, request)
    if partial:
        html += render_to_string("ui/_toasts.html", {}, request)
    response = HttpResponse(html, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def undoable(request: HttpRequest, text: str | Promise, url: str) -> None:
    """Say that it is done, with a button that undoes it by a POST to ``url``."""
    messages.success(request, str(text), extra_tags=f"undo:{url}")


def go_on(request: HttpRequest, url: str) -> HttpResponse:
    """Go to ``url`` after a command: a redirect, which htmx follows as a whole page."""
    if is_htmx(request):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    return HttpResponseRedirect(url)
