"""Calls to other systems, and to none that an administrator hasn't listed (S36).

A name is resolved once, every address that it has is judged, and the connection goes to the one
that was judged: there is no second look-up for a name server to answer otherwise. Redirects are
not followed. The whole call has a few seconds, however slowly the other side drips.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal

CALL_SECONDS_MAX = 5.0

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Allowed = tuple[set[str], list[ipaddress.IPv4Network | ipaddress.IPv6Network]]


class CallRefused(Refusal):
    code = "call_refused"
    message = _(
        "%(host)s may not be called: it isn't on the list of allowed hosts, or leads into a "
        "private network. An administrator adds it to ANLAN_WEBHOOK_HOSTS."
    )


class CallFailed(Exception):
    """No answer, or not a good one; ``reason`` is short and names no secrets."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def allowed() -> Allowed:
    """The listed names, and the listed networks: "oa.gov.cn, 10.20.0.0/16"."""
    names, networks = set(), []
    for entry in getattr(settings, "WEBHOOK_HOSTS", ()):
        try:
            networks.append(ipaddress.ip_network(entry.strip(), strict=False))
        except ValueError:
            names.add(entry.strip().lower().rstrip("."))
    return names - {""}, networks


def judge(url: str, known: Allowed | None = None) -> tuple[str, str, int, str, Address]:
    """Scheme, host, port, path and the address to connect to. Raises CallRefused, CallFailed.

    known:  names and networks that may be called, where they aren't the list of all.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise CallRefused(host=url[:80]) from None
    if parts.scheme not in ("https", "http") or not host or parts.username or parts.password:
        raise CallRefused(host=host or url[:80])
    port = port or (443 if parts.scheme == "https" else 80)
    names, networks = known or allowed()
    try:
        found: Sequence[Address] = [ipaddress.ip_address(host)]
    except ValueError:
        if host not in names:
            raise CallRefused(host=host) from None
        found = _resolve(host, port)
    for address in found:
        # An IPv4 address may come dressed up as IPv6.
        plain = getattr(address, "ipv4_mapped", None) or address
        listed = any(plain.version == net.version and plain in net for net in networks)
        if not listed and (not plain.is_global or plain.is_multicast or host not in names):
            raise CallRefused(host=host)
        if plain.is_link_local or plain.is_unspecified:
            raise CallRefused(host=host)  # The cloud's metadata lives there: never, listed or not.
    path = parts.path or "/"
    return parts.scheme, host, port, f"{path}?{parts.query}" if parts.query else path, found[0]


def _resolve(host: str, port: int) -> list[Address]:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise CallFailed("name not found") from None
    return [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in rows]


def post_json(url: str, body: bytes, headers: dict[str, str]) -> None:
    """POST a body; a 2xx answer is a success and everything else CallFailed."""
    ask(body, headers, judge(url))


def ask(
    body: bytes,
    headers: dict[str, str],
    judged: tuple[str, str, int, str, Address],
    *,
    seconds: float | None = None,
    bytes_max: int = 0,
) -> bytes:
    """POST a body to what was judged; the answer's first ``bytes_max``. Raises CallFailed."""
    scheme, host, port, path, address = judged
    seconds = seconds or CALL_SECONDS_MAX
    connection = _Connection(host, port, str(address), scheme == "https", seconds)
    overtime = threading.Timer(seconds, connection.cut)
    overtime.daemon = True
    overtime.start()
    try:
        connection.request(
            "POST",
            path,
            body,
            {"Content-Type": "application/json", **headers, "Host": _host(host, port, scheme)},
        )
        response = connection.getresponse()
        status = response.status
        said = response.read(bytes_max + 1) if bytes_max else b""
    except (OSError, http.client.HTTPException, AttributeError) as error:
        # AttributeError: the socket was cut between two of its uses.
        raise CallFailed(type(error).__name__) from None
    finally:
        overtime.cancel()
        connection.close()
    if not 200 <= status < 300:
        raise CallFailed(f"HTTP {status}")
    if len(said) > bytes_max:
        raise CallFailed("the answer is too long")
    return said


def _host(host: str, port: int, scheme: str) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port == {"https": 443, "http": 80}[scheme] else f"{name}:{port}"


class _Connection(http.client.HTTPConnection):
    """Connects to the address that was judged, while TLS checks the name."""

    def __init__(self, host: str, port: int, address: str, tls: bool, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self._address, self._tls = address, tls
        #: Kept, because an answer that ends with the connection takes ``sock`` away while it reads.
        self._line: socket.socket | None = None

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), timeout=self.timeout)
        if self._tls:
            self.sock = ssl.create_default_context().wrap_socket(
                self.sock, server_hostname=self.host
            )
        self._line = self.sock

    def cut(self) -> None:
        line = self._line or self.sock
        if line is not None:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                line.close()
