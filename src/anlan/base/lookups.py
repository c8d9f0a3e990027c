"""Lookups that Django lacks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import ForeignObject, Lookup, UUIDField

if TYPE_CHECKING:
    UuidLookup = Lookup[UUID]
else:
    UuidLookup = Lookup


@ForeignObject.register_lookup
@UUIDField.register_lookup
class AnyOf(UuidLookup):
    """``pk__any_of=ids``: one of these ids, as one value of the statement however many they are.

    ``pk__in`` makes a value of each: three thousand take longer to write down than to look up.
    """

    lookup_name = "any_of"
    prepare_rhs = False
    rhs: Sequence[UUID]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            ids = ",".join([one.hex for one in self.rhs])
            return f"{column} = ANY(%s::uuid[])", [*params, f"{{{ids}}}"]
        ids = json.dumps([one.hex for one in self.rhs])
        # SQLite keeps an id as its 32 hexadecimal digits.
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, ids]  # noqa: S608
