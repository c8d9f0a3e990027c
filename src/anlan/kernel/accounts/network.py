"""Where a request really comes from: a header counts only from a proxy that we know (S21)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal
from anlan.ui import errors

Network = IPv4Network | IPv6Network
#: Hops that are looked at; a longer header is somebody's game.
HOPS_MAX = 10


@cache
def networks(text: str) -> tuple[Network, ...]:
    """``10.0.0.0/8, ::1`` as networks."""
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def within(address: str, listed: Sequence[Network]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in network for network in listed)


def client_address(request: HttpRequest) -> str:
    """The nearest address in front of our own proxies; never what a client says about itself."""
    address = str(request.META.get("REMOTE_ADDR") or "")
    trusted = networks(settings.PROXIES)
    if not trusted or not within(address, trusted):
        return address
    hops = str(request.META.get("HTTP_X_FORWARDED_FOR") or "").split(",")
    for hop in reversed([hop.strip() for hop in hops][-HOPS_MAX:]):
        try:
            address = str(ip_address(hop))
        except ValueError:
            return address
        if not within(address, trusted):
            return address
    return address


def is_management(request: HttpRequest) -> bool:
    """Whether the request comes from where administrators sit."""
    return within(client_address(request), networks(settings.ADMIN_NETWORKS))


class HttpsOnly(Refusal):
    """A program called without TLS: whatever token it sent has been read on the way."""

    code = "https_only"
    message = _("Call this over https. Replace the token: it went over the network in the open.")
    status = 403


class TransportMiddleware:
    """TLS ends at the gateway; what it says of a request is believed from our proxies alone (S33).

    A page asked for without TLS is sent to https by Django; a program is refused, because a
    redirect would let it go on sending its token in the open first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.HTTPS:
            peer = str(request.META.get("REMOTE_ADDR") or "")
            said = str(request.META.pop("HTTP_X_FORWARDED_PROTO", "")).strip().lower()
            if said == "https" and within(peer, networks(settings.PROXIES)):
                request.META["wsgi.url_scheme"] = "https"
            if not request.is_secure() and request.path.startswith(errors.API_PREFIX):
                return errors.refused(request, HttpsOnly())
        return self.get_response(request)
