"""What a kind of notice says. Declared by the app that posts it, worded when it is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from anlan.base import stored

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
    #: By name in the data, the words of what is kept as a code.
    codes: Mapping[str, Mapping[Any, str | Promise]] = field(default_factory=dict)


KINDS: dict[str, Kind] = {}


def declare(
    code: str, text: str | Promise, link: Link = "", urgent: bool = False, quiet: bool = False,
    codes: Mapping[str, Mapping[Any, str | Promise]] | None = None,
) -> Kind:  # fmt: skip
    assert code not in KINDS, code
    KINDS[code] = Kind(code, text, link, urgent, quiet, codes or {})
    return KINDS[code]


def of(code: str) -> Kind:
    """The kind, or one that says its code: a notice must outlive the app that posted it."""
    return KINDS.get(code) or Kind(code, code)


def words(code: str, about: str, data: Mapping[str, Any]) -> str:
    """The sentence in the language that is active now; what ``data`` lacks shows as a dash."""
    kind = of(code)
    values: dict[str, Any] = defaultdict(lambda: "—")
    for name, value in data.items():
        worded = kind.codes.get(name, {}).get(value, value) or "—"
        values[name] = stored.shown(worded) if isinstance(worded, str) else worded
    values["about"] = about
    return str(kind.text) % values


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
