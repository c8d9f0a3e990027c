"""Everything that can be done to checks from afar."""

from anlan.domain.inspections.remote.commands.feedback import receive, tell
from anlan.domain.inspections.remote.commands.looking import (
    NewLook,
    Seen,
    enter,
    hazard_id,
    withdraw,
)
from anlan.domain.inspections.remote.commands.plans import NewPlan, draw, end, frame_of, make

__all__ = [
    "NewLook",
    "NewPlan",
    "Seen",
    "draw",
    "end",
    "enter",
    "frame_of",
    "hazard_id",
    "make",
    "receive",
    "tell",
    "withdraw",
]
