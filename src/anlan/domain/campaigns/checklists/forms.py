"""Forms of lists by which units work: a list pasted line by line, whom it goes to, and a copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.campaigns.carrying.forms import NAMES, Seen, day, line
from anlan.domain.campaigns.checklists.commands import NewChecklist, NewItem, NewTick
from anlan.domain.campaigns.models import (
    TITLE_CHARS_MAX,
    Checklist,
    ChecklistItem,
    ChecklistTick,
)
from anlan.domain.campaigns.pasting import cells_of
from anlan.ui.forms import text_area

PASTED_CHARS_MAX = 200_000
#: What the cells of a line are, unless the first line says so; the office's own columns follow.
_ORDER = ("text", "link", "aspect", "post", "indicator", "every")
#: Words by which a first line names the cells.
_HEADS = {
    "事项": "text", "清单事项": "text", "内容": "text", "item": "text",
    "环节": "link", "link": "link", "方面": "aspect", "aspect": "aspect",
    "岗位": "post", "责任岗位": "post", "post": "post",
    "指标": "indicator", "indicator": "indicator",
    "频次": "every", "周期": "every", "how often": "every",
}  # fmt: skip
#: How people write how often, beside the labels.
_OFTEN = {
    "": "", "一次": "", "一次性": "",
    "每日": "day", "每天": "day", "日": "day", "每周": "week", "周": "week",
    "每旬": "ten_days", "旬": "ten_days", "每月": "month", "月": "month", "每月一次": "month",
    "每季度": "quarter", "每季": "quarter", "季度": "quarter", "季": "quarter",
    "每半年": "half", "半年": "half", "每年": "year", "年": "year", "每年一次": "year",
}  # fmt: skip


class ChecklistForm(Seen):
    name = line(pgettext_lazy("checklist", "What it is called"))
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
            "Paste them from a sheet, or put | between: item | link | aspect | post | indicator | "
            "how often | own columns. Only the item has to be there. A first line that names the "
            "columns may put them in another order. How often: every day, week, ten days, month, "
            "quarter, half-year or year; empty is once."
        ),
    )  # fmt: skip
    workdays = forms.BooleanField(
        label=_("What is done every day is done on working days alone"), required=False
    )

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
            _items(data["items"], names), data["workdays"],
        )  # fmt: skip

    @staticmethod
    def of(row: Checklist, items: Sequence[ChecklistItem]) -> dict[str, Any]:
        names = ("name", "kind", "tier", "due_on", "basis", "workdays")
        return {
            "seen": row.version, **{name: getattr(row, name) for name in names},
            "columns": "、".join(row.columns),
            "items": "\n".join(_line(one, row.columns) for one in items),
        }  # fmt: skip


def _items(text: str, own: Sequence[str]) -> tuple[NewItem, ...]:
    lines = [cells_of(line) for line in text.splitlines() if line.strip()]
    order = [*_ORDER, *own]
    if lines and (said := _heading(lines[0], own)):
        order, lines = said, lines[1:]
    return tuple(_item(cells, order, own) for cells in lines)


def _heading(cells: Sequence[str], own: Sequence[str]) -> list[str]:
    """What a first line says that the cells are; empty where it is an item itself."""
    said = [_HEADS.get(cell.lower(), cell if cell in own else "") for cell in cells]
    return said if "text" in said and all(said) and len(said) > 1 else []


def _item(cells: Sequence[str], order: Sequence[str], own: Sequence[str]) -> NewItem:
    said = dict(zip(order, cells, strict=False))
    every = said.get("every", "")
    known = {str(label): code for code, label in ChecklistItem.Every.choices}
    return NewItem(
        said.get("text", ""), said.get("aspect", ""), said.get("post", ""),
        said.get("indicator", ""), tuple(said.get(name, "") for name in own),
        said.get("link", ""), known.get(every, _OFTEN.get(every, every)),
    )  # fmt: skip


def _line(one: ChecklistItem, columns: Sequence[str]) -> str:
    said = " ".join(one.text.split())
    every = str(one.get_every_display()) if one.every else ""
    cells = [said, one.link, one.aspect, one.post, one.indicator, every]
    cells += [one.values.get(name, "") for name in columns]
    return " | ".join(cells).rstrip(" |")


class EndForm(Seen):
    reason = text_area(_("Why it is ended"), rows=2, help_text=_("The units will read it."))


class CopyForm(Seen):
    """How each item of a copy stands.

    What each stood at when the page was drawn comes back with it: only what was changed there is
    written, so that two who tick at once, or past midnight, undo nothing of one another.
    """

    #: The day in whose periods the page shows the items.
    drawn = forms.DateField(required=False, widget=forms.HiddenInput)

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
                initial=tick.state if tick else "open", show_hidden_initial=True,
            )  # fmt: skip
            self.fields[f"note_{one.pk}"] = forms.CharField(
                label=_("Note"), required=False, max_length=TITLE_CHARS_MAX,
                initial=tick.note if tick else "", show_hidden_initial=True,
            )  # fmt: skip

    def ticks(self) -> list[NewTick]:
        data, changed = self.cleaned_data, set(self.changed_data)
        return [
            NewTick(one.pk, data[f"state_{one.pk}"], data[f"note_{one.pk}"]) for one in self.items
            if changed & {f"state_{one.pk}", f"note_{one.pk}"}
        ]  # fmt: skip

    def lines(self, ticks: dict[int, ChecklistTick]) -> list[tuple[Any, ...]]:
        """Each item with how it stands and its two fields, for the page."""
        return [
            (one, ticks.get(one.pk), self[f"state_{one.pk}"], self[f"note_{one.pk}"])
            for one in self.items
        ]
