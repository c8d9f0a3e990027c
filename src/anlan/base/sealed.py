"""Sensitive values in columns: encrypted, bound to their place, found by a keyed sum (S30).

    class Person(models.Model):
        phone = SealedField(blank=True)
        phone_sum = models.CharField(max_length=64, blank=True, db_index=True)

    sealed.put(person, "phone", "138 0000 0001")      # the row has its key already
    sealed.read(person, "phone")                       # Tampered where it was moved here
    Person.objects.filter(sealed.same(Person, "phone", "13800000001"))

A value is opened by name, where somebody wrote that it is: no query and no template opens one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeGuard

from django.db import models
from django.db.models import Q

from anlan.base import crypto

PURPOSE = "field"
SUM_CHARS = 64
#: The key under which a sealed cell of a JSON column stands.
CELL = "sealed"
_MOBILE = r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"
_IDENTITY = r"(?<!\d)[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![\dXx])"
_NUMBERS = re.compile(f"{_MOBILE}|{_IDENTITY}")
_DIGITS = re.compile(r"\d{4}")
DIGITS_MIN = 11
_HEADERS = re.compile("电话|手机|联系方式|身份证|证件号|病史|健康|体检|phone|mobile|id ?card", re.I)


class SealedField(models.TextField):  # type: ignore[type-arg]
    """Holds a ciphertext that only this table, column and row opens; empty where there is none.

    A column beside it called ``<name>_sum`` makes equal values findable.
    """


def place(row: models.Model, name: str) -> str:
    """What a value is bound to. The row must have its key."""
    assert row.pk is not None, "a value is bound to its row, so the row is made first"
    field = row._meta.get_field(name)
    assert isinstance(field, SealedField), name
    return f"{row._meta.db_table}.{field.column}:{row.pk}"


def put(row: models.Model, name: str, value: str) -> None:
    """Seal a value into a row that has its key, with its sum; nothing is saved."""
    folded = plain(value)
    setattr(row, name, crypto.seal_text(folded, place(row, name), PURPOSE) if folded else "")
    setattr(row, f"{name}_sum", sum_of(type(row), name, value))


def read(row: models.Model, name: str) -> str:
    """Raises Tampered where the ciphertext was changed, or comes from another place."""
    found: str = getattr(row, name)
    return crypto.unseal_text(found, place(row, name), PURPOSE) if found else ""


def same(model: type[models.Model], name: str, value: str) -> Q:
    """Rows with this very value. An empty one is like none."""
    wanted = sum_of(model, name, value)
    return Q(**{f"{name}_sum": wanted}) if wanted else Q(pk__in=[])


def sum_of(model: type[models.Model], name: str, value: str) -> str:
    """Of another column the sum of the same value is another one: tables can't be joined by it."""
    folded = plain(value)
    return crypto.blind(folded, f"{model._meta.db_table}.{name}") if folded else ""


def plain(value: str) -> str:
    """A number as it is compared: half width, without blanks and hyphens."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", value)).upper()


def cells(raw: Mapping[str, Any], bound: str) -> dict[str, Any]:
    """A row of a workbook with its sensitive cells sealed: by heading, or by what they hold.

    bound:  "table.column:key" of the row; each cell is bound to its heading as well.
    """
    return {
        name: {CELL: crypto.seal_text(str(value), f"{bound}:{name}", PURPOSE)}
        if value not in (None, "") and is_sensitive(name, value)
        else value
        for name, value in raw.items()
    }


def is_sensitive(name: str, value: object) -> bool:
    if _says_so(name):
        return True
    text = str(value)
    return _may_hold_one(text) and bool(_NUMBERS.search(text))


def _may_hold_one(text: str) -> bool:
    """An import asks this of each cell: most are too short, or have no digits in a row."""
    return len(text) >= DIGITS_MIN and bool(_DIGITS.search(text))


def without_numbers(text: str) -> str:
    """A text with telephone and identity numbers hidden, for where it is only quoted."""
    return _NUMBERS.sub("••••", text) if _may_hold_one(text) else text


@lru_cache(maxsize=4_096)
def _says_so(name: str) -> bool:
    return bool(_HEADERS.search(name))


def is_closed(value: object) -> TypeGuard[dict[str, str]]:
    """Whether ``cells`` sealed it."""
    return isinstance(value, dict) and value.keys() == {CELL}


def quoted(raw: Mapping[str, Any], bound: str) -> dict[str, Any]:
    """A row as it may be quoted: of a text the words without the numbers, and None for a cell that
    its heading calls sensitive."""
    texts = opened(raw, bound)
    return {
        name: texts[name] if not is_closed(value)
        else None if _says_so(name)
        else without_numbers(texts[name])
        for name, value in raw.items()
    }  # fmt: skip


def opened(raw: Mapping[str, Any], bound: str) -> dict[str, Any]:
    """The inverse of ``cells``."""
    return {
        name: crypto.unseal_text(value[CELL], f"{bound}:{name}", PURPOSE)
        if is_closed(value)
        else value
        for name, value in raw.items()
    }
