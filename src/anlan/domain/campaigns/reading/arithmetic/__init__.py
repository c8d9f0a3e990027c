"""Does a document's own arithmetic hold? Checked when it is read, before anyone confirms a figure.

parts         其中 parts against their whole
rates         a rate against its two counts; 同比 against both values, or the difference
totals        a total behind its list, shares of one whole, more settled than found, times
populations   what is said twice of the same thing; 1+2+N against the plans it names
wording       near and more than at once; a classifier that doesn't fit; 以来 without a date
"""

from __future__ import annotations

from ..figures import Figure
from ..figures.folding import fold
from . import parts, populations, rates, totals, wording
from .finding import GAP, INCONSISTENT, LONGEST, MOST, SENTENCES, Contradiction

__all__ = ["GAP", "INCONSISTENT", "SENTENCES", "Contradiction", "contradictions"]

_CHECKS = (parts, rates, wording, totals, populations)


def contradictions(figures: list[Figure], text: str) -> list[Contradiction]:
    """Everything in these figures that their own document doesn't bear out, in its order."""
    plain = fold(text)[:LONGEST]
    ordered = sorted(figures, key=lambda figure: (figure.start, figure.end))[:MOST]
    found = [one for check in _CHECKS for one in check.contradictions(ordered, plain)]
    return sorted(found, key=lambda item: (item.start, item.end))
