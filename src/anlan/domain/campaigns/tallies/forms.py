"""Forms of one table and three lists: how they are laid down, and a row of them."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.carrying.forms import Rows, Seen, line
from anlan.domain.campaigns.models import NAME_CHARS_MAX, Tally
from anlan.domain.campaigns.pasting import cells_of
from anlan.domain.campaigns.tallies.commands import NewTally
from anlan.domain.campaigns.tallies.spec import (
    CELL_CHARS_MAX,
    KINDS,
    LISTS,
    WHATS,
    Column,
    Head,
    ListSpec,
    Spec,
)
from anlan.ui.forms import DayInput, text_area

_WORDS = re.compile(r"[/／、]")
#: What stands behind the name of a column that has to be filled in.
_STAR = ("*", "＊")
#: Any of the words under which people know a kind; its own names in both languages come first.
_KIND_WORDS = {
    "文字": "text", "文本": "text", "数字": "number", "数值": "number", "数量": "number",
    "日期": "day", "日": "day", "选择": "choice", "选项": "choice", "单选": "choice",
}  # fmt: skip


class TallyForm(Rows):
    KEY, SPARE = "head", 4

    name = line(_("Name of the table and its lists"))
    basis = line(_("Paper that asks for it"), False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for n in range(LISTS):
            self.fields[f"list_{n}"] = line(_("Name of list %(n)d") % {"n": n + 1})
            self.fields[f"columns_{n}"] = text_area(
                _("Its columns, one a line"), rows=5,
                help_text=_("name | kind | words to choose from with / between. Kinds: text, "
                            "number, day, one of several. A star * after the name: must be "
                            "filled in."),
            )  # fmt: skip

    def row(self, n: int) -> dict[str, forms.Field]:
        places = [(str(place), _("list %(n)d") % {"n": place + 1}) for place in range(LISTS)]
        return {
            "head": line(_("Figure of the table"), False, NAME_CHARS_MAX),
            "place": forms.ChoiceField(label=_("Of which list"), choices=places, required=False),
            "what": forms.ChoiceField(
                label=_("How it counts"), choices=list(WHATS.items()), required=False
            ),
            "column": line(_("Column"), False, NAME_CHARS_MAX),
            "value": line(_("What the column says"), False, NAME_CHARS_MAX),
        }

    @property
    def lists(self) -> list[tuple[Any, Any]]:
        return [(self[f"list_{n}"], self[f"columns_{n}"]) for n in range(LISTS)]

    def new(self) -> NewTally:
        data = self.cleaned_data
        lists = tuple(
            ListSpec(data[f"list_{n}"].strip(), tuple(
                _column(text) for text in data[f"columns_{n}"].splitlines() if text.strip()
            ))
            for n in range(LISTS)
        )  # fmt: skip
        heads = tuple(
            Head(row["head"].strip(), int(row["place"] or 0), row["what"] or "rows",
                 row["column"].strip() if row["what"] != "rows" else "",
                 row["value"].strip() if row["what"] in ("with", "share") else "")
            for _n, row in self.filled
        )  # fmt: skip
        return NewTally(data["name"], lists, heads, data["basis"])

    @staticmethod
    def of(row: Tally) -> dict[str, Any]:
        spec = Spec.of(row.spec)
        told: dict[str, Any] = {"seen": row.version, "name": row.name, "basis": row.basis}
        for n, one in enumerate(spec.lists):
            told[f"list_{n}"] = one.name
            told[f"columns_{n}"] = "\n".join(map(_line, one.columns))
        return told | Rows.initial_of(
            {"head": head.name, "place": str(head.place), "what": head.what,
             "column": head.column, "value": head.value}
            for head in spec.heads
        )  # fmt: skip


def _column(text: str) -> Column:
    cells = cells_of(text)
    cells += [""] * (3 - len(cells))
    name, said = cells[0], cells[1]
    required = name.endswith(_STAR)
    words = tuple(word.strip() for word in _WORDS.split(cells[2]) if word.strip())
    known = {str(label): kind for kind, label in KINDS.items()}
    kind = known.get(said) or _KIND_WORDS.get(said) or (said if said else "")
    if not kind:
        kind = "choice" if words else "text"
    return Column(name.rstrip("*＊").strip(), kind, words if kind == "choice" else (), required)


def _line(column: Column) -> str:
    cells = [column.name + ("*" if column.required else ""), str(KINDS[column.kind])]
    if column.choices:
        cells.append("/".join(column.choices))
    return " | ".join(cells)


class RowForm(Seen):
    """A row of one list: a field for each of its columns."""

    def __init__(self, *args: Any, spec: ListSpec, **more: Any) -> None:
        super().__init__(*args, **more)
        self.spec = spec
        for n, column in enumerate(spec.columns):
            self.fields[f"c{n}"] = _field(column)

    @property
    def cells(self) -> tuple[Any, ...]:
        return tuple(self.cleaned_data[f"c{n}"] for n in range(len(self.spec.columns)))


def _field(column: Column) -> Any:
    common: dict[str, Any] = {"label": column.name, "required": column.required}
    if column.kind == "choice":
        words = [(word, word) for word in column.choices]
        return forms.ChoiceField(choices=[("", "—"), *words], **common)
    if column.kind == "day":
        return forms.DateField(widget=DayInput, **common)
    return forms.CharField(max_length=CELL_CHARS_MAX, **common)
