"""The import that one would write first: a row at a time, each object by the ORM's own save().

It leaves as many rows in each table as our own import left for the same hazards (case, record,
all events, parties, identities, sighting, words for the search, facts, occurrences, audit; the
enterprise with its sector and audit where it is new), and looks up what a row names as one would:
area, enterprise, sector, identity, kind and labels. It is without ours' reading, matching, undo or
resumption. ``tests/house/test_rowwise.py`` counts the rows of both.
"""

from __future__ import annotations

import time
from typing import Any

#: Set by the database, or by whoever makes the row anew.
MADE_ANEW = ("id", "tx")


def seconds_per_row(rows: int, unit_code: str) -> float:
    """Enter the first hazards of an import once more; reading what they were isn't timed."""
    from anlan.base.actor import Actor
    from anlan.domain.hazards.models import Hazard
    from anlan.kernel.accounts.models import Unit

    by, unit = Actor(None, "bench", trusted=True), Unit.objects.get(code=unit_code)
    hazards = Hazard.objects.exclude(case__batch_id=None).select_related("case", "enterprise")
    sample = [_read(hazard) for hazard in hazards.order_by("pk")[:rows]]
    start = time.perf_counter()
    for number, like in enumerate(sample):
        _enter(number, like, unit, by)
    return (time.perf_counter() - start) / len(sample)


def _read(hazard: Any) -> dict[str, Any]:
    """A hazard with all that our import left of it."""
    from anlan.domain.hazards.models import Identity, Sighting
    from anlan.kernel.facts.models import Fact
    from anlan.kernel.loop.models import Event, Party

    return {
        "hazard": hazard,
        "events": list(Event.objects.filter(case=hazard.pk).order_by("seq")),
        "parties": list(Party.objects.filter(case=hazard.pk)),
        "identities": list(Identity.objects.filter(case=hazard.pk)),
        "sightings": list(Sighting.objects.filter(case=hazard.pk)),
        "facts": list(Fact.objects.filter(case_id=hazard.pk).select_related("kind", "labels")),
    }


def _enter(number: int, like: dict[str, Any], unit: Any, by: Any) -> None:
    from django.db import transaction
    from django.utils import timezone

    from anlan.base.ids import uuid7
    from anlan.domain.hazards import search
    from anlan.domain.hazards.models import Hazard, Identity
    from anlan.kernel.accounts.models import Sector
    from anlan.kernel.audit import trail
    from anlan.kernel.facts.models import Fact, Kind, LabelSet, Occurrence
    from anlan.kernel.loop import seals
    from anlan.kernel.loop.models import Case
    from anlan.kernel.regions.models import Region

    old, at = like["hazard"], timezone.now()
    with transaction.atomic():
        area = Region.objects.get(pk=old.case.area_id)
        sector = old.case.sector_id and Sector.objects.get(pk=old.case.sector_id)
        firm = old.enterprise and _enterprise(old.enterprise, area, by, at)
        keys = [f"bench:{number}:{n}" for n, _one in enumerate(like["identities"])]
        assert not Identity.objects.filter(base__in=keys).exists(), "entered twice"
        case = Case(**_values(old.case, id=uuid7(), number=f"B{number}", area=area, sector=sector))
        case.enterprise_id = firm and firm.pk
        seals.stamp([case])
        case.save(force_insert=True)
        hazard = Hazard(**_values(old, case=case, enterprise=firm))
        hazard.save(force_insert=True)
        for event in like["events"]:
            type(event).objects.create(**_values(event, case=case, request_id=uuid7()))
        for party in like["parties"]:
            type(party).objects.create(**_values(party, case=case))
        for key, identity in zip(keys, like["identities"], strict=True):
            Identity.objects.create(**_values(identity, key=key, base=key, case=case))
        for sighting in like["sightings"]:
            # Another sheet, since a batch tells of a row of a sheet once.
            more = {"case": case, "unit": unit, "sheet": f"bench {sighting.sheet}"}
            type(sighting).objects.create(**_values(sighting, **more))
        search.index([(hazard, firm.name if firm else "")])
        for fact in like["facts"]:
            kind = Kind.objects.get(code=fact.kind.code)
            labels = LabelSet.objects.get(key=fact.labels.key)
            subject = f"{fact.subject}:{number}" if fact.subject else ""
            if subject:
                Occurrence.objects.create(
                    kind=kind, subject=subject, period_start=fact.day.replace(day=1), times=1,
                    area_id=area.pk, labels=labels, day=fact.day,
                )  # fmt: skip
            more = {"kind": kind, "labels": labels, "case_id": case.pk, "subject": subject}
            Fact.objects.create(**_values(fact, **more))
        trail.record([trail.Entry(f"{case.kind}.find", "case", str(case.pk))], by=by, at=at)


def _enterprise(like: Any, area: Any, by: Any, at: Any) -> Any:
    """The register's entry of that name, or a new one."""
    from anlan.base.text import plain
    from anlan.domain.enterprises.models import Enterprise, SectorChange
    from anlan.kernel.audit import trail

    name = f"{like.name}（逐条）"
    found = Enterprise.objects.filter(plain_name=plain(name), area=area).first()
    if found is not None:
        return found
    found = Enterprise.objects.create(**_values(like, name=name, plain_name=plain(name), area=area))
    for change in SectorChange.objects.filter(enterprise=like):
        SectorChange.objects.create(**_values(change, enterprise=found))
    entry = trail.Entry("enterprise.create", "enterprise", found.pk)
    trail.record([entry], by=by, at=at)
    return found


def _values(row: Any, **other: Any) -> dict[str, Any]:
    """The row's columns, with others in place of some."""
    fields = {field.attname: field.name for field in row._meta.concrete_fields}
    kept = {
        column: getattr(row, column)
        for column, name in fields.items()
        if column not in MADE_ANEW and name not in other and column not in other
    }
    return {**kept, **other}
