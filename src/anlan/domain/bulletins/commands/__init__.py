"""Everything that can be done to papers."""

from anlan.domain.bulletins.commands.correcting import correct
from anlan.domain.bulletins.commands.drafting import (
    Change,
    NewPaper,
    drop_block,
    edit,
    make,
    move_block,
    put_block,
    refresh,
    restore,
)
from anlan.domain.bulletins.commands.giving import (
    NewInstruction,
    give_out,
    instruct,
    receive,
    revoke,
    seal,
)
from anlan.domain.bulletins.commands.layouts import end_layout, put_layout
from anlan.domain.bulletins.commands.numbering import add_word, number
from anlan.domain.bulletins.commands.signing import (
    agree,
    ask,
    decline,
    review,
    send_back,
    sign,
    submit,
    void,
)

__all__ = (
    "Change",
    "NewInstruction",
    "NewPaper",
    "add_word",
    "agree",
    "ask",
    "correct",
    "decline",
    "drop_block",
    "edit",
    "end_layout",
    "give_out",
    "instruct",
    "make",
    "move_block",
    "number",
    "put_block",
    "put_layout",
    "receive",
    "refresh",
    "restore",
    "review",
    "revoke",
    "seal",
    "send_back",
    "sign",
    "submit",
    "void",
)
