"""The API: every capability's router under /api/v1/, with tokens or a page's session."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.module_loading import import_string
from ninja import NinjaAPI
from ninja.errors import ValidationError

from anlan.base.refusal import Refusal
from anlan.config.capabilities import capabilities
from anlan.kernel.accounts.gate import requires
from anlan.kernel.accounts.tokens import PageAuth, TokenAuth

#: When to ask again where the database was away for a moment (F03).
BUSY_SECONDS = 10

api = NinjaAPI(
    title="Anlan",
    version="1",
    description="Every write is a PUT to a request id of the caller's: repeating it is safe.",
    auth=[TokenAuth(), PageAuth()],
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)

for _capability in capabilities():
    if _capability.router:
        api.add_router(f"/{_capability.prefix}", import_string(_capability.router))


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A code for programs, a sentence for people, and the data behind both."""
    error = {"code": refusal.code, "message": str(refusal), "data": _plain(refusal.data)}
    response = api.create_response(request, {"error": error}, status=refusal.status)
    if refusal.status in (429, 503):
        response["Retry-After"] = str(refusal.data.get("retry_after", BUSY_SECONDS))
    return response


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Where and why, field by field; nothing was done."""
    fields = [
        {"field": ".".join(str(part) for part in one.get("loc", ())), "reason": one.get("msg", "")}
        for one in error.errors
    ]
    answer = {"error": {"code": "unreadable", "message": "", "data": {"fields": fields}}}
    return api.create_response(request, answer, status=422)


@requires("accounts.own")
def openapi(request: HttpRequest) -> JsonResponse:
    """What the API answers to, for generators of clients."""
    return JsonResponse(api.get_openapi_schema())


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    kept = (str, int, float, bool, type(None))
    return {name: value if isinstance(value, kept) else str(value) for name, value in data.items()}
