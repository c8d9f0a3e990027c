"""Which of our units a paper means: papers shorten names, and leave out the area they write for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from anlan.base import bulk
from anlan.base.paths import below
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions.models import Region

#: How papers shorten what units are called in full.
_SHORT = {
    "安委会办公室": "安全生产委员会办公室",
    "安委办": "安全生产委员会办公室",
    "应急": "应急管理",
    "住房城乡建设": "住房和城乡建设",
    "住建": "住房和城乡建设",
    "市场监管": "市场监督管理",
    "市监": "市场监督管理",
    "卫生健康委": "卫生健康委员会",
    "卫健委": "卫生健康委员会",
    "发展改革委": "发展和改革委员会",
    "发改委": "发展和改革委员会",
    "文化旅游": "文化和旅游",
    "文旅": "文化和旅游",
    "林草": "林业和草原",
    "工业信息化": "工业和信息化",
    "工信": "工业和信息化",
    "教体": "教育体育",
}
#: What is said in full already isn't made longer.
_FULL = re.compile(
    "|".join(
        [
            *sorted({re.escape(full) for full in _SHORT.values()}, key=len, reverse=True),
            *sorted(map(re.escape, _SHORT), key=len, reverse=True),
        ]
    )
)
_OWN = re.compile(r"^(?:[本我全]?[省市州县区旗])(?=.{2})")


def plain(name: str, area: Region) -> str:
    """A unit's name in full and without the area before it, as both sides are compared."""
    said = re.sub(r"\s", "", name)
    for place in (area.full_name, area.name):
        if place and said.startswith(place) and len(said) > len(place):
            said = said[len(place) :]
            break
    else:
        said = _OWN.sub("", said)
    return _FULL.sub(lambda match: _SHORT.get(match[0], match[0]), said)


def units_named(names: Iterable[str], area: Region) -> dict[str, int]:
    """By name, the one unit that it means: of the area itself, or below it by its full name.

    A name that fits none, or several, is left out: a person chooses.
    """
    wanted = sorted({name for name in names if name.strip()})
    if not wanted:
        return {}
    found: dict[str, set[int]] = defaultdict(set)
    for chunk in bulk.slices(wanted):
        rows = Unit.objects.filter(below(area.path), valid_to=None, name__in=chunk)
        for pk, name in rows.values_list("pk", "name"):
            found[name].add(pk)
    known: dict[str, set[int]] = defaultdict(set)
    here = Unit.objects.filter(area=area, valid_to=None).values_list("pk", "name")
    for pk, name in here:
        known[plain(name, area)].add(pk)
    for name in wanted:
        if name not in found:
            found[name] |= known.get(plain(name, area), set())
    return {name: next(iter(pks)) for name, pks in found.items() if len(pks) == 1}
