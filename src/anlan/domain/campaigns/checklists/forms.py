"""Forms of lists by which units work: a list pasted line by line, whom it goes to, and a copy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.campaigns.carrying.forms import NAMES, Seen, day, line
from anlan.domain.campaigns.checklists.commands import (
    HEAPS,
    NewChecklist,
    NewItem,
    NewTick,
)
from anlan.domain.campaigns.models import (
    TITLE_CHARS_MAX,
    Checklist,
    ChecklistItem,
    ChecklistTick,
)
from anlan.domain.hazards.forms import text_area

#: Between the cells of a pasted line: a sheet's tabs, or a stroke.
_CELLS = re.compile(r"\t|[|｜]")
PASTED_CHARS_MAX = 200_000


class ChecklistForm(Seen):
    name = line(_("What it is called"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Checklist.Kind.choices)
    tier = forms.ChoiceField(
        label=_("For whom"), choices=[("", "—"), *Checklist.Tier.choices], required=False
    )
    due_on = day(_("To be done by"), False)
    basis = line(_("Paper that asks for it"), False)
    columns = line(
        _("Own columns"), False,
        hint=_("Several with “、”. No document says which columns a list has: you name them."),
    )  # fmt: skip
    items = text_area(
        _("Items, one a line"), rows=12,
        help_text=_(
            "Paste them from a sheet, or put | between: item | aspect | post | indicator | own "
            "columns. Only the item has to be there."
        ),
    )  # fmt: skip

    def clean_items(self) -> str:
        text: str = self.cleaned_data["items"]
        if len(text) > PASTED_CHARS_MAX:
            raise forms.ValidationError(_("That is too long; make several lists of it."))
        return text

    def new(self) -> NewChecklist:
        data = self.cleaned_data
        names = [name.strip() for name in NAMES.split(data["columns"]) if name.strip()]
        return NewChecklist(
            data["name"], data["kind"], data["tier"], data["basis"], data["due_on"], tuple(names),
            tuple(_item(text) for text in data["items"].splitlines() if text.strip()),
        )  # fmt: skip

    @staticmethod
    def of(row: Checklist, items: Sequence[ChecklistItem]) -> dict[str, Any]:
        names = ("name", "kind", "tier", "due_on", "basis")
        return {
            "seen": row.version, **{name: getattr(row, name) for name in names},
            "columns": "、".join(row.columns),
            "items": "\n".join(_line(one, row.columns) for one in items),
        }  # fmt: skip


def _item(text: str) -> NewItem:
    cells = [cell.strip() for cell in _CELLS.split(text)]
    cells += [""] * (4 - len(cells))
    return NewItem(cells[0], cells[1], cells[2], cells[3], tuple(cells[4:]))


def _line(one: ChecklistItem, columns: Sequence[str]) -> str:
    said = " ".join(one.text.split())
    cells = [said, one.aspect, one.post, one.indicator]
    cells += [one.values.get(name, "") for name in columns]
    return " | ".join(cells).rstrip(" |")


class HandOutForm(Seen):
    heap = forms.ChoiceField(
        label=_("To whom"), choices=list(HEAPS.items()), widget=forms.RadioSelect, initial="next"
    )
    units = text_area(
        _("Names of units"), required=False, rows=3, help_text=_("Several with “、” or one a line.")
    )

    def names(self) -> list[str]:
        return [name for name in NAMES.split(self.cleaned_data["units"]) if name.strip()]


class CopyForm(Seen):
    """How each item of a copy stands."""

    def __init__(
        self, *args: Any, items: Sequence[ChecklistItem], ticks: dict[int, ChecklistTick],
        **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **more)
        self.items = items
        for one in items:
            tick = ticks.get(one.pk)
            self.fields[f"state_{one.pk}"] = forms.ChoiceField(
                label=pgettext_lazy("checklist", "How it stands"),
                choices=ChecklistTick.State.choices,
                initial=tick.state if tick else "open",
            )  # fmt: skip
            self.fields[f"note_{one.pk}"] = forms.CharField(
                label=_("Note"), required=False, max_length=TITLE_CHARS_MAX,
                initial=tick.note if tick else "",
            )  # fmt: skip

    def ticks(self) -> list[NewTick]:
        data = self.cleaned_data
        return [
            NewTick(one.pk, data[f"state_{one.pk}"], data[f"note_{one.pk}"]) for one in self.items
        ]
