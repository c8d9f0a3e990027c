"""How far a long look has come, said to whoever listens: ``./anlan check`` shows it.

Whoever looks says where it is every few thousand rows; as a rule nobody listens.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import django

#: What is looked at, rows done, and the seconds it took where it is over.
Listener = Callable[[str, int, float | None], None]

_listener: Listener | None = None


def listen(listener: Listener | None) -> None:
    """From now on this process tells ``listener``."""
    global _listener
    _listener = listener


def say(what: str, done: int = 0) -> None:
    if _listener is not None:
        _listener(what, done, None)


def end(what: str, done: int, seconds: float) -> None:
    if _listener is not None:
        _listener(what, done, seconds)


def begin(said: Any) -> None:
    """Set up a process that looks for another one, which hears of it through a queue.

    It stands here because nothing that has models can be imported before.
    """
    django.setup()
    pid = os.getpid()
    listen(lambda *heard: said.put((pid, *heard)))
