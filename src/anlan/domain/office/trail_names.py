"""What the auditor's page calls the things of the apps below: cases, enterprises, batches."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from anlan.domain.accidents.models import BatchFile as AccidentFile
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards.models import BatchFile, Grade, Source
from anlan.kernel.accounts import trail_names
from anlan.kernel.loop.labels import STATES
from anlan.kernel.loop.models import Case


def _uuids(keys: list[str]) -> list[UUID]:
    found = []
    for key in keys:
        try:
            found.append(UUID(key))
        except ValueError:
            continue
    return found


def _cases(keys: list[str]) -> Mapping[str, str]:
    rows = Case.objects.filter(pk__in=_uuids(keys)).values_list("pk", "number")
    return {str(pk): number for pk, number in rows}


def _enterprises(keys: list[str]) -> Mapping[str, str]:
    numbers = [int(key) for key in keys if key.isdecimal() and len(key) < 19]
    rows = Enterprise.objects.filter(pk__in=numbers).values_list("pk", "name")
    return {str(pk): f"{name} ({pk})" for pk, name in rows}


def _batches(keys: list[str]) -> Mapping[str, str]:
    rows = BatchFile.objects.filter(batch__in=_uuids(keys), order=0)
    return {str(pk): name for pk, name in rows.values_list("batch", "name")}


def _registers(keys: list[str]) -> Mapping[str, str]:
    rows = AccidentFile.objects.filter(batch__in=_uuids(keys))
    return {str(pk): name for pk, name in rows.values_list("batch", "name")}


def _states(keys: list[str]) -> Mapping[str, str]:
    return {state: str(label) for state, label in STATES.items()}


def _grades(keys: list[str]) -> Mapping[str, str]:
    return {grade.value: str(grade.label) for grade in Grade}


def _sources(keys: list[str]) -> Mapping[str, str]:
    return {source.value: str(source.label) for source in Source}


def declare() -> None:
    for thing, resolver in (
        ("case", _cases), ("enterprise", _enterprises), ("batch", _batches),
        ("accident_batch", _registers), ("state", _states),
        ("grade", _grades), ("source", _sources),
    ):  # fmt: skip
        trail_names.declare(thing, resolver)
