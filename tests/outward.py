"""No test talks to the world (S36): whoever tries fails, even where the code swallows the error.

This watches the test's own process; ./anlan test also runs all of them, with whatever processes
they start, in a network namespace that leads nowhere (config/testing_offline.py).
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: Where somebody tried to go since the test began.
tries: list[str] = []
_NAMES = {"", "localhost", None}


def is_local(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode()
    if host in _NAMES:
        return True
    try:
        address = ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = args[1]
        # A path is a Unix socket; what has no name in Python can't be asked for here.
        host = address[0] if isinstance(address, tuple) else ""
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = args[0]
        try:  # An address that is written out asks nobody.
            ipaddress.ip_address(str(host))
            return
        except ValueError:
            pass
    else:
        return
    if not is_local(host):
        tries.append(f"{event} {host}")
        raise OSError(f"no test talks to the world: {event} {host}")


def install() -> None:
    """For the rest of this process: Python takes no audit hook back."""
    sys.addaudithook(_watch)


@contextmanager
def tried() -> Iterator[list[str]]:
    """What is tried inside is this test's subject, and no failure."""
    before = len(tries)
    told: list[str] = []
    yield told
    told += tries[before:]
    del tries[before:]
