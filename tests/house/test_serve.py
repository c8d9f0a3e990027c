"""./anlan serve: web and worker live and end together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.realdb, pytest.mark.sqlite]
SECONDS_MAX = 120


def eventually(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def children(pid: int) -> dict[int, str]:
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, ValueError, IndexError):
            continue
        if parent == pid:
            found[int(entry.name)] = command
    return found


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:1]
    except OSError:
        return False


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


class Served:
    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port = process, port

    def child(self, words: str) -> int:
        return next((pid for pid, text in children(self.process.pid).items() if words in text), 0)


@pytest.fixture
def served(realdb) -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = realdb.start(
        "serve", "--port", str(port), "--workers", "1",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        eventually(lambda: answers(port), "the web server never answered")
        eventually(lambda: bool(Served(process, port).child("worker")), "no worker came up")
        yield Served(process, port)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_a_dead_worker_and_a_dead_web_server_are_started_again(served):
    for words in ("anlan.config.cli worker", "granian"):
        before = served.child(words)
        os.kill(before, signal.SIGKILL)
        eventually(lambda w=words, b=before: served.child(w) not in (0, b), f"{words} stayed away")
    eventually(lambda: answers(served.port), "the web server never answered again")


def test_both_end_on_sigterm(served):
    pids = list(children(served.process.pid))
    served.process.terminate()
    assert served.process.wait(SECONDS_MAX) == 0
    eventually(lambda: not any(alive(pid) for pid in pids), "a child outlived the supervisor")


def test_no_child_outlives_a_killed_supervisor(served):
    pids = list(children(served.process.pid))
    served.process.kill()
    eventually(lambda: not any(alive(pid) for pid in pids), "a child outlived the supervisor")


def test_a_second_server_on_the_port_is_told_to_choose_another(served, realdb):
    done = realdb.anlan("serve", "--port", str(served.port), check=False)
    assert done.returncode == 1
    assert str(served.port + 1) in done.stderr


def test_nothing_is_restored_under_a_running_server(served, realdb, tmp_path):
    done = realdb.anlan("restore", str(tmp_path / "none"), "--json", check=False)
    assert done.returncode == 1
    assert '"still_serving"' in done.stdout
