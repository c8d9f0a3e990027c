"""What people paste from a sheet: a line for each row."""

from __future__ import annotations

import re

_BETWEEN = re.compile(r"\t|[|｜]")


def cells_of(line: str) -> list[str]:
    """The cells of a pasted line, between a sheet's tabs or strokes."""
    return [cell.strip() for cell in _BETWEEN.split(line)]
