"""Every write to the register. Each takes a set, or one entry, and audits what it changed."""

from anlan.domain.enterprises.commands.answering import answering_unit, make_unit, units_by_code
from anlan.domain.enterprises.commands.editing import (
    move,
    rename,
    replace_regulator,
    save,
    set_sectors,
    set_status,
)
from anlan.domain.enterprises.commands.matching import Match, Wanted, match, same_place
from anlan.domain.enterprises.commands.merging import decide_merge, propose_merge
from anlan.domain.enterprises.commands.putting import PutResult, put_enterprises, would_put
from anlan.domain.enterprises.commands.stating import NewEnterprise
from anlan.domain.enterprises.commands.taking_back import take_back

__all__ = (
    "Match",
    "NewEnterprise",
    "PutResult",
    "Wanted",
    "answering_unit",
    "decide_merge",
    "make_unit",
    "match",
    "move",
    "propose_merge",
    "put_enterprises",
    "rename",
    "replace_regulator",
    "same_place",
    "save",
    "set_sectors",
    "set_status",
    "take_back",
    "units_by_code",
    "would_put",
)
