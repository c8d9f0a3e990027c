"""The sheet of a set, filled in on the spot: read into answers, which the page shows to confirm."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from anlan.base.text import plain
from anlan.domain.inspections.acceptance.commands import REMARK_CHARS_MAX, Answer
from anlan.domain.inspections.acceptance.models import AcceptanceItem
from anlan.domain.inspections.acceptance.refusals import NoItemSheet
from anlan.domain.library.models import RuleItem
from anlan.kernel.papers.sheets import Row, Sheet, letter, read_workbook

#: As the library writes them at the head of the sheet; in whichever language it was taken.
WORDS, MEETS, REMARK = (
    gettext_noop("What is checked"), gettext_noop("Meets it"), gettext_noop("Remark"),
)  # fmt: skip
HEADER_ROWS_MAX, ROWS_MAX, WRONG_MAX = 10, 2_000, 50
LANGUAGES = ("zh-hans", "en")
SAID = {
    AcceptanceItem.Outcome.MET.value: ("是", "符合", "合格", "√", "✓", "yes", "y", "met"),
    AcceptanceItem.Outcome.FAILED.value: ("否", "不符合", "不合格", "×", "✗", "x", "no", "n"),
    AcceptanceItem.Outcome.APART.value: ("不适用", "不涉及", "/", "n/a", "na"),
}
_OUTCOME = {word: outcome for outcome, words in SAID.items() for word in words}


@dataclass
class Read:
    answers: dict[int, Answer] = field(default_factory=dict)
    #: What wasn't taken over, by its place in the sheet.
    wrong: list[str] = field(default_factory=list)


def read(path: Path, name: str, items: Sequence[RuleItem]) -> Read:
    """Answers by item: a row is known by the item's words, wherever it was moved to."""
    found, left = Read(), _by_words(items)
    with read_workbook(path, name) as book:
        sheets = [(sheet, head) for sheet in book.sheets if (head := _header(sheet))]
        if not sheets:
            raise NoItemSheet(columns="、".join(_(each) for each in (WORDS, MEETS)))
        sheet, (at, columns) = sheets[0]
        for row in sheet.rows():
            if row.number > at + ROWS_MAX or len(found.wrong) >= WRONG_MAX:
                found.wrong.append(_("The rows after row %(n)d weren’t read.") % {"n": row.number})
                break
            if row.number > at and not row.is_blank():
                _row(found, row, columns, left)
    return found


def _by_words(items: Sequence[RuleItem]) -> dict[str, list[int]]:
    left: dict[str, list[int]] = defaultdict(list)
    for item in items:
        left[plain(item.words)].append(item.pk)
    return left


def _header(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    names = {}
    for language in LANGUAGES:
        with override(language):
            names.update({_(each): each for each in (WORDS, MEETS, REMARK)})
    for row in sheet.rows():
        if row.number > HEADER_ROWS_MAX:
            return None
        columns = {
            names[_text(value)]: n for n, value in enumerate(row.values) if _text(value) in names
        }
        if {WORDS, MEETS} <= columns.keys():
            return row.number, columns
    return None


def _row(found: Read, row: Row, columns: dict[str, int], left: dict[str, list[int]]) -> None:
    words, said = _text(row.get(columns[WORDS])), _text(row.get(columns[MEETS]))
    remark = _text(row.get(columns[REMARK])) if REMARK in columns else ""
    if not said and not remark:
        return
    place = {"row": row.number, "column": letter(columns[MEETS])}
    pks = left.get(plain(words))
    if not pks:
        found.wrong.append(
            _("Row %(row)d: no item of this set, or one that stood above already: “%(words)s”")
            % {**place, "words": words[:40]}
        )
        return
    outcome = _OUTCOME.get(said.lower())
    if outcome is None:
        found.wrong.append(
            _("%(column)s%(row)d: “%(said)s”: write 是, 否 or 不适用.")
            % {**place, "said": said[:20]}
        )
        return
    if len(remark) > REMARK_CHARS_MAX:
        found.wrong.append(
            _("Row %(row)d: shorten the remark to %(n)d characters.")
            % {**place, "n": REMARK_CHARS_MAX}
        )
        return
    found.answers[pks.pop(0)] = Answer(outcome, remark)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
