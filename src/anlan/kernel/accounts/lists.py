"""Lists as each person keeps them: their columns, their saved filters and those of their units.

A list takes part with three lines: it registers its address when its module is imported, takes its
columns from ``kept``, and draws ``ui.kept_lists`` and ``ui.column_chooser``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve, reverse

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.kernel.accounts import gate, held, policy
from anlan.kernel.accounts.models import FILTER_QUERY_CHARS_MAX, ColumnChoice, SavedFilter
from anlan.ui.lists import PLACE, Column, chosen

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
        return reverse("accounts:drop_filter", args=[self.pk])


class Kept:
    """One list, as the person who looks at it keeps it."""

    def __init__(self, request: HttpRequest, columns: Sequence[Column] = ()) -> None:
        self.path = request.path
        self.query = request.GET.urlencode()
        self.every = list(columns)
        self._by = gate.actor_of(request)
        self._asked = request.GET.get("cols", "")
        page = page_of(request.path)
        assert page is not None, f"{request.path} is not registered"
        self.page = page
        self.save_url = reverse("accounts:save_filter")
        self.columns_url = reverse("accounts:keep_columns")

    @cached_property
    def columns(self) -> list[Column]:
        """Those that the address asks for, else those that were kept, else the list's own."""
        codes = self._asked
        if not codes and self._by.user_id is not None:
            choice = ColumnChoice.objects.filter(user=self._by.user_id, page=self.page).first()
            codes = choice.codes if choice else ""
        return chosen(self.every, codes)

    @cached_property
    def saved(self) -> list[Saved]:
        units = {post.unit_id for post in held.posts(self._by)}
        rows = (
            SavedFilter.objects.filter(Q(user=self._by.user_id) | Q(unit__in=units), page=self.page)
            .select_related("user")
            .order_by("name", "pk")[:SHOWN_MAX]
        )
        found = [
            Saved(row.pk, row.name, f"?{row.query}", row.user_id == self._by.user_id,
                  row.unit_id is not None, row.user.name)
            for row in rows
        ]  # fmt: skip
        return sorted(found, key=lambda one: not one.mine)

    @property
    def may_share(self) -> bool:
        return self._by.unit_id is not None
