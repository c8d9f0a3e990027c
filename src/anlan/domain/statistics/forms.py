"""Forms of the analysis: saving a view, and what the office sets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.statistics.asked import STEPS
from anlan.domain.statistics.models import (
    NAME_CHARS_MAX,
    QUERY_CHARS_MAX,
    TEXT_CHARS_MAX,
    Verdict,
)
from anlan.domain.statistics.settings import DIMENSIONS_MAX
from anlan.domain.statistics.settings import NAME_CHARS_MAX as DIMENSION_CHARS_MAX
from anlan.ui.forms import Form


class SaveView(Form):
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    query = forms.CharField(max_length=QUERY_CHARS_MAX * 2, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=NAME_CHARS_MAX)
    rolling = forms.ChoiceField(
        label=_("Period of the view"), required=False,
        choices=[("", _("the one shown now")),
                 *((code, label) for code, (_kind, label) in STEPS.items())],
        help_text=_("Or always the latest one that is over."),
    )  # fmt: skip


class SetOutliers(Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    threshold = forms.DecimalField(
        label=_("Modified z from which a figure stands out"), min_value=1, max_value=100,
        decimal_places=2,
    )  # fmt: skip
    least = forms.IntegerField(
        label=_("Figures that are compared with one another, at least"), min_value=4, max_value=1000
    )
    apart = forms.IntegerField(
        label=_("Distance from the middle, at least"), min_value=0, max_value=1_000_000
    )
    reason = forms.CharField(label=_("Why"), max_length=TEXT_CHARS_MAX)


class SetSmallBase(Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    base = forms.IntegerField(
        label=_("Least count from which a change is told in percent"), min_value=0,
        max_value=1_000_000, help_text=_("0: every change in percent, however little it stands on.")
    )  # fmt: skip
    reason = forms.CharField(label=_("Why"), max_length=TEXT_CHARS_MAX)


class SetDimensions(Form):
    """A name, its indicators and, if they are wanted, their weights: as often as there may be."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(DIMENSIONS_MAX):
            self.fields[f"name{n}"] = forms.CharField(
                label=_("Dimension %(n)d") % {"n": n + 1}, required=False,
                max_length=DIMENSION_CHARS_MAX,
            )  # fmt: skip
            self.fields[f"indicators{n}"] = forms.MultipleChoiceField(
                label=_("Its indicators"),
                choices=choices,
                required=False,
                widget=forms.SelectMultiple(attrs={"size": 9}),
            )
            self.fields[f"weights{n}"] = forms.RegexField(
                r"[0-9]{1,4}([,，、 ]+[0-9]{1,4})*", label=_("Weights, in the order of the list"),
                required=False, max_length=60,
                help_text=_("Like 60, 40. Empty: the dimension has no figure of its own."),
            )  # fmt: skip
        self.fields["source"] = forms.CharField(
            label=_("Laid down in"), required=False, max_length=TEXT_CHARS_MAX
        )
        self.fields["reason"] = forms.CharField(label=_("Why"), max_length=TEXT_CHARS_MAX)

    def data_of(self) -> dict[str, Any]:
        """As the setting keeps it; what has neither name nor indicators isn't there."""
        given, found = self.cleaned_data, []
        for n in range(DIMENSIONS_MAX):
            name, codes = given[f"name{n}"].strip(), given[f"indicators{n}"]
            weights = [int(one) for one in re.findall("[0-9]+", given[f"weights{n}"])]
            if name or codes or weights:
                # A weight too few or too many is told: none of them is for another one.
                by_code = dict(zip(codes, weights, strict=False))
                whole = len(weights) in (0, len(codes))
                found.append({"name": name, "indicators": codes,
                              "weights": by_code if whole else {"": 1}})  # fmt: skip
        return {"dimensions": found, "source": given["source"].strip()}

    @staticmethod
    def initial_of(data: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {"source": data["source"]}
        for n, each in enumerate(data["dimensions"][:DIMENSIONS_MAX]):
            weights = ", ".join(str(each["weights"][code]) for code in each["indicators"]
                                if code in each["weights"])  # fmt: skip
            found |= {f"name{n}": each["name"], f"indicators{n}": each["indicators"],
                      f"weights{n}": weights}  # fmt: skip
        return found


class SetTruth(Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    closing_days = forms.IntegerField(label=_("Mass closings: last days before the cut-off"))
    closing_share = forms.IntegerField(label=_("Mass closings: share from which it is flagged (%)"))
    closing_least = forms.IntegerField(label=_("Mass closings: closings in those days, at least"))
    wording_chars = forms.IntegerField(label=_("Copied wording: characters, at least"))
    wording_least = forms.IntegerField(label=_("Copied wording: hazards alike, at least"))
    nil_least = forms.IntegerField(label=_("Nil reports: without any other, at least"))
    round_least = forms.IntegerField(label=_("Round figures: reported numbers, at least"))
    round_share = forms.IntegerField(label=_("Round figures: share ending in nought (%)"))
    reason = forms.CharField(label=_("Why"), max_length=TEXT_CHARS_MAX)


class Look(Form):
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    flag = forms.CharField(max_length=200, widget=forms.HiddenInput)
    area = forms.CharField(max_length=20, widget=forms.HiddenInput)
    verdict = forms.ChoiceField(label=_("What you make of it"), choices=Verdict.choices)
    note = forms.CharField(label=_("Why"), max_length=TEXT_CHARS_MAX)


class DrawForm(Form):
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    pk = forms.UUIDField(widget=forms.HiddenInput)
    area = forms.CharField(max_length=20, widget=forms.HiddenInput)
    period = forms.CharField(label=_("Closed in"), max_length=40)
    wanted = forms.IntegerField(label=_("How many"))
    seed = forms.CharField(
        label=_("Seed"), max_length=60,
        help_text=_("Any word or number. With it anybody draws the same hazards again."),
    )  # fmt: skip
