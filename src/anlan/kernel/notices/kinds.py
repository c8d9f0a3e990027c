"""What a kind of notice says. Declared by the app that posts it, worded when it is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

#: Where a notice leads: a path with %(about)s in it, a view's name that takes it, or nothing. What
#: is shown by several apps answers, from what it is about and its data, with one of these.
Link = str | Callable[[str, Mapping[str, Any]], str]


@dataclass(frozen=True)
class Kind:
    code: str
    #: A lazily translated sentence with named placeholders out of the notice's data.
    text: str | Promise
    link: Link = ""
    #: Goes out at night too.
    urgent: bool = False
    #: Stays in the inbox; no mail.
    quiet: bool = False


KINDS: dict[str, Kind] = {}


def declare(
    code: str, text: str | Promise, link: Link = "", urgent: bool = False, quiet: bool = False
) -> Kind:
    assert code not in KINDS, code
    KINDS[code] = Kind(code, text, link, urgent, quiet)
    return KINDS[code]


def of(code: str) -> Kind:
    """The kind, or one that says its code: a notice must outlive the app that posted it."""
    return KINDS.get(code) or Kind(code, code)


def words(code: str, about: str, data: Mapping[str, Any]) -> str:
    """The sentence in the language that is active now; what ``data`` lacks shows as a dash."""
    values: dict[str, Any] = defaultdict(lambda: "—", {k: v or "—" for k, v in data.items()})
    values["about"] = about
    return str(of(code).text) % values


def link(code: str, about: str, data: Mapping[str, Any]) -> str:
    led = of(code).link
    if not about or not led:
        return ""
    stated = led(about, data) if callable(led) else led
    if not stated:
        return ""
    if stated.startswith("/"):
        return stated % {"about": about}
    try:
        return reverse(stated, args=[about])
    except NoReverseMatch:
        return ""  # The page is of an app that isn't installed any more.
