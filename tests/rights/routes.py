"""Every address of the installation, found by walking the URLconf."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import get_converters

from anlan.kernel.accounts import gate
from tests.canaries import NOBODYS

PUBLIC = frozenset(
    line
    for line in (Path(__file__).parent / "public.txt").read_text().splitlines()
    if line and not line.startswith("#")
)
#: What stands in for a part of an address of each kind; a row of this number is nobody's.
STAND_INS: dict[str, Any] = {
    "IntConverter": 987_654_321,
    "StringConverter": NOBODYS,
    "SlugConverter": NOBODYS,
    "UUIDConverter": UUID(int=(1 << 127) | 0x7 << 76 | 0x2 << 62 | 5),
    "UUIDStrConverter": UUID(int=(1 << 127) | 0x7 << 76 | 0x2 << 62 | 5),
    "PathConverter": "nobody/has/this",
}


@dataclass(frozen=True)
class Route:
    name: str
    pattern: URLPattern
    converters: dict[str, Any]

    @property
    def view(self) -> Any:
        return self.pattern.callback

    @property
    def permission(self) -> str | None:
        return gate.declared(self.view)

    @property
    def is_api(self) -> bool:
        return self.permission == gate.API

    @property
    def takes(self) -> tuple[str, ...]:
        return tuple(self.converters)

    def stand_in(self, name: str) -> Any:
        return STAND_INS.get(type(self.converters[name]).__name__, "x")

    def path(self, **given: Any) -> str:
        """The address, with a stand-in for each part that isn't given."""
        parts = {name: given.get(name, self.stand_in(name)) for name in self.converters}
        return reverse(self.name, kwargs=parts)

    def __str__(self) -> str:
        return self.name


def routes() -> list[Route]:
    assert get_converters()
    return sorted(_walk(get_resolver(), "", {}), key=lambda route: route.name)


def _walk(resolver: URLResolver, space: str, converters: dict[str, Any]) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        known = {**converters, **entry.pattern.converters}
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _walk(entry, inner, known)
        else:
            yield Route(f"{space}{entry.name}", entry, known)
