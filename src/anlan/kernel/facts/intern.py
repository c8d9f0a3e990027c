"""Short numbers for kinds, label sets and areas, remembered by the process.

A number is remembered only once the transaction that saw it has committed: one that is rolled
back gives its number to somebody else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection, transaction

from anlan.base.limits import IN_LIST_MAX
from anlan.base.memory import Memory
from anlan.kernel.facts import sql
from anlan.kernel.facts.models import LABELS_CHARS_MAX, Kind, LabelSet
from anlan.kernel.regions.models import Region

#: The one label of which a case has many: it overlaps (有交叉), so its table doesn't add up.
TOPICS = "topics"
#: A process forgets what it knows beyond this; it is looked up again.
REMEMBERED_MAX = 100_000
CARRIED_MAX = 500

K = TypeVar("K")


@dataclass
class _Memory:
    database: object = None
    kinds: dict[str, int] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)
    areas: dict[int, int] = field(default_factory=dict)
    #: Sums below a mark, by question (see carried.py).
    carried: Memory[Any] = field(default_factory=lambda: Memory(CARRIED_MAX))


_memory = _Memory()


def forget() -> None:
    """Needed where the database under a running process is replaced or emptied."""
    global _memory
    _memory = _Memory()


def memory() -> _Memory:
    """What is remembered of the database that this thread is connected to."""
    global _memory
    known = connection.settings_dict
    database = (known["ENGINE"], known["HOST"], known["PORT"], known["NAME"])
    if _memory.database != database:
        _memory = _Memory(database)
    return _memory


def key_of(labels: Mapping[str, str]) -> str:
    """The canonical text of a label set; labels without a value are left out."""
    if TOPICS in labels:
        labels = {**labels, TOPICS: ",".join(topics_of(labels[TOPICS]))}
    return "|".join([f"{name}={value}" for name, value in sorted(labels.items()) if value])


def topics_of(text: str) -> list[str]:
    return sorted({topic for topic in text.split(",") if topic})


def labels_of(key: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in key.split("|") if part)


@lru_cache(10_000)
def values_of(key: str) -> Mapping[str, list[str]]:
    """A set's values by label: one each, but for topics."""
    found: dict[str, list[str]] = {}
    for name, value in _values(key):
        found.setdefault(name, []).append(value)
    return found


def kinds(codes: Collection[str]) -> dict[str, int]:
    """Numbers of kinds, made where they are new."""
    known = memory().kinds
    missing = sorted(code for code in set(codes) if code not in known)
    if not missing:
        return known
    found = _kind_rows(missing)
    new = [code for code in missing if code not in found]
    if new:
        sql.intern_kinds(new)
        found = _kind_rows(missing)
    return _remember(known, found)


def codes() -> dict[int, str]:
    """The kinds that were ever posted, by their numbers."""
    return dict(Kind.objects.values_list("pk", "code"))


def known_kinds(codes: Collection[str]) -> dict[str, int]:
    """Numbers of the kinds that were ever posted; the others have no facts."""
    known = memory().kinds
    missing = [code for code in codes if code not in known]
    return _remember(known, _kind_rows(missing)) if missing else known


def _kind_rows(codes: Collection[str]) -> dict[str, int]:
    return dict(Kind.objects.filter(code__in=codes).values_list("code", "id"))


def label_sets(keys: Iterable[str]) -> dict[str, int]:
    """Numbers of label sets by their canonical text, made where they are new."""
    known = memory().labels
    missing = sorted({key for key in keys if key not in known})
    if not missing:
        return known
    found = _label_rows(missing)
    new = [key for key in missing if key not in found]
    if new:
        for key in new:
            _assert_canonical(key)
        by_sector = {key: alone for key in new if (alone := _sector_alone(key)) != key}
        both = sorted({*new, *by_sector.values()})
        sql.intern_labels({key: _values(key) for key in both}, by_sector)
        found.update(_label_rows(new))
    return _remember(known, found)


def _sector_alone(key: str) -> str:
    """The set that cells by sector are kept for."""
    return key_of({"sector": labels_of(key).get("sector", "")})


def _values(key: str) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, text in labels_of(key).items()
        for value in (topics_of(text) if name == TOPICS else [text])
    ]


def _label_rows(keys: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(keys), IN_LIST_MAX):
        rows = LabelSet.objects.filter(key__in=keys[start : start + IN_LIST_MAX])
        found.update(rows.values_list("key", "id"))
    return found


def _assert_canonical(key: str) -> None:
    assert len(key) <= LABELS_CHARS_MAX, key
    for part in key.split("|"):
        name, equals, value = part.partition("=")
        assert not key or (name.isidentifier() and equals and "=" not in value), key
        assert len(name) <= 30, key
        assert all(len(v) <= 60 for v in (value.split(",") if name == TOPICS else [value])), key


def assert_areas(ids: Collection[int]) -> None:
    """A fact at a place that doesn't exist would be in no sum."""
    known = memory().areas
    missing = sorted({pk for pk in ids if pk not in known})
    if not missing:
        return
    found: set[int] = set()
    for start in range(0, len(missing), IN_LIST_MAX):
        rows = Region.objects.filter(pk__in=missing[start : start + IN_LIST_MAX])
        found.update(rows.values_list("pk", flat=True))
    assert len(found) == len(missing), f"no such areas: {set(missing) - found}"
    _keep(known, dict.fromkeys(found, 1))


def _remember(known: dict[K, int], found: dict[K, int]) -> dict[K, int]:
    """Both together; what was found stays known once the transaction has committed."""
    _keep(known, found)
    return {**known, **found} if known else found


def _keep(known: dict[K, int], found: dict[K, int]) -> None:
    def keep() -> None:
        # A test that plays on-commit hooks inside its own transaction commits nothing.
        if not connection.in_atomic_block:
            if len(known) > REMEMBERED_MAX:
                known.clear()
            known.update(found)

    if found:
        transaction.on_commit(keep)
