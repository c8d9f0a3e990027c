"""Everything that writes forms and filings."""

from anlan.domain.filings.commands.correcting import ask_correction, decide_correction
from anlan.domain.filings.commands.days import other_day, resume
from anlan.domain.filings.commands.filing import (
    ask_extension,
    check,
    decide_extension,
    exempt,
    file_nil,
    receive,
    review,
    save,
    send_back,
    submit,
    urge,
)
from anlan.domain.filings.commands.forms import NewForm, change_form, end_form, make_form
from anlan.domain.filings.commands.items import (
    NewItem,
    end_declaring,
    let_declare,
    make_items,
)
from anlan.domain.filings.commands.versions import begin_version, draw, issue

__all__ = [
    "NewForm",
    "NewItem",
    "ask_correction",
    "ask_extension",
    "begin_version",
    "change_form",
    "check",
    "decide_correction",
    "decide_extension",
    "draw",
    "end_declaring",
    "end_form",
    "exempt",
    "file_nil",
    "issue",
    "let_declare",
    "make_form",
    "make_items",
    "other_day",
    "receive",
    "resume",
    "review",
    "save",
    "send_back",
    "submit",
    "urge",
]
