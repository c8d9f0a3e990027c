"""Long lists of records that are cases: their keys are read by branches, from the cases alone.

    REGISTER = Register(Hazard, LOOPS, rows_of)
    page = REGISTER.page_of(lambda: Wanted(where, branches), order, params)

A record's primary key is its case, so a condition on the case needs no other table. Only the rows
of one page are then read whole.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cache, cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import F, Model, Q, QuerySet, UUIDField
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from anlan.base import planner
from anlan.base.memory import Memory
from anlan.base.statements import Found
from anlan.kernel.loop.models import Case
from anlan.kernel.loop.worklist import Wanted
from anlan.ui.keyset import Branches, Keyset, Page

M = TypeVar("M", bound=Model)

#: Lists by who may read them and how they are narrowed; one takes some 20 kB.
LISTS_KEPT_MAX = 500
#: What a record calls its case's columns, and what the case does.
_COLUMNS = {
    f"case__{name}": name
    for field in Case._meta.concrete_fields
    for name in {field.name, field.attname}
}
#: Columns that have an index which a list in another order had better not use.
_INDEXED = ("path", "sector_id", "unit_id", "batch_id", "enterprise_id", "due_on")
#: The indexes on deadlines are of open cases and of unsettled ones, so that in their order these
#: must be seen.
_PARTIAL = ("unsettled", "is_open")


class Register(Generic[M]):
    """The long lists of one capability's records.

    model:  records whose primary key is their case.
    kinds:  of their cases.
    whole:  the records with these keys as a page shows them, in any order.
    """

    def __init__(
        self,
        model: type[M],
        kinds: Iterable[str],
        whole: Callable[[Sequence[Any]], Iterable[M]],
    ) -> None:
        self._model, self._kinds, self._whole = model, sorted(kinds), whole
        self._lists: Memory[Branches[M]] = Memory(LISTS_KEPT_MAX)

    def page_of(
        self, wanted: Callable[[], Wanted], order: Keyset, params: Any, key: Hashable = None
    ) -> Page[M]:
        """A page of what is wanted, in ``order``.

        key:  all that ``wanted`` depends on, where it asks the database for nothing; else None.
        """
        by_due = order.keys[0].field == "case__due_on"
        read = self._lists.get((key, by_due)) if key is not None else None
        if read is None:
            read = self._branches(wanted(), by_due, key)
            if key is not None:
                self._lists.put((key, by_due), read)
        return order.page_of(read, params, whole=self._whole)

    def keys(self, where: Q, order: Keyset) -> QuerySet[Any, UUID]:
        """The keys of all records that fulfil ``where``, in ``order``.

        Of the cases alone where that will do: to put three million wide rows in order takes a
        minute.
        """
        where = by_key(where)
        rows = self._cases(where) if is_of_case(where) else self._rows().filter(where)
        return rows.order_by(*(key.order(False) for key in order.keys)).values_list("pk", flat=True)

    def _rows(self) -> QuerySet[M]:
        return self._model._default_manager.all()

    def _branches(self, wanted: Wanted, by_due: bool, key: Hashable) -> Branches[M]:
        narrowed, branches, probe, few, last = wanted
        where = narrowed if last is None else narrowed & last
        branches = [by_key(branch) for branch in branches]

        def wide(branch: Q) -> QuerySet[M]:
            return self._unindexed(by_due).filter(_renamed(where, by_due), _renamed(branch, by_due))

        alone = all(map(is_of_case, branches))
        probe = narrowed if probe is None else probe
        by_case = alone and is_of_case(narrowed)
        return Branches(
            self._rows().filter(where),
            branches,
            probe=self._cases(probe) if alone and is_of_case(probe) else self._rows().filter(probe),
            keys=self._cases(where) if alone and is_of_case(where) else None,
            turns=(self._cases(narrowed), self._held(last)) if last and by_case else None,
            few=few,
            wide=wide if connection.vendor == "sqlite" else None,
            key=key,
        )

    def _held(self, last: Q) -> QuerySet[Any]:
        """The record in question if it fulfils ``last``."""
        return self._rows().filter(last, Exact(F("pk"), Found(UUIDField()))).values("pk").order_by()

    def _cases(self, where: Q) -> QuerySet[Case]:
        """The records' cases, under the records' names: for who asks no more, half the tables."""
        named = where.connector == Q.AND and not where.negated and any(
            isinstance(child, tuple) and child[0] in ("case__kind", "case__kind__in")
            for child in where.children
        )  # fmt: skip
        return (_every_case() if named else self._own_cases).filter(where)

    @cached_property
    def _own_cases(self) -> QuerySet[Case]:
        return _every_case().filter(kind__in=self._kinds)

    def _unindexed(self, by_due: bool) -> QuerySet[M]:
        """Records with ``read_path`` and the like: the case's own, but no index serves them.

        SQLite takes the index on paths wherever it can, and then sorts: of an area with many rows
        it must read the index in the list's order instead, for a page is full after a few of those.
        """
        rows: QuerySet[M] = self._rows().annotate(
            **{
                f"read_{name}": Coalesce(f"case__{name}", f"case__{name}")
                for name in _hidden(by_due)
            }
        )
        return rows


@cache
def _every_case() -> QuerySet[Case]:
    """All cases under a record's names; to put that together takes longer than to read a page."""
    return Case.objects.annotate(**{name: F(own) for name, own in _COLUMNS.items()})


def by_key(where: Q) -> Q:
    """A condition on which case it is, as one on the key, which records and cases share."""
    parts: list[Any] = []
    for child in where.children:
        if isinstance(child, Q):
            parts.append(by_key(child))
        elif isinstance(child, tuple) and child[0] == "case__in":
            parts.append(("pk__in", child[1]))
        else:
            parts.append(child)
    return Q(*parts, _connector=where.connector, _negated=where.negated)


def is_of_case(where: Q) -> bool:
    """Whether a condition asks a record's case alone."""
    for child in where.children:
        if isinstance(child, Q):
            if not is_of_case(child):
                return False
        elif not isinstance(child, tuple) or _column(str(child[0])) is None:
            return False
    return True


def _column(name: str) -> str | None:
    """The case's column that a lookup starts from."""
    parts = name.split("__")
    if parts[0] == "pk":
        return "pk"
    # One lookup may follow, but no relation.
    for length in (len(parts), len(parts) - 1):
        if own := _COLUMNS.get("__".join(parts[:length])):
            return own
    return None


def _hidden(by_due: bool) -> tuple[str, ...]:
    return _INDEXED if by_due else _INDEXED + _PARTIAL


def _renamed(where: Q, by_due: bool) -> Q:
    """``where`` over the columns of ``_unindexed``."""
    parts: list[Any] = []
    for child in where.children:
        if not isinstance(child, tuple):
            # An expression names no column of the case that has an index.
            parts.append(_renamed(child, by_due) if isinstance(child, Q) else child)
            continue
        name, value = str(child[0]), child[1]
        if isinstance(value, QuerySet):
            # A page is full after a few rows.
            parts.append(planner.exists(name, value))
            continue
        column = name.removeprefix("case__")
        for hidden in _hidden(by_due):
            if name != column and (column == hidden or column.startswith(f"{hidden}__")):
                name = f"read_{column}"
        parts.append((name, value))
    return Q(*parts, _connector=where.connector, _negated=where.negated)
