"""What a drop-down offers where there may be more than anybody reads through: never cut unsaid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

ModelT = TypeVar("ModelT", bound=Model)


def first_of(rows: QuerySet[ModelT], most: int) -> tuple[list[ModelT], int]:
    """The first so many rows, and how many are left; counted only where some are."""
    found = list(rows[: most + 1])
    left = rows.count() - most if len(found) > most else 0
    return found[:most], left


def words_of(left: int) -> str:
    """What to say of those that are left; nothing where none are."""
    if not left:
        return ""
    return _("and %(n)d more, not listed here") % {"n": left}


def tell(form: forms.BaseForm, name: str, left: int) -> None:
    """Say at a field of boxes how many it doesn't show."""
    if left:
        field = form.fields[name]
        field.help_text = " ".join(filter(None, (str(field.help_text), words_of(left))))


def rest(left: int) -> list[tuple[Any, Any]]:
    """The last line of a drop-down that was cut: a group of nothing, which can't be chosen."""
    return [(words_of(left), [])] if left else []


def choices_of(
    rows: QuerySet[ModelT], most: int, label: Callable[[ModelT], Any]
) -> list[tuple[Any, Any]]:
    """The choices of a drop-down, by id; where it is cut, its last line says so."""
    found, left = first_of(rows, most)
    return [*((str(row.pk), label(row)) for row in found), *rest(left)]
