"""A calendar file, read back by the rules of RFC 5545."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

AT = datetime(2024, 6, 30, 9, tzinfo=UTC)
TEXT = st.text(max_size=200)


def parsed(content: bytes) -> list[dict[str, str]]:
    """Unfold, split into events, take the escapes away. Raises where the rules are broken."""
    assert content.endswith(b"\r\n")
    for line in content.removesuffix(b"\r\n").split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        assert b"\r" not in line
        line.decode("utf-8")  # no character is cut
    lines = content.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")[:-1]
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    found: list[dict[str, str]] = []
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and line != "END:VEVENT":
            found[-1][name] = re.sub(
                r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value
            )
    assert lines.count("END:VEVENT") == len(found)
    return found


def _kept(text: str) -> str:
    """What a calendar can hold of a text: line ends are one kind, control characters go."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text)
    return text.encode("utf-8", "replace").decode()


@given(st.lists(st.tuples(TEXT, TEXT, st.dates(date(1990, 1, 1), date(2090, 1, 1))), max_size=4))
def test_what_is_written_is_read_back(given_events: list[tuple[str, str, date]]) -> None:
    from anlan.domain.campaigns.battlemap.calendar_ics import Event, written

    events = [
        Event(f"{n}@anlan", day, title, text, "https://anlan.example/t/1", n)
        for n, (title, text, day) in enumerate(given_events)
    ]
    read = parsed(written("日历；名称,\n", events, AT))
    assert len(read) == len(events)
    for event, found in zip(events, read, strict=True):
        assert found["UID"] == event.uid
        assert found["SUMMARY"] == _kept(event.title)
        assert found.get("DESCRIPTION", "") == _kept(event.text)
        assert found["DTSTART;VALUE=DATE"] == f"{event.day:%Y%m%d}"
        assert found["DTEND;VALUE=DATE"] == f"{event.day + timedelta(days=1):%Y%m%d}"
        assert found["DTSTAMP"] == "20240630T090000Z"


def test_a_title_can_not_smuggle_in_a_property() -> None:
    from anlan.domain.campaigns.battlemap.calendar_ics import Event, written

    event = Event(
        "1@anlan", date(2024, 1, 1), "a\r\nATTENDEE:mailto:x@example.org", "", "h:\r\nX:1"
    )
    assert b"\nATTENDEE" not in written("x", [event], AT)
    file = written("x\r\nX-A:1", [event], AT)
    assert b"\nX:1" not in file
    assert b"\nX-A" not in file
    assert all(line.endswith(b"\r") for line in file.split(b"\n")[:-1])
