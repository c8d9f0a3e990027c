"""What is entered in the book of enforcement (执法台账), as data: read it down its columns.

The kinds and their order are those of the monthly table of enforcement (standards/campaign.md,
section 4). ``basis`` is that table's own mark of where an entry is known from: A is seen in public
registers of enforcement, B is usual, C is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Where the table stands, for those who look up a definition.
SOURCE = _("the monthly table of enforcement and rectification (standards/campaign.md, section 4)")


@dataclass(frozen=True)
class Kind:
    """One kind of entry.

    whom:   "enterprise" must name one of the register; "either" may name one, or say in words who
            it was and where; "area" names only where.
    takes:  which fields it has beside number, day and what it was about.
    needs:  those of them that must be stated.
    """

    code: str
    label: Promise
    section: str
    basis: Literal["A", "B", "C"]
    whom: Literal["enterprise", "either", "area"] = "enterprise"
    takes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def is_paper(self) -> bool:
        return self.section == PAPERS

    @property
    def has_fine(self) -> bool:
        return "fine" in self.takes


PAPERS, MEASURES, EDUCATION, TIPOFFS = "papers", "measures", "education", "tipoffs"
SECTIONS: dict[str, Promise] = {
    PAPERS: _("Enforcement papers"),
    MEASURES: _("Measures beside papers"),
    EDUCATION: _("Training and drills"),
    TIPOFFS: _("Tip-offs"),
}

#: Who is punished and how; a decision must punish somebody.
_PENALTY = ("warned", "fine", "heads", "head_fine")
KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        #    code             label                              section  basis  whom
        Kind("inspection", _("record of on-site inspection"), PAPERS, "A", takes=("violations",)),
        Kind("site_measures", _("decision on on-site measures"), PAPERS, "A",
             takes=("violations", "halted")),
        Kind("rectify_order", _("order to rectify by a deadline"), PAPERS, "A",
             takes=("violations",)),
        Kind("coercive", _("decision on coercive measures"), PAPERS, "A"),
        Kind("recheck", _("opinion on the recheck of rectification"), PAPERS, "A",
             takes=("rectified",)),
        Kind("case_filing", _("approval to file a case"), PAPERS, "A"),
        Kind("inquiry", _("record of questioning"), PAPERS, "A"),
        Kind("spot_penalty", _("penalty decided on the spot"), PAPERS, "A",
             takes=("violations", *_PENALTY)),
        Kind("penalty", _("decision on an administrative penalty"), PAPERS, "A",
             takes=("violations", *_PENALTY, "halted", "suspended", "revoked", "close")),
        Kind("closure", _("closed down or banned"), MEASURES, "A", "either"),
        Kind("joint", _("joint punishment"), MEASURES, "B"),
        Kind("exposure", _("typical case exposed"), MEASURES, "B", "either"),
        Kind("transfer", _("transferred to the judiciary"), MEASURES, "B", "either",
             takes=("persons",)),
        Kind("to_discipline", _("transferred to discipline inspection"), MEASURES, "B", "either"),
        Kind("training", _("training"), EDUCATION, "C", "either",
             takes=("persons",), needs=("persons",)),
        Kind("drill", _("emergency drill"), EDUCATION, "C", "either"),
        Kind("tipoff", _("tip-off accepted"), TIPOFFS, "C", "either"),
        Kind("reward", _("tip-off rewarded"), TIPOFFS, "C", "either",
             takes=("reward",), needs=("reward",)),
    )
}  # fmt: skip
PAPER_KINDS = tuple(code for code, kind in KINDS.items() if kind.is_paper)
#: Decisions by which somebody is punished.
PENALTIES = tuple(code for code, kind in KINDS.items() if kind.has_fine)


def named(code: str) -> str:
    """What a kind is called; an unknown one by its code."""
    return str(KINDS[code].label) if code in KINDS else code


def choices() -> list[tuple[str, Promise]]:
    return [(code, kind.label) for code, kind in KINDS.items()]
