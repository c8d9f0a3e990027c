"""Lists as each person keeps them: their columns, their saved filters and those of their units.

A list takes part with three lines: it registers its address when its module is imported, takes its
columns from ``kept``, and draws ``ui.kept_lists`` and ``ui.column_chooser``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import BigIntegerField, CharField, Q
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve

from anlan.base.actor import Actor
from anlan.base.prepared import Prepared, at_once, one_of, sets_of, slot
from anlan.base.refusal import NotFound
from anlan.kernel.accounts import gate, held, policy
from anlan.kernel.accounts.models import FILTER_QUERY_CHARS_MAX, ColumnChoice, SavedFilter
from anlan.ui.addresses import address
from anlan.ui.lists import PLACE, Column, chosen
from anlan.ui.pages import is_htmx

#: Saved filters that a menu shows: one's own, then those of one's units.
SHOWN_MAX = 60
#: Address name of a view → the list that it shows.
_PAGES: dict[str, str] = {}


def register(*views: str, page: str = "") -> None:
    """Let the list behind these addresses be kept; several share one ``page``."""
    for view in views:
        _PAGES[view] = page or view


def page_of(path: str) -> str | None:
    """The list that a path of ours shows."""
    try:
        return _PAGES.get(resolve(path).view_name)
    except Resolver404:
        return None


def demand(path: str, by: Actor) -> str:
    """The list behind a path that a form names. NotFound unless ``by`` may open it."""
    page = page_of(path)
    if page is None:
        raise NotFound
    permission = gate.declared(resolve(path).func)
    if not permission or not policy.may(by, permission):
        raise NotFound
    return page


def query_of(text: str) -> str:
    """What of an address's query narrows a list: not where in it one was, nor the columns."""
    params = QueryDict(text.lstrip("?")[: 2 * FILTER_QUERY_CHARS_MAX], mutable=True)
    for name in (*PLACE, "cols"):
        params.pop(name, None)
    for name in [name for name in params if not params[name]]:
        del params[name]
    return params.urlencode()


@dataclass(frozen=True)
class Saved:
    """A saved filter as a menu shows it."""

    pk: int
    name: str
    #: Holds for whatever area or page the list is open at.
    url: str
    mine: bool
    shared: bool
    #: Whose it is, where that is somebody else.
    who: str

    @property
    def drop_url(self) -> str:
        return address("accounts:drop_filter", self.pk)


_kept_columns = Prepared(
    lambda: (
        ColumnChoice.objects.filter(
            user=slot("user", BigIntegerField()), page=slot("page", CharField())
        )
        .order_by()
        .values_list("codes")
    )
)
#: Filters of a person's own, and those shared in units of theirs.
_SAVED = ("pk", "name", "query", "user_id", "unit_id", "user__name")
_saved = Prepared(
    lambda: (
        SavedFilter.objects.filter(
            Q(user=slot("user", BigIntegerField())) | one_of("unit", "unit", BigIntegerField()),
            page=slot("page", CharField()),
        )
        .order_by("name", "pk")
        .values_list(*_SAVED)[:SHOWN_MAX]
    )
)


class Kept:
    """One list, as the person who looks at it keeps it."""

    def __init__(self, request: HttpRequest, columns: Sequence[Column] = ()) -> None:
        self._request = request
        self.path = request.path
        self.query = request.GET.urlencode()
        self.every = list(columns)
        self._by = gate.actor_of(request)
        self._asked = request.GET.get("cols", "")
        match = request.resolver_match
        page = _PAGES.get(match.view_name) if match else page_of(request.path)
        assert page is not None, f"{request.path} is not registered"
        self.page = page
        self.save_url = address("accounts:save_filter")
        self.columns_url = address("accounts:keep_columns")

    @cached_property
    def columns(self) -> list[Column]:
        """Those that the address asks for, else those that were kept, else the list's own."""
        kept, _filters = self._read
        return chosen(self.every, self._asked or (kept[0][0] if kept else ""))

    @cached_property
    def _read(self) -> tuple[list[Any], list[Any]]:
        """The columns and filters that are kept."""
        if self._by.user_id is None:
            return [], []
        mine = {"user": self._by.user_id, "page": self.page}
        if is_htmx(self._request):
            # A part of a page has no menu of filters.
            return _kept_columns.rows(**mine), []
        units = sorted({post.unit_id for post in held.posts(self._by)})
        first, *more = sets_of("unit", units, -1)
        columns, filters = at_once([_kept_columns, _saved], **mine, **first)
        for each in more:
            filters += _saved.rows(**mine, **each)
        return columns, filters

    @cached_property
    def saved(self) -> list[Saved]:
        _columns, found = self._read
        rows = {row[0]: row for row in found}
        filters = [
            Saved(pk, name, f"?{query}", user_id == self._by.user_id, unit_id is not None, who)
            for pk, name, query, user_id, unit_id, who in rows.values()
        ]
        return sorted(filters, key=lambda one: (not one.mine, one.name, one.pk))[:SHOWN_MAX]

    @property
    def may_share(self) -> bool:
        return self._by.unit_id is not None
