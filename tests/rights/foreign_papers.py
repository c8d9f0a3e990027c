"""Foreign papers: a draft of somebody else's unit, with a figure in its text and a template."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.bulletins.loop import PAPER
from anlan.domain.bulletins.models import Layout, Paper, Publication, Question
from anlan.kernel.accounts.models import Unit
from anlan.kernel.calendar import periods
from anlan.kernel.loop import engine
from anlan.kernel.loop.engine import NewCase
from anlan.kernel.regions.models import Region


def plant_papers(word: str, place: Region, unit: Unit, *, by: Any, at: datetime) -> dict[str, Any]:
    """Numbers by the names of the pages that open them."""
    day = timezone.localdate(at)
    new = NewCase(pk=uuid7(), area_id=place.pk, path=place.path, unit_id=unit.pk, opened_on=day,
                  grade="circular")  # fmt: skip
    engine.open_cases(PAPER, [new], by=by, at=at, request_id=uuid7())
    sentence = {"text": f"{word}发现隐患。", "figures": [], "rule": "", "was": ""}
    block = {
        "id": "a1", "kind": "text", "title": "", "level": 1, "sentences": [sentence], "rules": "",
        "dropped": [], "required": False, "hint": "", "spec": {}, "heads": [], "rows": [],
        "note": "",
    }  # fmt: skip
    Paper.objects.create(
        case_id=new.pk, title=f"{word}通报", organ=word, period=periods.month(day).code,
        body=[block], known_at=at, drafter=word,
    )  # fmt: skip
    layout = Layout.objects.create(
        unit=unit, kind="circular", name=f"{word}.docx", file=b"", made_at=at, made_by=word
    )
    question = Question.objects.create(
        unit=unit, question=f"{word}问", answer=f"{word}答", made_at=at, changed_at=at, made_by=word
    )
    publication = Publication.objects.create(
        unit=unit, area=place, path=place.path, title=f"{word}报道", outlet=word, medium="paper",
        day=day, made_at=at, made_by=word,
    )  # fmt: skip
    return {
        "bulletins": new.pk,
        "bulletins:edit_question": question.pk,
        "bulletins:withdraw_question": question.pk,
        "bulletins:publication": publication.pk,
        "bulletins:end_layout": layout.pk,
    }
