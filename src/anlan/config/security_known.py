"""Known weaknesses of what the locks name, from advisories in OSV's format (S60).

With a network they are asked of an OSV service (https://api.osv.dev); without one they are read
from what somebody carried in: OSV's ``PyPI/all.zip`` and ``npm/all.zip``, or a folder with them.
Standard library only, and no Django: it must run on a machine where nothing else does.
"""

from __future__ import annotations

import json
import re
import urllib.request
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

SECONDS_MAX = 30
ANSWER_BYTES_MAX = 20_000_000
ADVISORY_BYTES_MAX = 5_000_000
ADVISORIES_MAX = 2_000_000
BATCH = 200
ECOSYSTEMS = {"pypi": "PyPI", "npm": "npm"}
Advisory = dict[str, Any]


class Unreachable(Exception):
    """Nothing could be read where the advisories should be."""


@dataclass(frozen=True)
class Part:
    """A package at the version that a lock names."""

    ecosystem: str
    name: str
    version: str

    @classmethod
    def of(cls, purl: str) -> Part:
        kind, _slash, rest = purl.removeprefix("pkg:").partition("/")
        name, _at, version = unquote(rest).rpartition("@")
        return cls(ECOSYSTEMS[kind], _plain(name) if kind == "pypi" else name, version)


@dataclass(frozen=True)
class Weakness:
    purl: str
    id: str
    summary: str
    #: The versions in which it is mended, as far as the advisory says.
    fixed: tuple[str, ...]

    def __str__(self) -> str:
        mended = ", ".join(self.fixed)
        return f"{self.purl}: {self.id} {self.summary}" + (f" (-> {mended})" if mended else "")


@dataclass(frozen=True)
class Looked:
    found: list[Weakness]
    #: How many advisories were looked at, and the day of the newest one.
    advisories: int
    newest: str


def look(where: str, purls: Iterable[str]) -> Looked:
    """What is known of these packages. Raises Unreachable, and never takes silence for safety."""
    wanted = {purl: Part.of(purl) for purl in purls}
    if where.startswith("https://"):
        advisories = list(_asked(where.rstrip("/"), list(wanted)))
        count = len(advisories)
        newest = max((str(one.get("modified", "")) for one in advisories), default="")
    else:
        advisories, count, newest = _carried(Path(where), set(wanted.values()))
    seen: set[tuple[str, str]] = set()
    found = []
    for one in sorted(advisories, key=lambda each: str(each.get("id", ""))):
        for purl, part in wanted.items():
            names = {str(one.get("id", "")), *map(str, one.get("aliases", []))}
            # One weakness stands in several lists under several names.
            if affects(one, part) and not any((purl, name) in seen for name in names):
                seen |= {(purl, name) for name in names}
                summary = str(one.get("summary") or one.get("details", ""))[:200]
                found.append(
                    Weakness(purl, str(one["id"]), " ".join(summary.split()), _fixed(one, part))
                )
    return Looked(sorted(found, key=str), count, newest[:10])


def affects(advisory: Advisory, part: Part) -> bool:
    """By OSV's rules: named among the versions, or between introduced and fixed."""
    if advisory.get("withdrawn"):
        return False
    for affected in _of(advisory, part):
        if part.version in affected.get("versions", []):
            return True
        for span in affected.get("ranges", []):
            if span.get("type") in ("ECOSYSTEM", "SEMVER") and _within(span, part):
                return True
    return False


def _of(advisory: Advisory, part: Part) -> Iterator[dict[str, Any]]:
    for affected in advisory.get("affected", []):
        about = affected.get("package", {})
        name = str(about.get("name", ""))
        name = _plain(name) if part.ecosystem == "PyPI" else name
        if (about.get("ecosystem"), name) == (part.ecosystem, part.name):
            yield affected


def _within(span: dict[str, Any], part: Part) -> bool:
    here, inside = order(part.version, part.ecosystem), False
    events = [event for event in span.get("events", []) if event]
    for event in sorted(events, key=lambda each: _event_order(each, part.ecosystem)):
        kind, version = next(iter(event.items()))
        if kind == "introduced" and (version == "0" or here >= order(version, part.ecosystem)):
            inside = True
        elif kind in ("fixed", "last_affected"):
            end = order(version, part.ecosystem)
            inside &= here < end or (kind == "last_affected" and here == end)
    return inside


def _event_order(event: dict[str, str], ecosystem: str) -> Any:
    version = next(iter(event.values()))
    return (((), 0, ()) if version == "0" else order(version, ecosystem), "introduced" in event)


_VERSION = re.compile(r"v?(?:(\d+)!)?(\d+(?:\.\d+)*)(.*)", re.S)
_BEFORE = re.compile(r"[-._]?(a|b|c|rc|alpha|beta|pre|preview|dev)", re.I)


def order(version: str, ecosystem: str) -> tuple[tuple[int, ...], int, tuple[Any, ...]]:
    """A key by which versions of one ecosystem sort; what can't be read sorts first."""
    match = _VERSION.match(version.strip())
    if match is None:
        return ((), 0, ())
    numbers = [int(match[1] or 0), *map(int, match[2].split("."))]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    rest = match[3]
    if ecosystem == "npm":
        rank = -1 if rest.startswith("-") else 0
        rest = rest.partition("+")[0]
    else:
        rest = rest.partition("+")[0]
        rank = -1 if _BEFORE.match(rest) else 1 if rest else 0
    words = re.findall(r"\d+|[a-z]+", rest.lower()) if rank else []
    # A number sorts before a word, as semver has it, and 10 after 9.
    return tuple(numbers), rank, tuple((0, int(w), "") if w.isdigit() else (1, 0, w) for w in words)


def _fixed(advisory: Advisory, part: Part) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            str(event["fixed"])
            for affected in _of(advisory, part)
            for span in affected.get("ranges", [])
            if span.get("type") in ("ECOSYSTEM", "SEMVER")
            for event in span.get("events", [])
            if "fixed" in event
        )
    )


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# --- Carried in ----------------------------------------------------------------------------


def _carried(where: Path, parts: set[Part]) -> tuple[list[Advisory], int, str]:
    """The advisories that name a package of ours, how many there were, and the newest's moment."""
    names = {part.name for part in parts}
    kept: list[Advisory] = []
    kinds: set[str] = set()
    count, newest = 0, ""
    for data in _files(where):
        count += 1
        if count > ADVISORIES_MAX:
            raise Unreachable(f"{where}: too many advisories")
        try:
            one = json.loads(data)
            about = [affected.get("package", {}) for affected in one.get("affected", [])]
        except (ValueError, AttributeError) as error:
            raise Unreachable(f"{where}: an advisory can't be read ({error})") from None
        kinds |= {str(each.get("ecosystem")) for each in about}
        newest = max(newest, str(one.get("modified", "")))
        if names & {str(each.get("name", "")) for each in about} or names & {
            _plain(str(each.get("name", ""))) for each in about
        }:
            kept.append(one)
    missing = {part.ecosystem for part in parts} - kinds
    if missing:
        raise Unreachable(f"{where}: no advisories for {', '.join(sorted(missing))}")
    return kept, count, newest


def _files(where: Path) -> Iterator[bytes]:
    """Every advisory in a zip, or in a folder of zips and JSON files."""
    if not where.exists():
        raise Unreachable(f"{where}: not there")
    for path in sorted(where.rglob("*")) if where.is_dir() else [where]:
        if path.suffix == ".json" and path.stat().st_size <= ADVISORY_BYTES_MAX:
            yield path.read_bytes()
        elif path.suffix == ".zip":
            try:
                with zipfile.ZipFile(path) as packed:
                    for member in packed.infolist():
                        if member.filename.endswith(".json"):
                            if member.file_size > ADVISORY_BYTES_MAX:
                                raise Unreachable(f"{path}: {member.filename} is too long")
                            yield packed.read(member)
            except (zipfile.BadZipFile, OSError) as error:
                raise Unreachable(f"{path}: {error}") from None


# --- Asked ---------------------------------------------------------------------------------


class _Stay(urllib.request.HTTPRedirectHandler):
    """Whoever is asked answers, and nobody else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _asked(service: str, purls: list[str]) -> Iterator[Advisory]:
    """The advisories of a service for these packages, each once."""
    ids: dict[str, None] = {}
    for start in range(0, len(purls), BATCH):
        batch = purls[start : start + BATCH]
        asked: list[dict[str, Any]] = [{"package": {"purl": purl}} for purl in batch]
        while asked:
            answer = _call(f"{service}/v1/querybatch", {"queries": asked})
            results = answer.get("results")
            if not isinstance(results, list) or len(results) != len(asked):
                raise Unreachable(f"{service}: it did not answer for every package")
            again = []
            for query, result in zip(asked, results, strict=True):
                ids |= {str(one["id"]): None for one in (result or {}).get("vulns", [])}
                if (result or {}).get("next_page_token"):
                    again.append({**query, "page_token": result["next_page_token"]})
            asked = again
    for number in ids:
        yield _call(f"{service}/v1/vulns/{quote(number, safe='')}", None)


def _call(address: str, body: dict[str, Any] | None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310  look() takes https alone
        address, data, {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=SECONDS_MAX) as answer:
            told = json.loads(answer.read(ANSWER_BYTES_MAX))
    except (OSError, ValueError) as error:
        raise Unreachable(f"{urlsplit(address).netloc}: {error}") from None
    if not isinstance(told, dict):
        raise Unreachable(f"{urlsplit(address).netloc}: no answer that can be read")
    return told
