"""Schemes that are shipped: an office takes one up as a draft and makes it its own.

What a document states stands under its source; weights, bounds and grades that no document gives
are ours, and each shipped scheme says so where its source is shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from anlan.ui.figures import chinese

FILE = Path(__file__).parent / "data" / "schemes.json"
#: What stands in a shipped scheme for the unit that takes it up.
OWN_UNIT = "@own"


@dataclass(frozen=True)
class Preset:
    code: str
    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(_said(self.data["name"]))

    @property
    def note(self) -> str:
        return str(_said(self.data["note"]))

    def spec(self, unit: str) -> dict[str, Any]:
        """As a draft for a unit, in the reader's language."""
        found = _said(self.data["spec"])
        assert isinstance(found, dict)
        for item in found["items"]:
            if item["rule"].get("scorer") == OWN_UNIT:
                item["rule"]["scorer"] = unit
        return found


def _said(value: Any) -> Any:
    """Texts are kept in both languages, as {"zh": …, "en": …}."""
    if isinstance(value, dict):
        if value.keys() == {"zh", "en"}:
            return value["zh" if chinese() else "en"]
        return {name: _said(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_said(each) for each in value]
    return value


@cache
def presets() -> Mapping[str, Preset]:
    found = json.loads(FILE.read_text(encoding="utf-8"))
    return {code: Preset(code, data) for code, data in found.items()}
