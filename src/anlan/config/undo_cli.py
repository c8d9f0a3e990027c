"""./anlan undo: take back what one import told, whatever it held."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from anlan.base.refusal import NotFound
from anlan.config.checking import catch_up
from anlan.config.cli_say import both, emit, say
from anlan.config.hazards_cli import bar
from anlan.domain.accidents import importing as accidents
from anlan.domain.accidents.models import Batch as AccidentBatch
from anlan.domain.enterprises import importing as enterprises
from anlan.domain.enterprises.models import Batch as EnterpriseBatch
from anlan.domain.hazards import importing as hazards
from anlan.domain.hazards.models import Batch as HazardBatch
from anlan.kernel.papers.batches import SentBatch

Undo = Callable[..., SentBatch]
#: Batches of one kind among which a number's beginning is looked for, the latest first.
LOOKED_AT_MAX = 10_000
UNDO: tuple[tuple[type[SentBatch], Undo], ...] = (
    (HazardBatch, hazards.undo), (AccidentBatch, accidents.undo),
    (EnterpriseBatch, enterprises.undo),
)  # fmt: skip


def main(args: Namespace) -> int:
    """What people have worked on since is listed, not undone."""
    pk, undo = _batch_of(args.batch)
    with bar() as progress:
        done = undo(pk, by=args.actor, at=timezone.now(), progress=progress)
    catch_up(timezone.now())
    if args.json:
        emit({"batch": str(done.pk), "status": done.status, "kept": done.kept})
    else:
        say(both("批次已撤销。", "The batch is undone."))
        for kept in done.kept:
            say(both("  已有人办理，未撤销：", "  worked on by people, not undone: ") + str(kept))
    return 0


def _batch_of(text: str) -> tuple[Any, Undo]:
    """The batch with that number, or the only one whose number begins so."""
    folded = text.replace("-", "").lower()
    found = [
        (pk, undo)
        for model, undo in UNDO
        for pk in model._default_manager.order_by("-made_at").values_list("pk", flat=True)[
            :LOOKED_AT_MAX
        ]
        if folded and pk.hex.startswith(folded)
    ]
    if len(found) != 1:
        raise NotFound
    return found[0]
