"""Naming an enterprise in a form: looked for by its words, or written in full."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.text import plain
from anlan.domain.enterprises.models import NAME_CHARS_MAX, Enterprise
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.fields import Seen
from anlan.ui.forms import PickerInput

#: Digits of an id: a credit code has 18 signs, some of them letters, and may be digits alone.
ID_CHARS_MAX = 12


def codes(names: Collection[str]) -> set[str]:
    return {name.strip().upper() for name in names if name.strip()}


def firms(names: Collection[str], by: Actor, rule: str) -> Mapping[str, Collection[int]]:
    """By what was written, full name or credit code, the ids that it may mean by ``rule``: none,
    one, or several of the same name."""
    rows = policy.permitted(Enterprise.objects.listed(), rule, by).order_by()
    by_code: dict[str, set[int]] = defaultdict(set)
    for chunk in bulk.slices(sorted(codes(names))):
        for pk, code in rows.filter(credit_code__in=chunk).values_list("pk", "credit_code"):
            by_code[str(code)].add(pk)
    by_name: dict[str, set[int]] = defaultdict(set)
    for chunk in bulk.slices(sorted({plain(name) for name in names if plain(name)})):
        for pk, name in rows.filter(plain_name__in=chunk).values_list("pk", "plain_name"):
            by_name[name].add(pk)
    return {
        name: by_code.get(name.strip().upper()) or by_name.get(plain(name)) or set()
        for name in names
    }


class FirmField(Seen, forms.CharField):
    """An enterprise that ``rule`` lets one act upon: its id, or None.

    The picker sends an id; a full name or a credit code that was typed or pasted does as well.
    """

    def __init__(self, *, rule: str, **more: Any) -> None:
        self.rule = rule
        widget = PickerInput(
            gettext_lazy("Words of its name, or its credit code"),
            reverse_lazy("enterprises:pick"),
        )
        more.setdefault("label", gettext_lazy("Enterprise"))
        super().__init__(max_length=NAME_CHARS_MAX, widget=widget, **more)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        assert self.by is not None, "say with chosen_by() whose form it is"
        if is_id(text):
            rows = policy.permitted(Enterprise.objects.listed(), self.rule, self.by)
            found = list(rows.filter(pk=int(text)).values_list("pk", flat=True))
        else:
            found = list(firms([text], self.by, self.rule)[text])
        if len(found) != 1:
            raise forms.ValidationError(
                _("Several enterprises are called so: choose one from the list.")
                if found
                else _("No enterprise that you answer for is called so. Look in the register.")
            )
        return found[0]

    def named(self, value: Any) -> str:
        """What a chosen id is called; what was typed, as it was."""
        text = str(value or "")
        if self.by is None or not is_id(text):
            return text
        rows = policy.permitted(Enterprise.objects.all(), "enterprise.view", self.by)
        return rows.filter(pk=int(text)).values_list("name", flat=True).first() or ""


def is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= ID_CHARS_MAX
