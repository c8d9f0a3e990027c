"""Forms of shared tasks, of a part with days of its own, and of counters. Commands refuse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.carrying.forms import Rows, Seen, day, line
from anlan.domain.campaigns.models import NAME_CHARS_MAX, Campaign, Counter, Line
from anlan.domain.campaigns.progress import counting
from anlan.domain.campaigns.sharing.commands import DAYS_MAX, NewCounter, NewPart
from anlan.kernel.accounts.models import Unit
from anlan.ui.forms import text_area

#: Before the number of a target among what may count.
TARGET = "target:"


class ShareForm(Seen):
    """Which lines of a page count in the campaign; others of the plan stay as they are."""

    def __init__(self, *args: Any, lines: Sequence[Line], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["lines"] = forms.MultipleChoiceField(
            label=_("Lines whose tasks count here as well"), required=False,
            choices=[(str(one.pk), one.title) for one in lines],
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip

    @property
    def chosen(self) -> set[UUID]:
        return {UUID(pk) for pk in self.cleaned_data["lines"]}


class PartForm(Seen):
    title = line(_("Title"), hint=_("“Hundred days of gas safety”, say."))
    unit = forms.ChoiceField(label=_("Kept by"))
    starts_on = day(_("First day"))
    days = forms.IntegerField(
        label=_("Days"), min_value=1, max_value=DAYS_MAX, initial=100,
        help_text=_("The first day counts."),
    )  # fmt: skip
    basis = text_area(_("Papers it rests on"), required=False, rows=2)

    def __init__(self, *args: Any, units: Iterable[Unit], **more: Any) -> None:
        super().__init__(*args, **more)
        unit: Any = self.fields["unit"]
        unit.choices = [(str(one.pk), one.name) for one in units]

    def new(self, parent: Campaign) -> NewPart:
        data = self.cleaned_data
        return NewPart(
            parent.pk, int(data["unit"]), data["title"], data["starts_on"], data["days"],
            data["basis"],
        )  # fmt: skip


class CountersForm(Rows):
    KEY, SPARE = "name", 3

    def __init__(self, *args: Any, targets: Sequence[tuple[int, str]] = (), **more: Any) -> None:
        own = [(f"{TARGET}{pk}", words) for pk, words in targets]
        kinds: list[Any] = counting.choices()[1:]
        self.choices = [("", "—"), *([(_("targets of plans"), own)] if own else []), *kinds]
        super().__init__(*args, **more)

    def row(self, n: int) -> dict[str, forms.Field]:
        found: dict[str, forms.Field] = {
            "name": line(_("Name"), False, NAME_CHARS_MAX),
            "what": forms.ChoiceField(
                label=_("What counts it"), choices=self.choices, required=False
            ),
            "wanted": forms.IntegerField(label=_("How much is wanted"), required=False,
                                         min_value=0),
            "ceiling": forms.BooleanField(label=_("at most that"), required=False),
        }  # fmt: skip
        for name in counting.LABELS:
            found[name] = forms.MultipleChoiceField(
                label=str(counting.LABEL_NAMES[name]), required=False,
                choices=list(counting.values_of(name).items()),
                widget=forms.SelectMultiple({"size": 3}),
            )  # fmt: skip
        return found

    @staticmethod
    def of(rows: Iterable[Counter]) -> dict[str, Any]:
        return Rows.initial_of(
            {"name": row.name, "wanted": row.wanted, "ceiling": row.is_ceiling,
             "what": f"{TARGET}{row.target_id}" if row.target_id else row.counted,
             **row.counted_where}
            for row in rows
        )  # fmt: skip

    def new(self) -> list[NewCounter]:
        return [_counter(data) for _n, data in self.filled]


def _counter(data: dict[str, Any]) -> NewCounter:
    what = data["what"] or ""
    of_target = what.startswith(TARGET)
    where = {} if of_target else {name: data[name] for name in counting.LABELS if data[name]}
    return NewCounter(
        data["name"], "" if of_target else what, where,
        int(what.removeprefix(TARGET)) if of_target else None, data["wanted"],
        bool(data["ceiling"]),
    )  # fmt: skip
