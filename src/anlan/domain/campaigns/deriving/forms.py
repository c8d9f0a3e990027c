"""Typing which items a line carries out, by their numbers. A form only reads; commands refuse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.domain.campaigns.carrying.forms import Seen
from anlan.domain.campaigns.deriving.commands import ITEMS_MAX, Named
from anlan.domain.campaigns.models import Line

CHARS_MAX = 300
_BETWEEN = re.compile(r"[、,，;；\s]+")
_RANGE = re.compile(r"(\d{1,4})(?:[-–—~～至到](\d{1,4}))?")


class ItemsForm(Seen):
    """A field for each line of a page; in it the numbers of items as the page numbers them."""

    def __init__(
        self, *args: Any, lines: Sequence[Line], items: Sequence[Line], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.lines, self.items = lines, items
        for n, line in enumerate(lines):
            self.fields[f"items_{n}"] = forms.CharField(
                label=line.title, required=False, max_length=CHARS_MAX,
                widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.rows: list[Named] = []
        for n, line in enumerate(self.lines):
            name = f"items_{n}"
            try:
                places = numbers(data.get(name) or "", len(self.items))
            except ValueError as wrong:
                self.add_error(name, str(wrong))
            else:
                self.rows.append(Named(line.pk, tuple(self.items[k - 1].pk for k in places)))
        return data

    @property
    def shown(self) -> list[tuple[Line, Any]]:
        return [(line, self[f"items_{n}"]) for n, line in enumerate(self.lines)]


def numbers(text: str, largest: int) -> list[int]:
    """“1、3-5” as the numbers that it names; ValueError says what can't be read."""
    found: dict[int, None] = {}
    for word in _BETWEEN.split(text.strip().strip("、,，;；")):
        if not word:
            continue
        match = _RANGE.fullmatch(word)
        if match is None:
            raise ValueError(_("“%(word)s” is no number; write like 1、3-5.") % {"word": word})
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= largest:
            words = {"word": word, "n": largest}
            raise ValueError(_("There is no item %(word)s: they go from 1 to %(n)d.") % words)
        found |= dict.fromkeys(range(first, last + 1))
    if len(found) > ITEMS_MAX:
        raise ValueError(_("A line carries out at most %(n)d items of a plan.") % {"n": ITEMS_MAX})
    return list(found)


def said(places: Sequence[int]) -> str:
    return "、".join(str(place) for place in sorted(places))


SOURCE = gettext_lazy("Plan or text above")
