"""Rows made the quick way are the rows that Django's constructor makes."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models.fields import NOT_PROVIDED

from anlan.base import bulk

OURS = [model for model in apps.get_models() if model.__module__.startswith("anlan.")]


def _values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_a_row_made_the_quick_way_has_the_same_values(model):
    random = {
        field.attname
        for field in model._meta.concrete_fields
        if callable(field.default) and field.default is not NOT_PROVIDED
    } - {field.attname for field in model._meta.concrete_fields if field.default in (dict, list)}
    quick, slow = _values(bulk.make(model)), _values(model())
    for name in random:
        assert type(quick.pop(name)) is type(slow.pop(name))
    quick = {name: value for name, value in quick.items() if not _from_database(value)}
    slow = {name: value for name, value in slow.items() if not _from_database(value)}
    assert quick == slow


def _from_database(value: object) -> bool:
    return type(value).__name__ == "DatabaseDefault"


def test_rows_share_no_default_that_can_change():
    from anlan.kernel.loop.models import Case

    one, other = bulk.make(Case), bulk.make(Case)
    one.due_rule["kind"] = "date"
    assert other.due_rule == {}


def test_a_twin_is_changed_on_its_own():
    from anlan.kernel.loop.models import Case

    one = bulk.make(Case, number="YH1")
    other = bulk.twin(one, number="YH2")
    assert (one.number, other.number, other.pk) == ("YH1", "YH2", one.pk)
