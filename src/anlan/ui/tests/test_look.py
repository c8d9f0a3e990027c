"""The tokens keep their promises: enough contrast in both themes, and one dark theme, not two."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

UI = Path(__file__).parent.parent
#: What pages load, in the order in which they do.
SHEETS = re.findall(r"static\('([^']+\.css)'\)", (UI / "jinja2/ui/_styles.html").read_text())
SHEET = "".join((UI / "static" / name).read_text() for name in SHEETS)


def tokens(selector: str) -> dict[str, str]:
    block = SHEET.split(selector + " {", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", block))


LIGHT = tokens(":root")
DARK = LIGHT | tokens(':root[data-theme="dark"]')


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


INKS = ("--text", "--text-2", "--text-3", "--accent", "--red", "--amber", "--green")
GROUNDS = ("--surface", "--bg", "--sunken", "--raised", "--hover")
TEXT = [
    *((ink, ground) for ink in INKS for ground in GROUNDS),
    *((f"--{tone}", f"--{tone}-soft") for tone in ("red", "amber", "green", "accent")),
    ("--text-2", "--grey-soft"),
    ("--on-accent", "--accent"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_is_readable_wcag_aa(theme, ink, ground):
    colours = LIGHT if theme == "light" else DARK
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_fields_and_focus_are_visible_wcag_1_4_11(colours):
    for ink in ("--field-line", "--focus"):
        assert contrast(colours[ink], colours["--surface"]) >= 3
    assert contrast("#ffffff", colours["--red-solid"]) >= 4.5


def test_the_systems_dark_theme_is_the_chosen_one():
    assert tokens(":root:not([data-theme])") == tokens(':root[data-theme="dark"]')


def test_nothing_is_loaded_from_elsewhere():
    assert "@import" not in SHEET
    assert not re.search(r"url\((?![\"']?#)", SHEET)


def test_pages_load_each_sheet_there_is_and_no_other():
    """In the order of the layers, for a later one may overrule an earlier one."""
    layers = ("tokens", "layout", "components", "pages")
    assert [Path(name).stem for name in SHEETS] == list(layers)
    assert {UI / "static" / name for name in SHEETS} == set(UI.glob("static/anlan/**/*.css"))
