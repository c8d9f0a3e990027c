"""What the rows of a workbook say of which entry, and what is doubtful or wrong about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as made
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import Refusal
from anlan.base.text import bigrams, plain
from anlan.domain.enterprises import codes
from anlan.domain.enterprises.commands import NewEnterprise, PutResult, Wanted, same_place
from anlan.domain.enterprises.importing import cells
from anlan.domain.enterprises.importing.columns import FIELDS, PLACES, is_code
from anlan.domain.enterprises.importing.departments import Departments
from anlan.domain.enterprises.importing.plan import Line, Plan
from anlan.domain.enterprises.models import NAME_CHARS_MAX, Batch
from anlan.domain.enterprises.models import Line as Row
from anlan.domain.enterprises.permissions import may_keep_in
from anlan.domain.enterprises.queries import Known, by_codes, by_names
from anlan.domain.enterprises.refusals import RowUnclear
from anlan.kernel.accounts import sectors
from anlan.kernel.regions.models import Level, Region
from anlan.kernel.regions.resolving import Resolver

Put = Callable[[Sequence[NewEnterprise]], list[PutResult]]
#: Of the shorter name's pairs of characters, how many must stand in the other to be its new name.
ALIKE = 1 / 3
#: What most names end with, and tells none from another.
_ENDINGS = ("股份有限公司", "有限责任公司", "有限公司", "公司", "厂", "店")
#: Columns that a row states beside its name, code and area.
STATED = ("kind", "industry", "sector_id", "regulator_id", "address", "lon", "lat", "scale",
          "status")  # fmt: skip
#: Departments that a doubt names.
NAMED_MAX = 5


@dataclass(frozen=True)
class Doubt:
    """Something to be looked at, in the field where it stands; the row is taken all the same."""

    field: str
    message: str | Promise
    data: Mapping[str, Any] = made(default_factory=dict)

    def __str__(self) -> str:
        return _("%(field)s: %(reason)s") % {"field": FIELDS[self.field], "reason": self.reason}

    @property
    def reason(self) -> str:
        return str(self.message) % self.data


@dataclass(frozen=True)
class Spot:
    """Where a row says that it is; not ``stated`` where it says nothing, or its address alone."""

    area_id: int
    path: str
    stated: bool


@dataclass
class Became:
    """One row on its way: what it states, what is said of it, and what became of it."""

    line: Line
    outcome: str = ""
    spot: Spot = Spot(0, "", stated=False)
    #: None where it is refused.
    stated: NewEnterprise | None = None
    refusal: Refusal | None = None
    doubts: list[Doubt] = made(default_factory=list)
    result: PutResult | None = None
    #: Of a row that tells again of an entry, where it was told of first.
    twin_of: str = ""

    @property
    def name(self) -> str:
        return self.line.said.get("name", "")[:NAME_CHARS_MAX]

    def doubt(self, name: str, message: str | Promise, /, **data: Any) -> None:
        self.doubts.append(Doubt(name, message, data))

    def refuse(self, refusal: Refusal) -> None:
        self.refusal, self.outcome, self.stated = refusal, Row.Outcome.REFUSED, None

    def settle(self, result: PutResult) -> None:
        """What the register answered."""
        if result.refusal is not None:
            self.refuse(result.refusal)
            return
        self.result = result
        self.outcome = self.outcome or _OUTCOMES[result.outcome]


@dataclass(frozen=True)
class First:
    """The row that told of an entry first, and what all rows so far have told of it."""

    sheet: str
    row: int
    stated: NewEnterprise


def unclear(name: str, message: str | Promise, /, **data: Any) -> RowUnclear:
    return RowUnclear(told=Doubt(name, message, data), at=name)


class Reader:
    """Reads a batch's rows, chunk by chunk in their order; what came before is remembered."""

    def __init__(self, batch: Batch, plan: Plan, by: Actor) -> None:
        self.batch, self.plan, self.by = batch, plan, by
        self.home: Region = batch.area
        self.near = Resolver.load(self.home)
        self.seen: dict[tuple[Any, ...], First] = {}

    @cached_property
    def far(self) -> Resolver:
        """Names of places elsewhere: a row that is somebody else's is told so."""
        return Resolver.load(None, down_to=Level.COUNTY)

    @cached_property
    def departments(self) -> Departments:
        return Departments.near(self.home)

    def remember(self, lines: Sequence[Line]) -> None:
        """Rows that an earlier attempt took in: a later one may tell of the same entries."""
        for became in self._told(lines):
            if became.stated is not None:
                self._doubled(became)

    def read(self, lines: Sequence[Line], put: Put) -> list[Became]:
        """What becomes of some rows; ``put`` takes them in, or says what it would do."""
        found = self._told(lines)
        self._locate([one for one in found if one.stated is not None])
        wanted: list[tuple[Became, NewEnterprise]] = []
        for became in found:
            if became.stated is None:
                continue
            stated = self._doubled(became)
            if stated is not None:
                wanted.append((became, stated))
        results = put([stated for _became, stated in wanted])
        for (became, _stated), result in zip(wanted, results, strict=True):
            became.settle(result)
        return found

    # --- one row -----------------------------------------------------------------------------

    def _told(self, lines: Sequence[Line]) -> list[Became]:
        found = []
        for line in lines:
            became = Became(line)
            try:
                became.stated = self._stated(became)
            except Refusal as refusal:
                became.refuse(refusal)
            found.append(became)
        return found

    def _stated(self, became: Became) -> NewEnterprise:
        said = {name: text for name, text in became.line.said.items()
                if not cells.is_nothing(text)}  # fmt: skip
        for name in [name for name, text in said.items() if cells.is_error(text)]:
            became.doubt(name, _("the cell shows an error (%(said)s) and counts as empty"),
                         said=said.pop(name))  # fmt: skip
        if became.line.hidden:
            became.doubt("name", _("the workbook hides this row; take it out if it is not meant"))
        name = " ".join(said.get("name", "").split())
        code = self._code(became, said.get("credit_code", ""))
        _check_name(name)
        became.spot = spot = self._spot(said)
        return NewEnterprise(
            name=name, area_id=spot.area_id, credit_code=code.stated,
            address=said.get("address"), **self._classes(became, said), **_point(became, said),
        )  # fmt: skip

    def _code(self, became: Became, said: str) -> codes.CreditCode:
        code = codes.read(said)
        if code.stated and not any(sign.isdigit() for sign in code.stated):
            raise unclear("credit_code", _("“%(said)s” is no code: the row's cells have moved. Put "
                                           "each under its heading."), said=said[:40])  # fmt: skip
        if code.doubtful:
            became.doubt("credit_code", _("“%(said)s” can't be right (18 characters, the last one "
                         "fits the others); it is kept as written, and the entry is known by its "
                         "name"), said=code.stated)  # fmt: skip
        return code

    def _spot(self, said: Mapping[str, str]) -> Spot:
        texts = [said[name] for name in PLACES if name in said]
        if not texts:
            return self._by_address(said.get("address", ""))
        together = self.near.resolve("".join(texts))
        readings = [together, *(self.near.resolve(text) for text in reversed(texts))]
        place = next((each.place for each in readings if each.place), None)
        if place is None:
            # Somebody else's: the command refuses it with what it says of rights.
            far = (self.far.resolve(text) for text in ("".join(texts), *reversed(texts)))
            place = next((each.place for each in far if each.place), None)
        if place is None:
            at = next(name for name in reversed(PLACES) if name in said)
            raise unclear(at, _("no area is called “%(said)s”; write its name in full or its code, "
                                "or leave the cell empty"), said="".join(texts)[:40])  # fmt: skip
        if self.home.path.startswith(place.path):
            # A county that writes its prefecture's name means itself.
            return Spot(self.home.pk, self.home.path, stated=False)
        return Spot(place.id, place.path, stated=True)

    def _by_address(self, address: str) -> Spot:
        place = self.near.resolve(address).place if address else None
        if place is not None and place.path.startswith(self.home.path):
            return Spot(place.id, place.path, stated=False)
        return Spot(self.home.pk, self.home.path, stated=False)

    def _classes(self, became: Became, said: Mapping[str, str]) -> dict[str, Any]:
        """Industry, sector, regulator, scale, state and kind; what isn't understood is told."""
        found: dict[str, Any] = {}
        sector = said.get("sector", "")
        found["sector_id"] = sectors.recognise(sector) if sector else None
        if sector and not found["sector_id"]:
            became.doubt("sector", _LEFT, said=sector[:40])
        if text := said.get("industry", ""):
            found["industry"] = cells.industry_of(text)
            if found["industry"] is None:
                # A bureau writes 化工 or 工贸, which is a sector and no industry.
                found["sector_id"] = found["sector_id"] or sectors.recognise(text)
                if not found["sector_id"]:
                    became.doubt("industry", _LEFT, said=text[:40])
        for name, column, reads in (
            ("scale", "scale", cells.scale_of),
            ("status", "status", cells.state_of), ("kind", "kind", cells.kind_of),
        ):  # fmt: skip
            if text := said.get(name, ""):
                found[column] = reads(text)
                if found[column] is None:
                    became.doubt(name, _LEFT, said=text[:40])
        if text := said.get("regulator", ""):
            found["regulator_id"] = self._regulator(became, text)
        return found

    def _regulator(self, became: Became, said: str) -> int | None:
        """The only department that is called so; of a short name (应急局), the only one that it may
        stand for in the row's own area, else in the nearest area above. Several are told."""
        near = self.departments.called(said, became.spot.path)
        if len(near) == 1:
            return near[0].pk
        if near:
            names = "、".join(one.name for one in near[:NAMED_MAX])
            became.doubt("regulator", _SEVERAL, said=said[:40], names=names)
        else:
            became.doubt("regulator", _LEFT, said=said[:40])
        return None

    # --- a chunk against the register -----------------------------------------------------------

    def _locate(self, found: Sequence[Became]) -> None:
        """The entry that each row means, by code, else by name in its area, around or below it."""
        read = [codes.read(one.stated.credit_code).code for one in found if one.stated]
        coded = by_codes(code for code in read if code)
        named = by_names((plain(one.name) for one in found), self.home.path)
        for became, code in zip(found, read, strict=True):
            stated, spot = became.stated, became.spot
            assert stated is not None
            same = named.get(plain(stated.name), ())
            known = coded.get(code)
            if known is None:
                wanted = Wanted(stated.name, spot.area_id, spot.path)
                known = same_place(wanted, same, code)
            if known is None:
                self._elsewhere(became, same, code)
                continue
            if not may_keep_in(self.by, known.path, known.sector_id):
                # Refused by the command, which tells nothing of it.
                became.stated = replace(stated, entry_id=known.pk)
                continue
            try:
                name = self._name(became, stated.name, known, same)
            except Refusal as refusal:
                became.refuse(refusal)
                continue
            stays = not spot.stated or known.path.startswith(spot.path)
            if not stays:
                became.doubt("name", _("it moves to another area"))
            area = known.area_id if stays else stated.area_id
            became.stated = replace(stated, name=name, area_id=area, entry_id=known.pk)

    def _elsewhere(self, became: Became, same: Sequence[Known], code: str) -> None:
        for other in same:
            if (code and other.credit_code) or not may_keep_in(
                self.by, other.path, other.sector_id
            ):
                continue
            became.doubt("name", _("entry %(pk)s has this name in another area; if both are one, "
                                   "propose to merge them"), pk=other.pk)  # fmt: skip
            return

    def _name(self, became: Became, said: str, known: Known, same: Sequence[Known]) -> str:
        if plain(said) == known.plain_name:
            return known.name  # Widths, brackets and blanks are no renaming.
        if any(one.pk == known.pk for one in same):
            became.doubt("name", _("a former name of “%(name)s”, which is kept"), name=known.name)
            return known.name
        if self.plan.renames or alike(said, known.name):
            became.doubt("name", _("a new name of “%(name)s”"), name=known.name)
            return said
        raise unclear("name", _("this credit code is that of “%(name)s”. Compare both with the "
                      "licence: mend the code, or tick that such names are new ones and try again"),
                      name=known.name)  # fmt: skip

    def _doubled(self, became: Became) -> NewEnterprise | None:
        """What of a row is still to be put: of one that tells again of an entry, only what the
        rows before it left open; None where that is nothing."""
        stated = became.stated
        assert stated is not None
        keys = _keys(stated, became.spot.area_id)
        first = next((self.seen[key] for key in keys if key in self.seen), None)
        if first is not None and _two_codes(first.stated, stated):
            became.doubt("credit_code", _("row %(row)s has this name under another credit code"),
                         row=_place(first, became.line))  # fmt: skip
            first = None
        if first is None:
            first = First(became.line.sheet, became.line.number, stated)
            self.seen.update(dict.fromkeys(keys, first))
            return stated
        became.outcome = Row.Outcome.DOUBLED
        more = {name: value for name in STATED
                if (value := getattr(stated, name)) is not None
                and getattr(first.stated, name) is None}  # fmt: skip
        code = "" if first.stated.credit_code else stated.credit_code
        other = [name for name in STATED
                 if getattr(stated, name) is not None and name not in more
                 and getattr(stated, name) != getattr(first.stated, name)]  # fmt: skip
        where = _place(first, became.line)
        if other:
            became.doubt(_FIELD_OF.get(other[0], other[0]), _OTHERWISE, row=where)
        became.twin_of = where
        if not more and not code:
            return None
        whole = replace(first.stated, credit_code=first.stated.credit_code or code, **more)
        held = First(first.sheet, first.row, whole)
        for key in {*keys, *_keys(whole, became.spot.area_id)}:
            self.seen[key] = held
        rest: dict[str, Any] = {name: more.get(name) for name in STATED}
        return replace(whole, **rest)


_LEFT = _("“%(said)s” isn't understood and is left out; write it as the form of an entry does")
_SEVERAL = _(
    "“%(said)s” may be any of %(names)s and is left out; write the name of the one that is meant"
)
_OTHERWISE = _(
    "row %(row)s tells of the same enterprise and says something else here; what it says holds"
)
_NO_PLACE = _(
    "“%(said)s” is no place in China and is left out; write degrees as 102.71234 and 25.04567"
)
_FIELD_OF = {"sector_id": "sector", "regulator_id": "regulator"}
_OUTCOMES = {"created": Row.Outcome.CREATED, "updated": Row.Outcome.CHANGED,
             "unchanged": Row.Outcome.EQUAL}  # fmt: skip


def _check_name(name: str) -> None:
    if not plain(name):
        raise unclear("name", _("it is empty; give the name as it stands on the licence."))
    if is_code(name) or plain(name).isdigit():
        raise unclear("name", _("“%(said)s” is no name: the row's cells have moved. Put each under "
                                "its heading."), said=name[:40])  # fmt: skip


def _point(became: Became, said: Mapping[str, str]) -> dict[str, Any]:
    lon, lat = said.get("lon", ""), said.get("lat", "")
    if not lon and not lat:
        return {}
    point = cells.point_of(lon, lat)
    if point is None:
        became.doubt("lon" if lon else "lat", _NO_PLACE, said=f"{lon}, {lat}"[:40])
        return {}
    return {"lon": point[0], "lat": point[1]}


def alike(one: str, other: str) -> bool:
    """Whether one name may be the other's successor: what tells them apart holds much in common."""
    pairs = [set(bigrams(_told(name))) for name in (one, other)]
    least = min(map(len, pairs))
    return least > 0 and len(pairs[0] & pairs[1]) >= least * ALIKE


def _told(name: str) -> str:
    folded = plain(name)
    ending = next((each for each in _ENDINGS if folded.endswith(each)), "")
    return folded.removesuffix(ending) or folded


def _keys(stated: NewEnterprise, area_id: int) -> list[tuple[Any, ...]]:
    """By what a later row may tell of the same entry."""
    code = codes.read(stated.credit_code).code
    found: list[tuple[Any, ...]] = [("code", code)] if code else []
    found.append(("name", area_id, plain(stated.name)))
    if stated.entry_id is not None:
        found.append(("entry", stated.entry_id))
    return found


def _two_codes(one: NewEnterprise, other: NewEnterprise) -> bool:
    both = {codes.read(each.credit_code).code for each in (one, other)}
    return "" not in both and len(both) == 2


def _place(first: First, line: Line) -> str:
    return str(first.row) if first.sheet == line.sheet else f"{first.sheet}!{first.row}"
