"""更正: beginning the paper that puts an issued one right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.domain.bulletins import body, corrections, kinds, language, queries, tables
from anlan.domain.bulletins.body import Block
from anlan.domain.bulletins.commands.base import Turn, begin, lacks, scope_of, text_of, turns
from anlan.domain.bulletins.commands.drafting import read_anew
from anlan.domain.bulletins.loop import PAPER
from anlan.domain.bulletins.models import TITLE_CHARS_MAX, About, Paper
from anlan.domain.bulletins.scope import Scope
from anlan.kernel.accounts import readers
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import engine
from anlan.kernel.loop.engine import NewCase
from anlan.kernel.loop.frame import OnOne


@transaction.atomic(durable=True)
def correct(pk: UUID, *, new: UUID, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Begin a paper of the same kind, area and period with every figure read anew.

    It goes through all steps, and to everybody who got the first one. That one stays as it is,
    under its number; both say what the other says.

    new:  the number of the case that is begun, made by the client.
    """
    given = {"step": "correct", "new": str(new), "reason": reason}
    work = begin("bulletins.edit", [pk], given, **call)
    for turn in turns(work):
        why = text_of(reason, "reason", _("Say what is put right, and why."), 1_000)
        about = _scope(turn)
        if (other := queries.correction_of(turn.paper)) is not None:
            raise lacks(
                "reason", _("%(number)s corrects it already; go on there.") % {
                    "number": queries.number_of(other)
                },
            )  # fmt: skip
        turn.take("correct", reason=why)
        _begin(turn, new, why, about)
    return work.done()


def _scope(turn: Turn) -> Scope:
    """The first paper's, as the ledger knows now; refused to who may not ask for all of it."""
    paper, work = turn.paper, turn.work
    about = scope_of(paper, work.at, known_at=work.at)
    if about.area.valid_to is not None and about.area.valid_to <= turn.today:
        raise lacks("reason", _(
            "%(area)s has ended since, and what is entered now counts for its successor. Write a "
            "paper on the successor that says what was wrong."
        ) % {"area": about.area.name})  # fmt: skip
    own = readers.demand(work.by, about.area, work.at)
    if own is not None and (about.sectors is None or not set(about.sectors) <= set(own)):
        raise lacks("reason", _("It tells of sectors that you don't answer for."))
    return about


def _begin(turn: Turn, new: UUID, why: str, about: Scope) -> None:
    old, work = turn.paper, turn.work
    whole = queries.whole(old)
    with language.of_papers():
        title = _title(whole.head.title)
        blocks = [
            corrections.opening(old, why), *_both_values(old, about),
            *read_anew([each for each in whole.blocks if not _of_correction(each)], about),
        ]  # fmt: skip
    unit = main_unit(work.by, JUDGES)
    case = NewCase(pk=new, area_id=about.area.pk, path=about.area.path, unit_id=unit.pk,
                   opened_on=turn.today, grade=turn.case.grade)  # fmt: skip
    engine.open_cases(PAPER, [case], **work.call)
    head = {name: old.issue.content[name] for name in _KEPT}
    Paper.objects.create(
        case_id=new, corrects=old, title=title, period=old.period, sectors=old.sectors,
        body=body.kept(blocks), known_at=work.at, drafter=work.by.name, **head,
    )  # fmt: skip
    subjects = old.about.values_list("case", flat=True)
    About.objects.bulk_create(About(paper_id=new, case_id=case) for case in subjects)


#: What stands around the text and goes over from the first paper.
_KEPT = ("organ", "mark", "recipients", "copies", "note", "annexes", "secrecy", "urgency")


def _title(title: str) -> str:
    mark = str(_("(corrected)"))
    return f"{title.removesuffix(mark)[: TITLE_CHARS_MAX - len(mark)]}{mark}"


def _both_values(old: Paper, about: Scope) -> list[Block]:
    """Nothing where no figure is another one: then words are put right."""
    spec: dict[str, Any] = {**corrections.SPEC, "of": str(old.pk)}
    made = replace(kinds.heading(str(_("Figures that were corrected"))), kind="table", spec=spec)
    made = tables.built(made, about)
    return [made] if made.rows else []


def _of_correction(block: Block) -> bool:
    """Of a correction that is itself corrected: its own first sentence and table go."""
    return block.id == "correction" or block.spec.get("rows") == corrections.SPEC["rows"]
