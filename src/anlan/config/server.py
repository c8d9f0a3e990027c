"""./anlan serve: the web server and the worker, started, watched and stopped together."""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.refusal import Refusal
from anlan.config import home
from anlan.config.cli_say import say
from anlan.kernel.accounts import network

WORKERS_MAX = 4
#: Seconds that a child has to finish what it is at.
STOP_SECONDS = 15
#: Restarts wait 1, 2, 4 … seconds; a child that ran this long begins at 1 again.
BACKOFF_SECONDS_MAX = 30
SETTLED_SECONDS = 60
WATCH_SECONDS = 0.2
PR_SET_PDEATHSIG = 1
LOOPBACK = network.networks("127.0.0.0/8,::1/128")


class TlsUnusable(Refusal):
    code = "tls_unusable"
    message = gettext_lazy(
        "TLS can't be spoken with ANLAN_TLS_CERTIFICATE (%(certificate)s) and ANLAN_TLS_KEY "
        "(%(key)s): %(reason)s. The first holds the certificate and those above it, the second its "
        "private key without a password, both as PEM."
    )


class PlainOnNetwork(Refusal):
    code = "plain_on_network"
    message = gettext_lazy(
        "On %(host)s other machines would be answered without TLS, passwords and all. Name a "
        "certificate (ANLAN_TLS_CERTIFICATE, ANLAN_TLS_KEY), or put a gateway with TLS before it "
        "and set ANLAN_HTTPS=1; for a trial set ANLAN_UNSAFE=1."
    )


class PortTaken(Refusal):
    code = "port_taken"
    message = gettext_lazy(
        "Port %(port)s is in use by another program. Choose another: ./anlan serve --port %(other)s"
    )


@dataclass
class Child:
    """A process that should be running."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    retry_at: float = field(default=0.0)

    def start(self, now: float) -> None:
        self.process = subprocess.Popen(  # noqa: S603  the commands are ours
            self.command, stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent
        )
        self.started = now

    def watch(self, now: float) -> None:
        """Start it again if it ended, waiting longer each time that it ends at once."""
        if self.process is None:
            if now >= self.retry_at:
                self.start(now)
            return
        status = self.process.poll()
        if status is None:
            return
        self.failures = 0 if now - self.started > SETTLED_SECONDS else self.failures + 1
        wait = min(2 ** max(self.failures - 1, 0), BACKOFF_SECONDS_MAX)
        self.retry_at, self.process = now + wait, None
        say(
            _("The %(name)s ended (status %(status)s) and is started again in %(wait)s s.")
            % {"name": self.name, "status": status, "wait": wait}
        )


def _die_with_parent() -> None:
    """Between fork and exec: ask Linux to end this child should the supervisor be killed."""
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    except (OSError, AttributeError):
        return  # elsewhere than on Linux an orphan is found by its port


def main(args: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; returns 0 when both children ended as asked."""
    host, port = args.host, args.port
    _check_port(host, port)
    _check_tls()
    _check_network(host)
    # Held shared for as long as we run: a restore wants it alone.
    lock = (settings.HOME / "serve.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_SH)
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise looks there beside the apps
    children = [
        Child(_("web server"), _web(host, port, getattr(args, "workers", None))),
        Child(_("worker"), [sys.executable, "-m", "anlan.config.cli", "worker"]),
    ]
    stopping = False

    def stop(number: int, frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    for child in children:
        child.start(time.monotonic())
    shown = f"[{host}]" if ":" in host else host
    if host in ("0.0.0.0", "::"):  # noqa: S104  what the office asked for
        shown = "127.0.0.1"
        say(_("Pages are served under the names in ANLAN_HOSTS only."))
    scheme = "https" if settings.TLS_CERTIFICATE else "http"
    # Links that the command line prints meanwhile lead here.
    lock.write(f"{scheme}://{shown}:{port}")
    lock.flush()
    say(_("Open %(url)s (Ctrl-C stops).") % {"url": f"{scheme}://{shown}:{port}/"})
    while not stopping:
        time.sleep(WATCH_SECONDS)
        for child in children:
            if not stopping:
                child.watch(time.monotonic())
    say(_("Stopping …"))
    return _stop(children)


def _web(host: str, port: int, workers: int | None) -> list[str]:
    count = workers or min(os.cpu_count() or 1, WORKERS_MAX)
    return [
        *(sys.executable, "-m", "granian", "anlan.config.wsgi:application"),
        *("--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(count), "--blocking-threads", "4", "--no-ws"),
        *("--respawn-failed-workers", "--workers-kill-timeout", str(STOP_SECONDS - 5)),
        *("--log-level", "warning"),
        *_tls(),
    ]


def _tls() -> list[str]:
    """Where no gateway ends TLS, the web server does; a call without it gets no answer (S33)."""
    if not settings.TLS_CERTIFICATE:
        return []
    return [
        *("--ssl-certificate", settings.TLS_CERTIFICATE, "--ssl-keyfile", settings.TLS_KEY),
        *("--ssl-protocol-min", "tls1.2"),
    ]


def _check_tls() -> None:
    if not settings.TLS_CERTIFICATE and not settings.TLS_KEY:
        return
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # A password that is asked for would hold the start up for ever.
        context.load_cert_chain(settings.TLS_CERTIFICATE, settings.TLS_KEY, password="")
        if b"BEGIN PRIVATE KEY" not in Path(settings.TLS_KEY).read_bytes():
            raise OSError(_("the key isn't PKCS #8 (openssl pkcs8 -topk8 -nocrypt converts it)"))
    except (OSError, ValueError) as error:
        raise TlsUnusable(
            certificate=settings.TLS_CERTIFICATE,
            key=settings.TLS_KEY,
            reason=getattr(error, "strerror", "") or str(error) or type(error).__name__,
        ) from None


def _check_network(host: str) -> None:
    """Without TLS only this machine is answered (S33)."""
    if settings.HTTPS or host == "localhost" or network.within(host, LOOPBACK):
        return
    if os.environ.get("ANLAN_UNSAFE") != "1" and not home.is_demo():
        raise PlainOnNetwork(host=host)
    say(_("Warning: without TLS everybody on the network can read what goes over it."))


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(port=port, other=port + 1) from error


def _stop(children: list[Child]) -> int:
    running = [child.process for child in children if child.process is not None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return 0


def work(args: argparse.Namespace) -> int:
    """The worker's own process: jobs and the clock, until SIGTERM."""
    import threading

    from anlan.config import (
        roles,
        ticks,  # noqa: F401  declares them
    )
    from anlan.kernel.jobs import worker

    roles.demand_little()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    worker.work(stop)
    return 0
