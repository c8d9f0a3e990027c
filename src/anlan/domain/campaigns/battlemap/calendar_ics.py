"""Deadlines as a calendar file (RFC 5545), for the calendars that people have anyway."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

EVENTS_MAX = 5_000
#: Octets of a line without its end (RFC 5545, 3.1).
LINE_OCTETS_MAX = 75
PRODUCT = "-//Anlan//Battle map//ZH"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
#: Of a value that isn't text, where a line's end can't be written at all.
_ENDS = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Event:
    """A deadline. ``uid`` stays the same for ever, so that a calendar replaces what it has."""

    uid: str
    day: date
    title: str
    text: str = ""
    url: str = ""
    #: Grows with each change of the task.
    sequence: int = 0


def written(name: str, events: Iterable[Event], at: datetime) -> bytes:
    """The file. Each deadline is an event of its whole day, which blocks nobody's time."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", f"X-WR-CALNAME:{escaped(name)}", "X-WR-TIMEZONE:Asia/Shanghai",
    ]  # fmt: skip
    for event in events:
        lines += _lines(event, at)
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def _lines(event: Event, at: datetime) -> list[str]:
    found = [
        "BEGIN:VEVENT",
        f"UID:{escaped(event.uid)}",
        f"DTSTAMP:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}",
        # The end isn't part of an event.
        f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}",
        f"SEQUENCE:{event.sequence}",
        f"SUMMARY:{escaped(event.title)}",
        "TRANSP:TRANSPARENT",
    ]
    if event.text:
        found.append(f"DESCRIPTION:{escaped(event.text)}")
    if event.url:
        found.append(f"URL:{_ENDS.sub('', event.url)}")
    return [*found, "END:VEVENT"]


def escaped(text: str) -> str:
    """Text as a value of type TEXT (RFC 5545, 3.3.11); control characters are left out."""
    text = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for character in ("\\", ";", ","):
        text = text.replace(character, f"\\{character}")
    return text.replace("\n", "\\n")


def folded(line: str) -> bytes:
    """The line with its end; a long one goes on behind a blank, and no character is cut."""
    parts: list[bytes] = []
    part = b""
    for character in line:
        octets = character.encode("utf-8", "replace")
        if len(part) + len(octets) > LINE_OCTETS_MAX:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*parts, part]) + b"\r\n"
