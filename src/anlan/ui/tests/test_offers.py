"""Drop-downs that don't hold everything say how much they leave out."""

from __future__ import annotations

import pytest
from django import forms
from django.http import QueryDict
from django.utils import translation

from anlan.kernel.regions.models import AssessmentTree
from anlan.ui import offers
from anlan.ui.lists import Choice, Filters

pytestmark = pytest.mark.django_db


@pytest.fixture
def trees() -> object:
    for name in "abc":
        AssessmentTree.objects.create(name=name, valid_from="2024-01-01")
    return AssessmentTree.objects.order_by("name")


def test_a_cut_drop_down_says_how_many_it_leaves_out(trees: object) -> None:
    class Asked(forms.Form):
        tree = forms.ChoiceField()

    with translation.override("en"):
        whole = offers.choices_of(trees, 3, lambda row: row.name)
        cut = offers.choices_of(trees, 2, lambda row: row.name)
        assert [label for _pk, label in whole] == ["a", "b", "c"]
        assert [label for _pk, label in cut[:2]] == ["a", "b"]
        form = Asked({"tree": cut[-1][0]})
        form.fields["tree"].choices = cut
        assert '<optgroup label="and 1 more, not listed here">' in str(form["tree"])
        assert not form.is_valid(), "the line that says so is none to choose"


def test_a_cut_filter_says_so_and_boxes_do(trees: object) -> None:
    class Asked(forms.Form):
        trees = forms.MultipleChoiceField(help_text="Any.")

    with translation.override("en"):
        choice = Choice("tree", "Tree", lambda: offers.choices_of(trees, 1, lambda row: row.name))
        assert [label for _pk, label in choice.pairs()] == ["a"]
        assert choice.listed()[1] == "and 2 more, not listed here"
        assert Filters((choice,), QueryDict(f"tree={choice.listed()[1]}"))["tree"] is None
        form = Asked()
        offers.tell(form, "trees", 2)
        assert form.fields["trees"].help_text == "Any. and 2 more, not listed here"
