"""The import that one would write first: a row at a time, each object by the ORM's own save().

It knows the same facts of a row as ours (area, enterprise, sector, identity, case, event, facts,
audit) and leaves the same kinds of rows, without ours' matching, undo or resumption.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any


def seconds_per_row(rows: int, unit_code: str) -> float:
    from django.db import transaction
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.base.ids import uuid7
    from anlan.base.text import plain
    from anlan.domain.enterprises.models import Enterprise
    from anlan.domain.hazards.models import Batch, Hazard, Identity, Sighting
    from anlan.kernel.accounts.models import Unit
    from anlan.kernel.audit import trail
    from anlan.kernel.facts.models import Fact, Kind, LabelSet
    from anlan.kernel.loop.models import Case, Event
    from anlan.kernel.regions.models import Region

    by, unit = Actor(None, "bench", trusted=True), Unit.objects.get(code=unit_code)
    batch = Batch.objects.first()
    assert batch is not None
    sample = list(Hazard.objects.select_related("case", "enterprise")[:rows])
    start = time.perf_counter()
    for number, like in enumerate(sample):
        case = like.case
        with transaction.atomic():
            area = Region.objects.get(pk=case.area_id)
            name = f"{like.enterprise.name if like.enterprise else ''}{number % 97}"
            firm: Any = Enterprise.objects.filter(plain_name=plain(name), area=area).first()
            if firm is None:
                firm = Enterprise.objects.create(
                    name=name, plain_name=plain(name), area=area, path=area.path, source="bench",
                    code_missing=True, version=1, created_at=batch.made_at,
                    updated_at=batch.made_at,
                )  # fmt: skip
            key = f"bench:{number}"
            if Identity.objects.filter(base=key).exists():
                continue
            at = timezone.now()
            mine = Case.objects.create(
                id=uuid7(), kind=case.kind, number=f"B{number}", state=case.state,
                is_open=case.is_open, unsettled=case.unsettled, area=area, path=area.path,
                sector=case.sector, grade=case.grade, source=case.source, unit=unit,
                enterprise_id=firm.pk, opened_on=case.opened_on, due_on=case.due_on,
                settled_on=case.settled_on, closed_on=case.closed_on, batch_id=batch.pk,
            )  # fmt: skip
            Hazard.objects.create(case=mine, description=like.description, enterprise=firm)
            Event.objects.create(
                case=mine, seq=1, step="find", target_state=mine.state, at=at,
                day=mine.opened_on, actor=by.name, request_id=uuid7(),
            )  # fmt: skip
            Identity.objects.create(key=key, base=key, ordinal=1, case_id=mine.pk, unit_id=unit.pk)
            Sighting.objects.create(
                case=mine, batch=batch, unit=unit, file=0, sheet="", row=number + 1, part=1,
                outcome="created", raw={"描述": like.description},
            )  # fmt: skip
            labels = LabelSet.objects.order_by("pk").first()
            for code in ("found", "open", "due", "overdue", "rectified", "found_settled"):
                kind = Kind.objects.get(code=f"hazard.{code}")
                Fact.objects.create(
                    kind=kind, labels=labels, area_id=area.pk, quantity=1, case_id=mine.pk,
                    day=mine.opened_on + timedelta(1), unit_id=unit.pk, batch_id=batch.pk,
                    posted_at=at,
                )  # fmt: skip
            trail.record([trail.Entry("hazard.find", "case", str(mine.pk))], by=by, at=at)
    return (time.perf_counter() - start) / len(sample)
