"""Everything that can be done to accidents."""

from anlan.domain.accidents.commands.base import Figures, lacks
from anlan.domain.accidents.commands.controls import (
    NewControl,
    change_control,
    end_control,
    set_control,
)
from anlan.domain.accidents.commands.deciding import ask_scope, decide_scope, judge, suspect
from anlan.domain.accidents.commands.following import (
    attribute,
    conclude,
    correct,
    pass_up,
    supplement,
    void,
)
from anlan.domain.accidents.commands.followups import (
    NewFollowUp,
    answer_followup,
    follow_up,
    judge_followup,
    set_restart_terms,
    want_restart,
    withdraw_followup,
)
from anlan.domain.accidents.commands.inquiries import (
    appraise,
    approve,
    conclude_track,
    end_appraisal,
    evaluate,
    extend_inquiry,
    hand_back,
    open_inquiry,
    raise_level,
    submit,
)
from anlan.domain.accidents.commands.listing import ask_delisting, delist_inquiry, list_inquiry
from anlan.domain.accidents.commands.outputs import NewOutput, state_output, withdraw_output
from anlan.domain.accidents.commands.people import add_person, open_names
from anlan.domain.accidents.commands.reporting import (
    ACCIDENTS_MAX,
    NewAccident,
    check_new,
    check_own,
    report,
    report_many,
)
from anlan.domain.accidents.commands.words import (
    WORDS_MAX,
    NewWord,
    compare,
    enter_word,
    enter_words,
)

__all__ = [
    "ACCIDENTS_MAX",
    "WORDS_MAX",
    "Figures",
    "NewAccident",
    "NewControl",
    "NewFollowUp",
    "NewOutput",
    "NewWord",
    "add_person",
    "answer_followup",
    "appraise",
    "approve",
    "ask_delisting",
    "ask_scope",
    "attribute",
    "change_control",
    "check_new",
    "check_own",
    "compare",
    "conclude",
    "conclude_track",
    "correct",
    "decide_scope",
    "delist_inquiry",
    "end_appraisal",
    "end_control",
    "enter_word",
    "enter_words",
    "evaluate",
    "extend_inquiry",
    "follow_up",
    "hand_back",
    "judge",
    "judge_followup",
    "lacks",
    "list_inquiry",
    "open_inquiry",
    "open_names",
    "pass_up",
    "raise_level",
    "report",
    "report_many",
    "set_control",
    "set_restart_terms",
    "state_output",
    "submit",
    "supplement",
    "suspect",
    "void",
    "want_restart",
    "withdraw_followup",
    "withdraw_output",
]
