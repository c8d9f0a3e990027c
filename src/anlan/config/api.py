"""The API: every capability's router under /api/v1/, with tokens or a page's session."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.module_loading import import_string
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.types import DictStrAny

from anlan.base.refusal import Refusal
from anlan.base.text import visible_in
from anlan.config.capabilities import capabilities
from anlan.kernel.accounts.gate import SignInFirst, requires
from anlan.kernel.accounts.tokens import PageAuth, TokenAuth

#: When to ask again where the database was away for a moment (F03).
BUSY_SECONDS = 10


class AsSeen(Parser):
    """A body without the characters that nobody sees, as a page's forms take theirs."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        return cast(DictStrAny, visible_in(super().parse_body(request)))


api = NinjaAPI(
    parser=AsSeen(),
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


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """No token, or one that doesn't count: nothing says which."""
    return refused(request, SignInFirst())


@api.exception_handler(HttpError)
def unparsable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that isn't what its type says."""
    told = {"error": {"code": "unreadable", "message": str(error), "data": {}}}
    return api.create_response(request, told, status=error.status_code)


#: What any call may be answered, beside what it asks for.
REFUSALS = {
    400: "Something in it can't be read or used; nothing was done.",
    401: "No token, or one that doesn't count any more.",
    403: "May be seen, may not be done.",
    404: "Isn't there, or may not be seen: the two look the same.",
    409: "It has moved on since it was looked at, or this step isn't possible now.",
    422: "Fields of the wrong type or length, named one by one.",
    429: "Too many calls; Retry-After says when to come back.",
    503: "The database didn't answer in time; the same call may be sent again.",
}
_DATA = {"type": "object", "additionalProperties": True}
_TOLD = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {
        "code": {"type": "string"}, "message": {"type": "string"},
        "request_id": {"type": "string"}, "data": _DATA,
    },
}  # fmt: skip
#: A refusal of the call itself stands under ``error``; one that comes before it is read doesn't.
_ERROR = {
    "anyOf": [{"type": "object", "required": ["error"], "properties": {"error": _TOLD}}, _TOLD]
}


@requires("accounts.own")
def openapi(request: HttpRequest) -> JsonResponse:
    """What the API answers to, for generators of clients."""
    return JsonResponse(described())


def described() -> dict[str, Any]:
    """The API's own description, with the refusals that every call has in common."""
    schema: dict[str, Any] = api.get_openapi_schema()
    schema["components"]["schemas"]["Refusal"] = _ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    for methods in schema["paths"].values():
        for call in methods.values():
            for status, text in REFUSALS.items():
                call["responses"].setdefault(status, {"description": text, "content": content})
    return schema


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    return {str(name): _value(value) for name, value in data.items()}


def _value(value: Any) -> Any:
    """What a program can read: a list of what is wrong stays a list."""
    if isinstance(value, dict):
        return _plain(value)
    if isinstance(value, list | tuple):
        return [_value(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
