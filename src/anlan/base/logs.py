"""What our log lines look like: no person's value in them, and none that others forged (S26).

A line goes to stderr, where the service manager keeps it with its time.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from types import TracebackType
from urllib.parse import quote

from django.http import Http404, HttpRequest
from django.urls import resolve

#: Parts of an address that are secrets: whoever reads the log could use them.
SECRET_PARTS = ("token",)
FRAMES_MAX = 12
#: All that could end a line or steer a terminal, but the line ends that are folded.
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_LINE_END = re.compile("\r\n|\r|\n")


def where(request: HttpRequest) -> str:
    """The address asked for, as a log may keep it: quoted, without its query and its secrets."""
    path = request.path
    match = request.resolver_match
    if match is None:  # what failed stands before the views
        try:
            match = resolve(path)
        except Http404:
            return quote(path)
    for name in SECRET_PARTS:
        if secret := match.kwargs.get(name):
            path = path.replace(str(secret), "***")
    return quote(path, safe="/*")


class Folded(logging.Formatter):
    """One record is one line, or one line with indented ones: nobody can forge a second record.

    Of an exception stay its class and where it was raised. What it says holds the values that it
    broke on, and those may be a person's.
    """

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # Another handler may have kept its own, with the values.
        text = _LINE_END.sub("\n    ", super().format(record))
        return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        kind, _error, trace = ei
        frames = traceback.extract_tb(trace)[-FRAMES_MAX:]
        lines = [kind.__name__ if kind else ""]
        lines += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return "\n".join(lines)


class ToStderr(logging.Handler):
    """To the stderr of the moment, so that whoever redirects it gets the lines."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:
            self.handleError(record)
