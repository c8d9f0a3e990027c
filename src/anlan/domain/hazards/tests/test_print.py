"""What stands on paper beside a list or a hazard: who printed it, when, and its filters in words."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import translation

from anlan.ui.keyset import Page
from anlan.ui.lists import Filters, Search
from anlan.ui.parts import part

DAY = date(2026, 11, 2)


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def head(text):
    (found,) = re.findall(r'<div class="[^"]*print-page[^"]*">.*?</div>', text, re.S)
    return found


@pytest.mark.once
@pytest.mark.parametrize("path", ["/hazards/", "/work/", "/enterprises/", "/inbox/"])
def test_a_list_says_on_paper_who_printed_it_and_when(client_of, path):
    found = head(page(client_of("office"), path))
    assert "print-only" in found
    assert "Printed by office" in found
    assert re.search(r"data-printed>20\d\d-\d\d-\d\d \d\d:\d\d<", found)


def test_a_hazards_page_says_so_too(stage, client_of):
    play = stage()
    play.do(DAY, "inspector", "find")
    assert "Printed by inspector" in head(page(client_of("inspector"), f"/hazards/{play.pk}/"))


def test_filters_are_on_paper_in_words(client_of):
    client = client_of("office")
    shown = page(client, "/hazards/?late=1&q=%E9%98%80%E9%97%A8")
    chips = re.search(r'<p class="chips">.*?</p>', shown, re.S)
    assert chips
    assert "Filters:" in chips[0]
    assert "阀门" in chips[0]
    assert "Filters: none" not in shown
    assert "Filters: none, everything the reader may see" in page(client, "/hazards/")


def test_the_words_come_with_the_list_when_it_alone_is_fetched_again(client_of):
    shown = client_of("office").get("/hazards/?late=1", headers={"hx-request": "true"})
    assert "Filters:" in shown.content.decode()


@pytest.mark.parametrize(("after", "told"), [("x", True), (None, False)])
def test_a_page_of_several_says_so_on_paper(after, told):
    filters = Filters((Search("q", "text"),), QueryDict())
    with translation.override("en"):
        shown = part("pager", Page([1, 2], None, after), filters, "#list")
    assert ("2 rows" in shown) == told


def test_a_name_cannot_break_out_of_the_line(cast, client_of):
    user = cast.users["office"]
    client = client_of("office")
    type(user).objects.filter(pk=user.pk).update(name="<b>张三")
    found = head(page(client, "/hazards/"))
    assert "<b>张三" not in found
    assert "&lt;b&gt;张三" in found


def test_nobody_is_named_before_signing_in(db):
    text = Client().get("/accounts/login/").content.decode()
    assert "print-page" not in text
