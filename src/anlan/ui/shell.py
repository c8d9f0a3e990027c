"""What stands around every page: navigation, counts, the worker's health, the reader's wishes.

The kernel knows more than this folder may import, so it is told by name: ``UI_SHELL`` in the
settings lists functions that take the request and return fields of ``Shell``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string

THEMES = ("light", "dark")
SIZES = ("large",)


@dataclass(frozen=True)
class Item:
    """One line of the navigation."""

    label: str | Promise
    url: str
    icon: str
    count: int | None = None
    #: Red instead of grey: something is late.
    hot: bool = False
    #: One of the (at most four) that stand at the bottom of a phone.
    phone: bool = False


@dataclass(frozen=True)
class Group:
    label: str | Promise
    items: Sequence[Item]
    #: Opens at a press, or where one of its pages is shown.
    folded: bool = False


@dataclass(frozen=True)
class Fields:
    """What the functions of ``UI_SHELL`` may fill in. Each empty one leaves its place empty."""

    nav: Sequence[Group] = ()
    #: Another for each ``nav`` that shows something else, where that is known.
    nav_number: int | None = None
    home_url: str = "/"
    #: The office's own name, under ours.
    office: str = ""
    person: str = ""
    #: Tells a script whether the same person looks at two pages.
    person_key: str = ""
    posts: str = ""
    account_url: str = ""
    sign_in_url: str = ""
    sign_out_url: str = ""
    inbox_url: str = ""
    inbox_count: int = 0
    #: Answers ``?q=`` with ``<a class="option">`` lines (macro ``palette_options``).
    palette_url: str = ""
    #: Where the whole search page is, for those without script.
    search_url: str = ""
    worker_at: datetime | None = None
    worker_ok: bool | None = None
    health_url: str = ""
    #: 审图号, record number and whatever else must stand at the foot of each page.
    footers: Sequence[str | Promise] = ()


def all_shown(nav: Sequence[Group]) -> tuple[Any, ...]:
    """What a navigation shows, in this thread's language."""
    return tuple(
        (group.folded, str(group.label), *(
            (item.url, str(item.label), item.icon, item.count, item.hot, item.phone)
            for item in group.items
        ))
        for group in nav
    )  # fmt: skip


class Shell:
    """Made for each page and asked for nothing until the base template needs it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def fields(self) -> Fields:
        fields = Fields()
        for name in getattr(settings, "UI_SHELL", ()):
            fields = replace(fields, **import_string(name)(self.request))
        return fields

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.fields, name)

    @cached_property
    def here(self) -> str:
        """The navigation address that covers this page: the longest that begins its path."""
        path = self.request.path
        fitting = (
            item.url
            for group in self.nav
            for item in group.items
            if path == item.url or (item.url != "/" and path.startswith(item.url))
        )
        return max(fitting, key=len, default="")

    @cached_property
    def phone(self) -> list[Item]:
        """The lines at a phone's foot: those marked for it; of a post that has none, its first."""
        items = [item for group in self.nav for item in group.items]
        return ([item for item in items if item.phone] or items)[:4]

    @cached_property
    def nav_key(self) -> tuple[Any, ...]:
        """All that the navigation shows: two pages with the same key have the same lines."""
        if self.nav_number is not None:
            return self.here, self.nav_number
        return self.here, *all_shown(self.nav)

    @property
    def at(self) -> datetime:
        """When this page was made, for its print; a script puts in when it was printed."""
        return timezone.localtime().replace(microsecond=0)

    @property
    def theme(self) -> str:
        return _one_of(self.request.COOKIES.get("anlan-theme"), THEMES)

    @property
    def size(self) -> str:
        return _one_of(self.request.COOKIES.get("anlan-size"), SIZES)

    @property
    def slim(self) -> bool:
        return self.request.COOKIES.get("anlan-nav") == "slim"


def _one_of(value: str | None, known: Sequence[str]) -> str:
    return value if value and value in known else ""


class Token:
    """The page's token against forged requests, made once: each look at Django's masks it anew."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def text(self) -> str:
        return get_token(self._request)

    def __html__(self) -> str:
        return self.text

    __str__ = __html__


class TokenField:
    """The same as a form's hidden field."""

    def __init__(self, token: Token) -> None:
        self._token = token

    def __html__(self) -> str:
        return f'<input type="hidden" name="csrfmiddlewaretoken" value="{self._token}">'

    __str__ = __html__


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor of the Jinja2 engine: one of each a request, however many templates."""
    own: Any = request
    if not hasattr(own, "anlan_shell"):
        own.anlan_shell = Shell(request)
    if not hasattr(own, "anlan_tokens"):
        token = Token(request)
        own.anlan_tokens = {"csrf_token": token, "csrf_input": TokenField(token)}
    return {"shell": own.anlan_shell, **own.anlan_tokens}
