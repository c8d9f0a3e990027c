"""What the words of a row mean here: its area, its sector. Looked up once per text and import."""

from __future__ import annotations

from dataclasses import dataclass

from anlan.domain.hazards.reading import ParsedRow
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions.resolving import Resolved, Resolver


@dataclass(frozen=True)
class Spot:
    """Where a row belongs. ``stated`` is False where it names no area: then the sender's holds.

    ``warning`` is a code: area_unknown or area_ambiguous, where words were not understood.
    """

    area_id: int
    path: str
    stated: bool
    warning: str = ""


class Lookup:
    """Areas and sectors for the rows of one sender, remembered by their texts."""

    def __init__(self, unit: Unit) -> None:
        self._home = Spot(unit.area_id, unit.path, stated=False)
        self._resolver = Resolver.load(unit.area)
        self._spots: dict[tuple[str, ...], Spot] = {}

    def area(self, row: ParsedRow) -> Spot:
        """The lowest area that the row's texts name; the sender's own where they name none."""
        texts = (row.area_text, row.province, row.prefecture, row.county, row.township, row.village)
        if texts not in self._spots:
            self._spots[texts] = self._spot([text for text in texts if text])
        return self._spots[texts]

    def _spot(self, texts: list[str]) -> Spot:
        if not texts:
            return self._home
        together = self._resolver.resolve("".join(texts))
        # Words that don't go together (a county of another prefecture): the last that is known.
        readings = [together, *(self._resolver.resolve(text) for text in reversed(texts))]
        place = next((reading.place for reading in readings if reading.place), None)
        if place is not None and not place.path.startswith(self._home.path):
            # A county that writes its prefecture's name means itself.
            place = None if not self._home.path.startswith(place.path) else self._resolver.within
        if place is None:
            unsure = any(reading.is_ambiguous for reading in readings)
            warning = "area_ambiguous" if unsure else "area_unknown"
            return Spot(self._home.area_id, self._home.path, stated=False, warning=warning)
        return Spot(place.id, place.path, stated=True, warning=_left_over(together))

    def sector(self, row: ParsedRow) -> str | None:
        """As its column says; else its section or sheet, for many registers have one each."""
        words = (row.sector_text, row.section, row.sheet)
        return next((found for text in words if text and (found := sectors.recognise(text))), None)


def _left_over(reading: Resolved) -> str:
    return "area_ambiguous" if reading.is_ambiguous else ""
