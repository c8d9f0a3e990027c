"""What a hazard is about, where that is no enterprise as such: a vehicle, a road section …

Each kind has fields of its own, and each field says how it must be mended. Pure: no database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.domain.enterprises.models import ObjectKind

K = ObjectKind
#: The fields that a kind asks for, in the order of the form.
FIELDS: Mapping[str, tuple[str, ...]] = {
    K.ENTERPRISE: (),
    K.GOVERNMENT: ("title",),
    K.DEPARTMENT: ("title",),
    K.SITE: ("title", "address"),
    K.BUILDING: ("title", "address"),
    K.HOUSE: ("title", "address"),
    K.ROAD_SECTION: ("road", "stake_from", "stake_to"),
    K.VEHICLE: ("plate",),
    K.VESSEL: ("vessel", "register_number"),
}
LABELS: Mapping[str, str | Promise] = {
    "title": _("Its name"),
    "address": _("Its address"),
    "road": _("Road code or street"),
    "stake_from": _("From stake"),
    "stake_to": _("To stake"),
    "plate": _("Number plate"),
    "vessel": _("Name of the vessel"),
    "register_number": _("Register number"),
}
HINTS: Mapping[str, str | Promise] = {
    "road": _("Like G56, S101 or X023; a street without a code by its name."),
    "stake_from": _("Like K12+300."),
    "stake_to": _("Like K13+100; left empty for one spot."),
    "plate": _("Like 云A12345 or 云AD12345; for a trailer 云A1234挂."),
    "register_number": _("From the register or the vessel's identification (CN…), if at hand."),
    "title": _("As on its sign or in its register; of a house the owner or the number."),
}
#: Columns of the record that more than one field of a form may fill.
NAME_CHARS_MAX, NUMBER_CHARS_MAX = 120, 40
#: Kinds that nobody finds by their name alone.
_WITH_ADDRESS = (K.BUILDING, K.HOUSE)

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
#: Letters I and O are not used after the first letter; a new-energy plate has one more character.
_PLATE = re.compile(
    rf"[{_PROVINCES}][A-Z](?:[A-HJ-NP-Z0-9]{{5,6}}|[A-HJ-NP-Z0-9]{{4}}[挂学警港澳领])"
)
_STAKE = re.compile(r"(?:K|k)?(\d{1,4})\+(\d{1,3})")
_ROAD = re.compile(r"[GSXYCZ]\d[0-9A-Z]{0,14}")
_REGISTER = re.compile(r"(?:CN)?[0-9A-Z]{6,20}")


@dataclass(frozen=True)
class About:
    """An object as it is kept. Stakes in metres from the road's zero."""

    kind: str
    name: str = ""
    number: str = ""
    address: str = ""
    from_m: int | None = None
    to_m: int | None = None

    @property
    def words(self) -> str:
        """What it is known by, in lists and to the search."""
        if self.kind == K.ROAD_SECTION:
            return f"{self.number or self.name} {self.stakes}".strip()
        return self.number if self.kind == K.VEHICLE else self.name

    @property
    def stakes(self) -> str:
        ends = [stake(metres) for metres in (self.from_m, self.to_m) if metres is not None]
        return "–".join(ends)

    @property
    def details(self) -> list[tuple[str | Promise, str]]:
        """What its kind states, label by label, for a hazard's page."""
        shown: list[tuple[str | Promise, str]] = {
            K.VEHICLE: [(LABELS["plate"], self.number)],
            K.VESSEL: [(LABELS["vessel"], self.name), (LABELS["register_number"], self.number)],
            K.ROAD_SECTION: [
                (LABELS["road"], self.number or self.name),
                (_("Stakes"), self.stakes),
            ],
        }.get(self.kind, [(LABELS["title"], self.name), (LABELS["address"], self.address)])  # type: ignore[call-overload]
        return [(label, value) for label, value in shown if value]

    @property
    def given(self) -> dict[str, str]:
        """As the form's fields hold it."""
        ends = {"stake_from": self.from_m, "stake_to": self.to_m}
        every = {
            "title": self.name, "vessel": self.name, "road": self.number or self.name,
            "plate": self.number, "register_number": self.number, "address": self.address,
            **{name: "" if metres is None else stake(metres) for name, metres in ends.items()},
        }  # fmt: skip
        return {name: every[name] for name in FIELDS[self.kind]}


def stake(metres: int) -> str:
    """12300 is K12+300."""
    return f"K{metres // 1000}+{metres % 1000:03d}"


def read(kind: str, given: Mapping[str, str]) -> tuple[About | None, dict[str, str | Promise]]:
    """The object that a form states, and what must be mended, by field.

    None for an enterprise as such: that is the hazard's own enterprise.
    """
    if kind not in FIELDS:
        return None, {"about": _("Choose what it is about from the list.")}
    texts = {name: " ".join((given.get(name) or "").split()) for name in FIELDS[kind]}
    wrong: dict[str, str | Promise] = {}
    if kind == K.ENTERPRISE:
        return None, wrong
    if kind == K.VEHICLE:
        return _vehicle(texts, wrong), wrong
    if kind == K.VESSEL:
        return _vessel(texts, wrong), wrong
    if kind == K.ROAD_SECTION:
        return _road(texts, wrong), wrong
    if not texts["title"]:
        wrong["title"] = _("Give its name, so that others can find it.")
    if kind in _WITH_ADDRESS and not texts["address"]:
        wrong["address"] = _("Give its address: street and number, or village and group.")
    return About(kind, name=texts["title"], address=texts.get("address", "")), wrong


def _folded(text: str) -> str:
    """Full width, spaces, dots and small letters are no other number."""
    return re.sub(r"[\s·•.\-]", "", unicodedata.normalize("NFKC", text)).upper()


def _vehicle(texts: Mapping[str, str], wrong: dict[str, str | Promise]) -> About:
    plate = _folded(texts["plate"])
    if not plate:
        wrong["plate"] = _(
            "Give the plate. For a vehicle without one choose the enterprise or site instead."
        )
    elif not _PLATE.fullmatch(plate):
        wrong["plate"] = _(
            "Write the plate as it is on the vehicle: province, letter, then five characters, or "
            "six for new energy, like 云A12345 or 云AD12345. There is no letter I or O among them."
        )
    return About(K.VEHICLE, number=plate[:NUMBER_CHARS_MAX])


def _vessel(texts: Mapping[str, str], wrong: dict[str, str | Promise]) -> About:
    number = _folded(texts["register_number"])
    if not texts["vessel"]:
        wrong["vessel"] = _("Give the name that is painted on the vessel.")
    if number and not _REGISTER.fullmatch(number):
        wrong["register_number"] = _(
            "A register number has 6 to 20 digits and letters; leave it empty if it isn't at hand."
        )
    return About(K.VESSEL, name=texts["vessel"], number=number[:NUMBER_CHARS_MAX])


def _road(texts: Mapping[str, str], wrong: dict[str, str | Promise]) -> About:
    road, code = texts["road"], _folded(texts["road"])
    if not road:
        wrong["road"] = _("Give the road's code, like G56, or the name of the street.")
    elif code.isascii() and not _ROAD.fullmatch(code):
        wrong["road"] = _(
            "A road's code is a letter (G, S, X, Y, C or Z) and digits, like G56 or X023; "
            "write a street by its name."
        )
    ends: dict[str, int | None] = {}
    for name in ("stake_from", "stake_to"):
        ends[name] = None
        if not texts[name]:
            continue
        text = unicodedata.normalize("NFKC", texts[name]).replace(" ", "")
        if match := _STAKE.fullmatch(text):
            ends[name] = int(match[1]) * 1000 + int(match[2])
        else:
            wrong[name] = _("Write the stake as kilometre and metres, like K12+300.")
    first, last = ends["stake_from"], ends["stake_to"]
    if last is not None and not texts["stake_from"]:
        wrong["stake_from"] = _("Say where the section begins, too, like K12+300.")
    elif first is not None and last is not None and last < first:
        wrong["stake_to"] = _("The section ends before it begins: write the smaller stake first.")
    if _ROAD.fullmatch(code) and first is None and "stake_from" not in wrong:
        wrong["stake_from"] = _(
            "Say where on the road, like K12+300; a code alone is the whole road."
        )
    named = {"number": code[:NUMBER_CHARS_MAX]} if code.isascii() else {"name": road}
    return About(K.ROAD_SECTION, **named, from_m=first, to_m=last)
