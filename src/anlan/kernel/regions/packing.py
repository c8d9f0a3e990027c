"""Makes the packed data of this app from the published tables; see data/README.md.

The history of the divisions is worked out in history.py.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from anlan.kernel.regions import pinyin
from anlan.kernel.regions.history import History, Place, Row, Said
from anlan.kernel.regions.models import Level

DATA = Path(__file__).parent / "data"
#: The day on which the division table was fetched: the latest on which 撤销 can have happened.
TABLE_DAY = "2026-09-11"
NATION_CODE = "000000"


def pack(source: Path, target: Path = DATA) -> dict[str, Any]:
    """Read the tables in ``source``, write the packed files; returns the counts among them."""
    divisions = list(_rows(source / "regions" / "divisions.csv"))
    townships = list(_rows(source / "regions" / "townships.csv.gz"))
    changes = list(_rows(source / "regions" / "region_changes_1980_2026.csv.gz"))
    nation = Place(NATION_CODE, "全国", Level.NATION, source="")
    places = {row["code"]: _division(row) for row in divisions}
    history = History(places)
    history.current_name = {id(place): place.name for place in places.values()}
    history.read(changes)
    current = _divisions_now(divisions, places, nation)
    towns = [_township(row, places) for row in townships]
    ended = sorted(history.ended, key=lambda p: (p.level, p.code, p.ends or 0, p.name))
    for place in ended:
        place.parent = place.parent or nation
    everything = [nation, *current, *towns, *ended]
    _number(everything)
    _free_codes(everything)
    counts = {
        "nation": 1,
        **{Level(n).name.lower(): sum(p.level == n for p in current) for n in (1, 2, 3)},
        "township": len(towns),
        "township_abolished": sum(bool(p.ended_on) for p in towns),
        "ended": len(ended),
        "lineage": len(history.said),
        "history": dict(sorted(history.counts.items())),
    }
    target.mkdir(exist_ok=True)
    _write(target / "regions.csv.gz", _REGION_COLUMNS, map(_region_row, everything))
    _write(
        target / "codes.csv.gz", ("region", "code", "valid_from", "valid_to"), _codes(everything)
    )
    _write(
        target / "names.csv.gz", ("region", "name", "valid_from", "valid_to"), _names(everything)
    )
    _write(target / "lineage.csv.gz", _LINEAGE_COLUMNS, map(_lineage_row, history.said))
    _write_text(target / "boundaries.geojson.gz", _boundaries(source / "boundaries"))
    (target / "counts.json").write_text(json.dumps(counts, ensure_ascii=False, indent=1) + "\n")
    return counts


_REGION_COLUMNS = (
    "id", "code", "name", "level", "kind", "parent", "valid_from", "valid_to",
    "initials", "pinyin", "lon", "lat", "source",
)  # fmt: skip
_LINEAGE_COLUMNS = ("old", "new", "kind", "year", "divisible", "note", "source", "doc_no")


def _rows(path: Path) -> Iterator[Row]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    yield from csv.DictReader(io.StringIO(text))


def _division(row: Row) -> Place:
    lon, lat = row["inside_lon"] or row["centroid_lon"], row["inside_lat"] or row["centroid_lat"]
    return Place(
        row["code"],
        row["name"],
        int(row["level"]),
        row["kind"],
        lon=lon,
        lat=lat,
        source="mca_2026",
    )


def _divisions_now(divisions: list[Row], places: dict[str, Place], nation: Place) -> list[Place]:
    """Today's places in order of level and code, with today's code and name put back."""
    now: list[Place] = []
    for row in divisions:
        place = places[row["code"]]
        place.code, place.name = row["code"], row["name"]
        place.parent = places[row["parent_code"]] if row["parent_code"] else nation
        now.append(place)
    return sorted(now, key=lambda p: (p.level, p.code))


def _township(row: Row, places: dict[str, Place]) -> Place:
    place = Place(row["code"], row["name"], Level.TOWNSHIP, row["kind"], source=row["source"])
    place.parent = places[row["parent_code"]]
    if row["status"] == "abolished":
        place.ended_on = TABLE_DAY
    return place


def _number(places: list[Place]) -> None:
    for number, place in enumerate(places, start=1):
        place.id = number


def _free_codes(places: list[Place]) -> None:
    """Give a code that several places had to the one that has it now, or had it last."""
    groups: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        groups[place.codes[0][0] if place.ends and place.codes else place.code].append(place)
    for code, group in groups.items():
        group.sort(key=lambda p: (p.ends or 9999, p.id), reverse=True)
        group[0].code = code
        used = {code}
        for place in group[1:]:
            name = f"{code}~{place.ends}"
            while name in used:
                name += "~"
            used.add(name)
            place.code = name


def _span(begins: int | None, ends: int | None, *, taken: bool = False) -> tuple[str, str]:
    last = f"{ends - 1 if taken else ends}-12-31" if ends else ""
    return (f"{begins}-01-01" if begins else "", last)


def _codes(places: list[Place]) -> Iterator[tuple[object, ...]]:
    """Each code that a place with a history had; whoever takes a code over has it all that year."""
    takers = {(code, begins) for p in places for code, begins, _ in p.codes if begins}
    for place in places:
        for code, begins, ends in reversed(place.codes):
            first, last = _span(begins, ends, taken=(code, ends) in takers)
            if not (last and first > last):
                yield place.id, code, first, last


def _names(places: list[Place]) -> Iterator[tuple[object, ...]]:
    for place in places:
        for name, begins, ends in reversed(place.names):
            yield place.id, name, *_span(begins, ends)


def _region_row(place: Place) -> tuple[object, ...]:
    name = place.names[0][0] if place.ends and place.names else place.name
    initials, full = pinyin.of_name(name)
    begins, ends = _span(place.begins, place.ends)
    parent = place.parent.id if place.parent else ""
    return (
        place.id, place.code, name, int(place.level), place.kind, parent, begins,
        place.ended_on or ends, initials, full, place.lon, place.lat, place.source,
    )  # fmt: skip


def _lineage_row(said: Said) -> tuple[object, ...]:
    return (
        said.old.id, said.new.id if said.new else "", said.kind.value, said.year,
        int(said.divisible), said.note[:200], said.source[:200], said.doc_no[:60],
    )  # fmt: skip


def _boundaries(source: Path) -> str:
    """Yunnan's prefectures and counties, a feature a line."""
    features: list[str] = []
    for name in ("yunnan_prefectures.geojson", "yunnan_counties.geojson"):
        for feature in json.loads((source / name).read_text(encoding="utf-8"))["features"]:
            slim = {
                "type": "Feature",
                "properties": {"code": str(feature["properties"]["adcode"])},
                "geometry": feature["geometry"],
            }
            features.append(json.dumps(slim, separators=(",", ":")))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n"


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    _write_text(path, text.getvalue())


def _write_text(path: Path, text: str) -> None:
    """The same text gives the same bytes: no name and no time in the header."""
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=9, mtime=0) as file,
    ):
        file.write(text.encode())
