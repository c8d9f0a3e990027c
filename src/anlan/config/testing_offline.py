"""Where tests run: a network namespace whose only way is the loopback (S36).

    unshare --net python -m anlan.config.testing_offline COMMAND …

Whatever a test starts, a browser or a server or a worker, reaches this machine and nothing else.
Unix sockets are files, so a PostgreSQL cluster outside answers as before.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from functools import cache

SIOCGIFFLAGS, SIOCSIFFLAGS = 0x8913, 0x8914
IFF_UP = 1
#: The name of an interface, then its flags, as ioctl takes them.
INTERFACE = "16sh14x"


@cache
def prefix() -> list[str]:
    """What to write before a command; empty where this user may make no such namespace."""
    program = shutil.which("unshare")
    if program is None:
        return []
    command = [program, "--net", sys.executable, "-m", __name__]
    tried = subprocess.run(  # noqa: S603  our own program and arguments
        [*command, sys.executable, "-c", "pass"], capture_output=True, check=False, timeout=60
    )
    return command if tried.returncode == 0 else []


def loopback_up() -> None:
    """A new namespace has a loopback that is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack(INTERFACE, b"lo", 0)
        name, flags = struct.unpack(INTERFACE, fcntl.ioctl(any_socket, SIOCGIFFLAGS, asked))
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack(INTERFACE, name, flags | IFF_UP))


if __name__ == "__main__":
    loopback_up()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606  our own caller names it
