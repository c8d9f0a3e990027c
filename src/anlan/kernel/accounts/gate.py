"""What a view declares about itself, and the check before it runs (S10, S13, S21).

    @requires("hazards.view")
    def hazard_list(request): …

A view that declares nothing is refused, by the middleware at run time and by tests/rights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from functools import partial, wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotAllowed, Refusal
from anlan.kernel.accounts import counts, held, policy, sessions
from anlan.kernel.accounts.network import client_address, is_management
from anlan.kernel.audit import trail

View = TypeVar("View", bound=Callable[..., HttpResponse])
#: How long a proof of who one is counts for what is delicate (S10).
FRESH = timedelta(minutes=5)

PUBLIC = "public"
#: django-ninja's views; each of their operations has an ``auth`` of its own.
API = "api"


class NotFresh(Refusal):
    """The person must show again who they are before this."""

    code = "not_fresh"
    message = _("This is delicate: confirm who you are, then it goes on.")
    status = 403


class SignInFirst(Refusal):
    code = "sign_in_first"
    message = _("Sign in first.")
    status = 401


def actor_of(request: HttpRequest) -> Actor:
    """The person behind a request, looked up once a request."""
    found: Actor | None = getattr(request, "anlan_actor", None)
    if found is None:
        user = request.user
        if not user.is_authenticated:
            raise SignInFirst
        found = held.actor(
            user,
            today=timezone.localdate(),
            address=client_address(request),
        )
        request.anlan_actor = found  # type: ignore[attr-defined]
    return found


def public(view: View) -> View:
    """Anybody may open it; such views also stand in tests/rights/public.txt."""
    return cast(View, _marked(view, view, PUBLIC))


def requires(
    permission: str, *, management: bool = False, while_pending: bool = False
) -> Callable[[View], View]:
    """Signed in, and with this permission somewhere; rows are the view's to ask ``access`` for.

    ``management``: only from the networks where administrators sit. ``while_pending``: also
    before a forced second factor is set up.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            by = actor_of(request)
            if management and not is_management(request):
                trail.denied(by, permission, "", "", "network", timezone.now())
                raise NotAllowed(reason=_("Administration is closed to the network you are in."))
            policy.demand(by, permission, timezone.now())
            return view(request, *args, **kwargs)

        return cast(View, _marked(checked, view, permission, while_pending))

    return decorate


def drawn_beside(names: Iterable[str], pk: Any, by: Actor) -> list[str]:
    """The addresses of what other capabilities draw beside a record: those that are installed and
    that ``by`` may open. A page that asks for another answers its reader with a refusal."""
    found = []
    for name in names:
        with suppress(NoReverseMatch):
            address = reverse(name, args=[pk])
            if policy.may(by, resolve(address).func.permission):  # type: ignore[attr-defined]
                found.append(address)
    return found


def fresh(view: View) -> View:
    """Only within five minutes of showing who one is; stands under ``requires``."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_fresh(request):
            raise NotFresh
        return view(request, *args, **kwargs)

    checked.fresh = True  # type: ignore[attr-defined]
    return checked  # type: ignore[return-value]


def limited(limit: counts.Limit) -> Callable[[View], View]:
    """At most so often a person, for exports and the like; stands under ``requires``."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            by = actor_of(request)
            counts.hit(limit, str(by.user_id), timezone.now())
            return view(request, *args, **kwargs)

        return cast(View, checked)

    return decorate


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person signed in or confirmed who they are in the last five minutes."""
    now = timezone.now()
    started = sessions.started_at(request.session)
    if started and now - started <= FRESH:
        return True
    records = request.session.get("account_authentication_methods", [])
    confirmed = [each["at"] for each in records if each.get("reauthenticated")]
    return bool(confirmed) and now.timestamp() - max(confirmed) <= FRESH.total_seconds()


def has_factor(request: HttpRequest) -> bool:
    """Whether this session was opened with a second factor."""
    records = request.session.get("account_authentication_methods", [])
    return any(each.get("method") == "mfa" for each in records)


def factor_missing(request: HttpRequest) -> bool:
    """Whether a forced second factor is still to be set up (S06)."""
    return not settings.MFA_OFF and not has_factor(request) and held.needs_factor(actor_of(request))


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back; htmx follows as a whole page."""
    wish = request.get_full_path() if request.method == "GET" else "/"
    url = f"{reverse('account_login')}?{urlencode({REDIRECT_FIELD_NAME: wish})}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=401, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def declared(view: Any) -> str | None:
    """What a view says that it needs; None where it says nothing."""
    if isinstance(view, partial):
        view = view.func
    module = getattr(view, "__module__", "")
    if module.startswith("ninja."):
        return API
    if module.startswith("anlan.ui."):
        return PUBLIC  # That layer has no models, so there is nothing in it to see.
    permission: str | None = getattr(view, "permission", None)
    return permission


def _marked(wrapper: Any, view: Any, permission: str, while_pending: bool = False) -> Any:
    wrapper.permission = permission
    wrapper.while_pending = while_pending
    wrapper.fresh = getattr(view, "fresh", False)
    return wrapper
