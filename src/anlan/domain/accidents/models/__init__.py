"""What is kept of accidents: the register with its inquiries, and what the office holds it against.

A control target is data of the office: what it says changes in versions, and what an earlier one
said is still there as of its days.
"""

from anlan.domain.accidents.models.control import ControlTarget
from anlan.domain.accidents.models.followups import FollowUp, FoundHazard, RestartTerms
from anlan.domain.accidents.models.imports import Batch, BatchFile, Leftover, Mapping
from anlan.domain.accidents.models.outputs import OutputFigure
from anlan.domain.accidents.models.raising import RaisingRules
from anlan.domain.accidents.models.register import (
    KEY_CHARS_MAX,
    LOSS_FEN_MAX,
    NAME_CHARS_MAX,
    NUMBER_CHARS_MAX,
    PEOPLE_MAX,
    PLACE_CHARS_MAX,
    STATED_CHARS_MAX,
    TITLE_CHARS_MAX,
    WAN_FEN,
    Accident,
    Casualty,
    Clock,
    Finding,
    Inquiry,
    Nature,
    Report,
    Scope,
    Track,
    Wish,
    Word,
)

__all__ = [
    "KEY_CHARS_MAX",
    "LOSS_FEN_MAX",
    "NAME_CHARS_MAX",
    "NUMBER_CHARS_MAX",
    "PEOPLE_MAX",
    "PLACE_CHARS_MAX",
    "STATED_CHARS_MAX",
    "TITLE_CHARS_MAX",
    "WAN_FEN",
    "Accident",
    "Batch",
    "BatchFile",
    "Casualty",
    "Clock",
    "ControlTarget",
    "Finding",
    "FollowUp",
    "FoundHazard",
    "Inquiry",
    "Leftover",
    "Mapping",
    "Nature",
    "OutputFigure",
    "RaisingRules",
    "Report",
    "RestartTerms",
    "Scope",
    "Track",
    "Wish",
    "Word",
]
