"""What stands around every page is written once for what it shows, never for somebody else."""

from __future__ import annotations

import re

import pytest
from django.test import RequestFactory
from django.utils import translation
from markupsafe import Markup

from anlan.ui.jinja import once
from anlan.ui.shell import Fields, Group, Item, Shell, shell


def test_a_piece_is_written_once_for_each_key_and_language() -> None:
    written: list[str] = []

    def piece() -> Markup:
        written.append(translation.get_language() or "")
        return Markup("<p></p>")

    for language in ("en", "zh-hans", "en"):
        with translation.override(language):
            once("test", 1, caller=piece)
            once("test", 2, caller=piece)
    assert written == ["en", "en", "zh-hans", "zh-hans"]


@pytest.mark.parametrize(
    "other",
    [
        {"count": 4}, {"hot": True}, {"label": "台账"}, {"url": "/other/"}, {"icon": "bell"},
        {"phone": True},
    ],
)  # fmt: skip
def test_navigation_that_shows_something_else_is_another(other: dict[str, object]) -> None:
    usual: dict[str, object] = {"label": "隐患", "url": "/hazards/", "icon": "search", "count": 3}

    def key(line: dict[str, object]) -> object:
        made = Shell(RequestFactory().get("/hazards/"))
        made.__dict__["fields"] = Fields(nav=[Group("", [Item(**line)])])  # type: ignore[arg-type]
        return made.nav_key

    assert key(usual) == key(dict(usual))
    assert key(usual) != key(usual | other)


def test_a_page_has_one_token_and_the_next_another_that_counts_too(client) -> None:
    pages = [client.get("/accounts/login/").content.decode() for _n in range(2)]
    tokens = [set(re.findall(r'csrfmiddlewaretoken" value="(\w{64})"', page)) for page in pages]
    assert [len(each) for each in tokens] == [1, 1]
    assert tokens[0] != tokens[1]


def test_what_a_request_needs_is_made_once() -> None:
    request = RequestFactory().get("/")
    first, second = shell(request), shell(request)
    assert first["csrf_input"] is second["csrf_input"]
    assert str(first["csrf_token"]) == str(second["csrf_token"])
    assert str(first["csrf_token"]) in str(first["csrf_input"]), "one token a page"
