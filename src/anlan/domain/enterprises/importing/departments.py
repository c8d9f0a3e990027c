"""Which department a register means: by its name, its code, or the short name that offices use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from anlan.base.paths import below
from anlan.base.text import plain
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.regions.models import Region

UNITS_MAX = 20_000
#: 应急局, 住建局: two signs of what it is and one of what kind of office; longer ones are names.
SHORT_MIN, SHORT_MAX = 3, 7
#: What may stand before it for the area's own name: 区应急局, 市住建局.
_LEVELS = "省市州县区"


@dataclass(frozen=True)
class Department:
    pk: int
    name: str
    path: str
    #: Its name as it is compared, and the same without its area's name: 应急管理局.
    folded: str
    stem: str
    code: str
    area: str


class Departments:
    """Those that may be in charge in an area: its own and those below and above it."""

    def __init__(self, found: Iterable[Department]) -> None:
        self.found = list(found)
        self.by_name: dict[str, list[Department]] = {}
        for one in self.found:
            for said in {one.folded, one.code}:
                self.by_name.setdefault(said, []).append(one)

    @classmethod
    def near(cls, home: Region) -> Self:
        # The county's own and its prefecture's and province's: each path begins with the others'.
        path = home.path
        above = [path[: end + 1] for end, sign in enumerate(path) if sign == "/"]
        rows = Unit.objects.filter(kind=UnitKind.DEPARTMENT, valid_to=None)
        near = rows.filter(below(path)) | rows.filter(path__in=above)
        values = near.order_by("pk").values_list("pk", "name", "path", "code", "area__name")
        return cls(
            Department(pk, name, path, plain(name), _stem(plain(name), area), plain(code), area)
            for pk, name, path, code, area in values[:UNITS_MAX]
        )

    def called(self, said: str, path: str) -> list[Department]:
        """Those that a row may mean: one is the one, of several none is."""
        folded = plain(said)
        exact = self.by_name.get(folded, [])
        if exact:
            # A bureau of county and prefecture has its own: where it is named in full, one alone.
            return exact
        level = 0
        nearest: list[Department] = []
        for one in self.found:
            if not path.startswith(one.path) or len(one.path) < level:
                continue
            if _stands_for(folded, one):
                if len(one.path) > level:
                    level, nearest = len(one.path), []
                nearest.append(one)
        return nearest


def _stem(name: str, area: str) -> str:
    """A department's name behind its area's: 应急管理局 of 昆明市五华区应急管理局."""
    for said in (plain(area), plain(area)[:-1]):
        if len(said) > 1 and said in name:
            return name.rpartition(said)[2] or name
    return name


def _stands_for(said: str, one: Department) -> bool:
    """Whether a short name may be this department's: its signs stand in the name in their order,
    the first and the last at its ends (住建局: 住房和城乡建设局)."""
    short = _stem(said, one.area)
    if short == said and len(said) > SHORT_MIN and said[0] in _LEVELS and said[0] == one.area[-1]:
        short = said[1:]
    if not SHORT_MIN <= len(short) <= SHORT_MAX or not one.stem:
        return False
    if (short[0], short[-1]) != (one.stem[0], one.stem[-1]):
        return False
    rest = iter(one.stem)
    return all(sign in rest for sign in short)
