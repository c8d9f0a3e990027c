"""Charts and maps as data: what a script draws and what the table beside it says is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from anlan.ui.figures import MISSING

Text = str | Promise
Figure = Any  # int, Decimal, None (no value) or MISSING


def _plain(value: Figure) -> float | int | None:
    """For drawing only: what has no value or is missing leaves a gap, never a zero."""
    if value is None or value is MISSING:
        return None
    return value if isinstance(value, int) else float(value)


@dataclass(frozen=True)
class Series:
    name: Text
    values: Sequence[Figure]
    #: Where each value leads; empty text where it leads nowhere.
    links: Sequence[str] = ()
    #: accent, red, amber, green, grey, violet; empty: the next in turn.
    tone: str = ""
    #: Drawn as a line over the columns (a rate over counts).
    line: bool = False


@dataclass(frozen=True)
class Chart:
    """``kind``: columns (up, by time), bars (across, by name), line, stack (columns piled up)."""

    title: Text
    kind: Literal["columns", "bars", "line", "stack"]
    #: What the labels are: month, sector, area.
    by: Text
    labels: Sequence[Text]
    series: Sequence[Series]
    percent: bool = False

    def __post_init__(self) -> None:
        assert all(len(series.values) == len(self.labels) for series in self.series)

    @property
    def summary(self) -> str:
        names = _(", ").join(str(series.name) for series in self.series)
        return _("Chart: %(title)s, by %(by)s: %(names)s. The table below has the figures.") % {
            "title": self.title,
            "by": self.by,
            "names": names,
        }

    @property
    def rows(self) -> list[tuple[Text, list[tuple[Figure, str]]]]:
        return [
            (
                label,
                [(one.values[i], one.links[i] if one.links else "") for one in self.series],
            )
            for i, label in enumerate(self.labels)
        ]

    @property
    def data(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "percent": self.percent,
            "labels": [str(label) for label in self.labels],
            "none": _("no figure"),
            "series": [
                {
                    "name": str(one.name),
                    "values": [_plain(value) for value in one.values],
                    "links": list(one.links),
                    "tone": one.tone,
                    "line": one.line,
                }
                for one in self.series
            ],
        }


@dataclass(frozen=True)
class Place:
    """One area's figure on a map."""

    code: str
    name: Text
    value: Figure
    #: How the figure reads, unit included.
    words: str
    link: str = ""


@dataclass(frozen=True)
class Pin:
    """A point on a map, in degrees."""

    longitude: float
    latitude: float
    label: Text
    link: str = ""


@dataclass(frozen=True)
class AreaMap:
    """Areas coloured by a figure. Shapes come from a GeoJSON address, features with a ``code``.

    A place without a shape still stands in the list that belongs beside every map.
    """

    title: Text
    shapes_url: str
    places: Sequence[Place]
    #: 审图号, or that this is only a sketch.
    note: Text = ""
    pins: Sequence[Pin] = field(default_factory=tuple)
    percent: bool = False
    #: The smaller the better: nothing changes in colour, but the legend says so.
    classes: int = 5
    #: Lets a click choose a point: names of the two fields that take its degrees.
    choose: tuple[str, str] | None = None

    @property
    def summary(self) -> str:
        if not self.places:
            return str(self.title)
        return _("Map: %(title)s. The list beside it has the same figures.") % {"title": self.title}

    @property
    def bounds(self) -> list[float]:
        """Upper bounds of the classes, by quantile over the values above zero.

        Quantiles keep one very large place from leaving all others in the palest class.
        """
        values = sorted(
            {float(p.value) for p in self.places if p.value not in (None, MISSING) and p.value > 0}
        )
        if not values:
            return []
        classes = min(self.classes, len(values))
        return [values[(i + 1) * len(values) // classes - 1] for i in range(classes)]

    @property
    def data(self) -> dict[str, Any]:
        return {
            "bounds": self.bounds,
            "percent": self.percent,
            "words": {
                "none": _("no figure"),
                "zero": _("none"),
                "failed": _("The map's shapes couldn't be loaded; the list has the same figures."),
            },
            "places": [
                {
                    "code": p.code,
                    "name": str(p.name),
                    "value": _plain(p.value),
                    "words": p.words,
                    "link": p.link,
                }
                for p in self.places
            ],
            "pins": [
                {"at": [p.longitude, p.latitude], "label": str(p.label), "link": p.link}
                for p in self.pins
            ],
            "choose": list(self.choose) if self.choose else None,
        }
