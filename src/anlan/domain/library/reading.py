"""What the head of a text says of itself: proposals, which a person checks before it counts."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from anlan.domain.library.models import NUMBER_CHARS_MAX, TITLE_CHARS_MAX
from anlan.kernel.papers.documents import clauses

#: Lines of a text's head in which its number, days and title are looked for.
HEAD_LINES_MAX = 60
_DAY = r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日"
_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{1,12}[〔\[（(]\s*\d{4}\s*[〕\]）)]\s*(?:第)?\s*\d{1,5}\s*号"
    r"|(?:GB|AQ|DB\d{2,4}|JGJ|CJJ|XF|GA|MT|YJ|TSG|T/[A-Z]{2,10})(?:/T|/Z)?\s?[\d.]{1,9}\s?[-—–]\s?\d{4}"
    r"|[\u4e00-\u9fff]{2,12}令(?:（|\()?第\s*\d{1,5}\s*号(?:）|\))?"
)
_ISSUED = re.compile(_DAY + r"[^。\n]{0,80}?(?:通过|公布|发布|印发|批准|修正|修订|修改)")
_IN_FORCE = re.compile("自\\s*" + _DAY + r"\s*起\s*(?:施行|实施|执行|生效)")
_AT_ONCE = re.compile(r"自(?:公布|发布|印发)之日起(?:施行|实施|执行|生效)")


def proposed(body: str, name: str) -> dict[str, Any]:
    """Title, number and days as the text states them; left out where it doesn't say, or in doubt.

    name:  the file's, without its ending: the title where the text has none.
    """
    found = clauses.split(body)
    head = _head(body, found)
    text = "\n".join(head)
    number = _NUMBER.search(text)
    issued = max((day for match in _ISSUED.finditer(text) if (day := _day(match))), default=None)
    effective = _effective(body, issued)
    return {
        "title": _title(head, name)[:TITLE_CHARS_MAX],
        "number": re.sub(r"\s", "", number[0])[:NUMBER_CHARS_MAX] if number else "",
        "issued_on": issued,
        "effective_on": effective,
    }


def _head(body: str, found: list[clauses.Clause]) -> list[str]:
    if found and not found[0].label and any(one.label for one in found):
        return found[0].text.splitlines()[:HEAD_LINES_MAX]
    return clauses.lines_of(body)[:HEAD_LINES_MAX]


def _title(head: list[str], name: str) -> str:
    for line in head:
        bare = "".join(line.split())
        if 4 <= len(bare) <= 60 and not _NUMBER.fullmatch(bare) and not re.search(_DAY, line) \
                and not re.search(r"[。；：:]", bare):  # fmt: skip
            return bare
    return name


def _effective(body: str, issued: date | None) -> date | None:
    """An amended law still says when its first edition came into force: that is left out."""
    days = [day for match in _IN_FORCE.finditer(body) if (day := _day(match))]
    if days and (issued is None or days[-1] >= issued):
        return days[-1]
    return issued if not days and _AT_ONCE.search(body) else None


def _day(match: re.Match[str]) -> date | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
