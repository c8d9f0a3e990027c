"""Every write to the register. Each takes a set, or one entry, and audits what it changed."""

from anlan.domain.enterprises.commands.editing import (
    move,
    rename,
    replace_regulator,
    save,
    set_sectors,
    set_status,
)
from anlan.domain.enterprises.commands.matching import Match, Wanted, match
from anlan.domain.enterprises.commands.merging import decide_merge, propose_merge
from anlan.domain.enterprises.commands.putting import PutResult, put_enterprises
from anlan.domain.enterprises.commands.stating import NewEnterprise

__all__ = (
    "Match",
    "NewEnterprise",
    "PutResult",
    "Wanted",
    "decide_merge",
    "match",
    "move",
    "propose_merge",
    "put_enterprises",
    "rename",
    "replace_regulator",
    "save",
    "set_sectors",
    "set_status",
)
