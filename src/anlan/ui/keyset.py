"""Paging by the last row seen: as fast on page 4,000 as on page 1, and it counts nothing.

A list that grows while somebody pages through it neither repeats nor skips a row.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, Model, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.base.limits import PAGE_ROWS
from anlan.base.refusal import Unreadable

M = TypeVar("M", bound=Model)
CURSOR_CHARS_MAX = 1_000


@dataclass(frozen=True)
class Key:
    """One column of the order. Where it can be empty, empty comes last in either direction.

    Prefer columns that are never empty: an index serves those on both databases.
    """

    field: str
    descending: bool = False
    nullable: bool = False

    @classmethod
    def parse(cls, text: str) -> Key:
        """``"case__due_on"``, ``"-found_on"``; a ``?`` at the end says that it can be empty."""
        return cls(text.lstrip("-").removesuffix("?"), text.startswith("-"), text.endswith("?"))

    def order(self, back: bool) -> Any:
        descending = self.descending != back
        if not self.nullable:
            return F(self.field).desc() if descending else F(self.field).asc()
        nulls: dict[str, Any] = {"nulls_first": True} if back else {"nulls_last": True}
        return F(self.field).desc(**nulls) if descending else F(self.field).asc(**nulls)

    def beyond(self, value: Any, back: bool) -> Q:
        """Rows that come after ``value`` (before it, when ``back``)."""
        empty = Q(**{f"{self.field}__isnull": True})
        if value is None:
            return ~empty if back else Q(pk__in=())
        after = Q(**{f"{self.field}__{'lt' if self.descending != back else 'gt'}": value})
        return after | empty if self.nullable and not back else after

    def same(self, value: Any) -> Q:
        return Q(**({f"{self.field}__isnull": True} if value is None else {self.field: value}))


@dataclass(frozen=True)
class Page(Generic[M]):
    rows: list[M]
    #: Cursors for ``?before=`` and ``?after=``; empty where there is nothing further.
    before: str
    after: str

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)


@dataclass(frozen=True)
class Keyset:
    """An order whose last key is unique, so that every row has one place."""

    keys: tuple[Key, ...]

    @classmethod
    def by(cls, *fields: str) -> Keyset:
        """``Keyset.by("case__due_on", "-pk")``."""
        assert fields[-1].lstrip("-") in ("pk", "id", "case_id", "code"), "end with a unique key"
        return cls(tuple(Key.parse(field) for field in fields))

    def turned(self) -> Keyset:
        """The same order the other way round (what is empty stays last)."""
        return Keyset(tuple(replace(key, descending=not key.descending) for key in self.keys))

    def page(self, rows: QuerySet[M], params: Any, size: int = PAGE_ROWS) -> Page[M]:
        """The page that ``params`` (request.GET) asks for: one query of ``size + 1`` rows."""
        back = bool(params.get("before"))
        cursor = params.get("before") or params.get("after") or ""
        if cursor:
            rows = rows.filter(self._beyond(self._read(cursor, rows.model), back))
        found = list(rows.order_by(*(key.order(back) for key in self.keys))[: size + 1])
        more, found = len(found) > size, found[:size]
        if back:
            found.reverse()
        if not found:
            # Everything on that side went away: offer the way back to the beginning.
            return Page([], "", "")
        return Page(
            found,
            before=self._write(found[0]) if (more if back else bool(cursor)) else "",
            after=self._write(found[-1]) if (more or back) else "",
        )

    def _beyond(self, values: Sequence[Any], back: bool) -> Q:
        """(a > x) or (a = x and b > y) …, with a >= x before it for the index to start from."""
        beyond, same = Q(pk__in=()), Q()
        for key, value in zip(self.keys, values, strict=True):
            beyond |= same & key.beyond(value, back)
            same &= key.same(value)
        first = self.keys[0]
        if first.nullable or len(self.keys) == 1:
            return beyond
        bound = "lte" if first.descending != back else "gte"
        return Q(**{f"{first.field}__{bound}": values[0]}) & beyond

    def _write(self, row: Model) -> str:
        values = [_value(row, key.field) for key in self.keys]
        text = json.dumps(values, cls=DjangoJSONEncoder, separators=(",", ":"), ensure_ascii=False)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _read(self, cursor: str, model: type[Model]) -> list[Any]:
        try:
            _must(len(cursor) <= CURSOR_CHARS_MAX)
            padded = cursor + "=" * (-len(cursor) % 4)
            values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            _must(isinstance(values, list) and len(values) == len(self.keys))
            return [_typed(model, key, value) for key, value in zip(self.keys, values, strict=True)]
        except (ValueError, TypeError, OverflowError, ValidationError) as error:
            raise Unreadable(
                field=_("page"), reason=_("this address is incomplete; begin at the first page")
            ) from error


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _must(holds: bool) -> None:
    if not holds:
        raise ValueError("cursor")


def _typed(model: type[Model], key: Key, value: Any) -> Any:
    """A cursor comes from outside: each value is read as its column's type, or refused."""
    if value is None:
        _must(key.nullable)
        return None
    names = key.field.split("__")
    for i, name in enumerate(names):
        try:
            field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        except FieldDoesNotExist:
            assert i == len(names) - 1, "an annotation can only be a column of its own"
            _must(isinstance(value, str | int | float))
            return value
        if i < len(names) - 1:
            assert field is not None
            assert field.related_model is not None
            model = field.related_model
    while field.remote_field is not None:  # a key that is itself a relation, as in one-to-one
        field = field.target_field  # type: ignore[union-attr]
    _must(isinstance(value, int | float | str) and "\x00" not in str(value))
    typed = field.to_python(value)
    _must(not isinstance(typed, int) or abs(typed) < 2**63)
    return typed
