"""Lookups that Django lacks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import ForeignObject, Lookup, UUIDField

if TYPE_CHECKING:
    UuidLookup = Lookup[UUID]
else:
    UuidLookup = Lookup


class Ids:
    """Ids for ``any_of``, written down once. Of a list Django looks at each at every turn."""

    def __init__(self, ids: Iterable[UUID]) -> None:
        self._ids = ids

    @cached_property
    def hexes(self) -> list[str]:
        return [one.hex for one in self._ids]

    @cached_property
    def postgresql(self) -> str:
        return f"{{{','.join(self.hexes)}}}"

    @cached_property
    def sqlite(self) -> str:
        quoted = '","'.join(self.hexes)
        return f'["{quoted}"]' if quoted else "[]"


@ForeignObject.register_lookup
@UUIDField.register_lookup
class AnyOf(UuidLookup):
    """``pk__any_of=Ids(ids)``: one of these, as one value of the statement however many they are.

    ``pk__in`` makes a value of each: three thousand take longer to write down than to look up.
    """

    lookup_name = "any_of"
    prepare_rhs = False
    rhs: Ids

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s::uuid[])", [*params, self.rhs.postgresql]
        # SQLite keeps an id as its 32 hexadecimal digits.
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, self.rhs.sqlite]  # noqa: S608
