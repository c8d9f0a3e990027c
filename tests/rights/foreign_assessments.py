"""Foreign assessments: a scheme in force with a draft, a published ranking, a score, an appeal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.assessments.loop import APPEAL
from anlan.domain.assessments.models import Appeal, Run, Scheme, Score, Version
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import engine
from anlan.kernel.loop.engine import NewCase
from anlan.kernel.regions.models import Region

SPEC = {
    "total": "100", "group": "counties", "period": "month", "source": "自定",
    "dimensions": [{"code": "work", "name": "工作"}],
    "items": [{"code": "a", "name": "评分", "dimension": "work", "weight": "100",
               "rule": {"kind": "manual", "scorer": "nobody"}}],
}  # fmt: skip


def plant_assessments(
    word: str, place: Region, unit: Unit, *, by: Actor, at: datetime
) -> dict[str, Any]:
    """Numbers by the names of the pages that open them, for these take several kinds."""
    own: dict[str, Any] = {"area": place, "path": place.path, "unit": unit, "made_by": "cli"}
    scheme = Scheme.objects.create(**own, name=f"{word}考核", made_at=at)
    versions = [
        Version.objects.create(
            scheme=scheme, number=n, spec={**SPEC, "source": word}, changed_at=at,
            changed_by="cli", in_force_at=moment,
        )
        for n, moment in ((1, at), (2, None))
    ]  # fmt: skip
    run = Run.objects.create(
        **own, version=versions[0], scheme=scheme, period="2024-05", starts=date(2024, 5, 1),
        through=date(2024, 5, 31), known_at=at, number=1, made_at=at, published_at=at,
        published_by="cli", audience="parts", stands=True,
        frozen={"compared": [[str(place.pk), word, "county", place.pk, place.path,
                              [[place.pk, 1]], ""]],
                "definitions": {}, "marks": {}, "fixed": {}},
    )  # fmt: skip
    part = {"item": "a", "n": "50", "d": "", "why": "", "form": "count", "points": "50",
            "absent": "", "place": None, "adjusted": False}  # fmt: skip
    score = Score.objects.create(
        run=run, subject=str(place.pk), area=place, path=place.path, name=f"{word}区",
        total="50", shown=50, rank=1,
        data={"level": "county", "parts": [part], "vetoes": {}, "hit": [], "unknown": [],
              "plain": "50", "plain_grade": ""},
    )  # fmt: skip
    new = NewCase(uuid7(), place.pk, place.path, unit.pk, date(2024, 6, 3))
    case = engine.open_cases(APPEAL, [new], by=by, at=at, request_id=uuid7())[0]
    Appeal.objects.create(case=case, score=score, item="a", text=f"{word}有误", filed_by=unit)
    runs = ("ranking", "publish", "drop", "again", "screen", "shapes", "export")
    scores = ("score", "records", "what_if", "new_appeal")
    schemes = (
        "scheme", "run", "trial", "in_force", "drop_draft", "withdraw", "general", "new_item",
        "item", "drop_item", "new_veto", "veto", "drop_veto", "points", "tasks", "task_away",
    )  # fmt: skip
    return {
        **{f"assessments:{name}": run.pk for name in runs},
        **{f"assessments:{name}": score.pk for name in scores},
        **{f"assessments:{name}": scheme.pk for name in schemes},
        **{f"assessments:{name}": case.pk for name in ("appeal", "step")},
    }
