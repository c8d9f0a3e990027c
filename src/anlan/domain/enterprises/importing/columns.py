"""Which column of a register is what: by its heading, and by what stands below it.

A guess is only proposed: the page says beside each column what it rests on, and a person looks at
it before a row is read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.text import plain
from anlan.domain.enterprises import codes, industry

#: What a column may be, in the order of the drop-down.
FIELDS: Mapping[str, str | Promise] = {
    "name": gettext_lazy("name of the enterprise"),
    "credit_code": gettext_lazy("Credit code"),
    "area": gettext_lazy("area: name or code"),
    "prefecture": gettext_lazy("prefecture"),
    "county": gettext_lazy("county"),
    "township": gettext_lazy("township"),
    "address": gettext_lazy("Address"),
    "industry": gettext_lazy("industry: name or code"),
    "sector": gettext_lazy("Sector"),
    "regulator": gettext_lazy("department in charge"),
    "scale": gettext_lazy("Scale"),
    "status": gettext_lazy("in operation or closed down"),
    "kind": gettext_lazy("kind of entry"),
    "lon": gettext_lazy("longitude"),
    "lat": gettext_lazy("latitude"),
}
#: Columns that registers have and this one doesn't keep, by data/untaken.toml: why it doesn't.
UNTAKEN: Mapping[str, str | Promise] = {
    "people": gettext_lazy(
        "names of people aren't kept with an enterprise: who answers for it gets an account of "
        "their own"
    ),
    "contact": gettext_lazy(
        "numbers and addresses of people aren't kept with an enterprise: they stand, encrypted, "
        "with the account of whoever answers for it"
    ),
    "risk": gettext_lazy("the register keeps no grade that somebody else gave"),
}
#: Columns whose texts together say where it is, from the largest down.
PLACES = ("prefecture", "county", "township", "area")
#: On what a guess rests.
SAVED, NAMED, WORDS, VALUES = "saved", "named", "words", "values"
#: Of a column's values, how many in a hundred must read as what it is taken for.
MOSTLY = 50
_FIRM = re.compile(
    r"(公司|厂|店|商行|经营部|门市|站|中心|合作社|集团|酒店|宾馆|饭店|餐馆|超市|医院|学校|幼儿园|矿|场|所|院|馆|库|社|部|吧|行)"
    r"([(（].*[)）])?$"
)
_ADDRESS = re.compile(r"(路|街|巷|号|村|镇|乡|大道|社区|小区|园区|幢|栋|室|组)")


class Guess(NamedTuple):
    """A field, on what it rests, and the word of it."""

    field: str = ""
    kind: str = ""
    detail: str = ""

    @property
    def reason(self) -> str:
        return {
            SAVED: _("so in the mapping “%(detail)s”"),
            NAMED: _("by its heading"),
            WORDS: _("“%(detail)s” stands in its heading"),
            VALUES: _("its values read so"),
        }.get(self.kind, "") % {"detail": self.detail}  # fmt: skip


@cache
def _words() -> Mapping[str, Mapping[str, Sequence[str]]]:
    text = (industry.DATA / "columns.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _untaken() -> Mapping[str, Sequence[str]]:
    text = (industry.DATA / "untaken.toml").read_text(encoding="utf-8")
    return {name: words["has"] for name, words in tomllib.loads(text).items()}


def why_untaken(heading: str) -> str:
    """Why a column isn't taken that registers have and this one doesn't keep; "" of any other."""
    folded = plain(heading)
    code = next((name for name, words in _untaken().items() if any(w in folded for w in words)), "")
    # 法人 alone is a person, but 法人单位 is the enterprise.
    code = code or ("people" if folded == "法人" else "")
    return str(UNTAKEN[code]) if code else ""


@cache
def _named() -> Mapping[str, str]:
    return {plain(said): name for name, words in _words().items() for said in words["is"]}


def vocabulary(saved: Mapping[str, str]) -> Callable[[str], float]:
    """How surely a cell's text names a column; ``saved`` are headings that an office knows."""
    known = {plain(heading) for heading in saved}

    def weigh(text: str) -> float:
        folded = plain(text[:80])
        if folded in known or folded in _named():
            return 1.0
        return 0.6 if len(folded) <= 16 and by_words(folded).field else 0.0

    return weigh


def by_words(folded: str) -> Guess:
    for name, words in _words().items():
        for word in words["has"]:
            if word in folded:
                return Guess(name, WORDS, word)
    return Guess()


def guess(
    headings: Sequence[str], values: Sequence[Sequence[str]], saved: Mapping[str, str], source: str
) -> list[Guess]:
    """What each column may be. ``values``: some of its cells, by column; none may be there.

    A heading over values that can't be it, as where columns have moved, is not believed.
    """
    own = {plain(heading): name for heading, name in saved.items()}
    found = [_of_heading(each, own, source) for each in headings]
    for n, one in enumerate(found):
        if one.field in _READS and values[n] and not _mostly(values[n], _READS[one.field]):
            found[n] = Guess()
    _once(found)
    for name, reads in _BY_VALUES.items():
        if name not in {one.field for one in found}:
            free = (n for n, one in enumerate(found) if not one.field and values[n])
            hit = next((n for n in free if _mostly(values[n], reads)), None)
            if hit is not None:
                found[hit] = Guess(name, VALUES)
    return found


def _of_heading(heading: str, own: Mapping[str, str], source: str) -> Guess:
    """Of a heading of two levels, 企业基本信息/地址, the lower one says what it is."""
    for folded in (plain(heading), plain(heading.rpartition("/")[2])):
        if folded in own:
            return Guess(own[folded], SAVED, source)
        if folded in _named():
            return Guess(_named()[folded], NAMED)
        if (found := by_words(folded)).field:
            return found
    return Guess()


def _once(found: list[Guess]) -> None:
    """A field has one column: that whose heading is surest, else the first."""
    order = (SAVED, NAMED, WORDS)
    for name in FIELDS:
        same = [n for n, one in enumerate(found) if one.field == name]
        same.sort(key=lambda n: order.index(found[n].kind))
        for n in same[1:]:
            found[n] = Guess()


def _mostly(values: Sequence[str], reads: Callable[[str], bool]) -> bool:
    return sum(map(reads, values)) * 100 >= MOSTLY * len(values)


def is_code(said: str) -> bool:
    read = codes.read(said)
    return bool(read.code) or bool(re.fullmatch(r"[0-9A-Z]{18}", read.stated))


def _is_firm(said: str) -> bool:
    return len(said) >= 4 and bool(_FIRM.search(said)) and not said[:1].isdigit()


def _is_address(said: str) -> bool:
    return len(said) >= 6 and bool(_ADDRESS.search(said)) and not _is_firm(said)


def _between(low: float, high: float) -> Callable[[str], bool]:
    def reads(said: str) -> bool:
        try:
            return low <= float(said) <= high and "." in said
        except ValueError:
            return False

    return reads


#: What its values must look like; a name may be anything that is no number and no code.
_READS: dict[str, Callable[[str], bool]] = {
    "credit_code": is_code,
    "name": lambda said: not is_code(said) and not said.replace(".", "").isdigit(),
    "lon": _between(73, 136),
    "lat": _between(3, 54),
}
#: Where no heading says so.
_BY_VALUES: dict[str, Callable[[str], bool]] = {
    **_READS, "name": _is_firm, "address": _is_address,
}  # fmt: skip
