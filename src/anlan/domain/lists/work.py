"""Items of problem lists in the worklist: the heaps of their own page, named as elsewhere."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.lists import columns, commands, queries
from anlan.domain.lists.loop import KIND
from anlan.domain.lists.models import Item
from anlan.kernel.loop.worklist import Tray, Work, one_by_one

#: What a heap is called beside those of other kinds; the others are called the same.
CODES = {"check": "verify", "judge": "evaluate", "finish": "close"}
LABELS = {"verify": _("to verify"), "close": _("to close")}


def trays(by: Actor) -> list[Tray]:
    found = []
    for heap in queries.heaps(by):
        code = CODES.get(heap.code, heap.code)
        label = LABELS.get(code, columns.TODO[heap.code])
        found.append(Tray(code, label, heap.where, heap.permission))
    return found


WORK = Work(
    kinds={KIND: _("problem on a list")},
    model=Item,
    related=queries.ROW,
    view="lists.view",
    trays=trays,
    title=lambda row: row.title,
    whose=lambda row: row.enterprise.name if row.enterprise else row.kind.title,
    state=lambda row: columns.label_of(row.case.state),
    sign=one_by_one(commands.receive),
)
